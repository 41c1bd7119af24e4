"""What state is a source in, and is that news? Pure. Times are aware."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from aggregator.due import rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.polls import SourceState, Standing

ORDER: tuple[Standing, ...] = ("blocked", "failing", "gone", "late", "waiting", "paused", "ok")
"""States, those that want attention first."""
TROUBLED = frozenset({"blocked", "failing", "gone"})

_REFUSED = 400
"""HTTP statuses from which on an answer is a refusal."""

_ENOUGH = 4
"""Items from which on a rhythm can be told."""
_PATIENCE = 4
"""Times the longest pause among its newest items."""
_SHORTEST = timedelta(days=2)


def is_late(now: datetime, recent: Sequence[datetime]) -> bool:
    """Whether a source has been silent for much longer than ever between its newest items.

    ``recent``: when those were published. Four times the longest pause among them, and at least two days.
    """
    past = sorted((moment for moment in recent if moment <= now), reverse=True)
    if len(past) < _ENOUGH:
        return False
    longest = max(later - earlier for later, earlier in pairwise(past))
    return now - past[0] > max(longest * _PATIENCE, _SHORTEST)


def items_a_day(now: datetime, state: SourceState) -> float | None:
    """How many items it brings a day by its newest ones; None: it has none."""
    often = rate(now, state.recent)
    return None if often is None else often * 86_400


def unchanged_share(state: SourceState) -> float | None:
    """Which part of its requests was answered with a 304; None: there was none."""
    return state.polls_unchanged / state.polls if state.polls else None


def refused_with(state: SourceState) -> int | None:
    """The HTTP status that tells why a source is in trouble; None where what came with it is the trouble."""
    in_trouble = state.state in TROUBLED and state.status is not None and state.status >= _REFUSED
    return state.status if in_trouble else None


def by_urgency(states: Sequence[SourceState]) -> list[SourceState]:
    """Those that want attention first, else as they were."""
    return sorted(states, key=lambda state: ORDER.index(state.state))
