"""When a source is due, how its last request ended, and what the next one is to be conditional on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aggregator.dates import to_micros
from aggregator.exchange import Validators
from aggregator.store.codec import array, bindable, original
from aggregator.store.rows import Connected, micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

    from aggregator.exchange import Exchange
    from aggregator.records import Outcome


class Polling(Connected):
    """What is kept before anything is fetched."""

    def lease(self, source_ids: Iterable[str], until: datetime, why: str) -> None:
        """See :meth:`aggregator.contracts.RefreshStore.lease`."""
        keys = array(bindable(source_id) for source_id in source_ids)
        with self._connection.writing() as raw:
            raw.execute(
                "update sources set next_check = ?, reason = ? where key in (select value from json_each(?))",
                (to_micros(until), bindable(why), keys),
            )


def read_exchange(raw: sqlite3.Connection, source_id: str) -> tuple[Validators, str]:
    """The validators and the body hash of the last good answer; empty where there is none."""
    row = raw.execute(
        "select etag, last_modified, body_hash from sources where key = ?", (bindable(source_id),)
    ).fetchone()
    etag, last_modified, body_hash = row or (None, None, "")
    return Validators(etag and original(etag), last_modified and original(last_modified)), original(body_hash)


def keep_outcome(raw: sqlite3.Connection, source: int, outcome: Outcome) -> None:
    """Record how a refresh ended, and when the next is due."""
    at = to_micros(outcome.at)
    raw.execute(
        "update sources set attempted = ?, error = ?, notice = ?, status = ?, next_check = ?, reason = ?,"
        " held_until = ? where id = ?",
        (
            at,
            _bound(outcome.error),
            _bound(outcome.notice),
            outcome.status,
            micros(outcome.next_check),
            bindable(outcome.why),
            micros(outcome.held_until),
            source,
        ),
    )
    if outcome.error is not None:
        raw.execute(
            "update sources set first_failure = coalesce(first_failure, ?), failures = failures + 1"
            " where id = ?",
            (at, source),
        )
        return
    raw.execute(
        "update sources set last_success = ?, first_failure = null, failures = 0 where id = ?", (at, source)
    )
    if outcome.exchange is not None:
        _keep_exchange(raw, source, outcome.exchange)
        _keep_move(raw, source, outcome.exchange.moved, at)


def forget_exchange(raw: sqlite3.Connection, source: int) -> None:
    """Have the next request ask for the whole, and be due now."""
    raw.execute(
        "update sources set etag = null, last_modified = null, body_hash = '' where id = ?", (source,)
    )
    make_due(raw, source)


def forget_move(raw: sqlite3.Connection, source: int) -> None:
    """What the former URL redirected to says nothing of the new one."""
    raw.execute(
        "update sources set moved_to = null, moved_since = null, moved_count = 0 where id = ?", (source,)
    )


def make_due(raw: sqlite3.Connection, source: int) -> None:
    """Have it be due now; a running Retry-After stays."""
    raw.execute("update sources set next_check = null, reason = '' where id = ?", (source,))


def release(raw: sqlite3.Connection, source: int) -> None:
    """Another server is asked from now on: what the former one asked for is between us and that."""
    raw.execute("update sources set held_until = null where id = ?", (source,))


def _keep_exchange(raw: sqlite3.Connection, source: int, exchange: Exchange) -> None:
    validators = exchange.validators
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


def _keep_move(raw: sqlite3.Connection, source: int, moved: str | None, at: int) -> None:
    """Count the readings in a row that permanent redirects led to the same place."""
    raw.execute(
        "update sources set moved_to = ?1, moved_since = iif(moved_to is ?1, moved_since, ?2),"
        " moved_count = case when ?1 is null then 0 when moved_to is ?1 then moved_count + 1 else 1 end"
        " where id = ?3",
        (_bound(moved), None if moved is None else at, source),
    )


def _bound(text: str | None) -> str | None:
    return None if text is None else bindable(text)
