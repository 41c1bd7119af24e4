"""The configuration file read and replaced whole: never half, where another one can take its place.

One rule: what somebody else wrote meanwhile is never overwritten.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator import whole
from aggregator.config.document import MAX_BYTES, read
from aggregator.config.insert import insert
from aggregator.errors import ConfigError, LockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Whole", "alone", "insert", "read_whole", "refuse_large", "replace"]

_PATIENCE, _PAUSE = 10.0, 0.05
"""Seconds that whoever else changes the file is waited for, and between two tries."""


class Whole(NamedTuple):
    """A file: its bytes, and its text without a byte order mark."""

    body: bytes
    text: str


@contextmanager
def alone(
    path: Path,
    label: str,
    *,
    sleep: Callable[[float], object] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Have whoever else of us changes the file wait, from before it is read until it is replaced.

    It is the folder that is locked: the file itself is another one afterwards. Where that cannot be, what
    :func:`replace` sees must do. Raises LockedError where another process does not let go.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            folder = os.open(Path(os.path.realpath(path)).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, folder)
            deadline = monotonic() + _PATIENCE
            while not _locked(folder):
                left = deadline - monotonic()
                if left <= 0:
                    raise LockedError(f"{label}: another process is changing it; try again in a moment")
                sleep(min(_PAUSE, left))
        yield


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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

    A link is followed: what it leads to is replaced. That the disk is full is an AggregatorError alone.
    """
    mark = codecs.BOM_UTF8 if before.body.startswith(codecs.BOM_UTF8) else b""

    def refuse_changed() -> None:
        if path.read_bytes() != before.body:
            raise ConfigError([f"{path}: somebody else changed it meanwhile; nothing was written, try again"])

    try:
        whole.write(path, mark + text.encode(), at_last=refuse_changed)
    except OSError as error:
        raise whole.refusal(path, error, lambda text: ConfigError([text])) from error
