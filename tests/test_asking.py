"""What asking a source came to decides when, where and whether it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.asking import Asked, conclude
from aggregator.due import Pace
from aggregator.errors import FetchError, HeldError, ParseError
from aggregator.exchange import Exchange
from aggregator.polls import Move, SourceState
from aggregator.wishes import NO_CALENDAR, Calendar, Freshness
from tests.builders import NOW, a_source

if TYPE_CHECKING:
    from aggregator.errors import SourceError
    from aggregator.polls import Outcome

URL, NEW_URL = "https://example.org/feed", "https://new.example/feed"
HOUR = timedelta(hours=1)
PACE = Pace(jitter=0.0)
UNREAD = SourceState(id="posts", type="feed", title="")
READ = replace(UNREAD, last_success=NOW - HOUR)


class Publisher:
    """Answers one request after the other; what is remembered is what the store would remember."""

    def __init__(self, **configured: Any) -> None:
        self.source = a_source("posts", **{"type": "feed", "location": URL} | configured)
        self.state = UNREAD
        self.now = NOW

    def answers(self, status: int = 200, *, calendar: Calendar | None = None, **said: Any) -> Outcome:
        return self._conclude(exchange=Exchange(status, **said), calendar=calendar)

    def fails(self, error: SourceError | None = None, **said: Any) -> Outcome:
        return self._conclude(error=error or FetchError("no", **said))

    def _conclude(self, **how: Any) -> Outcome:
        self.now += HOUR
        outcome = conclude(Asked(source=self.source, state=self.state, at=self.now, **how), PACE)
        failed = outcome.error is not None
        self.state = replace(
            self.state,
            last_success=self.state.last_success if failed else self.now,
            failures=self.state.failures + 1 if failed else 0,
            gone=outcome.gone,
            gone_since=self.now if outcome.is_gone else None,
            url=outcome.url,
        )
        if not failed:
            self.state = replace(
                self.state,
                move=outcome.move,
                freshness=outcome.freshness,
                calendar=outcome.calendar or NO_CALENDAR,
            )
        return outcome

    def wait(self, outcome: Outcome) -> timedelta | None:
        return outcome.next_check - self.now if outcome.next_check else None


# ── gone for good ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_source_that_is_gone_for_good_is_believed_the_second_time() -> None:
    publisher = Publisher()

    first = publisher.fails(status=410)
    wait = publisher.wait(first)
    second = publisher.fails(status=410)

    assert (first.is_gone, wait) == (False, HOUR)
    assert (second.is_gone, second.next_check, second.due_from) == (True, None, None)
    assert second.why == "gone for good (410, 2 times): `source reset posts` has it asked again"


@pytest.mark.parametrize("between", ["answer", "other failure"])
def test_it_is_not_gone_if_it_says_anything_else_between(between: str) -> None:
    publisher = Publisher()
    publisher.fails(status=410)

    publisher.answers() if between == "answer" else publisher.fails(status=500)

    assert not publisher.fails(status=410).is_gone


# ── moved for good ────────────────────────────────────────────────────────────────────────────────────────


def test_a_moved_source_is_asked_for_there_once_two_readings_led_there() -> None:
    publisher = Publisher()

    first, second, third = (
        publisher.answers(moved=NEW_URL),
        publisher.answers(304, moved=NEW_URL),
        publisher.answers(),
    )

    assert (first.url, first.move) == (None, Move(NEW_URL, NOW + HOUR))
    assert (second.url, second.move) == (NEW_URL, Move(NEW_URL, NOW + HOUR, 2))
    assert third.url == NEW_URL


def test_another_goal_or_a_reading_without_the_redirect_begins_anew() -> None:
    publisher = Publisher()
    goals = [NEW_URL, None, NEW_URL, "https://other.example/", NEW_URL]

    assert [publisher.answers(moved=goal).url for goal in goals] == [None] * 5
    assert publisher.answers(moved=NEW_URL).url == NEW_URL


def test_what_cannot_be_read_where_it_moved_to_confirms_nothing() -> None:
    publisher = Publisher()
    publisher.answers(moved=NEW_URL)

    failed = publisher.fails(ParseError("is a page, no feed"))

    assert (failed.url, publisher.state.move) == (None, Move(NEW_URL, NOW + HOUR))


@pytest.mark.parametrize(
    "secrets",
    [
        {"headers": (("Authorization", "Bearer x"),)},
        {"location": "https://me:pw@example.org/feed"},
        {"user_agent": "known to that host alone"},
    ],
    ids=["headers", "credentials", "user agent"],
)
def test_what_is_asked_with_secrets_is_asked_only_where_it_is_configured(secrets: Any) -> None:
    publisher = Publisher(**secrets)

    outcomes = [publisher.answers(moved=NEW_URL) for _ in range(5)]

    assert [outcome.url for outcome in outcomes] == [None] * 5
    assert outcomes[-1].move == Move(NEW_URL, NOW + HOUR, 5)


@pytest.mark.parametrize(
    ("statuses", "kept"), [([404], None), ([410], None), ([500, 500], NEW_URL), ([500] * 3, None)]
)
def test_a_source_that_is_lost_where_it_moved_to_is_looked_for_where_it_is_configured(
    statuses: list[int], kept: str | None
) -> None:
    publisher = Publisher()
    for _ in range(2):
        publisher.answers(moved=NEW_URL)

    outcomes = [publisher.fails(status=status) for status in statuses]

    assert outcomes[-1].url == kept


# ── wishes ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_304_does_not_say_of_freshness_is_as_it_was_said_before() -> None:
    publisher = Publisher()
    fresh = Freshness(7200, "max-age 7200", age=600, lasting=True)

    waits = [
        publisher.wait(publisher.answers(freshness=fresh)),
        publisher.wait(publisher.answers(304)),
        publisher.wait(publisher.answers(304, freshness=Freshness(0, "", lasting=True))),
        publisher.wait(publisher.answers(304)),
    ]

    assert waits == [timedelta(seconds=6600), 2 * HOUR, HOUR, HOUR]


def test_a_moment_that_a_200_named_is_not_renewed_by_a_304() -> None:
    publisher = Publisher()

    first = publisher.answers(freshness=Freshness(7200, "Expires of its server"))

    assert publisher.wait(first) == 2 * HOUR
    assert publisher.wait(publisher.answers(304)) == HOUR


def test_a_200_that_says_nothing_of_freshness_ends_what_was_said_before() -> None:
    publisher = Publisher()
    publisher.answers(freshness=Freshness(7200, "max-age 7200", lasting=True))

    assert publisher.wait(publisher.answers()) == HOUR


def test_what_a_document_says_of_its_changes_holds_until_another_document_is_read() -> None:
    publisher = Publisher()

    waits = [
        publisher.wait(publisher.answers(calendar=Calendar(ttl=10_800))),
        publisher.wait(publisher.answers(304)),
        publisher.wait(publisher.answers(calendar=NO_CALENDAR)),
    ]

    assert waits == [3 * HOUR, 3 * HOUR, HOUR]


# ── failures and pauses ───────────────────────────────────────────────────────────────────────────────────


def test_failures_in_a_row_are_counted_and_a_success_ends_them() -> None:
    publisher = Publisher()

    waits = [publisher.wait(publisher.fails(status=500)) for _ in range(3)]
    publisher.answers()

    assert waits == [HOUR, 2 * HOUR, 4 * HOUR]
    assert publisher.wait(publisher.fails()) == HOUR


def test_a_wall_is_told() -> None:
    assert Publisher().fails(status=403, wall="Cloudflare").wall == "Cloudflare"
    assert Publisher().fails(ParseError("is a page")).wall is None


@pytest.mark.parametrize("answered", [True, False])
def test_a_pause_that_is_asked_for_holds_the_source(answered: bool) -> None:
    publisher = Publisher()
    until = NOW + timedelta(hours=9)

    outcome = publisher.answers(retry_after=until) if answered else publisher.fails(retry_after=until)

    assert (outcome.next_check, outcome.due_from, outcome.held_until) == (until, until, until)


def test_a_source_that_was_not_asked_did_not_fail() -> None:
    publisher = Publisher()
    until = NOW + timedelta(hours=9)

    outcome = publisher.fails(HeldError("not asked", retry_after=until))

    assert (outcome.held, outcome.error, outcome.next_check) == (True, None, until)
    assert outcome.why == "Retry-After of its host"


def test_a_pause_of_a_host_brings_nothing_forward() -> None:
    publisher = Publisher()
    publisher.state = replace(READ, next_check=NOW + 20 * HOUR, due_from=NOW + 19 * HOUR, why="max-age 72000")

    outcome = publisher.fails(HeldError("not asked", retry_after=NOW + 2 * HOUR))

    assert (outcome.next_check, outcome.due_from) == (NOW + 20 * HOUR, NOW + 19 * HOUR)
    assert outcome.why == "max-age 72000"


def test_a_pause_of_a_host_that_has_just_ended_has_nobody_ask_at_once() -> None:
    publisher = Publisher()

    outcome = publisher.fails(HeldError("not asked", retry_after=NOW))

    assert publisher.wait(outcome) == timedelta(minutes=15)


def test_a_source_that_is_silent_for_long_is_late() -> None:
    recent = [NOW - timedelta(days=100 + number) for number in range(8)]
    asked = Asked(
        source=a_source("posts", type="feed", location=URL),
        state=READ,
        at=NOW,
        exchange=Exchange(200),
        recent=recent,
    )

    assert conclude(asked, PACE).late
    assert conclude(asked, PACE).recent == tuple(recent)
