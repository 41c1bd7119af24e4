"""The door to SQLite: how it is opened, and where its errors become ours. They go no further than here."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.errors import MISTAKES, StoreError
from aggregator.store.codec import DamagedValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUSY = "is busy: another process kept writing to it; try again in a moment"
_WAYS_OUT = "`aggregator db restore FILE` brings a backup back, `aggregator db rebuild` makes do without one"
_CORRUPT = f"is damaged; `aggregator db check` says what is wrong, {_WAYS_OUT}"
_NO_ROOM = "there is no room for what is kept beside it while it is open: free some space on its disk"
_READ_ONLY = "cannot be written: check that it, its folder and the disk are writable for this user"
_GONE = (
    "was removed, or another file is in its place, since it was opened; nothing of this step was kept;"
    " begin anew with what is there"
)
_CAUSES = {
    sqlite3.SQLITE_IOERR_SHMSIZE: _NO_ROOM,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; nothing of this step was kept; free some space",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: f"is not a database; {_WAYS_OUT}",
    sqlite3.SQLITE_IOERR: "cannot be read or written: check the disk, then run `aggregator db check`",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it is a file and who may read and write it",
}
_LONGEST = 504
"""Bytes of a path that SQLite takes: 512 with the ending of a journal and the end of the text."""
_TOO_LONG = f"cannot be opened: its whole path is longer than SQLite takes, {_LONGEST} bytes; choose another"
_OF_DAMAGE = (UnicodeDecodeError, OverflowError, DamagedValueError)
"""Which come of nothing else: SQLite's own messages quote damaged bytes; damaged numbers are no dates."""
_PATIENCE = 10.0
"""Seconds for which another process that is writing is waited for, and damage is looked for."""
_REST = 60.0
"""Seconds after damage was looked for in vain in which one connection does not look for it again."""
_LOOKED = "no damage was found in the store"
"""Noted on an error, so that nobody looks for what it may have come of once more."""
_OLDEST = (3, 37, 0)
"""Has strict tables."""
_WAL = "-wal"
LOGS = ("-journal", _WAL, "-shm")
"""What the names of the files end in that SQLite keeps beside a database."""


@contextmanager
def translated(path: Path, blame: Callable[[Exception], None] | None = None) -> Iterator[None]:
    """Turn whatever SQLite raises inside into a StoreError that names ``path`` and what to do.

    ``blame``: raises StoreError where the store is damaged, otherwise than :func:`raise_if_damaged` does.
    """
    blame = blame or partial(raise_if_damaged, path)
    try:
        yield
    except sqlite3.Error as error:
        code: int = getattr(error, "sqlite_errorcode", 0)
        cause = _CAUSES.get(code) or _CAUSES.get(code & 0xFF)
        if code & 0xFF == sqlite3.SQLITE_CANTOPEN and len(os.fsencode(os.path.realpath(path))) > _LONGEST:
            cause = _TOO_LONG
        if cause is None:  # a text that is none, a constraint that does not hold
            blame(error)
            cause = f"was refused by the database: {error}"
        raise StoreError(f"{path}: {cause}") from error
    except MISTAKES as error:
        blame(error)
        if isinstance(error, _OF_DAMAGE):
            raise StoreError(f"{path}: {_CORRUPT}") from error
        raise


def raise_if_damaged(path: Path, error: Exception, patience: float = _PATIENCE) -> None:
    """Raise StoreError where the store is damaged, and so whoever used it stumbled; else it is a bug of ours.

    Values are not looked at before they are used, which would cost every command something; only after, once
    for each error. A store that takes longer than ``patience`` seconds is not blamed for a common mistake.
    """
    from aggregator.store.soundness import first_problem  # noqa: PLC0415 - only where something is wrong

    if _LOOKED in getattr(error, "__notes__", ()):
        return
    problem = None
    try:
        problem = first_problem(path, patience)
    except TimeoutError:
        if isinstance(error, _OF_DAMAGE):
            raise StoreError(f"{path}: {_CORRUPT}") from error
    except (sqlite3.Error, StoreError, *MISTAKES):
        pass  # it cannot even be looked through
    if problem is not None:
        raise StoreError(f"{path}: is damaged: {problem}; {_WAYS_OUT}") from error
    error.add_note(_LOOKED)


def refuse_old(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise StoreError where Python was built with an SQLite that lacks what the store needs."""
    if version < _OLDEST:
        needed, there = (".".join(map(str, each)) for each in (_OLDEST, version))
        raise StoreError(f"this Python has SQLite {there}, and the store needs {needed}; use a newer Python")


def sqlite_version() -> str:
    """The version of SQLite. Raises StoreError where it is too old."""
    refuse_old()
    return sqlite3.sqlite_version


class Connection:
    """One connection, used by one thread at a time; what happens in it happens in transactions."""

    def __init__(self, path: Path, raw: sqlite3.Connection, patience: float) -> None:
        self.path = path
        self._raw = raw
        self._patience = patience
        self._file = _identity(path)
        self._rests_until = monotonic()

    def in_place(self) -> bool:
        """Whether the file that was opened is still the one at its path, as far as can be told."""
        now = _identity(self.path)
        return _UNKNOWN in {now, self._file} or now == self._file

    def blame(self, error: Exception) -> None:
        """Raise StoreError where the store is damaged; having looked in vain, it does not look for a while.

        Whoever waits for it, such as the daemon's loop, does nothing else meanwhile.
        """
        if monotonic() >= self._rests_until:
            raise_if_damaged(self.path, error, self._patience)
            self._rests_until = monotonic() + _REST

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Have whoever stumbles inside over what is in the store say so, with a StoreError."""
        try:
            yield
        except MISTAKES as error:
            self.blame(error)
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the store."""
        with self._transaction("begin") as raw:
            yield raw

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside, or nothing.

        Raises StoreError where it would be kept in a file that nobody finds any more.
        """
        with self._transaction("begin immediate") as raw:
            yield raw
            if not self.in_place():
                raise StoreError(f"{self.path}: {_GONE}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with translated(self.path, self.blame):
            self._raw.execute(begin)
            try:
                yield self._raw
                self._raw.execute("commit")
            finally:
                if self._raw.in_transaction:
                    self._raw.execute("rollback")

    def close(self) -> None:
        """Let go of the file; twice is as good as once."""
        with translated(self.path):
            self._raw.close()


_NOTHING, _UNKNOWN = (0, 0), (0, -1)


def _identity(path: Path) -> tuple[int, int]:
    """Device and inode; a disk that does not answer says nothing of it."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _NOTHING
    except OSError:
        return _UNKNOWN
    return found.st_dev, found.st_ino


def connect(path: Path, *, read_only: bool = False, patience: float = _PATIENCE) -> Connection:
    """Open an existing file.

    ``patience``: seconds to wait for another process that is writing, and to look for damage.
    """
    refuse_old()
    with translated(path):
        raw = open_read_only(path, patience) if read_only else open_raw(path, "rw", patience)
        try:
            if not read_only:
                raw.execute("pragma journal_mode = wal")
                raw.execute("pragma synchronous = full")
                raw.execute(f"pragma journal_size_limit = {64 * 1024 * 1024}")
            raw.execute("pragma foreign_keys = on")
            raw.execute("pragma temp_store = memory")
            raw.execute("pragma cache_size = -16000")
        except BaseException:
            raw.close()
            raise
    return Connection(path, raw, patience)


def open_raw(
    path: Path, mode: str, patience: float = _PATIENCE, *, immutable: bool = False
) -> sqlite3.Connection:
    """Open without our settings; ``mode``: ``ro`` or ``rw``. To be used inside :func:`translated`.

    Raises StoreError where what lies beside it would have SQLite wait, or write elsewhere.
    """
    refuse_strange_company(path)
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


def refuse_strange_company(path: Path) -> None:
    """Raise StoreError where a pipe, a link or the like is in a log's place: SQLite opens whatever it is."""
    real = _real(path)
    for ending in LOGS:
        try:
            mode = os.lstat(real + ending).st_mode
        except OSError:
            continue  # not there; where it cannot be looked at, SQLite says so
        if not stat.S_ISREG(mode):
            what = "a link" if stat.S_ISLNK(mode) else "no plain file"
            raise StoreError(f"{real}{ending}: is in the place of the store's log, but is {what}; remove it")


def _real(path: Path) -> str:
    """The file itself, wherever links lead: beside it, not beside a link, SQLite keeps its log."""
    return os.path.realpath(path)


def open_read_only(path: Path, patience: float = _PATIENCE) -> sqlite3.Connection:
    """Open a file that others may be writing to, where its folder cannot be written to or is full, too.

    SQLite cannot share a write-ahead log there; but with no log there, nobody is writing.
    """
    raw = open_raw(path, "ro", patience)
    try:
        with closing(raw.execute("select count(*) from sqlite_master")):
            return raw
    except sqlite3.OperationalError as error:
        raw.close()
        log = Path(f"{_real(path)}{_WAL}")
        if error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE:  # a log that we just began is empty
            in_use = log.exists() and log.stat().st_size > 0
        else:
            unshareable = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
            in_use = not unshareable or log.exists()
        if in_use:
            raise
        return open_raw(path, "ro", patience, immutable=True)
    except sqlite3.Error:
        raw.close()
        raise
