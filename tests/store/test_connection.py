"""What SQLite refuses becomes one line for a person; what was begun and failed leaves nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.store import open_store
from aggregator.store.connection import connect, open_read_only, refuse_old, translated
from tests.builders import NOW, a_source
from tests.refusals import a_full_disk, unprivileged
from tests.store.changes import a_change, a_document, save

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aggregator.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with open_store(path, patience=0.01) as store:
        store.sync([a_source("posts")], NOW)
        yield store


def test_what_was_committed_survives_a_power_cut(store: SqliteStore) -> None:
    raw = store._connection._raw

    settings = [raw.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert settings == ["wal", 2]
    assert raw.execute("pragma foreign_keys").fetchone() == (1,)


def test_of_a_step_that_fails_nothing_is_kept(store: SqliteStore) -> None:
    def meta() -> list[tuple[str, str]]:
        with store._connection.reading() as raw:
            return raw.execute("select key, value from meta").fetchall()

    def fail() -> None:
        with store._connection.writing() as raw:
            raw.execute("insert into meta (key, value) values ('half', 'done')")
            raise ZeroDivisionError

    before = meta()
    with pytest.raises(ZeroDivisionError):
        fail()

    assert meta() == before


def test_a_full_disk_is_told_and_nothing_of_the_step_is_kept(store: SqliteStore, path: Path) -> None:
    raw = store._connection._raw
    ((pages,),) = raw.execute("pragma page_count")
    raw.execute(f"pragma max_page_count = {pages}")
    changes = [a_change(str(number), content_key="x" * 4000) for number in range(20)]

    with pytest.raises(StoreError, match="the disk is full") as caught:
        save(store, *changes, documents=(a_document("a.md"),))

    raw.execute("pragma max_page_count = 1000000")
    assert str(path) in str(caught.value)
    assert store.items() == []
    assert store.bookmark("posts").documents == {}
    save(store, *changes)
    assert store.count_live("posts") == 20


def test_a_store_another_process_keeps_writing_to_is_told_to_be_busy(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")

        with pytest.raises(StoreError, match="busy: another process"):
            save(store, a_change())

        assert store.items() == []


def test_a_store_that_cannot_be_written_is_told(store: SqliteStore) -> None:
    store._connection._raw.execute("pragma query_only = on")

    with pytest.raises(StoreError, match="cannot be written"):
        save(store, a_change())


def test_a_damaged_page_is_told_when_it_is_met(path: Path) -> None:
    with open_store(path) as store:
        store.sync([a_source("posts")], NOW)
        save(store, *(a_change(str(number)) for number in range(100)))
    body = bytearray(path.read_bytes())
    body[8192:] = b"\xff" * (len(body) - 8192)
    path.write_bytes(body)

    with pytest.raises(StoreError, match="is damaged; `aggregator db check`"):  # noqa: SIM117 - either may raise
        with open_store(path) as store:
            store.items()


def test_what_has_no_words_of_its_own_is_told_as_sqlite_says_it(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"here: was refused by the database: odd$"),
        translated(Path("here")),
    ):
        raise sqlite3.OperationalError("odd")


def test_an_sqlite_without_strict_tables_is_refused() -> None:
    with pytest.raises(StoreError, match=r"has SQLite 3\.36\.0, and the store needs 3\.37\.0"):
        refuse_old((3, 36, 0))


def test_a_closed_store_refuses(store: SqliteStore) -> None:
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.states()
    store.close()


def test_a_reader_sees_the_state_before_a_step_that_is_under_way(store: SqliteStore, path: Path) -> None:
    save(store, a_change("1"))

    with store._connection.writing() as raw, open_store(path, read_only=True) as reader:
        raw.execute("update items set state = 'left'")
        before = reader.count_live("posts")

    assert before == 1
    assert store.count_live("posts") == 0


def test_a_reader_cannot_write(store: SqliteStore, path: Path) -> None:
    with open_store(path, read_only=True) as reader, pytest.raises(StoreError, match="cannot be written"):
        save(reader, a_change("1"))


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder everybody may enter and nobody may write to, with a store that everybody may read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder / "aggregator.db") as store:
            store.sync([a_source("posts")], NOW)
        (folder / "aggregator.db").chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o700)


def test_a_store_is_read_where_its_folder_cannot_be_written(shared_folder: Path) -> None:
    with unprivileged(), open_store(shared_folder / "aggregator.db", read_only=True) as store:
        assert [state.id for state in store.states()] == ["posts"]


def test_a_log_that_cannot_be_shared_is_not_passed_over(shared_folder: Path) -> None:
    log = shared_folder / "aggregator.db-wal"
    log.touch()
    with tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o755)
        link = Path(elsewhere) / "link.db"
        link.symlink_to(shared_folder / "aggregator.db")

        for path in (shared_folder / "aggregator.db", link):
            with unprivileged(), pytest.raises(StoreError, match="cannot be opened"):
                connect(path, read_only=True)


def test_a_file_without_permission_is_told(shared_folder: Path) -> None:
    (shared_folder / "aggregator.db").chmod(0o000)

    with unprivileged(), pytest.raises(StoreError, match="cannot be opened"):
        open_store(shared_folder / "aggregator.db", read_only=True)


def test_what_is_no_database_is_refused_to_readers(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(sqlite3.DatabaseError):
        open_read_only(path)


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_nothing_is_kept_in_a_file_that_nobody_finds_any_more(
    store: SqliteStore, path: Path, tmp_path: Path, how: str
) -> None:
    with open_store(tmp_path / "other.db"):
        pass
    if how == "removed":
        path.unlink()
    else:
        (tmp_path / "other.db").replace(path)

    with pytest.raises(StoreError, match="was removed, or another file is in its place, since it was opened"):
        store.sync([a_source("posts"), a_source("more")], NOW)

    assert not store.in_place
    assert [state.id for state in store.states()] == ["posts"]


def test_what_is_on_a_full_disk_can_be_read(path: Path) -> None:
    with open_store(path) as store:
        store.sync([a_source("posts")], NOW)

    for _ in range(2):
        with a_full_disk(), open_store(path, read_only=True) as store:
            assert [state.id for state in store.states()] == ["posts"]


@pytest.mark.parametrize("linked", [False, True])
def test_what_is_on_a_full_disk_and_in_a_log_is_told_to_need_room(
    store: SqliteStore, path: Path, tmp_path: Path, linked: bool
) -> None:
    """SQLite keeps the log beside the file itself, not beside a link that leads there."""
    copied = tmp_path / "copied.db"
    for ending in ("", "-wal"):  # what a process leaves that is killed; the index of its log went with it
        shutil.copy(f"{path}{ending}", f"{copied}{ending}")
    named = tmp_path / "elsewhere" / "link.db" if linked else copied
    if linked:
        named.parent.mkdir()
        named.symlink_to(copied)

    with a_full_disk(), pytest.raises(StoreError) as caught:
        open_store(named, read_only=True)

    assert str(caught.value) == (
        f"{named}: there is no room for what is kept beside it while it is open: free some space on its disk"
    )
    with open_store(named, read_only=True) as healed:
        assert [state.id for state in healed.states()] == ["posts"]


def test_a_store_that_cannot_be_looked_at_for_a_while_is_not_taken_for_lost(shared_folder: Path) -> None:
    shared_folder.chmod(0o755)
    with open_store(shared_folder / "aggregator.db") as store:
        shared_folder.chmod(0o000)
        with unprivileged():
            assert store.in_place
        shared_folder.chmod(0o755)
        assert store.in_place
