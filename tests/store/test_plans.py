"""What a refresh asks costs what it touches, however much the store holds."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.exchange import Exchange
from aggregator.model import SourceInfo, Stamp
from aggregator.polls import Outcome
from aggregator.records import MOST_REVISIONS, NewCategory, Route, Window
from aggregator.remembered import Remembered
from aggregator.store import open_store
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, a_document, id_of, output_of, publish, route_all, save

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.store import SqliteStore

LARGE = "items|revisions|documents|members|terms|aliases|touched"
PARTIAL = "items_unrouted|members_shown|documents_with_problems"
"""Indexes of what is pending or exceptional: walking one of these is the point of it."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "aggregator.db") as store:
        store.sync([a_source("posts")], NOW)
        store.ensure_output("all", "", "urn:all", NOW)
        store.ensure_output("directory", "", "urn:directory", NOW)
        store.add_categories([NewCategory(name="a", slug="a", atom_id="urn:a")], NOW)
        save(store, a_change(an_item("1", categories=("a",))), documents=(a_document("a.md", "1"),))
        route_all(store, output_of(store, "").id, output_of(store, "a").id)
        publish(store)
        yield store


@contextmanager
def walks(store: SqliteStore) -> Iterator[list[str]]:
    """Collect each statement that walks a whole table, with the step of its plan that does."""
    raw, statements = store._connection._raw, set[str]()
    found: list[str] = []
    raw.set_trace_callback(statements.add)
    yield found
    raw.set_trace_callback(None)
    aliases = re.compile(rf"\b({LARGE})(?: as)? (\w+)\b")
    for statement in statements:
        if not re.match("(select|insert|update|delete|with) ", statement, re.IGNORECASE):
            continue
        names = {"", *LARGE.split("|"), *(match[1] for match in aliases.findall(statement))}
        for *_, step in raw.execute(f"explain query plan {statement}"):
            walk = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
            if walk and walk[1] in names and not re.fullmatch(PARTIAL, walk[2] or ""):
                found.append(f"{step}: {statement}")


def test_a_refresh_walks_no_table(store: SqliteStore) -> None:
    with walks(store) as found:
        store.sync([a_source("posts")], NOW)
        store.bookmark("posts")
        item_id = store.known("posts", ["1", "2"])["1"].item_id
        store.known_items([item_id])
        store.count_live("posts")
        store.by_link("posts", ["https://example.org/a"])
        store.newest("posts", 10)
        store.count_since("posts", NOW)
        store.lease(["posts"], NOW, "being read")
        save(
            store,
            a_change("2"),
            updated=(a_change("1", item_id=item_id),),
            unchanged=(item_id,),
            aliases=(("other", item_id),),
            documents=(a_document("b.md", "2"),),
            touched=(Stamp("a.md", 1, 2, "3"),),
            forgotten=("c.md",),
            info=SourceInfo(title="Posts"),
            outcome=Outcome(at=NOW, exchange=Exchange(304)),
        )
        for _ in range(MOST_REVISIONS):
            save(store, updated=(a_change("1", item_id=item_id),))
        save(store, left=(item_id,))
        store.stale(1, 10)
        store.recleaned([(item_id, an_item("1", cleaner=1))], NOW)

    assert found == []


def test_generating_walks_no_table(store: SqliteStore) -> None:
    save(store, a_change(an_item("2", categories=("a",))))
    category = output_of(store, "a")

    with walks(store) as found:
        store.use_rules("rules")
        store.pending_names()
        store.registry()
        store.unrouted(10)
        store.route([Route(id_of(store, "2"), ((category.id, "own"),))], NOW)
        store.outputs()
        store.touched(category)
        store.retitle({category.id: "A"})
        store.entries(category, Window(50, 3600, 500))
        store.places(category, Window(50, 3600, 500))
        store.common_tags(category)
        store.periods(category, lambda moment: moment + timedelta(hours=1))
        store.span(category, NOW, NOW + timedelta(hours=1), 10)
        store.span_places(category, NOW, NOW + timedelta(hours=1), 10)
        store.count(category, NOW, NOW + timedelta(hours=1), 10)
        store.members(category, [id_of(store, "2")])
        store.member_ids(category)
        publish(store)
        store.files()
        store.forget_files(["a.xml"])
        store.set_hidden(id_of(store, "2"), True)

    # Other rules do concern every item.
    assert [each for each in found if "set routed = 0 where routed = 1" not in each] == []


def test_reading_commands_walk_no_table(store: SqliteStore) -> None:
    with walks(store) as found:
        store.items(source_id="posts")
        store.items(category="a")
        store.items(category="a", source_id="posts")
        for needle in ("1", "a.md", "https://example.org/a"):
            store.find(needle)
        store.problems("posts")

    assert found == []


def test_listing_everything_walks_the_newest_only(store: SqliteStore) -> None:
    with walks(store) as found:
        store.items()

    assert [each.split(":")[0] for each in found] == ["SCAN items USING INDEX items_by_date"]


def test_asking_about_sources_walks_no_items(store: SqliteStore) -> None:
    with walks(store) as found:
        store.states()
        store.states(["posts"])
        store.times()

    assert found == []


def test_items_are_found_by_link_from_the_links(store: SqliteStore) -> None:
    raw, statements = store._connection._raw, list[str]()
    raw.set_trace_callback(statements.append)
    store.by_link("posts", ["https://example.org/a"])
    raw.set_trace_callback(None)

    plans = [
        step
        for statement in statements
        if statement.startswith("select i.id")
        for *_, step in raw.execute(f"explain query plan {statement}")
    ]

    assert any("i USING INDEX items_by_link (canonical_url=?)" in step for step in plans)


def test_what_an_entry_is_filed_under_is_found_from_the_entry(store: SqliteStore) -> None:
    raw, statements = store._connection._raw, list[str]()
    category = output_of(store, "a")
    raw.set_trace_callback(statements.append)
    store.entries(category, Window(50, 3600, 500))
    raw.set_trace_callback(None)

    plans = [
        step
        for statement in statements
        if "o.title" in statement
        for *_, step in raw.execute(f"explain query plan {statement}")
    ]

    # Not from the categories of the site, every one of which would be tried for every feed.
    assert any("m USING COVERING INDEX members_by_item (item_id=?)" in step for step in plans)
    assert any("o USING INTEGER PRIMARY KEY" in step for step in plans)


def test_a_bookmark_makes_no_object_of_each_document(store: SqliteStore) -> None:
    assert isinstance(store.bookmark("posts").documents, Remembered)


def test_one_output_is_found_without_reading_all(store: SqliteStore) -> None:
    raw, statements = store._connection._raw, list[str]()
    raw.set_trace_callback(statements.append)
    found = store.ensure_output("all", "", "urn:another", NOW)
    raw.set_trace_callback(None)

    plans = [
        step
        for statement in statements
        if statement.startswith("select")
        for *_, step in raw.execute(f"explain query plan {statement}")
    ]

    assert found.atom_id == "urn:all"
    assert any(step.endswith("(kind=? AND name=?)") for step in plans)
    assert not any(step.startswith("SCAN o") for step in plans)
