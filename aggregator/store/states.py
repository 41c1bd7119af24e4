"""What is known of each source, and of its last polls. Writes nothing."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

from aggregator.dates import from_micros
from aggregator.polls import Move, Poll, SourceState, Times
from aggregator.store.codec import array, bindable, decode_moments, decode_wishes, original
from aggregator.store.rows import Connected, moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

_COLUMNS = (
    "key", "kind", "title", "feed_title", "active", "enabled", "private", "paused", "last_success",
    "attempted", "first_failure", "failures", "error", "notice", "status", "next_check", "due_from", "reason",
    "held_until", "wall", "gone_count", "gone_since", "late_since", "paused_since",
    "configured_url", "moved_to", "moved_since", "moved_count", "effective_url", "polls", "polls_unchanged",
    "polls_same", "polls_restamped", "received",
)  # fmt: skip
_COSTLY = (
    "s.recent, s.wishes, (select count(*) from items i indexed by items_by_source"
    " where i.source_id = s.id and i.state = 'live'),"
    " (select count(*) from documents d indexed by documents_with_problems"
    " where d.source_id = s.id and d.problems is not null)"
)
_STATES = {
    whole: f"select {', '.join(f's.{column}' for column in _COLUMNS)}, {costly}"  # noqa: S608 - constants
    " from sources s where ?1 is null or s.key in (select value from json_each(?1))"
    " order by s.active desc, iif(s.active, s.rank, 0), s.key"
    for whole, costly in ((True, _COSTLY), (False, "'[]', '{}', 0, 0"))
}
"""With what costs the most, and without."""
_TIMES = (
    "select key, paused, gone_since, attempted, next_check, due_from, held_until, status, reason,"
    " configured_url, effective_url from sources"
)
_NAMES = (*_COLUMNS, "recent", "wishes", "items", "problems")


class States(Connected):
    """Sources, as whoever refreshes them and whoever asks about them sees them."""

    def states(
        self, source_ids: Collection[str] | None = None, *, whole: bool = True
    ) -> Sequence[SourceState]:
        """See :meth:`aggregator.contracts.RefreshStore.states`."""
        wanted = None if source_ids is None else array(bindable(each) for each in source_ids)
        with self._connection.reading() as raw:
            rows = raw.execute(_STATES[whole], (wanted,))
            return [_state(dict(zip(_NAMES, row, strict=True))) for row in rows]

    def times(self) -> Sequence[Times]:
        """See :meth:`aggregator.contracts.ScheduleStore.times`."""
        with self._connection.reading() as raw:
            return [
                Times(
                    id=original(key),
                    paused=bool(paused),
                    gone_since=moment(gone_since),
                    attempted=moment(attempted),
                    next_check=moment(next_check),
                    due_from=moment(due_from),
                    held_until=moment(held_until),
                    status=status,
                    why=original(why),
                    location=original(location),
                    url=_text(url),
                )
                for (
                    key,
                    paused,
                    gone_since,
                    attempted,
                    next_check,
                    due_from,
                    held_until,
                    status,
                    why,
                    location,
                    url,
                ) in raw.execute(_TIMES)
            ]

    def polls(self, source_id: str) -> Sequence[Poll]:
        """See :meth:`aggregator.contracts.Library.polls`."""
        with self._connection.reading() as raw:
            return [
                Poll(
                    at=from_micros(at),
                    status=status,
                    result=result,
                    seconds=ms / 1000,
                    received=size,
                    new=new,
                    updated=changed,
                    error=_text(error),
                )
                for at, status, result, ms, size, new, changed, error in _polls(raw, source_id)
            ]


def _polls(raw: sqlite3.Connection, source_id: str) -> Sequence[tuple[Any, ...]]:
    return raw.execute(
        "select f.at, f.status, f.result, f.ms, f.bytes, f.new, f.changed, f.error from fetches f"
        " where f.source_id = (select id from sources where key = ?) order by f.id desc",
        (bindable(source_id),),
    ).fetchall()


def _state(row: Mapping[str, Any]) -> SourceState:
    freshness, calendar = decode_wishes(row["wishes"])
    move = None
    if row["moved_to"] is not None and row["moved_since"] is not None:
        move = Move(original(row["moved_to"]), from_micros(row["moved_since"]), index(row["moved_count"]))
    return SourceState(
        id=original(row["key"]),
        type=original(row["kind"]),
        title=original(row["title"] or row["feed_title"]),
        active=bool(row["active"]),
        enabled=bool(row["enabled"]),
        private=bool(row["private"]),
        paused=bool(row["paused"]),
        items=index(row["items"]),
        last_success=moment(row["last_success"]),
        attempted=moment(row["attempted"]),
        first_failure=moment(row["first_failure"]),
        failures=index(row["failures"]),
        error=_text(row["error"]),
        notice=_text(row["notice"]),
        problems=index(row["problems"]),
        status=None if row["status"] is None else index(row["status"]),
        next_check=moment(row["next_check"]),
        due_from=moment(row["due_from"]),
        why=original(row["reason"]),
        held_until=moment(row["held_until"]),
        wall=_text(row["wall"]),
        gone=index(row["gone_count"]),
        gone_since=moment(row["gone_since"]),
        late_since=moment(row["late_since"]),
        paused_since=moment(row["paused_since"]),
        recent=decode_moments(row["recent"]),
        freshness=freshness,
        calendar=calendar,
        location=original(row["configured_url"]),
        move=move,
        url=_text(row["effective_url"]),
        polls=index(row["polls"]),
        polls_unchanged=index(row["polls_unchanged"]),
        polls_same=index(row["polls_same"]),
        polls_restamped=index(row["polls_restamped"]),
        received=index(row["received"]),
    )


def _text(value: str | None) -> str | None:
    return None if value is None else original(value)
