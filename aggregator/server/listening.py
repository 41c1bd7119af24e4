"""The server: listens, lets clients in, and stops in order."""

from __future__ import annotations

import asyncio
import errno
import sys
from typing import TYPE_CHECKING, TypeAlias

from aggregator.dates import utc_now
from aggregator.errors import ListenError
from aggregator.server.connections import Door, Limits
from aggregator.server.files import CHUNK, Files
from aggregator.server.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aggregator.contracts import Clock
    from aggregator.server.site import Vitals

Address: TypeAlias = tuple[str, int]
"""Host and port; an IPv6 address without brackets."""

_BACKLOG = 1024
_UNSENT = 6, 25
"""IPPROTO_TCP and Linux's TCP_NOTSENT_LOWAT (tcp(7)): how much the system takes before it can be sent."""
_ADVICE = {
    errno.EADDRINUSE: "is in use: stop what listens there, or choose another with --listen HOST:PORT",
    errno.EACCES: "is not allowed: ports below 1024 need rights; choose another, and have a proxy lead to it",
    errno.EPERM: "is not allowed: choose another with --listen HOST:PORT",
    errno.EADDRNOTAVAIL: "is no address of this machine: 127.0.0.1 is for itself, 0.0.0.0 for everybody",
    errno.EAFNOSUPPORT: "is of a kind that this machine has not: choose another with --listen HOST:PORT",
}


class Server:
    """A read-only HTTP server over one folder, which need not be there yet.

    ``max_age``: for how many seconds an answer is good now. ``moved``: where what was at a path, relative to
    ``root``, is now; None where it is still there. Both, and ``vitals``, are called on the event loop.
    """

    def __init__(
        self,
        root: Path,
        listen: Sequence[Address],
        *,
        max_age: Callable[[], float],
        moved: Callable[[str], str | None],
        vitals: Vitals,
        clock: Clock = utc_now,
        access_log: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._root = root
        self._listen = tuple(listen)
        self._max_age = max_age
        self._moved = moved
        self._vitals = vitals
        self._clock = clock
        self._access_log = access_log
        self._limits = limits or Limits()
        self._listeners: list[asyncio.Server] = []
        self._files: Files | None = None
        self._door: Door | None = None

    async def start(self) -> Sequence[Address]:
        """Listen; the addresses at which it does. Raises ListenError, and then listens nowhere."""
        files = self._files = Files(self._root, self._clock)
        site = Site(
            files,
            max_age=self._max_age,
            moved=self._moved,
            vitals=self._vitals,
            clock=self._clock,
            connections=lambda: len(door.inside),
        )
        door = self._door = Door(site, self._limits, logs=self._access_log)
        try:
            for host, port in self._listen:
                self._listeners.append(await _listen(door, host, port))
        except ListenError:
            await self.stop(0)
            raise
        return [
            (str(host), int(port))
            for listener in self._listeners
            for host, port, *_ in (each.getsockname() for each in listener.sockets)
        ]

    async def stop(self, grace: float = 5.0) -> None:
        """Take no more requests, finish those under way within ``grace`` seconds, and cut the others off."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        if self._door is not None:
            await self._door.empty(grace)
        if self._files is not None:
            self._files.close()


async def _listen(door: Door, host: str, port: int) -> asyncio.Server:
    try:
        made = await asyncio.get_running_loop().create_server(door.let_in, host, port, backlog=_BACKLOG)
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0) or f"cannot be listened on: {error.strerror or error}"
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        raise ListenError(f"{shown} {advice}") from error
    if sys.platform == "linux":
        # Connections have it of who listens: else megabytes of an answer are kept for who takes nothing.
        for each in made.sockets:
            each.setsockopt(*_UNSENT, CHUNK)
    return made
