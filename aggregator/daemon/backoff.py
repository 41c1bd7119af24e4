"""How long to wait before what failed is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta

_FIRST, _LONGEST = 2.0, 300.0
_MOST_DOUBLINGS = 10


class Backoff:
    """Doubles from two seconds to five minutes, until it went well."""

    def __init__(self) -> None:
        self.failures = 0

    def failed(self) -> timedelta:
        """It failed once more: wait this long."""
        seconds = min(_FIRST * 2.0 ** min(self.failures, _MOST_DOUBLINGS), _LONGEST)
        self.failures += 1
        return timedelta(seconds=seconds)

    def went_well(self) -> None:
        """Begin from the shortest again."""
        self.failures = 0
