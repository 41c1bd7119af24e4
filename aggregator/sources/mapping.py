"""What a feed says, as items of ours. Pure.

Its rule: links are resolved here and dates read here, once for every format; what cannot be read is told and
left out, never guessed, and no entry is lost for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator import dates, markup, text, tidy, urls
from aggregator.model import Enclosure, Item, Person, Problem, Reading, SourceInfo, Tag, Text
from aggregator.sources import calendars, postbody
from aggregator.sources.entries import MAX_FILES, MAX_PEOPLE, MAX_TERMS, EntryText
from aggregator.sources.identities import identities, repeated
from aggregator.sources.within import within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from aggregator.model import Source
    from aggregator.sources.entries import EntryLink, EntryPerson, FeedDocument, FeedEntry
    from aggregator.sources.identities import Identity

MAX_PROBLEMS = 30
MAX_CATEGORIES = 500
"""Different ones that the entries of one document name: each has files for as long as the site lasts."""
"""Problems of one document that are told one by one."""

_ORIGIN = re.compile(r"文章(?:\s++|<[^<>]*+>)*+来源")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_ENCLOSED = re.compile(r"(?:audio|video|image|application)/[\w.+-]+")
_NO_TEXT = EntryText()
_PAGES = frozenset({"", "text/html", "application/xhtml+xml", "html", "xhtml"})
_PERSON = re.compile(r"(?P<email>[^\s@<>()]+@[^\s@<>()]+)\s*\((?P<name>[^()]*)\)")
_NAMED = re.compile(r"(?P<name>(?:[^<>\s]++|\s++(?!<))*+)\s*+<(?P<email>[^\s@<>]+@[^\s@<>]+)>")
_IMAGE_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "svg": "image/svg+xml",
}  # fmt: skip


def to_reading(feed: FeedDocument, source: Source, name: str, url: str | None) -> Reading:
    """Make the items of one document; ``name`` is what problems call it, ``url`` where it came from."""
    mapping = _Mapping(feed, source, url)
    items = mapping.items()
    calendar, doubts = calendars.calendar(feed.calendar, mapping.zone)
    problems = [*feed.notes, *mapping.problems, *doubts]
    if len(problems) > MAX_PROBLEMS:
        problems[MAX_PROBLEMS:] = [f"and {len(problems) - MAX_PROBLEMS:,} more problems of this kind"]
    return Reading(
        items=items,
        problems=tuple(Problem(name, what) for what in problems),
        info=mapping.info(),
        calendar=calendar,
    )


class _Mapping:
    def __init__(self, feed: FeedDocument, source: Source, url: str | None) -> None:
        self.feed, self.source = feed, source
        self.problems: list[str] = []
        self.categories: set[str] = set()
        self.zone: tzinfo = dates.zone(source.timezone)
        self.base = feed.base or url
        self.site_url = self._first(feed.links, "alternate", self.base)
        if feed.family != "atom" and not feed.base and self.site_url and not _same_host(self.site_url, url):
            # Only Atom says what links are relative to; on the host of a feed service they lead nowhere.
            self.base = self.site_url

    # ── the feed ──

    def info(self) -> SourceInfo:
        """The source as it presents itself."""
        feed = self.feed
        title = markup.to_text(feed.title.value) if feed.title.kind == "html" else feed.title.value
        return SourceInfo(
            id=feed.id,
            title=text.plain(title, tidy.MAX_NAME),
            site_url=self.site_url,
            feed_url=self._first(feed.links, "self", self.base),
            updated=dates.parse(feed.updated, self.zone) if feed.updated else None,
        )

    # ── the entries ──

    def items(self) -> tuple[Item, ...]:
        """An item for each entry, in their order; of several with one id the last."""
        entries = self.feed.entries if self.feed.bounded else [*map(self._within, self.feed.entries)]
        links = [self._link(entry) for entry in entries]
        found = identities(entries, links)
        for native, count in repeated(found).items():
            self.problems.append(
                f"{count} entries have the id “{text.plain(native, 100)}”: the last one is taken"
            )
        items: dict[str, Item] = {}
        for entry, link, who in zip(entries, links, found, strict=True):
            items.pop(who.native, None)
            items[who.native] = self._item(entry, link, who)
        return tuple(items.values())

    def _item(self, entry: FeedEntry, link: str | None, who: Identity) -> Item:
        content, summary = self._bodies(entry)
        tags = self._tags(entry)
        return Item(
            source_id=self.source.id,
            native_id=who.native,
            seed=who.seed,
            entry_id=who.stated,
            title=_text(entry.title),
            link=link,
            content=_text(content),
            summary=_text(summary),
            published=self._date(entry, entry.published or entry.created),
            updated=self._date(entry, entry.updated),
            authors=self._authors(entry),
            tags=tags,
            categories=self._categories(tags),
            origin=_origin(content, summary)
            or (text.plain(markup.to_text(entry.source_title)) if entry.source_title else None)
            or None,
            enclosures=self._enclosures(entry),
            language=self._language(content.language or entry.language),
            base=self._text_base(entry, content or summary, link),
        )

    def _categories(self, tags: Sequence[Tag]) -> tuple[str, ...]:
        """What an entry's terms are filed under, where the configuration trusts the publisher with it."""
        if self.source.categories_from != "entries":
            return ()
        names = _names(tags)
        for name in names:
            if len(self.categories) < MAX_CATEGORIES:
                self.categories.add(name)
        kept = tuple(name for name in names if name in self.categories)
        told = f"its entries name more than {MAX_CATEGORIES} categories; those after them are tags alone"
        if len(kept) < len(names) and told not in self.problems:
            self.problems.append(told)
        return kept

    def _within(self, entry: FeedEntry) -> FeedEntry:
        """The entry with every text and field cut to its limit."""
        cut, reached = within(entry)
        for limit in reached:
            self._tell(cut, f"has a text or field of more than {limit:,} characters; the rest is cut off")
        return cut

    # ── links ──

    def _resolved(self, link: EntryLink, entry: FeedEntry | None) -> str | None:
        return urls.absolute(link.href, link.base or (entry.base if entry else "") or self.base)

    def _first(self, links: Sequence[EntryLink], rel: str, base: str | None) -> str | None:
        """The first link of this kind, pages before other media types."""
        fitting = [link for link in links if link.rel == rel]
        fitting.sort(key=lambda link: link.type not in _PAGES)
        return next(filter(None, (urls.absolute(link.href, link.base or base) for link in fitting)), None)

    def _link(self, entry: FeedEntry) -> str | None:
        base = entry.base or self.base
        found = self._first(entry.links, "alternate", base)
        if found is None and self.feed.family == "json":
            found = self._first(entry.links, "related", base)
        if found is None and entry.id_is_link and self.feed.family == "rss":
            found = urls.absolute(entry.id)
        unusable = next((link.href for link in entry.links if link.rel == "alternate"), None)
        if found is None and unusable:
            self._tell(entry, f"its link is no web address: {_quoted(unusable)}")
        return found

    def _text_base(self, entry: FeedEntry, body: EntryText, link: str | None) -> str | None:
        """What relative links in its texts are relative to: as stated; else Atom's feed, RSS's page."""
        stated = body.base or entry.base
        if stated:
            return urls.absolute(stated)
        return self.base if self.feed.family == "atom" or link is None else None

    def _enclosures(self, entry: FeedEntry) -> tuple[Enclosure, ...]:
        """Its files, each once; then the pictures that stand for it."""
        found: dict[str, Enclosure] = {}
        for link in (link for link in entry.links if link.rel == "enclosure"):
            url = self._resolved(link, entry)
            if url is None:
                self._tell(entry, f"an enclosure is at no web address: {_quoted(link.href)}")
            else:
                length = int(link.length) if _DIGITS.fullmatch(link.length) else None
                known = found.get(url)
                if known is None or (known.length is None and length is not None):
                    found[url] = Enclosure(url, link.type or (known.type if known else ""), length)
        for body in entry.contents:
            url = urls.absolute(body.src, body.base or self.base) if body.src else None
            if url is not None and _ENCLOSED.fullmatch(body.type):
                found.setdefault(url, Enclosure(url, body.type))
        for image in entry.images:
            url = self._resolved(image, entry)
            if url is not None:
                ending = urlsplit(url).path.rpartition(".")[2].lower()
                found.setdefault(url, Enclosure(url, image.type or _IMAGE_TYPES.get(ending, "")))
        self._count(entry, len(found), MAX_FILES, "enclosures")
        return tuple(found.values())[:MAX_FILES]

    # ── texts ──

    def _bodies(self, entry: FeedEntry) -> tuple[EntryText, EntryText]:
        """Content and summary. A text that stands alone is the content, whatever it is called."""
        readable = [body for body in entry.contents if body and body.kind != "other"]
        content = max(readable, key=lambda body: (body.kind == "html", len(body.value)), default=_NO_TEXT)
        texts = [body for body in (content, entry.summary, entry.abstract) if body and body.kind != "other"]
        content, summary = [*texts, _NO_TEXT, _NO_TEXT][:2]
        return content, _NO_TEXT if summary.value == content.value else summary

    def _language(self, stated: str) -> str | None:
        """What is stated here; in Atom ``xml:lang`` is inherited already, and may have been undone."""
        if stated or (self.feed.family == "atom" and self.feed.language):
            return stated or None
        return self.feed.language or self.source.language

    # ── people, terms, dates ──

    def _authors(self, entry: FeedEntry) -> tuple[Person, ...]:
        """RFC 4287, 4.2.1: its own, else its source's, else in Atom and JSON Feed those of the whole feed."""
        people = entry.authors or entry.source_authors
        if not people and self.feed.family != "rss":
            people = self.feed.authors
        self._count(entry, len(people), MAX_PEOPLE, "authors")
        return tuple(dict.fromkeys(map(self._person, people[:MAX_PEOPLE])))

    def _person(self, person: EntryPerson) -> Person:
        """RSS writes ``someone@example.com (Name)``, others ``Name <someone@example.com>``."""
        both = "@" in person.name and (_PERSON.fullmatch(person.name) or _NAMED.fullmatch(person.name))
        name, email = (both["name"], both["email"]) if both else (person.name, person.email)
        return Person(name or email, urls.absolute(person.url, self.base), email or None)

    def _tags(self, entry: FeedEntry) -> tuple[Tag, ...]:
        self._count(entry, len(entry.terms), MAX_TERMS, "categories")
        return tuple(
            Tag(term.term or term.label, term.label, term.scheme) for term in entry.terms[:MAX_TERMS]
        )

    def _date(self, entry: FeedEntry, written: str) -> datetime | None:
        found = dates.parse(written, self.zone) if written else None
        if written and found is None:
            self._tell(entry, f"unreadable date: {_quoted(written)}")
        return found

    # ── what is told ──

    def _tell(self, entry: FeedEntry, what: str) -> None:
        title = entry.title.value or entry.id
        name = text.excerpt(text.plain(title[:500]), 60) if title else "without title"
        self.problems.append(f"entry “{name}”: {what}")

    def _count(self, entry: FeedEntry, found: int, limit: int, what: str) -> None:
        if found > limit:
            self._tell(entry, f"has more than {limit} {what}; the first {limit} are kept")


def _text(body: EntryText) -> Text:
    return Text(body.value, "html" if body.kind == "html" else "text")


def _names(tags: Sequence[Tag]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.label or tag.term for tag in tags))


def _quoted(value: str) -> str:
    return text.terminal_safe(text.plain(_without_secrets(value), 80))


def _without_secrets(value: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//…@", value)


def _same_host(url: str, other: str | None) -> bool:
    return other is not None and urlsplit(url).hostname == urlsplit(other).hostname


def _origin(*bodies: EntryText) -> str | None:
    """The origin that a text states (``（文章来源：…）``); it mostly stands at the end."""
    for body in bodies:
        if _ORIGIN.search(body.value):
            tail = body.value[max(body.value.rfind("<p", 0, _last(body.value)), 0) :]
            return postbody.origin(markup.to_text(markup.clean(tail)) if body.kind == "html" else tail)
    return None


def _last(value: str) -> int:
    return max(found.start() for found in _ORIGIN.finditer(value))
