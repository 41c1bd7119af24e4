"""Render pages. Pure. The only door of jinja2.

The one rule: templates decide nothing; they get words, texts and links that are ready to be shown.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aggregator import text
from aggregator.outputs import shown
from aggregator.outputs.pages import body, health
from aggregator.outputs.pages.page import (
    HEALTH,
    HOME,
    ICON,
    NOT_FOUND,
    STYLESHEET,
    SUBSCRIBE,
    Category,
    Link,
    Page,
    host,
    time,
)
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aggregator.views import Directory, Entry, Feed, ItemPage, Past, SourceHealth

LISTED = 24
"""Categories that are listed at once; of more, those that changed last, and the others behind a click."""
ADDRESSES = 200
"""Addresses that the page of addresses holds; of more categories each page names its own."""
_BYTES = 1024
_ROW, _ROW_END = '<li id="', "</li>"
"""How a row of entries begins and ends; nothing else in a list has an id."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file that comes with an item."""

    url: str
    name: str
    about: str


class Renderer:
    """Renders what :class:`aggregator.outputs.pages.Pages` promises."""

    def __init__(self) -> None:
        # autoescape is on for whatever a template is called: every text on a page comes from strangers.
        self._templates = Environment(
            loader=PackageLoader(__package__, "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def kept(self, body: str, ids: Collection[str]) -> Mapping[str, str]:
        """Return how entries stand in a page that was written here."""
        wanted = {shown.anchor(each): each for each in ids}
        found = {}
        for row in body.split(_ROW)[1:]:
            name = wanted.get(row[: row.index('"')])
            if name is not None:
                found[name] = _ROW + row[: row.index(_ROW_END) + len(_ROW_END)]
        return found

    # ── categories ──

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render a category's page; the page of everything is the home page, which lists categories too."""
        if not feed.pages or not feed.slug:
            return {}
        page = Page(feed, feed.path("html"))
        shown_count = len(feed.entries) if feed.total > len(feed.entries) else 0
        made = self._html(
            "category.html",
            page,
            days=page.days(feed.entries),
            shown=page.words.shown.format(count=f"{shown_count:,}") if shown_count else "",
            years=page.years(feed.months),
        )
        moved = {replace(feed, slug=slug).path("html"): feed.path("html") for slug in feed.former}
        return {page.lies_at: made} | self._moved(feed, moved)

    def past(self, past: Past) -> Mapping[str, bytes]:
        """Render a category's items of one month, or of one day."""
        feed = past.feed
        probe = Page(feed, past.path)
        said = probe.words
        title = said.month_title.format(title=probe.feed_title, month=said.called(past.period))
        page = Page(feed, past.path, title)
        older = past.older and Link(
            said.earlier.format(period=said.called(past.older)), page.path(feed.past_path(past.older))
        )
        of_month = past.period.whole_month
        made = self._html(
            "past.html",
            page,
            name=said.called(past.period),
            category=Link(page.feed_title, page.path(feed.path("html"))),
            month=past.period.day and Link(said.called(of_month), page.path(feed.past_path(of_month))),
            days=page.days(past.entries),
            count=said.items(len(past.entries)) if past.entries else "",
            years=page.years(past.days),
            older=older,
        )
        former = (replace(feed, slug=slug) for slug in feed.former)
        moved = {each.past_path(past.period): past.path for each in former if each.has_past}
        return {page.lies_at: made} | self._moved(feed, moved)

    def _moved(self, feed: Feed, moved: Mapping[str, str]) -> dict[str, bytes]:
        """Pages at former places, each leading on to the present one."""
        made = {}
        for former, present in moved.items():
            page = Page(feed, former)
            url = shown.file_url(feed.site, present)
            made[former] = self._html("moved.html", page, target=page.path(present), url=url)
        return made

    # ── items ──

    def item(self, page: ItemPage) -> Mapping[str, bytes]:
        """Render one item."""
        entry, feed = page.entry, page.feed
        here = Page(feed, entry.path, shown.title(entry))
        link = shown.link(entry)
        html = body.as_shown(shown.content(entry))
        made = self._html(
            "item.html",
            here,
            row=here.rows([entry])[0],
            language=here.other_language(entry),
            canonical=link or shown.file_url(feed.site, entry.path),
            host=host(link),
            origin=text.plain(entry.item.origin or ""),
            source=shown.source_title(entry),
            authors=[person.name for person in shown.bylines(entry)],
            updated=time(entry.updated, feed.site) if entry.updated != entry.published else None,
            categories=[
                Link(
                    text.plain(each.title) or each.slug, here.path(replace(feed, slug=each.slug).path("html"))
                )
                for each in entry.categories
            ],
            tags=shown.tag_labels(entry),
            files=[_file(medium) for medium in shown.media(entry)],
            # Clean since it was stored, and written anew by as_shown.
            html=Markup(html),  # noqa: S704 - cleaned, and fitted into the page
            summary="" if html else shown.summary(entry),
            is_wide=body.is_wide(html),
        )
        return {here.lies_at: made}

    # ── what lists them ──

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render the home page, those that explain, and what all pages share."""
        feed = directory.everything
        if not feed.pages:
            return {}
        home = Page(feed, HOME)
        listed = [home.category(each, each.updated) for each in directory.categories if each.updated]
        made = {
            HOME: self._home(home, feed.entries, listed),
            SUBSCRIBE: self._explained(Page(feed, SUBSCRIBE, home.words.how_to_subscribe), listed),
            HEALTH: self._health(Page(feed, HEALTH, home.words.health), directory.health),
            NOT_FOUND: self._not_found(feed),
        }
        folder = files(__package__).joinpath("templates")
        return made | {name: folder.joinpath(name).read_bytes() for name in (STYLESHEET, ICON)}

    def _home(self, page: Page, entries: tuple[Entry, ...], listed: list[Category]) -> bytes:
        newest = sorted(listed, key=lambda each: each.moment, reverse=True)[:LISTED]
        return self._html(
            "index.html",
            page,
            days=page.days(entries),
            categories=listed if len(listed) <= LISTED else newest,
            more=listed if len(listed) > LISTED else [],
            all_categories=page.words.all_categories.format(count=f"{len(listed):,}"),
        )

    def _explained(self, page: Page, listed: list[Category]) -> bytes:
        return self._html(
            "subscribe.html",
            page,
            categories=listed[:ADDRESSES],
            more=page.words.many_addresses.format(count=f"{len(listed):,}")
            if len(listed) > ADDRESSES
            else "",
        )

    def _health(self, page: Page, sources: tuple[SourceHealth, ...]) -> bytes:
        return self._html("health.html", page, states=health.states(sources, page.site, page.words))

    def _not_found(self, feed: Feed) -> bytes:
        """A server shows it at any address, so its links are absolute and its style is inside."""
        page = Page(feed, NOT_FOUND, Page(feed, NOT_FOUND).words.not_found)
        style = files(__package__).joinpath("templates", "404.css").read_text("utf-8")
        return self._html("404.html", page, url=shown.file_url(feed.site, ""), style=Markup(style))  # noqa: S704 - our own

    def _html(self, template: str, page: Page, **values: Any) -> bytes:
        html = self._templates.get_template(template).render(page=page, words=page.words, **values)
        return text.xml_safe(html).rstrip().encode() + b"\n"


def _file(medium: shown.Medium) -> _File:
    size = "" if medium.length is None else _size(medium.length)
    name = text.plain(medium.url.rpartition("/")[2].partition("?")[0], 80) or host(medium.url)
    return _File(medium.url, name, " · ".join(part for part in (medium.type, size) if part))


def _size(length: int) -> str:
    if length < _BYTES * _BYTES:
        return f"{max(1, round(length / _BYTES))} KiB" if length else ""
    return f"{length / _BYTES / _BYTES:.1f} MiB"
