"""What a remote source may count on between two requests, whichever store remembers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.errors import StoreError
from aggregator.exchange import NO_VALIDATORS, Exchange, Validators
from aggregator.model import Problem, SourceInfo, Stamp
from aggregator.polls import Move, Outcome, Poll
from aggregator.records import DocumentRecord, Save
from aggregator.wishes import Calendar, Freshness
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, id_of, output_of, publish, save

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.exchange import Skip
    from aggregator.model import Source
    from aggregator.polls import SourceState
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)
BOTH = Validators('W/"a, b"', "Tue, 31 Feb 2026 25:00:00 GMT+1 ")
URL = "https://example.org/feed"


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A store that knows the feed ``posts``."""
    empty_store.sync([a_feed()], NOW)
    return empty_store


def a_feed(**only_what_matters: Any) -> Source:
    return a_source("posts", **{"type": "feed", "location": URL} | only_what_matters)


def answered(store: Store, status: int = 200, **said: Any) -> None:
    """Save a reading that went well."""
    save(store, outcome=Outcome(at=NOW, status=status, exchange=Exchange(status, **said)))


def remembered(store: Store) -> tuple[Validators, str]:
    bookmark = store.bookmark("posts")
    return bookmark.validators, bookmark.body_hash


def state_of(store: Store) -> SourceState:
    return next(state for state in store.states() if state.id == "posts")


# ── validators and body hash ──────────────────────────────────────────────────────────────────────────────


def test_nothing_is_remembered_of_what_was_never_read(store: Store) -> None:
    assert remembered(store) == (NO_VALIDATORS, "")
    assert store.bookmark("unknown").validators == NO_VALIDATORS


@pytest.mark.parametrize(
    "validators", [BOTH, Validators('""', ""), Validators("\udce9\0"), Validators(None, "yesterday")]
)
def test_validators_are_kept_byte_for_byte(store: Store, validators: Validators) -> None:
    answered(store, validators=validators, body_hash="abc")

    assert remembered(store) == (validators, "abc")


def test_a_new_answer_replaces_what_an_older_one_said(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    answered(store, validators=Validators('"new"'), body_hash="def")

    assert remembered(store) == (Validators('"new"'), "def")


@pytest.mark.parametrize("skip", ["", "same bytes"])
def test_an_answer_without_validators_drops_them(store: Store, skip: str) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    answered(store, body_hash="abc", skip=skip)

    assert remembered(store) == (NO_VALIDATORS, "abc")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (NO_VALIDATORS, BOTH),
        (Validators('"new"'), replace(BOTH, etag='"new"')),
        (Validators(None, "now"), replace(BOTH, last_modified="now")),
        (Validators('"new"', "now"), Validators('"new"', "now")),
    ],
)
def test_a_304_refreshes_the_validators_that_it_carries(
    store: Store, said: Validators, kept: Validators
) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    answered(store, 304, validators=said, skip="not modified")

    assert remembered(store) == (kept, "abc")


def test_the_hash_of_a_part_is_never_kept(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    answered(store, 226, validators=Validators('"whole"'), body_hash="part")

    assert remembered(store) == (Validators('"whole"'), "")


def test_a_failure_keeps_what_an_answer_said(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    exchange = Exchange(200, Validators('"new"'), "def")
    save(store, outcome=Outcome(at=LATER, error="no feed", status=200, exchange=exchange))
    save(store, outcome=Outcome(at=LATER, error="timed out"))

    assert remembered(store) == (BOTH, "abc")


def test_a_reading_without_a_request_and_a_save_midway_keep_what_an_answer_said(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    save(store, a_change("1"))
    save(store, outcome=Outcome(at=LATER))

    assert remembered(store) == (BOTH, "abc")


@pytest.mark.parametrize(
    "changed",
    [
        {"parse_hash": "other"},
        {"location": "https://example.org/other"},
        {"headers": (("Authorization", "Bearer x"),)},
        {"user_agent": "other"},
        {"proxy": "http://proxy.example"},
        {"interval": 1800.0},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_changed_options_void_validators_and_hash_and_make_the_source_due(
    store: Store, changed: dict[str, Any]
) -> None:
    answered(store, validators=BOTH, body_hash="abc")
    store.lease(["posts"], LATER, "every 1h")

    store.sync([a_feed(**changed)], NOW)

    assert remembered(store) == (NO_VALIDATORS, "")
    assert (state_of(store).next_check, state_of(store).why) == (None, "")


def test_what_is_said_with_a_request_is_said_only_where_the_source_is_configured(store: Store) -> None:
    """Headers that are new were meant for that host, and not for the one it moved to before."""
    move = Move("https://new.example/feed", NOW, 2)
    save(store, outcome=Outcome(at=NOW, exchange=Exchange(200), move=move, url=move.url))

    store.sync([a_feed(headers=(("Authorization", "Bearer x"),))], NOW)

    assert (store.bookmark("posts").url, state_of(store).move, state_of(store).url) == (None, None, None)


@pytest.mark.parametrize("changed", [{}, {"title": "T"}, {"rank": 3}, {"private": True}])
def test_what_a_request_does_not_depend_on_voids_nothing(store: Store, changed: dict[str, Any]) -> None:
    answered(store, validators=BOTH, body_hash="abc")
    store.lease(["posts"], LATER, "every 1h")

    store.sync([a_feed(**changed)], NOW)

    assert remembered(store) == (BOTH, "abc")
    assert state_of(store).next_check == LATER


@pytest.mark.parametrize(
    ("planned", "after"),
    [
        (None, LATER),
        (NOW - timedelta(hours=1), LATER),
        (LATER + timedelta(hours=9), LATER + timedelta(hours=9)),
        (LATER + timedelta(days=3650), LATER),  # a wrong clock wrote that
    ],
)
def test_a_source_that_is_read_before_its_time_is_not_due_sooner_if_that_is_cut_off(
    store: Store, planned: datetime | None, after: datetime
) -> None:
    save(store, outcome=Outcome(at=NOW, next_check=planned, due_from=planned, why="planned"))

    store.lease(["posts"], LATER, "being read")

    state = state_of(store)
    assert (state.next_check, state.due_from) == (after, after)
    assert state.why == ("planned" if after == planned else "being read")


def test_a_renamed_source_keeps_its_validators(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")

    store.sync([a_source("news", type="feed", location=URL)], LATER)

    assert store.bookmark("news").validators == BOTH


def test_a_reset_source_is_asked_for_the_whole_at_once(store: Store) -> None:
    until = NOW + timedelta(hours=5)
    answered(store, validators=BOTH, body_hash="abc")
    save(store, outcome=Outcome(at=NOW, error="e", next_check=LATER, why="w", held_until=until))

    store.reset("posts")

    state = state_of(store)
    assert remembered(store) == (NO_VALIDATORS, "")
    assert (state.next_check, state.why, state.held_until) == (None, "", until)


# ── when it is due ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", [None, "the server answered 503"])
def test_when_a_source_is_next_due_is_kept_with_the_reason(store: Store, error: str | None) -> None:
    held = NOW + timedelta(minutes=30)
    outcome = Outcome(at=NOW, error=error, status=503, next_check=LATER, why="失败\0", held_until=held)

    save(store, outcome=outcome)

    state = state_of(store)
    assert (state.next_check, state.why, state.held_until, state.status) == (LATER, "失败\0", held, 503)


def test_the_next_outcome_replaces_all_of_the_last(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, status=503, next_check=LATER, why="w", held_until=LATER))

    save(store, outcome=Outcome(at=LATER, error="timed out"))

    state = state_of(store)
    assert (state.next_check, state.why, state.held_until, state.status) == (None, "", None, None)


def test_a_lease_says_when_a_source_is_due_if_nothing_is_saved(empty_store: Store) -> None:
    empty_store.sync([a_source(name, rank=rank) for rank, name in enumerate("abc")], NOW)

    empty_store.lease(["a", "c", "unknown"], LATER, "being read")

    assert [(state.next_check, state.why) for state in empty_store.states()] == [
        (LATER, "being read"),
        (None, ""),
        (LATER, "being read"),
    ]


def test_a_lease_keeps_validators_and_a_running_retry_after(store: Store) -> None:
    answered(store, validators=BOTH, body_hash="abc")
    save(store, outcome=Outcome(at=NOW, error="e", held_until=LATER))

    store.lease(["posts"], LATER, "being read")

    assert remembered(store) == (BOTH, "abc")
    assert state_of(store).held_until == LATER


@pytest.mark.parametrize("away", [[], [a_feed(enabled=False)]], ids=["removed", "disabled"])
def test_a_source_that_returns_is_due(store: Store, away: list[Source]) -> None:
    save(store, outcome=Outcome(at=NOW, next_check=LATER, why="every 1h"))

    store.sync(away, NOW)
    store.sync([a_feed()], NOW)

    assert state_of(store).next_check is None


@pytest.mark.parametrize(
    ("location", "held"),
    [
        ("http://example.org:8080/other", True),
        ("https://example.com/feed", False),
        ("https://[::1/broken", False),
    ],
)
def test_a_retry_after_holds_for_its_host(store: Store, location: str, held: bool) -> None:
    save(store, outcome=Outcome(at=NOW, error="e", held_until=LATER))

    store.sync([a_feed(location=location)], NOW)

    assert state_of(store).held_until == (LATER if held else None)


# ── items by their links ──────────────────────────────────────────────────────────────────────────────────


def linked(native_id: str, link: str, source_id: str = "posts", **change: Any) -> Any:
    return a_change(an_item(native_id, source_id=source_id, link=link), **change)


def test_items_are_found_by_the_canonical_form_of_their_links(store: Store) -> None:
    save(store, linked("1", "https://Example.org/a?utm_source=x"), linked("2", "https://example.org/b"))

    found = store.by_link("posts", ["https://example.org:443/a#top", "https://example.org/none"])

    assert {link: known.native_id for link, known in found.items()} == {"https://example.org/a": "1"}


def test_of_several_items_with_one_link_the_newest_is_found_though_it_left(store: Store) -> None:
    link = "https://example.org/a"
    save(store, linked("1", link), linked("2", link, published=LATER), linked("3", link))
    save(store, left=(id_of(store, "2"),))

    (known,) = store.by_link("posts", [link]).values()

    assert (known.native_id, known.live) == ("2", False)


def test_of_items_as_new_as_each_other_the_last_to_come_is_found(store: Store) -> None:
    link = "https://example.org/a"
    save(store, linked("1", link), linked("2", link))

    assert store.by_link("posts", [link])[link].native_id == "2"


def test_an_item_is_found_by_the_links_of_its_own_source_only(empty_store: Store) -> None:
    link = "https://example.org/a"
    empty_store.sync([a_source("a"), a_source("b", rank=1)], NOW)
    save(empty_store, linked("1", link, "a"), source_id="a")

    assert empty_store.by_link("b", [link]) == empty_store.by_link("unknown", [link]) == {}


def test_an_item_is_found_by_the_link_it_has_now(store: Store) -> None:
    save(store, linked("1", "https://example.org/a"))
    save(store, updated=(linked("1", "https://example.org/b", item_id=id_of(store, "1")),))

    found = store.by_link("posts", ["https://example.org/a", "https://example.org/b"])

    assert found.keys() == {"https://example.org/b"}


# ── what a feed says of itself ────────────────────────────────────────────────────────────────────────────


def test_what_a_feed_says_of_itself_is_kept_when_it_is_unchanged_later(store: Store) -> None:
    info = SourceInfo("urn:feed", "央行", "https://example.org/", URL, NOW)
    save(store, a_change("1"), info=info, outcome=Outcome(at=NOW, exchange=Exchange(200)))

    save(store, outcome=Outcome(at=LATER, exchange=Exchange(304, skip="not modified")))

    (item,) = store.find("1")
    assert item.source == info
    assert state_of(store).title == "央行"


# ── how a poll went ───────────────────────────────────────────────────────────────────────────────────────


def test_what_a_poll_came_to_is_remembered(store: Store) -> None:
    exchange = Exchange(200, received=1234, moved="https://new.example/feed")
    outcome = Outcome(
        at=NOW,
        status=200,
        exchange=exchange,
        seconds=0.25,
        new=3,
        updated=1,
        next_check=LATER,
        due_from=NOW,
        why="max-age 60",
        recent=(LATER, NOW),
        freshness=Freshness(60.0, "max-age 60", 5.0, lasting=True),
        calendar=Calendar(
            ttl=60.0,
            period=5.0,
            period_words="daily",
            base=NOW,
            skip_hours=frozenset({3}),
            skip_days=frozenset({6}),
        ),
        move=Move("https://new.example/feed", NOW, 2),
        url="https://new.example/feed",
        late=True,
    )

    save(store, outcome=outcome)

    state = state_of(store)
    assert (state.next_check, state.due_from, state.why) == (LATER, NOW, "max-age 60")
    assert (state.recent, state.freshness, state.calendar) == (
        outcome.recent,
        outcome.freshness,
        outcome.calendar,
    )
    assert (state.move, state.url, state.late_since) == (outcome.move, outcome.url, NOW)
    assert (state.polls, state.polls_unchanged, state.received) == (1, 0, 1234)
    assert state.location == URL
    assert store.bookmark("posts").url == outcome.url
    assert store.polls("posts") == [
        Poll(at=NOW, status=200, result="ok", seconds=0.25, received=1234, new=3, updated=1)
    ]


def test_what_is_not_said_again_of_items_is_as_was_known(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, recent=(NOW,), exchange=Exchange(200)))

    save(store, outcome=Outcome(at=LATER, exchange=Exchange(304)))

    assert state_of(store).recent == (NOW,)


def test_a_source_is_late_since_it_was_first_found_so_until_it_is_not(store: Store) -> None:
    for late, at in ((True, NOW), (True, LATER), (False, LATER)):
        save(store, outcome=Outcome(at=at, late=late))
        assert state_of(store).late_since == (NOW if late else None)


def test_failures_keep_what_a_good_poll_said(store: Store) -> None:
    good = Outcome(
        at=NOW,
        exchange=Exchange(200),
        freshness=Freshness(9, "max-age 9"),
        move=Move(URL, NOW),
        url=URL,
        recent=(NOW,),
    )
    save(store, outcome=good)

    save(store, outcome=Outcome(at=LATER, error="no", status=403, wall="Cloudflare", url=URL))

    state = state_of(store)
    assert (state.freshness, state.move, state.url, state.recent) == (good.freshness, good.move, URL, (NOW,))
    assert (state.state, state.wall, state.since) == ("blocked", "Cloudflare", LATER)


def test_a_source_that_is_gone_is_so_until_it_is_reset(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, error="gone", status=410, gone=1, next_check=LATER))
    save(store, outcome=Outcome(at=LATER, error="gone", status=410, gone=2, is_gone=True))
    assert (state_of(store).state, state_of(store).since, state_of(store).next_check) == ("gone", LATER, None)

    assert store.reset("posts")

    assert (state_of(store).state, state_of(store).gone, state_of(store).gone_since) == ("waiting", 0, None)


def test_a_new_address_forgets_that_the_old_one_is_gone_and_where_it_moved_to(store: Store) -> None:
    moved = Outcome(
        at=NOW, exchange=Exchange(200), move=Move("https://x.example/", NOW, 2), url="https://x.example/"
    )
    save(store, outcome=moved)
    save(store, outcome=Outcome(at=LATER, error="gone", status=410, gone=2, is_gone=True, url=moved.url))

    store.sync([a_feed(location="https://example.org/other")], LATER)

    state = state_of(store)
    assert (state.url, state.move, state.gone, state.gone_since) == (None, None, 0, None)


def test_a_poll_that_was_not_made_changes_when_it_is_due_and_no_more(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, error="no", status=500, next_check=NOW, due_from=NOW))
    before = state_of(store)

    times: Any = {"next_check": LATER, "due_from": LATER, "held_until": LATER}
    save(store, outcome=Outcome(at=LATER, held=True, why="held", **times))

    assert state_of(store) == replace(before, why="held", **times)


def test_the_last_polls_are_remembered_and_all_are_counted(store: Store) -> None:
    for number in range(60):
        unchanged = Exchange(304, skip="not modified", received=1)
        save(store, outcome=Outcome(at=NOW, status=304, exchange=unchanged, new=number))

    assert [poll.new for poll in store.polls("posts")] == list(range(59, 9, -1))
    assert {poll.result for poll in store.polls("posts")} == {"unchanged"}
    assert (state_of(store).polls, state_of(store).polls_unchanged, state_of(store).received) == (60, 60, 60)
    assert list(store.polls("unknown")) == []


@pytest.mark.parametrize(
    ("skip", "counted"),
    [("", (0, 0, 0)), ("not modified", (1, 0, 0)), ("same bytes", (0, 1, 0)), ("same entries", (0, 0, 1))],
)
def test_it_is_counted_how_far_an_answer_had_to_be_looked_at(
    store: Store, skip: Skip, counted: tuple[int, int, int]
) -> None:
    save(store, outcome=Outcome(at=NOW, status=200, exchange=Exchange(200, skip=skip)))

    state = state_of(store)
    assert (state.polls_unchanged, state.polls_same, state.polls_restamped) == counted
    assert store.polls("posts")[0].result == ("unchanged" if skip else "ok")


def test_what_several_sources_came_to_is_kept_together_or_not_at_all(store: Store) -> None:
    outcome = Outcome(at=NOW, status=200, exchange=Exchange(200))
    saves = [Save(source_id=name, now=NOW, outcome=outcome) for name in ("posts", "unknown")]

    with pytest.raises(StoreError, match="unknown"):
        store.save(*saves)
    store.save(saves[0], saves[0])

    assert state_of(store).polls == 2


def test_a_stable_hash_is_kept_as_the_hash_of_the_body_is(store: Store) -> None:
    answered(store, stable_hash="abc", body_hash="1")
    answered(store, 304, skip="not modified")
    kept = store.bookmark("posts").stable_hash
    answered(store, 226, stable_hash="part")

    assert (kept, store.bookmark("posts").stable_hash) == ("abc", "")


def test_a_local_source_is_not_polled(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, why="local: always due"))

    assert (state_of(store).polls, list(store.polls("posts"))) == (0, [])


@pytest.mark.parametrize(
    ("outcomes", "news"),
    [
        ([Outcome(at=LATER)], False),
        ([Outcome(at=LATER, error="no", status=500)], True),
        ([Outcome(at=LATER, late=True)], True),
        ([Outcome(at=LATER, held=True, next_check=LATER)], False),
    ],
)
def test_what_lists_the_sources_is_outdated_by_what_it_would_tell(
    store: Store, outcomes: list[Outcome], news: bool
) -> None:
    store.ensure_output("directory", "", "urn:uuid:1", NOW)
    save(store, outcome=Outcome(at=NOW))
    publish(store)

    for outcome in outcomes:
        save(store, outcome=outcome)

    assert bool(output_of(store, "directory").generation) is news


def test_failing_on_in_the_same_way_is_no_news(store: Store) -> None:
    store.ensure_output("directory", "", "urn:uuid:1", NOW)
    save(store, outcome=Outcome(at=NOW, error="no: 1", status=500))
    publish(store)

    save(store, outcome=Outcome(at=LATER, error="no: 2", status=500))
    same = output_of(store, "directory").generation
    save(store, outcome=Outcome(at=LATER, error="not there", status=404))

    assert same == 0
    assert output_of(store, "directory").generation


def test_the_newest_items_of_a_source_are_known_by_when_they_were_published(store: Store) -> None:
    days = [NOW - timedelta(days=number) for number in (3, 1, 2)]
    save(store, *(a_change(str(number), published=day) for number, day in enumerate(days)))

    newest = id_of(store, "1")
    assert list(store.recent("posts", 2)) == [days[1], days[2]]
    assert list(store.recent("posts", 2, [newest])) == [days[2], days[0]]
    assert list(store.recent("unknown", 2)) == []


# ── pauses of hosts ───────────────────────────────────────────────────────────────────────────────────────


def test_pauses_of_hosts_are_remembered_until_they_are_over(store: Store) -> None:
    store.hold("a.example", NOW + timedelta(minutes=1), NOW)
    store.hold("b.example:81", LATER, NOW)
    store.hold("a.example", NOW + timedelta(minutes=2), NOW)

    assert store.holds(NOW) == {"a.example": NOW + timedelta(minutes=2), "b.example:81": LATER}
    assert store.holds(NOW + timedelta(minutes=2)) == {"b.example:81": LATER}
    assert store.holds(LATER) == {}


def test_a_source_is_paused_since_it_was_first_paused(store: Store) -> None:
    assert store.set_paused("posts", True, NOW)
    assert store.set_paused("posts", True, LATER)
    assert (state_of(store).state, state_of(store).since) == ("paused", NOW)

    assert store.set_paused("posts", False, LATER)
    assert state_of(store).since is None


# ── the newest items, and how many came lately ────────────────────────────────────────────────────────────


def test_the_newest_items_of_a_source_are_those_published_last(empty_store: Store) -> None:
    empty_store.sync([a_source("posts"), a_source("b", rank=1)], NOW)
    save(empty_store, linked("1", "https://example.org/1", published=LATER), linked("2", ""), linked("3", ""))
    save(empty_store, linked("4", "", "b", published=LATER), source_id="b")
    save(empty_store, left=(id_of(empty_store, "1"),))

    found = empty_store.newest("posts", 2)

    assert [(known.native_id, known.live, item.native_id) for known, item in found] == [
        ("1", False, "1"),
        ("3", True, "3"),
    ]
    assert found[0][1].link == "https://example.org/1"
    assert empty_store.newest("unknown", 2) == []


def test_items_that_came_since_are_counted_but_for_the_first_ones(store: Store) -> None:
    later, latest = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    save(store, a_change("1"), a_change("2"))
    assert store.count_since("posts", NOW - timedelta(days=1)) == 0

    save(store, a_change("3", first_seen=later), a_change("4", first_seen=latest))

    assert store.count_since("posts", NOW - timedelta(days=1)) == 2
    assert store.count_since("posts", later) == 1
    assert store.count_since("unknown", NOW) == 0


def test_what_was_odd_about_a_document_at_another_address_is_forgotten(store: Store) -> None:
    odd = Problem(URL, "is odd")
    save(store, documents=(DocumentRecord(stamp=Stamp(URL, 1, 0, "h"), problems=(odd,)),))
    assert list(store.problems("posts")) == [odd]

    store.sync([a_feed(location="https://example.org/other")], NOW)

    assert list(store.problems("posts")) == []
