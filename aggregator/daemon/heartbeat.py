"""A beat by the clock that nobody sets: it notices when the other clock is set, or was, while we slept."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aggregator.contracts import Clock

_NOTICED = 2.0
"""Seconds that the two clocks may disagree about one beat: what is steered slowly needs no notice."""


class Jumps:
    """How far the wall clock jumped between two looks; a suspended machine's jumps ahead."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._offset = self._now()

    def _now(self) -> float:
        return self._clock().timestamp() - self._monotonic()

    def look(self) -> float:
        """Seconds since the last look that the wall clock gained; 0.0 where that is nothing to speak of."""
        before, self._offset = self._offset, self._now()
        gained = self._offset - before
        return gained if abs(gained) >= _NOTICED else 0.0


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
