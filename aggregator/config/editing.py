"""The configuration file read and replaced whole: never half, where another one can take its place.

One rule: what somebody else wrote meanwhile is never overwritten.
"""

from __future__ import annotations

import codecs
import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator import whole
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

    def refuse_changed() -> None:
        if path.read_bytes() != before.body:
            raise ConfigError([f"{path}: somebody else changed it meanwhile; nothing was written, try again"])

    try:
        whole.write(path, mark + text.encode(), at_last=refuse_changed)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written: {error.strerror or error}"]) from error
