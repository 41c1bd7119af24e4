"""Preconditions and ranges of a request (RFC 9110, 13 and 14). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from aggregator import dates
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since", "Range", "If-Range")
"""Whatever else a request says, it is answered whole."""

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")')
_RANGE = re.compile(r"bytes\s*+=\s*+([0-9]{0,1000}+)\s*+-\s*+([0-9]{0,1000}+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes ``start`` to ``end``, both included."""

    start: int
    end: int


def evaluate(
    fields: Mapping[str, str], etag: str, modified: datetime | None
) -> Literal["go on", "not modified", "failed"]:
    """Whether to go on, in the order of RFC 9110, 13.2.2.

    ``etag`` is strong and quoted. ``modified``: whole seconds; None where it cannot be told.
    """
    if (wanted := fields.get("If-Match")) is not None:
        if not _matches(wanted, etag, weak=False):
            return "failed"
    elif (since := _moment(fields.get("If-Unmodified-Since"))) and modified and modified > since:
        return "failed"
    if (held := fields.get("If-None-Match")) is not None:
        return "not modified" if _matches(held, etag, weak=True) else "go on"
    since = _moment(fields.get("If-Modified-Since"))
    return "not modified" if since and modified and modified <= since else "go on"


def part(fields: Mapping[str, str], etag: str, length: int) -> Part | Literal["whole", "unsatisfiable"]:
    """The part that ``Range`` asks for; several parts, other units and nonsense are answered whole.

    A date in ``If-Range`` never holds, since a file may change twice in a second (RFC 9110, 13.1.5).
    """
    if (condition := fields.get("If-Range")) is not None and condition.strip() != etag:
        return "whole"
    asked = _RANGE.fullmatch(fields.get("Range", "").strip())
    if asked is None or not (asked[1] or asked[2]):
        return "whole"
    if not asked[1]:
        count = min(int(asked[2]), length)
        return Part(length - count, length - 1) if count else "unsatisfiable"
    start = int(asked[1])
    end = min(int(asked[2]), length - 1) if asked[2] else length - 1
    if asked[2] and int(asked[2]) < start:
        return "whole"
    return Part(start, end) if start < length else "unsatisfiable"


def _matches(field: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of entity tags holds this one, which is strong; ``*`` holds every one."""
    if field.strip() == "*":
        return True
    return any(tag == etag and (weak or not mark) for mark, tag in _TAG.findall(field))


def _moment(field: str | None) -> datetime | None:
    return dates.parse(field, UTC) if field else None
