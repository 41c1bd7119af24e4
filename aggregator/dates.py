"""Any date anybody writes, as an aware datetime or nothing; and the clock. Never a guess.

The wall clock is read here and nowhere else in the package.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.monthnames import MONTHS
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LENGTH = 100
"""Characters a date may have; what is longer is not one."""

EARLIEST = datetime(1901, 1, 1, tzinfo=UTC)
"""Dates before it are what programs write for none: years 1, 1601, 1753, 1899, 1900."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_MICROSECOND = timedelta(microseconds=1)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_CHINA = timezone(timedelta(hours=8))
_CENTRAL = timezone(timedelta(hours=-6))
_FARTHEST = 14  # hours from UTC: Kiribati
_DAY_HOURS, _HALF_DAY_HOURS, _SIXTY = 24, 12, 60


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
    if hours > _FARTHEST or minutes >= _SIXTY:
        raise ValueError(f"no time zone is {sign}{hours:02}:{minutes:02} from UTC")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset) if offset else UTC


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────

# RFC 822, 5.1, and what names one offset alone in the tz database of today. Not the military letters, which
# RFC 822 gave the wrong sign and RFC 5322, 4.3 calls meaningless; not IST: India's, Ireland's and Israel's.
_HOURS: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2,
    "mest": 2, "eet": 2, "eest": 3, "msk": 3, "sast": 2, "eat": 3, "wat": 1, "pkt": 5, "hkt": 8, "sgt": 8,
    "awst": 8,
    "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "edt": -4, "est": -5, "cdt": -5,
    "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9, "hst": -10,
}  # fmt: skip

_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?\s*,?\s*|[^\W\d_]{2,12}\.?\s*,\s*)?"
_DAY_OF_WEEK = r"(?:\s*(?:\(?(?:星期|周|週|礼拜)[一二三四五六日天]\)?|\([月火水木金土日]\)))?"
_TIME = (
    r"(?P<half>上午|下午)?\s*(?P<hour>\d{1,2})\s*[:时時点]\s*(?P<minute>\d{1,2})"
    r"(?:\s*[:分]\s*(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d*))?\s*秒?)?)?(?:\s*(?P<meridiem>[ap]\.?m\.?))?"
)
_ZONE = r"(?P<zone>(?:utc|gmt|ut|z)?\s*[-+\u2212]\s*\d{1,2}(?::?\d{2})?|[a-z]{1,5})"
_COMMENT = r"(?:\s*(?:\([^()]*\)|\[[\w/+-]+\]))?"
_TIME_AND_ZONE = rf"{_TIME}(?:\s*{_ZONE}{_COMMENT})?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_NAME = r"(?P<month>[^\W\d_]{2,10}|\d{1,2}月)\.?"
_YMD = r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
_CHINESE = r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]" + _DAY_OF_WEEK
_COMPACT = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_COMPACT_TIME = r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?"
_DMY = rf"{_WEEKDAY}{_DAY}[\s-]+(?:de\s+)?{_NAME},?[\s-]+(?:de\s+)?(?P<year>\d{{4}}|\d{{2}})"
_MDY = rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s*,?\s+(?P<year>\d{{4}})"
_FORMS = (
    # 2022-06-13T11:03:16+08:00 · 2022/6/13 11:03 · 2022.06.13
    rf"{_YMD}{_DAY_OF_WEEK}(?:(?:t|,?\s+|,){_TIME_AND_ZONE})?",
    # 2022年6月13日 11:03
    rf"{_CHINESE}(?:,?\s*{_TIME_AND_ZONE})?",
    # 20220613 · 20220613T110316Z · 20220613110316
    rf"{_COMPACT}(?:t?{_COMPACT_TIME}\s*{_ZONE}?)?",
    # Mon, 13 Jun 2022 11:03:16 GMT · 13. Juni 2022 · lun., 13 de junio de 2022
    rf"{_DMY}(?:,?\s+(?:at\s+)?{_TIME_AND_ZONE})?",
    # June 13, 2022 at 11:03 AM · Mon Jun 13 2022 11:03:16 GMT+0800 (China Standard Time)
    rf"{_MDY}(?:,?\s+(?:at\s+)?{_TIME_AND_ZONE})?",
    # Mon Jun 13 11:03:16 CST 2022
    rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",
)
_OFFSET_FROM = re.compile(r"(?:utc|gmt|ut|z)?\s*([-+\u2212])\s*(\d{1,2}):?(\d{2})?")


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Compiled only where a date is unusual, which takes 6 ms."""
    return tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)


def parse(text: str, default_zone: tzinfo) -> datetime | None:
    """Read a date; None where it cannot be read without guessing.

    ISO 8601 and RFC 3339, RFC 822 and 5322 with their usual deformations, Chinese forms. One without a zone
    is in ``default_zone``, at 00:00 where no time is given. ``CST`` is China's where ``default_zone`` is
    eight hours east, else North America's. The second 60 is the next minute's first, 24:00 the next day's.
    Numbers in another order than year, month, day are nobody's to guess.
    """
    usual = _usual(text, default_zone)
    return usual if usual is not None else _unusual(text, default_zone)


def _unusual(text: str, default_zone: tzinfo) -> datetime | None:
    text = " ".join(unicodedata.normalize("NFKC", text[: MAX_LENGTH + 1]).split())
    if len(text) > MAX_LENGTH:
        return None
    match = next(filter(None, (form.fullmatch(text) for form in _forms())), None)
    if match is None:
        return None
    try:
        return _moment(_Parts(**match.groupdict()), default_zone)
    except (ValueError, OverflowError):  # February 30, hour 25, year 0, an instant before the year 1 in UTC
        return None


# What nearly all are written like, and what can be read of them at once, with the same result.
# RFC 3339, and Jekyll's ``2022-06-13 11:03:16 +0800`` and ``2022-06-13``.
_ISO_8601 = re.compile(
    r"([12]\d{3}-\d\d-\d\d)"
    r"(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?: ?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d))?)?",
    re.ASCII,
)
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{2}) ([A-Z][a-z]{2}) ([12]\d{3}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)"
    r" (?:GMT|([+-])(0\d|1[0-4])([0-5]\d))",
    re.ASCII,
)


def _usual(text: str, default_zone: tzinfo) -> datetime | None:
    try:
        if iso := _ISO_8601.fullmatch(text):
            day, time, zone = iso.groups()
            moment = datetime.fromisoformat(f"{day}T{time or '00:00:00'}{zone or ''}")
            return moment if zone else moment.replace(tzinfo=default_zone)
        match = _RFC_822.fullmatch(text)
        month = MONTHS.get(match[2].lower()) if match else None
        if match is None or month is None:
            return None
        offset = _fixed(match[7], int(match[8]), int(match[9])) if match[7] else UTC
        return datetime(
            int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6]), tzinfo=offset
        )
    except ValueError:  # February 30
        return None


def _moment(parts: _Parts, default_zone: tzinfo) -> datetime:
    hour, minute, second = parts.hours(), int(parts.minute or 0), int(parts.second or 0)
    if (
        hour > _DAY_HOURS
        or minute >= _SIXTY
        or second > _SIXTY
        or (hour == _DAY_HOURS and (minute or second))
    ):
        raise ValueError("no such time of day")
    micros = int((parts.fraction or "")[:6].ljust(6, "0")) if second < _SIXTY else 0
    midnight = datetime(parts.years(), parts.months(), int(parts.day))  # noqa: DTZ001 - its zone is put in below
    local = midnight + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    moment = local.replace(tzinfo=_zone(parts.zone, default_zone, local))
    moment.astimezone(UTC)  # OverflowError where it has no date in UTC
    return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A date as it is written, in strings."""

    year: str
    month: str
    day: str
    half: str | None = None
    hour: str | None = None
    minute: str | None = None
    second: str | None = None
    fraction: str | None = None
    meridiem: str | None = None
    zone: str | None = None
    mark: str | None = None

    def years(self) -> int:
        """Two digits are read as RFC 5322, 4.3 says."""
        if len(self.year) == 4:  # noqa: PLR2004 - digits
            return int(self.year)
        return int(self.year) + (2000 if self.year < "50" else 1900)

    def months(self) -> int:
        """From 1; 0 for a name that is none."""
        return int(self.month) if self.month.isdigit() else MONTHS.get(self.month.lower(), 0)

    def hours(self) -> int:
        """From 0 to 24; in half a day from 1 to 12, where it is Chinese from 0."""
        hour = int(self.hour or 0)
        half = (self.half or self.meridiem or "").lower()
        if not half:
            return hour
        is_afternoon = half.startswith(("p", "下"))
        if self.half == "下午" and _HALF_DAY_HOURS < hour < _DAY_HOURS:  # 下午15:30 is written too
            return hour
        if not (0 if self.half else 1) <= hour <= _HALF_DAY_HOURS:
            raise ValueError("no such hour in half a day")
        return hour % _HALF_DAY_HOURS + (_HALF_DAY_HOURS if is_afternoon else 0)


def _zone(name: str | None, default_zone: tzinfo, local: datetime) -> tzinfo:
    if not name:
        return default_zone
    name = name.lower()
    offset = _OFFSET_FROM.fullmatch(name)
    if offset is not None:
        return _fixed("+" if offset[1] == "+" else "-", int(offset[2]), int(offset[3] or 0))
    if name == "cst":
        is_china = default_zone.utcoffset(local) == _CHINA.utcoffset(None)
        return _CHINA if is_china else _CENTRAL
    if name not in _HOURS:
        raise ValueError("no such zone")
    hours = _HOURS[name]
    return timezone(timedelta(hours=hours)) if hours else UTC


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────


def rfc3339(moment: datetime) -> str:
    """Write an aware moment as RFC 3339: in its own offset, ``Z`` for UTC, a fraction only if there is one.

    The offset is rounded to whole minutes, which is all that RFC 3339 can write; the instant stays.
    """
    offset = moment.utcoffset() or timedelta()
    if offset % _MINUTE:
        moment = moment.astimezone(timezone(round(offset / _MINUTE) * _MINUTE))
    written = moment.isoformat()
    return written[:-6] + "Z" if written.endswith("+00:00") else written


def to_the_second(moment: datetime) -> str:
    """Write an aware moment for people: RFC 3339, in UTC, the second it lies in."""
    return rfc3339(moment.astimezone(UTC).replace(microsecond=0))


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z; exact."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int, offset_seconds: int = 0) -> datetime:
    """The aware moment ``value`` microseconds after 1970-01-01T00:00:00Z, shown at that offset from UTC."""
    moment = _EPOCH + value * _MICROSECOND
    return moment.astimezone(timezone(timedelta(seconds=offset_seconds))) if offset_seconds else moment
