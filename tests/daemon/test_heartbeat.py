"""Clocks that are set, and machines that sleep."""

from __future__ import annotations

import asyncio
import time

import pytest

from aggregator.daemon.heartbeat import Jump, Jumps, beat, steady
from tests.fakes import FakeClock


class Steady:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("wall", "passed", "jump"),
    [
        (1.0, 1.0, None),
        (1.5, 1.0, None),
        (3601.0, 1.0, Jump(3600.0, 0.0)),
        (-86_399.0, 1.0, Jump(-86_400.0, 0.0)),
        (7200.0, 7200.0, Jump(0.0, 7200.0)),
        (60.0, 7260.0, Jump(-7200.0, 7260.0)),
    ],
)
def test_a_clock_that_is_set_is_told_from_a_machine_that_slept(
    wall: float, passed: float, jump: Jump | None
) -> None:
    clock, seconds = FakeClock(), Steady()
    jumps = Jumps(clock, seconds)
    clock.advance(seconds=wall)
    seconds.now += passed

    assert jumps.look() == jump
    assert jumps.look() is None


def test_the_steady_clock_goes_on() -> None:
    before = steady()

    assert 0 <= steady() - before < 60
    assert before >= time.monotonic() - 60


def test_the_beat_goes_on_until_it_is_cancelled() -> None:
    slept: list[float] = []
    beats: list[None] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(beat(1.0, lambda: beats.append(None), sleep=sleep))

    assert (slept, len(beats)) == ([1.0] * 4, 3)
