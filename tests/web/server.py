"""A server on loopback that answers each path as it is told, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeAlias

from aggregator.dates import utc_now
from aggregator.exchange import Request
from aggregator.web import PoliteWeb, WebSettings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from aggregator.contracts import Clock
    from aggregator.exchange import Answer

Behaviour: TypeAlias = "Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]"
Reply: TypeAlias = "bytes | Behaviour"


def reply(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole answer with its true length, or with the length that is given."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(to: str, status: int = 301) -> bytes:
    return reply(b"", f"Location: {to}", status=f"{status} Elsewhere")


@dataclass
class Asked:
    """One request as it came."""

    raw: bytes
    connection: int

    @property
    def target(self) -> str:
        return self.raw.split(b" ", 2)[1].decode()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.decode().split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}


@dataclass
class Server:
    """To be entered. ``replies``: what is sent for each target, or a function that says it."""

    replies: Mapping[str, Reply] | Callable[[str], Reply]
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    connections: int = 0

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, self.host, self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, target: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{target}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._talk(reader, writer, self.connections)
        except (asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if self.tls else writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            asked = Asked(head.removesuffix(b"\r\n\r\n"), connection)
            self.asked.append(asked)
            if callable(self.replies):
                answer = self.replies(asked.target)
            else:
                answer = self.replies.get(asked.target, reply(status="404 Not Found"))
            if not isinstance(answer, bytes):
                await answer(reader, writer)
                return
            writer.write(answer)
            await writer.drain()
            if b"content-length" not in answer.lower() and b"chunked" not in answer.lower():
                return


async def forever(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing more until the other side goes."""
    await reader.read()


def saying(*parts: bytes, then: Behaviour = forever) -> Behaviour:
    """Send these parts one by one, and then …"""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        await then(reader, writer)

    return behave


async def gone(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close."""


async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection."""
    writer.transport.abort()


class FakeTime:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


SETTINGS = WebSettings(
    user_agent="tests/1 (+https://example.org/)",
    allow_private=("127.0.0.0/8",),
    host_delay=0.0,
    timeout=5.0,
)


def a_web(
    settings: WebSettings = SETTINGS,
    clock: Clock = utc_now,
    time: FakeTime | None = None,
    tls: ssl.SSLContext | None = None,
    *,
    holds: Mapping[str, datetime] = MappingProxyType({}),
    on_hold: Callable[[str, datetime], None] = lambda _key, _until: None,
) -> PoliteWeb:
    time = time or FakeTime()
    return PoliteWeb(
        settings,
        clock,
        sleep=time.sleep,
        monotonic=time.monotonic,
        tls=tls,
        holds=holds,
        on_hold=on_hold,
    )


def get(
    server: Server, *targets: str | Request, settings: WebSettings = SETTINGS, clock: Clock = utc_now
) -> list[Answer]:
    """What requests one after another come to; the first that fails raises its FetchError."""

    async def run() -> list[Answer]:
        async with server, a_web(settings, clock) as web:
            return [
                await web.get(Request(url=server.url(target)) if isinstance(target, str) else target)
                for target in targets or ("/",)
            ]

    return asyncio.run(run())
