"""When a source is due, how its last request ended, and what the next one is to be conditional on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

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
STANDING = (
    "last_success is null, failures > 0, iif(failures > 0, status, null), wall is null, gone_since,"
    " late_since, effective_url"
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

    def recent(self, source_id: str, limit: int, without: Iterable[int] = ()) -> Sequence[datetime]:
        """See :meth:`aggregator.contracts.RefreshStore.recent`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select published from items where source_id = (select id from sources where key = ?)"
                " and id not in (select value from json_each(?)) order by published desc limit ?",
                (bindable(source_id), array(without), limit),
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


Read = tuple[Validators, str, str, str | None, str | None]
"""Validators and hashes of the last good answer, who gave them, and where the source moved to."""


def read_exchanges(raw: sqlite3.Connection, keys: str) -> Mapping[str, Read]:
    """What the last good exchange of each of these sources left; ``keys``: an array of them."""
    rows = raw.execute(
        "select key, etag, last_modified, body_hash, stable_hash, validated_url, effective_url from sources"
        " where key in (select value from json_each(?))",
        (keys,),
    )
    return {
        original(key): (
            Validators(etag and original(etag), last_modified and original(last_modified)),
            original(body_hash),
            stable_hash,
            validated and original(validated),
            url and original(url),
        )
        for key, etag, last_modified, body_hash, stable_hash, validated, url in rows
    }


_HELD = (
    "update sources set next_check = :next_check, due_from = :due_from, reason = :reason,"
    " held_until = :held_until where id = :id"
)
_ENDED = (
    "update sources set attempted = :at, error = :error, notice = :notice, status = :status,"
    " next_check = :next_check, due_from = :due_from, reason = :reason, held_until = :held_until,"
    " wall = :wall, gone_count = :gone, gone_since = iif(:is_gone, :at, null), effective_url = :url,"
)
_FAILED = _ENDED + " first_failure = coalesce(first_failure, :at), failures = failures + 1"
_SUCCEEDED = _ENDED + (
    " last_success = :at, first_failure = null, failures = 0,"
    " late_since = iif(:late, coalesce(late_since, :at), null), recent = coalesce(:recent, recent)"
)
_RETURNING = f" where id = :id returning {STANDING}"
_POLLED = (
    ", polls = polls + 1, polls_unchanged = polls_unchanged + (:skip = 'not modified'),"
    " polls_same = polls_same + (:skip = 'same bytes'),"
    " polls_restamped = polls_restamped + (:skip = 'same entries'), received = received + :received"
)
_EXCHANGED = (
    ", validated_url = :validated, wishes = :wishes, moved_to = :moved_to,"
    " moved_since = :moved_since, moved_count = :moved_count,"
    " etag = iif(:whole, :etag, coalesce(:etag, etag)),"
    " last_modified = iif(:whole, :last_modified, coalesce(:last_modified, last_modified)),"
    " body_hash = iif(:whole, :body_hash, coalesce(nullif(:body_hash, ''), body_hash)),"
    " stable_hash = iif(:whole, :stable_hash, coalesce(nullif(:stable_hash, ''), stable_hash))"
)
# One statement for all of it, since each writes the row anew: by whether it succeeded, polled, exchanged.
_UPDATES = {
    (succeeded, polled, exchanged): (
        (_SUCCEEDED if succeeded else _FAILED)
        + (_POLLED if polled else "")
        + (_EXCHANGED if exchanged else "")
        + _RETURNING
    )
    for succeeded in (False, True)
    for polled in (False, True)
    for exchanged in (False, True)
}
_REMEMBERED = (
    "insert into fetches (source_id, at, status, result, ms, bytes, new, changed, error)"
    " values (:id, :at, :status, :result, :ms, :received, :new, :changed, :error)"
)
_FORGOTTEN = (
    "delete from fetches where source_id = :id and id <= (select id from fetches where source_id = :id"
    " order by id desc limit 1 offset :kept)"
)


def keep_outcome(raw: sqlite3.Connection, source: int, outcome: Outcome, before: tuple[Any, ...]) -> None:
    """Record how a refresh ended, and when the next is due. ``before``: what STANDING said until now."""
    said: dict[str, Any] = {
        "id": source,
        "next_check": micros(outcome.next_check),
        "due_from": micros(outcome.due_from),
        "reason": bindable(outcome.why),
        "held_until": micros(outcome.held_until),
    }
    if outcome.held:
        raw.execute(_HELD, said)
        return
    said |= {
        "at": to_micros(outcome.at),
        "error": _bound(outcome.error),
        "notice": _bound(outcome.notice),
        "status": outcome.status,
        "wall": _bound(outcome.wall),
        "gone": outcome.gone,
        "is_gone": outcome.is_gone,
        "url": _bound(outcome.url),
        "late": outcome.late,
        "recent": None if outcome.recent is None else encode_moments(outcome.recent),
    }
    succeeded = outcome.error is None
    polled = outcome.exchange is not None or outcome.next_check is not None or outcome.is_gone
    if polled:
        said |= _polled(outcome)
    if succeeded and outcome.exchange is not None:
        said |= _exchanged(outcome, outcome.exchange)
    update = _UPDATES[succeeded, polled, succeeded and outcome.exchange is not None]
    after = raw.execute(update, said).fetchone()
    if polled:
        raw.execute(_REMEMBERED, said)
        raw.execute(_FORGOTTEN, said)
    if after != before:
        outdate_directory(raw)


def _exchanged(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    """RFC 9111, 4.3.4: a 304 refreshes what it names; RFC 3229: a 226 has no hash of the whole."""
    is_part, move = exchange.status == HTTPStatus.IM_USED, outcome.move
    return {
        "whole": exchange.status != HTTPStatus.NOT_MODIFIED,
        "validated": bindable(exchange.url) or None,
        "etag": _bound(exchange.validators.etag),
        "last_modified": _bound(exchange.validators.last_modified),
        "body_hash": "" if is_part else bindable(exchange.body_hash),
        "stable_hash": "" if is_part else exchange.stable_hash,
        "wishes": encode_wishes(outcome.freshness, outcome.calendar or NO_CALENDAR),
        "moved_to": bindable(move.url) if move else None,
        "moved_since": to_micros(move.since) if move else None,
        "moved_count": move.count if move else 0,
    }


def _polled(outcome: Outcome) -> dict[str, Any]:
    exchange = outcome.exchange
    unchanged = exchange is not None and exchange.unchanged
    return {
        "skip": exchange.skip if exchange else "",
        "received": exchange.received if exchange else 0,
        "result": "failed" if outcome.error is not None else "unchanged" if unchanged else "ok",
        "ms": round(outcome.seconds * 1000),
        "new": outcome.new,
        "changed": outcome.updated,
        "kept": _KEPT_POLLS,
    }


def forget_exchange(raw: sqlite3.Connection, source: int) -> None:
    """Have the next request ask for the whole, and be due now."""
    raw.execute(
        "update sources set etag = null, last_modified = null, body_hash = '', stable_hash = '',"
        " validated_url = null"
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


def _bound(text: str | None) -> str | None:
    return None if text is None else bindable(text)
