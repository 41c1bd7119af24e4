"""What an answer's header fields say. Pure."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregator import dates
from aggregator.errors import FetchError
from aggregator.exchange import NO_VALIDATORS, Answer, Validators
from aggregator.web.hops import sendable
from aggregator.wishes import Freshness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from aggregator.web.hops import Trip

MAX_RETRY_AFTER = timedelta(days=7)
NOT_MODIFIED = 304

_SINGLE = frozenset(
    {"age", "content-type", "date", "etag", "expires", "last-modified", "location", "retry-after"}
)
_SECONDS = re.compile(r"[0-9]+")
_MOST_SECONDS = 2**31
"""What is more is as good as infinite (RFC 9111, 1.2.2)."""
_MOST_DIGITS = 10
_DIRECTIVE = re.compile(r'([^\s=,"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?[^,]*')
_NOT_KEPT = frozenset({"no-cache", "no-store"})
_MAX_DIRECTIVES = 40


def joined(fields: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Names in lower case; repeated ones joined, but for those of which one is what counts: the first."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        if key not in headers:
            headers[key] = value
        elif key not in _SINGLE:
            headers[key] = f"{headers[key]}, {value}"
    return MappingProxyType(headers)


def validators(headers: Mapping[str, str]) -> Validators:
    """What an answer identifies its version by, verbatim; an empty one is none."""
    return sendable(Validators(headers.get("etag"), headers.get("last-modified")))


def not_modified(trip: Trip, headers: Mapping[str, str], fresh: Freshness | None = None) -> Answer:
    """The answer that a 304 is: with the validators that were sent, updated by those that came."""
    sent, came = trip.validators, validators(headers)
    if sent == NO_VALIDATORS:
        raise FetchError(
            f"{trip.who} answered 304 (not modified), though there was nothing to compare with",
            status=NOT_MODIFIED,
        )
    return Answer(
        status=NOT_MODIFIED,
        url=trip.place.url,
        validators=Validators(came.etag or sent.etag, came.last_modified or sent.last_modified),
        content_type=headers.get("content-type"),
        headers=headers,
        moved=trip.moved,
        retry_after=trip.retry_after,
        freshness=fresh,
    )


def freshness(headers: Mapping[str, str], now: datetime) -> Freshness | None:
    """How long an answer is fresh for a client of one reader (RFC 9111, 4.2.1); None: it does not say.

    ``max-age`` before ``Expires``; ``s-maxage`` is for shared caches. What cannot be read counts as over.
    """
    said = _directives(headers.get("cache-control", ""))
    age = _seconds(headers.get("age")) or 0.0
    if _NOT_KEPT & said.keys():
        return Freshness(0.0, "", lasting=True)
    if "max-age" in said:
        seconds = _seconds(said["max-age"])
        return Freshness(seconds or 0.0, f"max-age {seconds or 0:.0f}", age, lasting=True)
    if "expires" not in headers:
        return None
    expires = dates.parse(headers["expires"].strip(), UTC)
    date = dates.parse(headers.get("date", "").strip(), UTC) or now
    seconds = max((expires - date).total_seconds(), 0.0) if expires else 0.0
    return Freshness(seconds, "Expires of its server", age)


def _directives(value: str) -> Mapping[str, str]:
    """Names in lower case and values, the first of each (RFC 9111, 5.2)."""
    said: dict[str, str] = {}
    for number, found in enumerate(_DIRECTIVE.finditer(value)):
        if number >= _MAX_DIRECTIVES:
            break
        said.setdefault(found[1].lower(), found[2] if found[2] is not None else found[3] or "")
    return said


def _seconds(value: str | None) -> float | None:
    """Delta-seconds (RFC 9111, 1.2.2), or None."""
    value = (value or "").strip()
    if not _SECONDS.fullmatch(value):
        return None
    digits = value.lstrip("0") or "0"
    return float(_MOST_SECONDS if len(digits) > _MOST_DIGITS else min(int(digits), _MOST_SECONDS))


def refuse_other_deltas(trip: Trip, headers: Mapping[str, str]) -> None:
    """Take no part of a document in a form that was not asked for (RFC 3229, 10.5.2). Raises FetchError."""
    forms = {form.split(";")[0].strip().lower() for form in headers.get("im", "feed").split(",")}
    if forms != {"feed"}:
        raise FetchError(f"{trip.who} sends a difference (226) in a form that was not asked for", status=226)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a ``Retry-After`` ends (RFC 9110, 10.2.3), in UTC; None where it is over or cannot be read."""
    if value is None:
        return None
    value = value.strip()
    seconds = _seconds(value)
    if seconds is not None:
        until = now + timedelta(seconds=min(seconds, MAX_RETRY_AFTER.total_seconds()))
    else:
        moment = dates.parse(value, UTC)
        if moment is None:
            return None
        until = min(moment.astimezone(UTC), now + MAX_RETRY_AFTER)
    return until if until > now else None
