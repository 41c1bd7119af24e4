"""Months and days in one place's time, by which older items are shelved. Pure.

A period's name never changes its meaning: ``2022-06`` is that month where the site's clock hangs.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from aggregator.values import dataclass

if TYPE_CHECKING:
    from datetime import tzinfo

_NAME = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)
_LONGEST_MONTH = timedelta(days=31)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month, or with ``day`` one day of it."""

    year: int
    month: int
    day: int = 0

    @classmethod
    def named(cls, name: str) -> Self | None:
        """The period of this name; None for what is none."""
        found = _NAME.fullmatch(name)
        return cls(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None

    @property
    def name(self) -> str:
        """As in paths: ``2022-06`` or ``2022-06-13``."""
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day else "")

    @property
    def whole_month(self) -> Period:
        """The month it is, or is in."""
        return Period(self.year, self.month)

    def bounds(self, place: tzinfo) -> tuple[datetime, datetime]:
        """When it begins there, and when the next one does; UTC."""
        start = datetime(self.year, self.month, self.day or 1)  # noqa: DTZ001 - local time, until it is placed
        try:
            following = start + (timedelta(days=1) if self.day else _LONGEST_MONTH)
            end = _placed(following if self.day else following.replace(day=1), place)
        except OverflowError:  # in the last month of year 9999
            end = _LAST
        return _placed(start, place), end


def month_of(moment: datetime, place: tzinfo) -> Period:
    """The month in which an aware moment lies there."""
    return day_of(moment, place).whole_month


def day_of(moment: datetime, place: tzinfo) -> Period:
    """The day on which an aware moment lies there."""
    local = at(moment, place)
    return Period(local.year, local.month, local.day)


def at(moment: datetime, place: tzinfo) -> datetime:
    """The moment as the clock there shows it."""
    try:
        return moment.astimezone(place)
    except OverflowError:  # within a day of the years 1 and 9999
        return moment


def _placed(local: datetime, place: tzinfo) -> datetime:
    try:
        return local.replace(tzinfo=place).astimezone(UTC)
    except OverflowError:
        return local.replace(tzinfo=UTC)
