"""Which sources are read now, and how: the one path of the one-off command and of whoever runs for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from aggregator import due
from aggregator.app import turns
from aggregator.app.turns import Queue, queues
from aggregator.due import Pace
from aggregator.refresh import Refresh
from aggregator.reports import SourceResult
from aggregator.subscriptions import ReadLists
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from aggregator.app.equipment import Equipment
    from aggregator.commits import GroupCommit
    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, SourceList
    from aggregator.model import Bookmark, Source, SourceInfo
    from aggregator.polls import SourceState, Times
    from aggregator.store import SqliteStore

_NEVER = datetime.min.replace(tzinfo=UTC)
_LEASE = "being read; tried again then if that was cut off"


class Begun(NamedTuple):
    """What is read now, by source id: how; and why each of the others is not."""

    starts: Mapping[str, Callable[[], Awaitable[SourceResult]]]
    waiting: Mapping[str, SourceResult]
    queues: Sequence[Queue]
    """The same sources by whom they wait for."""


def no_progress(*_news: object) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked of one refresh."""

    forced: bool = False
    """Read whether due or not."""
    thorough: bool = False
    """Read every document, also those whose size and time say that they are as they were."""
    accept_removals: bool = False
    punctual: bool = False
    """Read nothing ahead of its time: who can wake at any moment needs no tolerance."""
    patience: float | None = None
    """Seconds that the sources of one host may take; what does not come to its turn stays due. None: any."""
    progress: Callable[[str, int], None] = no_progress
    """Told a source's id and how many documents were just read."""
    done: Callable[[str], None] = no_progress
    """Told the id of a source that was read."""


@dataclass(frozen=True, kw_only=True)
class Refreshing:
    """One refresh of a site's sources. The store knows of them already (``sync``)."""

    settings: Settings
    adapters: Mapping[str, Adapter]
    lists: Mapping[str, SourceList]
    store: SqliteStore
    clock: Clock
    equipment: Equipment
    info: Callable[[Source], SourceInfo]
    """A source as readers see it, as far as the configuration says."""
    options: Options
    commits: GroupCommit | None = None
    """What keeps what is read, where others are to know of it."""

    async def run(self, sources: Sequence[Source]) -> tuple[SourceResult, ...]:
        """Read those that are due, side by side; results are in the order of ``sources``."""
        begun = self.begin(sources)
        results = dict(begun.waiting)
        results |= await turns.read(begun.queues, begun.starts, self.options.patience)
        results |= _left(begun.queues, self.clock())
        return tuple(results[source.id] for source in sources)

    def begin(self, sources: Sequence[Source]) -> Begun:
        """Choose those that are due, sources and lists of sources; those on the web are leased."""
        times, lanes = {each.id: each for each in self.store.times()}, self.settings.fetch.lanes
        holds = self.store.holds(self.clock())
        waiting: dict[str, SourceResult] = {}
        now: list[Source] = []
        for source in sources:
            told = self._stopped(source, times[source.id])
            if told is None and self.is_remote(source):
                told = self._not_due(source, times[source.id], holds)
            if told is None:
                now.append(source)
            else:
                waiting[source.id] = told
        # Who has waited longest goes first: else whoever has its host ask for a pause keeps it to itself.
        now.sort(key=lambda source: times[source.id].attempted or _NEVER)
        waits_for = queues([(each, self._asked_at(each, times[each.id])) for each in now], lanes)
        if self.options.patience is not None:
            late = _left(waits_for, self.clock(), self.options.patience)
            waiting |= late
            now = [source for source in now if source.id not in late]
        states = {state.id: state for state in self.store.states([source.id for source in now])}
        remote = [source.id for source in now if self.is_remote(source)]
        bookmarks = self.store.bookmarks(remote)
        if remote:
            until = self.clock() + timedelta(seconds=self.settings.schedule.min)
            self.store.lease(remote, until, _LEASE)
        refresh, reading = self._refresh(), self._read_lists()
        starts = {
            source.id: partial(self._read_list, reading, source)
            if source.type in self.lists
            else partial(self._read, refresh, source, states[source.id], bookmarks.get(source.id))
            for source in now
        }
        return Begun(starts, waiting, waits_for)

    def is_remote(self, source: Source) -> bool:
        """Whether it asks somebody else's server: then it is read only when it is due."""
        kind = self.lists.get(source.type) or self.adapters[source.type]
        return kind.remote and "://" in source.location

    def _asked_at(self, source: Source, state: Times) -> str | None:
        return (state.url or source.location) if self.is_remote(source) else None

    def _refresh(self) -> Refresh:
        return Refresh(
            store=self.store,
            clock=self.clock,
            web=self.equipment,
            read_isolated=self.equipment.read,
            pace=self._pace(),
            accept_removals=self.options.accept_removals,
            thorough=self.options.thorough,
            progress=self.options.progress,
            shared=self.commits,
        )

    def _read_lists(self) -> ReadLists:
        return ReadLists(
            store=self.store,
            kinds=self.lists,
            clock=self.clock,
            web=self.equipment,
            pace=self._pace(),
            accept_removals=self.options.accept_removals,
        )

    async def _read_list(self, reading: ReadLists, source: Source) -> SourceResult:
        (result,) = await reading.read([source])
        return result

    async def _read(
        self, refresh: Refresh, source: Source, state: SourceState, bookmark: Bookmark | None
    ) -> SourceResult:
        result = await refresh.source(source, self.adapters[source.type], self.info(source), state, bookmark)
        self.options.done(source.id)
        return replace(result, failing_since=state.first_failure) if result.error else result

    def _stopped(self, source: Source, state: Times) -> SourceResult | None:
        if not source.enabled:
            return SourceResult(source_id=source.id, state="paused", why="switched off in the configuration")
        if state.paused:
            return SourceResult(source_id=source.id, state="paused", why="paused by hand")
        if state.gone_since is not None:
            return SourceResult(source_id=source.id, state="gone", status=state.status, why=state.why)
        return None

    def _not_due(self, source: Source, state: Times, holds: Mapping[str, datetime]) -> SourceResult | None:
        now = self.clock()
        if holds:
            host = self.settings.fetch.lanes.hold_key_of(state.url or source.location)
            until = holds.get(host or "")
            if due.is_held(now, until):
                return _waits(source, until, "Retry-After of its host", held=True)
        if due.is_held(now, state.held_until):
            return _waits(source, state.held_until, state.why, held=True)
        when = state.next_check if self.options.punctual else state.due_from
        if due.is_due(now, when, attempted=state.attempted, forced=self.options.forced):
            return None
        return _waits(source, state.next_check, state.why)

    def _pace(self) -> Pace:
        schedule = self.settings.schedule
        return Pace(
            interval=schedule.interval,
            minimum=schedule.min,
            maximum=schedule.max,
            jitter=schedule.jitter,
            adaptive=schedule.adaptive,
        )


def _waits(source: Source, until: datetime | None, why: str, *, held: bool = False) -> SourceResult:
    return SourceResult(source_id=source.id, state="not-due", next_check=until, why=why, held=held)


def _left(waiting: Iterable[Queue], now: datetime, seconds: float | None = None) -> dict[str, SourceResult]:
    """What is left for the next run: what cannot come to its turn in so many seconds; None: what did not."""
    return {
        name: SourceResult(
            source_id=name,
            state="not-due",
            left=queue.key,
            next_check=now,
            why=f"left for the next run: too much of {queue.key} is due at once",
        )
        for queue in waiting
        for name in (queue.names if seconds is None else queue.cut(seconds))
    }
