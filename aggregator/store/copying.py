"""Whole copies of a database, made beside a writer. A copy has its name only when it is complete."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import StoreError
from aggregator.store.connection import open_raw, open_read_only, translated
from aggregator.whole import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_READING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOTADB,
    }
)
_ONE_FILE = "pragma journal_mode = delete"
OWNER_ONLY, FOLDER_OF_OWNER = 0o600, 0o700


def copy_database(source: Path, target: Path) -> None:
    """Copy a database to ``target``, replacing what is there; for its owner only."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            _copy(source, temporary, target)
            temporary.replace(target)
        finally:
            for ending in ("", "-journal"):  # which SQLite leaves where it could not roll back
                Path(f"{name}{ending}").unlink(missing_ok=True)
        sync(target.parent)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror or error}") from error


def _copy(source: Path, copied: Path, target: Path) -> None:
    """``target``: what the copy is to be called, which is what is told of where it cannot be written."""
    with (
        translated(source),
        closing(open_read_only(source)) as original,
        translated(target),
        closing(open_raw(copied, "rw")) as copy,
    ):
        with _blaming(source):
            original.backup(copy)
        copy.execute(_ONE_FILE)
    sync(copied)


def make_one_file(path: Path) -> None:
    """Have a database take up its log, so that there is none beside it that a mover could forget."""
    with translated(path), closing(open_raw(path, "rw")) as raw:
        raw.execute(_ONE_FILE)


@contextmanager
def _blaming(source: Path) -> Iterator[None]:
    """While a file is copied to another, have what can only come of reading told of the one that is read."""
    try:
        yield
    except sqlite3.Error as error:
        code: int = getattr(error, "sqlite_errorcode", 0)
        if code in _OF_READING or code & 0xFF in _OF_READING:
            with translated(source):
                raise
        raise


def unused(path: Path, ending: str) -> Path:
    """``path`` with ``ending``, and a number where that is taken."""
    return next(each for each in _names(path, ending) if not os.path.lexists(each))


def _names(path: Path, ending: str) -> Iterator[Path]:
    yield path.with_name(path.name + ending)
    number = 2
    while True:
        yield path.with_name(f"{path.name}{ending}-{number}")
        number += 1
