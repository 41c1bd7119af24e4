"""What is seen of a site on this machine: its store, its lock, and the disks that it lies on.

One rule: nothing is made, changed or held.
"""

from __future__ import annotations

import os
import pwd
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.app import doctor_findings as findings
from aggregator.app.doctor_findings import AtWork, Disk, Finding, ok, trouble
from aggregator.errors import AggregatorError
from aggregator.records import MOST_REVISIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aggregator.config.salvage import Places
    from aggregator.store import SqliteStore

_PROBLEMS = 3
"""Damages, and sources of one kind, that are told; of the former `db check` tells them all."""
_COMMANDS = frozenset({"add", "daemon", "db", "generate", "item", "refresh", "source"})
"""Those of ours that may hold the lock."""


@contextmanager
def opened(where: Places, told: list[Finding]) -> Iterator[SqliteStore | None]:
    """The store, read-only, if it can be; what is wrong with it, or that nothing is, is added to ``told``."""
    from aggregator.store import open_store

    path = where.store
    if path is None:
        told.append(unknown("store", "where the store is"))
        yield None
        return
    store: SqliteStore | None = None
    try:
        owner = _owner_of_outputs(where)
        if not path.exists() or not path.stat().st_size:
            told.append(_missing(path, owner))
        elif _is_readable(path, told):
            store = open_store(path, outputs=owner, read_only=True)
    except AggregatorError as error:
        told.append(trouble("store", error, "`aggregator db check` says more"))
    except OSError as error:
        told.append(trouble("store", f"{path}: {error.strerror}", f"let {user()} read it, or use its owner"))
    if store is None:
        yield None
        return
    with store:
        yield store


def restless(store: SqliteStore) -> Iterator[Finding]:
    """Sources whose entries change so often that not every revision is kept."""
    found = store.folded()
    for source_id, count in islice(found.items(), _PROBLEMS):
        yield Finding(
            "revisions",
            "warn",
            f"{source_id}: {count:,} item{'s' * (count > 1)} kept changing: of each the newest"
            f" {MOST_REVISIONS} revisions are kept, and one a day of older ones",
            f"see what changes (`aggregator list items --source {source_id}`) and have it left out there,"
            " or give the source a longer `interval`",
        )
    if (more := len(found) - _PROBLEMS) > 0:
        yield Finding(
            "revisions",
            "warn",
            f"{more:,} more source{'s' * (more > 1)} with such items",
            "begin with those that are named",
        )


def _owner_of_outputs(where: Places) -> str | None:
    from aggregator.outputs.files import read_manifest

    return read_manifest(where.output_dir) if where.output_dir is not None else None


def unknown(check: str, what: str) -> Finding:
    """Something that a configuration with mistakes does not tell."""
    return Finding(check, "warn", f"{what} cannot be told", "correct the configuration")


def _missing(path: Path, owner: str | None) -> Finding:
    if owner is None:
        return Finding("store", "warn", f"{path}: is not there yet", "`aggregator refresh` makes it")
    return Finding(
        "store",
        "fail",
        f"{path}: is not there, but outputs made from one are",
        "correct `store`, or mount its disk, or `aggregator db restore FILE`, or `aggregator db rebuild`",
    )


def _is_readable(path: Path, told: list[Finding]) -> bool:
    """Whether it is a store of this version, and whole as far as a look at its structure tells."""
    from aggregator.store.care import glance
    from aggregator.store.migrating import latest

    state = path.stat()
    version, problems = glance(path)
    fix = "`aggregator db restore FILE` brings a backup back, `aggregator db rebuild` makes do without one"
    told.extend(
        Finding("store", "fail", f"{path}: is damaged: {problem}", fix) for problem in problems[:_PROBLEMS]
    )
    if version < latest():
        told.append(
            Finding(
                "store",
                "warn",
                f"{path}: was written by an older version (schema {version}, this one has {latest()})",
                "`aggregator refresh` brings it up to date, and keeps a copy",
            )
        )
    elif not problems:
        told.append(ok("store", f"{path}: sound, schema {version}, {findings.size(_size(path))}"))
    told.extend(findings.of_owner(path, state.st_mode, user(state.st_uid), user()))
    return version == latest() and not problems


# ── lock ──────────────────────────────────────────────────────────────────────────────────────────────────


def lock(store: Path, now: datetime) -> Finding:
    """Who is working on the site."""
    from aggregator.store.lock import holder

    held = holder(store)
    if held is None:
        return findings.of_lock(None, now)
    since = findings.moment(held.since)
    return findings.of_lock(AtWork(held.pid, since, _command(held.pid), _is_here(held.pid)), now)


def _is_here(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _command(pid: int) -> str:
    """Which of our commands that process runs; empty where that cannot be told, as outside of Linux."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return next((word for word in words if word in _COMMANDS), "")


# ── disk ──────────────────────────────────────────────────────────────────────────────────────────────────


def disks(where: Places) -> Iterator[Finding]:
    """Room for the store and the outputs, and whether we may write there."""
    size = _size(where.store) if where.store is not None else 0
    if where.store is not None:
        yield _disk("the store", where.store.parent, size)
    if where.output_dir is not None:
        yield _disk("the outputs", where.output_dir, size)


def _size(store: Path) -> int:
    """Bytes of a store, with what waits in its log."""
    size, store = 0, Path(os.path.realpath(store))  # the log is where a link leads
    for path in (store, store.with_name(f"{store.name}-wal")):
        with suppress(OSError):
            size += path.stat().st_size
    return size


def _disk(what: str, folder: Path, size: int) -> Finding:
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    try:
        system = os.statvfs(there)
    except OSError as error:
        return trouble("disk", f"{there} ({what}): {error.strerror}", "check the disk")
    return findings.of_disk(
        Disk(
            what=what,
            path=there,
            free=system.f_bavail * system.f_frsize,
            files_left=system.f_favail if system.f_files else None,
            writable=there.is_dir() and os.access(there, os.W_OK | os.X_OK),
            read_only=bool(system.f_flag & os.ST_RDONLY),
        ),
        size,
        user(),
    )


def user(uid: int | None = None) -> str:
    """The name of a user; of whoever runs this, if none is given."""
    uid = os.geteuid() if uid is None else uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
