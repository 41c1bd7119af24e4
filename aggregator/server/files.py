"""The files of the output folder as they are now, in memory for as long as they stay so.

The one rule: a body and its ETag come from one reading of one open file, which did not change meanwhile. Each
request begins with a look at what is there, and so sees what was replaced. No link is followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gzip
import hashlib
import os
import stat
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import brotli

from aggregator.dates import from_micros, utc_now
from aggregator.outputs.disk import NotAFolderError, Tree, split
from aggregator.server.media import Media, media
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from aggregator.contracts import Clock
    from aggregator.server.forms import Form
    from aggregator.server.negotiation import Coding

Stamp: TypeAlias = tuple[int, int, int, int, int]
"""Device, inode, size, times of change of bytes and of name."""

MEMORY = 64 * 2**20
LARGEST = 8 * 2**20
"""What is larger is not kept in memory, but read anew for each request."""
CHUNK = 2**17

_SETTLED = timedelta(seconds=2)
"""A file changed longer ago than that cannot change again without its times showing it."""
_TRUSTED = 0.05  # seconds
"""How long a file that changed just now is trusted: file systems tell times by ticks of some milliseconds."""
_OVERHEAD = 4096
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EISDIR, errno.ENXIO})


class UnreadableError(Exception):
    """The file, or the whole folder, cannot be read now; the message says why, for the log."""


@dataclass(slots=True, eq=False)
class File:
    """One file. ``body`` is None where it is too large to be kept."""

    path: str
    stamp: Stamp
    digest: str
    body: bytes | None
    media: Media
    modified: datetime | None
    """In whole seconds; None as long as it may change again within the same second."""
    trusted_until: float
    coded: dict[Coding, bytes] = field(default_factory=dict)
    coding: dict[Coding, asyncio.Task[bytes]] = field(default_factory=dict)
    forms: dict[tuple[bool, Coding], Form] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Bytes."""
        return self.stamp[2]

    @property
    def cost(self) -> int:
        """Bytes of memory."""
        return _OVERHEAD + len(self.body or b"") + sum(map(len, self.coded.values()))


class Files:
    """What is served. All methods belong to one event loop; disks and compressors work in threads."""

    def __init__(
        self, root: Path, clock: Clock = utc_now, *, memory: int = MEMORY, largest: int = LARGEST
    ) -> None:
        self._root = root
        self._clock = clock
        self._memory = memory
        self._largest = largest
        self._base = f"{root}{os.sep}"
        self._held: OrderedDict[str, File] = OrderedDict()
        self._reading: dict[tuple[str, Stamp], asyncio.Task[File | None]] = {}
        self._threads = ThreadPoolExecutor(2, "serve")
        self.size = 0
        """Bytes held in memory."""

    def held(self, path: str) -> File | None:
        """The file at this path as it is now, if it is in memory."""
        held = self._held.get(path)
        if held is None or time.monotonic() >= held.trusted_until:
            return None
        try:
            if _stamp(os.stat(self._base + path)) != held.stamp:  # noqa: PTH116 - each request does this
                return None
        except OSError:
            return None
        self._held.move_to_end(path)
        return held

    async def find(self, path: str) -> File | None:
        """The file at this path as it is now; None where there is none. Raises UnreadableError."""
        held = self.held(path)
        if held is not None:
            return held
        try:
            stamp = _stamp(os.stat(self._base + path))  # noqa: PTH116 - as above
        except (OSError, ValueError) as error:
            self._missing(path, error)
            return None
        key = path, stamp
        task = self._reading.get(key)
        if task is None:
            task = self._reading[key] = asyncio.create_task(self._read(path))
            task.add_done_callback(lambda _: self._reading.pop(key))
        return await asyncio.shield(task)

    async def encoded(self, file: File, coding: Coding) -> bytes:
        """The body in this coding, which is not ``""``; of a file that is kept in memory."""
        found = file.coded.get(coding)
        if found is not None:
            return found
        task = file.coding.get(coding)
        if task is None:
            task = file.coding[coding] = asyncio.create_task(self._encode(file, coding))
            task.add_done_callback(lambda _: file.coding.pop(coding))
        return await asyncio.shield(task)

    async def open(self, file: File) -> int | None:
        """A descriptor of this very file; None where another has taken its place. Raises UnreadableError."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._open_same, file)

    async def chunk(self, descriptor: int, start: int, length: int) -> bytes:
        """Some bytes of an open file, at most ``length``."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, os.pread, descriptor, length, start
        )

    def close(self) -> None:
        """Let go of everything; waits for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._held.clear()
        self.size = 0

    # ── reading ──

    def _missing(self, path: str, error: OSError | ValueError) -> None:
        """Forget what was there. Raises UnreadableError where it is the folder that is not there."""
        dropped = self._held.pop(path, None)
        if dropped is not None:
            self.size -= dropped.cost
        if isinstance(error, OSError) and error.errno not in _ABSENT:
            raise UnreadableError(f"{self._base}{path}: {error.strerror}") from error
        if not self._root.is_dir():
            raise UnreadableError(f"{self._root}: the folder is not there") from error

    async def _read(self, path: str) -> File | None:
        file = await asyncio.get_running_loop().run_in_executor(self._threads, self._load, path)
        before = self._held.pop(path, None)
        if before is not None:
            self.size -= before.cost
        if file is not None:
            if before is not None and before.digest == file.digest:
                file.coded |= before.coded
            self._held[path] = file
            self._account(file.cost)
        return file

    async def _encode(self, file: File, coding: Coding) -> bytes:
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._threads, _compressed, file.body or b"", coding)
        file.coded[coding] = body
        if self._held.get(file.path) is file:
            self._account(len(body))
        return body

    def _account(self, more: int) -> None:
        self.size += more
        while self.size > self._memory and len(self._held) > 1:
            self.size -= self._held.popitem(last=False)[1].cost

    def _load(self, path: str) -> File | None:
        """Read a file whole; again if it changed meanwhile, which only a stranger's can."""
        for _ in range(3):
            with self._opened(path) as descriptor:
                if descriptor is None:
                    return None
                stamp = _stamp(os.fstat(descriptor))
                body, digest = _contents(descriptor, stamp[2], keep=stamp[2] <= self._largest)
                if digest and _stamp(os.fstat(descriptor)) == stamp:
                    return self._file(path, stamp, body, digest)
        raise UnreadableError(f"{self._base}{path}: is being written to all the time")

    def _file(self, path: str, stamp: Stamp, body: bytes | None, digest: str) -> File:
        changed = from_micros(stamp[3] // 1000)
        settled = self._clock() - changed > _SETTLED
        return File(
            path=path,
            stamp=stamp,
            digest=digest,
            body=body,
            media=media(path),
            modified=changed.replace(microsecond=0) if settled else None,
            trusted_until=float("inf") if settled else time.monotonic() + _TRUSTED,
        )

    def _open_same(self, file: File) -> int | None:
        with self._opened(file.path) as descriptor:
            if descriptor is None or _stamp(os.fstat(descriptor)) != file.stamp:
                return None
            return os.dup(descriptor)

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[int | None]:
        """The regular file at this path, open; None where there is none, or a link leads there."""
        descriptor = None
        try:
            folders, name = split(path)
            with Tree(self._root) as tree:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                descriptor = os.open(name, flags, dir_fd=tree.folder(folders))
            yield descriptor if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
        except NotAFolderError:
            yield None
        except OSError as error:
            if descriptor is not None or error.errno not in _ABSENT:
                raise UnreadableError(f"{self._base}{path}: {error.strerror}") from error
            yield None
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _stamp(state: os.stat_result) -> Stamp:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _contents(descriptor: int, length: int, *, keep: bool) -> tuple[bytes | None, str]:
    """The body, if it is to be kept, and its hash; no hash where the file is shorter or longer than told."""
    digest, parts, position = hashlib.sha256(), [], 0
    while part := os.pread(descriptor, min(2**20, length + 1 - position), position):
        digest.update(part)
        position += len(part)
        if keep:
            parts.append(part)
    return b"".join(parts) if keep else None, digest.hexdigest() if position == length else ""


def _compressed(body: bytes, coding: Coding) -> bytes:
    """The same bytes for the same body, so that an ETag stays true."""
    if coding == "br":
        compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=6)
        return compressed
    return gzip.compress(body, 6, mtime=0)
