"""What outputs show and what is remembered of them, whichever store is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aggregator.model import UNREAD, SourceInfo, Tag
from aggregator.records import NewCategory, Route, Window
from aggregator.views import CategoryRef
from tests.builders import NOW, a_source, an_item
from tests.store.changes import EVERYTHING, a_change, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from collections.abc import Sequence

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


# ── outputs ───────────────────────────────────────────────────────────────────────────────────────────────


def test_outputs_are_listed_by_kind_and_name(store: Store, everything: Output) -> None:
    store.add_categories([a_category("b"), a_category("央"), a_category("B")], NOW)

    assert [(output.kind, output.name) for output in store.outputs()] == [
        ("all", ""),
        ("category", "B"),
        ("category", "b"),
        ("category", "央"),
        ("directory", ""),
    ]


def test_an_outdated_output_has_a_new_generation_each_time(store: Store, everything: Output) -> None:
    publish(store)
    generations = []
    for _ in range(3):
        store.outdate([everything.id, 99])
        generations.append(output_of(store, "").generation)

    assert sorted(set(generations)) == generations
    assert outdated(store) == {"all", "directory"}  # whose home page shows the same


def test_what_was_written_is_remembered(store: Store, everything: Output) -> None:
    files = {"all.xml": ("0a", 10), "all.json": ("0b", 20)}

    publish(store, [output_of(store, "")], title="Feeds", updated=LATER, rule_hash="rules", files=files)

    output = output_of(store, "")
    assert (output.title, output.updated, output.rule_hash) == ("Feeds", LATER, "rules")
    assert output.generation == 0
    assert store.files() == {
        "all.xml": (everything.id, "0a", 10),
        "all.json": (everything.id, "0b", 20),
    }


def test_an_output_that_became_outdated_while_it_was_written_stays_so(
    store: Store, everything: Output
) -> None:
    rendered = output_of(store, "")
    store.outdate([everything.id])

    publish(store, [rendered])

    assert output_of(store, "").generation > rendered.generation


def test_a_generation_never_comes_again(store: Store, everything: Output) -> None:
    rendered = output_of(store, "")
    publish(store, [rendered])
    store.outdate([everything.id])

    publish(store, [rendered])

    assert output_of(store, "").generation


def test_files_stay_ours_until_they_are_forgotten(store: Store, everything: Output) -> None:
    publish(store, [everything], files={"a.xml": ("0a", 1), "b.xml": ("0b", 2)})
    publish(store, [everything], files={"b.xml": ("0c", 3)})
    kept = dict(store.files())

    store.forget_files(["a.xml", "unknown.xml"])

    assert kept == {"a.xml": (everything.id, "0a", 1), "b.xml": (everything.id, "0c", 3)}
    assert store.files() == {"b.xml": (everything.id, "0c", 3)}


def test_a_new_title_outdates_whoever_shows_entries_of_that_category(
    store: Store, everything: Output
) -> None:
    store.add_categories([a_category("a"), a_category("b"), a_category("c")], NOW)
    a, b, c = (output_of(store, name) for name in "abc")
    save(store, a_change("1"), a_change("2"))
    store.route([Route(id_of(store, "1"), ((everything.id, ""), (a.id, ""), (b.id, "")))], NOW)
    store.route([Route(id_of(store, "2"), ((c.id, ""),))], NOW)
    store.retitle({a.id: "A"})
    publish(store, [output for output in store.outputs() if output.id != a.id])
    publish(store, [output_of(store, "a")], title="A")

    store.retitle({a.id: "A", 99: "unknown"})
    same = outdated(store)
    store.retitle({a.id: "Another"})

    assert same == set()
    assert outdated(store) == {"a", "b", "all", "directory"}
    assert store.entries(everything, EVERYTHING)[0].categories[0] == CategoryRef("a", "Another")


# ── entries ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_the_clean_item_as_outputs_show_it(store: Store, everything: Output) -> None:
    peking = timezone(timedelta(hours=8))
    published = datetime(2026, 1, 2, 3, 4, tzinfo=peking)
    store.add_categories([a_category("b"), a_category("a")], NOW)
    raw = an_item("1", title="<raw>")
    change = a_change(raw, clean=replace(raw, title=an_item().title, cleaner=1), published=published)
    save(store, change, info=SourceInfo(title="Posts"))
    route_all(store, everything.id, output_of(store, "b").id, output_of(store, "a").id)
    store.retitle({output_of(store, "b").id: "Title of b"})

    (entry,) = store.entries(everything, EVERYTHING)

    assert (entry.item_id, entry.id, entry.item) == (id_of(store, "1"), "urn:example:1", change.clean)
    assert (entry.published, entry.updated, entry.first_seen) == (published, published, NOW)
    assert {each.utcoffset() for each in (entry.published, entry.updated, entry.first_seen)} == {8 * HOUR}
    assert (entry.source, entry.private, entry.content) == (SourceInfo(title="Posts"), False, "full")
    assert entry.categories == (CategoryRef("a", "a"), CategoryRef("b", "Title of b"))


def test_entries_of_a_private_source_say_so(store: Store, everything: Output) -> None:
    save(store, a_change("1"))
    route_all(store, everything.id)

    store.sync([a_source("posts", private=True)], NOW)

    assert [entry.private for entry in store.entries(everything, EVERYTHING)] == [True]


def test_an_output_without_members_shows_nothing(store: Store, everything: Output) -> None:
    assert store.entries(everything, EVERYTHING) == []


def test_entries_are_newest_first_and_ties_by_permanent_id(store: Store, everything: Output) -> None:
    save(
        store,
        a_change("late", published=LATER),
        a_change("x", public_id="urn:c"),
        a_change("y", public_id="urn:a"),
        a_change("z", public_id="urn:b"),
        a_change("early", published=NOW - HOUR),
    )
    route_all(store, everything.id)

    assert shown(store, everything, EVERYTHING) == ["late", "y", "z", "x", "early"]
    assert shown(store, everything, Window(entries=3, seconds=0, at_most=3)) == ["late", "y", "z"]


@pytest.fixture
def hourly(store: Store, everything: Output) -> Output:
    """Items 0 to 9, each an hour older than the one before."""
    save(store, *(a_change(str(age), published=NOW - age * HOUR) for age in range(10)))
    route_all(store, everything.id)
    return everything


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(entries=2, seconds=0, at_most=9), "01"),
        (Window(entries=2, seconds=3600 * 4, at_most=9), "01234"),
        (Window(entries=2, seconds=3600 * 4 - 1, at_most=9), "0123"),
        (Window(entries=2, seconds=3600 * 4, at_most=3), "012"),
        (Window(entries=7, seconds=3600, at_most=9), "0123456"),
        (Window(entries=0, seconds=0, at_most=9), "0"),
        (Window(entries=99, seconds=0, at_most=99), "0123456789"),
    ],
)
def test_a_feed_shows_the_newest_and_all_of_its_window_up_to_its_limit(
    store: Store, hourly: Output, window: Window, expected: Sequence[str]
) -> None:
    assert shown(store, hourly, window) == list(expected)


def test_an_entry_that_arrived_late_is_shown_for_a_while(store: Store, hourly: Output) -> None:
    save(store, a_change("late", published=NOW - 30 * HOUR, arrived=LATER))
    route_all(store, hourly.id)
    for_a_while = shown(store, hourly, Window(entries=2, seconds=600, at_most=9))

    save(store, a_change("next", published=LATER + HOUR))
    route_all(store, hourly.id)

    assert for_a_while == ["0", "1", "late"]
    assert shown(store, hourly, Window(entries=2, seconds=600, at_most=9)) == ["next", "0"]


def test_late_entries_do_not_push_newer_ones_out(store: Store, hourly: Output) -> None:
    late = [a_change(f"late {n}", published=NOW - (30 + n) * HOUR, arrived=LATER) for n in range(5)]
    save(store, *late)
    route_all(store, hourly.id)

    assert shown(store, hourly, Window(entries=2, seconds=600, at_most=4)) == ["0", "1", "late 0", "late 1"]


# ── tags ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_commonest_tags_are_of_posts_that_state_the_category_themselves(
    store: Store, everything: Output
) -> None:
    store.add_categories([a_category("央行", "yangxing"), a_category("other")], NOW)
    category = output_of(store, "yangxing")
    tags = {
        "1": (("央行",), (Tag("pboc", "People's Bank"), Tag("a"))),
        "2": (("yangxing",), (Tag("pboc", "People's Bank"), Tag("b"), Tag("c", scheme="s"))),
        "3": ((), (Tag("only routed here"), Tag("a"))),
        "4": (("other",), (Tag("another's"), Tag("a"))),
        "5": (("央行", "yangxing"), (Tag("c"), Tag("c", scheme="again"))),
    }
    for native_id, (categories, of_it) in tags.items():
        save(store, a_change(an_item(native_id, categories=categories, tags=of_it)))
    route_all(store, everything.id, category.id)
    save(store, a_change(an_item("6", categories=("央行",), tags=(Tag("not a member"),))))

    assert store.common_tags(category) == ["People's Bank", "c", "a", "b"]
    assert store.common_tags(everything) == []


def test_places_are_the_entries_without_their_items(store: Store, everything: Output) -> None:
    save(store, *(a_change(str(age), published=NOW - age * HOUR) for age in range(4)))
    route_all(store, everything.id)
    window = Window(2, 0, 3)

    places, entries = store.places(everything, window), store.entries(everything, window)

    assert [each.item for each in places] == [UNREAD] * 2
    assert [(each.item_id, each.id, each.published, each.updated) for each in places] == [
        (each.item_id, each.id, each.published, each.updated) for each in entries
    ]
