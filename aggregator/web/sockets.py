"""Names to addresses, and addresses to connections: every outgoing socket is opened here.

The guard is asked twice: of all addresses that a name has, and of the one that is connected to.
"""

from __future__ import annotations

import socket
from collections import Counter
from contextvars import ContextVar
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from aggregator.apart import apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohappyeyeballs import AddrInfoType

    from aggregator.web.guard import Guard

    LookUp = Callable[[str, int, int], list[ResolveResult]]
    """All addresses of a host, for a port and a family. Raises OSError; blocks."""

HOST: ContextVar[str] = ContextVar("HOST", default="")
"""The host, as it was written, that the running task wants to be connected to."""

_KEEP_ALIVE = 4.0
"""Seconds: less than the five after which common servers close, so that none closes as we ask."""
MAX_ADDRESSES = 4
"""Addresses of a host that are tried, of either family: to each that does not answer a socket stays open."""
_MAX_LINE = 16 * 1024
_MAX_FIELD = 64 * 1024


def session(guard: Guard | None) -> aiohttp.ClientSession:
    """What requests are sent with; without a guard where the other side is a proxy of the user's own."""
    made = aiohttp.ClientSession(
        connector=_connector(guard),
        cookie_jar=aiohttp.DummyCookieJar(),  # what one feed's server sets is nobody else's
        auto_decompress=False,  # the hash is of what came over the wire
        timeout=aiohttp.ClientTimeout(total=None),  # the deadline is our own: it can stand still
        trust_env=False,
        max_line_size=_MAX_LINE,
        max_field_size=_MAX_FIELD,
    )
    # Else it asks once more, at once, where a connection breaks: behind the back of the host's pause.
    made._retry_connection = False  # noqa: SLF001 - there is no public switch
    return made


def _connector(guard: Guard | None) -> aiohttp.TCPConnector:

    def open_socket(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = address
        if guard is not None:
            guard.check(HOST.get(), str(where[0]))
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        resolver=Resolver(guard),
        socket_factory=open_socket,
        limit=0,  # turns are taken before, in hosts.py
        keepalive_timeout=_KEEP_ALIVE,
    )


class Resolver(AbstractResolver):
    """The system's resolver, each lookup in a thread of its own.

    A pool would let some dead name servers keep all other names waiting.
    """

    def __init__(self, guard: Guard | None, look_up: LookUp | None = None) -> None:
        self._guard = guard
        self._look_up = look_up or _look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up; the guard sees all. Raises OSError: socket.gaierror, or RefusedError."""
        found = await apart(lambda: self._look_up(host, port, family), "lookup")
        if self._guard is not None:
            self._guard.check(host, *(result["host"] for result in found))
        return _few(found)

    async def close(self) -> None:
        """Nothing is held."""


def _few(found: list[ResolveResult]) -> list[ResolveResult]:
    """The first of either family, in the order in which the system has them."""
    families: Counter[int] = Counter()
    few = []
    for result in found:
        families[result["family"]] += 1
        if families[result["family"]] <= MAX_ADDRESSES:
            few.append(result)
    return few


def _look_up(host: str, port: int, family: int) -> list[ResolveResult]:
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
    except UnicodeError as error:  # a label that is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no name can be like that") from error
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return [
        ResolveResult(
            hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=flags
        )
        for kind, _, protocol, _, address in found
    ]
