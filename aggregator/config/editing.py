"""The configuration file read and replaced whole: by another one beside it, never half.

One rule: what somebody else wrote meanwhile is never overwritten.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator.config.document import MAX_BYTES, read
from aggregator.config.insert import insert
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Whole", "alone", "insert", "read_whole", "refuse_large", "replace"]


class Whole(NamedTuple):
    """A file: its bytes, and its text without a byte order mark."""

    body: bytes
    text: str


@contextmanager
def alone(path: Path, label: str) -> Iterator[None]:
    """Have whoever else of us changes the file wait, from before it is read until it is replaced.

    It is the folder that is locked: the file itself is another one afterwards. Where a file system knows no
    locks, what :func:`replace` sees must do. Raises ConfigError where there is no such folder.
    """
    try:
        folder = os.open(Path(os.path.realpath(path)).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError([f"{label}: cannot be read: {error.strerror}"]) from error
    try:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def read_whole(path: Path, label: str) -> Whole:
    """Read the file. Raises ConfigError; ``label`` is the file as messages call it."""
    read(path, label)  # says what is wrong with it in words
    try:
        body = path.read_bytes()
        return Whole(body, body.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{label}: changed while it was read; try again"]) from error


def refuse_large(text: str, label: str) -> None:
    """Raise ConfigError where the file could not be read any more if it said this."""
    if len(text.encode()) > MAX_BYTES:
        most = f"{MAX_BYTES // 1024**2} MiB, the most that is read of it"
        instead = "add fewer, or make the list itself a source, {type: opml, path: FILE}"
        raise ConfigError([f"{label}: would be larger than {most}; {instead}"])


def replace(path: Path, before: Whole, text: str) -> None:
    """Make ``text`` the file's, with the byte order mark, owner and permissions it had. Raises ConfigError.

    A link is followed: what it leads to is replaced.
    """
    mark = codecs.BOM_UTF8 if before.body.startswith(codecs.BOM_UTF8) else b""
    try:
        _replace(Path(os.path.realpath(path)), before.body, mark + text.encode())
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written: {error.strerror or error}"]) from error


def _replace(path: Path, before: bytes, after: bytes) -> None:
    status = path.stat()
    with _beside(path, after) as temporary:
        temporary.chmod(stat.S_IMODE(status.st_mode))
        with suppress(PermissionError):  # only root may give files away; then it is ours
            os.chown(temporary, status.st_uid, status.st_gid)
        if path.read_bytes() != before:
            raise ConfigError([f"{path}: somebody else changed it meanwhile; nothing was written, try again"])
        temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _beside(path: Path, body: bytes) -> Iterator[Path]:
    """A file in the same folder that holds this, for its owner alone; removed unless it was moved away."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
