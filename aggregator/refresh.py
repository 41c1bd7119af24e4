"""Fetch → parse → tidy → compare → save: the refresh of one source, in reading order.

It knows contracts, not parts. What fails, fails for this source alone; what was saved before stays.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator import leaving
from aggregator.compare import compare
from aggregator.contest import Candidate, Chosen, Contest
from aggregator.errors import FetchError, SourceError
from aggregator.matching import Matching
from aggregator.model import Batch, Item, Listing, Problem, Source, SourceInfo
from aggregator.reading import native_ids, read_batch
from aggregator.records import Changes, DocumentRecord, ItemChange, Known, Outcome, Save
from aggregator.reports import SourceResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aggregator.contracts import Adapter, Clock, RefreshStore
    from aggregator.reading import Read
    from aggregator.reports import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What every source's refresh has in common."""

    store: RefreshStore
    clock: Clock
    accept_removals: bool = False
    thorough: bool = False
    """Trust no size and time of a document."""
    progress: Callable[[str, int], None] = lambda _source, _documents: None
    """Told the source and how many documents were read."""

    async def source(
        self, source: Source, adapter: Adapter, info: SourceInfo, *, first_reading: bool
    ) -> SourceResult:
        """Read one source and keep what is new. A SourceError becomes its result; nothing else is caught."""
        run = _Run(self, source, adapter, info, first_reading)
        try:
            await run.read()
            run.finish()
        except SourceError as error:
            run.fail(str(error))
        return run.result()


class _Pending:
    """What one batch amounts to so far."""

    def __init__(self, known: Mapping[str, Known], former: Mapping[int, Known]) -> None:
        self.known = known
        self.former = former
        self.chosen: dict[str, Chosen] = {}
        self.records: list[DocumentRecord] = []
        self.aliases: list[tuple[str, int]] = []


class _Run:
    def __init__(
        self, common: Refresh, source: Source, adapter: Adapter, info: SourceInfo, first_reading: bool
    ) -> None:
        self.common, self.store = common, common.store
        self.source, self.adapter, self.info, self.first_reading = source, adapter, info, first_reading
        self.now = common.clock()
        self.nothing = Save(source_id=source.id, now=self.now, info=info)
        bookmark = self.store.bookmark(source.id)
        self.bookmark = bookmark.doubted() if common.thorough else bookmark
        self.live_before = self.store.count_live(source.id)
        documents = self.bookmark.documents
        self.native_ids = {d.item_id: d.native_id for d in documents.values() if d.item_id is not None}
        self.listing: Listing | None = None
        self.matching = Matching(documents, frozenset(documents))
        self.contest = Contest(documents)
        self.let_go: set[int] = set()
        self.deferred: list[DocumentRecord] = []
        self.problems: list[Problem] = []
        self.skipped: Counter[str] = Counter()
        self.new: set[str] = set()
        self.updated: set[str] = set()
        self.removed = 0
        self.error: str | None = None
        self.notice: str | None = None

    # ── fetch, parse, tidy ──

    async def read(self) -> None:
        """Take in all that the adapter yields, a transaction a batch."""
        async for part in self.adapter.fetch(self.source, self.bookmark):
            if isinstance(part, Listing):
                self._begin(part)
            else:
                self.problems += part.problems
                self._accept(
                    await asyncio.to_thread(read_batch, self.adapter, self.source, part, self.now), part
                )
                self.common.progress(self.source.id, len(part.documents))

    def _begin(self, listing: Listing) -> None:
        if self.first_reading and listing.missing and not listing.present:
            # No empty source: else its posts, once found, would arrive as news and not as a first reading.
            raise FetchError(f"{', '.join(listing.missing)}: there is no such folder")
        self.listing = listing
        self.problems += listing.problems
        self.skipped.update(listing.skipped)
        present = {name for name in self.bookmark.documents if name in listing.present}
        gone = self._items_of(self._vanished()) - self._items_of(present)
        vanished = {} if listing.missing else dict(self.store.known_items(gone))
        self.matching = Matching(self.bookmark.documents, listing.present, vanished)

    def _vanished(self) -> list[str]:
        present = self.listing.present if self.listing is not None else frozenset(self.bookmark.documents)
        return [name for name in self.bookmark.documents if name not in present]

    def _items_of(self, names: Iterable[str]) -> set[int]:
        documents = (self.bookmark.documents.get(name) for name in names)
        return {d.item_id for d in documents if d is not None and d.item_id is not None}

    # ── compare and save ──

    def _accept(self, reads: Sequence[Read], batch: Batch) -> None:
        former = self.store.known_items(self._items_of(read.document.name for read in reads))
        pending = _Pending(self.store.known(self.source.id, native_ids(reads)), former)
        for read in reads:
            self.contest.unread.discard(read.document.name)
            self.problems += read.reading.problems
            if not read.items:
                self._without_item(read, pending)
            for raw, clean in read.items:
                if read.reading.waits and raw.published is not None and raw.published > self.now:
                    # Left unrecorded, so that every refresh looks again; an item stored before stays.
                    self.skipped["waiting for its date"] += 1
                else:
                    self._claim(read, raw, clean, pending)
        changes = self._compare(pending.chosen)
        if changes.new or changes.updated or pending.records or pending.aliases or batch.touched:
            save = replace(self.nothing, changes=changes, documents=tuple(pending.records))
            self.store.save(replace(save, aliases=tuple(pending.aliases), touched=batch.touched))

    def _without_item(self, read: Read, pending: _Pending) -> None:
        """A document that is no post, or could not be read: what it gave before leaves, or is kept."""
        name, reading = read.document.name, read.reading
        if reading.skipped:
            self.skipped[reading.skipped] += 1
        record = DocumentRecord(stamp=read.document.stamp, problems=reading.problems)
        previous = self.bookmark.documents.get(name)
        if previous is None or previous.item_id is None:
            pending.records.append(record)
        elif not (read.failed or reading.keeps):
            self._let_go(previous.item_id, record)
            self.matching.let_go(name)
        else:
            kept = Problem(name, f"{reading.skipped or 'unreadable now'}: the version read before is kept")
            self.problems.append(kept)
            record = replace(record, native_id=previous.native_id, published=previous.published)
            pending.records.append(replace(record, problems=(*reading.problems, kept)))

    def _let_go(self, item_id: int, record: DocumentRecord) -> None:
        """The document no longer gives this item: recorded only together with the item's leaving."""
        self.let_go.add(item_id)
        self.deferred.append(record)

    def _claim(self, read: Read, raw: Item, clean: Item, pending: _Pending) -> None:
        """Find out which item this is, and whether this document is the one to tell its story."""
        name, problems = read.document.name, read.reading.problems
        previous = self.bookmark.documents.get(name)
        was = pending.former.get(previous.item_id) if previous and previous.item_id is not None else None
        match = self.matching.resolve(name, raw, pending.known, was)
        native_id = match.item.native_id
        if match.problem is not None:
            problems += (Problem(name, match.problem),)
            self.problems.append(problems[-1])
        if match.alias is not None and match.known is not None:
            pending.aliases.append((match.alias, match.known.item_id))
        record = DocumentRecord(
            stamp=read.document.stamp, native_id=native_id, published=clean.published, problems=problems
        )
        clean = replace(clean, native_id=native_id, seed=match.item.seed)
        candidate = Candidate(name, match.item, clean, record)
        if self.contest.enter(candidate, match.known, self.matching.rivals(name, native_id)):
            if was is not None and was.native_id != native_id:
                self._let_go(was.item_id, record)
            else:
                pending.records.append(record)
            if (chosen := self.contest.judge(candidate)) is not None:
                pending.chosen[native_id] = chosen
        elif was is not None and was.native_id != native_id:
            self.let_go.add(was.item_id)

    def _compare(self, chosen: Mapping[str, Chosen]) -> Changes:
        known = {native_id: before for native_id, (_, before) in chosen.items() if before is not None}
        pairs = [(each.raw, self._clamped(each, known.get(key))) for key, (each, _) in chosen.items()]
        changes = compare(pairs, known, now=self.now, first_reading=self.first_reading)
        again = [change for change in changes.new if change.raw.native_id in self.new]
        fresh = [change for change in changes.new if change.raw.native_id not in self.new]
        self.new.update(change.raw.native_id for change in fresh)
        for change in changes.updated:
            (self.new if change.returns else self.updated).add(change.raw.native_id)
        return replace(changes, new=tuple(fresh), updated=changes.updated + self._again(again))

    def _again(self, changes: Sequence[ItemChange]) -> tuple[ItemChange, ...]:
        """A better document of an item that this very run saved as new replaces what was saved."""
        if not changes:
            return ()
        stored = self.store.known(self.source.id, [change.raw.native_id for change in changes])
        return tuple(replace(change, item_id=stored[change.raw.native_id].item_id) for change in changes)

    def _clamped(self, candidate: Candidate, known: Known | None) -> Item:
        """A future date that an item known before claims stays clamped to when it was first seen."""
        claimed = candidate.raw.published
        if known is None or claimed is None or claimed <= self.now:
            return candidate.clean
        return replace(candidate.clean, published=known.first_seen.astimezone(claimed.tzinfo))

    # ── what only the whole listing can tell ──

    def finish(self) -> None:
        """Judge documents that claim the same item, let items leave, and record how it went."""
        winners = {
            each.raw.native_id: each for each in self.contest.settle(lambda it: self.matching.rivals("", it))
        }
        known = self.store.known(self.source.id, winners)
        chosen: dict[str, Chosen] = {key: (each, known.get(key)) for key, each in winners.items()}
        changes = self._compare(chosen)
        left = self._leaving()
        self.removed, self.notice = len(left.items), left.notice
        save = replace(
            self.nothing, changes=changes, left=tuple(sorted(left.items)), forgotten=left.forgotten
        )
        records = (*self.deferred, *(each.record for each in self.contest.waiting))
        self.store.save(replace(save, documents=records, outcome=self._outcome()))

    def _leaving(self) -> leaving.Leaving:
        let_go = frozenset(self._live_unheld(self.let_go))
        if self.listing is None:
            return leaving.Leaving(let_go)
        vanished = self._vanished()
        decided = leaving.decide(
            self.listing,
            vanished,
            self._live_unheld(self._items_of(vanished)),
            live=self.live_before,
            keep=self.source.on_delete == "keep",
            accept=self.common.accept_removals,
        )
        return replace(decided, items=decided.items | let_go)

    def _live_unheld(self, item_ids: Iterable[int]) -> set[int]:
        unheld = {each for each in item_ids if not self.matching.rivals("", self.native_ids.get(each) or "")}
        return {item_id for item_id, known in self.store.known_items(unheld).items() if known.live}

    def fail(self, error: str) -> None:
        """Record that the source could not be read; what was saved before stays."""
        self.error = error
        self.store.save(replace(self.nothing, outcome=self._outcome()))

    def _seconds(self) -> float:
        return (self.common.clock() - self.now).total_seconds()

    def _outcome(self) -> Outcome:
        return Outcome(
            at=self.now,
            error=self.error,
            notice=self.notice,
            seconds=self._seconds(),
            new=len(self.new),
            updated=len(self.updated - self.new),
            removed=self.removed,
        )

    def result(self) -> SourceResult:
        """What to tell the operator."""
        updated = len(self.updated - self.new)
        state: State = "unchanged"
        if self.error is not None:
            state = "failed"
        elif self.first_reading:
            state = "first-read"
        elif self.new or updated or self.removed:
            state = "changed"
        return SourceResult(
            source_id=self.source.id,
            state=state,
            new=len(self.new),
            updated=updated,
            removed=self.removed,
            seconds=self._seconds(),
            error=self.error,
            notice=self.notice,
            problems=tuple(self.problems),
            skipped=dict(self.skipped),
        )
