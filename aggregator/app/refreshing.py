"""Which sources are read now, and with what: the web and the child process are started only when needed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator import due
from aggregator.errors import FetchError
from aggregator.refresh import Pace, Refresh, read_in_thread
from aggregator.reports import SourceResult
from aggregator.subscriptions import ReadLists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, SourceList, Web
    from aggregator.exchange import Answer, Request
    from aggregator.model import Source, SourceInfo
    from aggregator.records import SourceState
    from aggregator.refresh import Reader
    from aggregator.store import SqliteStore

_LEASE = "being read; tried again then if that was cut off"


class NoWeb:
    """What local sources are handed."""

    async def get(self, request: Request) -> Answer:
        """Refuse."""
        raise FetchError(f"{request.url}: a local source reads nothing from the network")


@dataclass(frozen=True, kw_only=True)
class Refreshing:
    """One refresh of a site's sources. The store knows of them already (``sync``)."""

    settings: Settings
    adapters: Mapping[str, Adapter]
    lists: Mapping[str, SourceList]
    store: SqliteStore
    clock: Clock
    info: Callable[[Source], SourceInfo]
    """A source as readers see it, as far as the configuration says."""
    forced: bool
    """Read whether due or not."""
    thorough: bool
    accept_removals: bool
    progress: Callable[[str, int], None]
    done: Callable[[str], None]

    async def read_lists(self, lists: Sequence[Source]) -> tuple[SourceResult, ...]:
        """Read lists of sources, side by side."""
        now, waiting = self._split(lists, self.lists)
        async with AsyncExitStack() as stack:
            reading = ReadLists(
                store=self.store,
                kinds=self.lists,
                clock=self.clock,
                web=await self._web(stack, needed=bool(now)),
                next_check=self._next_check,
                accept_removals=self.accept_removals,
            )
            read = {result.source_id: result for result in await reading.read(now)}
        return tuple(waiting.get(each.id) or read[each.id] for each in lists)

    async def run(self, sources: Sequence[Source]) -> tuple[SourceResult, ...]:
        """Read those that are due, side by side; results are in the order of ``sources``."""
        now, waiting = self._split(sources, self.adapters)
        remote = [source for source in now if self.adapters[source.type].remote]
        if remote:
            until = self.clock() + timedelta(seconds=self.settings.schedule.min)
            self.store.lease([source.id for source in remote], until, _LEASE)
        states = {state.id: state for state in self.store.states()}
        async with AsyncExitStack() as stack:
            refresh = Refresh(
                store=self.store,
                clock=self.clock,
                web=await self._web(stack, needed=bool(remote)),
                read_isolated=self._reader(stack, remote),
                pace=self._pace(),
                accept_removals=self.accept_removals,
                thorough=self.thorough,
                progress=self.progress,
            )
            read = await asyncio.gather(*(self._read(refresh, source, states[source.id]) for source in now))
        results = {result.source_id: result for result in read}
        return tuple(waiting.get(source.id) or results[source.id] for source in sources)

    async def _read(self, refresh: Refresh, source: Source, state: SourceState) -> SourceResult:
        result = await refresh.source(
            source,
            self.adapters[source.type],
            self.info(source),
            first_reading=state.last_success is None,
            failures=state.failures,
        )
        self.done(source.id)
        return replace(result, failing_since=state.first_failure) if result.error else result

    def _split(
        self, sources: Sequence[Source], kinds: Mapping[str, Adapter] | Mapping[str, SourceList]
    ) -> tuple[list[Source], dict[str, SourceResult]]:
        """Sources that are read now, and why the others are not."""
        states = {state.id: state for state in self.store.states()}
        waiting: dict[str, SourceResult] = {}
        now: list[Source] = []
        for source in sources:
            is_remote = kinds[source.type].remote and "://" in source.location
            told = self._not_now(source, states[source.id], is_remote=is_remote)
            if told is None:
                now.append(source)
            else:
                waiting[source.id] = told
        return now, waiting

    def _not_now(self, source: Source, state: SourceState, *, is_remote: bool) -> SourceResult | None:
        if not source.enabled:
            return SourceResult(source_id=source.id, state="paused", why="switched off in the configuration")
        if state.paused:
            return SourceResult(source_id=source.id, state="paused", why="paused by hand")
        if not is_remote or due.is_due(
            self.clock(),
            state.next_check,
            interval=source.interval or self.settings.schedule.interval,
            forced=self.forced,
            held_until=state.held_until,
        ):
            return None
        return SourceResult(source_id=source.id, state="not-due", next_check=state.next_check, why=state.why)

    def _pace(self) -> Pace:
        schedule = self.settings.schedule
        return Pace(
            interval=schedule.interval, minimum=schedule.min, maximum=schedule.max, jitter=schedule.jitter
        )

    def _next_check(
        self, source: Source, now: datetime, failures: int, retry_after: datetime | None
    ) -> tuple[datetime, str]:
        pace = self._pace()
        return due.next_check(
            now,
            interval=source.interval or pace.interval,
            jitter=pace.jitter,
            seed=source.location,
            retry_after=retry_after,
            failures=failures,
            minimum=pace.minimum,
            maximum=pace.maximum,
        )

    async def _web(self, stack: AsyncExitStack, *, needed: bool) -> Web:
        if not needed:
            return NoWeb()
        from aggregator.app.network import polite_web

        return await stack.enter_async_context(polite_web(self.settings, self.clock))

    def _reader(self, stack: AsyncExitStack, remote: Sequence[Source]) -> Reader:
        if not any(self.adapters[source.type].isolated for source in remote):
            return read_in_thread
        from aggregator.isolation import Isolation

        return stack.enter_context(Isolation()).read
