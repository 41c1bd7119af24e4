"""What outputs show: frozen values handed to renderers. Pure.

Paths are relative to the output folder and ``/``-separated; slugs in them are as they are on disk, not yet
percent-encoded.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.model import ContentMode, Item, SourceInfo
    from aggregator.periods import Period
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
    forms: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """How it stands in the files of its feed, by their suffix, if nothing happened to it since.

    Then it is shown just so, and its item was not read.
    """
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was derived from the rest of it, but for ``content``: each form of output asks for the same."""

    @property
    def path(self) -> str:
        """Where its own page lies, if items have pages."""
        return item_path(self.id)


ITEMS = "item/"
"""The folder of the pages of items."""


def item_path(public_id: str) -> str:
    """Where the page of an item lies: it follows from the permanent id, so links to it last."""
    return f"{ITEMS}{sha256(public_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.html"


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


def feed_path(slug: str, suffix: str) -> str:
    """Where that form of a feed lies; ``""`` is the feed of everything, whose page is the home page."""
    if slug:
        return f"category/{slug}.{suffix}"
    return "index.html" if suffix == "html" else f"all.{suffix}"


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
    item_pages: bool = False
    """Whether each of its items has a page of its own."""
    months: tuple[Period, ...] = ()
    """Months that have a page each, earliest first; none where the feed's page shows every item."""

    def path(self, suffix: str) -> str:
        """``xml``, ``json`` or ``html``: where that form lies."""
        return feed_path(self.slug, suffix)

    def past_path(self, period: Period) -> str:
        """Where the page of a month or a day lies."""
        return f"category/{self.slug}/{period.name}.html"

    @property
    def has_past(self) -> bool:
        """Whether pages of months have a place: not where files of another category may lie."""
        return bool(self.slug) and not self.slug.lower().endswith((".xml", ".json", ".html"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a category published in one month; of a month with too many items, its days, a page each."""

    feed: Feed
    """Without entries."""
    period: Period
    entries: tuple[Entry, ...] = ()
    """Newest first."""
    days: tuple[Period, ...] = ()
    """Instead of entries: the days that have a page, earliest first."""
    older: Period | None = None
    """The one before it that has a page, of the same kind."""

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.feed.past_path(self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """One item, on a page of its own."""

    feed: Feed
    """The feed of everything, without entries."""
    entry: Entry


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
