"""What of an entry is shown, whatever the form: title, text, source, authors, terms. Pure.

The one rule: nothing leaves here that a form could choke on. Texts are plain and fit for XML, links are
absolute http(s) URLs, ids and schemes are IRIs, languages are well-formed tags; what is not is left out.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator import text, urls
from aggregator.dates import rfc3339
from aggregator.model import Person
from aggregator.outputs import minted, texts
from aggregator.values import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.model import Enclosure, SourceInfo
    from aggregator.views import Entry, Feed, Site

EXCERPT = 280
"""How many characters of an item's text stand for a summary it does not have."""

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")  # RFC 3987, 2.2: an absolute IRI, roughly
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, as far as its syntax goes
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+(\s*;.*)?")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
# Readers ignore a medium of no stated type. A list of our own: the system's differs between machines.
_TYPES_BY_ENDING = {
    "aac": "audio/aac", "flac": "audio/flac", "m4a": "audio/mp4", "mp3": "audio/mpeg", "oga": "audio/ogg",
    "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav", "m4v": "video/mp4", "mov": "video/quicktime",
    "mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg",
    "png": "image/png", "webp": "image/webp", "pdf": "application/pdf", "zip": "application/zip",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A category or tag of an entry (RFC 4287, 4.2.2); ``label`` is never empty."""

    term: str
    label: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that comes with an entry; ``type`` is empty and ``length`` None where nobody knows."""

    url: str
    type: str
    length: int | None


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────


def title(entry: Entry) -> str:
    """Return the entry's title: never empty."""
    return texts.title(entry) or excerpt(entry, 60) or link(entry) or entry_id(entry)


def excerpt(entry: Entry, length: int = EXCERPT) -> str:
    """Return the item's own summary, else the beginning of its text; empty where nothing is to be shown."""
    return "" if entry.content == "none" else texts.excerpt(entry, length)


def summary(entry: Entry) -> str:
    """Return the summary that goes with this entry's content mode, as plain text; often empty."""
    if entry.content == "none":
        return ""
    if entry.content == "summary":
        return texts.summary(entry) or excerpt(entry)
    return texts.distinct_summary(entry)


def content(entry: Entry) -> str:
    """Return the HTML that goes with this entry's content mode; where all there is is a summary, that."""
    return texts.html(entry) if entry.content == "full" else ""


def feed_title(feed: Feed) -> str:
    """Return the feed's title: never empty."""
    return text.plain(feed.title) or site_title(feed.site)


def site_title(site: Site) -> str:
    """Return the site's title: never empty."""
    return text.plain(site.title) or "Feeds"


def site_author(site: Site) -> str:
    """Return who answers for the site's feeds: its author, else its title."""
    return text.plain(site.author or "") or site_title(site)


def time(moment: datetime) -> str:
    """Return the moment as RFC 3339, in its own offset where that can be written.

    Before standard time offsets had seconds, which RFC 3339 has no room for.
    """
    offset = moment.utcoffset()
    if offset is not None and offset.seconds % 60:
        moment = moment.astimezone(timezone(offset - timedelta(seconds=offset.seconds % 60)))
    return rfc3339(moment)


def published(entry: Entry) -> str:
    """Return when it was published, as RFC 3339."""
    return texts.once(entry, "published", lambda each: time(each.published))


def updated(entry: Entry) -> str:
    """Return when it was last updated, as RFC 3339."""
    return texts.once(entry, "updated", lambda each: time(each.updated))


def language(tag: str | None) -> str:
    """Return the language tag if it is one, else nothing."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else ""


def other_language(entry: Entry, site: Site) -> str:
    """Return the entry's language where it is not the site's."""
    own = language(entry.item.language)
    return "" if own.lower() == language(site.language).lower() else own


# ── where from ────────────────────────────────────────────────────────────────────────────────────────────


def source_title(entry: Entry) -> str:
    """Return the title of the source it was read from, else its host; a private one's is not told."""
    return texts.once(
        entry,
        "source title",
        lambda each: text.plain(each.source.title) or ("" if each.private else host(each.source)),
    )


def source_name(entry: Entry) -> str:
    """Return the source shown: the stated origin, else the source's title, else its site's host."""
    return texts.once(
        entry, "source name", lambda each: text.plain(each.item.origin or "") or source_title(each)
    )


def host(source: SourceInfo) -> str:
    """Return the host of the source's site, else of its feed; empty for local ones."""
    for url in (source.site_url, source.feed_url):
        found = urls.absolute(url)
        if found:
            return text.plain(urlsplit(found).hostname or "")
    return ""


def source_id(entry: Entry, site: Site) -> str:
    """Return a permanent IRI for the source shown; a private one's tells nothing about where it is read.

    A stated origin's follows from its name. Many sites have a source called ``posts``: what has no id of its
    own gets one of this site's.
    """
    if origin := text.plain(entry.item.origin or ""):
        return minted.origin(origin)
    own = "" if entry.private else entry.source.id or entry.source.feed_url
    return iri(own) if own else minted.nameless(site.id, entry.item.source_id)


def authors(entry: Entry, site: Site) -> tuple[Person, ...]:
    """Return who wrote it: the byline, else the source shown, else whoever answers for the site."""
    return bylines(entry) or (Person(source_name(entry) or site_author(site)),)


def bylines(entry: Entry) -> tuple[Person, ...]:
    """Return the authors that the entry names; often none."""
    return texts.once(entry, "bylines", _bylines)


def _bylines(entry: Entry) -> tuple[Person, ...]:
    people = []
    for person in entry.item.authors:
        name = text.plain(person.name)
        email = person.email if person.email and _ADDRESS.fullmatch(person.email) else None
        if name:
            people.append(Person(name, urls.absolute(person.url), email and text.xml_safe(email)))
    return tuple(dict.fromkeys(people))


# ── ids, links, terms ─────────────────────────────────────────────────────────────────────────────────────


def iri(value: str) -> str:
    """Return ``value`` if it is an absolute IRI, else a UUID that follows from it."""
    is_iri = _IRI.fullmatch(value) is not None and text.xml_safe(value) == value
    return value if is_iri else minted.of(value)


def entry_id(entry: Entry) -> str:
    """Return the permanent id of the entry: an absolute IRI."""
    return texts.once(entry, "id", lambda each: iri(each.id))


def anchor(public_id: str) -> str:
    """Return the id of an entry's place on a page: it follows from the permanent id, so links to it last."""
    return "item-" + sha256(iri(public_id).encode()).hexdigest()[:16]


def link(entry: Entry) -> str:
    """Return the original link, empty if there is none."""
    return texts.once(entry, "link", lambda each: urls.absolute(each.item.link) or "")


def page_url(feed: Feed) -> str:
    """Return the absolute URL of the feed's page, or of the site where it has no pages."""
    return file_url(feed.site, feed.path("html")) if feed.pages else feed.site.base_url


def file_url(site: Site, path: str) -> str:
    """Return the absolute URL of a file below the output folder."""
    return site.base_url + urls.quote_path(path)


def place(feed: Feed, entry: Entry) -> str:
    """Return the absolute URL of the entry: its own page, else where it is on its feed's page."""
    if feed.item_pages:
        return file_url(feed.site, entry.path)
    return f"{page_url(feed)}#{anchor(entry.id)}"


def terms(entry: Entry, site: Site) -> tuple[Term, ...]:
    """Return its categories, then its tags: each once.

    A private source's tags lose their schemes, which are often the address of the blog.
    """
    ours = f"{site.base_url}category/"
    return texts.once(entry, ours, lambda each: _terms(each, ours))


def _terms(entry: Entry, ours: str) -> tuple[Term, ...]:
    found = [
        Term(text.plain(ref.slug), text.plain(ref.title) or text.plain(ref.slug), ours)
        for ref in entry.categories
    ]
    for tag in entry.item.tags:
        term = text.plain(tag.term) or text.plain(tag.label)
        scheme = "" if entry.private else text.xml_safe(tag.scheme)
        label = text.plain(tag.label) or term
        found.append(Term(term, label, scheme if _IRI.fullmatch(scheme) else ""))
    once: dict[tuple[str, str], Term] = {}
    for each in found:
        if each.term:
            once.setdefault((each.scheme, each.term), each)
    return tuple(once.values())


def tag_labels(entry: Entry) -> tuple[str, ...]:
    """Return what its tags are called, each once."""
    labels = (text.plain(tag.label) or text.plain(tag.term) for tag in entry.item.tags)
    return tuple(dict.fromkeys(label for label in labels if label))


def thumbnail(entry: Entry) -> str:
    """Return the picture that stands for the entry: the first of its files that is one; often none."""
    return next((medium.url for medium in media(entry) if medium.type.startswith("image/")), "")


def media(entry: Entry) -> tuple[Medium, ...]:
    """Return the files that come with the entry, each URL once."""
    return texts.once(entry, "media", _media)


def _media(entry: Entry) -> tuple[Medium, ...]:
    found = {}
    for enclosure in entry.item.enclosures:
        url = urls.absolute(enclosure.url)
        if url and url not in found:
            length = enclosure.length
            known = length if length is not None and length >= 0 else None
            found[url] = Medium(url, _media_type(enclosure, url), known)
    return tuple(found.values())


def _media_type(enclosure: Enclosure, url: str) -> str:
    stated = text.xml_safe(enclosure.type).strip()
    if _MEDIA_TYPE.fullmatch(stated):
        return stated
    return _TYPES_BY_ENDING.get(urlsplit(url).path.rpartition(".")[2].lower(), "")
