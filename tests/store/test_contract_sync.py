"""How sources follow the configuration, whichever store keeps them."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aggregator.model import KnownDocument, Stamp
from aggregator.polls import Outcome
from aggregator.sourcekeys import Place, distinct_ids
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, a_document, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from aggregator.model import Source
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)
PEKING = timezone(timedelta(hours=8))


def test_a_new_source_waits_for_its_first_reading(empty_store: Store) -> None:
    empty_store.sync([a_source("pboc", type="feed", title="央行")], NOW)

    (state,) = empty_store.states()

    assert (state.id, state.type, state.title, state.state) == ("pboc", "feed", "央行", "waiting")
    assert (state.active, state.enabled, state.items, state.problems) == (True, True, 0, 0)


def test_sources_are_listed_in_configuration_order_and_former_ones_last(empty_store: Store) -> None:
    empty_store.sync([a_source("a", rank=0), a_source("z", rank=1), a_source("m", rank=2)], NOW)
    empty_store.sync([a_source("z", rank=0), a_source("b", rank=1)], NOW)

    assert [(state.id, state.active) for state in empty_store.states()] == [
        ("z", True),
        ("b", True),
        ("a", False),
        ("m", False),
    ]


def test_items_of_a_source_that_is_not_configured_leave_the_outputs_until_it_returns(store: Store) -> None:
    save(store, a_change())
    route_all(store)

    store.sync([], LATER)
    without = [each.shown for each in store.unrouted(10)]
    route_all(store)
    store.sync([a_source("posts")], LATER)

    assert without == [False]
    assert [each.shown for each in store.unrouted(10)] == [True]
    assert store.count_live("posts") == 1


def test_a_disabled_source_keeps_its_items_shown(store: Store) -> None:
    save(store, a_change())
    route_all(store)

    store.sync([a_source("posts", enabled=False)], NOW)

    assert store.unrouted(10) == []
    assert [(state.active, state.enabled) for state in store.states()] == [(True, False)]


def test_an_unknown_id_with_the_location_of_a_former_source_is_that_source_renamed(store: Store) -> None:
    save(store, a_change("1"), documents=(a_document("a.md", "1"),), outcome=Outcome(at=NOW))
    was = store.find("1")[0]

    store.sync([a_source("news", location="posts")], LATER)

    assert [(state.id, state.items, state.last_success) for state in store.states()] == [("news", 1, NOW)]
    assert store.known("news", ["1"])["1"].item_id == was.item_id
    assert store.bookmark("news").documents.keys() == {"a.md"}
    assert store.find("1")[0].public_id == was.public_id
    assert store.find("1")[0].clean.source_id == "news"


def test_a_renamed_source_outdates_what_shows_its_items(store: Store) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    save(store, a_change())
    route_all(store, everything.id)
    publish(store)

    store.sync([a_source("news", location="posts")], LATER)

    assert output_of(store, "").generation


def test_a_source_that_is_still_configured_is_no_former_one(store: Store) -> None:
    store.sync([a_source("posts"), a_source("copy", location="posts", rank=1)], NOW)

    assert [state.id for state in store.states()] == ["posts", "copy"]


def test_of_several_former_sources_the_one_that_just_left_is_renamed(empty_store: Store) -> None:
    empty_store.sync([a_source("old", location="here")], NOW)
    empty_store.sync([a_source("recent", location="there")], NOW)
    empty_store.sync([a_source("recent", location="here")], NOW)

    empty_store.sync([a_source("new", location="here")], NOW)

    assert [(state.id, state.active) for state in empty_store.states()] == [("new", True), ("old", False)]


def test_one_former_source_is_taken_by_one_new_one_only(store: Store) -> None:
    save(store, a_change())

    store.sync([a_source("a", location="posts"), a_source("b", location="posts", rank=1)], NOW)

    assert [(state.id, state.items) for state in store.states()] == [("a", 1), ("b", 0)]


ID, ONE, OTHER = "a.example-b-c", "https://a.example/b/c", "https://a.example/b-c"
"""An id that is made from both addresses."""


@pytest.mark.parametrize("meanwhile", [[], None], ids=["it left before", "it leaves now"])
def test_a_feed_whose_address_makes_the_id_of_another_takes_nothing_of_it(
    empty_store: Store, meanwhile: list[Source] | None
) -> None:
    store = empty_store
    store.sync([a_source(ID, type="feed", location=ONE)], NOW)
    save(store, a_change(an_item("1", source_id=ID)), source_id=ID)
    was = store.find("1")[0]
    if meanwhile is not None:
        store.sync(meanwhile, NOW)

    store.sync([a_source(ID, type="feed", location=OTHER)], LATER)
    now_there = [(state.id, state.items, state.active) for state in store.states()]
    both = distinct_ids([Place("feed", ONE), Place("feed", OTHER)])
    store.sync(
        [a_source(both[0], type="feed", location=ONE), a_source(both[1], type="feed", location=OTHER)], LATER
    )
    together = {state.id: state.items for state in store.states()}
    store.sync([a_source(ID, type="feed", location=ONE)], LATER)

    assert now_there[0] == (ID, 0, True)
    assert [active for _, _, active in now_there[1:]] == [False]
    assert together == {both[0]: 1, both[1]: 0}
    assert store.known(ID, ["1"])["1"].item_id == was.item_id


def test_an_id_that_somebody_gave_stays_with_its_source_wherever_that_is(empty_store: Store) -> None:
    empty_store.sync([a_source("mine", type="feed", location=ONE)], NOW)
    save(empty_store, a_change(an_item("1", source_id="mine")), source_id="mine")

    empty_store.sync([a_source("mine", type="feed", location=OTHER)], LATER)

    assert [(state.id, state.items) for state in empty_store.states()] == [("mine", 1)]


def test_sources_without_a_location_are_never_taken_for_renamed(empty_store: Store) -> None:
    empty_store.sync([a_source("a", location="")], NOW)

    empty_store.sync([a_source("b", location="")], NOW)

    assert [state.id for state in empty_store.states()] == ["b", "a"]


def test_changed_parsing_options_forget_stamps_but_not_which_item_a_document_gave(store: Store) -> None:
    save(store, a_change("1"), documents=(a_document("a.md", "1", published=NOW),))

    store.sync([a_source("posts", parse_hash="other")], NOW)

    assert store.bookmark("posts").documents == {
        "a.md": KnownDocument(Stamp("a.md", 0, 0, ""), id_of(store, "1"), "1", NOW)
    }


def test_what_did_not_change_forgets_nothing_and_outdates_nothing(store: Store) -> None:
    store.ensure_output("directory", "", "urn:directory", NOW)
    save(store, a_change("1"), documents=(a_document("a.md", "1"),))
    publish(store)

    store.sync([a_source("posts")], LATER)

    assert store.bookmark("posts").documents["a.md"].stamp == a_document("a.md").stamp
    assert output_of(store, "directory").generation == 0


@pytest.mark.parametrize("after", [[], [a_source("posts", title="New")], [a_source("posts"), a_source("b")]])
def test_what_lists_the_sources_is_outdated_when_they_change(store: Store, after: list[Source]) -> None:
    store.ensure_output("directory", "", "urn:directory", NOW)
    publish(store)

    store.sync(after, LATER)

    assert output_of(store, "directory").generation


def test_a_source_that_becomes_private_outdates_what_shows_its_items(store: Store) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    save(store, a_change())
    route_all(store, everything.id)
    publish(store)

    store.sync([a_source("posts", private=True)], NOW)

    assert output_of(store, "").generation


def test_a_paused_source_says_so_until_it_is_resumed(store: Store) -> None:
    assert store.set_paused("posts", True, NOW)
    paused = store.states()[0].state
    assert store.set_paused("posts", False, NOW)

    assert paused == "paused"
    assert store.states()[0].state == "waiting"
    assert not store.set_paused("unknown", True, NOW)


def test_a_reset_source_is_read_from_the_start_and_keeps_its_items(store: Store) -> None:
    save(store, a_change("1"), documents=(a_document("a.md", "1"),), outcome=Outcome(at=NOW))
    save(store, outcome=Outcome(at=LATER, error="timed out", notice="held back"))

    assert store.reset("posts")

    (state,) = store.states()
    assert (state.state, state.failures, state.first_failure, state.items) == ("ok", 0, None, 1)
    assert (state.error, state.notice) == (None, None)
    assert store.bookmark("posts").documents["a.md"].stamp == Stamp("a.md", 0, 0, "")
    assert not store.reset("unknown")
