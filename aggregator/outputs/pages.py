"""HTML pages that work from a folder, without a server and without scripts. Pure. The only door of jinja2.

The one rule: templates decide nothing; they get words, texts and links that are ready to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator import text, urls
from aggregator.dates import zone
from aggregator.outputs import atom, jsonfeed, opml, shown
from aggregator.outputs.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from aggregator.views import Directory, Entry, Feed, FeedSummary, Site

STYLESHEET = "style.css"


@dataclass(frozen=True, slots=True)
class _Time:
    """A moment as a page shows it, in the site's time zone."""

    machine: str
    date: str
    clock: str


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as a page shows it; ``link`` and ``language`` may be empty."""

    anchor: str
    title: str
    link: str
    language: str
    source: str
    excerpt: str
    time: _Time


@dataclass(frozen=True, slots=True)
class _Subscription:
    """A feed's address: ``path`` relative to the page, ``url`` to copy."""

    name: str
    title: str
    type: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class _Category:
    """A category in the list of them."""

    title: str
    page: str
    feed: str
    count: str
    time: _Time


class Pages:
    """Renders ``index.html`` and ``category/<slug>.html``, and the stylesheet they share.

    At a former slug of a category lies a page that leads on to it.
    """

    version = 1

    def __init__(self) -> None:
        # autoescape is on for whatever a template is called: every text on a page comes from strangers.
        self._templates = Environment(
            loader=PackageLoader(__package__, "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render a category's page; the page of everything is the home page, which lists categories too."""
        if not feed.pages or not feed.slug:
            return {}
        page = _Page(feed)
        made = self._page("category.html", page, rows=_rows(feed), more=feed.total - len(feed.entries))
        if feed.former:
            moved = self._html(
                "moved.html", page, target=page.path(feed.path("html")), url=shown.page_url(feed)
            )
            made |= {replace(feed, slug=slug).path("html"): moved for slug in feed.former}
        return made

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render the home page and the stylesheet."""
        feed = directory.everything
        if not feed.pages:
            return {}
        page = _Page(feed)
        home = self._page(
            "index.html",
            page,
            days=_days(feed),
            categories=[_category(page, each) for each in directory.categories if each.updated],
            opml=page.path(opml.FEEDS),
        )
        stylesheet = files(__package__).joinpath("templates", STYLESHEET).read_bytes()
        return {**home, STYLESHEET: stylesheet}

    def _page(self, template: str, page: _Page, **values: Any) -> dict[str, bytes]:
        return {page.feed.path("html"): self._html(template, page, **values)}

    def _html(self, template: str, page: _Page, **values: Any) -> bytes:
        html = self._templates.get_template(template).render(page=page, words=page.words, **values)
        return text.xml_safe(html).rstrip().encode() + b"\n"


class _Page:
    """What every page has: where it lies, whose it is, what can be subscribed to from it."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.words = words(feed.site.language)
        self.language = _language(feed.site)
        self.site_title = shown.site_title(feed.site)
        self.title = shown.feed_title(feed) if feed.slug else self.site_title
        self.index = feed.site.index
        self.home = self.path("index.html")
        self.stylesheet = self.path(STYLESHEET)
        self.subscriptions = [_subscription(self, "xml", self.words.atom, atom.MEDIA_TYPE)]
        if "json" in feed.formats:
            self.subscriptions.append(_subscription(self, "json", self.words.json, jsonfeed.MEDIA_TYPE))
        self.count = self.words.items(feed.total)
        self.time = _time(feed.updated, feed.site)

    def path(self, target: str) -> str:
        """Return the link from this page to a file below the output folder."""
        return "../" * self.feed.path("html").count("/") + urls.quote_path(target)


def _language(site: Site) -> str:
    """The page's language: the site's, unless the interface speaks another one."""
    own, spoken = shown.language(site.language), words(site.language).language
    return own if own.partition("-")[0].lower() == spoken.partition("-")[0].lower() else spoken


def _subscription(page: _Page, suffix: str, name: str, media_type: str) -> _Subscription:
    path = page.feed.path(suffix)
    url = shown.file_url(page.feed.site, path)
    return _Subscription(name, f"{page.title} ({name})", media_type, page.path(path), url)


def _category(page: _Page, summary: FeedSummary) -> _Category:
    slug, site = summary.slug, page.feed.site
    assert summary.updated is not None  # noqa: S101 - the caller chose those
    return _Category(
        title=text.plain(summary.title) or slug,
        page=page.path(f"category/{slug}.html"),
        feed=page.path(f"category/{slug}.xml"),
        count=page.words.items(summary.items),
        time=_time(summary.updated, site),
    )


def _days(feed: Feed) -> Sequence[tuple[str, list[_Row]]]:
    """The rows by day of publication in the site's time zone."""
    return [(day, list(rows)) for day, rows in groupby(_rows(feed), key=lambda row: row.time.date)]


def _rows(feed: Feed) -> list[_Row]:
    return [_row(feed.site, entry) for entry in feed.entries]


def _row(site: Site, entry: Entry) -> _Row:
    return _Row(
        anchor=shown.anchor(entry),
        title=shown.title(entry),
        link=shown.link(entry),
        language=shown.language(entry.item.language) or shown.language(site.language),
        source=shown.source_name(entry),
        excerpt=shown.excerpt(entry),
        time=_time(entry.published, site),
    )


def _time(moment: datetime, site: Site) -> _Time:
    local = _local(moment, zone(site.timezone))
    return _Time(shown.time(moment), words(site.language).on(local.date()), f"{local:%H:%M}")


def _local(moment: datetime, place: tzinfo) -> datetime:
    try:
        return moment.astimezone(place)
    except OverflowError:  # within a day of the years 1 and 9999
        return moment
