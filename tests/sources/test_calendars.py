"""A feed's word on when it changes is read where it can be, and told where it can't."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources import tolerant
from aggregator.sources.calendars import calendar
from aggregator.sources.entries import FeedCalendar
from aggregator.wishes import NO_CALENDAR, Calendar

HOUR, DAY = 3_600.0, 86_400.0
CHANNEL = """<?xml version="1.0"?><rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>T</title>{}<item><guid>1</guid><title>One</title><hour>5</hour></item></channel></rss>"""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, NO_CALENDAR),
        ({"ttl": "60"}, Calendar(ttl=HOUR)),
        ({"ttl": "0"}, NO_CALENDAR),
        ({"skip_hours": ("0", "7", "24")}, Calendar(skip_hours=frozenset({0, 7}))),
        ({"skip_days": ("Saturday", "sunday")}, Calendar(skip_days=frozenset({5, 6}))),
        ({"period": "hourly"}, Calendar(period=HOUR, period_words="sy:updatePeriod hourly")),
        (
            {"period": "Daily", "frequency": "4"},
            Calendar(period=DAY / 4, period_words="sy:updatePeriod daily, 4 times"),
        ),
        ({"frequency": "2"}, Calendar(period=DAY / 2, period_words="sy:updatePeriod daily, 2 times")),
        (
            {"period": "weekly", "frequency": "0"},
            Calendar(period=7 * DAY, period_words="sy:updatePeriod weekly"),
        ),
        (
            {"period": "hourly", "base": "2000-01-01T12:30+00:00"},
            Calendar(
                period=HOUR,
                period_words="sy:updatePeriod hourly",
                base=datetime(2000, 1, 1, 12, 30, tzinfo=UTC),
            ),
        ),
        ({"base": "2000-01-01T12:30+00:00"}, NO_CALENDAR),
    ],
)
def test_what_is_said_is_read(said: dict[str, Any], meant: Calendar) -> None:
    assert calendar(FeedCalendar(**said), UTC) == (meant, [])


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"ttl": "an hour"}, "its ttl 'an hour' cannot be read and is left out"),
        ({"ttl": "-5"}, "its ttl '-5' cannot be read and is left out"),
        ({"skip_hours": ("25",)}, "its skipHours '25' cannot be read and is left out"),
        ({"skip_days": ("Caturday",)}, "its skipDays 'Caturday' cannot be read and is left out"),
        ({"period": "often"}, "its sy:updatePeriod 'often' cannot be read and is left out"),
    ],
)
def test_what_cannot_be_read_is_told_and_is_no_wish(said: dict[str, Any], doubt: str) -> None:
    assert calendar(FeedCalendar(**said), UTC) == (NO_CALENDAR, [doubt])


def test_a_base_that_cannot_be_read_is_told_and_the_period_holds() -> None:
    read, doubts = calendar(FeedCalendar(period="daily", base="noon"), UTC)

    assert read == Calendar(period=DAY, period_words="sy:updatePeriod daily")
    assert doubts == ["its sy:updateBase 'noon' cannot be read and is left out"]


_texts = st.text(max_size=12) | st.sampled_from(["12", "24", "Monday", "daily", "2000-01-01"])


_said = st.builds(
    FeedCalendar,
    ttl=_texts,
    skip_hours=st.lists(_texts).map(tuple),
    skip_days=st.lists(_texts).map(tuple),
    period=_texts,
    frequency=_texts,
    base=_texts,
)


@given(_said)
def test_whatever_is_said_comes_to_a_calendar(said: FeedCalendar) -> None:
    read, _ = calendar(said, UTC)

    assert read.ttl >= 0 <= read.period
    assert read.skip_hours <= set(range(24))
    assert read.skip_days <= set(range(7))


def test_they_are_found_in_a_channel() -> None:
    channel = CHANNEL.format(
        "<ttl> 90 </ttl><skipHours><hour>1</hour><hour>2</hour></skipHours>"
        "<skipDays><day>Sunday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
        "<sy:updateBase>2000-01-01T00:00:00Z</sy:updateBase>"
    )

    read = tolerant.read(channel, "rss", "rss", None)

    assert read.calendar == FeedCalendar(
        ttl="90",
        skip_hours=("1", "2"),
        skip_days=("Sunday",),
        period="daily",
        frequency="2",
        base="2000-01-01T00:00:00Z",
    )
    assert len(read.entries) == 1
    assert replace(read.calendar, ttl="") != read.calendar


def test_a_feed_that_says_nothing_has_an_empty_one() -> None:
    assert tolerant.read(CHANNEL.format(""), "rss", "rss", None).calendar == FeedCalendar()
