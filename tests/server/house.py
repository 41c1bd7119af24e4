"""A server over a folder, and a client that sends what it is told, byte for byte."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aggregator.server import Limits, Server
from tests.builders import NOW
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""


@dataclass
class FakeVitals:
    """Health and metrics as they are told."""

    well: bool = True
    asked: int = 0

    def healthy(self) -> tuple[bool, str]:
        self.asked += 1
        return self.well, "ok: 2 sources" if self.well else "failing: no store"

    def metrics(self) -> str:
        return "aggregator_up 1\n"


@dataclass
class Got:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw: bytes = b""

    def __getitem__(self, name: str) -> str:
        return self.headers[name.lower()]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.headers


@dataclass
class House:
    """A running server."""

    server: Server
    port: int
    vitals: FakeVitals = field(default_factory=FakeVitals)

    async def get(self, target: str = "/all.xml", method: str = "GET", **headers: str) -> Got:
        """Ask once; underscores in names of fields are hyphens."""
        fields = {"Host": "feeds.example"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        raw = await self.talk(
            "\r\n".join([*lines, "Connection: close", "", ""]).encode("utf-8", "surrogateescape")
        )
        return parsed(raw)

    async def talk(self, *parts: bytes, quiet: float = PATIENCE) -> bytes:
        """Say these parts, then listen until the other side closes, or says nothing for ``quiet`` seconds."""
        reader, writer = await self.connect()
        heard = b""
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(quiet):
                while more := await reader.read(2**16):
                    heard += more
        except ConnectionResetError:
            pass  # it closes on somebody who still talks
        except TimeoutError:
            assert quiet < PATIENCE, "the other side never closes"
        writer.close()
        return heard

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


def parsed(raw: bytes) -> Got:
    """One answer, whole: its length is what it says."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert len(headers) == len(lines), f"a field comes twice: {lines}"
    return Got(int(first.split(" ")[1]), headers, body, raw)


async def read_one(reader: asyncio.StreamReader) -> Got:
    """The next answer on a connection that stays."""
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        got = parsed(head)
        got.body = await reader.readexactly(
            0 if got.status == 304 else int(got.headers.get("content-length", 0))
        )
        return got


@asynccontextmanager
async def a_house(
    root: Path,
    *,
    moved: Callable[[str], str | None] = lambda _: None,
    limits: Limits | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """A server over this folder, while the block runs; its clock stands long after the files' times."""
    vitals = settings.pop("vitals", None) or FakeVitals()
    clock = settings.pop("clock", None) or FakeClock(NOW.replace(year=NOW.year + 50))
    server = Server(
        root,
        [("127.0.0.1", 0)],
        max_age=lambda: 360.0,
        moved=moved,
        vitals=vitals,
        clock=clock,
        limits=limits,
        **settings,
    )
    ((_, port),) = await server.start()
    try:
        yield House(server, port, vitals)
    finally:
        await server.stop(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test's own loop, which must not take for ever."""

    async def bounded() -> None:
        async with asyncio.timeout(3 * PATIENCE):
            await work

    asyncio.run(bounded())
