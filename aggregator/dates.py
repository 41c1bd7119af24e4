"""Any date anybody writes, as an aware datetime or nothing; and the clock. Never a guess.

The wall clock is read here and nowhere else in the package.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LENGTH = 100
"""Characters a date may have; what is longer is not one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_CHINA = timezone(timedelta(hours=8))


def utc_now() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name (``Asia/Shanghai``) or a fixed offset (``+08:00``).

    Raises ValueError for one that is unknown.
    """
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        return _fixed(offset[1], int(offset[2]), int(offset[3]))
    if name in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder
        raise ValueError(f"unknown time zone {name!r}; write one like Asia/Shanghai or +08:00") from error


def _fixed(sign: str, hours: int, minutes: int) -> tzinfo:
    if hours > 14 or minutes > 59:
        raise ValueError(f"no time zone is {sign}{hours:02}:{minutes:02} from UTC")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset) if offset else UTC


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
            "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# RFC 822, 5.1 and RFC 5322, 4.3, and what else is unambiguous in practice. The single letters of RFC 822 but Z were
# specified with the wrong sign and mean nothing (RFC 5322, 4.3).
_NAMED_HOURS: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "edt": -4, "est": -5, "cdt": -5, "mdt": -6, "mst": -7,
    "pdt": -7, "pst": -8, "akst": -9, "akdt": -8, "hst": -10, "cet": 1, "met": 1, "cest": 2, "mest": 2, "west": 1,
    "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13,
}  # fmt: skip

_TIME = r"(?P<hour>\d{1,2})\s*[:：时時]\s*(?P<minute>\d{1,2})(?:\s*[:：分]\s*(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?\s*秒?)?)?"
_ZONE = r"(?P<zone>[A-Za-z]{1,5}|(?:UTC|GMT|UT|Z)?\s*[+\-−]\s*\d{1,2}(?::?\d{2})?)"
_COMMENT = r"(?:\s*\([^()]*\))?"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.年])\s*(?P<month>\d{{1,2}})(?:(?<!年\d)(?<!年\d\d)(?P=mark)|月)\s*(?P<day>\d{{1,2}})\s*日?"
    rf"(?:(?:[Tt]|[\s,，]+|(?<=日)){_TIME}(?:\s*{_ZONE})?)?{_COMMENT}",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    rf"(?:T(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:(?P<second>\d{{2}})(?P<fraction>\d{{0}}))?\s*{_ZONE}?)?",
    re.IGNORECASE | re.ASCII,
)
_RFC822 = re.compile(
    r"(?:[a-z]{3,9}\.?\s*,?\s*)??(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,9})\.?,?[\s-]+(?P<year>\d{4}|\d{2})"
    rf"(?:,?\s+(?:at\s+)?{_TIME}(?:\s*{_ZONE})?)?{_COMMENT}",
    re.IGNORECASE | re.ASCII,
)
_AMERICAN = re.compile(
    r"(?:[a-z]{3,9}\.?\s*,?\s+)??(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*,?\s+"
    rf"(?:(?P<year>\d{{4}})(?:,?\s+(?:at\s+)?{_TIME}(?:\s*{_ZONE})?)?)",
    re.IGNORECASE | re.ASCII,
)
_FORMS = (_ISO, _COMPACT, _RFC822, _AMERICAN)


def parse(text: str, default_zone: tzinfo) -> datetime | None:
    """Read a date; None where it cannot be read without guessing.

    ISO 8601 and RFC 3339, RFC 822 and 5322 with their usual deformations, Chinese forms. One without a zone
    is in ``default_zone``, at 00:00 where no time is given. ``CST`` is China's where ``default_zone`` is eight
    hours east, else North America's. A second 60 is the next minute's first, 24:00 the next day's.
    """
    text = " ".join(text[: MAX_LENGTH + 1].split())
    if len(text) > MAX_LENGTH:
        return None
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            try:
                return _moment(match.groupdict(), default_zone)
            except (ValueError, OverflowError):  # February 30, hour 25, year 0, an instant before year 1
                return None
    return None


def _moment(part: Mapping[str, str | None], default_zone: tzinfo) -> datetime | None:
    year, month = _year(part["year"] or ""), _month(part["month"] or "")
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    if (hour == 24 and (minute or second)) or hour > 24 or second > 60 or minute > 59:
        return None
    micros = int(((part["fraction"] or "") + "000000")[:6])
    local = datetime(year, month, int(part["day"] or 0)) + timedelta(  # noqa: DTZ001 (its zone comes below)
        hours=hour, minutes=minute, seconds=second, microseconds=0 if second == 60 else micros
    )
    where = _zone(part["zone"], default_zone, local)
    if where is None:
        return None
    moment = local.replace(tzinfo=where)
    moment.astimezone(UTC)  # raises OverflowError where the instant has no date in UTC
    return moment


def _year(digits: str) -> int:
    """Two digits are read as RFC 5322, 4.3 says."""
    number = int(digits)
    if len(digits) == 2:
        return number + (2000 if number < 50 else 1900)
    return number


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS.get(name.lower(), 0)


def _zone(name: str | None, default_zone: tzinfo, local: datetime) -> tzinfo | None:
    if not name:
        return default_zone
    named = name.lower()
    if named == "cst":
        return (
            _CHINA if default_zone.utcoffset(local) == timedelta(hours=8) else timezone(timedelta(hours=-6))
        )
    if named in _NAMED_HOURS:
        hours = _NAMED_HOURS[named]
        return timezone(timedelta(hours=hours)) if hours else UTC
    offset = re.fullmatch(r"(?:utc|gmt|ut|z)?\s*([+\-−])\s*(\d{1,2}):?(\d{2})?", named)
    if offset is None:
        return None
    return _fixed("+" if offset[1] == "+" else "-", int(offset[2]), int(offset[3] or 0))


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────


def rfc3339(moment: datetime) -> str:
    """Write an aware moment as RFC 3339, in its own offset; ``Z`` for UTC, microseconds only if there are any."""
    written = moment.isoformat()
    return written[:-6] + "Z" if written.endswith("+00:00") else written


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z; exact."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int, offset_seconds: int = 0) -> datetime:
    """The aware moment ``value`` microseconds after 1970-01-01T00:00:00Z, shown at that offset from UTC."""
    moment = _EPOCH + timedelta(microseconds=value)
    return moment.astimezone(timezone(timedelta(seconds=offset_seconds))) if offset_seconds else moment
