"""One writing process per site. The system frees the lock with its process, however that ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Self

from aggregator.errors import LockedError, StoreError
from aggregator.store.copying import FOLDER_OF_OWNER, OWNER_ONLY
from aggregator.values import dataclass
from aggregator.whole import NO_ROOM

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

ENDING = ".lock"
"""What the name of a store's lock ends in."""
_PAUSE = 0.2
"""Seconds between two tries."""
_PID_DIGITS = 32
"""More than any process has; a file that is none of ours may have no end."""
_ADVICE = {
    errno.ELOOP: "it is a link: remove it",
    **NO_ROOM,
    errno.EROFS: "the disk is mounted read-only: mount it writable",
    errno.EACCES: "Permission denied: let this user write there",
}
_OWN = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""The file is emptied and written to: never one that a link leads to. A pipe is not waited for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a site's lock."""

    pid: int
    since: float
    """Seconds since the epoch."""


def holder(store: Path) -> Holder | None:
    """Who is working on the site; None: nobody. Takes no lock that anybody could wait for.

    Whoever lets go of it empties the file. Where a pid stands there and nobody holds the lock, its process
    was killed: only then is the lock ours for the moment of looking.
    """
    path = store.with_name(f"{store.name}{ENDING}")
    pid = _pid_in(path)
    if not pid:
        return None
    try:
        with _opened(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Holder(int(pid), os.fstat(file.fileno()).st_mtime)
    except OSError:  # it may be looked at by others only
        pass
    return None


class SiteLock:
    """Holds ``<store>.lock`` while its block runs.

    ``wait_seconds``: how long to wait for another process before LockedError. The file stays when the lock
    is gone: what it says counts only while it is locked. Never fork while it is held: the child would hold
    it too.
    """

    def __init__(
        self,
        store: Path,
        wait_seconds: float = 0,
        *,
        sleep: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = store.with_name(f"{store.name}{ENDING}")
        self._wait = wait_seconds
        self._sleep = sleep
        self._monotonic = monotonic
        self._handle: int | None = None

    def __enter__(self) -> Self:
        deadline = self._monotonic() + self._wait
        while not self._acquire():
            left = deadline - self._monotonic()
            if left <= 0:
                raise LockedError(self._who())
            self._sleep(min(_PAUSE, left))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            handle, self._handle = self._handle, None
            with suppress(OSError):  # the pid is a courtesy; closing is what frees the lock
                os.truncate(handle, 0)
            os.close(handle)

    def _acquire(self) -> bool:
        try:
            self.path.parent.mkdir(FOLDER_OF_OWNER, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_CREAT | os.O_RDWR | _OWN, OWNER_ONLY)
        except OSError as error:
            raise _refusal(self.path, error) from error
        try:
            locked = _try(handle) and self._is_current(handle)
            if locked:
                os.truncate(handle, 0)
                os.write(handle, f"{os.getpid()}\n".encode())
                self._handle = handle
        except OSError as error:
            raise _refusal(self.path, error) from error
        finally:
            if self._handle != handle:
                os.close(handle)
        return locked

    def _is_current(self, handle: int) -> bool:
        """False where somebody removed the file between our opening and our locking it."""
        try:
            return os.path.samestat(os.fstat(handle), self.path.lstat())
        except FileNotFoundError:
            return False

    def _who(self) -> str:
        pid = _pid_in(self.path)
        if not pid:
            return f"{self.path}: another process is working on this site; `--wait 5m` waits for it"
        return (
            f"{self.path}: process {pid} is working on this site; `--wait 5m` waits for it,"
            f" `kill -TERM {pid}` stops it"
        )


def _refusal(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path}: cannot be locked: {_ADVICE.get(error.errno or 0) or error.strerror}")


def _pid_in(path: Path) -> str:
    """The pid that the lock's file names; empty where it names none."""
    try:
        with _opened(path) as file:
            pid = (file.read(_PID_DIGITS) or b"").decode("ascii", "replace").strip()
    except OSError:
        return ""
    return pid if pid.isdecimal() else ""


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | _OWN), "rb")


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
