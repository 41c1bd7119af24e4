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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from aggregator.web.hops import Trip

MAX_RETRY_AFTER = timedelta(days=7)
NOT_MODIFIED = 304

_SINGLE = frozenset({"content-type", "etag", "last-modified", "location", "retry-after"})
_SECONDS = re.compile(r"[0-9]{1,15}")


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


def not_modified(trip: Trip, headers: Mapping[str, str]) -> Answer:
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
    )


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a ``Retry-After`` ends (RFC 9110, 10.2.3), in UTC; None where it is over or cannot be read."""
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        until = now + timedelta(seconds=min(int(value), MAX_RETRY_AFTER.total_seconds()))
    else:
        moment = dates.parse(value, UTC)
        if moment is None:
            return None
        until = min(moment.astimezone(UTC), now + MAX_RETRY_AFTER)
    return until if until > now else None
