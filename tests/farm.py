"""A farm of 300 feeds on many loopback addresses: every format, encoding and fault there is.

It binds to 127.0.0.0/8 only, knows what each of its feeds must come to, and counts what it was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

from tests import farm_feeds as feeds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

FEEDS = 300
HOSTS = 100
_STEPS = 120
"""Addresses that redirects lead to."""
_PATIENCE = 20.0
"""Seconds after which the farm itself ends what never ends."""
_MOST = 16 * 1024**2
"""Bytes after which it ends what is endless."""


@dataclass(frozen=True)
class Kind:
    """One way of being a feed. ``error``: words of its error; empty: good, and ``entries`` come of it."""

    name: str
    answer: Callable[[Asked], Awaitable[None]]
    error: str = ""
    entries: int = feeds.ENTRIES
    conditional: bool = False
    """Whether a second request for it is answered 304."""
    again: bool = True
    """Whether it may be asked again at once."""


@dataclass
class Asked:
    """One request, and the way to answer it."""

    farm: Farm
    feed: int
    step: int
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    def send(self, body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> None:
        """Write a whole answer."""
        self.farm.statuses[status[:3]] += 1
        size = len(body) if length is None else length
        head = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {size}", *headers]
        self.writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def raw(self, body: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(body)

    def url(self, step: int = 0, feed: int | None = None) -> str:
        """The address of a feed, or of a further step on the way to it."""
        return self.farm.url(self.feed if feed is None else feed, step)


@dataclass
class Farm:
    """To be entered; it serves from a thread of its own."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)
    conditions: Counter[int] = field(default_factory=Counter)
    """Requests of each feed that carried a validator."""
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._wait(self._start())
        return self

    def _wait(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    @contextlib.contextmanager
    def offline(self) -> Iterator[None]:
        """Nobody listens while the block runs."""
        self._wait(self._stop())
        try:
            yield
        finally:
            self._wait(self._start())

    def __exit__(self, *_: object) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        hosts = {self.host(feed): None for feed in range(FEEDS)} | {
            self.host(0, step): None for step in range(1, _STEPS + 1)
        }
        for host in hosts:
            server = await asyncio.start_server(self._serve, host, self.port, backlog=256)
            self.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    def host(self, feed: int, step: int = 0) -> str:
        """The address that a feed is on, together with two others; alone where it would hold those up."""
        if step:
            return f"127.0.1.{1 + (feed * 3 + step) % _STEPS}"
        return f"127.0.{0 if self.kind(feed).again else 2}.{1 + feed % HOSTS}"

    def url(self, feed: int, step: int = 0) -> str:
        """Where a feed is; ``step``: how many redirects on."""
        return f"http://{self.host(feed, step)}:{self.port}/{feed}" + (f"/{step}" if step else "")

    @cached_property
    def _sequence(self) -> tuple[Kind, ...]:
        return tuple(self.kinds.values())

    def kind(self, feed: int) -> Kind:
        """What a feed is like; faults do not all fall on the same addresses."""
        return self._sequence[feed % len(self._sequence)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        gone = (ConnectionError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError)
        with contextlib.suppress(*gone):
            async with asyncio.timeout(_PATIENCE):
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
                await writer.drain()
        writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        first, *lines = request.decode("latin-1").split("\r\n")
        path = first.split(" ")[1].strip("/").split("/")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        feed, step = int(path[0]), int(path[1]) if len(path) > 1 else 0
        if step == 0:
            self.asked[feed] += 1
            self.conditions[feed] += bool({"if-none-match", "if-modified-since"} & headers.keys())
        await self.kind(feed).answer(Asked(self, feed, step, headers, writer))


# ── ways of answering ─────────────────────────────────────────────────────────────────────────────────────


async def plain(
    asked: Asked, document: Callable[[int], bytes], *headers: str, status: str = "200 OK"
) -> None:
    """The document, whole."""
    asked.send(document(asked.feed), *headers, status=status)


async def conditional(asked: Asked, document: Callable[[int], bytes], tag: str = "", day: str = "") -> None:
    """304 to whoever sends back what it was given, byte for byte."""
    validators = [f"ETag: {tag}"] * bool(tag) + [f"Last-Modified: {day}"] * bool(day)
    same = [asked.headers.get("if-none-match") == tag] * bool(tag)
    same += [asked.headers.get("if-modified-since") == day] * bool(day)
    if all(same):
        asked.send(b"", *validators, status="304 Not Modified")
    else:
        asked.send(document(asked.feed), *validators)


async def packed(asked: Asked, document: Callable[[int], bytes], coding: str) -> None:
    """Compressed."""
    asked.send(feeds.packed(document(asked.feed), coding), f"Content-Encoding: {coding}")


async def in_pieces(asked: Asked, document: Callable[[int], bytes], pause: float, size: int = 400) -> None:
    """Chunked (RFC 9112, 7.1), with a pause after each."""
    body = document(asked.feed)
    asked.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        asked.raw(b"%x\r\n%s\r\n" % (len(piece), piece))
        await asked.writer.drain()
        await asyncio.sleep(pause)
    asked.raw(b"0\r\n\r\n")


async def until_closed(asked: Asked, document: Callable[[int], bytes], protocol: str = "HTTP/1.1") -> None:
    """Without a length: it ends with the connection."""
    asked.raw(f"{protocol} 200 OK\r\nConnection: close\r\n\r\n".encode() + document(asked.feed))


async def cut(asked: Asked, document: Callable[[int], bytes], part: float) -> None:
    """Promise all of it, and send a part."""
    body = document(asked.feed)
    asked.send(body[: int(len(body) * part)], length=len(body))


async def redirected(
    asked: Asked, document: Callable[[int], bytes], status: str, steps: int = 1, *, relative: bool = False
) -> None:
    """So many hops, each to another address."""
    if asked.step >= steps:
        asked.send(document(asked.feed))
    else:
        to = f"/{asked.feed}/{asked.step + 1}" if relative else asked.url(asked.step + 1)
        asked.send(b"", f"Location: {to}", status=status)


async def elsewhere(asked: Asked, to: str) -> None:
    """Redirect to where nothing good is."""
    asked.send(b"", f"Location: {to.format(here=asked.url())}", status="302 Found")


async def silent(asked: Asked, before: bytes = b"") -> None:
    """Say no more."""
    asked.raw(before)
    await asked.writer.drain()
    await asyncio.sleep(_PATIENCE)


async def endless(asked: Asked, head: bytes, piece: bytes, pause: float = 0.0) -> None:
    """Send and send."""
    asked.raw(head)
    until, sent = time.monotonic() + _PATIENCE, 0
    while time.monotonic() < until and sent < _MOST:
        asked.raw(piece)
        await asked.writer.drain()
        sent += len(piece)
        await asyncio.sleep(pause)


async def garbage(asked: Asked, what: bytes) -> None:
    """No HTTP at all."""
    asked.raw(what)
