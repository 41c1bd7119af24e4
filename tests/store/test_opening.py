"""Which stores are opened, which are begun, and which are refused with the way out."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from aggregator.errors import StoreError
from aggregator.store import care, open_store
from tests.builders import NOW, a_source

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "aggregator.db"


def test_a_new_store_is_for_its_owner_only_and_has_a_uuid(path: Path) -> None:
    with open_store(path, clock=lambda: NOW) as store:
        site, created = store.site_uuid, store.created
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}

    assert UUID(site).version == 4
    assert created == NOW
    assert set(modes.values()) == {0o600}
    assert store.path == path


@pytest.mark.parametrize("read_only", [False, True])
def test_a_pipe_or_a_device_is_no_store(tmp_path: Path, *, read_only: bool) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(StoreError, match="cannot be opened: it is no plain file"):
            open_store(path, read_only=read_only)


def put_pipe(path: Path) -> None:
    os.mkfifo(path)


def put_link(path: Path) -> None:
    path.symlink_to(path.with_name("precious"))


def put_device(path: Path) -> None:
    path.symlink_to(os.devnull)


def put_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # a whole path may be longer than a socket's may


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("put", [put_pipe, put_link, put_device, put_socket, Path.mkdir])
def test_what_is_no_plain_file_in_the_place_of_a_log_is_told_and_neither_waited_for_nor_followed(
    path: Path, ending: str, put: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(path).close()
    monkeypatch.chdir(path.parent)
    log = path.with_name(path.name + ending)
    log.unlink(missing_ok=True)
    put(log)

    for read_only in (False, True):
        with pytest.raises(StoreError, match=rf"aggregator\.db{ending}: .*; remove it"):
            open_store(path, read_only=read_only)
    (problem,) = care.check(path)
    assert f"{ending}: is in the place" in problem
    assert not path.with_name("precious").exists()


def test_logs_are_looked_at_where_a_linked_store_has_them(path: Path) -> None:
    open_store(path).close()
    link = path.with_name("link.db")
    link.symlink_to(path)
    os.mkfifo(path.with_name("aggregator.db-journal"))

    with pytest.raises(StoreError, match=r"aggregator\.db-journal: .*; remove it"):
        open_store(link)


def test_a_store_is_the_same_when_it_is_opened_again(path: Path) -> None:
    with open_store(path, clock=lambda: NOW) as store:
        store.sync([a_source("posts")], NOW)
        site = store.site_uuid

    with open_store(path, outputs=site) as store:
        assert (store.site_uuid, store.created) == (site, NOW)
        assert [state.id for state in store.states()] == ["posts"]


@pytest.mark.parametrize("name", ["a?b#c%41.db", "数据 库.db", "-x.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / name):
        pass

    with open_store(tmp_path / name, read_only=True) as store:
        assert store.states() == []
    assert (tmp_path / name).stat().st_size


@pytest.mark.parametrize("empty", [True, False])
def test_a_store_that_is_lost_beside_outputs_is_never_begun_anew(path: Path, empty: bool) -> None:
    if empty:
        path.parent.mkdir()
        path.touch()

    with pytest.raises(StoreError, match=r"db restore FILE.*refresh --new-store") as caught:
        open_store(path, outputs=SITE)

    assert ("is empty" if empty else "is not there") in str(caught.value)
    assert path.exists() == empty


def test_a_new_store_beside_outputs_is_of_the_same_site(path: Path) -> None:
    with open_store(path, outputs=SITE, anew=True) as store:
        assert store.site_uuid == SITE

    with open_store(path, outputs=SITE, anew=True) as store:
        store.sync([a_source("posts")], NOW)
        assert store.site_uuid == SITE


def test_a_store_of_another_site_is_refused(path: Path) -> None:
    with open_store(path) as store:
        site = store.site_uuid

    for read_only in (False, True):
        with pytest.raises(StoreError, match=f"another site.*{site}.*{SITE}"):
            open_store(path, outputs=SITE, read_only=read_only)


def test_a_database_without_tables_is_begun_like_an_empty_file(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("pragma journal_mode = wal")

    with pytest.raises(StoreError, match="run `aggregator refresh` first"):
        open_store(path, read_only=True)
    with open_store(path) as store:
        assert store.states() == []


def test_a_database_without_tables_beside_outputs_is_never_begun_anew(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("pragma journal_mode = wal")

    with pytest.raises(StoreError, match="refresh --new-store"):
        open_store(path, outputs=SITE)


@pytest.mark.parametrize("read_only", [False, True])
def test_what_is_no_database_is_refused(path: Path, read_only: bool) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)

    with pytest.raises(StoreError, match="is not a database; `aggregator db restore FILE`"):
        open_store(path, read_only=read_only)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_database_of_another_program_is_refused(path: Path, read_only: bool) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table notes (text)")

    with pytest.raises(StoreError, match="not of this program"):
        open_store(path, read_only=read_only)
    with closing(sqlite3.connect(path)) as raw:
        assert [name for (name,) in raw.execute("select name from sqlite_master")] == ["notes"]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_a_newer_program_is_refused(path: Path, read_only: bool) -> None:
    with open_store(path) as store:
        store._connection._raw.execute("pragma user_version = 999")

    with pytest.raises(StoreError, match=r"newer version of this program.*schema 999.*upgrade"):
        open_store(path, read_only=read_only)


def test_a_store_that_lost_a_table_is_refused(path: Path) -> None:
    with open_store(path) as store:
        store._connection._raw.execute("drop table files")

    with pytest.raises(StoreError, match=r"damaged .no table files.*db restore"):
        open_store(path)


@pytest.mark.parametrize("empty", [True, False])
def test_a_reader_of_no_store_is_told_what_makes_one(path: Path, empty: bool) -> None:
    if empty:
        path.parent.mkdir()
        path.touch()

    with pytest.raises(StoreError, match=r"no database at .*: run `aggregator refresh` first"):
        open_store(path, read_only=True)

    assert path.exists() == empty


def test_a_folder_in_the_store_s_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)


def test_a_store_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").touch()

    with pytest.raises(StoreError, match="cannot be opened: Not a directory"):
        open_store(tmp_path / "var" / "aggregator.db")


def test_a_store_that_cannot_be_created_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").symlink_to(tmp_path / "nowhere" / "else")

    with pytest.raises(StoreError, match="cannot be created"):
        open_store(tmp_path / "var" / "aggregator.db")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_path_that_is_longer_than_sqlite_takes_is_told_as_such(tmp_path: Path, *, read_only: bool) -> None:
    path = tmp_path.joinpath(*["a folder with a long name" * 8] * 3, "aggregator.db")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something")

    with pytest.raises(StoreError, match="its whole path is longer than SQLite takes, 504 bytes"):
        open_store(path, read_only=read_only)


def test_a_path_of_as_many_bytes_as_sqlite_takes_will_do(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a folder with a long name" * 4] * ((488 - len(str(tmp_path))) // 101))
    path = folder / ("a" * (503 - len(str(folder))))
    assert len(str(path)) == 504
    path.parent.mkdir(parents=True)

    with open_store(path, clock=lambda: NOW) as store:
        assert store.path == path
    with pytest.raises(StoreError, match="whole path is longer"):
        open_store(path.with_name(f"{path.name}a"))
