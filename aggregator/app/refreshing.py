"""Which sources are read now, and with what: the web and the child process are started only when needed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator import due
from aggregator.errors import FetchError
from aggregator.model import SourceInfo
from aggregator.refresh import Pace, Refresh, read_in_thread
from aggregator.reports import SourceResult
from aggregator.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, Web
    from aggregator.exchange import Answer, Request
    from aggregator.model import Source
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
    """One refresh of a site's sources."""

    settings: Settings
    adapters: Mapping[str, Adapter]
    store: SqliteStore
    clock: Clock
    forced: bool
    """Read whether due or not."""
    accept_removals: bool
    progress: Callable[[str, int], None]

    async def run(self, sources: Sequence[Source]) -> tuple[SourceResult, ...]:
        """Read those that are due, side by side; results are in the order of ``sources``."""
        states = {state.id: state for state in self.store.states()}
        waiting = {source.id: self._not_now(source, states[source.id]) for source in sources}
        now = [source for source in sources if waiting[source.id] is None]
        remote = [source for source in now if self.adapters[source.type].remote]
        if remote:
            until = self.clock() + timedelta(seconds=self.settings.schedule.min)
            self.store.lease([source.id for source in remote], until, _LEASE)
        async with AsyncExitStack() as stack:
            refresh = Refresh(
                store=self.store,
                clock=self.clock,
                web=await self._web(stack, needed=bool(remote)),
                read_isolated=await self._reader(stack, remote),
                pace=self._pace(),
                accept_removals=self.accept_removals,
                progress=self.progress,
            )
            read = await asyncio.gather(*(self._read(refresh, source, states[source.id]) for source in now))
        results = {result.source_id: result for result in read}
        return tuple(waiting[source.id] or results[source.id] for source in sources)

    async def _read(self, refresh: Refresh, source: Source, state: SourceState) -> SourceResult:
        return await refresh.source(
            source,
            self.adapters[source.type],
            self.info(source),
            first_reading=state.last_success is None,
            failures=state.failures,
        )

    def _not_now(self, source: Source, state: SourceState) -> SourceResult | None:
        """Why the source is not read in this refresh; None: it is."""
        if not source.enabled:
            return SourceResult(source_id=source.id, state="paused", why="switched off in the configuration")
        if state.paused:
            return SourceResult(source_id=source.id, state="paused", why="paused by hand")
        if not self.adapters[source.type].remote or due.is_due(
            self.clock(),
            state.next_check,
            interval=source.interval or self.settings.schedule.interval,
            forced=self.forced,
            why=state.why,
        ):
            return None
        return SourceResult(source_id=source.id, state="not-due", next_check=state.next_check, why=state.why)

    def info(self, source: Source) -> SourceInfo:
        """A source as readers see it, as far as the configuration says."""
        if not self.adapters[source.type].remote:
            return SourceInfo(title=source.title or self.settings.site.title)
        url = None if source.private else absolute(source.location)
        return SourceInfo(title=source.title or "", feed_url=url)

    def _pace(self) -> Pace:
        schedule = self.settings.schedule
        return Pace(
            interval=schedule.interval, minimum=schedule.min, maximum=schedule.max, jitter=schedule.jitter
        )

    async def _web(self, stack: AsyncExitStack, *, needed: bool) -> Web:
        if not needed:
            return NoWeb()
        from aggregator.app.network import polite_web

        return await stack.enter_async_context(polite_web(self.settings, self.clock))

    async def _reader(self, stack: AsyncExitStack, remote: Sequence[Source]) -> Reader:
        if not any(self.adapters[source.type].isolated for source in remote):
            return read_in_thread
        from aggregator.isolation import Isolation

        return stack.enter_context(Isolation()).read
