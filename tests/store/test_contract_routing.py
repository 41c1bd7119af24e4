"""Which item is in which output, whichever store keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.model import Tag
from aggregator.records import NewCategory, Route, Window
from tests.builders import NOW, an_item
from tests.store.changes import EVERYTHING, a_change, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from aggregator.records import Output
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)
HOUR = timedelta(hours=1)


def a_category(name: str, slug: str | None = None) -> NewCategory:
    slug = slug or name
    return NewCategory(name=name, slug=slug, atom_id=f"urn:category:{slug}")


@pytest.fixture
def everything(store: Store) -> Output:
    store.ensure_output("directory", "", "urn:directory", NOW)
    return store.ensure_output("all", "", "urn:all", NOW)


def outdated(store: Store) -> set[str]:
    return {output.name or output.kind for output in store.outputs() if output.generation}


def shown(store: Store, output: Output, window: Window) -> list[str]:
    return [entry.item.native_id for entry in store.entries(output, window)]


# ── rules and names ───────────────────────────────────────────────────────────────────────────────────────


def test_other_rules_have_every_item_routed_again_and_the_same_ones_none(store: Store) -> None:
    save(store, a_change("1"), a_change("2"))
    store.use_rules("one")
    route_all(store)

    store.use_rules("one")
    same = store.unrouted(10)
    store.use_rules("two")

    assert same == []
    assert [each.item.native_id for each in store.unrouted(10)] == ["1", "2"]


def test_names_that_items_awaiting_routing_state_are_told_by_code_point(store: Store) -> None:
    save(
        store,
        a_change(an_item("1", categories=("财经", "a"), tags=(Tag("a tag"),))),
        a_change(an_item("2", categories=("B", "a"))),
        a_change(an_item("3", categories=("routed",))),
    )
    store.route([Route(id_of(store, "3"), ())], NOW)

    assert store.pending_names() == ["B", "a", "财经"]


def test_no_tag_passes_for_a_category_whatever_its_scheme(store: Store) -> None:
    save(store, a_change(an_item("1", tags=(Tag("stranger", "", "urn:aggregator:category"),))))

    assert store.pending_names() == []


def test_names_of_a_changed_item_are_those_it_states_now(store: Store) -> None:
    save(store, a_change(an_item("1", categories=("old",))))

    save(store, updated=(a_change(an_item("1", categories=("new",)), item_id=id_of(store, "1")),))

    assert store.pending_names() == ["new"]


def test_the_registry_tells_every_name_and_every_slug(store: Store) -> None:
    store.add_categories([a_category("TechWeb"), a_category("Techweb", "Techweb-0a1b2c")], NOW)
    store.add_categories([a_category("央行", "yangxing")], NOW)

    registry = store.registry()

    ids = {output.name: output.id for output in store.outputs()}
    assert registry.names == {
        "TechWeb": ids["TechWeb"],
        "Techweb": ids["Techweb-0a1b2c"],
        "Techweb-0a1b2c": ids["Techweb-0a1b2c"],
        "央行": ids["yangxing"],
        "yangxing": ids["yangxing"],
    }
    assert registry.slugs == {
        "TechWeb": ids["TechWeb"],
        "Techweb-0a1b2c": ids["Techweb-0a1b2c"],
        "yangxing": ids["yangxing"],
    }
    assert registry.current == {output_id: slug for slug, output_id in registry.slugs.items()}


def test_a_name_that_was_asked_for_comes_before_an_equal_slug_of_another(store: Store) -> None:
    store.add_categories([a_category("央行", "yangxing"), a_category("yangxing", "yangxing-0a1b2c")], NOW)

    names = store.registry().names

    assert names["央行"] != names["yangxing"] == names["yangxing-0a1b2c"]


def test_a_new_category_is_there_awaiting_its_first_writing(store: Store, everything: Output) -> None:
    publish(store)

    store.add_categories([a_category("macro")], LATER)

    output = output_of(store, "macro")
    assert (output.kind, output.name, output.atom_id) == ("category", "macro", "urn:category:macro")
    assert (output.created, output.updated, output.left, output.items) == (LATER, None, None, 0)
    assert outdated(store) == {"macro", "directory"}


def test_no_new_category_outdates_nothing(store: Store, everything: Output) -> None:
    publish(store)

    store.add_categories([], LATER)

    assert outdated(store) == set()


def test_an_output_is_created_once_and_keeps_its_permanent_id(store: Store) -> None:
    first = store.ensure_output("all", "", "urn:first", NOW)
    again = store.ensure_output("all", "", "urn:second", LATER)

    assert again == first
    assert (first.atom_id, first.created, first.kind) == ("urn:first", NOW, "all")
    assert first.generation


def test_a_renamed_category_keeps_its_id_members_and_former_slugs(store: Store, everything: Output) -> None:
    save(store, a_change(an_item("1")))
    store.add_categories([a_category("old"), a_category("other")], NOW)
    before = output_of(store, "old")
    route_all(store, everything.id, before.id)
    publish(store)

    store.rename_category(before.id, "new", "new")
    told = outdated(store)
    store.rename_category(before.id, "newest", "newest")

    after = output_of(store, "newest")
    assert (after.id, after.atom_id, after.items) == (before.id, before.atom_id, 1)
    assert after.former == ("new", "old")
    assert told == {"new", "all", "directory"}
    assert set(store.registry().slugs) == {"old", "new", "newest", "other"}
    assert store.registry().current[before.id] == "newest"
    assert {store.registry().names[name] for name in ("old", "new", "newest")} == {before.id}


# ── routing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_some_items_that_await_routing_are_told_lowest_number_first(store: Store) -> None:
    save(store, a_change("1", published=NOW - HOUR), a_change("2"), a_change("3"))
    store.route([Route(id_of(store, "1"), ())], NOW)

    (routable,) = store.unrouted(1)

    assert (routable.item_id, routable.item.native_id, routable.shown) == (id_of(store, "2"), "2", True)
    assert [each.item.native_id for each in store.unrouted(10)] == ["2", "3"]


def test_a_routed_item_is_member_of_exactly_these_outputs(store: Store, everything: Output) -> None:
    store.add_categories([a_category("a"), a_category("b")], NOW)
    a, b = output_of(store, "a"), output_of(store, "b")
    save(store, a_change("1"))
    item_id = id_of(store, "1")

    store.route([Route(item_id, ((everything.id, "everything"), (a.id, "own")))], NOW)
    store.route([Route(item_id, ((everything.id, "everything"), (b.id, "a tag")))], NOW)

    (record,) = store.items()
    assert record.memberships == (("all", "", "everything"), ("category", "b", "a tag"))


def test_outputs_count_their_members(store: Store, everything: Output) -> None:
    store.add_categories([a_category("a"), a_category("b")], NOW)
    a = output_of(store, "a")
    save(store, a_change("1"), a_change("2"))

    route_all(store, everything.id, a.id)
    store.route([Route(id_of(store, "1"), ((everything.id, "everything"),))], NOW)

    counts = {output.name or output.kind: output.items for output in store.outputs()}
    assert counts == {"all": 2, "a": 1, "b": 0, "directory": 0}


def test_every_output_that_gains_or_loses_an_item_is_outdated(store: Store, everything: Output) -> None:
    store.add_categories([a_category("from"), a_category("to"), a_category("other")], NOW)
    save(store, a_change("1"), a_change("2"))
    origin, target = output_of(store, "from"), output_of(store, "to")
    route_all(store, everything.id, origin.id)
    publish(store)

    store.route([Route(id_of(store, "1"), ((everything.id, "because"), (target.id, "because")))], NOW)

    # "all" lists the categories of each entry, so it is told of the move as well.
    assert outdated(store) == {"from", "to", "all", "directory"}


def test_routing_that_changes_nothing_outdates_nothing(store: Store, everything: Output) -> None:
    save(store, a_change("1"))
    route_all(store, everything.id)
    publish(store)

    store.use_rules("new")
    store.route([Route(id_of(store, "1"), ((everything.id, "another reason"),))], NOW)

    assert outdated(store) == set()
    assert store.items()[0].memberships == (("all", "", "another reason"),)


def test_an_item_whose_date_changed_moves_in_its_outputs(store: Store, everything: Output) -> None:
    save(store, a_change("1", published=NOW - HOUR), a_change("2", published=NOW))
    route_all(store, everything.id)
    save(store, updated=(a_change("1", item_id=id_of(store, "1"), published=LATER),))
    publish(store)

    route_all(store, everything.id)

    assert outdated(store) == {"all", "directory"}
    assert shown(store, everything, EVERYTHING) == ["1", "2"]


def test_routing_an_item_nobody_knows_changes_nothing(store: Store, everything: Output) -> None:
    publish(store)

    store.route([Route(99, ((everything.id, "because"),))], NOW)

    assert outdated(store) == set()


def test_an_output_remembers_when_an_entry_its_subscribers_saw_last_left(
    store: Store, everything: Output
) -> None:
    save(store, a_change("1"), a_change("2"), a_change("3"))
    route_all(store, everything.id)
    publish(store, shown=(id_of(store, "1"), id_of(store, "2")))

    store.route([Route(id_of(store, "3"), ())], NOW + HOUR)
    unseen = output_of(store, "").left
    store.route([Route(id_of(store, "1"), ())], NOW + 2 * HOUR)
    store.route([Route(id_of(store, "2"), ())], NOW + 3 * HOUR)

    assert unseen is None
    assert output_of(store, "").left == NOW + 3 * HOUR


def test_nobody_saw_an_entry_leave_an_output_that_was_never_written(store: Store, everything: Output) -> None:
    save(store, a_change("1"))
    route_all(store, everything.id)
    publish(store, updated=None)

    store.route([Route(id_of(store, "1"), ())], LATER)

    assert output_of(store, "").left is None


def test_an_item_shown_before_but_not_now_leaves_unnoticed(store: Store, everything: Output) -> None:
    save(store, a_change("1"))
    route_all(store, everything.id)
    publish(store)
    publish(store, shown=())

    store.route([Route(id_of(store, "1"), ())], LATER)

    assert output_of(store, "").left is None


def test_a_hidden_item_is_not_shown_until_it_is_let_back_in(store: Store) -> None:
    save(store, a_change("1"))
    route_all(store)
    item_id = id_of(store, "1")

    store.set_hidden(item_id, True)
    hidden = [each.shown for each in store.unrouted(10)]
    route_all(store)
    store.set_hidden(item_id, True)
    again = store.unrouted(10)
    store.set_hidden(item_id, False)

    assert (hidden, again) == ([False], [])
    assert [each.shown for each in store.unrouted(10)] == [True]


def test_hiding_an_item_nobody_knows_does_nothing(store: Store) -> None:
    store.set_hidden(99, True)

    assert store.unrouted(10) == []
