"""When a source is due, how its last request ended, and what the next one is to be conditional on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aggregator.dates import from_micros, to_micros
from aggregator.due import FARTHEST
from aggregator.exchange import Validators
from aggregator.store.codec import array, bindable, encode_moments, encode_wishes, original
from aggregator.store.rows import Connected, micros, outdate_directory
from aggregator.wishes import NO_CALENDAR

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.exchange import Exchange
    from aggregator.polls import Outcome


_KEPT_POLLS = 50
"""The last polls of a source that are remembered one by one."""
_STANDING = (
    "select last_success is null, failures > 0, iif(failures > 0, status, null), wall is null, gone_since,"
    " late_since, effective_url from sources where id = ?"
)
"""What whoever looks at the sources is shown of one, but for what changes with every poll."""


class Polling(Connected):
    """What is kept before anything is fetched."""

    def lease(self, source_ids: Iterable[str], until: datetime, why: str) -> None:
        """See :meth:`aggregator.contracts.RefreshStore.lease`."""
        keys = array(bindable(source_id) for source_id in source_ids)
        with self._connection.writing() as raw:
            raw.execute(
                "update sources set next_check = iif(later, next_check, ?1),"
                " due_from = iif(later, max(coalesce(due_from, ?1), ?1), ?1), reason = iif(later, reason, ?2)"
                " from (select id as wanted, next_check > ?1 and next_check <= ?3 as later from sources"
                " where key in (select value from json_each(?4))) where id = wanted",
                (to_micros(until), bindable(why), to_micros(until + FARTHEST), keys),
            )

    def recent(self, source_id: str, limit: int) -> Sequence[datetime]:
        """See :meth:`aggregator.contracts.RefreshStore.recent`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select published from items where source_id = (select id from sources where key = ?)"
                " order by published desc limit ?",
                (bindable(source_id), limit),
            )
            return [from_micros(published) for (published,) in rows]

    def holds(self, now: datetime) -> Mapping[str, datetime]:
        """See :meth:`aggregator.contracts.HoldStore.holds`."""
        with self._connection.reading() as raw:
            rows = raw.execute("select key, not_before from hosts where not_before > ?", (to_micros(now),))
            return {original(key): from_micros(until) for key, until in rows}

    def hold(self, key: str, until: datetime, now: datetime) -> None:
        """See :meth:`aggregator.contracts.HoldStore.hold`."""
        with self._connection.writing() as raw:
            raw.execute("delete from hosts where not_before <= ?", (to_micros(now),))
            raw.execute(
                "insert into hosts (key, not_before) values (?, ?)"
                " on conflict (key) do update set not_before = excluded.not_before",
                (bindable(key), to_micros(until)),
            )


def read_exchange(raw: sqlite3.Connection, source_id: str) -> tuple[Validators, str, str | None, str | None]:
    """Validators and body hash of the last good answer, who gave them, and where the source moved to."""
    row = raw.execute(
        "select etag, last_modified, body_hash, validated_url, effective_url from sources where key = ?",
        (bindable(source_id),),
    ).fetchone()
    etag, last_modified, body_hash, validated, url = row or (None, None, "", None, None)
    validators = Validators(etag and original(etag), last_modified and original(last_modified))
    return validators, original(body_hash), validated and original(validated), url and original(url)


def keep_outcome(raw: sqlite3.Connection, source: int, outcome: Outcome) -> None:
    """Record how a refresh ended, and when the next is due."""
    if outcome.held:
        raw.execute(
            "update sources set next_check = ?, due_from = ?, reason = ?, held_until = ? where id = ?",
            (
                micros(outcome.next_check),
                micros(outcome.due_from),
                bindable(outcome.why),
                micros(outcome.held_until),
                source,
            ),
        )
        return
    before = raw.execute(_STANDING, (source,)).fetchone()
    at = to_micros(outcome.at)
    raw.execute(
        "update sources set attempted = ?, error = ?, notice = ?, status = ?, next_check = ?, due_from = ?,"
        " reason = ?, held_until = ?, wall = ?, gone_count = ?, gone_since = ?, effective_url = ?"
        " where id = ?",
        (
            at,
            _bound(outcome.error),
            _bound(outcome.notice),
            outcome.status,
            micros(outcome.next_check),
            micros(outcome.due_from),
            bindable(outcome.why),
            micros(outcome.held_until),
            _bound(outcome.wall),
            outcome.gone,
            at if outcome.is_gone else None,
            _bound(outcome.url),
            source,
        ),
    )
    if outcome.error is not None:
        raw.execute(
            "update sources set first_failure = coalesce(first_failure, ?), failures = failures + 1"
            " where id = ?",
            (at, source),
        )
    else:
        _keep_success(raw, source, outcome, at)
    if outcome.exchange is not None or outcome.next_check is not None or outcome.is_gone:
        _keep_poll(raw, source, outcome, at)
    if raw.execute(_STANDING, (source,)).fetchone() != before:
        outdate_directory(raw)


def _keep_success(raw: sqlite3.Connection, source: int, outcome: Outcome, at: int) -> None:
    raw.execute(
        "update sources set last_success = ?1, first_failure = null, failures = 0,"
        " late_since = iif(?2, coalesce(late_since, ?1), null) where id = ?3",
        (at, int(outcome.late), source),
    )
    if outcome.recent is not None:
        raw.execute("update sources set recent = ? where id = ?", (encode_moments(outcome.recent), source))
    if outcome.exchange is not None:
        _keep_exchange(raw, source, outcome.exchange)
        wishes = encode_wishes(outcome.freshness, outcome.calendar or NO_CALENDAR)
        move = outcome.move
        led = (bindable(move.url), to_micros(move.since), move.count) if move else (None, None, 0)
        raw.execute(
            "update sources set wishes = ?, moved_to = ?, moved_since = ?, moved_count = ? where id = ?",
            (wishes, *led, source),
        )


def _keep_poll(raw: sqlite3.Connection, source: int, outcome: Outcome, at: int) -> None:
    """Count it, and remember it for a while."""
    is_unchanged = outcome.status == HTTPStatus.NOT_MODIFIED
    received = outcome.exchange.received if outcome.exchange else 0
    raw.execute(
        "update sources set polls = polls + 1, polls_unchanged = polls_unchanged + ?, received = received + ?"
        " where id = ?",
        (int(is_unchanged), received, source),
    )
    unchanged = outcome.exchange is not None and outcome.exchange.unchanged
    result = "failed" if outcome.error is not None else "unchanged" if unchanged else "ok"
    raw.execute(
        "insert into fetches (source_id, at, status, result, ms, bytes, new, changed, error)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source,
            at,
            outcome.status,
            result,
            round(outcome.seconds * 1000),
            received,
            outcome.new,
            outcome.updated,
            _bound(outcome.error),
        ),
    )
    raw.execute(
        "delete from fetches where source_id = ?1 and id <= (select id from fetches where source_id = ?1"
        " order by id desc limit 1 offset ?2)",
        (source, _KEPT_POLLS),
    )


def forget_exchange(raw: sqlite3.Connection, source: int) -> None:
    """Have the next request ask for the whole, and be due now."""
    raw.execute(
        "update sources set etag = null, last_modified = null, body_hash = '', validated_url = null"
        " where id = ?",
        (source,),
    )
    make_due(raw, source)


def forget_move(raw: sqlite3.Connection, source: int) -> None:
    """What the former URL redirected to, or that it is gone, says nothing of the new one."""
    return_home(raw, source)
    raw.execute(
        "update sources set gone_count = 0, gone_since = null, wishes = '{}', late_since = null where id = ?",
        (source,),
    )


def return_home(raw: sqlite3.Connection, source: int) -> None:
    """Have it be asked for where it is configured; whether it moved is to be seen anew."""
    raw.execute(
        "update sources set moved_to = null, moved_since = null, moved_count = 0, effective_url = null"
        " where id = ?",
        (source,),
    )


def make_due(raw: sqlite3.Connection, source: int) -> None:
    """Have it be due now; a running Retry-After stays."""
    raw.execute("update sources set next_check = null, due_from = null, reason = '' where id = ?", (source,))


def release(raw: sqlite3.Connection, source: int) -> None:
    """Another server is asked from now on: what the former one asked for is between us and that."""
    raw.execute("update sources set held_until = null where id = ?", (source,))


def _keep_exchange(raw: sqlite3.Connection, source: int, exchange: Exchange) -> None:
    validators = exchange.validators
    raw.execute("update sources set validated_url = ? where id = ?", (bindable(exchange.url) or None, source))
    said = (_bound(validators.etag), _bound(validators.last_modified), bindable(exchange.body_hash), source)
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        raw.execute(
            "update sources set etag = coalesce(?, etag), last_modified = coalesce(?, last_modified),"
            " body_hash = coalesce(nullif(?, ''), body_hash) where id = ?",
            said,
        )
    else:
        raw.execute("update sources set etag = ?, last_modified = ?, body_hash = ? where id = ?", said)
    if exchange.status == HTTPStatus.IM_USED:
        raw.execute("update sources set body_hash = '' where id = ?", (source,))


def _bound(text: str | None) -> str | None:
    return None if text is None else bindable(text)
