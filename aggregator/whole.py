"""Files that people named, written whole: a full disk or a power cut leaves what was there before.

The output folder and the store have ways of their own.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def write(path: Path, body: bytes) -> None:
    """Make ``body`` the file's, with the permissions it had; a link is followed. Raises OSError of ``path``.

    What is there and no plain file, such as a pipe or a device, is written to as it is.
    """
    place = Path(os.path.realpath(path))
    try:
        mode = place.stat().st_mode if place.exists() else None
        if mode is None or stat.S_ISREG(mode):
            _replace(place, body, mode)
        else:
            place.write_bytes(body)
    except OSError as error:
        error.filename = str(path)
        raise


def _replace(place: Path, body: bytes, mode: int | None) -> None:
    beside = place.with_name(f".{secrets.token_hex(8)}.part")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(file)
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
