"""What sources are read with: the web and the child process, each started when it is first needed.

They last as long as whoever holds them, so that pauses per host and open connections outlive one refresh.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

from aggregator.contracts import HoldStore
from aggregator.lanes import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, Web
    from aggregator.exchange import Answer, Request
    from aggregator.isolation import Isolation
    from aggregator.model import Batch, Source
    from aggregator.polls import Times
    from aggregator.reading import Read

_NEVER = datetime.min.replace(tzinfo=UTC)


class Store(HoldStore, Protocol):
    """What is to be known of other processes' requests."""

    def times(self) -> Sequence[Times]:
        """See :meth:`aggregator.contracts.ScheduleStore.times`."""
        ...


class Equipment:
    """A Web, and a Reader; to be entered, and used on that loop. ``store``: remembers pauses of hosts.

    ``after``: what it replaces. Nothing is requested before that is idle: who paces the requests to a host
    must be one alone.
    """

    def __init__(
        self, settings: Settings, clock: Clock, store: Store, *, after: Equipment | None = None
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._store = store
        self._after = after
        self._stack = AsyncExitStack()
        self._starting = asyncio.Lock()
        self._web: Web | None = None
        self._isolation: Isolation | None = None
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End what was started; twice is as good as once."""
        await self._stack.aclose()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Count a user while the block runs."""
        self._users += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until nobody uses it, nor what it replaces, which it may never have waited for itself."""
        if self._after is not None:
            await self._after.idle()
            self._after = None
        await self._idle.wait()

    async def get(self, request: Request) -> Answer:
        """See :meth:`aggregator.contracts.Web.get`."""
        if self._after is not None:
            await self._after.idle()
            self._after = None
        return await (self._web or await self._started()).get(request)

    async def _started(self) -> Web:
        async with self._starting:
            if self._web is None:
                from aggregator.app.network import polite_web

                holds = self._store.holds(self._clock())
                web = polite_web(
                    self.settings, self._clock, holds=holds, asked=self._asked(), on_hold=self._hold
                )
                self._web = await self._stack.enter_async_context(web)
            return self._web

    def _asked(self) -> Mapping[str, datetime]:
        """When each host was last asked, as far as its sources tell."""
        asked: dict[str, datetime] = {}
        for each in self._store.times():
            host = host_of(each.url or each.location) if each.attempted else None
            if host and each.attempted and each.attempted > asked.get(host, _NEVER):
                asked[host] = each.attempted
        return asked

    def _hold(self, key: str, until: datetime) -> None:
        self._store.hold(key, until, self._clock())

    async def read(self, adapter: Adapter, source: Source, batch: Batch, now: datetime) -> Sequence[Read]:
        """Parse and tidy a batch in a process of its own."""
        if self._isolation is None:
            from aggregator.isolation import Isolation

            self._isolation = self._stack.enter_context(Isolation())
        return await self._isolation.read(adapter, source, batch, now)
