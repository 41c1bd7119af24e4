"""What the whole program talks about: frozen values, no behaviour beyond what follows from them. Pure.

One :class:`Item` from the adapter to the output. What only the store knows about an item (its permanent id,
when it was first seen) stands beside it in :mod:`aggregator.records`, never in it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from aggregator.exchange import NO_VALIDATORS, Validators
from aggregator.values import dataclass, field, replace
from aggregator.wishes import NO_CALENDAR, Calendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

ContentMode = Literal["full", "summary", "none"]
WEAK_ID = "name:"
"""How a native id begins that is no more than its document's name."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def is_weak(native_id: str) -> bool:
    """Whether this native id is no more than a document's name."""
    return native_id.startswith(WEAK_ID)


# ── what a source says ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Text:
    """A text construct (RFC 4287, 3.1): the value and how it is to be read."""

    value: str = ""
    type: Literal["text", "html"] = "text"

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Person:
    """An author or contributor (RFC 4287, 3.2)."""

    name: str
    url: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A term its source attached to an item (``atom:category``): ``label`` is shown, ``term`` identifies."""

    term: str
    label: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item; ``length`` in bytes where the source states it."""

    url: str
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source as readers see it: what becomes ``atom:source`` (RFC 4287, 4.2.11)."""

    id: str = ""
    title: str = ""
    site_url: str | None = None
    feed_url: str | None = None
    updated: datetime | None = None


CLEANER = 1
"""Raised whenever :mod:`aggregator.tidy` makes another of a raw item, to have stored ones cleaned again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry or post.

    As an adapter hands it over, every text is what the source said (a name may hold entities and tags);
    after :func:`aggregator.tidy.tidy` it is fit to keep and ``cleaner`` is that cleaner's version. Times are
    aware, in the zone the source wrote; ``published`` and ``updated`` are the source's claims.
    """

    source_id: str
    native_id: str
    """What the source's own identity for it is, unique within the source; never shown."""
    seed: str
    """What the permanent id is minted from; nothing that ever changes may be in it."""
    entry_id: str | None = None
    """The id the entry itself states; published as it is where it is an absolute IRI."""
    title: Text = Text()
    link: str | None = None
    """The original: ``rel=alternate``."""
    content: Text = Text()
    summary: Text = Text()
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[Person, ...] = ()
    tags: tuple[Tag, ...] = ()
    categories: tuple[str, ...] = ()
    """Category names a post states for itself. A remote entry's terms are ``tags``."""
    origin: str | None = None
    """Who published it first, where the item says so (``（文章来源：…）``, ``atom:source``)."""
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    base: str | None = None
    """What relative links in its texts are relative to, where that is not ``link``."""
    cleaner: int = 0

    @property
    def weak_id(self) -> bool:
        """Known by its document's name alone: a vanished one with an equal body is the same item."""
        return is_weak(self.native_id)


UNREAD = Item(source_id="", native_id="", seed="")
"""In place of an item that nobody needs to read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something repaired, skipped or refused: ``where`` is ``file:line``, a URL, or a source's id."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


# ── sources and their documents ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured source; all but its secrets can be told to the process that parses its documents."""

    id: str
    type: str
    """The adapter's name in the entry-point group ``aggregator.sources``."""
    location: str
    """Its URL, or its folders: what stays when its id is renamed."""
    root: Path
    """The site folder; relative paths in ``options`` start here."""
    options: Any = None
    """The adapter's own options: an instance of the model the adapter declares."""
    categories: tuple[str, ...] = ()
    title: str | None = None
    timezone: str = "UTC"
    language: str | None = None
    enabled: bool = True
    private: bool = False
    content: ContentMode | None = None
    on_delete: Literal["remove", "keep"] = "remove"
    rank: int = 0
    """Its place in the configuration, from 0."""
    where: str = ""
    """``file:line`` of its configuration."""
    interval: float | None = None
    """Seconds between two readings where its configuration fixes them."""
    headers: tuple[tuple[str, str], ...] = ()
    """HTTP headers of its requests; secret."""
    user_agent: str | None = None
    proxy: str | None = None
    categories_from: Literal["source", "entries"] = "source"
    parse_hash: str = ""
    """Changes when an option changes that parsing depends on: then everything is read again."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a document looked when it was read: equal stamps need no parsing.

    ``size`` in bytes; ``mtime_ns`` in nanoseconds since the epoch, 0 where it cannot be trusted (changed
    so lately that a second change might show the same time); ``hash`` of the bytes, hexadecimal.
    """

    name: str
    size: int
    mtime_ns: int
    hash: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was read; ``stamp.name`` is its path (as configured, ``/``-separated) or URL."""

    stamp: Stamp
    body: bytes
    url: str | None = None
    """Where it really came from, after redirects: what its relative links are relative to."""
    content_type: str | None = None
    """The header, as it was sent."""

    @property
    def name(self) -> str:
        """Its path or URL."""
        return self.stamp.name


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source that can be listed whole holds now; the first thing its ``fetch`` yields.

    Only a complete listing lets items leave. ``missing`` names folders that are not there: then none leaves.
    ``skipped`` counts what is no post, by reason.
    """

    present: frozenset[str]
    missing: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some documents to parse, and stamps of documents whose bytes are unchanged under a new time."""

    documents: tuple[Document, ...] = ()
    touched: tuple[Stamp, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document said.

    No item and ``skipped`` set: it is not (or no longer) a post, for that reason; an item it gave earlier
    leaves, unless ``keeps``. ``waits``: items dated in the future are left for then instead of being clamped.
    """

    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: str = ""
    keeps: bool = False
    waits: bool = False
    info: SourceInfo | None = None
    calendar: Calendar = NO_CALENDAR


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as the store remembers it, with the item it gave (``None``: none)."""

    stamp: Stamp
    item_id: int | None = None
    native_id: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a source was read: handed to ``fetch``, opaque to everybody else."""

    documents: Mapping[str, KnownDocument] = field(default_factory=lambda: _NOTHING)
    validators: Validators = NO_VALIDATORS
    body_hash: str = ""
    stable_hash: str = ""
    validated: str | None = None
    """The URL that gave the validators, after redirects; None: it is not known."""
    url: str | None = None
    """Where permanent redirects moved it for good; None: it is where it is configured."""

    def doubted(self) -> Bookmark:
        """The same, but no size and time is trusted: every document is read, and told by its hash."""
        rows = self.documents.items()
        doubted = {name: replace(each, stamp=replace(each.stamp, size=-1, mtime_ns=0)) for name, each in rows}
        return replace(self, documents=doubted)


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A feed that a list names: an absolute http(s) URL, and what the list says of it."""

    url: str
    title: str = ""
    categories: tuple[str, ...] = ()
    """Names of the folders it is in."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """What one document of a list said; each feed once."""

    sources: tuple[ListedSource, ...] = ()
    problems: tuple[Problem, ...] = ()
