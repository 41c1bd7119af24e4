"""What is not wrong but probably not meant. Pure but for looking whether configured folders exist."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator.categories import Matcher
from aggregator.config import assemble
from aggregator.config.cross import declared, unknown_includes
from aggregator.config.positions import message, place_of
from aggregator.config.suggest import hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.config.positions import Node
    from aggregator.config.schema import Configuration
    from aggregator.config.sources import SourceEntry
    from aggregator.rules import Rules


def warnings(
    root: Node,
    configuration: Configuration,
    entries: Sequence[SourceEntry],
    rules: Rules,
    folders: tuple[Path, Path],
) -> tuple[str, ...]:
    """Every warning, one line each, with its place. ``folders``: of the site and of the outputs, absolute."""
    return tuple(
        dict.fromkeys(
            (
                *_site(root, configuration),
                *_titles(root, configuration),
                *_sources(entries),
                *_folders(entries, *folders),
                *_near_misses(entries, rules),
                *_includes(root, configuration, entries),
            )
        )
    )


def _site(root: Node, configuration: Configuration) -> Iterator[str]:
    if configuration.site.url is None:
        url = assemble.site(configuration).base_url
        yield message(
            place_of(root, "site"),
            "site.url",
            f"is not set; feeds say {url}, which readers elsewhere can't follow",
        )


def _titles(root: Node, configuration: Configuration) -> Iterator[str]:
    """Two categories that a name leads to: the first one gets the items."""
    owners: dict[str, str] = {}
    categories = list(declared(root, configuration))
    for key, _, category in categories:
        for name in (category.name, *category.aliases):
            owners.setdefault(name, key)
    for key, node, category in categories:
        if category.title and (first := owners.setdefault(category.title, key)) != key:
            yield message(node.mark, f"{key}.title", f"{shown(category.title)} is a name of {first} too")


def _sources(entries: Sequence[SourceEntry]) -> Iterator[str]:
    seen: dict[tuple[str, str], SourceEntry] = {}
    for entry in entries:
        if entry.hidden and not entry.section.private:
            what = "its URL holds credentials or ${…}: it is private, and its URL in no output"
            yield message(entry.node.mark, entry.key, what)
        first = seen.setdefault((entry.type, entry.location), entry)
        if first is not entry:
            yield message(entry.node.mark, entry.key, f"reads the same as {first.id}")


def _folders(entries: Sequence[SourceEntry], site: Path, output: Path) -> Iterator[str]:
    """A local source's ``path``, one or several, that is not there (yet), or that is served as it is."""
    for entry in entries:
        value: Any = getattr(entry.options, "path", None)
        for path in [value] if isinstance(value, str) else value or ():
            name = "such folder" if entry.holds_secret else shown(str(path))
            if not _exists(site, str(path)):
                yield message(entry.mark("path"), f"{entry.key}.path", f"there is no {name} in {site}")
            if _is_within(site / str(path), output):
                what = "lies in the output folder, whose files are served: so are drafts"
                yield message(entry.mark("path"), f"{entry.key}.path", what)


def _is_within(path: Path, folder: Path) -> bool:
    """By the names alone."""
    path = Path(os.path.abspath(path))  # noqa: PTH100 (resolve() would follow links)
    return folder in (path, *path.parents)


def _exists(site: Path, path: str) -> bool:
    try:
        return (site / path).exists()
    except (OSError, ValueError):  # a path no file system can have, or one that may not be looked at
        return False


def _near_misses(entries: Sequence[SourceEntry], rules: Rules) -> Iterator[str]:
    """Category names of sources that look like slips of declared ones."""
    meant = dict(Matcher(rules).near_misses(name for entry in entries for name in entry.section.category))
    for entry in entries:
        for name in entry.section.category:
            if name in meant:
                what = f"{shown(name)} looks like {shown(meant[name])} (did you mean {meant[name]}?)"
                yield message(entry.mark("category"), f"{entry.key}.category", what)


def _includes(root: Node, configuration: Configuration, entries: Sequence[SourceEntry]) -> Iterator[str]:
    """Sources that categories include and only a list can name; without lists it is a mistake."""
    if any(entry.names_others for entry in entries):
        ids = [entry.id for entry in entries]
        for place, key, name in unknown_includes(root, configuration, ids):
            what = f"no source {shown(name)} is configured{hint(name, ids)}; it may be one that a list names"
            yield message(place, key, what)
