"""When sources are read: never twice at once, none waiting for another, none before its time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel

from aggregator.app import App
from aggregator.app.running import Running
from aggregator.config import load
from aggregator.daemon.work import Work
from aggregator.errors import FetchError, StoreError
from aggregator.model import Problem
from aggregator.sources.changed import UNSETTLED
from aggregator.sources.opml import Opml
from tests.daemon.sources import Adapter, FakeAlarms, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    import pytest

    from aggregator.contracts import Adapter as Kind

HOUR = timedelta(hours=1)


class Bench:
    """The work of a world, with an alarm that goes off when the test says so."""

    def __init__(
        self, world: World, work: Work, alarms: FakeAlarms, changed: list[tuple[bool, bool]]
    ) -> None:
        self.world, self.work, self.alarms, self.changed = world, work, alarms, changed

    async def quiet(self) -> None:
        """Until everything that can end has ended."""
        for _ in range(2000):
            if self.work.under_way <= self.world.web.held.keys() | self.world.local.held.keys():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(self.work.under_way)

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass; the alarm goes off where it is due."""
        until = self.world.clock.now + by
        while self.alarms.moment is not None and self.alarms.moment <= until:
            self.world.clock.now = max(self.alarms.moment, self.world.clock.now)
            self.alarms.moment = None
            self.work.look()
            await self.quiet()
        self.world.clock.now = until


def run(world: World, scenario: Callable[[Bench], Awaitable[None]], kind: type[Running] = Running) -> None:
    async def main() -> None:
        with world.open() as opened:
            running = kind(opened.app, opened.store)
            async with running:
                alarms, changed = FakeAlarms(), list[tuple[bool, bool]]()
                work = Work(running, alarms, lambda *about: changed.append(about))
                bench = Bench(world, work, alarms, changed)
                work.touch(running.sources)
                work.look()
                await bench.quiet()
                await scenario(bench)
                await work.stop(1.0)

    asyncio.run(main())


def test_remote_sources_are_read_when_they_are_due_and_not_before(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a b")

    async def scenario(bench: Bench) -> None:
        assert world.web.read == {"a": 1, "b": 1}
        await bench.pass_time(HOUR - timedelta(seconds=1))
        assert world.web.read == {"a": 1, "b": 1}
        await bench.pass_time(timedelta(seconds=1))
        assert world.web.read == {"a": 2, "b": 2}
        await bench.pass_time(10 * HOUR)
        assert world.web.read == {"a": 12, "b": 12}

    run(world, scenario)


def test_nothing_is_read_ahead_because_another_is_due(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a")

    async def scenario(bench: Bench) -> None:
        await bench.pass_time(timedelta(minutes=58))
        world.configure("", "a b")
        bench.work._running.use(world.app())
        bench.work.follow()
        await bench.quiet()
        assert world.web.read == {"a": 1, "b": 1}

    run(world, scenario)


def test_local_sources_are_read_when_they_changed_and_now_and_then(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")

    async def scenario(bench: Bench) -> None:
        assert world.local.read["posts"] == 1
        bench.work.touch(["posts", "a", "unknown"])
        await bench.quiet()
        assert (world.local.read["posts"], world.web.read["a"]) == (2, 1)
        await bench.pass_time(HOUR)
        assert world.local.read["posts"] == 3

    run(world, scenario)


def test_a_paused_local_source_waits_for_no_moment(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")

    async def scenario(bench: Bench) -> None:
        bench.work._running.store.set_paused("posts", True, world.clock())
        world.clock.advance(hours=2)
        for _ in range(2):
            bench.alarms.moment = None
            bench.work.look()
        assert (bench.alarms.moment, world.local.read["posts"]) == (None, 1)

        bench.work._running.store.set_paused("posts", False, world.clock())
        bench.work.touch(["posts"])
        await bench.quiet()
        assert world.local.read["posts"] == 2

    run(world, scenario)


def test_files_that_are_still_being_written_are_looked_at_again_soon(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    world.local.problems = (Problem("a.md", UNSETTLED),)

    async def scenario(bench: Bench) -> None:
        world.local.problems = ()
        await bench.pass_time(timedelta(seconds=2))
        assert world.local.read["posts"] == 2
        await bench.pass_time(timedelta(seconds=10))
        assert world.local.read["posts"] == 2

    run(world, scenario)


def test_no_source_is_read_twice_at_once_and_a_change_meanwhile_is_not_missed(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")

    async def scenario(bench: Bench) -> None:
        world.local.held["posts"] = asyncio.Event()
        for _ in range(5):
            bench.work.touch(["posts"])
            bench.work.look()
            bench.work.read_all()
            await asyncio.sleep(0)
        assert world.local.read["posts"] == 2
        world.local.held.pop("posts").set()
        await bench.quiet()
        await bench.quiet()
        assert world.local.read["posts"] == 3
        assert world.local.most_at_once["posts"] == 1

    run(world, scenario)


def test_a_slow_source_holds_up_no_other(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="slow quick")

    async def scenario(bench: Bench) -> None:
        world.web.held["slow"] = asyncio.Event()
        await bench.pass_time(HOUR)
        assert bench.work.under_way == {"slow"}
        await bench.pass_time(3 * HOUR)
        assert (world.web.read["slow"], world.web.read["quick"]) == (2, 5)
        world.web.held.pop("slow").set()
        await bench.quiet()
        await bench.pass_time(timedelta(0))
        assert world.web.read["slow"] == 2  # its interval is counted from when it was read
        await bench.pass_time(HOUR)
        assert world.web.read["slow"] == 3

    run(world, scenario)


def test_a_server_was_asked_when_it_answered_not_when_the_wait_for_its_turn_began(tmp_path: Path) -> None:
    """The pause between two requests to a host, which outlives the process, begins there."""
    world = World(tmp_path, remote="a")

    async def scenario(bench: Bench) -> None:
        world.web.held["a"] = asyncio.Event()
        bench.work.read_all()
        await asyncio.sleep(0)
        assert world.web.read["a"] == 2
        world.clock.advance(minutes=10)
        world.web.held.pop("a").set()
        await bench.quiet()
        (state,) = bench.work._running.store.states()
        assert state.attempted == world.clock.now

    run(world, scenario)


def test_everything_is_read_on_request(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")

    async def scenario(bench: Bench) -> None:
        bench.work.read_all()
        await bench.quiet()
        assert (world.local.read["posts"], world.web.read["a"]) == (2, 2)

    run(world, scenario)


def test_a_local_source_that_fails_is_tried_again_later_and_later(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    world.local.fails["posts"] = FetchError("seeds: there is no such folder")

    async def scenario(bench: Bench) -> None:
        await bench.pass_time(timedelta(seconds=30))
        assert world.local.read["posts"] == 5  # at once, and after 2, 6, 14 and 30 s
        world.local.fails.clear()
        await bench.pass_time(timedelta(seconds=32))
        assert world.local.read["posts"] == 6

    run(world, scenario)


def test_a_bug_in_one_reading_ends_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    world = World(tmp_path, remote="bad good")

    async def scenario(bench: Bench) -> None:
        world.web.crashes.add("bad")
        await bench.pass_time(3 * HOUR)
        assert world.web.read["good"] == 4
        # Its lease is what keeps it away: the least pause there is.
        assert 1 < world.web.read["bad"] <= 1 + 3 * 4 + 1

    run(world, scenario)

    assert "bad: a bug; please report it" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_store_that_is_busy_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    world = World(tmp_path, local="posts", remote="a")

    async def scenario(bench: Bench) -> None:
        with _locked(tmp_path / "var" / "aggregator.db"):
            bench.work._running.store._connection._raw.execute("pragma busy_timeout = 0")
            await bench.pass_time(HOUR)
            assert world.web.read["a"] == 1
        await bench.pass_time(timedelta(seconds=10))
        assert (world.web.read["a"], world.local.read["posts"]) == (2, 3)

    run(world, scenario)

    assert "nothing can be read now" in caplog.text


def test_what_was_read_is_told_and_whether_it_changed_anything(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")

    async def scenario(bench: Bench) -> None:
        assert sorted(bench.changed) == [(True, False), (True, True)]
        world.web.fails["a"] = FetchError("timed out")
        bench.changed.clear()
        await bench.pass_time(timedelta(minutes=59))
        bench.work.read_all()
        await bench.quiet()
        assert (False, False) in bench.changed

    run(world, scenario)


class Url(BaseModel):
    url: str

    @property
    def location(self) -> str:
        return self.url


class Listed(World):
    """A site whose sources a list names."""

    def __init__(self, root: Path, *urls: str) -> None:
        super().__init__(root)
        self.web = Adapter("feed", remote=True, options=Url)
        (root / "aggregator.yaml").write_text(
            "site: {url: 'https://a.example/'}\nschedule: {jitter: 0%, adaptive: false}\n"
            "sources: [{id: list, type: opml, path: list.opml}]\n"
        )
        self.name(*urls)

    def name(self, *urls: str) -> None:
        outlines = "".join(f'<outline type="rss" text="" xmlUrl="{url}"/>' for url in urls)
        (self.root / "list.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>")

    def app(self) -> App:
        adapters: dict[str, Kind] = {"feed": self.web}
        lists = {"opml": Opml()}
        settings = load(self.root / "aggregator.yaml", {**adapters, **lists}, {})
        return App(settings, adapters, {}, clock=self.clock, lists=lists)


class Unfollowing(Running):
    """The store cannot be written to, so many times."""

    fails = 0

    def resync(self) -> frozenset[str]:
        if self.fails:
            self.fails -= 1
            raise StoreError("the disk is full")
        return super().resync()


def stored(bench: Bench) -> dict[str, int]:
    """How many items each source that there is has."""
    return {each.id: each.items for each in bench.work._running.store.states() if each.active}


def test_what_is_read_while_a_list_gives_its_source_another_id_is_read_again_under_that(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = "https://x.example/feed", "https://www.x.example/feed"
    world = Listed(tmp_path, first)

    async def scenario(bench: Bench) -> None:
        assert stored(bench) == {"list": 0, "x.example-feed": 1}
        world.web.held["x.example-feed"] = asyncio.Event()
        await bench.pass_time(HOUR)
        assert "x.example-feed" in bench.work.under_way

        world.name(first, second)
        bench.work.touch(["list"])
        await bench.quiet()
        world.web.held["x.example-feed"].set()
        await bench.quiet()
        assert bench.work.under_way == frozenset()
        await bench.pass_time(timedelta(minutes=15))

        renamed, *others = sorted(stored(bench).values(), reverse=True)
        assert "x.example-feed" not in stored(bench)
        assert (renamed, others) == (2, [1, 0])
        assert not [record for record in caplog.records if record.levelname == "ERROR"]

    run(world, scenario)


def test_nothing_that_was_read_of_one_source_is_kept_for_another_that_takes_its_id(tmp_path: Path) -> None:
    first, second = "https://x.example/feed", "https://www.x.example/feed"
    others = ("https://y.example/feed", "https://z.example/feed")
    world = Listed(tmp_path, first, *others)

    async def scenario(bench: Bench) -> None:
        world.web.held["x.example-feed"] = asyncio.Event()
        await bench.pass_time(HOUR)
        world.name(second, *others)
        bench.work.touch(["list"])
        await bench.quiet()
        world.web.held.pop("x.example-feed").set()
        await bench.quiet()

        # Read for the former, cut off, and read for the one that has the id now.
        assert world.web.read["x.example-feed"] == 3
        assert world.web.most_at_once["x.example-feed"] == 1
        assert stored(bench)["x.example-feed"] == 2

    run(world, scenario)


def test_a_list_that_cannot_be_followed_now_is_followed_a_little_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = "https://x.example/feed", "https://y.example/feed"
    world = Listed(tmp_path, first)

    async def scenario(bench: Bench) -> None:
        running = bench.work._running
        assert isinstance(running, Unfollowing)
        running.fails = 2
        world.name(first, second)
        bench.work.touch(["list"])
        await bench.quiet()
        assert (running.fails, set(stored(bench))) == (1, {"list", "x.example-feed"})

        await bench.pass_time(timedelta(seconds=10))

        assert running.fails == 0
        assert stored(bench) == {"list": 0, "x.example-feed": 1, "y.example-feed": 1}

    run(world, scenario, Unfollowing)

    assert "the list cannot be followed now: the disk is full; tried again in 2 s" in caplog.text


def test_what_is_cut_off_before_it_began_is_read_afterwards(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a b")

    async def scenario(bench: Bench) -> None:
        world.clock.now += HOUR
        bench.work.look()
        async with asyncio.timeout(2.0):
            await bench.work.cut_off({"a", "b"})

        assert bench.work.under_way == frozenset()
        bench.work.read_all()
        await bench.quiet()
        assert world.web.read == {"a": 2, "b": 2}

    run(world, scenario)


def test_what_is_begun_anew_before_it_began_is_read(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a")

    async def scenario(bench: Bench) -> None:
        world.clock.now += HOUR
        bench.work.look()
        bench.work.begin_anew(["a"])
        await bench.pass_time(HOUR)

        assert world.web.read == {"a": 2}

    run(world, scenario)


def test_at_the_end_what_is_under_way_may_end_and_the_rest_is_cut_off(tmp_path: Path) -> None:
    world = World(tmp_path, remote="slow endless")

    async def scenario(bench: Bench) -> None:
        world.web.held |= {"slow": asyncio.Event(), "endless": asyncio.Event()}
        await bench.pass_time(HOUR)
        asyncio.get_running_loop().call_later(0.01, world.web.held["slow"].set)

        cut_off = await bench.work.stop(0.2)

        assert (cut_off, bench.work.under_way) == (1, frozenset())
        bench.work.look()
        bench.work.read_all()
        assert bench.work.under_way == frozenset()
        states = {state.id: state for state in bench.work._running.store.states()}
        assert states["slow"].next_check == world.clock.now + HOUR
        assert states["endless"].next_check == world.clock.now + timedelta(minutes=15)

    run(world, scenario)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("begin immediate")
        yield
