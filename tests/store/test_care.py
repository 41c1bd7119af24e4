"""The store is backed up beside a writer, restored whole, and checked to the last page."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.store import backup, check, open_store, restore, vacuum
from aggregator.store.care import replace
from aggregator.store.soundness import _OF_FEW, _OF_MANY
from tests.builders import NOW, a_source
from tests.refusals import a_full_disk
from tests.store.changes import a_change, id_of, route_all, save

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.store import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aggregator.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with open_store(path) as store:
        store.sync([a_source("posts")], NOW)
        save(store, a_change("1"))
        yield store


def natives(path: Path) -> set[str]:
    with open_store(path, read_only=True) as store:
        return {record.raw.native_id for record in store.items()}


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


# ── backup ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_beside_a_writer_is_one_whole_file_for_its_owner(store: SqliteStore, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()

    with store._connection.writing() as raw:
        raw.execute("update items set state = 'left'")
        backup(store.path, folder / "copy.db")

    assert names(folder) == {"copy.db"}
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600
    assert natives(folder / "copy.db") == {"1"}
    assert check(folder / "copy.db") == []


def test_a_backup_replaces_nothing_unless_forced(store: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious", encoding="utf-8")

    with pytest.raises(StoreError, match=r"is there already.*--force"):
        backup(store.path, target)
    before = target.read_text(encoding="utf-8")
    backup(store.path, target, force=True)

    assert before == "precious"
    assert natives(target) == {"1"}


def test_a_backup_onto_the_store_itself_is_refused(store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="is the store itself"):
        backup(store.path, store.path, force=True)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Stands for a device such as ``/dev/null``, too: neither is a plain file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe


def test_a_backup_takes_the_place_of_no_device_or_pipe(store: SqliteStore, pipe: Path) -> None:
    with pytest.raises(StoreError, match="is no plain file, and nothing was put in its place"):
        backup(store.path, pipe, force=True)

    assert pipe.is_fifo()


def test_a_backup_that_cannot_be_written_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    before = names(tmp_path)

    with pytest.raises(StoreError, match="cannot be written: No such file"):
        backup(store.path, tmp_path / "nowhere" / "copy.db")

    assert names(tmp_path) == before


def test_a_damaged_store_leaves_no_half_backup(path: Path, store: SqliteStore, tmp_path: Path) -> None:
    save(store, *(a_change(f"more {number}") for number in range(100)))
    store.close()
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])
    before = names(tmp_path)

    with pytest.raises(StoreError):
        backup(path, tmp_path / "copy.db")

    assert names(tmp_path) - before <= {"aggregator.db-wal", "aggregator.db-shm"}


@pytest.mark.parametrize("body", [None, b"", b"not a database" * 99])
def test_only_a_store_is_backed_up(path: Path, tmp_path: Path, body: bytes | None) -> None:
    if body is not None:
        path.write_bytes(body)

    with pytest.raises(StoreError, match=r"no database at|is not a database"):
        backup(path, tmp_path / "copy.db")


# ── restore ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_restored_store_is_as_it_was_and_the_replaced_one_is_kept(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    backup(path, tmp_path / "copy.db")
    save(store, a_change("2"))
    store.close()

    first = restore(tmp_path / "copy.db", path)
    others = [restore(tmp_path / "copy.db", path) for _ in range(2)]

    assert [first, *others] == [
        tmp_path / f"aggregator.db.before-restore{ending}" for ending in ("", "-2", "-3")
    ]
    assert natives(path) == {"1"}
    assert first is not None
    assert natives(first) == {"1", "2"}
    assert path.stat().st_mode & 0o777 == 0o600


def crashed(path: Path, place: Path) -> Path:
    """A store as a crash leaves it: its last changes are in the log alone."""
    for ending in ("", "-wal"):
        place.with_name(place.name + ending).write_bytes(path.with_name(path.name + ending).read_bytes())
    return place


def test_a_store_takes_up_its_log_before_it_is_moved(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """Otherwise there would be a moment at which the store stands in its place without its last changes."""
    backup(path, tmp_path / "copy.db")
    save(store, a_change("2"))
    replaced = crashed(path, tmp_path / "crashed.db")

    kept = restore(tmp_path / "copy.db", replaced)

    assert kept is not None
    assert not kept.with_name(f"{kept.name}-wal").exists()
    assert natives(kept) == {"1", "2"}
    assert natives(replaced) == {"1"}


@pytest.mark.parametrize("room", [1024, 40_000], ids=["none for the log's index", "none for the log's pages"])
def test_a_store_that_has_no_room_to_take_up_its_log_is_not_moved(
    store: SqliteStore, path: Path, tmp_path: Path, room: int
) -> None:
    """Moved, and cut off between log and store, it would be opened without its log."""
    backup(path, tmp_path / "staged.db")
    save(store, *(a_change(f"more {number}") for number in range(100)))
    replaced = crashed(path, tmp_path / "crashed.db")

    with a_full_disk(room), pytest.raises(StoreError, match=r"crashed\.db: .*disk.*; nothing was replaced"):
        replace(replaced, tmp_path / "staged.db", ".before")

    assert not (tmp_path / "crashed.db.before-wal").exists()
    assert natives(replaced) == natives(path)
    assert replace(replaced, tmp_path / "staged.db", ".before") == tmp_path / "crashed.db.before"
    assert natives(tmp_path / "crashed.db.before") == natives(path)


def test_a_store_whose_log_somebody_reads_is_not_moved(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    backup(path, tmp_path / "copy.db")
    with open_store(path, read_only=True) as reader, reader._connection.reading() as raw:
        raw.execute("select count(*) from items").fetchall()
        save(store, a_change("2"))
        before = names(tmp_path)

        with pytest.raises(StoreError, match=r"another process is reading it; .*; nothing was replaced"):
            restore(tmp_path / "copy.db", path)

        assert names(tmp_path) == before
    assert restore(tmp_path / "copy.db", path) == tmp_path / "aggregator.db.before-restore"


def test_a_log_that_a_damaged_store_cannot_take_up_goes_with_it(store: SqliteStore, tmp_path: Path) -> None:
    backup(store.path, tmp_path / "copy.db")
    (tmp_path / "damaged.db").write_bytes(b"damaged" * 1000)
    (tmp_path / "damaged.db-wal").write_bytes(b"log")

    kept = restore(tmp_path / "copy.db", tmp_path / "damaged.db")

    assert kept is not None
    assert kept.read_bytes() == b"damaged" * 1000
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"log"
    assert natives(tmp_path / "damaged.db") == {"1"}


def test_a_store_that_takes_the_place_of_another_brings_its_log(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    """Closing leaves one where the disk fills up at that moment, and does not say so."""
    with open_store(tmp_path / "old.db"):
        pass
    save(store, a_change("2"))
    staged = crashed(path, tmp_path / "staged.db")

    replace(tmp_path / "old.db", staged, ".before")

    assert natives(tmp_path / "old.db") == {"1", "2"}


def test_of_the_replaced_store_the_log_goes_first_so_that_they_are_never_parted(tmp_path: Path) -> None:
    longest = 255 - len(".before-restore")  # its log can have no such name any more
    path, staged = tmp_path / f"{'s' * (longest - 3)}.db", tmp_path / "staged"
    with open_store(path) as store:
        store.sync([a_source()], NOW)
        save(store, a_change("1"))
        backup(path, staged)
        save(store, a_change("2"))  # in the log alone
        before = names(tmp_path)

        with pytest.raises(StoreError, match="cannot be replaced: File name too long"):
            replace(path, staged, ".before-restore")

        assert names(tmp_path) == before
    assert natives(path) == {"1", "2"}


def test_what_a_killed_restore_left_goes_with_the_next(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    backup(path, tmp_path / "copy.db")
    store.close()
    before = names(tmp_path)
    for left in (
        ".aggregator.db.restoring",
        ".aggregator.db.restoring-wal",
        "..aggregator.db.restoring.a1b2.part",
    ):
        (tmp_path / left).write_bytes(b"left")
    (tmp_path / ".aggregator.db.rebuilding").write_bytes(b"another's")

    kept = restore(tmp_path / "copy.db", path)

    assert kept is not None
    assert names(tmp_path) == {*before, kept.name, ".aggregator.db.rebuilding"}


def test_a_store_that_is_lost_is_restored(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy.db")

    kept = restore(tmp_path / "copy.db", tmp_path / "new" / "aggregator.db")

    assert kept is None
    assert natives(tmp_path / "new" / "aggregator.db") == {"1"}


def test_a_damaged_store_is_replaced(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy.db")
    store.close()
    path.write_bytes(b"damaged")

    kept = restore(tmp_path / "copy.db", path)

    assert kept is not None
    assert kept.read_bytes() == b"damaged"
    assert natives(path) == {"1"}


def test_a_damaged_backup_replaces_nothing(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    save(store, *(a_change(f"more {number}") for number in range(100)))
    backup(path, tmp_path / "copy.db")
    body = bytearray((tmp_path / "copy.db").read_bytes())
    body[len(body) // 2 :] = b"\xff" * (len(body) - len(body) // 2)
    (tmp_path / "copy.db").write_bytes(body)

    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "copy.db", path)

    assert "1" in natives(path)
    assert not (tmp_path / "aggregator.db.before-restore").exists()


def test_a_backup_that_holds_together_badly_replaces_nothing(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    backup(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.execute("delete from revisions")
        raw.commit()

    with pytest.raises(StoreError, match="nothing was restored: item 1 has no current revision"):
        restore(tmp_path / "copy.db", path)

    assert not (tmp_path / "aggregator.db.before-restore").exists()


def test_a_backup_of_a_newer_program_replaces_nothing(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.execute("pragma user_version = 999")

    with pytest.raises(StoreError, match="newer version"):
        restore(tmp_path / "copy.db", path)

    assert natives(path) == {"1"}


@pytest.mark.parametrize(
    ("crafted", "named"),
    [
        ("create trigger evil after insert on items begin delete from members; end", "trigger evil"),
        ("drop trigger members_lost", "trigger members_lost"),
        ("create view evil as select * from items", "view evil"),
        ("create virtual table evil using fts5(x)", "table evil"),
        ("alter table items add column evil integer", "table items"),
        ("drop table hosts; create table hosts (key text primary key, not_before integer)", "table hosts"),
        ("drop index items_by_link; create index items_by_link on items (state)", "index items_by_link"),
    ],
)  # fmt: skip
def test_a_backup_that_holds_code_or_has_another_form_replaces_nothing(
    store: SqliteStore, path: Path, tmp_path: Path, crafted: str, named: str
) -> None:
    backup(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as raw:
        raw.executescript(crafted)

    with pytest.raises(StoreError, match=f"nothing was restored: {named} is not as this program makes it"):
        restore(tmp_path / "copy.db", path)

    assert check(path) == []
    assert named in check(tmp_path / "copy.db")[0]


def test_nothing_takes_the_place_of_a_store_that_is_no_plain_file(
    store: SqliteStore, pipe: Path, tmp_path: Path
) -> None:
    backup(store.path, tmp_path / "copy.db")

    with pytest.raises(StoreError, match="is no plain file"):
        restore(tmp_path / "copy.db", pipe)
    with pytest.raises(StoreError, match="is no plain file"):
        replace(pipe, tmp_path / "copy.db", ".before")

    assert pipe.is_fifo()
    assert names(tmp_path) >= {"copy.db", "pipe"}


def test_a_store_is_not_restored_from_itself(store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreError, match="is the store itself"):
        restore(path, path)


def test_a_store_that_cannot_be_replaced_is_told(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be replaced"):
        restore(path, tmp_path / "file" / "aggregator.db")


# ── check ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_store_has_no_problem(store: SqliteStore) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    route_all(store, everything.id)

    assert check(store.path) == []


def test_a_store_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert check(tmp_path / "none.db") == [
        f"no database at {tmp_path / 'none.db'}: No such file or directory"
    ]


def test_a_database_with_nothing_in_it_is_a_problem(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("pragma journal_mode = wal")

    assert check(path) == [f"no database at {path}: nothing is in the file"]


def test_damage_is_told_once(store: SqliteStore, path: Path) -> None:
    save(store, *(a_change(f"more {number}") for number in range(100)))
    store.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("pragma writable_schema = on")
        raw.execute(
            "update sqlite_master set sql = replace(sql, 'published', 'id') where name = 'items_by_date'"
        )
        raw.commit()

    problems = check(path)

    assert problems
    assert all("items_by_date" in problem for problem in problems)


def test_rows_of_nothing_are_told(store: SqliteStore) -> None:
    raw = store._connection._raw
    raw.execute("pragma foreign_keys = off")
    raw.execute("insert into files values ('x', 99, 'a', 1)")

    assert check(store.path) == ["a row of files belongs to a row of outputs that is not there"]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("delete from revisions", "item 1 has no current revision"),
        ("update outputs set items = 7", "output 1 counts its members wrongly"),
        ("update members set sort = 1", "item 1 has another date in an output than of its own"),
        (
            "insert into outputs (kind, name, atom_id, created) values ('category', 'x', 'x', 1)",
            "category 2 has no slug",
        ),
        ("delete from meta where key = 'site'", "meta site is not there"),
        ("update meta set value = 'then' where key = 'created'", "meta created is no time"),
    ],
)
def test_what_no_constraint_guards_is_checked(store: SqliteStore, damage: str, problem: str) -> None:
    everything = store.ensure_output("all", "", "urn:all", NOW)
    route_all(store, everything.id)
    store._connection._raw.execute(damage)

    assert check(store.path) == [problem]
    assert len(_OF_FEW | _OF_MANY) == 6


# ── vacuum ────────────────────────────────────────────────────────────────────────────────────────────────


def test_unused_space_is_given_back(store: SqliteStore) -> None:
    save(store, *(a_change(f"more {number}", content_key="x" * 5000) for number in range(100)))
    store._connection._raw.execute("update items set content_key = ''")
    store._connection._raw.execute("pragma wal_checkpoint(truncate)").fetchall()

    before, after = vacuum(store.path)

    assert after < before / 2
    assert store.path.stat().st_size == after
    assert check(store.path) == []
    assert id_of(store, "1") == 1


def test_what_is_no_store_is_not_vacuumed(path: Path) -> None:
    with pytest.raises(StoreError, match="no database at"):
        vacuum(path)
