"""Fetch → parse → tidy → compare → save: the refresh of one source, in reading order.

It knows contracts, not parts. What fails, fails for this source alone; what was saved before stays.
"""

from __future__ import annotations

import asyncio
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.asking import Asked, conclude, notice_of_move
from aggregator.claims import EntryClaims
from aggregator.commits import GroupCommit
from aggregator.compare import clamped, compare, restless, restless_notice
from aggregator.due import USUAL_PACE, Pace
from aggregator.errors import FetchError, SourceError, light
from aggregator.exchange import NO_VALIDATORS, Exchange
from aggregator.model import Batch, Listing, Source
from aggregator.polls import Outcome
from aggregator.postclaims import PostClaims
from aggregator.reading import Read, closed, described, read_at_once, read_batch
from aggregator.records import Changes, ItemChange, Save
from aggregator.reports import SourceResult, without_addresses
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.claims import Claims, Taken
    from aggregator.contest import Chosen
    from aggregator.contracts import Adapter, Clock, RefreshStore, Web
    from aggregator.model import Bookmark, Problem, SourceInfo
    from aggregator.polls import SourceState
    from aggregator.reports import State
    from aggregator.wishes import Calendar

    Reader = Callable[[Adapter, Source, Batch, datetime], Awaitable[Sequence[Read]]]
    """Parses and tidies a batch: in a thread, or in a process of its own."""


async def read_in_thread(adapter: Adapter, source: Source, batch: Batch, now: datetime) -> Sequence[Read]:
    """Parse and tidy a batch beside the event loop."""
    return await asyncio.to_thread(read_batch, adapter, source, batch, now)


RECENT = 20
"""How many of a source's newest items tell its rhythm and when it is late."""


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """What every source's refresh has in common."""

    store: RefreshStore
    clock: Clock
    web: Web
    read_isolated: Reader = read_in_thread
    """For adapters whose ``parse`` may be slow or hostile."""
    pace: Pace = USUAL_PACE
    accept_removals: bool = False
    thorough: bool = False
    """Trust no size and time of a document."""
    progress: Callable[[str, int], None] = lambda _source, _documents: None
    """Told the source's id and how many documents were just read."""
    shared: GroupCommit | None = None

    @cached_property
    def commits(self) -> GroupCommit:
        """What keeps together what sources came to: one that others know of, else its own."""
        return self.shared or GroupCommit(self.store)

    async def source(
        self,
        source: Source,
        adapter: Adapter,
        info: SourceInfo,
        state: SourceState,
        bookmark: Bookmark | None = None,
    ) -> SourceResult:
        """Read one source and keep what is new. A SourceError becomes its result; nothing else is caught.

        ``state``: what the store knows of it; ``bookmark``: how far it was read, if looked up.
        """
        known = bookmark or self.store.bookmarks([source.id])[source.id]
        run = _Run(self, source, adapter, info, (state, known))
        with self.commits.at_work():
            try:
                await run.read()
                await run.finish()
            except SourceError as error:
                await run.fail(light(error))
        return run.result()


class _Run:
    def __init__(
        self,
        common: Refresh,
        source: Source,
        adapter: Adapter,
        info: SourceInfo,
        known: tuple[SourceState, Bookmark],
    ) -> None:
        self.common, self.store = common, common.store
        self.source, self.adapter = source, adapter
        self.state, bookmark = known
        self.first_reading = self.state.last_success is None
        self.now = common.clock()
        self.nothing = Save(source_id=source.id, now=self.now, info=info, configured_only=adapter.remote)
        self.bookmark = bookmark.doubted() if common.thorough else bookmark
        self.claims: Claims = EntryClaims(source, self.store, self.now, first_reading=self.first_reading)
        self.new: set[str] = set()
        self.updated: set[str] = set()
        self.removed = self.same = self.restless = 0
        self.settles = False
        """Whether claims are judged once everything was read: they must be kept until then."""
        self.last: Save | None = None
        """What the last batch came to, where it is kept together with how it all ended."""
        self.exchange: Exchange | None = None
        self.calendar: Calendar | None = None
        self.error: SourceError | None = None
        self.notice = ""
        self.outcome = Outcome(at=self.now)

    async def read(self) -> None:
        """Take in all that the adapter yields, a transaction a batch."""
        async with closed(self.adapter.fetch(self.source, self.bookmark, self.common.web)) as parts:
            async for part in parts:
                if isinstance(part, Listing):
                    if self.first_reading and part.missing and not part.present:  # else found posts are news
                        raise FetchError(f"{', '.join(part.missing)}: there is no such folder")
                    self.settles = True
                    self.claims = PostClaims(self.source, self.store, self.bookmark, part, self.now)
                elif isinstance(part, Exchange):
                    self.exchange = part
                else:
                    await self._read(part)
                    self.common.progress(self.source.id, len(part.documents))

    async def _read(self, batch: Batch) -> None:
        reads = await self._reads(batch)
        self.claims.problems += batch.problems
        for each in reads:
            self.calendar = each.reading.calendar
            if each.reading.info is not None and self.nothing.info is not None:
                info = described(self.nothing.info, each.reading.info)
                self.nothing = replace(self.nothing, info=info, configured_only=False)
        self._keep_last()
        taken = self.claims.take(reads)
        changes = self._compare(taken)
        if changes.new or changes.updated or taken.records or taken.aliases or batch.touched:
            save = replace(self.nothing, changes=changes, documents=tuple(taken.records))
            self.last = replace(save, aliases=tuple(taken.aliases), touched=batch.touched)
            if self.settles:
                self._keep_last()

    def _keep_last(self) -> None:
        if self.last is not None:
            self.store.save(self.last)
            self.last = None

    async def _reads(self, batch: Batch) -> Sequence[Read]:
        asked = (self.adapter, self.source, batch, self.now)
        if not self.adapter.isolated:
            return await read_in_thread(*asked)
        # On the loop, since it takes a moment: threads that compute would keep the loop waiting for the
        # interpreter, and name lookups for a free thread, until other sources' deadlines pass.
        at_once = read_at_once(*asked, tidied=self.settles)
        return at_once if at_once is not None else await self.common.read_isolated(*asked)

    # ── compare ──

    def _compare(self, taken: Taken) -> Changes:
        chosen: Mapping[str, Chosen] = taken.chosen
        known = {native_id: before for native_id, (_, before) in chosen.items() if before is not None}
        pairs = [
            (each.raw, clamped(each.raw, each.clean, before, self.now)) for each, before in chosen.values()
        ]
        changes = compare(pairs, known, now=self.now, first_reading=self.first_reading)
        again = [change for change in changes.new if change.raw.native_id in self.new]
        fresh = [change for change in changes.new if change.raw.native_id not in self.new]
        self.new.update(change.raw.native_id for change in fresh)
        for change in changes.updated:
            (self.new if change.returns else self.updated).add(change.raw.native_id)
        unchanged = (*changes.unchanged, *taken.unchanged)
        self.same += len(unchanged)
        self.restless += restless(changes, known)
        return Changes(tuple(fresh), changes.updated + self._again(again), unchanged)

    def _again(self, changes: Sequence[ItemChange]) -> tuple[ItemChange, ...]:
        """A better document of an item that this very run saved as new replaces what was saved."""
        if not changes:
            return ()
        stored = self.store.known(self.source.id, [change.raw.native_id for change in changes])
        return tuple(replace(change, item_id=stored[change.raw.native_id].item_id) for change in changes)

    # ── the end ──

    async def finish(self) -> None:
        """Judge documents that claim the same item, let items leave, and record how it went."""
        settled = self.claims.settle()
        if self.claims.partial and self.exchange is not None:
            # What was left out comes with the next reading, which is to bring the document again.
            self.exchange = replace(self.exchange, validators=NO_VALIDATORS, body_hash="", stable_hash="")
        if self.last is None:
            changes = self._compare(settled)
            self.last = replace(self.nothing, changes=changes, documents=tuple(settled.records))
        left = self.claims.leaving(accept=self.common.accept_removals)
        self.removed = len(left.items)
        notices = [*self.claims.notices, left.notice or "", restless_notice(self.restless)]
        self.notice = "; ".join(filter(None, notices))
        save = replace(self.last, left=tuple(sorted(left.items)), forgotten=left.forgotten)
        await self.common.commits.save(replace(save, outcome=self._outcome()))

    async def fail(self, error: SourceError) -> None:
        """Record that the source could not be read; what came before that stays."""
        self._keep_last()
        self.error = error
        await self.common.commits.save(replace(self.nothing, info=None, outcome=self._outcome()))

    def _seconds(self) -> float:
        return (self.common.clock() - self.now).total_seconds()

    def _outcome(self) -> Outcome:
        came = Outcome(at=self.now, error=str(self.error) if self.error else None, why="local: always due")
        if self.adapter.remote:
            came = conclude(self._asked(), self.common.pace)
        notices = [self.notice, notice_of_move(self.source, came)] if self.error is None else []
        self.outcome = replace(
            came,
            notice="; ".join(filter(None, notices)) or None,
            seconds=self._seconds(),
            new=len(self.new),
            updated=len(self.updated - self.new),
            removed=self.removed,
        )
        return self.outcome

    def _asked(self) -> Asked:
        recent: Sequence[datetime] = self.state.recent
        if self.error is None and (self.new or self.updated or self.removed or not recent):
            recent = self._recent()
        return Asked(
            source=self.source,
            state=self.state,
            at=self.common.clock(),  # it may have waited long for its turn
            error=self.error,
            exchange=self.exchange,
            calendar=self.calendar,
            recent=recent,
        )

    def _recent(self) -> Sequence[datetime]:
        """When its newest items were published, those of the last batch among them."""
        changes = self.last.changes if self.last is not None else Changes()
        changed = [each.item_id for each in changes.updated if each.item_id is not None]
        came = [each.published.astimezone(UTC) for each in (*changes.new, *changes.updated)]
        return sorted([*self.store.recent(self.source.id, RECENT, changed), *came], reverse=True)[:RECENT]

    def result(self) -> SourceResult:
        """What to tell the operator."""
        updated = len(self.updated - self.new)
        came = self.outcome
        problems: Sequence[Problem] = self.claims.problems
        if self.source.private:
            problems = without_addresses(problems, self.source.id)
        state: State = "unchanged"
        if came.held:
            state = "not-due"
        elif came.is_gone:
            state = "gone"
        elif self.error is not None:
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
            status=came.status,
            skip=self.exchange.skip if self.exchange else "",
            same=self.same,
            error=came.error,
            notice=came.notice,
            problems=tuple(problems),
            skipped=dict(self.claims.skipped),
            next_check=came.next_check,
            why=came.why,
            held=came.held,
        )
