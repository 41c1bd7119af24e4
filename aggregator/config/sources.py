"""The section ``sources``: each held against the keys all have and those of its own type. Pure.

A source without an id gets one from its location, the same whatever stands around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from aggregator import sourcekeys
from aggregator.config.check import check_names, unknown_keys, validated
from aggregator.config.positions import Mark, Node, Pair
from aggregator.config.schema import SourceSection
from aggregator.config.shape import names
from aggregator.config.suggest import hint, shown
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.config.positions import Problems
    from aggregator.contracts import Adapter, SourceList

COMMON = frozenset(names(SourceSection))
EXAMPLE = "{id: posts, type: jekyll, path: seeds}"


@dataclass(slots=True)
class SourceEntry:
    """One source as it was read. ``options`` None: not sound; ``id`` "": it could not be told.

    ``holds_secret``: its own options hold what the environment gave; ``hidden``: its URL does, or holds
    credentials; ``names_others``: it is a list of sources.
    """

    rank: int
    node: Node
    section: SourceSection
    type: str = ""
    options: BaseModel | None = None
    location: str = ""
    id: str = ""
    holds_secret: bool = False
    hidden: bool = False
    names_others: bool = False

    @property
    def key(self) -> str:
        """``sources[0]``."""
        return f"sources[{self.rank}]"

    def mark(self, name: str) -> Mark:
        """Where this key's value stands; without it, where the source stands."""
        pair = self.node.pairs().get(name)
        return pair.node.mark if pair else self.node.mark


def read_sources(
    root: Node,
    adapters: Mapping[str, Adapter | SourceList],
    problems: Problems,
    *,
    may_be_none: bool = False,
) -> list[SourceEntry]:
    """Every source whose own keys are sound, in order; ``may_be_none``: the first is about to be added."""
    pair = root.pairs().get("sources")
    if may_be_none and (pair is None or (not pair.node.broken and pair.node.value in (None, []))):
        return []
    if pair is None:
        problems.add(root.mark, "sources", f"is required: what is to be read, such as `- {EXAMPLE}`")
        return []
    if pair.node.broken:
        return []
    if pair.node.value is None or pair.node.value == []:
        problems.add(pair.mark, "sources", f"is empty: list what is to be read, such as `- {EXAMPLE}`")
        return []
    if not isinstance(pair.node.value, list):
        problems.add(
            pair.node.mark, "sources", f"must be a list: begin each source with a hyphen, `- {EXAMPLE}`"
        )
        return []
    read = (_read(rank, node, adapters, problems) for rank, node in enumerate(pair.node.value))
    entries = [entry for entry in read if entry is not None]
    _derive_ids(entries)
    return entries


def _read(
    rank: int, node: Node, adapters: Mapping[str, Adapter | SourceList], problems: Problems
) -> SourceEntry | None:
    key = f"sources[{rank}]"
    if not isinstance(node.value, dict):
        if not node.broken:
            problems.add(node.mark, key, f"must be a mapping such as {EXAMPLE}")
        return None
    kind = _type(node, key, adapters, problems)
    possible = [adapters[kind]] if kind else list(adapters.values())
    models: list[type[BaseModel]] = [adapter.options for adapter in possible]
    own = frozenset(name for model in models for name in names(model))
    check_names(node, key, [*names(SourceSection), *sorted(own - COMMON)], problems)
    common = node.only(COMMON)
    common.pairs()["type"] = Pair(node.mark, Node(node.mark, kind or "?"))
    if "headers" in common.pairs():
        for _, child in common.pairs()["headers"].node.children():
            child.secret = True
    unknown_keys(SourceSection, common, key, problems)
    section = validated(SourceSection, common, key, problems) or SourceSection(type=kind or "?")
    entry = SourceEntry(rank, node, section, kind)
    if kind:
        entry.names_others = hasattr(adapters[kind], "sources")
        _read_options(entry, adapters[kind].options, node.only(own), problems)
    return entry


def _type(node: Node, key: str, adapters: Mapping[str, Adapter | SourceList], problems: Problems) -> str:
    """The source's type, or "" after telling what is wrong with it."""
    known = ", ".join(sorted(adapters))
    pair = node.pairs().get("type")
    if pair is None or pair.node.value is None:
        problems.add(pair.mark if pair else node.mark, f"{key}.type", f"is required (known: {known})")
        return ""
    value = pair.node.value
    if pair.node.broken:
        return ""
    if not isinstance(value, str):
        problems.add(pair.node.mark, f"{key}.type", f"must be text (known: {known})")
        return ""
    if value not in adapters:
        mean = hint(value, adapters) or f" (known: {known})"
        problems.add(pair.node.mark, f"{key}.type", f"unknown source type {shown(value)}{mean}")
        return ""
    return value


def _read_options(entry: SourceEntry, model: type[BaseModel], own: Node, problems: Problems) -> None:
    unknown_keys(model, own, entry.key, problems)
    options = validated(model, own, entry.key, problems)
    if options is None:
        return
    location: str = getattr(options, "location")  # noqa: B009 (promised by the adapter, unknown to BaseModel)
    entry.options, entry.location = options, location
    entry.holds_secret = _holds_secret(own)
    entry.hidden = "://" in location and (sourcekeys.has_credentials(location) or entry.holds_secret)


def _holds_secret(node: Node) -> bool:
    return node.secret or any(_holds_secret(child) for _, child in node.children())


def _derive_ids(entries: list[SourceEntry]) -> None:
    """Give every source that has none its id."""
    nameless: list[SourceEntry] = []
    for entry in entries:
        written = entry.node.pairs().get("id")
        entry.id = entry.section.id or ""
        if not entry.id and entry.options is not None and not (written and written.node.broken):
            nameless.append(entry)
    places = [sourcekeys.Place(entry.type, entry.location, entry.hidden) for entry in nameless]
    given = [entry.id for entry in entries if entry.id]
    for entry, name in zip(nameless, sourcekeys.distinct_ids(places, given), strict=True):
        entry.id = name
