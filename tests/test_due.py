"""A source is read neither too often nor never, and its publisher's word holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.due import (
    FARTHEST,
    NEIGHBOURS,
    Due,
    Pace,
    after_failure,
    after_success,
    hold,
    in_words,
    is_due,
    is_held,
    rate,
)
from aggregator.wishes import NO_CALENDAR, Calendar, Freshness
from tests.builders import NOW

HOUR, DAY = 3_600.0, 86_400.0
URL = "https://example.org/feed"
PACE = Pace(jitter=0.0)

_seeds = st.text(max_size=40)
_paces = st.builds(
    lambda least, more, most, jitter, adaptive: Pace(
        interval=least + more, minimum=least, maximum=least + more + most, jitter=jitter, adaptive=adaptive
    ),
    st.floats(1, 2 * DAY),
    st.floats(0, 2 * DAY),
    st.floats(0, 3 * DAY),
    st.floats(0, 0.5),
    st.booleans(),
)
_spans = st.floats(-20 * DAY, 400 * DAY).map(lambda seconds: timedelta(seconds=seconds))
_recent = st.lists(_spans.map(lambda span: NOW - span), max_size=25)
_freshness = st.none() | st.builds(
    Freshness, st.floats(0, 400 * DAY), st.just("max-age"), st.floats(0, DAY), st.booleans()
)
_calendars = st.builds(
    Calendar,
    ttl=st.floats(0, 400 * DAY),
    period=st.sampled_from([0.0, 1.0, HOUR, DAY, 365 * DAY]),
    period_words=st.just("sy:updatePeriod daily"),
    base=st.none() | _spans.map(lambda span: NOW - span),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)


def after(pace: Pace = PACE, **only_what_matters: Any) -> tuple[timedelta, str]:
    due = after_success(NOW, pace, **{"seed": URL} | only_what_matters)
    return due.at - NOW, due.why


def failed(failures: int, pace: Pace = PACE, **more: Any) -> tuple[timedelta, str]:
    due = after_failure(NOW, pace, seed=URL, failures=failures, **more)
    return due.at - NOW, due.why


# ── our own interval ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("interval", "words"),
    [(HOUR, "1h"), (1_800, "30m"), (5_400, "90m"), (2 * DAY, "2d"), (1_234, "1234s"), (DAY / 2, "12h")],
)
def test_a_source_with_an_interval_of_its_own_is_due_after_it(interval: float, words: str) -> None:
    busy = [NOW - timedelta(minutes=number) for number in range(20)]

    assert after(fixed=interval, recent=busy) == (timedelta(seconds=interval), f"every {words}")


def test_no_source_is_read_more_often_than_the_least_interval() -> None:
    assert after(fixed=60) == (timedelta(minutes=15), "every 15m")


def test_a_source_without_items_is_read_at_the_usual_interval() -> None:
    assert after() == (timedelta(hours=1), "every 1h")


@pytest.mark.parametrize(
    ("gap", "wait", "why"),
    [
        (timedelta(hours=6), timedelta(hours=1), "about every 60 min: 4 items a day"),
        (timedelta(minutes=90), timedelta(minutes=30), "about every 30 min: 16 items a day"),
        (timedelta(minutes=1), timedelta(minutes=15), "about every 15 min: 1440 items a day"),
        (timedelta(days=4), timedelta(hours=4), "about every 4 h: an item in 4 d"),
        (timedelta(days=400), timedelta(days=1), "about every 24 h: an item in 400 d"),
    ],
)
def test_the_interval_follows_the_square_root_of_how_rarely_items_come(
    gap: timedelta, wait: timedelta, why: str
) -> None:
    recent = [NOW - gap * (number + 1) for number in range(NEIGHBOURS)]

    assert after(recent=recent) == (wait, why)


def test_where_it_does_not_adapt_every_source_is_read_at_the_usual_interval() -> None:
    recent = [NOW - timedelta(minutes=number) for number in range(20)]

    assert after(Pace(jitter=0.0, adaptive=False), recent=recent) == (timedelta(hours=1), "every 1h")


def test_the_rhythm_rises_with_a_burst_and_falls_with_the_silence_after_it() -> None:
    burst = [NOW - timedelta(minutes=number) for number in range(NEIGHBOURS)]

    often = [rate(NOW + timedelta(hours=hours), burst) or 0.0 for hours in (0, 1, 24, 240)]

    assert often == sorted(often, reverse=True)
    assert often[0] * DAY > 1000
    assert often[3] * DAY < 1.1


def test_a_few_items_of_a_moment_ago_are_no_thousand_a_day() -> None:
    a_day = [(rate(NOW, [NOW] * count) or 0.0) * DAY for count in (1, 5, 9)]

    assert [round(each) for each in a_day] == [3, 24, 216]
    assert (rate(NOW, [NOW - timedelta(days=100)] * 3) or 0.0) * DAY == pytest.approx(0.03, rel=0.01)


def test_items_of_the_future_say_nothing_of_the_rhythm() -> None:
    assert rate(NOW, [NOW + timedelta(days=1)]) is None
    assert rate(NOW, []) is None


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failures", "hours", "why"),
    [
        (1, 1, "failed once: next try after 1h"),
        (2, 2, "failed twice: next try after 2h"),
        (3, 4, "failed 3 times: next try after 4h"),
        (5, 16, "failed 5 times: next try after 16h"),
        (6, 24, "failed 6 times: next try after 1d"),
        (10_000, 24, "failed 10000 times: next try after 1d"),
    ],
)
def test_each_failure_in_a_row_doubles_the_wait_up_to_the_most(failures: int, hours: int, why: str) -> None:
    assert failed(failures) == (timedelta(hours=hours), why)


def test_a_failing_source_is_never_read_more_often_than_a_sound_one() -> None:
    assert failed(4, fixed=3 * DAY)[0] == timedelta(days=3)


@given(pace=_paces, seed=_seeds, failures=st.integers(1, 50))
def test_another_failure_never_brings_the_next_check_nearer(pace: Pace, seed: str, failures: int) -> None:
    first = after_failure(NOW, pace, seed=seed, failures=failures)

    assert after_failure(NOW, pace, seed=seed, failures=failures + 1).at >= first.at


# ── what its publisher asks for ───────────────────────────────────────────────────────────────────────────


def test_a_retry_after_that_is_later_counts() -> None:
    asked = NOW + timedelta(hours=5)

    assert failed(1, retry_after=asked) == (timedelta(hours=5), "Retry-After of its server")
    assert failed(1, retry_after=NOW + timedelta(minutes=5))[0] == timedelta(hours=1)
    assert after(retry_after=asked) == (timedelta(hours=5), "Retry-After of its server")


def test_a_retry_after_of_years_is_one_of_a_week() -> None:
    assert after(retry_after=NOW + timedelta(days=900))[0] == FARTHEST


def test_a_retry_after_that_is_over_is_none() -> None:
    assert hold(NOW, NOW) is hold(NOW, NOW - timedelta(days=1)) is hold(NOW, None) is None


@pytest.mark.parametrize(
    ("wishes", "wait", "why"),
    [
        ({"freshness": Freshness(7_200, "max-age 7200")}, 7_200, "max-age 7200"),
        ({"freshness": Freshness(7_200, "max-age 7200", age=1_800)}, 5_400, "max-age 7200"),
        ({"freshness": Freshness(60, "max-age 60")}, 3_600, "every 1h"),
        ({"calendar": Calendar(ttl=5_400)}, 5_400, "ttl 90"),
        (
            {"calendar": Calendar(period=DAY, period_words="sy:updatePeriod daily")},
            DAY,
            "sy:updatePeriod daily",
        ),
        (
            {"freshness": Freshness(7_200, "max-age 7200"), "calendar": Calendar(ttl=5_400)},
            7_200,
            "max-age 7200",
        ),
        (
            {"freshness": Freshness(31_536_000, "max-age 31536000")},
            DAY,
            "max-age 31536000, of which we wait 1d at most",
        ),
    ],
)
def test_the_later_of_our_interval_and_a_wish_counts(wishes: Any, wait: float, why: str) -> None:
    assert after(**wishes) == (timedelta(seconds=wait), why)


@pytest.mark.parametrize(
    ("base", "wait"),
    [
        (NOW - timedelta(hours=10), timedelta(hours=14)),
        (NOW - timedelta(days=100, hours=-3), timedelta(hours=3)),
        (NOW + timedelta(hours=5), timedelta(hours=5)),
        (NOW - timedelta(hours=23, minutes=50), timedelta(hours=1)),
    ],
)
def test_planned_updates_are_counted_from_their_base(base: datetime, wait: timedelta) -> None:
    calendar = Calendar(period=DAY, period_words="sy:updatePeriod daily", base=base)

    assert after(calendar=calendar)[0] == wait


@pytest.mark.parametrize(
    ("hours", "days", "wait"),
    [
        ({13}, set(), timedelta(hours=2)),
        ({13, 14, 15}, set(), timedelta(hours=4)),
        ({12}, set(), timedelta(hours=1)),  # NOW is at 12: by 13 it is over
        (set(), {6}, timedelta(hours=12)),  # NOW is a Sunday
        (set(range(24)), set(), timedelta(hours=1)),
        (set(), set(range(7)), timedelta(hours=1)),
        (set(), {6, 0}, timedelta(hours=24)),  # two days: but not longer than the most
    ],
)
def test_nobody_comes_in_the_hours_and_days_that_a_feed_names(
    hours: set[int], days: set[int], wait: timedelta
) -> None:
    calendar = Calendar(skip_hours=frozenset(hours), skip_days=frozenset(days))

    assert after(calendar=calendar)[0] == wait


def test_skipped_hours_are_those_of_gmt() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    due = after_success(there, PACE, seed=URL, calendar=Calendar(skip_hours=frozenset({13})))

    assert due.at == NOW + timedelta(hours=2)
    assert due.why == "skipHours and skipDays of the feed"


@given(
    pace=_paces,
    fixed=st.none() | st.floats(1, 7 * DAY),
    told=st.fixed_dictionaries(
        {"seed": _seeds, "recent": _recent, "freshness": _freshness, "calendar": _calendars}
    ),
    ahead=st.none() | _spans,
)
def test_whatever_is_asked_the_next_check_is_within_bounds_and_always_the_same(
    pace: Pace, fixed: float | None, told: dict[str, Any], ahead: timedelta | None
) -> None:
    def judged() -> Due:
        retry_after = None if ahead is None else NOW + ahead
        return after_success(NOW, pace, fixed=fixed, retry_after=retry_after, **told)

    due = judged()

    assert timedelta(seconds=min(pace.minimum, 7 * DAY)) <= due.at - NOW <= FARTHEST
    assert due.at - NOW >= min(ahead or timedelta(), FARTHEST)
    assert NOW <= due.from_ <= due.at
    assert due.why
    assert due == judged()


# ── jitter ────────────────────────────────────────────────────────────────────────────────────────────────


def test_jitter_spreads_sources_over_its_width_and_no_farther() -> None:
    waits = [after(Pace(jitter=0.1), seed=f"https://example.org/{number}")[0] for number in range(1000)]

    assert timedelta(minutes=57) <= min(waits) < timedelta(minutes=57, seconds=20)
    assert timedelta(minutes=62, seconds=40) < max(waits) <= timedelta(minutes=63)
    assert len(set(waits)) == 1000


# ── due now ───────────────────────────────────────────────────────────────────────────────────────────────


def test_who_comes_by_may_come_a_tenth_of_the_interval_early() -> None:
    due = after_success(NOW, PACE, seed=URL)

    assert due.from_ == NOW + timedelta(minutes=54)


@pytest.mark.parametrize(
    "wishes",
    [
        {"freshness": Freshness(3_600, "max-age 3600")},
        {"calendar": Calendar(ttl=3_600)},
        {"retry_after": NOW + timedelta(hours=1)},
    ],
    ids=lambda wishes: next(iter(wishes)),
)
def test_nobody_comes_earlier_than_its_publisher_allows(wishes: Any) -> None:
    due = after_success(NOW, PACE, seed=URL, **wishes)

    assert due.from_ == NOW + timedelta(hours=1)


def test_nobody_comes_early_into_a_skipped_hour() -> None:
    at_ten = NOW.replace(hour=12, minute=5)
    due = after_success(at_ten, PACE, seed=URL, calendar=Calendar(skip_hours=frozenset({12})))

    assert due.from_ == NOW.replace(hour=13)


def test_what_was_never_read_is_due() -> None:
    assert is_due(NOW, None)


def test_what_is_asked_for_is_due() -> None:
    assert not is_due(NOW, NOW + timedelta(hours=5))
    assert is_due(NOW, NOW + timedelta(hours=5), forced=True)


def test_what_a_wrong_clock_wrote_counts_as_due() -> None:
    assert is_due(NOW, NOW + timedelta(days=7, minutes=2))
    assert is_due(NOW, NOW + timedelta(days=3), attempted=NOW + timedelta(days=2))
    assert not is_due(NOW, NOW + timedelta(days=3), attempted=NOW + timedelta(minutes=2))


def test_a_clock_that_is_steered_back_a_little_makes_nothing_due() -> None:
    weekly = after_success(NOW, Pace(), fixed=7 * DAY, seed="")

    assert not is_due(NOW - timedelta(seconds=2), weekly.at)


def test_a_hold_that_a_wrong_clock_wrote_does_not_hold_for_years() -> None:
    assert not is_held(NOW, NOW + timedelta(days=4000))
    assert is_held(NOW, NOW + FARTHEST)


@pytest.mark.parametrize("jitter", [0.0, 0.1, 0.5])
@given(seed=_seeds, delays=st.lists(st.floats(0, 300), min_size=2, max_size=12))
def test_an_hourly_cron_reads_a_source_of_one_hour_every_time(
    jitter: float, seed: str, delays: list[float]
) -> None:
    """Each run reaches the source a while after it began, up to five minutes."""
    runs = [NOW + timedelta(hours=number) for number in range(len(delays))]
    read = [run + timedelta(seconds=delay) for run, delay in zip(runs, delays, strict=True)]

    for (_, at), (later, _) in pairwise(zip(runs, read, strict=True)):
        due = after_success(at, Pace(jitter=jitter), fixed=HOUR, seed=seed)
        assert is_due(later, due.from_)


@given(ahead=_spans)
def test_a_kept_hold_holds_until_its_end_and_no_longer(ahead: timedelta) -> None:
    until = hold(NOW, NOW + ahead)

    assert is_held(NOW, until) is (ahead > timedelta())
    assert until is None or not is_held(until, until)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (45, "45 s"),
        (60, "1 min"),
        (720, "12 min"),
        (5400, "90 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
    ],
)
def test_a_wait_is_told_as_people_say_it(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_calendar_that_says_nothing_asks_for_nothing() -> None:
    assert after(calendar=NO_CALENDAR)[0] == after()[0]
    assert NOW.tzinfo is UTC
