"""What the strict reader hears of when a feed changes, for :mod:`aggregator.sources.stricttables` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.sources.entries import MAX_SKIPS
from aggregator.sources.strictelements import within
from aggregator.sources.strictnames import DeclinedError, Why

if TYPE_CHECKING:
    from aggregator.sources.strictplaces import Attributes, Element
    from aggregator.sources.strictreading import StrictReading


def skip(reading: StrictReading, element: Element, _: Attributes) -> None:
    """An hour or a day in which nobody is to come."""
    reading.collect(element.key, _keep_skip)


def _keep_skip(reading: StrictReading, key: str, value: str) -> None:
    known = reading.feed.skips.setdefault(key, [])
    if len(known) >= MAX_SKIPS:
        raise DeclinedError(Why.SHAPE)
    if value:
        known.append(within(value))
