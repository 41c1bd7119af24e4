"""What whoever runs for long may count on of the application."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aggregator.app.control import Done
from aggregator.app.equipment import Equipment
from aggregator.errors import ConfigError, FetchError, HeldError, LockedError, StoreError
from aggregator.exchange import Request
from aggregator.reports import SourceResult
from aggregator.store import beside
from tests.builders import a_source
from tests.daemon.sources import World
from tests.fakes import FakeStore

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.app.running import Running


def read(running: Running, *source_ids: str) -> dict[str, SourceResult]:
    async def main() -> dict[str, SourceResult]:
        async with running:
            begun = running.begin(source_ids)
            return {name: await start() for name, start in begun.starts.items()} | dict(begun.waiting)

    return asyncio.run(main())


def publish(running: Running) -> tuple[str, ...]:
    return asyncio.run(running.publish(lambda: True)).written


def test_it_reads_by_the_path_of_the_one_off_command_and_is_punctual(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a")
    with world.open() as running:
        first = read(running, "a")
        world.clock.advance(minutes=58)  # due for a one-off command: within a tenth of the interval
        early = read(running, "a")
        world.clock.advance(minutes=2)
        due = read(running, "a")

    assert [each["a"].state for each in (first, early, due)] == ["first-read", "not-due", "changed"]
    world.clock.advance(minutes=58)
    (result,) = world.app().refresh().sources
    assert result.state == "changed"


def test_it_writes_what_is_outdated_from_a_thread(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    with world.open() as running:
        read(running, "posts")

        assert "all.xml" in publish(running)
        assert publish(running) == ()


def test_what_comes_in_while_items_are_routed_is_routed_too(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts more")
    with world.open() as running:
        read(running, "posts")
        steps = running.app.routing(running.store).steps()
        next(steps)
        read(running, "more")
        for _ in steps:
            pass

        assert len(running.store.items(category="uncategorized")) == 2


def test_writing_that_may_not_go_on_leaves_the_rest_outdated(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    with world.open() as running:
        read(running, "posts")

        assert asyncio.run(running.publish(lambda: False)).written == ()
        assert "all.xml" in publish(running)


def test_another_configuration_is_used_but_not_for_what_only_a_restart_can_change(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a")

    async def main() -> None:
        with world.open() as running:
            async with running:
                world.configure("posts", "b")
                running.use(world.app())
                assert set(running.sources) == {"posts", "b"}
                assert [state.id for state in running.store.states() if state.active] == ["posts", "b"]

                for key, value in (("store", "var/other.db"), ("output", "{dir: elsewhere}")):
                    world.more = f"{key}: {value}\n"
                    world.configure("", "c")
                    with pytest.raises(ConfigError, match=f"{key}.*: only a restart can change it"):
                        running.differing(world.app())
                assert set(running.sources) == {"posts", "b"}

    asyncio.run(main())


def test_what_another_configuration_changes_is_known_before_it_is_used(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a b c")
    with world.open() as running:
        text = (tmp_path / "aggregator.yaml").read_text()
        changed = text.replace("{id: a,", "{id: a, interval: 2h,").replace("id: c", "id: d")
        (tmp_path / "aggregator.yaml").write_text("# one line more\n" + changed)

        assert running.differing(world.app()) == {"a", "c"}


def test_local_folders_are_watched_and_switched_off_ones_are_not(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")
    with world.open() as running:
        assert running.watched() == {tmp_path / "posts": frozenset({"posts"})}


def test_a_local_source_is_looked_at_again_after_its_interval(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    with world.open() as running:
        waits = SourceResult(source_id="posts", state="unchanged", skipped={"waiting for its date": 1})

        assert running.again(a_source(), SourceResult(source_id="posts", state="unchanged")) == timedelta(
            hours=1
        )
        assert running.again(a_source(), waits) == timedelta(minutes=1)
        assert running.again(a_source(interval=60.0), waits) == timedelta(minutes=1)


def test_the_write_ahead_log_is_moved_into_the_file(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    with world.open() as running:
        read(running, "posts")
        log = tmp_path / "var" / "aggregator.db-wal"
        before = log.stat().st_size

        running.keep_house()

        assert (before > 0, log.stat().st_size) == (True, 0)


# ── equipment ─────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_requested_before_what_was_replaced_is_idle(tmp_path: Path) -> None:
    app = World(tmp_path, remote="a").app()
    request = Request(url="http://127.0.0.1:9/")  # refused by the guard: nothing leaves the machine

    async def main() -> list[str]:
        told: list[str] = []
        former = Equipment(app.settings, app.clock, FakeStore())
        async with former, Equipment(app.settings, app.clock, FakeStore(), after=former) as latter:

            async def ask() -> None:
                with pytest.raises(FetchError):
                    await latter.get(request)
                told.append("asked")

            with former.in_use():
                task = asyncio.create_task(ask())
                for _ in range(10):
                    await asyncio.sleep(0)
                told.append("idle")
            await task
        return told

    assert asyncio.run(main()) == ["idle", "asked"]


def test_nor_while_what_was_replaced_before_that_is_still_in_use(tmp_path: Path) -> None:
    """Two reloads in a row: between them nothing was asked."""
    app = World(tmp_path, remote="a").app()

    request = Request(url="http://127.0.0.1:9/")

    async def main() -> None:
        first = Equipment(app.settings, app.clock, FakeStore())
        second = Equipment(app.settings, app.clock, FakeStore(), after=first)
        async with first, second, Equipment(app.settings, app.clock, FakeStore(), after=second) as third:
            with first.in_use():
                task = asyncio.create_task(third.get(request))
                for _ in range(10):
                    await asyncio.sleep(0)
                assert third._web is None
            with pytest.raises(FetchError):
                await task

    asyncio.run(main())


def test_a_pause_that_a_wrong_clock_wrote_holds_nobody(tmp_path: Path) -> None:
    app, store = World(tmp_path, remote="a").app(), FakeStore()
    store.hold("127.0.0.1:9", app.clock() + timedelta(days=3650), app.clock())

    async def main() -> None:
        async with Equipment(app.settings, app.clock, store) as equipment:
            with pytest.raises(FetchError) as failed:
                await equipment.get(Request(url="http://127.0.0.1:9/"))
            assert not isinstance(failed.value, HeldError)

    asyncio.run(main())


def test_requests_at_the_same_time_share_one_client(tmp_path: Path) -> None:
    app = World(tmp_path, remote="a").app()
    request = Request(url="http://127.0.0.1:9/")

    async def main() -> None:
        async with Equipment(app.settings, app.clock, FakeStore()) as equipment:
            asked = [equipment.get(request) for _ in range(3)]
            failures = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(each) for each in failures] == [FetchError] * 3
            first = equipment._web
            with pytest.raises(FetchError):
                await equipment.get(request)
            assert equipment._web is first is not None

    asyncio.run(main())


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_command_is_done_at_once_where_nobody_is_at_work(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    world.app().refresh()

    title, done = world.app().set_hidden("1", hidden=True)

    assert title == "Item posts-1"
    assert done.report is not None
    assert "all.xml" in done.report.written


def test_a_command_is_left_to_whoever_is_at_work(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")
    world.app().refresh()
    with world.open() as running:
        done = world.app().steer_source("pause", "a", wait=0)
        assert done.left is not None
        assert "is working on this site" in done.left
        assert world.web.read["a"] == 1

        (command,) = running.do_commands()

        assert (command.action, command.argument) == ("pause", "a")
        assert [state.id for state in running.store.states() if state.paused] == ["a"]
        assert running.do_commands() == ()


def test_a_command_that_was_left_is_done_by_the_next_refresh(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")
    world.app().refresh()
    with world.open():
        world.app().steer_source("pause", "a", wait=0)
        with pytest.raises(LockedError):
            world.app().refresh()

    _, a = world.app().refresh(force=True).sources

    assert a.state == "paused"


def test_a_command_that_was_left_undone_does_not_undo_a_later_one(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts", remote="a")
    world.app().refresh()
    with world.open():  # whoever is at work ends without having looked at it
        assert world.app().steer_source("pause", "a", wait=0).left is not None

    assert world.app().steer_source("resume", "a", wait=0).left is None

    _, a = world.app().refresh(force=True).sources
    assert a.state == "changed"


def test_what_a_newer_program_or_a_source_that_is_no_more_was_asked_is_forgotten(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")
    with world.open() as running:
        running.store.leave("dance", "posts", world.clock())
        running.store.leave("pause", "gone", world.clock())
        running.store.leave("hide", "no number", world.clock())

        assert len(running.do_commands()) == 3
        assert running.store.commands() == []


def test_without_a_store_there_is_nothing_to_steer(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `aggregator refresh` first"):
        World(tmp_path, remote="a").app().steer_source("pause", "a", wait=0)


def test_a_done_command_tells_nothing_more() -> None:
    assert (Done().report, Done().left) == (None, None)


def test_what_was_read_before_a_command_is_kept_before_it(tmp_path: Path) -> None:
    world = World(tmp_path, remote="a b")

    async def main(running: Running) -> None:
        async with running:
            world.web.held["b"] = asyncio.Event()  # which what was read of a is to be kept together with
            world.web.ended["a"] = asyncio.Event()
            starts = running.begin(["a", "b"]).starts
            reading = asyncio.gather(*(start() for start in starts.values()), return_exceptions=True)
            await world.web.ended["a"].wait()
            with beside(running.store.path) as store:
                store.leave("reset", "a", world.clock())
            assert [each.action for each in running.do_commands()] == ["reset"]
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

    with world.open() as running:
        asyncio.run(main(running))
        (state,) = running.store.states(["a"])
        assert (state.polls, state.items, state.next_check) == (1, 1, None)
