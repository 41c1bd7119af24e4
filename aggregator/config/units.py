"""Quantities as people write them: durations ``1h30m``, sizes ``8MiB``, shares ``10%``. Pure.

Each class stands beside a field's type (``Annotated[float, Duration("1s", "7d")]``) and is its parser, its
bounds, and how a value of it is shown.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from aggregator.values import dataclass

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_TIME = {
    "w": Decimal(604_800),
    "d": Decimal(86_400),
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
}
_TIME_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|w|d|h|m|s)\s*")
_BYTES = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([A-Za-z]{0,3})")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%|0")
_SHOW_DAYS_FROM = 3 * 86_400
"""A day or two are shown in hours, as people say 48h."""


def seconds(text: str) -> float:
    """A duration; parts from the greatest unit to the smallest. Raises ValueError with what to write."""
    rest = text.strip()
    if rest == "0":
        return 0.0
    total, units, position = Decimal(0), list(_TIME), 0
    while position < len(rest) and (part := _TIME_PART.match(rest, position)):
        if part[2] not in units:
            break
        units = units[units.index(part[2]) + 1 :]
        total += Decimal(part[1]) * _TIME[part[2]]
        position = part.end()
    if not rest or position < len(rest):
        example = f"{rest}s" if re.fullmatch(r"[0-9]{1,9}", rest) else ""
        hint = f" (did you mean {example}?)" if example else ""
        raise ValueError(f"must be a duration such as 90s, 30m, 1h, 1h30m or 7d{hint}")
    return float(total)


def duration_text(value: float) -> str:
    """A duration as it is written: ``1h30m``, ``48h``, ``500ms``."""
    left, parts = Decimal(str(value)), []
    for unit, length in _TIME.items():
        if unit == "w" or (unit == "d" and (left < _SHOW_DAYS_FROM or left % length)):
            continue
        count, left = divmod(left, length)
        if count:
            parts.append(f"{int(count)}{unit}")
    return "".join(parts) or "0s"


def size(text: str) -> int:
    """A number of bytes. Raises ValueError with what to write."""
    match = _SIZE.fullmatch(text.strip())
    if not match or match[2].lower() not in _BYTES:
        hint = (
            f" (did you mean {match[1]}{match[2].upper()}iB?)" if match and match[2] in set("kKmMgG") else ""
        )
        raise ValueError(f"must be a size such as 500kB or 8MiB{hint}")
    return int(Decimal(match[1]) * _BYTES[match[2].lower()])


def size_text(value: int) -> str:
    """A size as it is written, in the greatest unit that needs no fraction."""
    for unit in ("GiB", "MiB", "KiB", "GB", "MB", "kB"):
        if value and not value % _BYTES[unit.lower()]:
            return f"{value // _BYTES[unit.lower()]}{unit}"
    return f"{value}B"


def share(text: str) -> float:
    """A percentage, as a part of 1. Raises ValueError with what to write."""
    match = _PERCENT.fullmatch(text.strip())
    if not match:
        raise ValueError("must be a percentage such as 10%")
    return float(Decimal(match[1] or 0) / 100)


def share_text(value: float) -> str:
    """A part of 1 as a percentage."""
    return f"{Decimal(str(value)) * 100:f}".rstrip("0").rstrip(".") + "%" if value else "0%"


@dataclass(frozen=True, slots=True)
class Quantity(ABC):
    """A quantity between two bounds, both as people write them."""

    least: str
    most: str

    name = ""
    pattern = ""

    def parse(self, value: object) -> float:
        """The value, in seconds, bytes or parts of 1. Raises ValueError in words for the user."""
        if not isinstance(value, str):
            raise ValueError(f"must be a {self.name}")  # noqa: TRY004 (pydantic reports ValueError alone)
        number = self.number(value)
        if number < self.number(self.least):
            raise ValueError(f"must be at least {self.least}")
        if number > self.number(self.most):
            raise ValueError(f"must be at most {self.most}")
        return number

    @abstractmethod
    def number(self, text: str) -> float:
        """Read it, whatever the bounds."""

    @abstractmethod
    def text(self, value: Any) -> str:
        """Write it as people do."""

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": self.pattern}


class Duration(Quantity):
    """Seconds."""

    __slots__ = ()
    name = "duration"
    pattern = r"^\s*(0|([0-9]+(\.[0-9]+)?(ms|w|d|h|m|s)\s*)+)$"

    def number(self, text: str) -> float:
        """Seconds."""
        return seconds(text)

    def text(self, value: Any) -> str:
        """``1h30m``."""
        return duration_text(value)


class Size(Quantity):
    """Bytes."""

    __slots__ = ()
    name = "size"
    pattern = r"^\s*[0-9]+(\.[0-9]+)?\s*([kKmMgG]?[iI]?[bB])?$"

    def number(self, text: str) -> int:
        """Bytes."""
        return size(text)

    def text(self, value: Any) -> str:
        """``8MiB``."""
        return size_text(value)


class Percent(Quantity):
    """A part of 1."""

    __slots__ = ()
    name = "percentage"
    pattern = r"^\s*([0-9]+(\.[0-9]+)?\s*%|0)$"

    def number(self, text: str) -> float:
        """A part of 1."""
        return share(text)

    def text(self, value: Any) -> str:
        """``10%``."""
        return share_text(value)
