"""Parse → tidy: what a batch of documents says, each item raw and clean. Pure: it can run anywhere."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from aggregator import text
from aggregator.contracts import ReadsAtOnce
from aggregator.errors import ParseError
from aggregator.matching import second_name
from aggregator.model import Problem, Reading
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from datetime import datetime

    from aggregator.contracts import Adapter
    from aggregator.model import Batch, Document, Item, Source, SourceInfo

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Read:
    """One document after parsing, with each item raw and clean."""

    document: Document
    reading: Reading
    items: tuple[tuple[Item, Item], ...] = ()
    failed: bool = False
    tidied: bool = True
    """Whether ``items`` holds all; else whoever knows what is new tidies that, and no more."""

    def whole(self, now: datetime, without: Collection[str] = ()) -> Read:
        """The same with each item raw and clean, but for those of these native ids."""
        if self.tidied:
            pairs = tuple(pair for pair in self.items if pair[0].native_id not in without)
            return replace(self, items=pairs)
        return _tidied(self, now, without)


@asynccontextmanager
async def closed(parts: AsyncIterator[_Part]) -> AsyncIterator[AsyncIterator[_Part]]:
    """What an adapter yields; let go of at the end of the block, with the document it may still hold."""
    try:
        yield parts
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()


def read_batch(adapter: Adapter, source: Source, batch: Batch, now: datetime) -> list[Read]:
    """Parse and tidy every document; a ParseError becomes that document's problem."""
    return [read_document(adapter, source, document, now) for document in batch.documents]


def read_document(adapter: Adapter, source: Source, document: Document, now: datetime) -> Read:
    """The same for one document."""
    try:
        reading = adapter.parse(source, document)
    except ParseError as error:
        return failure(document, str(error))
    return _tidied(Read(document, reading), now)


def read_at_once(
    adapter: Adapter, source: Source, batch: Batch, now: datetime, *, tidied: bool
) -> list[Read] | None:
    """Parse, and tidy where asked, documents that are harmless; None: they need a process of their own."""
    reads: list[Read] = []
    for document in batch.documents:
        reading = adapter.parse_at_once(source, document) if isinstance(adapter, ReadsAtOnce) else None
        if reading is None:
            return None
        read = Read(document, reading, tidied=False)
        reads.append(read.whole(now) if tidied else read)
    return reads


def _tidied(read: Read, now: datetime, without: Collection[str] = ()) -> Read:
    """With all items but those ``without``, and telling of which the cleaner left out the end."""
    from aggregator.taming import MAX_HTML  # noqa: PLC0415 - not before there is something to clean
    from aggregator.tidy import is_cut, tidied  # noqa: PLC0415 - the same

    pairs: list[tuple[Item, Item]] = []
    titles: list[str] = []
    for raw in read.reading.items:
        if raw.native_id in without:
            cut = is_cut(raw)
        else:
            clean, cut = tidied(raw, now)
            pairs.append((raw, clean))
        if cut:
            titles.append(text.plain(raw.title.value, 100))
    reading = read.reading
    if titles:
        what = f"has HTML of more than {MAX_HTML:,} characters; the rest is cut off"
        name = read.document.name
        told = tuple(Problem(name, f"“{title}”: {what}" if title else what) for title in titles)
        reading = replace(reading, problems=reading.problems + told)
    return Read(read.document, reading, tuple(pairs))


def failure(document: Document, error: str) -> Read:
    """A document of which nothing can be saved, and why."""
    return Read(document, Reading(problems=(Problem(document.name, error),)), failed=True)


def native_ids(reads: Sequence[Read]) -> set[str]:
    """Every native id under which one of these items may be stored."""
    ids = {raw.native_id for read in reads for raw, _ in read.items}
    return ids | {second_name(raw) for read in reads for raw, _ in read.items if raw.weak_id}


def described(configured: SourceInfo, stated: SourceInfo) -> SourceInfo:
    """What a document says of its source, but for what the configuration says of it."""
    return replace(stated, title=configured.title or stated.title, feed_url=configured.feed_url)
