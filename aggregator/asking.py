"""What asking a source came to: when it is due again, where it is asked then, and whether at all. Pure."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from aggregator import due, health
from aggregator.due import Due
from aggregator.errors import FetchError, HeldError
from aggregator.lanes import host_of
from aggregator.polls import Move, Outcome
from aggregator.sourcekeys import has_credentials
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.due import Pace
    from aggregator.errors import SourceError
    from aggregator.exchange import Exchange
    from aggregator.model import Source
    from aggregator.polls import SourceState
    from aggregator.wishes import Calendar, Freshness

TIMES_GONE = 2
"""How many times in a row a server says that a document is gone for good, before it is believed."""
TIMES_MOVED = 2
"""How many readings in a row permanent redirects lead to the same place, before it is asked for there."""
TIMES_LOST = 3
"""Failures in a row where it moved to, before it is looked for again where it is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One asking of a remote source, as it went.

    ``calendar``: what its document says, where there was one to read; ``recent``: when its newest items were
    published.
    """

    source: Source
    state: SourceState
    at: datetime
    error: SourceError | None = None
    exchange: Exchange | None = None
    calendar: Calendar | None = None
    recent: Sequence[datetime] = ()

    @property
    def status(self) -> int | None:
        """The HTTP status that it ended with."""
        if isinstance(self.error, FetchError):
            return self.error.status
        return self.exchange.status if self.exchange else None

    @property
    def retry_after(self) -> datetime | None:
        """When its publisher allows the next request."""
        if isinstance(self.error, FetchError):
            return self.error.retry_after
        return self.exchange.retry_after if self.exchange else None


def conclude(asked: Asked, pace: Pace) -> Outcome:
    """What is to be remembered of it; what else it brought is for the caller to add."""
    outcome = Outcome(
        at=asked.at,
        error=str(asked.error) if asked.error else None,
        exchange=asked.exchange,
        status=asked.status,
        held_until=due.hold(asked.at, asked.retry_after),
        url=asked.state.url,
    )
    if isinstance(asked.error, HeldError):
        return _held(asked, outcome, pace)
    if asked.error is not None:
        return _failed(asked, outcome, pace)
    return _read(asked, outcome, pace)


def _held(asked: Asked, outcome: Outcome, pace: Pace) -> Outcome:
    """It waits for that pause, or longer where it was asked for before its time."""
    until = due.hold(asked.at, asked.retry_after) or asked.at + timedelta(seconds=pace.minimum)
    planned, state = Due(until, "Retry-After of its host", until), asked.state
    if state.next_check is not None and not due.is_due(asked.at, state.next_check):
        known = Due(state.next_check, state.why, state.due_from or state.next_check)
        later = max(planned, known, key=lambda each: each.at)
        planned = replace(later, from_=max(planned.from_, known.from_))
    return _scheduled(replace(outcome, error=None, held=True), planned)


# ── it failed ─────────────────────────────────────────────────────────────────────────────────────────────


def _failed(asked: Asked, outcome: Outcome, pace: Pace) -> Outcome:
    error, state = asked.error, asked.state
    failures = state.failures + 1
    lost = outcome.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) or failures >= TIMES_LOST
    if state.url is not None and lost:
        outcome = replace(outcome, url=None)  # where it moved to it is no more: maybe it moved again
    gone = state.gone + 1 if outcome.status == HTTPStatus.GONE else 0
    outcome = replace(outcome, gone=gone, wall=error.wall if isinstance(error, FetchError) else None)
    if gone >= TIMES_GONE:
        why = f"gone for good (410, {gone} times): `source reset {asked.source.id}` has it asked again"
        return replace(outcome, is_gone=True, held_until=None, why=why)
    next_one = due.after_failure(
        asked.at,
        pace,
        fixed=asked.source.interval,
        seed=asked.source.location,
        failures=failures,
        retry_after=asked.retry_after,
    )
    return _scheduled(outcome, next_one)


# ── it was read ───────────────────────────────────────────────────────────────────────────────────────────


def _read(asked: Asked, outcome: Outcome, pace: Pace) -> Outcome:
    state, recent = asked.state, tuple(asked.recent)
    freshness, calendar = _freshness(asked), asked.calendar or state.calendar
    next_one = due.after_success(
        asked.at,
        pace,
        fixed=asked.source.interval,
        seed=asked.source.location,
        recent=recent,
        freshness=freshness,
        calendar=calendar,
        retry_after=asked.retry_after,
    )
    move = _move(asked)
    confirmed = move is not None and move.count >= TIMES_MOVED and not _has_secrets(asked.source)
    return _scheduled(
        replace(
            outcome,
            late=health.is_late(asked.at, recent),
            recent=None if recent == tuple(state.recent) else recent,  # what is kept already
            freshness=freshness,
            calendar=calendar,
            move=move,
            url=move.url if move is not None and confirmed else state.url,
        ),
        next_one,
    )


def _freshness(asked: Asked) -> Freshness | None:
    """RFC 9111, 4.3.4: what a 304 does not say is as it was said before."""
    exchange, known = asked.exchange, asked.state.freshness
    if exchange is None or exchange.freshness is not None:
        return exchange.freshness if exchange else None
    if exchange.status != HTTPStatus.NOT_MODIFIED or known is None or not known.lasting:
        return None
    return replace(known, age=0.0)


def _move(asked: Asked) -> Move | None:
    """Where permanent redirects, and nothing but such, led this time and as many times before."""
    moved = asked.exchange.moved if asked.exchange else None
    if moved is None:
        return None
    before = asked.state.move
    if before is None or before.url != moved:
        return Move(moved, asked.at)
    return replace(before, count=before.count + 1)


def _has_secrets(source: Source) -> bool:
    """Whether it is asked with what belongs to the host it is configured for, and to nobody else."""
    return bool(source.headers) or source.user_agent is not None or has_credentials(source.location)


def notice_of_move(source: Source, outcome: Outcome) -> str | None:
    """What an operator should put right in the configuration."""
    url = outcome.url or (outcome.move.url if outcome.move is not None and outcome.move.count > 1 else None)
    if url is None:
        return None
    if source.private:
        return f"moved for good, to a private address at {host_of(url)} ({source.where})"
    return f"moved for good: write url: {url} ({source.where})"


def _scheduled(outcome: Outcome, next_one: Due) -> Outcome:
    return replace(outcome, next_check=next_one.at, due_from=next_one.from_, why=next_one.why)
