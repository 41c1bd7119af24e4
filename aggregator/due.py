"""When is a source next due, and why then? Pure: no clock, no store. Times are aware, durations seconds."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

FARTHEST = timedelta(days=7)
"""No next check is later than this, whatever anybody asks for."""

_EARLY = 0.1
"""The part of an interval that a source may be read ahead, so that an hourly cron agrees with 1h."""
_IMPOSSIBLE_HOLD = timedelta(days=8)
"""Longer than any hold that is kept, even if clocks were set since: a wrong clock wrote it."""
_MOST_DOUBLINGS = 20
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def next_check(
    now: datetime,
    *,
    interval: float,
    jitter: float,
    seed: str,
    retry_after: datetime | None = None,
    failures: int = 0,
    minimum: float,
    maximum: float,
) -> tuple[datetime, str]:
    """When a source that was just read is next due, and why then, in words.

    ``jitter``: the part of the interval by which sources are spread, half of it to each side; where a source
    lies follows from ``seed`` alone (its URL), so that a restart is no burst. ``failures`` in a row double
    the interval each after the first, up to ``maximum``. ``retry_after``: what its publisher asked for
    (RFC 9110, 10.2.3); the later of the two counts.
    """
    wait, why = interval, f"every {_words(interval)}"
    if failures > 0:
        doubled = interval * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
        wait = min(doubled, max(maximum, interval))
        why = f"failed {_times(failures)}: next try after {_words(wait)}"
    wait *= 1 + jitter * _place(seed)
    wait = min(max(wait, minimum), FARTHEST.total_seconds())
    ours, theirs = now + timedelta(seconds=wait), hold(now, retry_after)
    if theirs is not None and theirs > ours:
        return theirs, "Retry-After of its server"
    return ours, why


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


def is_due(
    now: datetime,
    next_check: datetime | None,
    *,
    interval: float,
    forced: bool = False,
    held_until: datetime | None = None,
) -> bool:
    """Whether a source is to be read now; ``forced``: somebody asks for it by name, or for all.

    ``next_check`` None: it was never read, or its configuration changed. One that is farther ahead than any
    can be was written under a wrong clock.
    """
    if is_held(now, held_until):
        return False
    if forced or next_check is None or next_check > now + FARTHEST:
        return True
    return next_check <= now + timedelta(seconds=interval * _EARLY)


def _place(seed: str) -> float:
    """From -0.5 to 0.5, evenly, the same for ever."""
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 - 0.5


def _words(seconds: float) -> str:
    """As the configuration writes it: ``1h``, ``90m``, ``45s``."""
    whole = round(seconds)
    for unit, size in _UNITS:
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def in_words(seconds: float) -> str:
    """About how long, as people say it: ``45 s``, ``12 min``, ``3 h``, ``2 d``; at least a second."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size or (unit == "min" and seconds >= size):
            return f"{round(seconds / size)} {unit}"
    return f"{max(round(seconds), 1)} s"
