"""What state a source is in is told in one word, the first that holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.health import ORDER, by_urgency, is_late, items_a_day, refused_with, unchanged_share
from aggregator.polls import SourceState
from tests.builders import NOW

DAILY = [NOW - timedelta(days=number) for number in range(10)]
YESTERDAY = NOW - timedelta(days=1)


def a_state(**only_what_matters: Any) -> SourceState:
    fields: dict[str, Any] = {"id": "posts", "type": "feed", "title": "", "last_success": NOW}
    return SourceState(**fields | only_what_matters)


@pytest.mark.parametrize(
    ("known", "word", "since"),
    [
        ({}, "ok", None),
        ({"last_success": None}, "waiting", None),
        ({"late_since": YESTERDAY}, "late", YESTERDAY),
        ({"failures": 1, "first_failure": YESTERDAY, "late_since": NOW}, "failing", YESTERDAY),
        ({"failures": 1, "first_failure": YESTERDAY, "last_success": None}, "failing", YESTERDAY),
        ({"failures": 3, "first_failure": YESTERDAY, "wall": "Cloudflare"}, "blocked", YESTERDAY),
        ({"wall": "Cloudflare"}, "ok", None),
        ({"failures": 2, "first_failure": NOW, "gone_since": YESTERDAY}, "gone", YESTERDAY),
        ({"paused": True, "paused_since": YESTERDAY, "gone_since": NOW, "failures": 2}, "paused", YESTERDAY),
    ],
)
def test_a_source_is_in_the_first_state_that_holds(known: Any, word: str, since: Any) -> None:
    state = a_state(**known)

    assert (state.state, state.since) == (word, since)


@pytest.mark.parametrize(
    ("silence", "late"),
    [(timedelta(), False), (timedelta(days=3, hours=23), False), (timedelta(days=5), True)],
)
def test_a_source_is_late_after_four_times_its_longest_pause(silence: timedelta, late: bool) -> None:
    assert is_late(NOW + silence, DAILY) is late


def test_a_busy_source_is_not_late_within_two_days() -> None:
    busy = [NOW - timedelta(minutes=number) for number in range(20)]

    assert not is_late(NOW + timedelta(days=2), busy)
    assert is_late(NOW + timedelta(days=2, minutes=1), busy)


def test_a_source_that_rests_at_weekends_is_not_late_on_monday() -> None:
    weekdays = [NOW - timedelta(days=number) for number in range(1, 15) if number % 7 not in (1, 2)]

    assert not is_late(NOW + timedelta(days=2), weekdays)


@pytest.mark.parametrize("recent", [[], DAILY[:3], [NOW + timedelta(days=2000)] * 9])
def test_where_no_rhythm_can_be_told_no_source_is_late(recent: Any) -> None:
    assert not is_late(NOW + timedelta(days=1000), recent)


@given(st.lists(st.floats(0, 4000).map(lambda days: NOW - timedelta(days=days)), max_size=20))
def test_once_late_a_source_stays_late_until_it_brings_something(recent: Any) -> None:
    moments = [NOW + timedelta(days=days) for days in (0, 1, 10, 100, 1000)]

    judged = [is_late(moment, recent) for moment in moments]

    assert judged == sorted(judged)


def test_those_that_want_attention_come_first() -> None:
    known: list[dict[str, Any]] = [
        {"id": "fine"},
        {"id": "gone", "gone_since": NOW},
        {"id": "failing", "failures": 1},
        {"id": "blocked", "failures": 1, "wall": "x"},
    ]

    order = [state.id for state in by_urgency([a_state(**each) for each in known])]

    assert order == ["blocked", "failing", "gone", "fine"]
    assert len(set(ORDER)) == 7


def test_what_a_source_brings_and_how_often_nothing_had_changed() -> None:
    state = a_state(recent=tuple(DAILY), polls=8, polls_unchanged=6)

    assert items_a_day(NOW, state) == pytest.approx(10 / 9)
    assert unchanged_share(state) == 0.75
    assert items_a_day(NOW, a_state()) is unchanged_share(a_state()) is None


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"failures": 1, "status": 404}, 404),
        ({"failures": 1, "status": 200}, None),  # the document was no feed
        ({"failures": 1, "status": None}, None),
        ({"failures": 0, "status": 404}, None),
    ],
)
def test_a_status_is_told_where_it_is_the_trouble(known: Any, told: int | None) -> None:
    assert refused_with(a_state(first_failure=YESTERDAY, **known)) == told
