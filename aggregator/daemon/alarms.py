"""The clock: APScheduler wakes us, and nothing more. When sources are due stands in the store."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from aggregator.dates import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.contracts import Clock

_FARTHEST = timedelta(hours=6)
"""No alarm is set later than this: looking once too often costs little, and clocks are set."""
_AT_ONCE = 1000
"""An alarm that goes off sets itself anew; were that due at once while APScheduler has yet to hear that the
first has ended, the second would be dropped as one too many."""


class Alarms:
    """A handful of alarms in memory, each known by its name; to be used on one loop.

    ``misfire_grace_time`` None: an alarm that is late is better than one that is dropped.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # it tells of every job
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": _AT_ONCE},
        )

    def start(self) -> None:
        """Begin to run."""
        self._scheduler.start()

    def stop(self) -> None:
        """No alarm goes off any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def at(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        """Call at this moment, or at once where it is past; in place of what was set under this name."""
        trigger = DateTrigger(self._as_scheduled(moment))
        self._scheduler.add_job(_as_job, trigger, (call,), id=name, replace_existing=True)

    def no_later(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        """The same, but what is set already and goes off earlier stays."""
        job = self._scheduler.get_job(name)
        if job is None or job.next_run_time is None or job.next_run_time > self._as_scheduled(moment):
            self.at(name, moment, call)

    def _as_scheduled(self, moment: datetime) -> datetime:
        """As far from now by the scheduler's clock, which is the system's, as it is by ours."""
        return utc_now() + min(max(moment - self._clock(), timedelta(0)), _FARTHEST)

    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Call again and again, first after so many seconds."""
        trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
        self._scheduler.add_job(_as_job, trigger, (call,), id=name, replace_existing=True)


async def _as_job(call: Callable[[], None]) -> None:
    """A coroutine, which APScheduler runs on the loop; anything else it would run in a thread."""
    try:
        call()
    except Exception:  # a bug behind one alarm must not silence the others
        logging.getLogger(__name__).exception("an alarm: a bug; please report it")
