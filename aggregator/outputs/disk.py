"""Folders reached without following a link, and what the operating system says turned into our words.

The one rule: below the root every step is taken by descriptor and by name, so that neither a link nor a
folder swapped for one leads out of it.
"""

from __future__ import annotations

import errno
import os
import resource
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from aggregator.errors import PublishError
from aggregator.whole import NO_ROOM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_ADVICE = {
    **NO_ROOM,
    **{number: f"{NO_ROOM[number]}, then run again" for number in (errno.ENOSPC, errno.EDQUOT)},
    errno.EACCES: "permission denied: let this user write there, or choose another output.dir",
    errno.EPERM: "not permitted: let this user write there, or choose another output.dir",
    errno.EROFS: "the file system is read-only: mount it writable, or choose another output.dir",
    errno.EIO: "the disk reports an error: check it before running again",
    errno.ENAMETOOLONG: "the name is too long for this file system: choose a shorter slug or output.dir",
    errno.EISDIR: "a folder is in its place: move that away",
    errno.ENOTDIR: "a file is where a folder must be: move that away, or choose another output.dir",
    errno.EEXIST: "a file is where a folder must be: move that away, or choose another output.dir",
    errno.ELOOP: "links lead in a circle: put them right, or choose another output.dir",
    errno.ENOENT: "a folder on the way to it is gone: run again",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
}
_OPEN_AT_ONCE = 128
"""Files held open while their bytes await syncing together, which costs less than one by one."""
_PART = 4
"""Of the files that may be open, one in so many: the store, a server and its clients need theirs."""
# File systems that cannot sync a folder say so in one of these ways; they keep their names by other means.
_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP})


class NotAFolderError(PublishError):
    """A link or a file is where a folder of ours must be."""


@contextmanager
def publishing(path: Path) -> Iterator[None]:
    """Turn what the operating system says of ``path`` into a PublishError."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0) or error.strerror or type(error).__name__
        raise PublishError(f"{path}: {advice}", advice) from error


def open_at_once() -> int:
    """How many files may be held open until their bytes are synced together."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _OPEN_AT_ONCE if allowed == resource.RLIM_INFINITY else min(_OPEN_AT_ONCE, 1 + allowed // _PART)


def split(path: str) -> tuple[tuple[str, ...], str]:
    """Return the folders and the name of a relative path. Raises ValueError for one that leads elsewhere."""
    *folders, name = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in (*folders, name)):
        raise ValueError(f"not a path below the output folder: {path!r}")
    return tuple(folders), name


class Tree:
    """A folder and those below it, by descriptor; a context manager. Raises OSError."""

    def __init__(self, root: Path) -> None:
        self._root_path = root
        self._root = -1
        self._at: tuple[str, ...] = ()
        self._open = -1

    def __enter__(self) -> Self:
        self._root = self._open = os.open(self._root_path, _FOLDER)
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        os.close(self._root)

    def folder(self, folders: tuple[str, ...], *, create: bool = False) -> int:
        """Return the descriptor of a folder, good until the next call.

        Raises FileNotFoundError where there is none, NotAFolderError for a link or a file in its place.
        """
        if folders != self._at:
            self._leave()
            for name in folders:
                self._step(name, create=create)
        return self._open

    def _step(self, name: str, *, create: bool) -> None:
        if create:
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=self._open)
                sync(self._open)
        try:
            below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._open)
        except NotADirectoryError as error:
            path = self._root_path.joinpath(*self._at, name)
            raise NotAFolderError(
                f"{path}: a link or a file is where a folder must be: move it away"
            ) from error
        if self._open != self._root:
            os.close(self._open)
        self._open, self._at = below, (*self._at, name)

    def _leave(self) -> None:
        if self._open != self._root:
            os.close(self._open)
        self._open, self._at = self._root, ()


def sync(folder: int) -> None:
    """Make the names in a folder last, where the file system can."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def kind(folder: int, name: str) -> os.stat_result | None:
    """Return what ``name`` itself is, links not followed; None where it is not there."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def holds(folder: int, name: str, body: bytes) -> bool:
    """Whether the regular file ``name`` holds exactly ``body``; what cannot be read does not."""
    state = kind(folder, name)
    is_alike = state is not None and stat.S_ISREG(state.st_mode) and state.st_size == len(body)
    return is_alike and read(folder, name) == body


def read(folder: int, name: str) -> bytes | None:
    """Return the bytes of the regular file ``name``; None for what cannot be read."""
    state = kind(folder, name)
    if state is None or not stat.S_ISREG(state.st_mode):
        return None
    try:
        # Non-blocking, lest a pipe that took its place meanwhile is waited for.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        with os.fdopen(file, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def beginning(path: Path, limit: int) -> bytes:
    """The first ``limit`` bytes of a regular file; nothing of what is none, which is not waited for.

    Raises OSError, where it is not there FileNotFoundError.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        return b""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(file, "rb") as stream:
        return stream.read(limit)


def is_folder(folder: int, name: str) -> bool:
    """Whether ``name`` itself is a folder."""
    state = kind(folder, name)
    return state is not None and stat.S_ISDIR(state.st_mode)
