"""What crosses the seam between the application and a store: frozen values, no behaviour. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.model import Item, ListedSource, Problem, SourceInfo, Stamp
    from aggregator.polls import Outcome

MOST_REVISIONS = 50
"""So many revisions of an item are kept whole, the newest; of older ones the first, and one a day."""


# ── refresh ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Known:
    """What comparing needs to know of a stored item."""

    item_id: int
    native_id: str
    fingerprint: str
    published: datetime
    updated: datetime
    first_seen: datetime
    live: bool
    content_key: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item to store: new (``item_id`` is None) or changed. Times are aware.

    ``arrived``: when it came to us, but ``published`` for what a source's first reading brought.
    ``public_id`` is taken if no other item has it, else ``spare_id``.
    """

    raw: Item
    clean: Item
    fingerprint: str
    content_key: str
    public_id: str
    spare_id: str
    published: datetime
    updated: datetime
    first_seen: datetime
    arrived: datetime
    item_id: int | None = None
    returns: bool = False
    """It had left, and is back."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch of items amounts to."""

    new: tuple[ItemChange, ...] = ()
    updated: tuple[ItemChange, ...] = ()
    unchanged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A document that was read: which item it gave, if any, and what was wrong with it."""

    stamp: Stamp
    native_id: str | None = None
    published: datetime | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One transaction's worth of a source's refresh."""

    source_id: str
    now: datetime
    changes: Changes = field(default_factory=Changes)
    left: tuple[int, ...] = ()
    """Ids of items that leave the outputs."""
    documents: tuple[DocumentRecord, ...] = ()
    touched: tuple[Stamp, ...] = ()
    """New stamps of documents whose bytes are as they were."""
    forgotten: tuple[str, ...] = ()
    """Names of documents that are no more."""
    aliases: tuple[tuple[str, int], ...] = ()
    """Native ids that are other names of stored items: ``(native_id, item_id)``."""
    info: SourceInfo | None = None
    configured_only: bool = False
    """Whether ``info`` is the configuration's alone: what the source once said of itself stays."""
    outcome: Outcome | None = None
    """Set in the last save of a refresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedList:
    """A list of sources as it was last read well.

    ``size``: how many it named then; ``sources`` may be more: those too that vanished and were held back.
    """

    sources: tuple[ListedSource, ...] = ()
    size: int = 0


# ── generate ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Routable:
    """An item that awaits routing. ``shown`` False: it left, is hidden, or its source is not configured."""

    item_id: int
    item: Item
    shown: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Where an item belongs: ``(output id, why)`` each."""

    item_id: int
    memberships: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """A category to create: the name it was asked for by, its slug, and the feed's permanent id."""

    name: str
    slug: str
    atom_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Which categories there are, by all that they were ever called."""

    names: Mapping[str, int]
    """Every name that was ever given a category, exactly as it was asked for, and every slug → output id."""
    slugs: Mapping[str, int]
    """Every slug ever given → output id."""
    current: Mapping[int, str]
    """Output id → the slug it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A stored output. ``kind``: category, all (one feed of everything) or directory (what lists them).

    ``generation`` is 0 unless it is outdated; ``updated`` is the feed's, None before its first writing;
    ``left``: when an entry that subscribers had seen last left.
    """

    id: int
    kind: str
    name: str
    atom_id: str
    created: datetime
    title: str = ""
    """As last written."""
    updated: datetime | None = None
    left: datetime | None = None
    rule_hash: str = ""
    generation: int = 0
    items: int = 0
    """How many members it has."""
    former: tuple[str, ...] = ()
    """Slugs it had before, by code point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An output that was written: what to remember of it."""

    output_id: int
    generation: int
    title: str
    updated: datetime | None
    rule_hash: str
    shown: tuple[int, ...]
    """Ids of the items in it."""
    files: Mapping[str, tuple[str, int]]
    """Path below the output folder → (sha256, size in bytes)."""


@dataclass(frozen=True, slots=True)
class TouchedItem:
    """An item that came to an output, left it or changed in it, and when it is, or was, published there."""

    item_id: int
    public_id: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """What happened to an output since it was last written; ``whole``: count on nothing, and look no further.

    An item that moved is named twice, with its old place and its new one.
    """

    whole: bool = False
    items: tuple[TouchedItem, ...] = ()

    @property
    def item_ids(self) -> frozenset[int]:
        """Which items something happened to."""
        return frozenset(each.item_id for each in self.items)


@dataclass(frozen=True, slots=True)
class Window:
    """Which members a feed shows.

    The newest ``entries`` by published, and what was published within ``seconds`` of the newest published
    or arrived within ``seconds`` of the newest arrival; at most ``at_most``, newest first.
    """

    entries: int
    seconds: int
    at_most: int


# ── reading commands ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """Everything the store knows of one item, for ``list`` and ``explain``."""

    item_id: int
    public_id: str
    raw: Item
    clean: Item
    source: SourceInfo
    source_active: bool
    live: bool
    hidden: bool
    published: datetime
    updated: datetime
    first_seen: datetime
    arrived: datetime
    last_seen: datetime
    revision: int
    folded: int
    """How many earlier revisions are not kept any more; see :data:`MOST_REVISIONS`."""
    documents: tuple[tuple[str, tuple[Problem, ...]], ...]
    """Each document it was read from, with that document's problems."""
    aliases: tuple[str, ...]
    memberships: tuple[tuple[str, str, str], ...]
    """``(output kind, output name, why)``."""
