"""The loopback that rules are served on: an address of its own for each of their hosts, one port for all."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from tests.judge.evidence import Asked, Connection, Exchange, Seen
from tests.judge.replies import Manner, Reply
from tests.judge.rule import Pace, Place

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from tests.judge.rule import Rule

_PIECE = b" " * 65536
_MOST = 64 * 1024**2
"""Bytes after which it ends an endless body itself."""
_LONGEST = 5
"""Timeouts after which it ends what never ends."""
_GONE = (ConnectionError, asyncio.IncompleteReadError, TimeoutError, asyncio.LimitOverrunError)


@dataclass
class Served:
    """One rule with its addresses, and everything that happened there."""

    rule: Rule
    place: Place
    seen: Seen = field(default_factory=Seen)


@dataclass
class Loopback:
    """To be entered; it serves from a thread of its own."""

    rules: Iterable[type[Rule]]
    pace: Pace = field(default_factory=Pace)
    network: int = 100
    """The second number of its addresses."""
    served: dict[str, Served] = field(default_factory=dict)
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._wait(self._start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._numbers = itertools.count(1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = self.port or free.getsockname()[1]
        for row, kind in enumerate(self.rules, 1):
            hosts = tuple(
                f"127.{self.network + host}.{row // 250}.{1 + row % 250}" for host in range(kind.hosts)
            )
            place = Place(hosts, self.port, self.pace)
            served = Served(kind(place), place)
            self.served[kind.__name__] = served
            for number, host in enumerate(hosts):
                await self._listen(served, number, host)

    async def _listen(self, served: Served, number: int, host: str) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            connection = Connection(next(self._numbers), number, time.time())
            served.seen.connections.append(connection)
            talk = _Talk(served, connection, reader, writer)
            with contextlib.suppress(*_GONE, asyncio.CancelledError):
                await talk.serve()
            connection.closed = time.time()
            writer.close()

        self._servers.append(await asyncio.start_server(serve, host, self.port, backlog=64))

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    def requests(self) -> int:
        """How many requests came in all."""
        return sum(len(served.seen.exchanges) for served in self.served.values())


@dataclass
class _Talk:
    """One connection of one rule's host."""

    served: Served
    connection: Connection
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def serve(self) -> None:
        if self.served.rule.slams and self.connection.host == 0:
            self._reset()
            return
        while True:
            asked = self._read(await self.reader.readuntil(b"\r\n\r\n"))
            exchange = Exchange(asked, self.served.rule.answer(asked))
            self.served.seen.exchanges.append(exchange)
            try:
                last = await self._answer(exchange)
            finally:
                exchange.ended = time.time()
            if last or (asked.header("Connection") or "").lower() == "close" or asked.version != "HTTP/1.1":
                return

    def _read(self, head: bytes) -> Asked:
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        method, target, version = (*first.split(" "), "", "")[:3]
        headers = tuple(
            (name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines)
        )
        before = len(self.served.seen.of(target, self.connection.host))
        return Asked(
            time.time(),
            self.connection.host,
            self.connection.number,
            method,
            target,
            headers,
            before,
            version,
        )

    async def _answer(self, exchange: Exchange) -> bool:
        """Whether the connection ends with it."""
        reply, asked = exchange.reply, exchange.asked
        if await self._left(reply.takes):
            return True
        if reply.manner is Manner.RESET:
            self._reset()
            return True
        if reply.manner is Manner.SILENT:
            await self._left(_LONGEST * self.served.rule.pace.timeout)
            return True
        self.writer.write(_head(reply, asked.at))
        if asked.method == "HEAD":
            await self.writer.drain()
            return False
        self.writer.write(reply.body)
        exchange.sent = len(reply.body)
        await self.writer.drain()
        if reply.manner in (Manner.DRIP, Manner.ENDLESS):
            await self._go_on(exchange)
        return reply.manner is not Manner.WHOLE

    async def _go_on(self, exchange: Exchange) -> None:
        drips = exchange.reply.manner is Manner.DRIP
        piece, until = (
            (b" ", time.time() + _LONGEST * self.served.rule.pace.timeout) if drips else (_PIECE, 2**40)
        )
        while exchange.sent < _MOST and time.time() < until:
            self.writer.write(piece)
            exchange.sent += len(piece)
            await self.writer.drain()
            if await self._left(0.1 if drips else 0.0):
                return

    async def _left(self, seconds: float) -> bool:
        """Wait; whether the client has gone meanwhile."""
        if not seconds:
            await asyncio.sleep(0)
            return self.reader.at_eof() or self.reader.exception() is not None
        try:
            async with asyncio.timeout(seconds):
                return not await self.reader.read(1)
        except TimeoutError:
            return False

    def _reset(self) -> None:
        """Close without a goodbye: the other side sees its connection reset."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def _head(reply: Reply, at: float) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, 'Other')}"]
    lines += [f"{name}: {value}" for name, value in reply.complete(at)]
    if reply.manner in (Manner.DRIP, Manner.ENDLESS, Manner.CUT):
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


_PHRASES = {
    200: "OK",
    226: "IM Used",
    301: "Moved Permanently",
    302: "Found",
    304: "Not Modified",
    410: "Gone",
}
