"""Open a site's store, or say why not. None is ever silently begun beside the outputs of another."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.dates import utc_now
from aggregator.errors import StoreError
from aggregator.store.connection import Connection, connect
from aggregator.store.copying import FOLDER_OF_OWNER, OWNER_ONLY
from aggregator.store.migrating import latest, migrate, refuse_foreign, version_of
from aggregator.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.contracts import Clock

_TABLES = frozenset({"meta", "sources", "items", "revisions", "documents", "outputs", "members", "files"})


def open_store(
    path: Path,
    *,
    outputs: str | None = None,
    anew: bool = False,
    read_only: bool = False,
    patience: float = 10.0,
    clock: Clock = utc_now,
) -> SqliteStore:
    """Open the store at ``path``; where there is none, create it.

    ``outputs``: the uuid of the site whose outputs exist, None if there are none. With outputs, a missing
    or empty store is refused unless ``anew``, which makes a new one for that site; a store of another site
    is refused always. ``read_only``: for reading commands, beside a writer; creates and migrates nothing.
    ``patience``: seconds to wait for another process that is writing. Raises StoreError.
    """
    if read_only:
        connection = _open_for_reading(path, patience)
    else:
        if _is_blank(path):
            _refuse_loss(path, outputs, anew=anew)
            _create(path)
        connection = connect(path, patience=patience)
    try:
        if not read_only:
            _refuse_blank(connection, outputs, anew=anew)
            migrate(connection, clock(), site=outputs)
        refuse_unready(connection, latest())
        store = SqliteStore(connection)
        _refuse_stranger(store, outputs)
    except BaseException:
        connection.close()
        raise
    return store


@contextmanager
def beside(path: Path, patience: float = 10.0) -> Iterator[SqliteStore]:
    """The store of another process that is writing, to leave it a command, and for nothing else."""
    if _is_blank(path):
        raise StoreError(f"no database at {path}: run `aggregator refresh` first")
    connection = connect(path, patience=patience)
    try:
        refuse_unready(connection, latest())
        yield SqliteStore(connection)
    finally:
        connection.close()


def _is_blank(path: Path) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: cannot be opened: it is no plain file; correct `store`")
    return found.st_size == 0


def _refuse_loss(path: Path, outputs: str | None, *, anew: bool) -> None:
    if outputs is None or anew:
        return
    state = "is empty" if path.exists() else "is not there"
    raise StoreError(
        f"{path}: the store {state}, but outputs made from one exist: bring a backup back with"
        " `aggregator db restore FILE`, or make it from posts and feeds with `aggregator db rebuild`, or"
        " start anew with `aggregator refresh --new-store`;"
        " if they are another site's, choose another output.dir"
    )


def _refuse_blank(connection: Connection, outputs: str | None, *, anew: bool) -> None:
    """A file can be a database and hold nothing: what a program leaves that opened it and did no more."""
    with connection.reading() as raw:
        blank = version_of(raw) == 0
    if blank:
        _refuse_loss(connection.path, outputs, anew=anew)


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(FOLDER_OF_OWNER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, OWNER_ONLY))
    except OSError as error:
        raise StoreError(f"{path}: cannot be created: {error.strerror}") from error


def _refuse_stranger(store: SqliteStore, outputs: str | None) -> None:
    if outputs not in {None, store.site_uuid}:
        raise StoreError(
            f"{store.path}: belongs to another site than the output folder (store {store.site_uuid}, outputs"
            f" {outputs}); correct `store` or `output.dir`, or empty the output folder"
        )


def _open_for_reading(path: Path, patience: float) -> Connection:
    if _is_blank(path):
        raise StoreError(f"no database at {path}: run `aggregator refresh` first")
    return connect(path, read_only=True, patience=patience)


def refuse_unready(connection: Connection, known: int) -> None:
    """Raise StoreError where the file is not whole or not of version ``known``, as far as a glance tells.

    A whole check is left to ``db check``; this is what every command can afford.
    """
    with connection.reading() as raw:
        refuse_foreign(connection.path, raw, known)
        version = version_of(raw)
        if version == 0:
            raise StoreError(f"no database at {connection.path}: run `aggregator refresh` first")
        if version < known:
            raise StoreError(
                f"{connection.path}: was written by an older version of this program;"
                " run `aggregator refresh` once to bring it up to date"
            )
        tables = {name for (name,) in raw.execute("select name from sqlite_master where type = 'table'")}
        if missing := sorted(_TABLES - tables):
            raise StoreError(
                f"{connection.path}: is damaged (no table {', '.join(missing)});"
                " `aggregator db restore FILE` brings a backup back,"
                " `aggregator db rebuild` makes do without one"
            )
