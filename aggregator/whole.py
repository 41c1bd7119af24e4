"""Files that people named, written whole: a full disk or a power cut leaves what was there before.

The output folder and the store have ways of their own.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from collections.abc import Callable

_CANNOT_BE_REPLACED = frozenset({errno.EACCES, errno.EBUSY, errno.EPERM, errno.EROFS, errno.EXDEV})
"""Its folder cannot be written to, or it is mounted by itself, as into a container."""
NO_ROOM = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EFBIG: "the file is larger than this user may write: raise the limit (ulimit -f)",
}
"""What to do where there is no room for a file."""
_OF_THE_DISK = {*NO_ROOM, errno.EIO}
"""Where another name would not help."""


def write(path: Path, body: bytes, *, at_last: Callable[[], object] = lambda: None) -> None:
    """Make ``body`` the file's, with the owner and permissions it had; a link is followed.

    ``at_last`` is called when all is ready, and may refuse. Raises OSError of ``path``. What is there and no
    plain file, such as a pipe or a device, is written to as it is. So is a file that may be written to and
    cannot be replaced: where it does not fit it stays as it was, but a power cut may leave half of it.
    """
    try:
        status = _status(path)
        if status is not None and not stat.S_ISREG(status.st_mode):
            at_last()
            # By its own name: what /dev/stdout leads to may have none that can be opened.
            path.write_bytes(body)
            return
        place = Path(os.path.realpath(path))
        try:
            _replace(place, body, status, at_last)
        except OSError as error:
            if status is None or error.errno not in _CANNOT_BE_REPLACED:
                raise
            at_last()
            _overwrite(place, body)
    except OSError as error:
        error.filename = str(path)
        raise


def refusal(name: object, error: OSError, mistake: Callable[[str], AggregatorError]) -> AggregatorError:
    """What is told where nothing could be written: a ``mistake``, unless the disk is full or broken."""
    text = f"{name}: cannot be written: {error.strerror or error}"
    return AggregatorError(text) if error.errno in _OF_THE_DISK else mistake(text)


def sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _replace(place: Path, body: bytes, status: os.stat_result | None, at_last: Callable[[], object]) -> None:
    beside = place.with_name(f".{secrets.token_hex(8)}.part")
    mode = 0o666 if status is None else 0o600
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(body)
            stream.flush()
            if status is not None:
                with suppress(PermissionError):  # only root may give files away; then it is ours
                    os.fchown(file, status.st_uid, status.st_gid)
                os.fchmod(file, stat.S_IMODE(status.st_mode))
            os.fsync(file)
        at_last()
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    with suppress(PermissionError):  # a folder that may be written to, and not be read
        sync(place.parent)


def _overwrite(place: Path, body: bytes) -> None:
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CLOEXEC), "wb") as stream:
        file = stream.fileno()
        size = os.fstat(file).st_size
        try:
            os.posix_fallocate(file, 0, max(1, len(body)))
        except OSError as error:  # or the file system cannot tell
            if error.errno in NO_ROOM:
                os.ftruncate(file, size)
                raise
        stream.write(body)
        stream.truncate()
        stream.flush()
        os.fsync(file)
