"""What is kept of a refresh, whichever store keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.model import Problem, SourceInfo, Tag
from aggregator.polls import Outcome
from tests.builders import NOW, a_source, an_item
from tests.store.changes import EVERYTHING, a_change, a_document, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)
PEKING = timezone(timedelta(hours=8))


def test_an_item_keeps_the_id_it_was_first_given(store: Store) -> None:
    save(store, a_change("1", public_id="urn:example:first"))

    changed = a_change("1", public_id="urn:example:second", item_id=id_of(store, "1"))
    save(store, updated=(changed,))

    assert [each.public_id for each in store.items()] == ["urn:example:first"]


def test_an_id_another_item_has_is_replaced_by_the_spare_one(store: Store) -> None:
    save(store, a_change("1", public_id="urn:x", published=LATER))

    save(store, a_change("2", public_id="urn:x", spare_id="urn:spare"))

    assert [each.public_id for each in store.items()] == ["urn:x", "urn:spare"]


def test_ids_are_unique_even_if_the_spare_one_is_taken_too(store: Store) -> None:
    for native_id in "123":
        save(store, a_change(native_id, public_id="urn:x", spare_id="urn:spare"))

    public_ids = {each.public_id for each in store.items()}

    assert len(public_ids) == 3
    assert {"urn:x", "urn:spare"} < public_ids


def test_equal_ids_in_one_save_are_told_apart(store: Store) -> None:
    save(store, *(a_change(native_id, public_id="urn:x", spare_id="urn:spare") for native_id in "1234"))

    assert len({each.public_id for each in store.items()}) == 4


def test_a_changed_item_keeps_when_it_was_first_seen_and_arrived(store: Store) -> None:
    arrived = NOW - timedelta(days=9)
    save(store, a_change("1", arrived=arrived))

    save(
        store,
        now=LATER,
        updated=(
            a_change(
                an_item("1", title="New"),
                item_id=id_of(store, "1"),
                fingerprint="new",
                published=LATER,
                updated=LATER,
                first_seen=LATER,
                arrived=LATER,
            ),
        ),
    )

    (item,) = store.items()
    assert item.clean.title.value == "New"
    assert (item.first_seen, item.arrived) == (NOW, arrived)
    assert (item.published, item.updated, item.last_seen, item.revision) == (LATER, LATER, LATER, 2)
    assert store.known("posts", ["1"])["1"].fingerprint == "new"


def test_an_item_of_another_source_cannot_be_changed(empty_store: Store) -> None:
    empty_store.sync([a_source("a"), a_source("b", rank=1)], NOW)
    save(empty_store, a_change(an_item("1", source_id="a")), source_id="a")
    item_id = id_of(empty_store, "1", "a")

    save(empty_store, source_id="b", left=(item_id,), unchanged=(item_id,), now=LATER)
    with pytest.raises(StoreError, match="not of their source"):
        save(empty_store, source_id="b", updated=(a_change("1", item_id=item_id),))

    (item,) = empty_store.items()
    assert (item.live, item.last_seen, item.revision) == (True, NOW, 1)


def test_unchanged_items_are_seen_again_and_need_no_routing(store: Store) -> None:
    save(store, a_change("1"))
    route_all(store)

    save(store, unchanged=(id_of(store, "1"),), now=LATER)

    assert store.items()[0].last_seen == LATER
    assert store.unrouted(10) == []


def test_items_leave_and_come_back_and_await_routing_each_time(store: Store) -> None:
    save(store, a_change("1"))
    item_id = id_of(store, "1")
    new = [each.shown for each in store.unrouted(10)]
    route_all(store)

    save(store, left=(item_id,))
    left, live = [each.shown for each in store.unrouted(10)], store.known_items([item_id])[item_id].live
    count = store.count_live("posts")
    route_all(store)
    save(store, updated=(a_change("1", item_id=item_id, returns=True),))

    assert (new, left, live, count) == ([True], [False], False, 0)
    assert [each.shown for each in store.unrouted(10)] == [True]
    assert store.count_live("posts") == 1


def test_a_change_of_an_item_that_left_does_not_bring_it_back(store: Store) -> None:
    save(store, a_change("1"))
    save(store, left=(id_of(store, "1"),))

    save(store, updated=(a_change("1", item_id=id_of(store, "1")),))

    assert store.count_live("posts") == 0


@pytest.mark.parametrize("how", ["updated", "left"])
def test_outputs_of_a_changed_item_are_outdated_with_the_save_itself(store: Store, how: str) -> None:
    category = store.ensure_output("category", "a", "urn:a", NOW)
    other = store.ensure_output("category", "b", "urn:b", NOW)
    store.ensure_output("directory", "", "urn:directory", NOW)
    save(store, a_change("1"))
    route_all(store, category.id)
    publish(store)
    item_id = id_of(store, "1")

    if how == "left":
        save(store, left=(item_id,))
    else:
        save(store, updated=(a_change("1", item_id=item_id),))

    generations = {output.id: output.generation for output in store.outputs()}
    assert generations[category.id]
    assert output_of(store, "directory").generation
    assert not generations[other.id]


def test_problems_are_kept_with_their_document_until_it_is_read_again(store: Store) -> None:
    problems = (Problem("b.md:3", "bad date"), Problem("b.md:9", "no title"))
    save(
        store,
        documents=(a_document("b.md", problems=problems), a_document("a.md", problems=(problems[0],))),
    )
    first = store.problems("posts")

    save(store, documents=(a_document("b.md"),))

    assert first == [problems[0], *problems]
    assert store.problems("posts") == [problems[0]]
    assert store.states()[0].problems == 1
    assert store.problems("unknown") == []


def test_the_outcome_is_kept_and_success_clears_failures(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW, error="timed out"))
    save(store, outcome=Outcome(at=LATER, error="refused", notice="no folder"))
    (failing,) = store.states()
    save(store, outcome=Outcome(at=LATER, notice="3 items held back"))
    (fine,) = store.states()

    assert (failing.state, failing.failures, failing.first_failure) == ("failing", 2, NOW)
    assert (failing.error, failing.notice, failing.attempted) == ("refused", "no folder", LATER)
    assert failing.last_success is None
    assert (fine.state, fine.failures, fine.first_failure, fine.error) == ("ok", 0, None, None)
    assert (fine.notice, fine.last_success, fine.attempted) == ("3 items held back", LATER, LATER)


def test_a_failure_keeps_when_it_last_succeeded(store: Store) -> None:
    save(store, outcome=Outcome(at=NOW))
    save(store, outcome=Outcome(at=LATER, error="timed out"))

    assert store.states()[0].last_success == NOW


def test_an_entry_s_source_is_as_it_was_when_the_entry_was_last_updated(store: Store) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    first = SourceInfo("urn:source", "First", "https://example.org/", "https://example.org/feed", NOW)
    save(store, a_change("1"), a_change("2"), info=first)
    second = replace(first, title="Second")
    save(store, updated=(a_change("2", item_id=id_of(store, "2")),), info=second)
    route_all(store, everything.id)

    entries = {entry.item.native_id: entry.source for entry in store.entries(everything, EVERYTHING)}

    assert entries == {"1": first, "2": second}


def test_the_configured_title_comes_before_what_the_source_calls_itself(store: Store) -> None:
    store.sync([a_source("posts", title="Configured")], NOW)

    save(store, a_change("1"), info=SourceInfo(title="Its own"))

    assert store.items()[0].source.title == "Configured"
    assert store.states()[0].title == "Configured"


def test_what_lists_the_sources_follows_what_a_source_calls_itself(store: Store) -> None:
    store.ensure_output("directory", "", "urn:directory", NOW)
    save(store, info=SourceInfo(title="Its own", updated=NOW))
    publish(store)

    save(store, info=SourceInfo(title="Its own", updated=LATER))
    same = output_of(store, "directory").generation
    save(store, info=SourceInfo(title="Another", updated=LATER))

    assert same == 0
    assert output_of(store, "directory").generation


def test_a_file_name_that_is_no_unicode_is_a_name_like_any_other(store: Store) -> None:
    name = "\udcce\udcd2.md"
    item = an_item(f"name:{name}", title="\ud800", categories=("\ud800",))

    save(
        store,
        a_change(item),
        documents=(a_document(name, item.native_id, problems=(Problem(name, "odd"),)),),
        outcome=Outcome(at=NOW, error=f"{name}: odd", notice="\0"),
    )

    item_id = store.known("posts", [item.native_id])[item.native_id].item_id
    assert store.bookmark("posts").documents[name].item_id == item_id
    assert [record.raw for record in store.find(name)] == [item]
    assert store.pending_names() == ["\ud800"]
    assert store.problems("posts") == [Problem(name, "odd")]
    assert (store.states()[0].error, store.states()[0].notice) == (f"{name}: odd", "\0")


@pytest.mark.parametrize("claimed", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_feed_may_claim_a_time_at_the_end_of_the_calendar(store: Store, claimed: str) -> None:
    info = SourceInfo(title="Posts", updated=datetime.fromisoformat(claimed))

    save(store, a_change("1"), info=info)

    assert store.items()[0].source.title == "Posts"


# ── cleaning again ────────────────────────────────────────────────────────────────────────────────────────


def test_items_cleaned_by_another_version_are_stale(store: Store) -> None:
    raw = an_item("1", title="<b>raw</b>")
    for native_id, cleaner in (("1", 1), ("2", 2), ("3", 3)):
        item = replace(raw, native_id=native_id)
        save(store, a_change(item, clean=replace(item, cleaner=cleaner), first_seen=LATER))

    stale = store.stale(2, 10)

    assert sorted(stale) == [
        (id_of(store, "1"), replace(raw, native_id="1"), LATER),
        (id_of(store, "3"), replace(raw, native_id="3"), LATER),
    ]
    assert len(store.stale(2, 1)) == 1


def test_cleaned_again_items_change_in_the_outputs_but_are_not_updated(store: Store) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    save(store, a_change("1"))
    route_all(store, everything.id)
    publish(store)
    before = store.items()[0]

    cleaned = an_item("1", title="Clean", tags=(Tag("new"),), categories=("macro",), cleaner=7)
    store.recleaned([(before.item_id, cleaned)], LATER)

    after = store.items()[0]
    assert replace(after, clean=before.clean) == before
    assert after.clean == cleaned
    assert store.stale(7, 10) == []
    assert output_of(store, "").generation
    assert [each.item for each in store.unrouted(10)] == [cleaned]
    assert store.pending_names() == ["macro"]
