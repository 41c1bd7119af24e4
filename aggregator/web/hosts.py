"""Whose turn it is: connections and pauses per host, connections in all, and bytes in flight.

A request waits for its host first and for a free connection second, so that a host with many sources keeps
nobody else waiting.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aggregator.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from aggregator.lanes import HostRule, Lanes

_LANES = 4096
"""Hosts that are remembered before the idle ones are forgotten."""


class _Lane:
    """One host, or a group of them."""

    def __init__(self, rule: HostRule) -> None:
        self.gate = asyncio.Semaphore(rule.connections)
        self.turn = asyncio.Lock()
        self.delay = rule.delay
        self.free_at = 0.0
        self.users = 0


class Hosts:
    """Lets requests pass one by one. ``sleep`` and ``monotonic`` count seconds."""

    def __init__(
        self,
        *,
        concurrency: int,
        lanes: Lanes,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._all = asyncio.Semaphore(concurrency)
        self._rules = lanes
        self._sleep = sleep
        self._monotonic = monotonic
        self._lanes: dict[str, _Lane] = {}
        self._held: dict[str, tuple[float, datetime]] = {}

    def asked(self, host: str, seconds_ago: float) -> None:
        """A host was asked by another process: its pause goes on."""
        lane = self._lane(host)
        lane.free_at = max(lane.free_at, self._monotonic() - max(seconds_ago, 0.0) + lane.delay)

    @asynccontextmanager
    async def slot(self, scheme: str, host: str, port: int) -> AsyncIterator[None]:
        """Wait for a turn at a host; it ends with the block, and the host's pause begins.

        Raises HeldError where the host asked for a longer one.
        """
        held = self._rules.hold_key(scheme, host, port)
        self._refuse_held(held)
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.gate:
                await self._turn(held, lane)
                try:
                    yield
                finally:
                    lane.free_at = self._monotonic() + lane.delay
                    self._all.release()
        finally:
            lane.users -= 1

    async def _turn(self, held: str, lane: _Lane) -> None:
        async with lane.turn:
            self._refuse_held(held)
            while (pause := lane.free_at - self._monotonic()) > 0:
                await self._sleep(pause)
            await self._all.acquire()
            try:
                self._refuse_held(held)
            except HeldError:
                self._all.release()
                raise
            lane.free_at = self._monotonic() + lane.delay

    def _lane(self, host: str) -> _Lane:
        key, rule = self._rules.lane(host)
        if key not in self._lanes:
            if len(self._lanes) >= _LANES:
                now = self._monotonic()
                self._lanes = {
                    name: lane for name, lane in self._lanes.items() if lane.users or lane.free_at > now
                }
            self._lanes[key] = _Lane(rule)
        return self._lanes[key]

    def hold(self, key: str, seconds: float, until: datetime) -> bool:
        """Let nothing pass for so long to what a :meth:`~aggregator.lanes.Lanes.hold_key` names.

        False: it is held for as long already.
        """
        end = self._monotonic() + seconds
        if key in self._held and self._held[key][0] >= end:
            return False
        self._held[key] = (end, until)
        return True

    def _refuse_held(self, key: str) -> None:
        if key not in self._held:
            return
        end, until = self._held[key]
        if end <= self._monotonic():
            del self._held[key]
            return
        raise HeldError(
            f"not asked: {key} wants a pause until {until:%Y-%m-%d %H:%M:%S} UTC", retry_after=until
        )


class Deadline:
    """A time to finish in that stands still while we are who keeps the other waiting."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._scope: asyncio.Timeout | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Raise TimeoutError when the time is over."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self._left) as self._scope:
                yield
        finally:
            self._scope = None
            self._left -= loop.time() - started

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Let the time stand still for the block."""
        loop = asyncio.get_running_loop()
        scope = self._scope
        end = scope.when() if scope else None
        if scope is None or end is None or scope.expired():
            yield
            return
        started = loop.time()
        scope.reschedule(None)
        try:
            yield
        finally:
            waited = loop.time() - started
            self._left += waited
            scope.reschedule(end + waited)


class Share:
    """What one document takes of the budget."""

    def __init__(self, budget: Budget, deadline: Deadline) -> None:
        self._budget = budget
        self._deadline = deadline
        self.held = 0

    async def take(self, count: int) -> None:
        """Count some more bytes; where there is no room, wait for it, while the deadline stands still."""
        if not self._budget.admits(self, count):
            async with self._deadline.paused():
                while not self._budget.admits(self, count):
                    await self._budget.freed()
        self.held += count


class Budget:
    """Bytes of all documents that arrive at the same time.

    Of those that do not fit one at a time goes on nevertheless, so that they never wait for each other: the
    most that is held is the budget and the largest document.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._shares: set[Share] = set()
        self._favoured: Share | None = None
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def share(self, deadline: Deadline) -> AsyncIterator[Share]:
        """A document's share; what it held is free behind the block."""
        share = Share(self, deadline)
        self._shares.add(share)
        try:
            yield share
        finally:
            self._shares.discard(share)
            if self._favoured is share:
                self._favoured = None
            self._freed.set()
            self._freed = asyncio.Event()

    def admits(self, share: Share, count: int) -> bool:
        """Whether a share may grow by so many bytes now."""
        if self._favoured is share or sum(each.held for each in self._shares) + count <= self._size:
            return True
        if self._favoured is None:
            self._favoured = share
            return True
        return False

    async def freed(self) -> None:
        """Wait until some other document is done."""
        await self._freed.wait()
