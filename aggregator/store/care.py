"""Care of the store: back up, restore, check, vacuum. What is replaced is kept beside."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from glob import escape
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store.connection import LOGS, open_raw, open_read_only, translated
from aggregator.store.copying import FOLDER_OF_OWNER, copy_database, make_one_file, unused
from aggregator.store.lock import ENDING
from aggregator.store.migrating import refuse_foreign, version_of
from aggregator.whole import sync

_AT_MOST = 100
"""Problems that a glance tells; a wholly damaged file has no end of them."""
_OF_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_NOTADB,
    }
)
"""What keeps a store from taking up its log for good; a full disk, a reader or a permission does not."""


def company(store: Path) -> list[Path]:
    """Where its logs and its lock are, whether or not they are there: beside it, and where a link leads."""
    return [Path(f"{place}{end}") for place in (store, os.path.realpath(store)) for end in (*LOGS, ENDING)]


def backup(store: Path, target: Path, *, force: bool = False) -> None:
    """Copy the store, beside a writer too, to one file for its owner only.

    Raises StoreError where ``target`` is there already, unless ``force``, or is no plain file.
    """
    _refuse_missing(store)
    try:
        _refuse_no_file(target)
        if target.exists() and target.samefile(store):
            raise StoreError(f"{target}: is the store itself; name another file for the backup")
        if target.exists() and not force:
            raise StoreError(f"{target}: is there already; name another file, or replace it with `--force`")
    except OSError as error:  # it cannot be looked at
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
    _refuse_unusable(store)
    copy_database(store, target)


def restore(file: Path, store: Path, outputs: str | None = None) -> Path | None:
    """Put a backup in the store's place; returns where the replaced store is kept now, if there was one.

    The backup is checked first; one of another site than that of the ``outputs``, a uuid, is refused. Call it
    under the site's lock.
    """
    _refuse_missing(file)
    _refuse_no_file(store)
    if store.exists() and file.samefile(store):
        raise StoreError(f"{file}: is the store itself; name a backup")
    _refuse_unusable(file)
    if problems := check(file):
        raise StoreError(f"{file}: is damaged, nothing was restored: {problems[0]}")
    if outputs not in {None, site := _site(file)}:
        raise StoreError(
            f"{file}: is a backup of another site than the output folder (backup {site}, outputs {outputs}),"
            " nothing was restored; name one of this site, or empty the output folder"
        )
    try:
        store.parent.mkdir(FOLDER_OF_OWNER, parents=True, exist_ok=True)
        staged = store.with_name(f".{store.name}.restoring")
        _sweep(staged)
        copy_database(file, staged)
    except OSError as error:
        raise StoreError(f"{store}: cannot be replaced: {error.strerror}") from error
    try:
        _doubt_outputs(staged)
        return replace(store, staged, ".before-restore")
    finally:
        with suppress(StoreError):  # it would take room; the next one begins with its own
            discard(staged)


def _doubt_outputs(staged: Path) -> None:
    """Have the next refresh look at every file, as after a change of settings: others were written since."""
    with translated(staged), closing(open_raw(staged, "rw")) as raw:
        raw.execute("update outputs set rule_hash = ''")


def _sweep(staged: Path) -> None:
    """Remove what a restore that was killed left: a copy as large as a store. Raises OSError."""
    for begins in (staged.name, f".{staged.name}."):
        for left in staged.parent.glob(f"{escape(begins)}*"):
            left.unlink()


def replace(store: Path, staged: Path, ending: str) -> Path | None:
    """Put a whole store in the store's place; returns where the replaced store is kept, if there was one.

    Closing a store leaves a log beside it where the file cannot take it up, and says nothing: whoever moved
    the file alone would lose what the log holds. Raises StoreError where nothing was replaced.
    """
    _refuse_no_file(store)
    make_one_file(staged)
    try:
        kept = _put_aside(store, ending)
        staged.replace(store)
        sync(store.parent)
    except OSError as error:
        raise StoreError(f"{store}: cannot be replaced: {error.strerror}") from error
    return kept


def discard(staged: Path) -> None:
    """Remove a store that is in nobody's place yet, with its log."""
    try:
        for suffix in ("", "-wal", "-shm"):
            staged.with_name(staged.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{staged}: cannot be removed: {error.strerror}") from error


def check(store: Path) -> list[str]:
    """What is wrong with the store, a line each; none: it is sound. Reads every page and every value."""
    from aggregator.store.soundness import problems  # noqa: PLC0415 - it loads what reads every value

    try:
        _refuse_missing(store)
        _refuse_unusable(store)
        with translated(store), closing(open_read_only(store)) as raw:
            return list(problems(raw))
    except StoreError as error:
        return [str(error)]


def glance(store: Path) -> tuple[int, list[str]]:
    """The version of the store's schema, and what a look at its structure finds wrong; changes nothing.

    Raises StoreError where it is no store, or a newer program's.
    """
    _refuse_missing(store)
    _refuse_unusable(store)
    with translated(store), closing(open_read_only(store)) as raw:
        found = [text for (text,) in raw.execute(f"pragma quick_check({_AT_MOST})") if text != "ok"]
        return version_of(raw), found


def vacuum(store: Path) -> tuple[int, int]:
    """Give unused space back to the disk; returns the size in bytes before and after.

    Needs about as much free space as the store is large. Call it under the site's lock.
    """
    _refuse_missing(store)
    _refuse_unusable(store)
    before = store.stat().st_size
    with translated(store), closing(open_raw(store, "rw")) as raw:
        raw.execute("vacuum")
        raw.execute("pragma wal_checkpoint(truncate)").fetchall()
    return before, store.stat().st_size


def checkpoint(store: Path) -> bool:
    """Move the write-ahead log into the file, as far as nobody is reading it, beside whoever writes.

    Returns whether the file holds everything now.
    """
    with translated(store), closing(open_raw(store, "rw", patience=1.0)) as raw:
        ((_, logged, moved),) = raw.execute("pragma wal_checkpoint(truncate)").fetchall()
        return bool(logged == moved)


def _refuse_missing(path: Path) -> None:
    try:
        empty = path.stat().st_size == 0
    except OSError as error:
        raise StoreError(f"no database at {path}: {error.strerror}") from error
    if empty:
        raise StoreError(f"no database at {path}: the file is empty")


def _refuse_no_file(path: Path) -> None:
    """Raise StoreError where what is there must not be replaced: a pipe, a device such as ``/dev/null``."""
    if path.exists() and not path.is_file():
        raise StoreError(f"{path}: is no plain file, and nothing was put in its place; name another one")


def _refuse_unusable(path: Path) -> None:
    """Raise StoreError where it is no store, or a newer program's, or has nothing in it."""
    with translated(path), closing(open_read_only(path)) as raw:
        refuse_foreign(path, raw)
        if version_of(raw) == 0:
            raise StoreError(f"no database at {path}: nothing is in the file")


def _site(store: Path) -> str:
    with translated(store), closing(open_read_only(store)) as raw:
        ((site,),) = raw.execute("select value from meta where key = 'site'")
        return str(site)


def _take_up_log(store: Path) -> None:
    """Have the store take up its log: then it lacks nothing where moving both is cut off in between.

    Damaged, it stays as it is. Raises StoreError where it is not, and cannot for now.
    """
    try:
        _refuse_unusable(store)
        busy = "another process is reading it; try again in a moment"
        why = "" if checkpoint(store) else f"{store}: {busy}"
    except StoreError as error:
        code: int = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        why = "" if code in _OF_DAMAGE or code & 0xFF in _OF_DAMAGE else str(error)
    log = store.with_name(f"{store.name}-wal")
    if why and log.exists() and log.stat().st_size > 0:
        raise StoreError(f"{why}; nothing was replaced")


def _put_aside(store: Path, ending: str) -> Path | None:
    """Move the store away together with its log, which must never meet another database.

    A log that is left goes first: the next who tries finds the store, and moves it there.
    """
    _take_up_log(store)
    kept = unused(store, ending)
    there = store.exists()
    for suffix in ("-wal", ""):
        part = store.with_name(store.name + suffix)
        if part.exists():
            part.rename(kept.with_name(kept.name + suffix))
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)
    return kept if there else None
