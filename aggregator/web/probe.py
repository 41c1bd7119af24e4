"""Small questions to the network, for whoever looks after a site: is there such a name, is that address free?

One rule: they leave nothing behind, neither here nor there.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket

from aggregator.errors import FetchError
from aggregator.web import faults, hops
from aggregator.web.guard import Guard, RefusedError, literal
from aggregator.web.sockets import Resolver

FREE, NO_SUCH_NAME = 0, -1
"""What :func:`listening_at` comes to besides errors of the system."""


def host_of(url: str) -> str | None:
    """The host that a URL asks, as a name in lower case or an address; None where it asks none."""
    at = hops.place(hops.credentials(url)[0])
    return at.host if at else None


async def look_up(host: str, allow_private: tuple[str, ...] | None = (), seconds: float = 5.0) -> list[str]:
    """The addresses of a host. Raises FetchError, in one line for a person.

    ``allow_private``: what the guard lets pass; None: it is not asked, as where a proxy is.
    """
    guard = None if allow_private is None else Guard(allow_private)
    address = literal(host)
    try:
        if address is not None:
            if guard is not None:
                guard.check(host, str(address))
            return [str(address)]
        async with asyncio.timeout(seconds):
            found = await Resolver(guard).resolve(host)
    except RefusedError as error:
        raise FetchError(str(error)) from error
    except socket.gaierror as error:
        raise FetchError(faults.of_lookup(error, host)) from error
    except TimeoutError as error:
        raise FetchError(f"the name of {host} cannot be looked up: no answer within {seconds:g}s") from error
    except OSError as error:
        raise FetchError(f"the name of {host} cannot be looked up: {error.strerror or error}") from error
    return list(dict.fromkeys(result["host"] for result in found))


def listening_at(host: str, port: int) -> int:
    """Whether a server could listen there now: FREE, NO_SUCH_NAME, or the errno that it would fail with.

    Nobody can connect meanwhile: the socket never listens.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        return NO_SUCH_NAME
    outcomes = [_bind(family, where) for family, _, _, _, where in places]
    return next((outcome for outcome in outcomes if outcome != FREE), FREE)


def _bind(family: int, where: object) -> int:
    try:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            tried.bind(where)  # type: ignore[arg-type] # of the form that its family has
    except OSError as error:
        return error.errno or errno.EIO
    return FREE
