"""The daemon in this process, where its clocks are ours; what a service manager hears of the real one."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.app.running import Running
from aggregator.daemon import Daemon, Surroundings
from aggregator.errors import StoreError
from aggregator.store import beside
from tests.daemon.process import PATIENCE, PROJECT
from tests.daemon.sources import World
from tests.daemon.test_doors import FakeDoor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    import pytest

    from aggregator.app import App
    from aggregator.commands import Command
    from tests.daemon.process import Site

HOUR = timedelta(hours=1)


class Steady:
    """The clock that nobody sets: so much passed as the test says."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


def run(
    world: World,
    scenario: Callable[[Running, Steady], Awaitable[None]],
    *,
    reload: Callable[[], App] | None = None,
    told: list[str] | None = None,
) -> int:
    """Run the daemon beside a scenario, and stop it by a signal."""
    steady, doors = Steady(), (() if told is None else (lambda _: FakeDoor("door", told),))

    async def main(running: Running) -> int:
        around = Surroundings(reload=reload or world.app, environ={}, doors=doors, steady=steady)
        daemon = asyncio.create_task(Daemon(running, around).run())
        try:
            await scenario(running, steady)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            code = await daemon
        return code

    with world.open() as running:
        return asyncio.run(main(running))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event of ours
            await asyncio.sleep(0.01)


def next_check(running: Running) -> timedelta:
    (state,) = running.store.states()
    assert state.next_check is not None
    return state.next_check - running.app.clock()


def test_a_clock_that_is_set_back_or_ahead_makes_nobody_wait_longer_nor_be_asked_sooner(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, remote="a")

    async def scenario(running: Running, steady: Steady) -> None:
        await until(lambda: world.web.read["a"] == 1 and next_check(running) == HOUR)
        for years in (-10, 20):
            world.clock.advance(days=365 * years)
            await until(lambda: next_check(running) == HOUR)
        assert world.web.read["a"] == 1

    assert run(world, scenario) == 0


def test_after_a_sleep_what_is_due_is_read(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")

    async def scenario(running: Running, steady: Steady) -> None:
        # Once as it begins, and once when it is watched: what changed in between nobody saw.
        await until(lambda: world.web.read["a"] == 1 and world.local.read["posts"] == 2)
        steady.passed += 3600
        world.clock.advance(seconds=3600)
        await until(lambda: world.web.read["a"] == 2 and world.local.read["posts"] >= 3)

    assert run(world, scenario) == 0


def test_a_bug_while_the_configuration_is_read_leaves_the_one_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, remote="a")

    async def scenario(running: Running, steady: Steady) -> None:
        await until(lambda: world.web.read["a"] == 1)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "ZeroDivisionError" in caplog.text)

    def broken() -> App:
        raise ZeroDivisionError

    assert run(world, scenario, reload=broken) == 0
    assert "a bug; please report it" in caplog.text


def test_nothing_is_kept_of_what_was_being_read_as_it_was_configured_before(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a b")

    async def scenario(running: Running, steady: Steady) -> None:
        world.web.held |= {"a": asyncio.Event(), "b": asyncio.Event()}
        await until(lambda: set(world.web.read) == {"a", "b"})
        text = (tmp_path / "aggregator.yaml").read_text()
        (tmp_path / "aggregator.yaml").write_text(text.replace("{id: a,", "{id: a, timezone: Asia/Tokyo,"))
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: world.web.read["a"] == 2)
        for each in world.web.held.values():
            each.set()
        await until(lambda: all(state.last_success for state in running.store.states()))
        assert world.web.read == {"a": 2, "b": 1}

    assert run(world, scenario) == 0


def test_what_is_being_read_of_a_source_when_it_is_reset_counts_no_more(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a b")

    async def scenario(running: Running, steady: Steady) -> None:
        world.web.held |= {"a": asyncio.Event(), "b": asyncio.Event()}
        await until(lambda: set(world.web.read) == {"a", "b"})
        with beside(running.store.path) as other:
            other.leave("reset", "a", world.clock())
        await until(lambda: world.web.read["a"] == 2)
        for each in world.web.held.values():
            each.set()
        await until(lambda: all(state.last_success for state in running.store.states()))
        assert world.web.read == {"a": 2, "b": 1}

    assert run(world, scenario) == 0


def test_what_is_asked_for_while_it_begins_is_done_when_it_is_at_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    world, told = World(tmp_path, remote="a"), list[str]()

    class Asked(FakeDoor):
        """Is told to reload, and to read everything, while it opens."""

        async def start(self) -> None:
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGUSR1)
            await asyncio.to_thread(world.app)  # as long as a reload takes, and some turns of the loop
            for _ in range(100):
                await asyncio.sleep(0)
            assert not world.web.read
            await super().start()

    async def main(running: Running) -> int:
        around = Surroundings(reload=world.app, environ={}, doors=(lambda _: Asked("door", told),))
        daemon = asyncio.create_task(Daemon(running, around).run())
        await until(lambda: "taken up" in caplog.text and world.web.read["a"] > 0)
        assert not daemon.done()
        os.kill(os.getpid(), signal.SIGTERM)
        return await daemon

    with world.open() as running:
        assert asyncio.run(main(running)) == 0
    assert told == ["+door", "door = Feeds", "-door"]


def test_doors_are_open_as_long_as_it_runs(tmp_path: Path) -> None:
    world, told = World(tmp_path, remote="a"), list[str]()

    async def scenario(running: Running, steady: Steady) -> None:
        await until(lambda: world.web.read["a"] == 1)
        assert told == ["+door"]

    assert run(world, scenario, told=told) == 0
    assert told == ["+door", "-door"]


def test_what_comes_to_be_read_while_a_configuration_is_taken_up_is_not_kept_for_what_it_is_then(
    tmp_path: Path,
) -> None:
    world, told = World(tmp_path, remote="a"), list[str]()

    async def main(running: Running) -> int:
        class Meanwhile(FakeDoor):
            """While it takes up the configuration another source appears, as a list has it, and is read."""

            async def use(self, app: App) -> None:
                running.use(between)
                daemon._work.follow()
                await until(lambda: world.web.read["b"] == 1)

        around = Surroundings(reload=world.app, environ={}, doors=(lambda _: Meanwhile("door", told),))
        daemon = Daemon(running, around)
        at_work = asyncio.create_task(daemon.run())
        await until(lambda: world.web.read["a"] == 1)
        world.web.held["b"] = asyncio.Event()
        world.configure("", "a b")
        between = world.app()
        text = (tmp_path / "aggregator.yaml").read_text()
        (tmp_path / "aggregator.yaml").write_text(text.replace("b.example", "another.example"))
        os.kill(os.getpid(), signal.SIGHUP)
        await until(
            lambda: any(each.location == "https://another.example/" for each in running.sources.values())
        )
        world.web.held["b"].set()
        await until(lambda: all(state.last_success for state in running.store.states()))
        os.kill(os.getpid(), signal.SIGTERM)
        return await at_work

    with world.open() as running:
        assert asyncio.run(main(running)) == 0
    assert world.web.read["b"] == 2


def test_who_is_being_answered_and_what_is_being_read_have_the_same_time_to_end_in(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a")
    world.web.held["a"] = asyncio.Event()

    class Slow(FakeDoor):
        """Its last client is served before the source is read."""

        async def stop(self) -> None:
            world.web.held["a"].set()
            await super().stop()

    async def main(running: Running) -> int:
        around = Surroundings(reload=world.app, environ={}, doors=(lambda _: Slow("door", []),))
        daemon = asyncio.create_task(Daemon(running, around).run())
        await until(lambda: world.web.read["a"] == 1)
        os.kill(os.getpid(), signal.SIGTERM)
        return await daemon

    with world.open() as running:
        assert asyncio.run(main(running)) == 0
        (state,) = running.store.states()
        assert state.last_success is not None


def test_it_ends_though_its_server_reads_from_a_disk_that_hangs(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.daemon.hanging", str(tmp_path)]

    assert subprocess.run(program, cwd=PROJECT, check=False, timeout=PATIENCE).returncode == 0


def test_the_service_manager_hears_how_it_is(site: Site) -> None:
    site.configure({"id": "posts", "type": "jekyll", "path": "seeds"})
    address = str(site.root / "notify")
    heard: list[str] = []

    def hear(until: str) -> None:
        while until not in heard:
            heard.append(listens.recv(4096).decode().splitlines()[0])

    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listens:
        listens.bind(address)
        listens.settimeout(PATIENCE)
        with site.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="1000000") as daemon:
            hear("READY=1")
            hear("WATCHDOG=1")
            hear("STATUS=sources: 1, being read: 0")
            heard.clear()
            daemon.send(signal.SIGHUP)
            hear("RELOADING=1")
            hear("READY=1")
            daemon.send(signal.SIGTERM)
            hear("STOPPING=1")
            assert daemon.process.wait(PATIENCE) == 0


class Faulty(Running):
    """Commands cannot be looked at; counts how often it was tried."""

    tried = 0

    def do_commands(self) -> tuple[Command, ...]:
        self.tried += 1
        raise StoreError("is damaged")


def test_commands_that_cannot_be_looked_at_are_tried_later_and_later(tmp_path: Path) -> None:
    world, steady = World(tmp_path, remote="a"), Steady()

    async def tries(running: Faulty) -> list[int]:
        around = Surroundings(reload=world.app, environ={}, monotonic=steady)
        daemon, seconds = Daemon(running, around), []
        for second in range(20):
            before, steady.passed = running.tried, second
            daemon._beat()
            seconds += [second] * (running.tried - before)
        return seconds

    with world.open() as running:
        assert asyncio.run(tries(Faulty(running.app, running.store))) == [0, 2, 6, 14]
