"""Requests that are known by heart are answered as if they were read."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.server import Limits
from aggregator.server.byheart import ByHeart
from aggregator.server.connections import Connection, Door
from aggregator.server.files import Files
from aggregator.server.site import Site
from tests.builders import NOW
from tests.fakes import FakeClock
from tests.server.conftest import ATOM
from tests.server.house import FakeVitals, a_house, parsed, read_one, run

PLAIN = b"GET /all.xml HTTP/1.1\r\nHost: h\r\n\r\n"
CLOSING = b"GET /all.xml HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
ASKED = [
    PLAIN,
    b"GET /style.css HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /all.xml HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\n",
    b"GET /all.xml HTTP/1.1\r\nHost: h\r\nRange: bytes=1-3\r\n\r\n",
    b"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n",
]
ODD = [
    CLOSING,
    b"HEAD /all.xml HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /all.xml HTTP/1.0\r\n\r\n",
    b"GET /all.xml HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"GET /all.xml HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(PLAIN),
    b"GET /all.xml HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /all.xml HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /style.css HTTP/1.1\r\nHost: h\r\nX: ",
    b"GET /style.css HT",
    b"\r\n",
    b"nonsense\r\n\r\n",
    b"",
]


class FakeTransport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.closed:
            self.written += data

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Everything is taken at once."""

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        """Whoever tests feeds it by hand."""

    resume_reading = pause_reading


async def said(folder: Path, chunks: list[bytes], *, by_heart: bool) -> tuple[bytes, int]:
    """What a connection says to these chunks, and how many requests are known by then."""
    files = Files(folder, FakeClock(NOW.replace(year=NOW.year + 50)))
    site = Site(
        files,
        max_age=lambda: 60.0,
        moved=lambda _: None,
        vitals=FakeVitals(),
        clock=FakeClock(NOW),
        connections=lambda: 1,
    )
    for name in ("all.xml", "style.css"):
        await files.find(name)
    door = Door(site, Limits(), logs=not by_heart)  # what is logged is read
    if by_heart:
        await feed(door, [*ASKED, *ASKED])
    answer = await feed(door, chunks)
    files.close()
    return answer, len(door.by_heart)


async def feed(door: Door, chunks: list[bytes]) -> bytes:
    connection, transport = cast("Connection", door.let_in()), FakeTransport()
    connection.connection_made(transport)
    await asyncio.sleep(0)
    for chunk in chunks:
        if not transport.closed:
            connection.data_received(chunk)
        for _ in range(12):
            await asyncio.sleep(0)
    connection.connection_lost(None)
    await asyncio.sleep(0)
    return transport.written


@given(
    chunks=st.lists(
        st.sampled_from([*ASKED, *ODD]) | st.lists(st.sampled_from([*ASKED, *ODD]), max_size=3).map(b"".join),
        max_size=8,
    )
)
@example(chunks=[PLAIN, b"GET /style.css HTTP/1.1\r\nHost: h\r\nX: ", PLAIN, PLAIN])
@example(chunks=[PLAIN + b"GET /style.css HTTP/1.1\r\nX: ", PLAIN])
@example(chunks=[ODD[4], PLAIN, PLAIN])
@example(chunks=[CLOSING, PLAIN])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_known_is_answered_as_if_it_were_read(folder: Path, chunks: list[bytes]) -> None:
    async def work() -> None:
        known, number = await said(folder, chunks, by_heart=True)
        read, none = await said(folder, chunks, by_heart=False)

        assert known == read
        assert (number >= len(ASKED), none) == (True, 0)

    run(work())


def test_a_known_request_sees_what_was_replaced(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            for number in range(20):
                body = b"<feed>%d</feed>" % number * 10 ** (number % 4)
                (folder / "next").write_bytes(body)
                (folder / "next").replace(folder / "all.xml")
                for _ in range(3):
                    writer.write(PLAIN)
                    assert (await read_one(reader)).body == body
            assert b'status="200"} 60\n' in (await house.get("/-/metrics")).body
            writer.close()

    run(work())


def test_a_connection_that_is_asked_all_the_time_stays(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(idle=0.4)) as house:
            reader, writer = await house.connect()
            until = time.monotonic() + 1.2
            while time.monotonic() < until:
                writer.write(PLAIN)
                assert (await read_one(reader)).body == ATOM
                await asyncio.sleep(0.01)
            assert await reader.read() == b""  # and is closed once it is not
            writer.close()

    run(work())


async def ask_again_and_again(writer: asyncio.StreamWriter) -> None:
    for _ in range(2000):
        writer.write(PLAIN)
        await asyncio.sleep(0.005)
        await writer.drain()


def test_who_asks_and_takes_nothing_is_cut_off(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 100_000)

    async def work() -> None:
        async with a_house(folder, limits=Limits(patience=0.2, idle=20.0)) as house:
            reader, writer = await house.connect()
            with pytest.raises(ConnectionError):
                await ask_again_and_again(writer)
            assert reader.at_eof() is False
            writer.close()

    run(work())


def test_at_another_address_it_is_another_request(folder: Path) -> None:
    async def work() -> None:
        where: dict[str, str] = {}
        async with a_house(folder, moved=where.get) as house:
            reader, writer = await house.connect()
            for _ in range(3):
                writer.write(PLAIN)
                assert (await read_one(reader)).status == 200
            where["all.xml"] = "category/macro.xml"
            writer.write(PLAIN)
            got = await read_one(reader)
            assert (got.status, got["Location"]) == (301, "category/macro.xml")
            writer.close()

    run(work())


def test_only_so_many_requests_are_remembered(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            for number in range(1500):
                writer.write(b"GET /all.xml?%d HTTP/1.1\r\nHost: h\r\n\r\n" % number)
                assert (await read_one(reader)).status == 200
            door = house.server._door
            assert door is not None
            assert 0 < len(door.by_heart) <= 1024
            writer.write(b"GET /all.xml HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 3000 + b"\r\n\r\n")
            before = len(door.by_heart)
            assert (await read_one(reader)).status == 200
            assert len(door.by_heart) == before
            writer.close()

    run(work())


def test_nothing_is_known_at_first() -> None:
    assert ByHeart().recall(PLAIN) is None


def test_health_is_never_known_by_heart(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            raw = b"GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n"
            reader, writer = await house.connect()
            for _ in range(2):
                writer.write(raw)
                assert (await read_one(reader)).body == b"ok: 2 sources\n"
            house.vitals.well = False
            assert parsed(await house.talk(CLOSING)).status == 200
            writer.close()

    run(work())


def test_a_known_request_waits_for_its_turn(folder: Path) -> None:
    cold = b"GET /category/macro.xml HTTP/1.1\r\nHost: h\r\n\r\n"

    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            writer.write(PLAIN)
            await read_one(reader)
            door = house.server._door
            assert door is not None
            (connection,) = door.inside
            connection.data_received(cold)  # which takes a thread
            connection.data_received(PLAIN)
            assert [(await read_one(reader)).body for _ in range(2)] == [b"<feed/>", ATOM]
            writer.close()

    run(work())
