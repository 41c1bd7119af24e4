"""Whose the entries of our own feeds are, for when no store says so. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import sourcekeys
from aggregator.outputs import minted
from aggregator.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.model import Source, SourceInfo
    from aggregator.outputs.readback import WrittenEntry, WrittenFeed


def richest(feeds: Iterable[WrittenFeed]) -> Mapping[str, WrittenEntry]:
    """Each entry as it stands where most of it is shown; categories may show no more than titles."""
    found: dict[str, WrittenEntry] = {}
    for entry in (each for feed in feeds for each in feed.entries):
        if entry.id not in found or _size(entry) > _size(found[entry.id]):
            found[entry.id] = entry
    return found


def _size(entry: WrittenEntry) -> int:
    return len(entry.item.content.value) + len(entry.item.summary.value)


class Whose:
    """Which source an entry was read from."""

    def __init__(self, sources: Sequence[Source], site_id: str, told: Mapping[str, SourceInfo]) -> None:
        self._by_url = {
            sourcekeys.same_feed(each.location): each for each in sources if "://" in each.location
        }
        self._nameless = {minted.nameless(site_id, each.id): each for each in sources}
        self._told = told
        self._only = sources[0] if len(sources) == 1 else None

    def by_url(self, url: str | None) -> Source | None:
        """The source that is read there."""
        return self._by_url.get(sourcekeys.same_feed(url)) if url else None

    def of(self, entry: WrittenEntry) -> tuple[Source | None, SourceInfo]:
        """The source, None where that is not known, and what it said of itself then."""
        info = self._told.get(entry.id, entry.source) if entry.item.origin else entry.source
        source = self.by_url(info.feed_url) or self._nameless.get(info.id)
        own = "" if info.id in self._nameless or info.id == info.feed_url else info.id
        # Where a source states no time, that of the entry stands in its place.
        updated = None if info.updated == entry.updated else info.updated
        return source or self._only, replace(info, id=own, updated=updated)
