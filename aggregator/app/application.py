"""The application: refresh and generate, with the parts that are in use."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from aggregator.app.care import unknown
from aggregator.app.control import do_commands
from aggregator.app.equipment import Equipment
from aggregator.app.publishing import Publishing
from aggregator.app.refreshing import Options, Refreshing, no_progress
from aggregator.errors import LockedError, UsageError
from aggregator.polls import Outcome
from aggregator.records import Save

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from aggregator.app.rebuilding import Rebuilt
    from aggregator.commits import GroupCommit
    from aggregator.polls import SourceState
    from aggregator.reports import GenerateReport, RefreshReport, SourceResult
    from aggregator.store import SqliteStore
    from aggregator.subscriptions import Subscriptions


log = logging.getLogger(__name__)


PATIENCE = 15 * 60.0
"""Seconds that one refresh gives to the sources of one host at least; see :attr:`Options.patience`."""
_SHARE = 10
"""So many times as long as publishing took it is not done again: most of the time is for reading."""


class App(Publishing):
    """One site, with its parts."""

    publishes_after: ClassVar[float] = 60.0
    """Seconds that one refresh reads before what came until then is published."""

    # ── refresh ──

    def refresh(
        self,
        names: Sequence[str] = (),
        *,
        force: bool = False,
        dry_run: bool = False,
        wait: float = 0.0,
        accept_removals: bool = False,
        new_store: bool = False,
        progress: Callable[[str, int], None] = no_progress,
        done: Callable[[str], None] = no_progress,
    ) -> RefreshReport:
        """Read the sources that are due, and write what changed; ``wait`` seconds for the lock at most.

        ``force`` reads every document, also those whose size and time say that they are as they were.
        ``progress`` is told a source's id and how many documents were just read, ``done`` which source is.
        """
        from aggregator.reports import RefreshReport, together

        with self.opened(wait=wait, new_store=new_store, dry_run=dry_run) as store:
            began = self.clock()
            chosen = self._chosen(names, self._subscriptions(store))
            options = Options(
                forced=force or bool(names),
                thorough=force,
                accept_removals=accept_removals,
                patience=None if force or names else max(PATIENCE, self.settings.schedule.min),
                progress=progress,
                done=done,
            )
            written: list[GenerateReport] = []
            results = asyncio.run(self._read(store, options, chosen, None if dry_run else written))
            do_commands(store)
            if not dry_run:
                written.append(self._generate(store))
            states, holds = (store.states(), store.holds(began)) if dry_run else ((), {})
        if dry_run:
            polled = {each.source_id for each in results if each.next_check and each.state != "paused"}
            self._remember_times([each for each in states if each.id in polled], holds)
        return RefreshReport(sources=results, generated=together(written), at=began, dry_run=dry_run)

    @contextmanager
    def opened(
        self, *, wait: float, new_store: bool = False, dry_run: bool = False, patience: float = 10.0
    ) -> Iterator[SqliteStore]:
        """The store, ready to be refreshed: it knows the sources there are, and what was left for us is done.

        Whoever refreshes begins here. ``patience``: seconds to wait where another process is writing.
        """
        from aggregator.recleaning import reclean

        with self.writing(wait=wait, new_store=new_store, dry_run=dry_run, patience=patience) as store:
            if not dry_run:
                self._folder(store).claim(known_files=bool(store.files()))
            self.synced(store)
            do_commands(store)
            reclean(store, self.clock)
            yield store

    async def _read(
        self,
        store: SqliteStore,
        options: Options,
        chosen: Collection[str] | None,
        written: list[GenerateReport] | None,
    ) -> tuple[SourceResult, ...]:
        """Read, and where that takes long, publish meanwhile what came: that is added to ``written``."""
        loop, pause = asyncio.get_running_loop(), self.publishes_after
        reading = asyncio.create_task(self.read(store, options, chosen))
        try:
            while not (await asyncio.wait({reading}, timeout=pause))[0]:
                began = loop.time()
                if written is not None:
                    written.append(await self.publish(store, lambda: not reading.done()))
                pause = max(self.publishes_after, _SHARE * (loop.time() - began))
            return reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def read(
        self, store: SqliteStore, options: Options, chosen: Collection[str] | None
    ) -> tuple[SourceResult, ...]:
        """Read lists first, since they say what else there is to read; in the order of the configuration."""
        async with Equipment(self.settings, self.clock, store) as equipment:
            refreshing = self.refreshing(store, equipment, options)
            before = self._subscriptions(store)
            lists = [each for each in before.lists if chosen is None or each.id in chosen]
            results = await refreshing.run(lists)
            subscriptions = self.synced(store) if lists else before
            sources = [each for each in subscriptions.sources if chosen is None or each.id in chosen]
            results += await refreshing.run(sources)
        told = {each.source_id: each for each in results}
        return tuple(told[each.id] for each in subscriptions.everything if each.id in told)

    def _remember_times(self, polled: Sequence[SourceState], holds: Mapping[str, datetime]) -> None:
        """A dry run keeps nothing but when servers may be asked, so that it is as polite as any other."""
        if not polled or not self.settings.store.exists():
            return
        now = self.clock()
        try:
            with self.writing(wait=0.0) as store:
                known = {state.id: _times(state, now) for state in store.states()}
                for key, until in holds.items():
                    store.hold(key, until, now)
                for each, times in ((each.id, _times(each, now)) for each in polled):
                    if known.get(each, times) != times:
                        store.save(Save(source_id=each, now=now, outcome=times))
        except LockedError:
            log.debug("another process is at work, and asks for itself")

    def refreshing(
        self,
        store: SqliteStore,
        equipment: Equipment,
        options: Options,
        commits: GroupCommit | None = None,
    ) -> Refreshing:
        """What reads sources into a store that knows of them; ``commits``: what keeps what it reads."""
        return Refreshing(
            settings=self.settings,
            adapters=self.adapters,
            lists=self.lists,
            store=store,
            clock=self.clock,
            equipment=equipment,
            info=self._info,
            options=options,
            commits=commits,
        )

    def rebuild(self, *, wait: float = 0.0, force: bool = False) -> Rebuilt:
        """Make the store anew from local posts and the feeds that were written; see there."""
        from aggregator.app.rebuilding import rebuild

        return rebuild(self, wait=wait, force=force)

    def _chosen(self, names: Sequence[str], subscriptions: Subscriptions) -> set[str] | None:
        """Ids of the sources named, with a list its feeds; None: every one."""
        known = {source.id: source for source in subscriptions.everything}
        for name in names:
            if name not in known:
                raise UsageError(unknown("source", name, known, where=f" in {self.settings.path}"))
        feeds = {feed.id for name in names for feed in subscriptions.feeds.get(name, ())}
        return {*names, *feeds} if names else None


def _times(state: SourceState, at: datetime) -> Outcome:
    """When it may be asked, as the outcome of an asking of which nothing else is kept."""
    return Outcome(
        at=at,
        held=True,
        next_check=state.next_check,
        due_from=state.due_from,
        why=state.why,
        held_until=state.held_until,
    )
