"""Tell which files changed since the last time, and hand them over in batches that fit into memory.

A file is read only when it has settled: half a post is never taken for a post.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregator import dates
from aggregator.apart import apart
from aggregator.model import Batch, Document, Listing, Problem
from aggregator.remembered import claims_of, looks_of
from aggregator.sources import files as disk
from aggregator.sources import folders

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from aggregator.contracts import Clock
    from aggregator.model import Bookmark, Stamp
    from aggregator.remembered import Looks
    from aggregator.sources.files import Bytes
    from aggregator.sources.folders import Found, FoundFile

    Sleep = Callable[[float], Awaitable[None]]

BATCH_FILES = 500
"""Saved together: of fewer, pages of indexes are written again and again; of more, the loop waits long."""
BATCH_BYTES = 16 * 1024 * 1024
PAUSES = (0.2, 0.3, 0.4)
"""Seconds between looks at files that are being written: each more than a tick of any clock but the coarse
ones, which have no fractions of a second."""
UNSETTLED = "still being written: left for the next time"
RECENT_NS = 2_000_000_000
"""FAT counts time in steps of two seconds, the coarsest clock of a file system in use."""


async def changed(
    root: Path,
    paths: Sequence[str],
    bookmark: Bookmark,
    clock: Clock,
    sleep: Sleep,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> AsyncIterator[Listing | Batch]:
    """Yield what is there, then what changed since ``bookmark``; ``meanwhile`` is called before a pause.

    Unchanged size and time: not read. Unchanged bytes under a new time: ``touched``. A document that shares
    its item with one that vanished or changed is handed over again, so that the item can choose anew.
    """
    # Taken before the search: whatever happens after this moment makes a file recent. Machines whose disk is
    # elsewhere may disagree about it by seconds; then a file is read once too often, or its change is found
    # by its size.
    recent_ns = dates.to_micros(clock()) * 1000 - RECENT_NS
    found = await apart(partial(folders.find, root, paths))
    seen = clock()
    present = found.present(bookmark.documents)
    yield Listing(
        present=present,
        missing=tuple(found.missing),
        skipped=MappingProxyType(dict(found.skipped)),
        problems=tuple(found.problems),
    )
    look = _Look(bookmark, found, recent_ns)
    if not found.missing:
        look.stir(name for name in bookmark.documents if name not in present)
    settled, pending = look.candidates()
    recent = len(pending)
    async for batch in look.batches(settled, pending):
        yield batch
    if len(pending) > recent:
        seen = clock()
    elif pending:
        meanwhile()
    # What is done since they were found is part of the pause.
    first, *more = PAUSES
    for pause in (first - min(max((clock() - seen).total_seconds(), 0.0), first), *more):
        if not pending:
            break
        await sleep(pause)
        again, pending = pending, {}
        async for batch in look.batches(again, pending, waited=True):
            yield batch
    async for batch in look.batches(look.sharers(pending), pending):
        yield batch
    if pending:
        yield Batch(problems=tuple(Problem(name, UNSETTLED) for name in sorted(pending)))


class _Look:
    """One look at the files of one source."""

    def __init__(self, bookmark: Bookmark, found: Found, recent_ns: int) -> None:
        self.known, self.files, self.recent_ns = bookmark.documents, found.files, recent_ns
        self.stirred: set[int] = set()
        """Items of which a document vanished or changed."""
        self.handed_over: set[str] = set()
        """Documents that share their item and were handed over."""

    @cached_property
    def shared(self) -> dict[int, list[str]]:
        """Items that several documents are, with their names; nobody asks where nothing changed."""
        names: defaultdict[int, list[str]] = defaultdict(list)
        for name, item_id, _ in claims_of(self.known):
            if item_id is not None:
                names[item_id].append(name)
        return {item_id: sorted(each) for item_id, each in names.items() if len(each) > 1}

    def stir(self, names: Iterable[str]) -> None:
        """Note that these documents are not what they were."""
        for name in names:
            document = self.known.get(name)
            if document is not None and document.item_id in self.shared:
                self.stirred.add(document.item_id)

    def candidates(self) -> tuple[dict[str, FoundFile], dict[str, FoundFile]]:
        """Files that may have changed, by name: those that can be read at once, those changed a moment ago.

        The latter may be still being written. They are read after a pause, if they look as they do now.
        """
        settled: dict[str, FoundFile] = {}
        recent: dict[str, FoundFile] = {}
        looks = looks_of(self.known)
        changed = [name for name, file in self.files.items() if not _looks_the_same(looks(name), file)]
        for name in sorted(changed):
            file = self.files[name]
            (recent if file.mtime_ns >= self.recent_ns else settled)[name] = file
        return settled, recent

    def sharers(self, pending: Iterable[str]) -> dict[str, FoundFile]:
        """Documents to hand over again although they may be unchanged."""
        left_out = self.handed_over.union(pending)
        names = sorted(name for item_id in self.stirred for name in self.shared[item_id])
        return {name: self.files[name] for name in names if name in self.files and name not in left_out}

    async def batches(
        self, files: dict[str, FoundFile], pending: dict[str, FoundFile], *, waited: bool = False
    ) -> AsyncIterator[Batch]:
        """Read files; those that look otherwise now than when they were found become ``pending``.

        ``waited``: a pause ago.
        """
        for chunk in _chunks(files):
            result = await apart(partial(disk.read, chunk))
            pending.update(result.changing)
            batch = self._batch(result, waited=waited)
            if batch.documents or batch.touched or batch.problems:
                yield batch

    def _batch(self, result: Bytes, *, waited: bool) -> Batch:
        documents: list[Document] = []
        touched: list[Stamp] = []
        for name, file in result.read.items():
            stamp = file.stamp(name, self.recent_ns, waited=waited)
            known = self.known.get(name)
            same = known is not None and known.stamp.hash == stamp.hash
            if known is not None and same and known.item_id not in self.stirred:
                if stamp != known.stamp:
                    touched.append(stamp)
                continue
            documents.append(Document(stamp, file.body))
            if known is not None and known.item_id in self.shared:
                self.handed_over.add(name)
            if not same:
                self.stir((name,))
        return Batch(tuple(documents), tuple(touched), tuple(result.problems))


def _looks_the_same(known: Looks | None, file: FoundFile) -> bool:
    return known == (file.size, file.mtime_ns) and file.mtime_ns != 0


def _chunks(files: dict[str, FoundFile]) -> Iterator[list[tuple[str, FoundFile]]]:
    chunk: list[tuple[str, FoundFile]] = []
    size = 0
    for name, file in files.items():
        if chunk and (len(chunk) == BATCH_FILES or size + file.size > BATCH_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((name, file))
        size += file.size
    if chunk:
        yield chunk
