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
    from collections.abc import AsyncIterator, Collection, Iterable, Sequence
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

    def pairs(self, now: datetime, without: Collection[str] = ()) -> Sequence[tuple[Item, Item]]:
        """Each item raw and clean, but for those of these native ids."""
        if self.tidied:
            return [pair for pair in self.items if pair[0].native_id not in without]
        return _tidied((raw for raw in self.reading.items if raw.native_id not in without), now)


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
    return Read(document, _with_cuts(document, reading), tuple(_tidied(reading.items, now)))


def read_at_once(
    adapter: Adapter, source: Source, batch: Batch, now: datetime, *, tidied: bool
) -> list[Read] | None:
    """Parse, and tidy where asked, documents that are harmless; None: they need a process of their own."""
    reads: list[Read] = []
    for document in batch.documents:
        reading = adapter.parse_at_once(source, document) if isinstance(adapter, ReadsAtOnce) else None
        if reading is None:
            return None
        read = Read(document, _with_cuts(document, reading), tidied=False)
        reads.append(Read(document, reading, tuple(read.pairs(now))) if tidied else read)
    return reads


def _with_cuts(document: Document, reading: Reading) -> Reading:
    """The reading, which tells as well of which items the cleaner leaves out the end."""
    from aggregator.taming import MAX_HTML  # noqa: PLC0415 - not before there is something to clean
    from aggregator.tidy import is_cut  # noqa: PLC0415 - the same

    cut = [text.plain(item.title.value, 100) for item in reading.items if is_cut(item)]
    if not cut:
        return reading
    what = f"has HTML of more than {MAX_HTML:,} characters; the rest is cut off"
    told = tuple(Problem(document.name, f"“{title}”: {what}" if title else what) for title in cut)
    return replace(reading, problems=reading.problems + told)


def _tidied(items: Iterable[Item], now: datetime) -> list[tuple[Item, Item]]:
    from aggregator.tidy import tidy  # noqa: PLC0415 - not before there is something to clean

    return [(raw, tidy(raw, now)) for raw in items]


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
