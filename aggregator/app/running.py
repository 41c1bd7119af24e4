"""A site that is open for long: what whoever runs for long asks of the application.

It refreshes by the path of the one-off command. Everything but the writing of files happens on one loop, by
one connection; files are written from a thread with a connection of its own, which an outdated output's
generation allows: whatever changes meanwhile has them written once more.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

from aggregator.app.control import do_commands
from aggregator.app.equipment import Equipment
from aggregator.app.refreshing import Begun, Options
from aggregator.commits import GroupCommit
from aggregator.contracts import Watchable
from aggregator.errors import ConfigError
from aggregator.postclaims import WAITING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from pathlib import Path
    from types import TracebackType

    from aggregator.app.application import App
    from aggregator.commands import Command
    from aggregator.model import Source
    from aggregator.reports import GenerateReport, SourceResult
    from aggregator.store import SqliteStore
    from aggregator.subscriptions import Subscriptions

_UNSETTLED = timedelta(seconds=2)
"""After which files are looked at again that were still being written."""
_WAITING = timedelta(minutes=1)
"""The same where posts wait for their date."""


class Running:
    """One site; to be entered, with its store open and its lock held."""

    def __init__(self, app: App, store: SqliteStore) -> None:
        self.app, self.store = app, store
        self._follow(app.synced(store))
        self._leaving: set[asyncio.Task[None]] = set()
        self._commits = GroupCommit(store)

    async def __aenter__(self) -> Self:
        _load_readers()
        self._equipment = Equipment(self.app.settings, self.app.clock, self.store)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._equipment.close()

    # ── sources ──

    def _follow(self, subscriptions: Subscriptions) -> None:
        everything = (*subscriptions.lists, *subscriptions.everything)
        self.sources: Mapping[str, Source] = {source.id: source for source in everything}
        """Every source and list of sources, by id, lists first."""

    def is_remote(self, source: Source) -> bool:
        """Whether it is read when it is due; any other is read whenever it changed."""
        kind = self.app.lists.get(source.type) or self.app.adapters[source.type]
        return kind.remote and "://" in source.location

    def begin(self, source_ids: Collection[str], *, forced: bool = False) -> Begun:
        """Choose those of these that are due, and say how each is read and why the others are not."""
        equipment, chosen = self._equipment, set(source_ids)
        options = Options(forced=forced, punctual=True)
        refreshing = self.app.refreshing(self.store, equipment, options, self._commits)
        with self.store.blamed():
            begun = refreshing.begin([each for name, each in self.sources.items() if name in chosen])
        starts = {name: partial(self._read, equipment, start) for name, start in begun.starts.items()}
        return Begun(starts, begun.waiting, begun.queues)

    async def _read(self, equipment: Equipment, start: Callable[[], Awaitable[SourceResult]]) -> SourceResult:
        with equipment.in_use(), self.store.blamed():
            return await start()

    def again(self, source: Source, result: SourceResult) -> timedelta:
        """After which time a local source is looked at again though nobody says that it changed."""
        from aggregator.sources.changed import UNSETTLED

        if any(problem.what == UNSETTLED for problem in result.problems):
            return _UNSETTLED
        if WAITING in result.skipped:
            return _WAITING
        return timedelta(seconds=source.interval or self.app.settings.schedule.interval)

    def resync(self) -> frozenset[str]:
        """A list names other feeds than before: make them known.

        Returns the ids under which there is no source any more, or another one: what is being read under
        these must not be kept. Whoever goes by another id now is still there, with all it has.
        """
        before = self.sources
        with self.store.blamed():
            self._commits.flush()  # under ids that may be others then
            self._follow(self.app.synced(self.store))
        now = {name: each.location for name, each in self.sources.items()}
        return frozenset(name for name, each in before.items() if now.get(name) != each.location)

    def watched(self) -> Mapping[Path, frozenset[str]]:
        """Folders and files that sources are read from, with the ids of those that are."""
        found: dict[Path, set[str]] = {}
        for source in self.sources.values():
            kind = self.app.lists.get(source.type) or self.app.adapters[source.type]
            if source.enabled and isinstance(kind, Watchable):
                for path in kind.watched(source):
                    found.setdefault(path, set()).add(source.id)
        return {path: frozenset(ids) for path, ids in found.items()}

    def clock_was_set(self, by: timedelta) -> None:
        """Keep distances: nothing is due for that, and nothing waits longer."""
        self._commits.flush()
        self.store.shift(by)

    # ── outputs ──

    async def publish(self, goes_on: Callable[[], bool]) -> GenerateReport:
        """Write what is outdated, as long as it ``goes_on``. One at a time."""
        with self.store.blamed():
            return await self.app.publish(self.store, goes_on)

    # ── what others ask for ──

    def do_commands(self) -> tuple[Command, ...]:
        """Do what other processes left for us; what was read before is kept before."""
        with self.store.blamed():
            self._commits.flush()
            return do_commands(self.store)

    def differing(self, app: App) -> frozenset[str]:
        """Ids of sources that another configuration changes. Raises ConfigError where only a restart could.

        What is read of them as they were must not be kept once it is in force.
        """
        before, after = self.app.settings, app.settings
        fixed = {"store": before.store != after.store, "output.dir": before.output_dir != after.output_dir}
        if problems := [f"{after.path}: {key}: only a restart can change it" for key in fixed if fixed[key]]:
            raise ConfigError(problems)
        return app.differing(self.store, self.sources)

    def use(self, app: App) -> None:
        """Have another configuration in force from now on."""
        before, after = self.app.settings, app.settings
        self._follow(app.synced(self.store))
        self.app = app
        if (before.fetch, before.site_url) != (after.fetch, after.site_url):
            former, self._equipment = (
                self._equipment,
                Equipment(after, app.clock, self.store, after=self._equipment),
            )
            task = asyncio.create_task(_put_away(former))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    # ── care ──

    def keep_house(self) -> None:
        """Regular care of the store; blocking, beside everything else."""
        from aggregator.store import care

        care.checkpoint(self.store.path)


def _load_readers() -> None:
    """Load what reads documents now: later the loop would wait for it, and an upgrade could mix versions."""
    from aggregator import tidy  # noqa: F401 - to have it loaded
    from aggregator.sources import feedreading, outlines, post  # noqa: F401 - to have them loaded


async def _put_away(equipment: Equipment) -> None:
    try:
        await equipment.idle()
    finally:
        await equipment.close()
