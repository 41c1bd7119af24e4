"""Looking at a store and its lock, beside whoever works, changes neither."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import SiteLock, open_store
from aggregator.store.care import glance
from aggregator.store.connection import sqlite_version
from aggregator.store.lock import holder
from aggregator.store.migrating import latest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aggregator.db"


def test_a_sound_store_is_found_sound_beside_its_writer(path: Path) -> None:
    with open_store(path) as store, store._connection.writing() as raw:
        raw.execute("update meta set value = value")

        assert glance(path) == (latest(), [])


def test_a_damaged_store_is_found_damaged(path: Path) -> None:
    open_store(path).close()
    with path.open("r+b") as file:
        file.seek(36)  # how many pages are said to be free
        file.write((5).to_bytes(4, "big"))

    version, problems = glance(path)

    assert version == latest()
    assert problems


def test_what_is_no_store_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table mine (a)")

    with pytest.raises(StoreError, match="not of this program"):
        glance(path)


def test_the_version_of_sqlite_is_that_of_the_library() -> None:
    assert sqlite_version() == sqlite3.sqlite_version


def test_a_lock_that_was_never_taken_has_no_holder(path: Path) -> None:
    assert holder(path) is None
    assert list(path.parent.iterdir()) == []


def test_whoever_holds_the_lock_is_told(path: Path) -> None:
    with SiteLock(path):
        held = holder(path)

        assert held is not None
        assert held.pid == os.getpid()
        assert held.since == path.with_name("aggregator.db.lock").stat().st_mtime
    assert holder(path) is None


def test_a_lock_whose_holder_was_killed_is_free(path: Path) -> None:
    path.with_name("aggregator.db.lock").write_text("4194304\n")

    assert holder(path) is None
    with SiteLock(path):
        pass


def test_a_lock_that_is_somebody_elses_file_has_no_holder(path: Path) -> None:
    path.with_name("aggregator.db.lock").write_bytes(b"\xff not a pid")

    assert holder(path) is None
