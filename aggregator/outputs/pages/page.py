"""What pages show, ready for their templates: addresses, times, rows. Pure.

The one rule: links between pages are relative to the page they are on, so that a folder of pages works
wherever it lies.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator import text, urls
from aggregator.dates import zone
from aggregator.outputs import atom, jsonfeed, opml, shown, texts
from aggregator.outputs.words import words
from aggregator.periods import at
from aggregator.values import dataclass
from aggregator.views import feed_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime, tzinfo

    from aggregator.outputs.words import Words
    from aggregator.periods import Period
    from aggregator.views import Entry, Feed, FeedSummary, Site

STYLESHEET = "style.css"
ICON = "icon.svg"
HOME = "index.html"
SUBSCRIBE = "subscribe.html"
HEALTH = "health.html"
NOT_FOUND = "404.html"
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Time:
    """A moment as a page shows it, in the site's time zone."""

    machine: str
    date: str
    short: str
    clock: str
    zone: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of ours, or of others."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a list shows it. ``page`` is its own page, ``link`` the original; each may be empty."""

    anchor: str
    title: str
    page: str
    link: str
    language: str
    source: str
    via: str
    excerpt: str
    time: Time
    kept: str = ""
    """HTML: the row as our template wrote it before; then there is nothing but it and the time."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's address: ``path`` relative to the page, ``url`` to copy."""

    name: str
    title: str
    type: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category in the list of them."""

    title: str
    page: str
    feed: str
    url: str
    count: str
    number: str
    time: Time
    moment: datetime


@dataclass(frozen=True, slots=True)
class Year:
    """The months, or days, of a year that have a page."""

    name: str
    pages: tuple[Link, ...]


class Page:
    """What every page has: where it lies, whose it is, what can be subscribed to from it."""

    def __init__(self, feed: Feed, path: str, title: str = "") -> None:
        self.feed, self.site = feed, feed.site
        self.lies_at = path
        self.words: Words = words(feed.site.language)
        self.language = _language(feed.site)
        self.site_title = shown.site_title(feed.site)
        self.feed_title = shown.feed_title(feed) if feed.slug else self.site_title
        self.title = title or self.feed_title
        self.index = feed.site.index
        self.home = self.path(HOME)
        self.stylesheet = self.path(STYLESHEET)
        self.icon = self.path(ICON)
        self.how_to_subscribe = self.path(SUBSCRIBE)
        self.health = self.path(HEALTH)
        self.opml = self.path(opml.FEEDS)
        self.opml_url = shown.file_url(feed.site, opml.FEEDS)
        self.subscriptions = [self._subscription("xml", self.words.atom, atom.MEDIA_TYPE)]
        if "json" in feed.formats:
            self.subscriptions.append(self._subscription("json", self.words.json, jsonfeed.MEDIA_TYPE))
        self.count = self.words.items(feed.total)
        self.time = time(feed.updated, feed.site)
        self._as_listed = f"row of {feed.site}"

    def path(self, target: str) -> str:
        """Return the link from this page to a file below the output folder."""
        return "../" * self.lies_at.count("/") + urls.quote_path(target)

    def _subscription(self, suffix: str, name: str, media_type: str) -> Subscription:
        path = self.feed.path(suffix)
        url = shown.file_url(self.site, path)
        return Subscription(name, f"{self.feed_title} ({name})", media_type, self.path(path), url)

    def rows(self, entries: Iterable[Entry]) -> list[Row]:
        """The entries as a list shows them."""
        return [self._row(entry) for entry in entries]

    def days(self, entries: Iterable[Entry]) -> Sequence[tuple[str, list[Row]]]:
        """The same by day of publication in the site's time zone."""
        return [(day, list(rows)) for day, rows in groupby(self.rows(entries), key=lambda row: row.time.date)]

    def _row(self, entry: Entry) -> Row:
        if kept := entry.forms.get("html"):
            return Row("", "", "", "", "", "", "", "", time(entry.published, self.site), kept)
        # Without a page of its own, and with its text, it is the same wherever on the site it is listed.
        if self.feed.item_pages or entry.content == "none":
            return self._made(entry)
        return texts.once(entry, self._as_listed, self._made)

    def _made(self, entry: Entry) -> Row:
        source, name = shown.source_title(entry), shown.source_name(entry)
        return Row(
            anchor=shown.anchor(entry.id),
            title=shown.title(entry),
            page=self.path(entry.path) if self.feed.item_pages else "",
            link=shown.link(entry),
            language=self.other_language(entry),
            source=name,
            via=source if source not in (name, self.site_title) else "",
            excerpt=shown.excerpt(entry),
            time=time(entry.published, self.site),
        )

    def other_language(self, entry: Entry) -> str:
        """The entry's language where it is not the page's; empty where it is."""
        own = shown.language(entry.item.language) or shown.language(self.site.language)
        return "" if own.lower() == self.language.lower() else own

    def category(self, summary: FeedSummary, updated: datetime) -> Category:
        """A category in the list of them."""
        feed = feed_path(summary.slug, "xml")
        return Category(
            title=text.plain(summary.title) or summary.slug,
            page=self.path(feed_path(summary.slug, "html")),
            feed=self.path(feed),
            url=shown.file_url(self.site, feed),
            count=self.words.items(summary.items),
            number=f"{summary.items:,}",
            time=time(updated, self.site),
            moment=updated,
        )

    def years(self, periods: Iterable[Period]) -> list[Year]:
        """The pages of these months or days, latest first, by year."""
        latest = sorted(periods, reverse=True)
        return [
            Year(
                f"{year:04}",
                tuple(
                    Link(self.words.in_its_year(each), self.path(self.feed.past_path(each))) for each in of_it
                ),
            )
            for year, of_it in groupby(latest, key=lambda each: each.year)
        ]


def _language(site: Site) -> str:
    """The page's language: the site's, unless the interface speaks another one."""
    own, spoken = shown.language(site.language), words(site.language).language
    return own if own.partition("-")[0].lower() == spoken.partition("-")[0].lower() else spoken


def time(moment: datetime, site: Site) -> Time:
    """The moment as the site's clock shows it."""
    local = at(moment, _place(site.timezone))
    in_words, briefly = _day(site.language, local.date())
    clock = f"{local.hour:02}:{local.minute:02}"
    return Time(shown.time(moment), in_words, briefly, clock, _zone(local))


@lru_cache(maxsize=1024)
def _day(language: str, day: date) -> tuple[str, str]:
    """A day in words, and in few: many items are of one."""
    spoken = words(language)
    return spoken.on(day), spoken.briefly(day)


@lru_cache(maxsize=64)
def _place(timezone: str) -> tzinfo:
    return zone(timezone)


def _zone(local: datetime) -> str:
    """How far the site's clock is from UTC, as people write it."""
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / _MINUTES) if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), _MINUTES)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def host(url: str) -> str:
    """The host of a link, for people."""
    return text.plain(urlsplit(url).hostname or "").removeprefix("www.")
