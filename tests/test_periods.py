"""Months and days in one place's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dates import zone
from aggregator.periods import Period, at, day_of, month_of

SHANGHAI = zone("Asia/Shanghai")
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "+05:45", "Pacific/Apia"]).map(zone)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=73_000)).map(datetime(1901, 1, 2, tzinfo=UTC).__add__)


@pytest.mark.parametrize(
    ("period", "name"), [(Period(2022, 6), "2022-06"), (Period(987, 12, 3), "0987-12-03")]
)
def test_a_period_is_named_as_in_paths(period: Period, name: str) -> None:
    assert period.name == name
    assert Period.named(name) == period


@pytest.mark.parametrize(
    "name", ["", "2022", "2022-6", "2022-06-1", "2022-06-13-1", "２０２２-06", "2022-06\n"]
)
def test_what_is_no_name_names_none(name: str) -> None:
    assert Period.named(name) is None


def test_a_moment_is_in_the_month_that_the_sites_clock_shows() -> None:
    last = datetime(2022, 5, 31, 16, 30, tzinfo=UTC)

    assert (month_of(last, UTC), month_of(last, SHANGHAI)) == (Period(2022, 5), Period(2022, 6))
    assert (day_of(last, UTC), day_of(last, SHANGHAI)) == (Period(2022, 5, 31), Period(2022, 6, 1))


def test_a_month_lasts_until_the_next_one_begins() -> None:
    assert Period(2022, 6).bounds(SHANGHAI) == (
        datetime(2022, 5, 31, 16, tzinfo=UTC),
        datetime(2022, 6, 30, 16, tzinfo=UTC),
    )
    assert Period(2022, 12).bounds(UTC)[1] == datetime(2023, 1, 1, tzinfo=UTC)
    assert Period(2024, 2, 28).bounds(UTC)[1] == datetime(2024, 2, 29, tzinfo=UTC)


def test_the_ends_of_the_calendar_have_periods() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    last = datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12)))

    assert (at(first, UTC), at(last, SHANGHAI)) == (first, last)
    assert month_of(last, SHANGHAI).bounds(SHANGHAI)[1] == datetime.max.replace(tzinfo=UTC)
    assert month_of(first, UTC).bounds(SHANGHAI)[0] == datetime(1, 1, 1, tzinfo=UTC)


@given(MOMENTS, ZONES, st.booleans())
def test_every_moment_lies_within_its_period_and_the_next_begins_another(
    moment: datetime, place: timezone, daily: bool
) -> None:
    of = day_of if daily else month_of
    period = of(moment, place)

    start, end = period.bounds(place)

    assert start <= moment < end
    assert of(end, place) > period
    assert of(start, place) == period
