"""Alarms go off late rather than never."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.daemon.alarms import Alarms
from aggregator.dates import utc_now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest

SOON, LATER = timedelta(milliseconds=30), timedelta(hours=1)


def run(scenario: Callable[[Alarms, list[str]], Awaitable[None]]) -> list[str]:
    rung: list[str] = []

    async def main() -> None:
        alarms = Alarms(utc_now)
        alarms.start()
        try:
            async with asyncio.timeout(20):
                await scenario(alarms, rung)
        finally:
            alarms.stop()
            alarms.stop()
            await asyncio.sleep(0)

    asyncio.run(main())
    return rung


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for is no event of ours
        await asyncio.sleep(0.005)


def test_one_that_is_past_goes_off_at_once() -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.at("due", utc_now() - timedelta(days=400), lambda: rung.append("past"))
        await until(lambda: bool(rung))

    assert run(scenario) == ["past"]


def test_one_takes_the_place_of_another_of_its_name() -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.at("due", utc_now() + SOON, lambda: rung.append("first"))
        alarms.at("due", utc_now() + 2 * SOON, lambda: rung.append("second"))
        alarms.at("other", utc_now() + 3 * SOON, lambda: rung.append("other"))
        await until(lambda: "other" in rung)

    assert run(scenario) == ["second", "other"]


def test_an_earlier_one_is_not_put_off() -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.no_later("due", utc_now() + LATER, lambda: rung.append("late"))
        alarms.no_later("due", utc_now() + SOON, lambda: rung.append("soon"))
        alarms.no_later("due", utc_now() + LATER, lambda: rung.append("late"))
        await until(lambda: bool(rung))
        alarms.no_later("due", utc_now() + SOON, lambda: rung.append("again"))
        await until(lambda: len(rung) == 2)

    assert run(scenario) == ["soon", "again"]


def test_one_that_was_set_by_a_wrong_clock_goes_off_within_hours() -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.at("due", utc_now() + timedelta(days=3650), lambda: rung.append("never"))
        job = alarms._scheduler.get_job("due")
        assert job.next_run_time - utc_now() < timedelta(hours=7)

    assert run(scenario) == []


def test_one_can_go_off_again_and_again() -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.every("house", 0.02, lambda: rung.append("kept"))
        await until(lambda: len(rung) >= 3)

    assert set(run(scenario)) == {"kept"}


def test_one_that_breaks_breaks_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(alarms: Alarms, rung: list[str]) -> None:
        alarms.at("broken", utc_now(), lambda: rung.append(str(1 // 0)))
        alarms.at("due", utc_now() + SOON, lambda: rung.append("due"))
        await until(lambda: bool(rung))

    assert run(scenario) == ["due"]
    assert "an alarm: a bug; please report it" in caplog.text
