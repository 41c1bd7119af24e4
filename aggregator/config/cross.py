"""Rules between settings: what each alone may say, but not together. Pure.

Each check leaves alone what is broken already: no mistake is told twice, and none hides another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.config.positions import place_of, sound, written
from aggregator.config.suggest import closest, hint, shown
from aggregator.config.units import duration_text
from aggregator.slugs import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aggregator.config.positions import Mark, Node, Problems
    from aggregator.config.schema import Configuration
    from aggregator.config.schema_rules import CategorySection
    from aggregator.config.sources import SourceEntry


def check_order(root: Node, configuration: Configuration, problems: Problems) -> None:
    """Settings of which one must not be greater than the other."""
    schedule, output = configuration.schedule, configuration.output
    pairs = (
        ("schedule.min", schedule.min, "schedule.interval", schedule.interval),
        ("schedule.interval", schedule.interval, "schedule.max", schedule.max),
        ("schedule.min", schedule.min, "schedule.max", schedule.max),
        ("output.entries", output.entries, "output.max_entries", output.max_entries),
    )
    for low, least, high, most in pairs:
        if least <= most or not sound(root, low) or not sound(root, high):
            continue
        text = str if low.startswith("output") else duration_text
        if written(root, high):
            problems.add(place_of(root, high), high, f"must be at least {low}, {text(least)}")
        else:
            problems.add(place_of(root, low), low, f"must be at most {high}, {text(most)}")


def check_folders(root: Node, own: tuple[Path, Path], store: Path, output: Path, problems: Problems) -> None:
    """The output folder is served to everybody: nothing of the site's own may lie in it.

    ``own``: the folders of the configuration and of the site. All paths are absolute.
    """
    if not sound(root, "output.dir"):
        return
    if output in (*own, *own[1].parents):
        what = "must be a folder of its own: the configuration lies in this one, and outputs are served"
        problems.add(place_of(root, "output.dir"), "output.dir", what)
    elif sound(root, "store") and (store == output or output in store.parents):
        what = "must lie outside the output folder, whose files are served"
        problems.add(place_of(root, "store"), "store", what)


def check_sources(
    root: Node, configuration: Configuration, entries: Sequence[SourceEntry], problems: Problems
) -> None:
    """Ids are unique, blind to case; no source is to be read more often than allowed."""
    ids: dict[str, SourceEntry] = {}
    for entry in entries:
        first = ids.setdefault(fold(entry.id), entry)
        if entry.id and first is not entry:
            where = first.mark("id")
            what = f"{shown(entry.id)} is the id of {first.key} too{_on(where)}"
            problems.add(entry.mark("id"), f"{entry.key}.id", what)
    least = configuration.schedule.min
    if not sound(root, "schedule.min"):
        return
    for entry in entries:
        interval = entry.section.interval
        if interval is not None and interval < least:
            what = f"must be at least schedule.min, {duration_text(least)}"
            problems.add(entry.mark("interval"), f"{entry.key}.interval", what)


def check_includes(
    root: Node, configuration: Configuration, entries: Sequence[SourceEntry], problems: Problems
) -> None:
    """Categories include sources that are there. While some id can't be told, only slips are sure.

    With a list among the sources nothing is sure: it may name the one that is meant.
    """
    pair = root.pairs().get("sources")
    ids = [entry.id for entry in entries if entry.id]
    all_told = pair is not None and len(pair.node.elements()) == len(ids)
    if any(entry.names_others for entry in entries):
        return
    for place, key, name in unknown_includes(root, configuration, ids):
        if all_told or closest(name, ids):
            problems.add(place, key, f"there is no source {shown(name)}{hint(name, ids)}")


def unknown_includes(
    root: Node, configuration: Configuration, ids: Sequence[str]
) -> Iterator[tuple[Mark, str, str]]:
    """Sources that categories include though they are not configured: place, key and name."""
    for key, node, category in declared(root, configuration):
        pair = node.pairs().get("include")
        names = pair.node.pairs().get("sources") if pair else None
        if names is None:
            continue
        places = [child.mark for child in names.node.elements() if not child.broken] or [names.node.mark]
        for place, name in zip(places, category.include.sources, strict=False):
            if name not in ids:
                yield place, f"{key}.include.sources", name


def check_categories(root: Node, configuration: Configuration, problems: Problems) -> None:
    """A slug, an alias or a former slug belongs to one category."""
    owners: dict[str, tuple[str, str, Mark]] = {}
    categories = list(declared(root, configuration))
    for key, node, category in categories:
        mark = _mark(node, "slug" if category.slug else "title")
        first = owners.setdefault(category.name, (key, "slug", mark))
        if first[0] != key:
            problems.add(mark, f"{key}.slug", f"{shown(category.name)} is declared twice{_on(first[2])}")
    for key, node, category in categories:
        for kind, names in (("aliases", category.aliases), ("was", category.was)):
            for name in names:
                mark = _mark(node, kind)
                first = owners.setdefault(name, (key, kind, mark))
                if first[0] != key:
                    what = f"{shown(name)} is a name of {first[0]} too{_on(first[2])}"
                    problems.add(mark, f"{key}.{kind}", what)


def declared(root: Node, configuration: Configuration) -> Iterator[tuple[str, Node, CategorySection]]:
    """Every sound category: its key, where it is written, and what it says."""
    pair = root.pairs().get("categories")
    nodes = pair.node.elements() if pair else []
    kept = [(index, node) for index, node in enumerate(nodes) if not node.broken]
    for (index, node), category in zip(kept, configuration.categories, strict=True):
        yield f"categories[{index}]", node, category


def _mark(node: Node, name: str) -> Mark:
    pair = node.pairs().get(name)
    return pair.node.mark if pair else node.mark


def _on(mark: Mark) -> str:
    return f" (line {mark.line})" if mark.line else ""
