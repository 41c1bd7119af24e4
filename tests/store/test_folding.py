"""An item that changes without end keeps a history within bounds, and a slow one keeps all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from aggregator.explain import explain
from aggregator.records import MOST_REVISIONS, Changes, Save
from aggregator.rules import Rules
from aggregator.store import open_store
from tests.builders import NOW, a_source
from tests.store.changes import a_change, id_of, save

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.store import SqliteStore

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "aggregator.db", clock=lambda: NOW) as store:
        store.sync([a_source("posts")], NOW)
        save(store, a_change("restless"), a_change("quiet"))
        yield store


def change(store: SqliteStore, times: int, every: timedelta, native_id: str = "restless") -> None:
    """Have the item say something else so many times."""
    item_id = id_of(store, native_id)
    start = max(kept(store, native_id).values())
    for number in range(1, times + 1):
        changed = replace(a_change(native_id), item_id=item_id)
        store.save(Save(source_id="posts", now=start + number * every, changes=Changes(updated=(changed,))))


def kept(store: SqliteStore, native_id: str = "restless") -> dict[int, datetime]:
    """When each revision came that is still there, by its number."""
    rows = store._connection._raw.execute(
        "select revision, seen from revisions where item_id = ? order by revision", (id_of(store, native_id),)
    )
    return {revision: NOW + timedelta(microseconds=seen - micros(NOW)) for revision, seen in rows}


def micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def test_what_changes_at_every_reading_keeps_the_newest_and_one_a_day(store: SqliteStore) -> None:
    change(store, 96 * 10, QUARTER)

    revisions = kept(store)
    older = list(revisions.values())[:-MOST_REVISIONS]
    assert list(revisions)[-MOST_REVISIONS:] == list(range(962 - MOST_REVISIONS, 962))
    assert older[0] == NOW
    assert {after - before for before, after in pairwise(older)} == {DAY}
    assert len(older) == 10


def test_nothing_of_a_slow_history_goes(store: SqliteStore) -> None:
    change(store, 3 * MOST_REVISIONS, DAY)

    assert len(kept(store)) == 3 * MOST_REVISIONS + 1


def test_a_busy_day_alone_keeps_everything(store: SqliteStore) -> None:
    change(store, MOST_REVISIONS - 1, timedelta(seconds=1))

    assert len(kept(store)) == MOST_REVISIONS


def test_a_clock_that_was_put_back_has_nothing_fold_for_long(store: SqliteStore) -> None:
    change(store, MOST_REVISIONS, -DAY)
    change(store, MOST_REVISIONS, timedelta(0))

    assert len(kept(store)) > MOST_REVISIONS + 10


def test_others_keep_what_they_have(store: SqliteStore) -> None:
    change(store, 10, QUARTER, "quiet")
    change(store, 2 * MOST_REVISIONS, QUARTER)

    assert len(kept(store, "quiet")) == 11


def test_it_is_told_which_sources_have_such_items(store: SqliteStore) -> None:
    save(store, a_change("slow"), a_change("restless too"))
    change(store, 10, QUARTER, "quiet")
    change(store, MOST_REVISIONS + 5, DAY, "slow")
    assert store.folded() == {}

    change(store, 2 * MOST_REVISIONS, QUARTER)
    change(store, 2 * MOST_REVISIONS, QUARTER, "restless too")

    assert store.folded() == {"posts": 2}


def test_it_is_told_how_many_are_not_kept(store: SqliteStore) -> None:
    change(store, 2 * MOST_REVISIONS, QUARTER)

    (record,) = store.find("restless")
    assert record.revision == 2 * MOST_REVISIONS + 1
    assert record.folded == record.revision - len(kept(store)) > 0
    (line,) = (step.what for step in explain(record, Rules()) if step.about == "updated")
    assert line.endswith("(revision 101; 50 earlier ones are not kept: the newest 50 are, and one a day)")
