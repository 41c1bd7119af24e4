"""Whole messages over a socket between two of our processes: each has a limit, and each wait an end."""

from __future__ import annotations

import socket
import struct
from time import monotonic
from typing import Self

_LENGTH = struct.Struct("!Q")
_AT_ONCE = 1024 * 1024


class Wire:
    """One end. Raises OSError where the other end is gone, of these TimeoutError where it takes too long."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Both ends."""
        one, other = socket.socketpair()
        return cls(one), cls(other)

    @classmethod
    def inherited(cls, handle: int) -> Self:
        """The end that a parent left open for us, as this descriptor."""
        return cls(socket.socket(fileno=handle))

    def fileno(self) -> int:
        """Its descriptor."""
        return self._end.fileno()

    def close(self) -> None:
        """Let go of it."""
        self._end.close()

    def send(self, message: bytes, seconds: float | None = None) -> None:
        """Send it whole within so many seconds; None: whenever it is taken."""
        until = _until(seconds)
        for part in (_LENGTH.pack(len(message)), message):
            view = memoryview(part)
            while view:
                self._wait_no_longer_than(until)
                view = view[self._end.send(view[:_AT_ONCE]) :]

    def receive(self, limit: int, seconds: float | None = None) -> bytes:
        """The next message, which came whole within so many seconds; None: whenever it comes.

        ``limit``: its bytes at most. Raises ValueError for one that says it is larger; EOFError at the end.
        """
        until = _until(seconds)
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, until))
        if length > limit:
            raise ValueError(f"a message of {length} bytes")
        return self._read(length, until)

    def _read(self, length: int, until: float | None) -> bytes:
        got = bytearray()
        while len(got) < length:
            self._wait_no_longer_than(until)
            part = self._end.recv(min(length - len(got), _AT_ONCE))
            if not part:
                raise EOFError
            got += part
        return bytes(got)

    def _wait_no_longer_than(self, until: float | None) -> None:
        if until is None:
            return
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._end.settimeout(left)


def _until(seconds: float | None) -> float | None:
    return None if seconds is None else monotonic() + seconds
