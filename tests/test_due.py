"""A source is read neither too often nor never, and its publisher's word holds."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.due import FARTHEST, hold, in_words, is_due, is_held, next_check
from tests.builders import NOW

HOUR, DAY = 3_600.0, 86_400.0

_seeds = st.text(max_size=40)
_intervals = st.floats(60, 30 * DAY)
_jitters = st.floats(0, 0.5)
_spans = st.floats(-20 * DAY, 400 * DAY).map(lambda seconds: timedelta(seconds=seconds))


def after(**only_what_matters: Any) -> tuple[timedelta, str]:
    fields: dict[str, Any] = {
        "interval": HOUR,
        "jitter": 0.0,
        "seed": "https://example.org/feed",
        "minimum": 900.0,
        "maximum": DAY,
    }
    when, why = next_check(NOW, **fields | only_what_matters)
    return when - NOW, why


# ── when next ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("interval", "words"),
    [(HOUR, "1h"), (1_800, "30m"), (5_400, "90m"), (2 * DAY, "2d"), (1_234, "1234s"), (DAY / 2, "12h")],
)
def test_a_source_that_was_read_is_due_after_its_interval(interval: float, words: str) -> None:
    assert after(interval=interval) == (timedelta(seconds=interval), f"every {words}")


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
    assert after(failures=failures) == (timedelta(hours=hours), why)


def test_a_failing_source_is_never_read_more_often_than_a_sound_one() -> None:
    assert after(interval=3 * DAY, failures=4)[0] == timedelta(days=3)


def test_a_retry_after_that_is_later_counts() -> None:
    asked = NOW + timedelta(hours=5)

    assert after(retry_after=asked, failures=1) == (timedelta(hours=5), "Retry-After of its server")
    assert after(retry_after=NOW + timedelta(minutes=5), failures=1)[0] == timedelta(hours=1)


def test_a_retry_after_of_years_is_one_of_a_week() -> None:
    assert after(retry_after=NOW + timedelta(days=900))[0] == FARTHEST


def test_a_retry_after_that_is_over_is_none() -> None:
    assert hold(NOW, NOW) is hold(NOW, NOW - timedelta(days=1)) is hold(NOW, None) is None


def test_jitter_spreads_sources_over_its_width_and_no_farther() -> None:
    waits = [after(jitter=0.1, seed=f"https://example.org/{number}")[0] for number in range(1000)]

    assert timedelta(minutes=57) <= min(waits) < timedelta(minutes=57, seconds=20)
    assert timedelta(minutes=62, seconds=40) < max(waits) <= timedelta(minutes=63)
    assert len(set(waits)) == 1000


@given(
    interval=_intervals,
    jitter=_jitters,
    seed=_seeds,
    failures=st.integers(0, 100_000),
    ahead=st.none() | _spans,
)
def test_the_next_check_is_within_bounds_and_always_the_same(
    interval: float, jitter: float, seed: str, failures: int, ahead: timedelta | None
) -> None:
    asked: dict[str, Any] = {
        "interval": interval,
        "jitter": jitter,
        "seed": seed,
        "failures": failures,
        "retry_after": None if ahead is None else NOW + ahead,
    }

    wait, why = after(**asked)

    assert timedelta(minutes=15) <= wait <= FARTHEST
    assert wait >= min(ahead or wait, FARTHEST)
    assert (wait, why) == after(**asked)
    assert why


@given(interval=_intervals, jitter=_jitters, seed=_seeds, failures=st.integers(0, 50))
def test_another_failure_never_brings_the_next_check_nearer(
    interval: float, jitter: float, seed: str, failures: int
) -> None:
    asked: dict[str, Any] = {"interval": interval, "jitter": jitter, "seed": seed}

    assert after(**asked, failures=failures + 1)[0] >= after(**asked, failures=failures)[0]


# ── due now ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("minutes", "due"), [(-1, True), (0, True), (5, True), (6, True), (7, False), (7 * 24 * 60, False)]
)
def test_due_within_a_tenth_of_the_interval_counts_as_due(minutes: int, due: bool) -> None:
    assert is_due(NOW, NOW + timedelta(minutes=minutes), interval=HOUR) is due


def test_what_was_never_read_is_due() -> None:
    assert is_due(NOW, None, interval=HOUR)


def test_what_is_asked_for_is_due() -> None:
    assert is_due(NOW, NOW + timedelta(hours=5), interval=HOUR, forced=True)


def test_a_next_check_that_a_wrong_clock_wrote_counts_as_due() -> None:
    assert is_due(NOW, NOW + timedelta(days=7, seconds=1), interval=HOUR)


@pytest.mark.parametrize("next_check", [None, NOW - timedelta(days=1), NOW + timedelta(days=4000)])
@pytest.mark.parametrize("forced", [False, True])
def test_nothing_overrides_a_running_retry_after(next_check: Any, forced: bool) -> None:
    until = NOW + timedelta(seconds=1)

    assert not is_due(NOW, next_check, interval=HOUR, forced=forced, held_until=until)
    assert is_due(until, until, interval=HOUR, forced=forced, held_until=until)


def test_a_hold_that_a_wrong_clock_wrote_does_not_hold_for_years() -> None:
    assert not is_held(NOW, NOW + timedelta(days=4000))
    assert is_held(NOW, NOW + FARTHEST)


@given(interval=st.floats(900, 7 * DAY), jitter=_jitters, seed=_seeds, failures=st.integers(0, 9))
def test_a_source_is_due_at_its_next_check_and_not_long_before(
    interval: float, jitter: float, seed: str, failures: int
) -> None:
    when = NOW + after(interval=interval, jitter=jitter, seed=seed, failures=failures)[0]
    tenth = timedelta(seconds=interval / 10)

    assert is_due(when, when, interval=interval)
    assert is_due(when - tenth, when, interval=interval)
    assert not is_due(when - tenth - timedelta(seconds=1), when, interval=interval)


@given(seed=_seeds, delays=st.lists(st.floats(0, 60), min_size=2, max_size=12))
def test_an_hourly_cron_reads_a_source_of_one_hour_every_time(seed: str, delays: list[float]) -> None:
    wait = after(jitter=0.1, seed=seed)[0]
    runs = [NOW + timedelta(hours=number, seconds=delay) for number, delay in enumerate(delays)]

    assert all(is_due(later, run + wait, interval=HOUR) for run, later in pairwise(runs))


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
