"""Read files as they were found: whole, settled, plain. Never a link, a FIFO or half a post."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from aggregator.model import Problem, Stamp
from aggregator.sources.folders import MAX_BYTES, FoundFile, why
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Collection

_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file's bytes, as it looked before, while and after they were read."""

    body: bytes
    size: int
    mtime_ns: int

    def stamp(self, name: str, trusted_before_ns: int, *, waited: bool = False) -> Stamp:
        """Make its stamp.

        A file changed since ``trusted_before_ns`` may change again within the same tick of the file system's
        clock: its time is not trusted, and the next look compares its bytes. But where it had looked like
        this for longer than a tick when it was read (``waited``), a later change shows another time,
        whatever clock the disk has. Ticks are that short where times have fractions of a second.
        """
        is_past = self.mtime_ns < trusted_before_ns or (waited and self.mtime_ns % _SECOND_NS)
        return Stamp(name, self.size, self.mtime_ns if is_past else 0, hashlib.sha256(self.body).hexdigest())


@dataclass(slots=True)
class Bytes:
    """What reading some files gave, by name."""

    read: dict[str, ReadFile] = field(default_factory=dict)
    changing: dict[str, FoundFile] = field(default_factory=dict)
    """Files that did not look as they did when they were found, and how they look now."""
    problems: list[Problem] = field(default_factory=list)


def read(files: Collection[tuple[str, FoundFile]]) -> Bytes:
    """Read files that look as they did when they were found; blocking."""
    result = Bytes()
    for name, file in files:
        try:
            _read_one(name, file, result)
        except FileNotFoundError:
            continue  # gone since it was found: the next look will tell
        except OSError as error:
            result.problems.append(Problem(name, f"cannot be read: {why(error)}"))
    return result


def _read_one(name: str, file: FoundFile, result: Bytes) -> None:
    # A file may have become a link, a FIFO or a device since it was found: neither follow nor wait.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(file.path, flags)
    with os.fdopen(descriptor, "rb") as stream:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            result.problems.append(Problem(name, "not a plain file: not read"))
            return
        body = stream.read(MAX_BYTES + 1)
        after = os.fstat(descriptor)
    looks = {(file.size, file.mtime_ns), *((each.st_size, each.st_mtime_ns) for each in (before, after))}
    if len(body) > MAX_BYTES:
        result.problems.append(Problem(name, f"larger than {MAX_BYTES // 1024**2} MiB: not read"))
    elif len(looks) > 1 or len(body) != after.st_size:
        result.changing[name] = FoundFile(file.path, after.st_size, after.st_mtime_ns)
    else:
        result.read[name] = ReadFile(body, after.st_size, after.st_mtime_ns)
