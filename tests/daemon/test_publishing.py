"""When outputs are written: soon after a change, one run at a time, and again where it failed."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from aggregator.daemon.publishing import LATER, Publishing
from aggregator.errors import StoreError
from aggregator.reports import GenerateReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest


class Press:
    """Writes nothing, and notes when it is asked to."""

    def __init__(self) -> None:
        self.runs: list[float] = []
        self.at_once = self.most_at_once = 0
        self.fails: list[Exception | str] = []
        self.takes = 0.0

    async def __call__(self, goes_on: Callable[[], bool]) -> GenerateReport:
        loop = asyncio.get_running_loop()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.runs.append(loop.time())
        end = loop.time() + self.takes
        while loop.time() < end and goes_on():  # noqa: ASYNC110 - as a thread would
            await asyncio.sleep(0.005)
        self.at_once -= 1
        if self.fails:
            trouble = self.fails.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return GenerateReport(errors=(trouble,))
        return GenerateReport()


def run(scenario: Callable[[Publishing, Press], Awaitable[None]]) -> Press:
    press = Press()

    async def main() -> None:
        publishing = Publishing(press)
        task = asyncio.create_task(publishing.run())
        try:
            await scenario(publishing, press)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    return press


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event of ours
            await asyncio.sleep(0.005)


def test_many_changes_at_once_are_one_run() -> None:
    async def scenario(publishing: Publishing, press: Press) -> None:
        for _ in range(100):
            publishing.ask(LATER)
            publishing.ask(0.01)
        await until(lambda: len(press.runs) == 1)
        await asyncio.sleep(0.05)

    assert len(run(scenario).runs) == 1


def test_a_change_during_a_run_is_another_run_and_never_at_once() -> None:
    async def scenario(publishing: Publishing, press: Press) -> None:
        press.takes = 0.05
        publishing.ask(0)
        await until(lambda: len(press.runs) == 1)
        publishing.ask(0)
        await until(lambda: len(press.runs) == 2)
        assert press.runs[1] - press.runs[0] >= 2 * press.takes - 0.01  # it rests as long as it worked

    assert run(scenario).most_at_once == 1


def test_what_somebody_waits_for_does_not_wait_for_the_rest() -> None:
    now = 0.0

    async def publish(goes_on: Callable[[], bool]) -> GenerateReport:
        nonlocal now
        now += 1000  # after which it rests for seconds
        runs.append(now)
        return GenerateReport()

    async def main() -> float:
        publishing = Publishing(publish, monotonic=lambda: now)
        task = asyncio.create_task(publishing.run())
        publishing.ask(0)
        await until(lambda: len(runs) == 1)
        publishing.ask(0)
        await asyncio.sleep(0.01)
        assert len(runs) == 1
        began = asyncio.get_running_loop().time()
        publishing.ask(0, rested=False)
        await until(lambda: len(runs) == 2)
        task.cancel()
        return asyncio.get_running_loop().time() - began

    runs: list[float] = []

    assert asyncio.run(main()) < 4


def test_what_fails_is_told_in_one_line_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(publishing: Publishing, press: Press) -> None:
        press.fails = [StoreError("it is busy"), "the disk is full", ZeroDivisionError("ours")]
        for times in (1, 2, 3, 4):
            publishing.ask(0)
            await until(lambda times=times: len(press.runs) == times)  # type: ignore[misc]

    run(scenario)

    assert [record.getMessage() for record in caplog.records] == [
        "not published: it is busy; tried again in 2 s",
        "not published: the disk is full; tried again in 4 s",
        "publishing: a bug; please report it",
        "not published: a bug; tried again in 8 s",
    ]


def test_at_the_end_what_was_asked_for_is_done() -> None:
    async def scenario(publishing: Publishing, press: Press) -> None:
        publishing.ask(LATER)
        assert await publishing.stop(5)
        assert await publishing.stop(5)

    assert len(run(scenario).runs) == 1


def test_what_takes_too_long_at_the_end_is_told_to_stop() -> None:
    stopped = threading.Event()

    async def scenario(publishing: Publishing, press: Press) -> None:
        press.takes = 60
        publishing.ask(0)
        await until(lambda: len(press.runs) == 1)
        assert not await publishing.stop(0.05)
        await until(lambda: press.at_once == 0)
        stopped.set()

    run(scenario)

    assert stopped.is_set()
