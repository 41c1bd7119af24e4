"""The loopback itself: what it writes down, and how it fails when it is to fail."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.judge.evidence import Asked, Seen
from tests.judge.replies import Manner, Reply, failing, feed
from tests.judge.rule import Pace, Rule
from tests.judge.server import Loopback


class _Any(Rule):
    """Answers each target in its own manner."""

    area = source = broken_by = "-"

    def answer(self, asked: Asked) -> Reply:
        if asked.target == "/good":
            return feed().with_(("ETag", '"v-\xe9"'))
        manner = Manner[asked.target.removeprefix("/").upper()]
        if manner in (Manner.SILENT, Manner.RESET):
            return failing(manner)
        return Reply(200, (), b"some", manner)

    def verdict(self, seen: Seen) -> Iterator[str]:
        del seen
        yield from ()


class _Slams(_Any):
    """Takes no connection."""

    slams = True


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with Loopback([_Any, _Slams], Pace(beat=0.1), network=120) as serving:
        yield serving


def connect(loopback: Loopback, rule: type[Rule]) -> socket.socket:
    host = loopback.served[rule.__name__].place.hosts[0]
    return socket.create_connection((host, loopback.port), timeout=10)


def seen(loopback: Loopback, rule: type[Rule] = _Any) -> Seen:
    return loopback.served[rule.__name__].seen


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    while piece := connection.recv(65536):
        received += piece
    return bytes(received)


def test_a_request_is_written_down_as_it_came_and_the_connection_goes_on(loopback: Loopback) -> None:
    with connect(loopback, _Any) as connection:
        connection.sendall(b'GET /good HTTP/1.1\r\nHOST: a\r\nx-Odd:  "\xe9" \r\nHost: b\r\n\r\n')
        first = b""
        while not first.endswith(b"</rss>"):
            first += connection.recv(65536)
        connection.sendall(b"GET /good HTTP/1.1\r\nConnection: close\r\n\r\n")
        second = everything(connection)

    one, two = seen(loopback).exchanges
    assert one.asked.headers == (("HOST", "a"), ("x-Odd", '"\xe9"'), ("Host", "b"))
    assert one.asked.header("host") == "a | b"
    assert (one.asked.connection, one.asked.number) == (two.asked.connection, 0)
    assert two.asked.number == 1
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'ETag: "v-\xe9"\r\n' in first
    assert first.split(b"\r\n\r\n")[1] == second.split(b"\r\n\r\n")[1]


@pytest.mark.parametrize("manner", ["silent", "drip", "endless"])
def test_what_never_ends_is_ended_by_it_at_last_or_when_the_client_goes(
    loopback: Loopback, manner: str
) -> None:
    with connect(loopback, _Any) as patient:
        patient.sendall(f"GET /{manner} HTTP/1.1\r\n\r\n".encode())
        everything(patient)

    (exchange,) = seen(loopback).exchanges
    assert exchange.ended is not None
    assert exchange.ended > exchange.asked.at


def test_a_cut_body_is_shorter_than_announced(loopback: Loopback) -> None:
    with connect(loopback, _Any) as connection:
        connection.sendall(b"GET /cut HTTP/1.1\r\n\r\n")
        head, body = everything(connection).split(b"\r\n\r\n")

    assert b"Content-Length: 72" in head
    assert body == b"some"


def test_a_reset_is_one(loopback: Loopback) -> None:
    with connect(loopback, _Any) as connection:
        connection.sendall(b"GET /reset HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            everything(connection)


def test_who_takes_no_connection_writes_it_down(loopback: Loopback) -> None:
    def ask() -> None:
        with connect(loopback, _Slams) as connection:
            everything(connection)

    with pytest.raises(ConnectionError):
        ask()

    assert len(seen(loopback, _Slams).tries()) == 1
    assert seen(loopback, _Slams).exchanges == []
