"""A server begins, and stops in order."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from aggregator.errors import ListenError
from aggregator.server import Address, Server
from tests.server.conftest import ATOM
from tests.server.house import FakeVitals, House, a_house, read_one, run

PLAIN = b"GET /all.xml HTTP/1.1\r\nHost: feeds.example\r\n\r\n"


def a_server(folder: Path, *listen: Address) -> Server:
    return Server(folder, listen, max_age=lambda: 60.0, moved=lambda _: None, vitals=FakeVitals())


def test_it_listens_where_it_is_told_and_tells_where_that_is(folder: Path) -> None:
    async def work() -> None:
        server = a_server(folder, ("127.0.0.1", 0), ("::1", 0))
        addresses = await server.start()
        assert [host for host, _ in addresses] == ["127.0.0.1", "::1"]
        for host, port in addresses:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(PLAIN)
            assert (await read_one(reader)).body == ATOM
            writer.close()
        await server.stop()

    run(work())


@pytest.mark.parametrize(
    ("host", "why"),
    [("203.0.113.1", "is no address of this machine"), ("no-such-host.invalid", "cannot be listened on: ")],
)
def test_where_it_cannot_listen_is_told_in_a_line(folder: Path, host: str, why: str) -> None:
    async def work() -> None:
        with pytest.raises(ListenError, match=f"^{re.escape(host)}:8080 {re.escape(why)}") as caught:
            await a_server(folder, (host, 8080)).start()
        assert "\n" not in str(caught.value)

    run(work())


def test_an_address_in_use_is_told_and_nothing_else_listens(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            server = a_server(folder, ("127.0.0.1", 0), ("127.0.0.1", house.port))
            with pytest.raises(
                ListenError, match=f"127.0.0.1:{house.port} is in use: stop what listens there"
            ):
                await server.start()
            assert (await house.get()).status == 200

    run(work())


def test_a_folder_that_is_not_there_yet_is_no_reason_not_to_begin(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_house(tmp_path / "feeds") as house:
            assert (await house.get()).status == 503
            assert (await house.get("/-/healthy")).status == 200
            (tmp_path / "feeds").mkdir()
            (tmp_path / "feeds" / "all.xml").write_bytes(ATOM)
            assert (await house.get()).body == ATOM

    run(work())


def test_stopping_sends_away_who_waits_and_finishes_who_is_answered(folder: Path) -> None:
    body = b"x" * 6_000_000
    (folder / "all.xml").write_bytes(body)

    async def work() -> None:
        async with a_house(folder) as house:
            waiting, idle = await house.connect()
            half, writer = await house.connect()
            writer.write(PLAIN)
            head = await half.readuntil(b"\r\n\r\n")
            stopping = asyncio.create_task(house.server.stop(10))
            assert await waiting.read() == b""
            assert b" 200 OK" in head
            assert await half.readexactly(len(body)) == body
            assert await half.read() == b""
            await stopping
            with pytest.raises(OSError, match="Connect call failed"):
                await house.connect()
            idle.close()
            writer.close()

    run(work())


def test_stopping_waits_no_longer_than_its_grace(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 8_000_000)

    async def stuck(house: House) -> asyncio.StreamWriter:
        reader, writer = await house.connect()
        writer.write(PLAIN)
        await reader.readuntil(b"\r\n\r\n")
        return writer

    async def work() -> None:
        async with a_house(folder) as house:
            writers = [await stuck(house) for _ in range(3)]
            async with asyncio.timeout(10):
                await house.server.stop(0.1)
            for writer in writers:
                writer.close()

    run(work())


def test_it_can_be_stopped_twice_and_before_it_began(folder: Path) -> None:
    async def work() -> None:
        server = a_server(folder, ("127.0.0.1", 0))
        await server.stop()
        await server.start()
        await server.stop()
        await server.stop()
        await server.start()
        await server.stop()

    run(work())
