"""A store is brought up to date whole or not at all, and what it was is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.exchange import NO_VALIDATORS
from aggregator.model import Stamp
from aggregator.store import open_store
from aggregator.store.care import check
from aggregator.store.connection import connect
from aggregator.store.migrating import APPLICATION_ID, latest, migrate, migrations, version_of
from aggregator.store.opening import refuse_unready
from tests.builders import NOW, a_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FROZEN = {
    "0001_initial.sql": "a357d6fc3c2699286e63a987f1239410314c3355275dd58b4d56480ca6993871",
    "0002_remote_feeds.sql": "49d8153580ff9e1dc12da7b064650381f58fda62785ea11c419f02c0031e2c0c",
    "0003_lists.sql": "03aca1e041bed5dd5df260342859ac925d015149dbf726ffe6b69701416b626e",
    "0004_polls.sql": "0c5d0a802f1d0b1bcd4c3366ac7cc8181fbab1f0cb68974286df113841bd78d9",
    "0005_commands.sql": "c344e3dea9db4bc7161aa107e8bae18174b36ae97ce8346889b659e311b83d89",
    "0006_history.sql": "a48de1e9f703cd031cb42f83978867d943be1f94efd7555df5fb264413bccab1",
    "0007_skips.sql": "fc7537737c3b7e38fc9e49f11bf09320e0376e264acac830f82c00bfa11c758e",
}
"""What was released is never edited: its text is known by its hash."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "aggregator.db"
    with open_store(path) as store:
        store.sync([a_source("posts")], NOW)
    return path


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    file = tmp_path / "9999_next.sql"
    file.write_text("create table later (id integer);\ncreate table last (id integer);\n", encoding="utf-8")
    return file


def upgrade(path: Path, files: Sequence[Path]) -> None:
    connection = connect(path)
    try:
        migrate(connection, NOW, files=files)
    finally:
        connection.close()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as raw:
        return version_of(raw)


def test_released_migrations_are_never_edited() -> None:
    assert {file.name: sha256(file.read_bytes()).hexdigest() for file in migrations()} == FROZEN


def test_a_new_store_is_of_the_latest_version_and_says_whose_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("pragma application_id").fetchone() == (APPLICATION_ID,)

    assert version(path) == latest() == len(FROZEN)


def test_every_table_is_strict(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        loose = raw.execute(
            "select name from pragma_table_list where schema = 'main' and not strict"
        ).fetchall()

    assert [name for (name,) in loose if not name.startswith("sqlite_")] == []


def test_a_copy_is_kept_before_a_store_is_migrated(path: Path, next_version: Path) -> None:
    upgrade(path, [*migrations(), next_version])

    copy = path.with_name(f"aggregator.db.v{latest()}.bak")
    assert (version(path), version(copy)) == (latest() + 1, latest())
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("select key from sources").fetchall() == [("posts",)]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_no_copy_is_ever_overwritten(path: Path, next_version: Path) -> None:
    copy = path.with_name(f"aggregator.db.v{latest()}.bak")
    copy.write_text("precious", encoding="utf-8")

    upgrade(path, [*migrations(), next_version])

    assert copy.read_text(encoding="utf-8") == "precious"
    assert version(copy.with_name(f"{copy.name}-2")) == latest()


def test_nothing_is_copied_when_nothing_is_migrated(path: Path) -> None:
    with open_store(path):
        pass

    assert [each.name for each in path.parent.iterdir()] == ["aggregator.db"]


def test_a_migration_that_fails_leaves_the_store_as_it_was(path: Path, tmp_path: Path) -> None:
    broken = tmp_path / "9999_broken.sql"
    broken.write_text("create table later (id integer);\ncreate tabel typo;\n", encoding="utf-8")

    with pytest.raises(StoreError, match="refused by the database"):
        upgrade(path, [*migrations(), broken])

    assert version(path) == latest()
    with open_store(path) as store, store._connection.reading() as raw:
        assert raw.execute("select count(*) from sqlite_master where name = 'later'").fetchone() == (0,)


def test_tries_that_fail_leave_no_copies_but_one_that_gets_ahead_does(path: Path, tmp_path: Path) -> None:
    first, broken = tmp_path / "9998_first.sql", tmp_path / "9999_broken.sql"
    first.write_text("create table later (id integer);\n", encoding="utf-8")
    broken.write_text("create tabel typo;\n", encoding="utf-8")

    for files in ([broken], [broken], [first, broken], [first, broken]):
        with pytest.raises(StoreError):
            upgrade(path, [*migrations(), *files])

    assert [each.name for each in path.parent.glob("*.bak*")] == [f"aggregator.db.v{latest()}.bak"]
    assert version(path) == latest() + 1


def test_a_store_of_an_older_program_is_not_read_before_it_is_migrated(path: Path) -> None:
    connection = connect(path, read_only=True)

    with pytest.raises(StoreError, match="older version of this program; run `aggregator refresh`"):
        refuse_unready(connection, latest() + 1)

    connection.close()


def test_two_processes_that_migrate_at_once_migrate_once(path: Path, next_version: Path) -> None:
    files = [*migrations(), next_version]
    first, second = connect(path), connect(path)
    try:
        with second.reading() as raw:
            assert version_of(raw) == latest()
        migrate(first, NOW, files=files)
        migrate(second, NOW, files=files)
    finally:
        first.close()
        second.close()

    assert version(path) == latest() + 1


# ── from version 1 ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A store as the first version left it, with a source, an item, a document and an output."""
    path = tmp_path / "first.db"
    path.touch()
    upgrade(path, migrations()[:1])
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("""
            insert into sources (id, key, kind, configured_url, rank, active, enabled, private, config_hash,
                title, added, last_success) values (1, 'posts', 'jekyll', 'posts', 0, 1, 1, 0, '', '', 0, 1);
            insert into items (id, source_id, native_id, public_id, first_seen, arrived, last_seen, published,
                zone, updated, revision, cleaner, fingerprint, canonical_url, content_key, state)
                values (1, 1, '1', 'urn:1', 0, 0, 0, 0, 0, 0, 1, 1, 'f', 'https://example.org/a', '', 'live');
            insert into revisions values (1, 1, 0, 0, 1, '{}', '{"native_id":"1","seed":"1"}',
                x'789cab56ca4b2cc92c4b8dcf4c51b2523254d2512a4e4d85306b01844d085f');
            insert into documents (source_id, name, size, mtime_ns, hash, native_id, item_id)
                values (1, 'a.md', 10, 1000, 'abc', '1', 1);
        """)
    return path


def test_a_store_of_the_first_version_is_brought_up_to_date_and_a_copy_is_kept(first_version: Path) -> None:
    with open_store(first_version):
        pass

    assert version(first_version) == latest()
    assert version(first_version.with_name("first.db.v1.bak")) == 1
    assert check(first_version) == []


def test_what_the_first_version_knew_is_known_after_it(first_version: Path) -> None:
    with open_store(first_version) as store:
        store.sync([a_source("posts")], NOW)

        (state,) = store.states()
        bookmark = store.bookmark("posts")
        assert store.by_link("posts", ["https://example.org/a"]).keys() == {"https://example.org/a"}
        assert bookmark.documents["a.md"].stamp == Stamp("a.md", 10, 1000, "abc")

    assert (state.items, state.state, state.next_check, state.why) == (1, "ok", None, "")
    assert (bookmark.validators, bookmark.body_hash) == (NO_VALIDATORS, "")


def test_a_store_of_the_first_version_is_not_read_before_it_is_brought_up_to_date(
    first_version: Path,
) -> None:
    with pytest.raises(StoreError, match="run `aggregator refresh` once"):
        open_store(first_version, read_only=True)

    assert version(first_version) == 1


def test_a_migrated_store_has_the_very_tables_of_a_new_one(first_version: Path, path: Path) -> None:
    with open_store(first_version):
        pass

    assert _columns(first_version) == _columns(path)


def _columns(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(
            'select t.name, c.name, c.type, c."notnull", c.dflt_value from pragma_table_list t'
            " join pragma_table_info(t.name) c where t.schema = 'main' order by 1, c.cid"
        ).fetchall()
