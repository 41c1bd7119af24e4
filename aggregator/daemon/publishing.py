"""Writing outputs: one run at a time, soon after something changed, and again where it failed."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from aggregator.daemon.backoff import Backoff
from aggregator.daemon.telling import published, tell
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aggregator.reports import GenerateReport

    Publish = Callable[[Callable[[], bool]], Awaitable[GenerateReport]]
    """Write what is outdated, as long as it is told to go on."""

SOON, LATER = 0.1, 30.0
"""Seconds to wait for more: after a change, and after a source was read that brought none."""

_LONGEST_REST = 5.0
"""It rests as long as it worked, at most so many seconds: what comes in bit by bit is written together."""


class Publishing:
    """Waits to be asked. ``monotonic`` counts seconds, as ``sleep``'s waiting does."""

    def __init__(self, publish: Publish, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._publish, self._monotonic = publish, monotonic
        self._at: float | None = None
        """When it is to be done next; None: nobody asked."""
        self._rests_until = 0.0
        self._asked = asyncio.Event()
        self._backoff = Backoff()
        self._goes_on = True
        self._running = asyncio.Lock()

    def ask(self, within: float = SOON, *, rested: bool = True) -> None:
        """Have it done within so many seconds; ``rested``: not before it has rested from the last run."""
        at = self._monotonic() + within
        if not rested:
            self._rests_until = min(self._rests_until, at)
            self._asked.set()
        if self._at is None or at < self._at:
            self._at = at
            self._asked.set()

    async def run(self) -> None:
        """Do it whenever it is asked for, for ever."""
        while True:
            await self._due()
            await self._once()

    async def _due(self) -> None:
        while True:
            self._asked.clear()
            wait = None if self._at is None else max(self._at, self._rests_until) - self._monotonic()
            if wait is not None and wait <= 0:
                return
            try:
                async with asyncio.timeout(wait):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def _once(self) -> bool:
        """Whether it went well; else it is done again later."""
        async with self._running:
            self._at = None
            began = self._monotonic()
            try:
                report = await self._publish(lambda: self._goes_on)
                errors = report.errors
                published(report, self._monotonic() - began)
            except AggregatorError as error:
                errors = (str(error),)
            except Exception:  # a bug in writing must not end the reading
                logging.getLogger(__name__).exception("publishing: a bug; please report it")
                errors = ("a bug",)
        took = self._monotonic() - began
        self._rests_until = self._monotonic() + min(took, _LONGEST_REST)
        if not errors:
            self._backoff.went_well()
            return True
        wait = self._backoff.failed().total_seconds()
        for why in errors:
            text = f"not published: {why}; tried again in {wait:g} s"
            tell("retry", text, level=logging.ERROR, error=why, seconds=wait)
        self.ask(wait)
        return False

    async def stop(self, seconds: float) -> bool:
        """Publish what was asked for, in this time; what does not fit in stays outdated. Call it last."""
        try:
            async with asyncio.timeout(seconds):
                async with self._running:
                    pass
                return self._at is None or await self._once()
        except TimeoutError:
            self._goes_on = False
            return False
