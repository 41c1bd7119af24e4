"""What clients may take, and what is answered to nonsense."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.server import Limits
from tests.server.conftest import ATOM, SECRET
from tests.server.house import FakeVitals, House, a_house, parsed, read_one, run

PLAIN = b"GET /all.xml HTTP/1.1\r\nHost: feeds.example\r\n\r\n"
CLOSING = b"GET /all.xml HTTP/1.1\r\nHost: feeds.example\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET /all.xml\r\n\r\n", 400),
        (b"GET /all.xml HTTP/9.9\r\nHost: h\r\n\r\n", 400),
        (b"GET all.xml HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost : h\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
        (b"CONNECT feeds.example:443 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 405),
        (b"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 405),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET /all.xml HTTP/1.1\r\nHost: h\r\n" + b"X: a\r\n" * 200 + b"\r\n", 431),
        (
            b"GET /all.xml HTTP/1.1\r\nHost: h\r\n"
            + b"".join(b"X%d: %s\r\n" % (n, b"a" * 4000) for n in range(9)),
            431,
        ),
    ],
)
def test_nonsense_is_refused_in_a_line_and_the_connection_closed(
    folder: Path, caplog: pytest.LogCaptureFixture, said: bytes, status: int
) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            got = parsed(await house.talk(said))

            assert got.status == status
            assert got["Connection"] == "close"
            assert got["Content-Type"] == "text/plain; charset=utf-8"
            assert len(got.body) == int(got["Content-Length"])
            assert (await house.get()).body == ATOM  # and the server goes on

    run(work())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


WORDS = [
    b"GET ", b"HEAD ", b"/all.xml", b" HTTP/1.1", b" HTTP/1.0", b"\r\n", b"\r\n\r\n", b"\n", b"Host: h\r\n",
    b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"abc", b"0\r\n\r\n", b"\x00", b": ",
    b"\xff", b"Upgrade: websocket\r\n", b"Sec-WebSocket-Key: x\r\n", b"Expect: 100-continue\r\n",
    b"Connection: upgrade\r\n",
]  # fmt: skip


@given(said=st.lists(st.sampled_from(WORDS), max_size=14).map(b"".join) | st.binary(max_size=80))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_the_server_stays_well(folder: Path, said: bytes) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(lingering=0.05)) as house:
            raw = await house.talk(said, quiet=0.05)

            assert b" 500 " not in raw
            assert SECRET not in raw
            assert (await house.get()).body == ATOM

    run(work())


def test_a_connection_serves_one_request_after_another(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            for _ in range(3):
                writer.write(PLAIN)
                got = await read_one(reader)
                assert (got.status, got.body) == (200, ATOM)
                assert "Connection" not in got
            writer.close()

    run(work())


def test_requests_sent_at_once_are_answered_in_order(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            targets = [b"/all.xml", b"/nothing", b"/style.css"] * 30
            writer.write(b"".join(b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n" % target for target in targets))
            statuses = [(await read_one(reader)).status for _ in targets]
            assert statuses == [200, 404, 200] * 30
            writer.close()

    run(work())


@pytest.mark.parametrize("length", [100, 8_000_000])
@pytest.mark.parametrize("requests", [[CLOSING], [PLAIN], [PLAIN, PLAIN, PLAIN]])
def test_who_says_no_more_gets_what_was_asked_for(folder: Path, requests: list[bytes], length: int) -> None:
    (folder / "all.xml").write_bytes(b"x" * length)

    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            writer.write(b"".join(requests))
            writer.write_eof()
            got = [await read_one(reader) for _ in requests]
            assert [(each.status, len(each.body)) for each in got] == [(200, length)] * len(requests)
            assert await reader.read() == b""
            writer.close()

    run(work())


@pytest.mark.parametrize("said", [b"", PLAIN[:-2]])
def test_who_says_no_more_and_asked_for_nothing_is_let_go_at_once(folder: Path, said: bytes) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            writer.write(said)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()

    run(work())


def test_a_request_in_pieces_is_one_request(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            got = parsed(await house.talk(*(CLOSING[at : at + 1] for at in range(len(CLOSING)))))
            assert (got.status, got.body) == (200, ATOM)

    run(work())


def test_a_head_in_a_piece_that_looks_like_a_request_is_none(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            reader, writer = await house.connect()
            writer.write(PLAIN)
            await read_one(reader)  # the server has seen this request
            writer.write(PLAIN + b"GET /nothing HTTP/1.1\r\nConnection: close\r\nHost: h\r\nX: ")
            assert (await read_one(reader)).status == 200
            writer.write(PLAIN)  # the value of X, a field, and the end
            got = parsed(await reader.read())
            assert got.status == 400  # a second Host
            writer.close()

    run(work())


def test_http_1_0_closes_unless_asked_not_to(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            got = parsed(await house.talk(b"GET /all.xml HTTP/1.0\r\n\r\n"))
            assert (got.status, got["Connection"], got.body) == (200, "close", ATOM)

            reader, writer = await house.connect()
            for _ in range(2):
                writer.write(b"GET /all.xml HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                assert (await read_one(reader))["Connection"] == "keep-alive"
            writer.close()

    run(work())


def test_the_body_of_a_request_is_not_taken_for_another(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            inner = b"GET /style.css HTTP/1.1\r\nHost: h\r\n\r\n"
            for method in (b"GET", b"POST"):
                raw = await house.talk(
                    method
                    + b" /all.xml HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(inner)
                    + inner
                )
                assert raw.count(b"HTTP/1.1 ") == 1
                assert b"Connection: close\r\n" in raw

    run(work())


def test_a_body_that_never_ends_is_not_waited_for(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(lingering=0.05)) as house:
            raw = await house.talk(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nabc")
            assert raw.startswith(b"HTTP/1.1 405 ")

    run(work())


@pytest.mark.parametrize("said", [b"", b"GET /all.xml HT", PLAIN[:-2], PLAIN + PLAIN[:-2]])
def test_a_request_that_does_not_come_is_not_waited_for(folder: Path, said: bytes) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(idle=0.1)) as house:
            raw = await house.talk(said)  # returns when the server has closed
            assert raw.count(b"HTTP/1.1 200 OK") == said.count(b"\r\n\r\n")

    run(work())


def test_a_request_that_drips_in_is_cut_off(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(idle=0.2)) as house:
            reader, writer = await house.connect()
            writer.write(b"GET /all.xml HTTP/1.1\r\n")
            ended = asyncio.create_task(reader.read())
            while not ended.done():
                writer.write(b"X: a\r\n")
                await asyncio.wait([ended], timeout=0.02)
            assert ended.exception() is not None or ended.result() == b""
            writer.close()

    run(work())


def test_a_client_that_takes_nothing_is_cut_off(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 8_000_000)

    async def work() -> None:
        async with a_house(folder, limits=Limits(patience=0.2)) as house:
            reader, writer = await house.connect()
            writer.write(CLOSING)
            await until_alone(house)
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await reader.readexactly(8_000_000)
            writer.close()
            await asyncio.sleep(0)

    run(work())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system decides how much it takes")
def test_what_is_not_taken_waits_on_the_disk_and_not_in_the_memory_of_the_system(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 8_000_000)

    async def work() -> None:
        async with a_house(folder, limits=Limits(patience=0.2)) as house:
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            with client:
                await loop.sock_connect(client, ("127.0.0.1", house.port))
                await loop.sock_sendall(client, CLOSING)
                await until_alone(house)
                sent = 0
                with contextlib.suppress(ConnectionResetError):
                    while got := await loop.sock_recv(client, 65536):
                        sent += len(got)
            assert 0 < sent < 1_000_000

    run(work())


async def until_alone(house: House) -> None:
    """Wait until the server has no connection but the one that asks."""
    for _ in range(400):
        if b"\naggregator_http_connections 1\n" in (await house.get("/-/metrics")).body:
            return
        await asyncio.sleep(0.05)  # what is told is a second old at most
    pytest.fail("connections stay")


def test_who_only_waits_makes_room(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder, limits=Limits(connections=4)) as house:
            idle = [await house.connect() for _ in range(20)]
            assert (await house.get()).status == 200
            async with asyncio.timeout(10):  # sooner than anybody is cut off for waiting alone
                ended = [await reader.read() for reader, _ in idle[:10]]
            assert ended == [b""] * 10
            for _, writer in idle:
                writer.close()

    run(work())


def test_where_everybody_is_busy_there_is_no_room(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 8_000_000)

    async def work() -> None:
        async with a_house(folder, limits=Limits(connections=2)) as house:
            busy = [await house.connect() for _ in range(2)]
            for reader, writer in busy:
                writer.write(PLAIN)
                await reader.readexactly(1)
            got = parsed(await house.talk())
            assert (got.status, got["Retry-After"], got["Connection"]) == (503, "5", "close")
            for reader, writer in busy:
                await reader.readuntil(b"\r\n\r\n")
                assert await reader.readexactly(8_000_000) == b"x" * 8_000_000
                writer.close()

    run(work())


class BrokenVitals(FakeVitals):
    """Has a bug."""

    def healthy(self) -> tuple[bool, str]:
        raise RuntimeError("SECRET: a bug")


def test_a_bug_is_logged_and_told_to_nobody(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with a_house(folder, vitals=BrokenVitals()) as house:
            got = await house.get("/-/healthy")
            assert (got.status, got["Connection"]) == (500, "close")
            assert b"SECRET" not in got.raw
            assert (await house.get()).status == 200

    logging.getLogger("aggregator").propagate = True
    run(work())
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def access() -> Iterator[Lines]:
    logger, lines = logging.getLogger("aggregator.access"), Lines()
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(lines)
    logger.setLevel(logging.NOTSET)


def test_the_access_log_has_a_line_for_each_request_that_steers_no_terminal(
    folder: Path, access: Lines
) -> None:
    async def work() -> None:
        async with a_house(folder, access_log=True) as house:
            await house.get("/all.xml", User_Agent='odd "agent" \udcff')
            await house.get("/\x1b[31m\u202e")
            await house.talk(b"nonsense\r\n\r\n")

    run(work())
    first, second, third = access.lines
    assert first.startswith(f'127.0.0.1 "GET /all.xml" 200 {len(ATOM)} ')
    assert json.loads(first.split(" ", 5)[5]) == 'odd "agent" \udcff'
    assert all(line.isascii() and line.isprintable() for line in access.lines)
    assert " 404 " in second or " 400 " in second
    assert " 400 " in third


def test_nothing_is_logged_unless_asked_for(folder: Path, access: Lines) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            await house.get()

    run(work())
    assert access.lines == []
