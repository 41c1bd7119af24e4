"""What outputs show: frozen values handed to renderers. Pure.

Paths are relative to the output folder and ``/``-separated; slugs in them are as they are on disk, not yet
percent-encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.model import ContentMode, Item, SourceInfo
    from aggregator.polls import Standing


@dataclass(frozen=True, slots=True, order=True)
class CategoryRef:
    """A category as an output names it."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stored item as outputs show it: ``item`` is clean; times are in the zone the source wrote."""

    item_id: int
    id: str
    item: Item
    published: datetime
    updated: datetime
    first_seen: datetime
    source: SourceInfo
    private: bool = False
    content: ContentMode = "full"
    categories: tuple[CategoryRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site as every output shows it. ``base_url`` ends with ``/``."""

    title: str = "Feeds"
    base_url: str = "http://127.0.0.1:8080/"
    language: str = "en"
    timezone: str = "UTC"
    author: str | None = None
    index: bool = False
    id: str = ""
    """Permanent: that of its feed of everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Everything a renderer needs for one feed. Paths are relative to the output folder, ``/``-separated."""

    site: Site
    slug: str
    """The category's slug; ``""`` for the feed of everything."""
    title: str
    id: str
    updated: datetime
    entries: tuple[Entry, ...]
    total: int
    """How many items it has in all, shown or not."""
    formats: tuple[str, ...] = ("atom", "json")
    pages: bool = True
    former: tuple[str, ...] = ()
    """Slugs it had before, which lead to it."""

    def path(self, suffix: str) -> str:
        """``xml``, ``json`` or ``html``: where that form lies; the page of everything is the home page."""
        if self.slug:
            return f"category/{self.slug}.{suffix}"
        return "index.html" if suffix == "html" else f"all.{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSummary:
    """A category in a list of them. ``updated`` is its feed's; None before it was first written."""

    slug: str
    title: str
    items: int
    updated: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source is, as anybody may know. ``since``: when it got so; None where it is as it should be."""

    id: str
    title: str
    state: Standing
    since: datetime | None = None
    url: str | None = None
    """Where it is read; None for local posts."""
    status: int | None = None
    """The HTTP status it fails with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everything a renderer needs for what lists all feeds and sources: home page, OPML files."""

    site: Site
    everything: Feed
    categories: tuple[FeedSummary, ...]
    sources: tuple[SourceInfo, ...]
    """What is read, private sources left out."""
    health: tuple[SourceHealth, ...] = ()
    """How each source is that is not private, those that want attention first."""
