"""What a publisher asks of those who come again, as values. Pure. Durations are seconds, times aware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.values import dataclass

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long an answer is fresh (RFC 9111, 4.2), in its own ``words``; ``age`` of it is over already.

    ``lasting``: a later 304 that says nothing of its own renews it (RFC 9111, 4.3.4), as it does ``max-age``,
    and not ``Expires``, which names a moment.
    """

    seconds: float
    words: str
    age: float = 0.0
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a document says about when it changes.

    ``ttl``: RSS 2.0, in seconds. ``period``: from ``sy:updatePeriod`` and ``sy:updateFrequency`` of RSS 1.0's
    syndication module, counted from ``base`` where it is stated; ``period_words``: as it was written.
    ``skip_hours`` (0 to 23) and ``skip_days`` (0 is Monday) of RSS 0.91 and 2.0 are in GMT.
    """

    ttl: float = 0.0
    period: float = 0.0
    period_words: str = ""
    base: datetime | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_CALENDAR = Calendar()
