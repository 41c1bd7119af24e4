"""What the header fields of an answer say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import FetchError
from aggregator.exchange import Request, Validators
from aggregator.web.answers import freshness, joined, not_modified, retry_after, validators
from aggregator.web.hops import Trip
from aggregator.wishes import Freshness

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("604800", 604800),
        ("999999999999999", 604800),
        ("9" * 5000, 604800),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 300),
        ("Sunday, 22-Nov-26 12:05:00 GMT", 300),
        ("Sun Nov 22 12:05:00 2026", 300),
        ("Sun, 22 Nov 2099 12:05:00 GMT", 604800),
    ],
)
def test_a_pause_is_read_in_both_forms_and_is_a_week_at_most(value: str, seconds: int) -> None:
    assert retry_after(value, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", [None, "", "0", "-1", "soon", "1.5h", "Sun, 22 Nov 2026 11:59:59 GMT", "１２０"]
)
def test_a_pause_that_is_over_or_unreadable_is_none(value: str | None) -> None:
    assert retry_after(value, NOW) is None


@given(st.text(max_size=40))
def test_any_pause_is_in_bounds(value: str) -> None:
    until = retry_after(value, NOW)

    assert until is None or NOW < until <= NOW + WEEK


def test_repeated_fields_are_joined_but_the_first_of_single_ones_counts() -> None:
    fields = [
        ("Vary", "a"),
        ("ETag", '"1"'),
        ("VARY", "b"),
        ("etag", '"2"'),
        ("Location", "/a"),
        ("location", "/b"),
    ]

    assert dict(joined(fields)) == {"vary": "a, b", "etag": '"1"', "location": "/a"}


@pytest.mark.parametrize(
    "etag", ['"a"', 'W/"a"', "bare", "'odd'", '"', 'W/"a,b"', '"é"', '"a\tb"', '""', '""quoted""']
)
def test_validators_are_taken_verbatim(etag: str) -> None:
    assert validators({"etag": etag, "last-modified": "Tomorrow"}) == Validators(etag, "Tomorrow")


def test_what_is_not_there_or_cannot_be_sent_back_is_no_validator() -> None:
    assert validators({}) == Validators()
    assert validators({"etag": "", "last-modified": "\udce9"}) == Validators()


def a_trip(sent: Validators) -> Trip:
    return Trip(Request(url="https://example.org/", validators=sent), "us/1")


def test_a_304_updates_the_validators_it_carries() -> None:
    sent = Validators('"1"', "Monday")

    assert not_modified(a_trip(sent), {}).validators == sent
    assert not_modified(a_trip(sent), {"etag": '"2"'}).validators == Validators('"2"', "Monday")
    assert not_modified(a_trip(sent), {"last-modified": "Tuesday"}).validators == Validators('"1"', "Tuesday")


def test_a_304_to_a_request_without_validators_is_an_error() -> None:
    with pytest.raises(FetchError, match="though there was nothing to compare with") as failed:
        not_modified(a_trip(Validators()), {})
    assert failed.value.status == 304


# ── how long it is fresh ──────────────────────────────────────────────────────────────────────────────────

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=3600"}, Freshness(3600, "max-age 3600", lasting=True)),
        ({"cache-control": "MAX-AGE = 3600 , public"}, Freshness(3600, "max-age 3600", lasting=True)),
        ({"cache-control": 'max-age="60"'}, Freshness(60, "max-age 60", lasting=True)),
        (
            {"cache-control": "s-maxage=9, max-age=60, max-age=5"},
            Freshness(60, "max-age 60", lasting=True),
        ),
        ({"cache-control": "max-age=60", "age": "20"}, Freshness(60, "max-age 60", 20, lasting=True)),
        ({"cache-control": "max-age=60", "age": "-20"}, Freshness(60, "max-age 60", lasting=True)),
        ({"cache-control": "max-age=" + "9" * 5000}, Freshness(2**31, "max-age 2147483648", lasting=True)),
        ({"cache-control": "max-age=never"}, Freshness(0, "max-age 0", lasting=True)),
        ({"cache-control": "max-age=-1"}, Freshness(0, "max-age 0", lasting=True)),
        ({"cache-control": "no-cache, max-age=60"}, Freshness(0, "", lasting=True)),
        ({"cache-control": "no-store"}, Freshness(0, "", lasting=True)),
        ({"cache-control": 'private="x, max-age=5"'}, None),
        (
            {"cache-control": "max-age=60", "expires": "Mon, 23 Nov 2026 12:00:00 GMT"},
            Freshness(60, "max-age 60", lasting=True),
        ),
        (
            {"date": DATE, "expires": "Sun, 22 Nov 2026 13:30:00 GMT"},
            Freshness(5400, "Expires of its server"),
        ),
        ({"expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, Freshness(3600, "Expires of its server")),
        ({"date": DATE, "expires": "Sun, 22 Nov 2026 11:00:00 GMT"}, Freshness(0, "Expires of its server")),
        ({"expires": "0"}, Freshness(0, "Expires of its server")),
    ],
)
def test_how_long_an_answer_is_fresh_is_read_as_a_private_cache_reads_it(
    headers: dict[str, str], fresh: Freshness | None
) -> None:
    assert freshness(headers, NOW) == fresh


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=40))
def test_whatever_a_server_says_of_freshness_is_survived(control: str, age: str, expires: str) -> None:
    fresh = freshness({"cache-control": control, "age": age, "expires": expires}, NOW)

    assert fresh is None or fresh.seconds >= 0 <= fresh.age


@pytest.mark.parametrize("said", ["a," + " " * 60_000 + "=", " =" * 30_000, 'a="' * 20_000, "a," * 30_000])
def test_a_long_field_is_read_in_no_long_time(said: str) -> None:
    before = process_time()

    freshness({"cache-control": said}, NOW)

    assert process_time() - before < 1
