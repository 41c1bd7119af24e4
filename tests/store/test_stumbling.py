"""Whoever stumbles over a damaged store is told of it; a mistake of ours is not taken for damage."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
from aggregator.store.connection import raise_if_damaged
from tests.builders import NOW, a_source
from tests.store.changes import a_change, save

MANY = """
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 9999)
    insert into aliases select source_id, 'native', 'former ' || i, id from items, n;
"""
"""More rows than are looked through at one go."""
AT_ONCE = 0.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store whose only damage is found last."""
    path = tmp_path / "aggregator.db"
    with open_store(path) as store:
        store.sync([a_source("posts")], NOW)
        save(store, a_change("1"))
    damage(path, "update revisions set clean = 'none'")
    return path


def damage(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(script)


def test_a_store_too_large_to_be_looked_through_is_not_blamed_for_a_mistake_of_ours(path: Path) -> None:
    damage(path, MANY)

    raise_if_damaged(path, KeyError("a bug"), AT_ONCE)
    with pytest.raises(StoreError, match="is damaged: revisions 1, 1: clean"):
        raise_if_damaged(path, KeyError("a bug"))


def test_what_comes_of_damage_alone_is_told_as_damage_however_large_the_store_is(path: Path) -> None:
    damage(path, MANY)

    with pytest.raises(StoreError, match="is damaged; `aggregator db check` says what is wrong"):
        raise_if_damaged(path, OverflowError("no such date"), AT_ONCE)


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("update sources set added = 1 << 62", "sources 1: added: "),
        ("insert into outputs (kind, name, atom_id, created) values ('category', '', 'y', 0)", "category 1"),
        ("update meta set value = 'then' where key = 'created'", "meta created is no time"),
    ],
)  # fmt: skip
def test_damage_in_what_is_soon_looked_through_is_found_however_large_the_store_is(
    path: Path, script: str, found: str
) -> None:
    damage(path, MANY)
    damage(path, script)

    with pytest.raises(StoreError, match=f"is damaged: {found}"):
        raise_if_damaged(path, KeyError("a bug"), AT_ONCE)


def test_what_one_error_may_have_come_of_is_looked_for_once(path: Path) -> None:
    damage(path, MANY)
    error = KeyError("a bug")

    raise_if_damaged(path, error, AT_ONCE)
    raise_if_damaged(path, error)

    assert error.__notes__ == ["no damage was found in the store"]


def test_whoever_has_it_open_and_looked_in_vain_does_not_look_for_every_mistake(path: Path) -> None:
    damage(path, MANY)

    with open_store(path, patience=AT_ONCE) as store:
        for looked in (True, False, False):
            with pytest.raises(ZeroDivisionError) as caught, store.blamed():
                raise ZeroDivisionError
            assert hasattr(caught.value, "__notes__") is looked
