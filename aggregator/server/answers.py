"""An answer on its way: bytes that are ready, written within bounded time and memory.

The one rule: no more than one chunk waits for a slow reader, and it does not wait for long. aiohttp's own
answers are not used: to build header fields anew for each costs half of what a server in Python can do.
"""

from __future__ import annotations

import asyncio
import os
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from aggregator.server.files import CHUNK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.abc import AbstractStreamWriter

_PATIENCE = 30.0
"""Seconds a client may take for a chunk: four kibibytes a second."""
_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


class Stream:
    """An open file that is sent chunk by chunk. ``read``: of a descriptor, from where, at most how much."""

    def __init__(self, descriptor: int, read: Callable[[int, int, int], Awaitable[bytes]]) -> None:
        self._descriptor = descriptor
        self._read = read

    async def chunk(self, position: int, length: int) -> bytes:
        """Read some bytes. Raises ConnectionAbortedError where the file became shorter."""
        chunk = await self._read(self._descriptor, position, length)
        if not chunk:
            raise ConnectionAbortedError("the file became shorter")
        return chunk

    def close(self) -> None:
        """Let go of the file; once."""
        os.close(self._descriptor)


class Answer(web.StreamResponse):
    """A whole answer. ``fields``: its header fields, each line ended, but for ``Connection``."""

    def __init__(
        self,
        status: int,
        fields: bytes,
        body: bytes = b"",
        *,
        start: int = 0,
        end: int | None = None,
        stream: Stream | None = None,
    ) -> None:
        # Not that of StreamResponse, which makes room for fields that are never used.
        self._status = status
        self._keep_alive = False
        self.fields = fields
        self.body = body
        self.start = start
        self.end = len(body) if end is None else end
        self.stream = stream
        self.patience = _PATIENCE

    def without_body(self) -> Answer:
        """The same as the answer to HEAD: its fields alone."""
        if self.stream is not None:
            self.stream.close()
        return Answer(self._status, self.fields)

    def alone(self) -> bytes:
        """All of it, as the last thing a connection says."""
        return _LINES[self._status] + self.fields + b"Connection: close\r\n\r\n" + self.body

    def at_once(self) -> bytes | None:
        """All of it, for a connection that stays; None where it is too long to be written at once."""
        if self.stream is not None or self.sent > CHUNK:
            return None
        return _LINES[self._status] + self.fields + b"\r\n" + self._chosen()

    def _chosen(self) -> bytes:
        return self.body if self.sent == len(self.body) else self.body[self.start : self.end]

    @property
    def sent(self) -> int:
        """How long the body is that is sent."""
        return self.end - self.start

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it.

        Raises ConnectionError where the client is gone or takes nothing, and where the file broke off.
        """
        try:
            self._keep_alive = request.keep_alive and not request.body_exists and self._status not in _PARTING
            head = _LINES[self._status] + self.fields + self._connection(request)
            if self.stream is None and self.sent <= CHUNK:
                await self._write(request, head + self._chosen())
            else:
                await self._write_chunks(request, head)
        finally:
            if self.stream is not None:
                self.stream.close()
        return None

    async def _write_chunks(self, request: web.BaseRequest, head: bytes) -> None:
        await self._write(request, head)
        view, position = memoryview(self.body), self.start
        while position < self.end:
            until = min(position + CHUNK, self.end)
            if self.stream is None:
                chunk: bytes | memoryview = view[position:until]
            else:
                chunk = await self.stream.chunk(position, until - position)
            await self._write(request, chunk)
            position += len(chunk)

    async def write_eof(self, data: bytes = b"") -> None:
        """All was written."""

    def _connection(self, request: web.BaseRequest) -> bytes:
        if not self._keep_alive:
            return b"Connection: close\r\n\r\n"
        return b"\r\n" if request.version.minor else b"Connection: keep-alive\r\n\r\n"

    async def _write(self, request: web.BaseRequest, data: bytes | memoryview) -> None:
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("gone during the answer")
        transport.write(data)
        if request.protocol.writing_paused:
            await self._drain(request, transport, request.writer.drain)

    async def _drain(
        self, request: web.BaseRequest, transport: asyncio.Transport, drain: Callable[[], Awaitable[None]]
    ) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await drain()
        except TimeoutError:
            transport.abort()
            raise ConnectionResetError("the client takes nothing") from None


_PARTING = frozenset({400, 408, 413, 414, 431, 500, 501, 505})
"""After these, what follows on the connection may be anything."""
