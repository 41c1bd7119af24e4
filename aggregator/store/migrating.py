"""Numbered, frozen migrations: each is applied together with its record, and a copy is kept before."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from aggregator.dates import to_micros
from aggregator.errors import StoreError
from aggregator.store.copying import copy_database, unused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from aggregator.store.connection import Connection

APPLICATION_ID = 0x61676772
"""``aggr``: how a file tells that it is a store of ours (SQLite's ``application_id``)."""

_OF_SQLITE = frozenset({"sqlite_sequence", "sqlite_stat1", "sqlite_stat4"})
"""Tables that SQLite makes itself."""

_FOLDER = Path(__file__).with_name("migrations")


def migrations() -> list[Path]:
    """The frozen files, in order: the first makes an empty file version 1."""
    return sorted(_FOLDER.glob("[0-9]*.sql"))


def latest() -> int:
    """The version this program writes."""
    return len(migrations())


def version_of(raw: sqlite3.Connection) -> int:
    """The version of the schema; 0: nothing is in the file yet."""
    ((version,),) = raw.execute("pragma user_version")
    return int(version)


def refuse_foreign(path: Path, raw: sqlite3.Connection, known: int | None = None) -> None:
    """Raise StoreError where the file is not a store, or newer than ``known``: this program's version."""
    known = latest() if known is None else known
    version = version_of(raw)
    ((application,),) = raw.execute("pragma application_id")
    ((tables,),) = raw.execute("select count(*) from sqlite_master")
    if version == 0 and application == 0 and tables == 0:
        return
    if application != APPLICATION_ID or version == 0:
        raise StoreError(f"{path}: is a database, but not of this program; choose another file for `store`")
    if version > known:
        raise StoreError(
            f"{path}: was written by a newer version of this program (schema {version}, this one knows"
            f" {known}); upgrade the program, or `aggregator db restore` a backup from before"
        )


def migrate(
    connection: Connection, now: datetime, site: str | None = None, files: Sequence[Path] | None = None
) -> None:
    """Bring the file up to date, a transaction a migration; ``site``: the uuid of a new file, else random."""
    files = migrations() if files is None else files
    with connection.reading() as raw:
        refuse_foreign(connection.path, raw, len(files))
        before = version_of(raw)
    with _copied(connection, before) if 0 < before < len(files) else nullcontext():
        for number, file in enumerate(files, start=1):
            if number > before:
                with connection.writing() as raw:
                    if version_of(raw) < number:
                        _apply(raw, number, file.read_text(encoding="utf-8"), site, now)


@contextmanager
def _copied(connection: Connection, version: int) -> Iterator[None]:
    """Keep a copy beside; where nothing comes of it, none: else each try of a cron job would leave one."""
    copy = unused(connection.path, f".v{version}.bak")
    copy_database(connection.path, copy)
    try:
        yield
    except StoreError:
        with suppress(StoreError, OSError), connection.reading() as raw:
            if version_of(raw) == version:
                copy.unlink()
        raise


def _apply(raw: sqlite3.Connection, number: int, text: str, site: str | None, now: datetime) -> None:
    _run(raw, text)
    if number == 1:
        raw.execute(f"pragma application_id = {APPLICATION_ID}")
        raw.executemany(
            "insert into meta (key, value) values (?, ?)",
            [("site", site or str(uuid4())), ("created", str(to_micros(now)))],
        )
    raw.execute(f"pragma user_version = {number}")


def _run(raw: sqlite3.Connection, text: str) -> None:
    for statement in _statements(text):
        raw.execute(statement)


def foreign_objects(raw: sqlite3.Connection) -> list[str]:
    """What is in the schema that no migration up to its version makes, or is another than theirs, or missing.

    Triggers and views are code: whoever made the file would have us run it.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        for file in migrations()[: version_of(raw)]:
            _run(ours, file.read_text(encoding="utf-8"))
        expected, found = _objects(ours), _objects(raw)
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _objects(raw: sqlite3.Connection) -> dict[str, object]:
    """Everything in a schema, by kind and name; of tables their form: their text tells how they grew."""
    found: dict[str, object] = {}
    rows = raw.execute("select type, name, sql from sqlite_master").fetchall()
    for kind, name, sql in rows:
        if kind == "table":
            if name not in _OF_SQLITE:
                form = raw.execute("select type, wr, strict from pragma_table_list(?)", (name,)).fetchall()
                columns = raw.execute("select * from pragma_table_xinfo(?)", (name,)).fetchall()
                found[f"table {name}"] = (form, columns)
        elif sql is not None:  # that of a constraint has none
            found[f"{kind} {name}"] = sql
    return found


def _statements(text: str) -> Iterator[str]:
    """One at a time: ``executescript`` would commit first."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
