"""What is told of older items, and of what happened to an output, whichever store is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.model import UNREAD
from aggregator.records import NewCategory, Route, Touched
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from aggregator.records import Output
    from tests.store.conftest import Store

HOUR = timedelta(hours=1)


@pytest.fixture
def everything(store: Store) -> Output:
    """The feed of everything, beside the categories a and b."""
    store.ensure_output("directory", "", "urn:directory", NOW)
    found = store.ensure_output("all", "", "urn:all", NOW)
    store.add_categories([NewCategory(name=name, slug=name, atom_id=f"urn:{name}") for name in "ab"], NOW)
    return found


@pytest.fixture
def shelved(store: Store, everything: Output) -> Output:
    """Items 0 to 5, each an hour older than the one before, in everything and in a; all of it written."""
    save(store, *(a_change(str(age), published=NOW - age * HOUR) for age in range(6)))
    route_all(store, everything.id, output_of(store, "a").id)
    publish(store)
    return output_of(store, "a")


def touched(store: Store, name: str) -> list[tuple[str, datetime]]:
    found = store.touched(output_of(store, name))
    assert not found.whole
    if not name:
        assert store.touched(lists(store)) == found
    return [(each.public_id, each.published) for each in found.items]


def lists(store: Store) -> Output:
    """What lists feeds: its home page shows what the feed of everything does."""
    return next(output for output in store.outputs() if output.kind == "directory")


def end_of_two_hours(moment: datetime) -> datetime:
    return moment.replace(minute=0) + (2 - moment.hour % 2) * HOUR


# ── what happened ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_never_written_is_to_be_written_whole(store: Store, everything: Output) -> None:
    assert store.touched(everything) == store.touched(output_of(store, "a")) == Touched(whole=True)


def test_nothing_happened_to_what_was_just_written(store: Store, shelved: Output) -> None:
    assert store.touched(shelved) == Touched()


def test_an_item_that_comes_or_goes_touches_the_outputs_it_is_in(store: Store, shelved: Output) -> None:
    save(store, a_change("new", published=NOW + HOUR))
    route_all(store, output_of(store, "").id, shelved.id)
    save(store, left=(id_of(store, "3"),))
    route_all(store)

    expected = [("urn:example:3", NOW - 3 * HOUR), ("urn:example:new", NOW + HOUR)]
    assert touched(store, "a") == touched(store, "") == expected
    assert touched(store, "b") == []


def test_an_item_that_changes_touches_where_it_is_and_where_it_was(store: Store, shelved: Output) -> None:
    item_id = id_of(store, "1")
    save(store, updated=(a_change("1", item_id=item_id, published=NOW - 2 * HOUR),))
    store.route([Route(item_id, ((output_of(store, "").id, ""), (shelved.id, "because")))], NOW)

    assert touched(store, "a") == [("urn:example:1", NOW - 2 * HOUR), ("urn:example:1", NOW - HOUR)]


def test_an_item_that_comes_to_another_category_touches_every_output_that_names_it(
    store: Store, shelved: Output
) -> None:
    ids = tuple((output_of(store, name).id, "") for name in ("", "a", "b"))
    store.route([Route(id_of(store, "0"), ids)], NOW)

    assert [touched(store, name) for name in ("", "a", "b")] == [[("urn:example:0", NOW)]] * 3


def test_a_new_cleaner_touches_what_it_cleaned(store: Store, shelved: Output) -> None:
    clean = replace(an_item("4"), cleaner=2)
    store.recleaned([(id_of(store, "4"), clean)], NOW)

    assert touched(store, "a") == [("urn:example:4", NOW - 4 * HOUR)]


def test_a_new_title_is_to_be_written_whole_and_touches_the_items_beside_it(
    store: Store, shelved: Output
) -> None:
    store.retitle({shelved.id: "Another"})

    assert store.touched(shelved) == Touched(whole=True)
    assert len(touched(store, "")) == 6


def test_a_new_slug_is_to_be_written_whole_and_touches_the_items_beside_it(
    store: Store, shelved: Output
) -> None:
    store.rename_category(shelved.id, "c", "c")

    assert store.touched(shelved) == Touched(whole=True)
    assert len(touched(store, "")) == 6


def test_what_is_asked_for_again_is_to_be_written_whole(store: Store, shelved: Output) -> None:
    store.outdate([shelved.id])
    save(store, left=(id_of(store, "3"),))

    assert store.touched(shelved) == Touched(whole=True)


def test_a_feed_of_everything_to_be_written_whole_takes_the_home_page_with_it(
    store: Store, shelved: Output
) -> None:
    store.outdate([output_of(store, "").id])

    assert store.touched(lists(store)) == Touched(whole=True)
    assert lists(store).generation
    assert touched(store, "a") == []


def test_a_source_that_becomes_private_has_its_outputs_written_whole(store: Store, shelved: Output) -> None:
    store.sync([a_source("posts", private=True)], NOW)

    assert store.touched(shelved) == Touched(whole=True)


def test_what_happens_while_an_output_is_written_is_not_forgotten(store: Store, shelved: Output) -> None:
    save(store, left=(id_of(store, "3"),))
    rendered = output_of(store, "a")
    save(store, left=(id_of(store, "4"),))

    publish(store, [rendered])

    assert [name for name, _ in touched(store, "a")] == ["urn:example:3", "urn:example:4"]


# ── what is where ─────────────────────────────────────────────────────────────────────────────────────────


def test_periods_are_told_by_what_was_published_first_in_each(store: Store, shelved: Output) -> None:
    found = store.periods(shelved, end_of_two_hours)

    assert found == [NOW - 5 * HOUR, NOW - 4 * HOUR, NOW - 2 * HOUR, NOW]
    assert store.periods(output_of(store, "b"), end_of_two_hours) == []


def test_periods_are_told_from_then_until_before_then(store: Store, shelved: Output) -> None:
    assert store.periods(shelved, end_of_two_hours, (NOW - 4 * HOUR, NOW)) == [NOW - 4 * HOUR, NOW - 2 * HOUR]


def test_a_span_holds_the_newest_of_what_was_published_in_it(store: Store, shelved: Output) -> None:
    def span(at_most: int) -> list[str]:
        found = store.span(shelved, NOW - 4 * HOUR, NOW - HOUR, at_most)
        return [entry.item.native_id for entry in found]

    assert span(9) == ["2", "3", "4"]
    assert span(2) == ["2", "3"]


def test_the_places_of_a_span_are_its_entries_without_their_items(store: Store, shelved: Output) -> None:
    span = (shelved, NOW - 4 * HOUR, NOW - HOUR, 2)

    places = store.span_places(*span)

    assert [each.item for each in places] == [UNREAD] * 2
    assert [each.id for each in places] == [each.id for each in store.span(*span)]


def test_a_span_is_counted_up_to_a_bound(store: Store, shelved: Output) -> None:
    assert store.count(shelved, NOW - 4 * HOUR, NOW - HOUR, 9) == 3
    assert store.count(shelved, NOW - 4 * HOUR, NOW - HOUR, 2) == 2
    assert store.count(shelved, NOW + HOUR, NOW + 2 * HOUR, 2) == 0


def test_what_is_known_of_a_span_is_not_read_again(store: Store, shelved: Output) -> None:
    newest, known, oldest = store.span(shelved, NOW - 4 * HOUR, NOW - HOUR, 9)

    found = store.span(shelved, NOW - 4 * HOUR, NOW - HOUR, 9, {known.item_id: known})

    assert list(found) == [newest, known, oldest]
    assert found[1] is known
    assert found[0] is not newest


def test_items_of_a_span_published_at_once_are_in_the_order_of_feeds(
    store: Store, everything: Output
) -> None:
    save(store, a_change("x", public_id="urn:c"), a_change("y", public_id="urn:a"))
    route_all(store, everything.id)

    assert [each.id for each in store.span(everything, NOW, NOW + HOUR, 9)] == ["urn:a", "urn:c"]


def test_members_are_told_by_number(store: Store, shelved: Output) -> None:
    ids = [id_of(store, str(age)) for age in range(6)]

    assert store.member_ids(shelved) == sorted(ids)
    assert store.member_ids(output_of(store, "b")) == []
    assert [each.item_id for each in store.members(shelved, [ids[4], 999, ids[1]])] == sorted(
        [ids[4], ids[1]]
    )
    assert store.members(output_of(store, "b"), ids) == []
