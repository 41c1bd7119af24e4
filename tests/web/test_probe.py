"""Small questions to the network, answered from this machine alone."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from aggregator.errors import FetchError
from aggregator.web import probe
from aggregator.web.guard import RefusedError


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:secret@Example.ORG:8443/feed?x=1", "example.org"),
        ("http://[::1]:8080/", "::1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://中国.example/", "xn--fiqs8s.example"),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_the_host_of_a_url_is_the_one_that_is_asked(url: str, host: str | None) -> None:
    assert probe.host_of(url) == host


def test_an_address_needs_no_looking_up() -> None:
    assert asyncio.run(probe.look_up("93.184.216.34")) == ["93.184.216.34"]


def test_a_private_address_is_told_unless_it_is_opened() -> None:
    with pytest.raises(FetchError, match="loopback") as refused:
        asyncio.run(probe.look_up("127.0.0.1"))

    assert isinstance(refused.value.__cause__, RefusedError)
    assert asyncio.run(probe.look_up("127.0.0.1", ("127.0.0.1",))) == ["127.0.0.1"]
    assert asyncio.run(probe.look_up("127.0.0.1", None)) == ["127.0.0.1"]


def test_a_name_that_cannot_be_is_told_in_one_line() -> None:
    with pytest.raises(FetchError) as failed:
        asyncio.run(probe.look_up(f"{'a' * 64}.example"))

    assert "\n" not in str(failed.value)
    assert "a.example" in str(failed.value)


def test_a_name_server_that_keeps_silent_is_not_waited_for() -> None:
    with pytest.raises(FetchError, match="no answer within 0s"):
        asyncio.run(probe.look_up("localhost", None, seconds=0))


def test_a_free_address_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as before:
        port = before.getsockname()[1]

    assert probe.listening_at("127.0.0.1", port) == probe.FREE
    with socket.create_server(("127.0.0.1", port)):
        assert probe.listening_at("127.0.0.1", port) == errno.EADDRINUSE


def test_an_address_of_everywhere_is_taken_by_whoever_has_one_of_them(listener: socket.socket) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - it is never listened at

    assert probe.listening_at(everywhere, listener.getsockname()[1]) == errno.EADDRINUSE


def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    assert probe.listening_at("203.0.113.7", 8080) == errno.EADDRNOTAVAIL


def test_a_name_without_an_address_cannot_be_listened_at() -> None:
    assert probe.listening_at(f"{'a' * 64}.example", 8080) == probe.NO_SUCH_NAME
