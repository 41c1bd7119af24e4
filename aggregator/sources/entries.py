"""What a feed says, whatever format it is in: neutral values between every reader and the mapping. Pure.

Its rule: values are as the document has them, nothing resolved, cleaned or guessed; an empty text is one
that is not there. Every reader (feedparser today) gives the same for the same document.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from aggregator.values import dataclass, field

MAX_ENTRIES = 2000
"""Entries of one document, from its beginning; publishers put the newest there."""
MAX_TEXT = 2_000_000
"""Characters of a content or summary; cleaning keeps fewer."""
MAX_FIELD = 20_000
"""Characters of any other field: a title, a link, a name."""
MAX_TEXTS = 20
"""Contents of one entry, of which the best is taken."""
MAX_LINKS = 150
MAX_FILES = 100
MAX_PEOPLE = 50
MAX_TERMS = 200
MAX_SKIPS = 50
"""Hours, and days, in which a feed is not to be asked for."""


def bounded_id(value: str) -> str:
    """An id of one character more than a field may have, so that the cut is told; two never become one."""
    if len(value) <= MAX_FIELD:
        return value
    hash_ = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return value[: MAX_FIELD + 1 - len(hash_)] + hash_


Family = Literal["rss", "atom", "json"]
"""Formats that mean the same by the same words: RSS 0.90 to 2.0 and RDF; Atom 0.3 and 1.0; JSON Feed."""


@dataclass(frozen=True, slots=True)
class EntryText:
    """A text: ``kind`` says how it is written; ``base`` what its links are relative to, where stated."""

    value: str = ""
    kind: Literal["text", "html", "other"] = "text"
    base: str = ""
    language: str = ""
    src: str = ""
    """Where it is instead of here (RFC 4287, 4.1.3.2)."""
    type: str = ""
    """The media type, where ``kind`` is ``other``."""

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class EntryLink:
    """A link of the feed or an entry. An enclosure has the ``rel`` of that name."""

    href: str
    rel: str = "alternate"
    type: str = ""
    length: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class EntryPerson:
    """An author."""

    name: str = ""
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class EntryTerm:
    """A category or tag."""

    term: str
    label: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry. Dates are as written."""

    id: str = ""
    id_is_link: bool = False
    """RSS: the ``guid`` is a permalink."""
    title: EntryText = EntryText()
    links: tuple[EntryLink, ...] = ()
    contents: tuple[EntryText, ...] = ()
    summary: EntryText = EntryText()
    abstract: EntryText = EntryText()
    """A description from another vocabulary (iTunes, Media RSS, Dublin Core), for want of a better one."""
    published: str = ""
    updated: str = ""
    created: str = ""
    authors: tuple[EntryPerson, ...] = ()
    terms: tuple[EntryTerm, ...] = ()
    images: tuple[EntryLink, ...] = ()
    """Pictures that stand for it."""
    source_title: str = ""
    source_authors: tuple[EntryPerson, ...] = ()
    language: str = ""
    base: str = ""
    """``xml:base`` where one is stated, absolute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCalendar:
    """When a feed says that it changes, as written: RSS 0.91 and 2.0, and RSS 1.0's syndication module."""

    ttl: str = ""
    skip_hours: tuple[str, ...] = ()
    skip_days: tuple[str, ...] = ()
    period: str = ""
    frequency: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One document. ``notes``: what had to be repaired or left out, each a phrase for a person."""

    family: Family
    id: str = ""
    title: EntryText = EntryText()
    links: tuple[EntryLink, ...] = ()
    updated: str = ""
    language: str = ""
    authors: tuple[EntryPerson, ...] = ()
    base: str = ""
    calendar: FeedCalendar = FeedCalendar()
    entries: tuple[FeedEntry, ...] = ()
    notes: tuple[str, ...] = field(default=())
    bounded: bool = field(default=False, compare=False)
    """Its reader refuses what is longer than the limits of single texts and fields, so none is to be cut."""
