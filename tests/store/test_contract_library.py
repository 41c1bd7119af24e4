"""What reading commands may count on, whichever store they are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aggregator.model import Problem, SourceInfo
from aggregator.records import NewCategory, Route
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, a_document, id_of, output_of, route_all, save

if TYPE_CHECKING:
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)


def listed(store: Store, **asked: object) -> list[str]:
    return [record.raw.native_id for record in store.items(**asked)]  # type: ignore[arg-type] # as asked


def test_items_are_listed_newest_first_ties_by_permanent_id(store: Store) -> None:
    save(
        store,
        a_change("1", public_id="urn:b"),
        a_change("2", public_id="urn:a"),
        a_change("3", published=LATER),
    )

    assert listed(store) == ["3", "2", "1"]
    assert listed(store, limit=2) == ["3", "2"]


def test_items_are_listed_by_category_and_by_source(empty_store: Store) -> None:
    store = empty_store
    store.sync([a_source("a"), a_source("b", rank=1)], NOW)
    store.add_categories([NewCategory(name="c", slug="c", atom_id="urn:c")], NOW)
    for number, source_id in enumerate("aabb"):
        item = an_item(str(number), source_id=source_id)
        save(store, a_change(item, published=NOW + number * timedelta(hours=1)), source_id=source_id)
    for number, source_id in ((1, "a"), (2, "b")):
        store.route([Route(id_of(store, str(number), source_id), ((output_of(store, "c").id, ""),))], NOW)

    assert listed(store, source_id="a") == ["1", "0"]
    assert listed(store, category="c") == ["2", "1"]
    assert listed(store, category="c", source_id="a") == ["1"]
    assert listed(store, category="unknown") == listed(store, source_id="unknown") == []


def test_a_record_tells_everything_about_an_item(store: Store) -> None:
    peking = timezone(timedelta(hours=8))
    published = datetime(2026, 1, 2, 3, 4, tzinfo=peking)
    everything = store.ensure_output("all", "", "urn:all", NOW)
    raw = an_item("1", title="<raw>", published=published)
    clean = replace(raw, title=an_item().title, cleaner=1)
    change = a_change(raw, clean=clean, published=published, updated=LATER, arrived=LATER)
    problem = Problem("b.md:1", "no date")
    save(store, change, now=LATER, info=SourceInfo(title="Posts"))
    item_id = id_of(store, "1")
    save(
        store,
        aliases=(("z", item_id), ("former", item_id)),
        documents=(a_document("b.md", "1", problems=(problem,)), a_document("a.md", "former")),
    )
    route_all(store, everything.id)
    store.set_hidden(item_id, True)

    (record,) = store.items()

    assert (record.item_id, record.public_id) == (item_id, "urn:example:1")
    assert (record.raw, record.clean, record.source) == (raw, clean, SourceInfo(title="Posts"))
    assert (record.source_active, record.live, record.hidden) == (True, True, True)
    assert (record.published, record.updated, record.first_seen) == (published, LATER, NOW)
    assert record.published.utcoffset() == timedelta(hours=8)
    assert (record.arrived, record.last_seen, record.revision) == (LATER, LATER, 1)
    assert record.documents == (("a.md", ()), ("b.md", (problem,)))
    assert record.aliases == ("former", "z")
    assert record.memberships == (("all", "", "because"),)


def test_an_item_that_left_and_whose_source_is_gone_is_still_told(store: Store) -> None:
    save(store, a_change("1"))
    save(store, left=(id_of(store, "1"),))
    store.sync([], NOW)

    (record,) = store.find("1")

    assert (record.live, record.source_active) == (False, False)


@pytest.mark.parametrize(
    "needle",
    [
        "urn:example:NW1",
        "NW1",
        "former",
        "2026/a.md",
        "https://example.org/a",
        "HTTPS://example.org:443/a?utm_source=x#top",
    ],
)
def test_an_item_is_found_by_any_of_its_names(store: Store, needle: str) -> None:
    save(store, a_change(an_item("other", link="https://example.org/b")))
    save(
        store,
        a_change(an_item("NW1", link="https://example.org/a")),
        documents=(a_document("2026/a.md", "NW1"), a_document("index.md")),
    )
    save(store, aliases=(("former", id_of(store, "NW1")),))

    assert [record.raw.native_id for record in store.find(needle)] == ["NW1"]


def test_an_item_is_found_by_its_number(store: Store) -> None:
    save(store, a_change("a"), a_change("b"))

    assert [record.raw.native_id for record in store.find(str(id_of(store, "b")))] == ["b"]


@pytest.mark.parametrize(
    "needle", ["", "0", "002", "２", "9" * 19, "9" * 30, "urn:", "example.org/a", "https://[", "a.md", "\0"]
)
def test_what_is_nearly_a_name_finds_nothing(store: Store, needle: str) -> None:
    save(
        store,
        a_change(an_item("x", link="https://example.org/a")),
        a_change("y"),
        documents=(a_document("2026/a.md", "x"),),
    )

    assert store.find(needle) == []


def test_everything_of_one_name_is_found_in_order(empty_store: Store) -> None:
    empty_store.sync([a_source("a"), a_source("b", rank=1)], NOW)
    for source_id in "ba":
        item = an_item("same", source_id=source_id)
        save(empty_store, a_change(item), source_id=source_id)

    found = empty_store.find("same")

    assert [record.clean.source_id for record in found] == ["b", "a"]
