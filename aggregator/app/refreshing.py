"""Which sources are read now, and with what: the web and the child process are started only when needed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator import due
from aggregator.due import Pace
from aggregator.errors import FetchError
from aggregator.refresh import Refresh, read_in_thread
from aggregator.reports import SourceResult
from aggregator.subscriptions import ReadLists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, SourceList, Web
    from aggregator.exchange import Answer, Request
    from aggregator.model import Source, SourceInfo
    from aggregator.polls import SourceState
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
    exact: bool = False
    """Wait for the very moment at which a source is due, instead of counting it as due a little before."""
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
                pace=self._pace(),
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
            state,
        )
        self.done(source.id)
        return replace(result, failing_since=state.first_failure) if result.error else result

    def _split(
        self, sources: Sequence[Source], kinds: Mapping[str, Adapter] | Mapping[str, SourceList]
    ) -> tuple[list[Source], dict[str, SourceResult]]:
        """Sources that are read now, and why the others are not."""
        states = {state.id: state for state in self.store.states()}
        holds = self.store.holds(self.clock())
        waiting: dict[str, SourceResult] = {}
        now: list[Source] = []
        for source in sources:
            state = states[source.id]
            told = self._stopped(source, state)
            if told is None and kinds[source.type].remote and "://" in source.location:
                told = self._not_due(source, state, holds)
            if told is None:
                now.append(source)
            else:
                waiting[source.id] = told
        return now, waiting

    def _stopped(self, source: Source, state: SourceState) -> SourceResult | None:
        if not source.enabled:
            return SourceResult(source_id=source.id, state="paused", why="switched off in the configuration")
        if state.paused:
            return SourceResult(source_id=source.id, state="paused", why="paused by hand")
        if state.gone_since is not None:
            return SourceResult(source_id=source.id, state="gone", status=state.status, why=state.why)
        return None

    def _not_due(
        self, source: Source, state: SourceState, holds: Mapping[str, datetime]
    ) -> SourceResult | None:
        now = self.clock()
        host = self.settings.fetch.lanes.hold_key_of(state.url or source.location)
        until = holds.get(host or "")
        if due.is_held(now, until):
            return _waits(source, until, "Retry-After of its host")
        if due.is_held(now, state.held_until):
            return _waits(source, state.held_until, state.why)
        when = state.next_check if self.exact else state.due_from
        if due.is_due(now, when, attempted=state.attempted, forced=self.forced):
            return None
        return _waits(source, state.next_check, state.why)

    def _hold(self, key: str, until: datetime) -> None:
        self.store.hold(key, until, self.clock())

    def _pace(self) -> Pace:
        schedule = self.settings.schedule
        return Pace(
            interval=schedule.interval,
            minimum=schedule.min,
            maximum=schedule.max,
            jitter=schedule.jitter,
            adaptive=schedule.adaptive,
        )

    async def _web(self, stack: AsyncExitStack, *, needed: bool) -> Web:
        if not needed:
            return NoWeb()
        from aggregator.app.network import polite_web

        web = polite_web(self.settings, self.clock, holds=self.store.holds(self.clock()), on_hold=self._hold)
        return await stack.enter_async_context(web)

    def _reader(self, stack: AsyncExitStack, remote: Sequence[Source]) -> Reader:
        if not any(self.adapters[source.type].isolated for source in remote):
            return read_in_thread
        from aggregator.isolation import Isolation

        return stack.enter_context(Isolation()).read


def _waits(source: Source, until: datetime | None, why: str) -> SourceResult:
    return SourceResult(source_id=source.id, state="not-due", next_check=until, why=why)
