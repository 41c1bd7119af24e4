"""When a feed says that it changes, from what is written in it. Pure.

Its rule: a wish that cannot be read is told and is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator import dates, text
from aggregator.wishes import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from aggregator.sources.entries import FeedCalendar

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": 3_600.0, "daily": 86_400.0, "weekly": 7 * 86_400.0, "monthly": 30 * 86_400.0,
    "yearly": 365 * 86_400.0,
}  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,9}")
_MIDNIGHT = 24
"""RSS 0.91 counts its hours from 1 to 24."""


def calendar(said: FeedCalendar, zone: tzinfo) -> tuple[Calendar, list[str]]:
    """What it asks for, and what of it cannot be read; ``zone`` is for a base without one."""
    reading = _Reading()
    ttl = reading.number("ttl", said.ttl) * 60.0
    period, words = reading.period(said.period, said.frequency)
    base = dates.parse(said.base, zone) if said.base and period else None
    if said.base and period and base is None:
        reading.doubt("sy:updateBase", said.base)
    return Calendar(
        ttl=ttl,
        period=period,
        period_words=words,
        base=base,
        skip_hours=frozenset(reading.hours(said.skip_hours)),
        skip_days=frozenset(reading.days(said.skip_days)),
    ), reading.doubts


class _Reading:
    def __init__(self) -> None:
        self.doubts: list[str] = []

    def doubt(self, name: str, value: str) -> None:
        self.doubts.append(f"its {name} {text.plain(value, 40)!r} cannot be read and is left out")

    def number(self, name: str, value: str) -> int:
        """A whole number; 0 where there is none."""
        if value and not _NUMBER.fullmatch(value):
            self.doubt(name, value)
            return 0
        return int(value or 0)

    def period(self, name: str, frequency: str) -> tuple[float, str]:
        """Seconds between two updates, and how that was said; a period not named is a day (as specified)."""
        if not name and not frequency:
            return 0.0, ""
        name = name.lower() or "daily"
        often = self.number("sy:updateFrequency", frequency) or 1
        if name not in _PERIODS:
            self.doubt("sy:updatePeriod", name)
            return 0.0, ""
        return _PERIODS[name] / often, f"sy:updatePeriod {name}" + (f", {often} times" if often > 1 else "")

    def hours(self, values: Iterable[str]) -> Iterable[int]:
        for value in values:
            hour = int(value) if _NUMBER.fullmatch(value) else _MIDNIGHT + 1
            if hour > _MIDNIGHT:
                self.doubt("skipHours", value)
            else:
                yield hour % _MIDNIGHT

    def days(self, values: Iterable[str]) -> Iterable[int]:
        for value in values:
            if value.lower() in _DAYS:
                yield _DAYS.index(value.lower())
            else:
                self.doubt("skipDays", value)
