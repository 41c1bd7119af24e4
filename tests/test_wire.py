"""Messages arrive whole or not at all, and nobody waits for ever."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from aggregator.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends() -> Iterator[tuple[Wire, Wire]]:
    one, other = Wire.pair()
    yield one, other
    one.close()
    other.close()


def test_messages_arrive_one_after_the_other_each_whole(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    messages = [b"", b"x", bytes(5_000_000), b"the last"]

    def send() -> None:
        for message in messages:
            one.send(message, 30)

    sending = Thread(target=send)
    sending.start()

    assert [other.receive(5_000_000, 30) for _ in messages] == messages
    sending.join()


def test_a_message_larger_than_its_limit_is_not_read(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.send(b"four")

    with pytest.raises(ValueError, match="a message of 4 bytes"):
        other.receive(3)


def test_an_end_that_is_closed_is_told(ends: tuple[Wire, Wire]) -> None:
    one, other = ends
    one.close()

    with pytest.raises(EOFError):
        other.receive(3)
    with pytest.raises(OSError, match="pipe"):
        other.send(b"x")


def test_what_does_not_come_is_not_waited_for(ends: tuple[Wire, Wire]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].receive(3, 0.01)


def test_who_takes_nothing_is_not_waited_for(ends: tuple[Wire, Wire]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].send(bytes(10_000_000), 0.01)


def test_no_time_at_all_is_over_at_once(ends: tuple[Wire, Wire]) -> None:
    ends[1].send(b"x")

    with pytest.raises(TimeoutError):
        ends[0].receive(3, -1)
