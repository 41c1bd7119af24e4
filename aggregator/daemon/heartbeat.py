"""A beat by the clock that nobody sets: it notices when the other clock is set, or was, while we slept."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aggregator.contracts import Clock

_NOTICED = 2.0
"""Seconds that the two clocks may disagree about one beat: what is steered slowly needs no notice."""
_ASLEEP = 30.0
"""Seconds between two beats from which on the machine must have slept, or something held us up as long."""


def steady() -> float:
    """Seconds that nobody sets; where the system can tell, those count too in which it was suspended."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Jump(NamedTuple):
    """What happened between two looks, in seconds; 0.0 where that is nothing to speak of."""

    gained: float
    """By how much the wall clock was set."""
    slept: float


class Jumps:
    """Compares the wall clock with the steady one."""

    def __init__(self, clock: Clock, seconds: Callable[[], float] = steady) -> None:
        self._clock, self._seconds = clock, seconds
        self._last = self._both()

    def _both(self) -> tuple[float, float]:
        return self._clock().timestamp(), self._seconds()

    def look(self) -> Jump | None:
        """What happened since the last look; None: nothing."""
        (wall, seconds), self._last = self._last, self._both()
        passed = self._last[1] - seconds
        gained = self._last[0] - wall - passed
        jump = Jump(gained if abs(gained) >= _NOTICED else 0.0, passed if passed >= _ASLEEP else 0.0)
        return jump if any(jump) else None


async def beat(
    seconds: float,
    call: Callable[[], None],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Call every so many seconds, for ever; it does so only while the loop is alive."""
    while True:
        await sleep(seconds)
        call()
