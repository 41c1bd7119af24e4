"""The daemon, put together: what begins, what is told to whom, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.daemon import early, ending
from aggregator.daemon.alarms import Alarms
from aggregator.daemon.backoff import Backoff
from aggregator.daemon.doors import Doors
from aggregator.daemon.heartbeat import Jump, Jumps, beat, steady
from aggregator.daemon.notify import Notify
from aggregator.daemon.publishing import LATER, SOON, Publishing
from aggregator.daemon.telling import tell
from aggregator.daemon.watching import Files, Watching, signs
from aggregator.daemon.work import Work
from aggregator.errors import AggregatorError, ConfigError
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from aggregator.app import App
    from aggregator.app.running import Running
    from aggregator.daemon.doors import MakeDoor

_BEAT = 1.0
"""Seconds between two beats: within so many, and one more, what others leave for us is taken up."""
_HOUSEKEEPING = 3600.0
_DRAIN, _LAST = 5.0, 3.0
"""Seconds that requests under way have to end in, and the last publishing: together less than ten."""
_HUNG = 1.5
"""Seconds that threads have to end in."""
_INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Whatever of the outside the daemon looks at besides its site."""

    reload: Callable[[], App]
    """The application anew, as the configuration is now. Raises ConfigError."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    doors: tuple[MakeDoor, ...] = ()
    monotonic: Callable[[], float] = time.monotonic
    steady: Callable[[], float] = steady


def run(app: App, surroundings: Surroundings, *, wait: float = 0.0) -> int:
    """Run until told to stop; returns the exit code. Raises LockedError where another process is at work."""
    from aggregator.app.running import Running

    with early.noted(app.settings.path) as came:
        tell("starting", f"starting: {app.settings.path}", pid=os.getpid())
        with app.opened(wait=wait, patience=3.0) as store:
            code = asyncio.run(_run(Daemon(Running(app, store), surroundings, came)))
    return ending.within(_HUNG, code)


async def _run(daemon: Daemon) -> int:
    """Run it, and see to it that the process ends: a thread that reads from a disk that hangs never would."""
    code = await daemon.run()
    asyncio.get_running_loop().call_later(_HUNG, os._exit, code)
    return code


class Daemon:
    """One run of it."""

    def __init__(self, running: Running, surroundings: Surroundings, came: early.Noted | None = None) -> None:
        """``came``: what came before this one could be told."""
        self._running, self._around, settings = running, surroundings, running.app.settings
        self._came = came or early.Noted([], signs([settings.path]))
        self._notify = Notify(surroundings.environ, surroundings.monotonic)
        self._alarms = Alarms(running.app.clock)
        self._publishing = Publishing(running.publish, surroundings.monotonic)
        self._work = Work(running, self._alarms, self._finished)
        self._work.resynced = self._watch
        self._watching = Watching(
            self._work.touch, settings.schedule.watch, (settings.output_dir, settings.store.parent)
        )
        self._doors = Doors(surroundings.doors)
        self._jumps = Jumps(running.app.clock, surroundings.steady)
        self._configuration, self._reloading = Files(), asyncio.Lock()
        self._commands_backoff, self._commands_at = Backoff(), 0.0
        self._stopping, self._code = asyncio.Event(), 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> int:
        """Begin, work until told to stop, end orderly."""
        self._take_signals()
        async with self._running:
            await self._doors.start(self._running.app)
            try:
                lasting = self._begin()
                self._notify.ready()
                tell("ready", f"at work; sources: {len(self._running.sources)}", pid=os.getpid())
                code = await self._until_stopped(lasting)
            finally:
                await self._end()
        tell("stopped", "stopped")
        return code

    def _begin(self) -> set[asyncio.Task[None]]:
        """Set everything going; returns the tasks that must not end."""
        self._alarms.start()
        self._alarms.every("housekeeping", _HOUSEKEEPING, self._keep_house)
        self._configuration.watch(self._came.configuration)
        self._watch()
        self._work.touch(self._running.sources)
        self._work.look()
        self._publishing.ask(SOON)
        seconds = min(_BEAT, (self._notify.watchdog or _BEAT * 4) / 4)
        lasting = (self._publishing.run(), self._watching.run(), beat(seconds, self._beat))
        tasks = {self._spawn(work) for work in lasting}
        for number, act in ((signal.SIGHUP, self._reload), (signal.SIGUSR1, self._read_all)):
            asyncio.get_running_loop().add_signal_handler(number, act)
            if number in self._came.signals:
                act()
        return tasks

    async def _until_stopped(self, lasting: set[asyncio.Task[None]]) -> int:
        """Until a signal says so, or one of the tasks that must not end does."""
        stopping = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait({*lasting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping in done:
            return self._code
        stopping.cancel()
        for task in done:
            logging.getLogger(__name__).critical("a bug; please report it", exc_info=task.exception())
        return 1

    async def _end(self) -> None:
        self._notify.stopping()
        under_way = len(self._work.under_way)
        tell("stopping", f"stopping; sources being read: {under_way}", under_way=under_way)
        self._alarms.stop()
        closing = asyncio.create_task(self._doors.stop())  # meanwhile: all together it is to take ten seconds
        cut_off = await self._work.stop(_DRAIN)
        if cut_off:
            tell("cut-off", f"{cut_off} readings were cut off; nothing of them is lost", count=cut_off)
        if not await self._publishing.stop(_LAST):
            tell("outdated", "some outputs are outdated; the next start writes them", level=logging.WARNING)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await closing
        await self._doors.stop()  # what a reload opened meanwhile

    # ── signals ──

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._stop, each.name)
        for each in (signal.SIGHUP, signal.SIGUSR1):  # nothing is there yet that could do it
            loop.add_signal_handler(each, self._came.signals.append, each)

    def _stop(self, name: str) -> None:
        if not self._stopping.is_set():
            tell("signal", f"{name}: stopping; once more stops at once", signal=name)
            self._stopping.set()
            return
        tell("signal", f"{name}: stopping at once; what was saved is saved", signal=name)
        logging.shutdown()
        # The store is transactional and files appear whole: there is nothing that an orderly end would save.
        os._exit(_INTERRUPTED)

    def _read_all(self) -> None:
        tell("signal", "SIGUSR1: every source is read now", signal="SIGUSR1")
        self._work.read_all()

    # ── the configuration ──

    def _reload(self, why: str = "SIGHUP") -> None:
        if not self._stopping.is_set():
            self._spawn(self._use_configuration(why))

    async def _use_configuration(self, why: str) -> None:
        async with self._reloading:
            self._notify.reloading()
            try:
                app = await asyncio.to_thread(self._around.reload)
                await self._use(app)
            except ConfigError as error:
                for problem in error.problems:
                    tell("refused", problem, level=logging.ERROR)
                text = f"{why}: the configuration was refused; the one before stays in force"
                tell("reload-refused", text, level=logging.ERROR, problems=len(error.problems))
            except AggregatorError as error:
                text = f"{why}: the configuration was not taken up: {error}; the one before stays in force"
                tell("reload-refused", text, level=logging.ERROR, error=str(error))
            except Exception:  # a bug in the reading of a file must not end the work
                logging.getLogger(__name__).exception("%s: a bug; please report it", why)
            else:
                tell("reloaded", f"{why}: the configuration was taken up", sources=len(self._running.sources))
            finally:
                self._notify.ready()

    async def _use(self, app: App) -> None:
        """Have it in force everywhere."""
        self._running.differing(app)  # refuses what only a restart can change; lists are followed meanwhile
        async with self._doors.following(self._running.app, app):
            while changed := self._running.differing(app) & self._work.under_way:
                await self._work.cut_off(changed)
            self._running.use(app)
        self._watching.how = app.settings.schedule.watch
        self._watch()
        self._work.follow()
        self._work.touch(self._running.sources)
        self._publishing.ask(SOON)
        for warning in app.settings.warnings:
            tell("warning", warning, level=logging.WARNING)

    def _watch(self) -> None:
        self._watching.watch(self._running.watched())

    # ── what happens ──

    def _finished(self, changed: bool, local: bool) -> None:
        """A source was read. Whoever edits a post is waiting for it; whoever subscribed to a feed is not."""
        self._publishing.ask(SOON if changed else LATER, rested=not (changed and local))

    def _beat(self) -> None:
        self._notify.alive()
        if not self._running.store.in_place:
            self._give_up()
        if (jump := self._jumps.look()) is not None:
            self._schedule_anew(jump)
        if self._configuration.look():
            self._reload(str(self._running.app.settings.path))
        if self._around.monotonic() >= self._commands_at:
            self._do_commands()
        self._notify.status(self._status())

    def _give_up(self) -> None:
        """What would be kept from now on would be lost; whoever starts it anew begins with what is there."""
        if not self._stopping.is_set():
            text = f"{self._running.store.path}: was removed, or another file is in its place: ending"
            tell("store-gone", text, level=logging.CRITICAL)
            self._code = 1
            self._stopping.set()

    def _schedule_anew(self, jump: Jump) -> None:
        """Alarms that were set by a clock that was set since, or stood, go off at the wrong time."""
        if jump.gained:
            text = f"the clock was set by {jump.gained:+.0f} s: everything is scheduled anew"
            tell("clock-set", text, level=logging.WARNING, seconds=round(jump.gained))
            try:
                self._running.clock_was_set(timedelta(seconds=jump.gained))
            except AggregatorError as error:
                tell("retry", f"what is due could not be moved: {error}", level=logging.ERROR)
        if jump.slept:
            tell("slept", f"nothing went on for {jump.slept:.0f} s", seconds=round(jump.slept))
        self._alarms.every("housekeeping", _HOUSEKEEPING, self._keep_house)
        self._work.touch(self._running.sources)
        self._work.look()

    def _do_commands(self) -> None:
        """What other processes left for us."""
        try:
            done = self._running.do_commands()
        except AggregatorError as error:
            if not self._commands_backoff.failures:
                tell("retry", f"commands cannot be looked at: {error}", level=logging.ERROR, error=str(error))
            self._commands_at = self._around.monotonic() + self._commands_backoff.failed().total_seconds()
            return
        self._commands_backoff.went_well()
        for each in done:
            tell("command", f"{each.action} {each.argument}", action=each.action, argument=each.argument)
        self._work.begin_anew([each.argument for each in done if each.action == "reset"])
        if done:
            self._work.touch(each.argument for each in done)
            self._work.look()
            self._publishing.ask(SOON)

    def _keep_house(self) -> None:
        self._work.look()  # whatever went wrong with its alarm, it is not later than this
        self._spawn(self._housekeeping())

    async def _housekeeping(self) -> None:
        try:
            await asyncio.to_thread(self._running.keep_house)
        except AggregatorError as error:
            tell("housekeeping", f"housekeeping: {error}", level=logging.ERROR, error=str(error))

    def _status(self) -> str:
        return f"sources: {len(self._running.sources)}, being read: {len(self._work.under_way)}"

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
