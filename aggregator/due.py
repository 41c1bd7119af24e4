"""When is a source next due, and why then? Pure: no clock, no store. Times are aware, durations seconds.

The later of our own interval and what its publisher asks for: how each is weighed is told in
``docs/when-a-source-is-due.md``.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from aggregator.values import dataclass
from aggregator.wishes import NO_CALENDAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.wishes import Calendar, Freshness

FARTHEST = timedelta(days=7)
"""No next check is later than this, whatever anybody asks for."""
NEIGHBOURS = 10
"""How many of a source's newest items tell its rhythm."""
USUAL_RATE = 4 / 86_400
"""Items a second (four a day) at which a source is read once in ``schedule.interval``."""

_EARLY = 0.1
"""The part of our interval that a source may be read ahead, so that an hourly cron agrees with 1h."""
_IMPOSSIBLE_HOLD = timedelta(days=8)
"""Longer than any hold that is kept, even if clocks were set since: a wrong clock wrote it."""
_WRONG_CLOCK = timedelta(days=1)
"""What was read this far in the future was read under a wrong clock."""
_STEERED = timedelta(minutes=1)
"""By so much a clock is set back without anybody's having set it."""
_MOST_DOUBLINGS = 20
_SHORTEST_SPAN = 60.0
_HOUR, _DAY = 3600, 86_400
_UNITS = (("d", _DAY), ("h", _HOUR), ("m", 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often remote sources are read, in seconds; ``jitter`` a part of 1.

    ``adaptive``: a source without an interval of its own is read at its own rhythm, between ``minimum`` and
    ``maximum``; ``maximum`` also bounds what failures and publishers' wishes come to.
    """

    interval: float = 3_600.0
    minimum: float = 900.0
    maximum: float = 86_400.0
    jitter: float = 0.1
    adaptive: bool = True


USUAL_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Due:
    """When a source is next due, and ``why`` then, in words.

    ``from_``: from when on it counts as due for whoever comes by, as a cron job does. It is earlier than
    ``at`` by a part of our own interval, and never earlier than its publisher allows.
    """

    at: datetime
    why: str
    from_: datetime


def after_success(
    now: datetime,
    pace: Pace,
    *,
    fixed: float | None = None,
    seed: str,
    recent: Sequence[datetime] = (),
    freshness: Freshness | None = None,
    calendar: Calendar = NO_CALENDAR,
    retry_after: datetime | None = None,
) -> Due:
    """When a source is due that was just read.

    ``fixed``: an interval of its own, which never adapts. ``seed`` (its URL) decides where in the jitter it
    lies, for ever, so that a restart is no burst. ``recent``: when its newest items were published.
    """
    wait, why = _ours(now, pace, fixed, recent)
    asked, asked_words = _asked(now, pace, freshness, calendar)
    due = _jittered(pace, wait, seed)
    at, early = max(due, asked), max(min(wait * (1 - _EARLY), due), asked)
    if asked > due:
        why = asked_words
    unskipped = _after_skips(now, at, calendar, pace.maximum)
    if unskipped > at:
        at, why = unskipped, "skipHours and skipDays of the feed"
    early = max(early, min(_after_skips(now, early, calendar, pace.maximum), at))
    return _held(now, Due(_later(now, at), why, _later(now, early)), retry_after)


def after_failure(
    now: datetime,
    pace: Pace,
    *,
    fixed: float | None = None,
    seed: str,
    failures: int,
    retry_after: datetime | None = None,
) -> Due:
    """When a source is tried again that failed so many times in a row (at least once).

    Each failure after the first doubles the wait, up to the pace's maximum.
    """
    interval = fixed or pace.interval
    doubled = interval * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    wait = min(doubled, max(pace.maximum, interval))
    why = f"failed {_times(failures)}: next try after {_words(wait)}"
    at = _jittered(pace, wait, seed)
    return _held(now, Due(_later(now, at), why, _later(now, min(wait * (1 - _EARLY), at))), retry_after)


# ── ours ──────────────────────────────────────────────────────────────────────────────────────────────────


def rate(now: datetime, recent: Sequence[datetime]) -> float | None:
    """Items a second, from the times of the newest :data:`NEIGHBOURS` items; None: there is none.

    The k-th nearest neighbour's estimate of an intensity: k over the time since the k-th newest item. It
    rises with a burst and falls by itself with the silence after it. Where there are fewer, each that is
    missing counts as a quiet hour: one item of a moment ago is no thousand a day.
    """
    past = sorted((moment for moment in recent if moment <= now), reverse=True)[:NEIGHBOURS]
    if not past:
        return None
    quiet = (NEIGHBOURS - len(past)) * _HOUR
    return len(past) / max((now - past[-1]).total_seconds() + quiet, _SHORTEST_SPAN)


def _ours(now: datetime, pace: Pace, fixed: float | None, recent: Sequence[datetime]) -> tuple[float, str]:
    """Our own interval, before jitter.

    Where items come at a rate λ, the mean delay is half the interval and the requests are its inverse: their
    weighed sum is least at an interval proportional to 1/√λ.
    """
    if fixed is not None:
        return max(fixed, pace.minimum), f"every {_words(max(fixed, pace.minimum))}"
    often = rate(now, recent) if pace.adaptive else None
    if often is None:
        wait = max(pace.interval, pace.minimum)
        return wait, f"every {_words(wait)}"
    wait = pace.interval * math.sqrt(USUAL_RATE / often)
    wait = min(max(wait, pace.minimum), max(pace.maximum, pace.minimum))
    return wait, f"about every {in_words(wait)}: {_a_day(often)}"


def _jittered(pace: Pace, wait: float, seed: str) -> float:
    return max(wait * (1 + pace.jitter * _place(seed)), pace.minimum)


def _place(seed: str) -> float:
    """From -0.5 to 0.5, evenly, the same for ever."""
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 - 0.5


def _later(now: datetime, seconds: float) -> datetime:
    return now + min(timedelta(seconds=seconds), FARTHEST)


# ── the publisher's ───────────────────────────────────────────────────────────────────────────────────────


def _asked(now: datetime, pace: Pace, freshness: Freshness | None, calendar: Calendar) -> tuple[float, str]:
    """How long its publisher would have us wait at least, up to the pace's maximum, and in which words."""
    wishes = [(0.0, "")]
    if freshness is not None:
        wishes.append((freshness.seconds - freshness.age, freshness.words))
    if calendar.ttl:
        wishes.append((calendar.ttl, f"ttl {calendar.ttl / 60:g}"))
    if calendar.period:
        wishes.append((_to_next_period(now, calendar), calendar.period_words))
    seconds, words = max(wishes, key=lambda wish: wish[0])
    if seconds > pace.maximum:
        return pace.maximum, f"{words}, of which we wait {_words(pace.maximum)} at most"
    return seconds, words


def _to_next_period(now: datetime, calendar: Calendar) -> float:
    """To the next update as the document plans them; a whole period where it does not say from when on."""
    if calendar.base is None:
        return calendar.period
    return calendar.period - (now - calendar.base).total_seconds() % calendar.period


def _after_skips(now: datetime, seconds: float, calendar: Calendar, maximum: float) -> float:
    """The end of the hours and days in which nobody is to come, where it falls into such."""
    if not calendar.skip_hours and not calendar.skip_days:
        return seconds
    moment = (now + timedelta(seconds=min(seconds, FARTHEST.total_seconds()))).astimezone(UTC)
    start = moment
    while moment - start <= FARTHEST:
        if moment.weekday() not in calendar.skip_days and moment.hour not in calendar.skip_hours:
            waited = (moment - now).total_seconds()
            return max(seconds, min(waited, maximum))
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return seconds  # every hour of every day is skipped: no such wish can be meant


def _held(now: datetime, due: Due, retry_after: datetime | None) -> Due:
    """The later of that and what a server asked for (RFC 9110, 10.2.3)."""
    theirs = hold(now, retry_after)
    if theirs is None:
        return due
    if theirs > due.at:
        return Due(theirs, "Retry-After of its server", theirs)
    return Due(due.at, due.why, max(due.from_, theirs))


def hold(now: datetime, retry_after: datetime | None) -> datetime | None:
    """Until when a publisher's Retry-After holds its source back; None: it is over, or there was none.

    This is what is to be kept, since what its publisher wrote may be years ahead.
    """
    if retry_after is None or retry_after <= now:
        return None
    return min(retry_after, now + FARTHEST)


def is_held(now: datetime, held_until: datetime | None) -> bool:
    """Whether a Retry-After is still running; nothing overrides it."""
    return held_until is not None and now < held_until <= now + _IMPOSSIBLE_HOLD


# ── now? ──────────────────────────────────────────────────────────────────────────────────────────────────


def is_due(
    now: datetime,
    next_check: datetime | None,
    *,
    attempted: datetime | None = None,
    forced: bool = False,
) -> bool:
    """Whether a source is to be read now; ``forced``: somebody asks for it by name, or for all.

    ``next_check``: a :class:`Due`'s ``at``, or its ``from_`` for who comes by only now and then; None: it was
    never read, or its configuration changed. One that is farther ahead than any can be, or that was set in
    what is still the future, was written under a wrong clock.
    """
    if forced or next_check is None or next_check > now + FARTHEST + _STEERED:
        return True
    if attempted is not None and attempted > now + _WRONG_CLOCK:
        return True
    return next_check <= now


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────


def _words(seconds: float) -> str:
    """As the configuration writes it: ``1h``, ``90m``, ``45s``."""
    whole = round(seconds)
    for unit, size in _UNITS:
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _a_day(often: float) -> str:
    """A rate in words: ``20 items a day``, ``an item in 3 d``."""
    daily = often * _DAY
    return f"{daily:.0f} items a day" if daily >= 1.5 else f"an item in {in_words(1 / often)}"  # noqa: PLR2004 - where rounding says 2


def in_words(seconds: float) -> str:
    """About how long, as people say it: ``45 s``, ``12 min``, ``3 h``, ``2 d``; at least a second."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size or (unit == "min" and seconds >= size):
            return f"{round(seconds / size)} {unit}"
    return f"{max(round(seconds), 1)} s"
