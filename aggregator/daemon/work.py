"""Reading sources, each as a task of its own: no source is read twice at once, and none waits for another."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from aggregator.daemon.backoff import Backoff
from aggregator.daemon.telling import refreshed, tell
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable
    from datetime import datetime

    from aggregator.app.running import Running
    from aggregator.reports import SourceResult

_LOOK = "due"
_HELD = timedelta(seconds=15)
_CHANGES = frozenset({"first-read", "changed"})


class Wakes(Protocol):
    """The alarms, as far as they are needed here."""

    def at(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        """Call then; in place of what was set under this name."""
        ...

    def no_later(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        """The same, but what is set already and goes off earlier stays."""
        ...


class Work:
    """What is being read. ``finished`` is told of each source if anything changed, and if it is local.

    Sources on the web are read when they are due; local ones when they are told to have changed
    (:meth:`touch`), and now and then.
    """

    def __init__(self, running: Running, alarms: Wakes, finished: Callable[[bool, bool], None]) -> None:
        self._running, self._alarms, self._finished = running, alarms, finished
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._once_more: set[str] = set()
        """Told to have changed while they were being read."""
        self._local_at: dict[str, datetime] = {}
        """When local sources are looked at again."""
        self._backoff = Backoff()
        self._backoffs: dict[str, Backoff] = {}
        self._following = Backoff()
        """Has failures while a list names other feeds than those that are known."""
        self._closed = False
        self.resynced: Callable[[], None] = lambda: None
        """Told where a list names other feeds than before."""

    @property
    def under_way(self) -> frozenset[str]:
        """Ids of sources that are being read."""
        return frozenset(self._tasks)

    # ── what is read ──

    def look(self) -> None:
        """Read what is due, and set the alarm for what is next."""
        if self._closed:
            return
        if self._following.failures:
            self._follow_list()
        now = self._running.app.clock()
        local = {name for name, moment in self._local_at.items() if moment <= now}
        self.touch(local)
        timed = [name for name, each in self._running.sources.items() if self._running.is_remote(each)]
        waiting = self._begin(timed)
        nexts = [*self._local_at.values(), *waiting]
        if nexts:
            self._wake(min(nexts))

    def touch(self, source_ids: Iterable[str]) -> None:
        """These changed: read them now, or once more where they are being read."""
        known = self._running.sources
        named = {name for name in source_ids if name in known and not self._running.is_remote(known[name])}
        self._once_more |= named & self._tasks.keys()
        self._begin(named)

    def read_all(self) -> None:
        """Read every source now, due or not; no Retry-After is overridden."""
        self.touch(self._running.sources)
        self._begin(list(self._running.sources), forced=True)

    def follow(self) -> None:
        """The configuration, or a list, changed: forget what is no more, read what is new."""
        known = self._running.sources
        self._local_at = {name: at for name, at in self._local_at.items() if name in known}
        self._backoffs = {name: each for name, each in self._backoffs.items() if name in known}
        self.look()

    def _begin(self, source_ids: Collection[str], *, forced: bool = False) -> list[datetime]:
        """Start those that are to be read; returns when others are next due."""
        free = [name for name in source_ids if name not in self._tasks]
        if self._closed or not free:
            return []
        now = self._running.app.clock()
        try:
            begun = self._running.begin(free, forced=forced)
        except AggregatorError as error:
            wait = self._backoff.failed()
            _tell_retry("nothing can be read now", error, wait)
            for name in free:
                self._put_off(name, wait)
            return [now + wait]
        self._backoff.went_well()
        for name in (*begun.starts, *begun.waiting):
            self._local_at.pop(name, None)  # what is paused has no time: whoever resumes it has it read
        for name, start in begun.starts.items():
            task = asyncio.create_task(self._read(name, start), name=f"read {name}")
            task.add_done_callback(partial(self._forget, name))
            self._tasks[name] = task
        return [_no_sooner(each, now) for each in begun.waiting.values() if each.state == "not-due"]

    async def _read(self, name: str, start: Callable[[], Awaitable[SourceResult]]) -> None:
        result: SourceResult | None = None
        try:
            result = await start()
        except AggregatorError as error:
            wait = self._backoff_of(name).failed()
            _tell_retry(f"{name}: could not be kept", error, wait, source=name)
            self._put_off(name, wait)
        except Exception:  # a bug in one source's reading must not end the others'
            wait = self._backoff_of(name).failed()
            logging.getLogger(__name__).exception("%s: a bug; please report it", name)
            self._put_off(name, wait)
        finally:
            del self._tasks[name]
        if result is not None:
            self._take(name, result)

    def _forget(self, name: str, task: asyncio.Task[None]) -> None:
        """It ended; what is cut off before its first step does so without one."""
        if self._tasks.get(name) is task:
            del self._tasks[name]

    def _take(self, name: str, result: SourceResult) -> None:
        refreshed(result, self._running.app.clock())
        source = self._running.sources.get(name)
        local = source is not None and not self._running.is_remote(source)
        self._finished(result.state in _CHANGES, local)
        if source is None:
            return
        if result.next_check is not None:
            self._wake(result.next_check)
        elif result.state == "failed":
            self._put_off(name, self._backoff_of(name).failed())
        else:
            self._backoffs.pop(name, None)
            self._put_off(name, self._running.again(source, result))
        if result.state in _CHANGES and source.type in self._running.app.lists:
            self._follow_list()
        if name in self._once_more:
            self._once_more.discard(name)
            self.touch([name])

    def _follow_list(self) -> None:
        """It may name other feeds than before; where that cannot be kept, the next look tries again."""
        try:
            others = self._running.resync()
        except AggregatorError as error:
            wait = self._following.failed()
            _tell_retry("the list cannot be followed now", error, wait)
            self._wake(self._running.app.clock() + wait)
            return
        self._following.went_well()
        self.begin_anew(others)
        self.resynced()
        self.follow()

    # ── when ──

    def _put_off(self, name: str, wait: timedelta) -> None:
        moment = self._running.app.clock() + wait
        source = self._running.sources.get(name)
        if source is not None and not self._running.is_remote(source):
            self._local_at[name] = moment
        self._wake(moment)

    def _wake(self, moment: datetime) -> None:
        if not self._closed:
            self._alarms.no_later(_LOOK, moment, self.look)

    def _backoff_of(self, name: str) -> Backoff:
        return self._backoffs.setdefault(name, Backoff())

    async def cut_off(self, source_ids: Collection[str]) -> None:
        """Let nothing come of what is being read of these: they are about to be other sources."""
        while tasks := {name: task for name, task in self._tasks.items() if name in source_ids}:
            for name, task in tasks.items():
                task.cancel()
                self._put_off(name, _HELD)  # should they stay what they are after all
            await asyncio.wait(tasks.values())

    def begin_anew(self, source_ids: Collection[str]) -> None:
        """Let nothing come of what is being read of these, from this very moment on, and read them again."""
        for name in source_ids:
            if (task := self._tasks.get(name)) is not None:
                self._once_more.discard(name)
                task.cancel()
                task.add_done_callback(partial(self._look_at, name))

    def _look_at(self, name: str, _ended: object) -> None:
        self.touch([name])
        self.look()

    # ── the end ──

    async def stop(self, seconds: float) -> int:
        """Begin nothing any more; wait this long for what is under way, and cut off the rest: how many."""
        self._closed = True
        tasks = list(self._tasks.values())
        if not tasks:
            return 0
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        return len(late)


def _no_sooner(result: SourceResult, now: datetime) -> datetime:
    """When to look again at what is not due; what is held back may not say until when."""
    if result.next_check is None or result.next_check <= now:
        return now + _HELD
    return result.next_check


def _tell_retry(what: str, error: AggregatorError, wait: timedelta, **fields: str) -> None:
    seconds = wait.total_seconds()
    text = f"{what}: {error}; tried again in {seconds:g} s"
    tell("retry", text, level=logging.ERROR, error=str(error), seconds=seconds, **fields)
