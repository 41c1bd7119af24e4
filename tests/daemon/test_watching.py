"""Which sources are told to have changed, on a real disk."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from aggregator.daemon.watching import Files, Watching, sign, signs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

PATIENCE = 20.0


class Ears:
    """Hears of sources that changed."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    async def hears(self, *source_ids: str) -> None:
        """Wait until these changed, and forget it."""
        async with asyncio.timeout(PATIENCE):
            while not set(source_ids) <= self.heard:  # noqa: ASYNC110 - it comes from a thread
                await asyncio.sleep(0.05)
        self.heard.clear()

    def take(self, source_ids: frozenset[str]) -> None:
        self.heard |= source_ids


@asynccontextmanager
async def watched(ears: Ears, how: str = "auto", **folders: Path) -> AsyncIterator[Watching]:
    watching = Watching(ears.take, how, [path for name, path in folders.items() if name == "ignored"])
    watching.watch({path: frozenset({name}) for name, path in folders.items() if name != "ignored"})
    task = asyncio.create_task(watching.run())
    try:
        yield watching
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def run(scenario: Callable[[Ears], Awaitable[None]]) -> None:
    asyncio.run(_run(scenario))


async def _run(scenario: Callable[[Ears], Awaitable[None]]) -> None:
    await scenario(Ears())


@pytest.mark.parametrize("how", ["events", "poll"])
def test_what_changes_below_a_folder_is_heard_of_its_source_alone(tmp_path: Path, how: str) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "b").mkdir()

    async def scenario(ears: Ears) -> None:
        async with watched(ears, how, a=tmp_path / "a", b=tmp_path / "b"):
            await ears.hears("a", "b")  # what changed before nobody saw
            (tmp_path / "a" / "deep" / "new.md").write_text("x")
            await ears.hears("a")
            (tmp_path / "b" / "new.md").write_text("x")
            await ears.hears("b")
            (tmp_path / "a" / "deep" / "new.md").unlink()
            await ears.hears("a")
            (tmp_path / "a" / "later").mkdir()
            await ears.hears("a")
            (tmp_path / "a" / "later" / "x.md").touch()
            await ears.hears("a")

    run(scenario)


@pytest.mark.parametrize("how", ["events", "poll"])
def test_a_file_that_is_changed_twice_within_a_second_is_heard_twice(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.md"

    async def scenario(ears: Ears) -> None:
        async with watched(ears, how, a=tmp_path):
            await ears.hears("a")
            for text in ("x", "longer"):
                path.write_text(text)
                os.utime(path, (2_000_000_000, 2_000_000_000))
                await ears.hears("a")

    run(scenario)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems know no other names than UTF-8")
def test_a_folder_whose_name_is_not_utf_8_is_told_and_costs_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = tmp_path / os.fsdecode(b"\xff")
    odd.mkdir()
    (tmp_path / "b").mkdir()

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=odd, b=tmp_path / "b"):
            await ears.hears("a", "b")
            (tmp_path / "b" / "new.md").write_text("x")
            await ears.hears("b")

    run(scenario)

    assert [line for line in caplog.messages if "cannot be watched" in line] == [
        f"{tmp_path}/\\xff: cannot be watched, its name is not UTF-8; its source is read at its interval"
    ]


def test_hidden_files_and_what_we_write_ourselves_are_not_heard(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / ".git").mkdir()

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=tmp_path, ignored=tmp_path / "var"):
            await ears.hears("a")
            (tmp_path / "var" / "store").write_text("x")
            (tmp_path / ".git" / "index").write_text("x")
            (tmp_path / ".a.md.swp").write_text("x")
            await asyncio.sleep(0.7)
            assert ears.heard == set()
            (tmp_path / "a.md").write_text("x")
            await ears.hears("a")

    run(scenario)


def test_a_folder_that_comes_goes_or_is_another_one_is_heard(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=tmp_path / "a"):
            await ears.hears("a")
            (tmp_path / "a").mkdir()
            await ears.hears("a")
            (tmp_path / "a").rmdir()
            await ears.hears("a")
            (tmp_path / "second").rename(tmp_path / "a")
            await ears.hears("a")
            await asyncio.sleep(0.7)
            ears.heard.clear()
            (tmp_path / "a" / "new.md").touch()
            await ears.hears("a")

    run(scenario)


def test_a_link_that_leads_elsewhere_is_another_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "a").symlink_to("one")

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=tmp_path / "a"):
            await ears.hears("a")
            (tmp_path / "new").symlink_to("two")
            (tmp_path / "new").rename(tmp_path / "a")
            await ears.hears("a")
            await asyncio.sleep(0.7)
            ears.heard.clear()
            (tmp_path / "two" / "new.md").touch()
            await ears.hears("a")

    run(scenario)


def test_a_single_file_is_heard_of_once_it_has_settled(tmp_path: Path) -> None:
    (tmp_path / "list.opml").write_text("x")

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=tmp_path / "list.opml"):
            await ears.hears("a")  # what changed before nobody saw
            (tmp_path / "list.opml").write_text("changed")
            await ears.hears("a")

    run(scenario)


def test_what_is_watched_can_change(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

    async def scenario(ears: Ears) -> None:
        async with watched(ears, a=tmp_path / "a") as watching:
            await ears.hears("a")
            watching.watch({tmp_path / "b": frozenset({"b"})})
            await ears.hears("b")
            (tmp_path / "a" / "x").touch()
            (tmp_path / "b" / "x").touch()
            await ears.hears("b")
            assert ears.heard == set()

    run(scenario)


def test_files_that_change_settle_vanish_and_come_are_told_once_each(tmp_path: Path) -> None:
    files, path = Files(), tmp_path / "a.yaml"
    path.write_text("1")
    files.watch(signs([path]))

    looks = [files.look()]
    path.write_text("22")
    looks += [files.look()]
    path.write_text("333")
    looks += [files.look(), files.look(), files.look()]
    path.unlink()
    looks += [files.look(), files.look(), files.look()]

    assert looks == [[], [], [], [path], [], [], [path], []]


def test_a_file_that_is_replaced_by_one_of_its_size_and_time_is_another(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    for each in (path, other):
        each.write_text("same")
        os.utime(each, ns=(1, 1))
    before = sign(path)
    other.replace(path)

    assert sign(path) != before
    assert sign(tmp_path / "none") is None


def test_a_bug_in_what_is_told_ends_the_watching_where_somebody_notices(tmp_path: Path) -> None:
    (tmp_path / "list.opml").write_text("a")

    def changed(_: frozenset[str]) -> None:
        raise ZeroDivisionError

    async def scenario(ears: Ears) -> None:
        watching = Watching(ears.take)
        watching.watch({tmp_path / "list.opml": frozenset({"list"})})
        task = asyncio.create_task(watching.run())
        await ears.hears("list")
        watching._changed = changed
        (tmp_path / "list.opml").write_text("another")
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ExceptionGroup) as raised:
                await task
        assert raised.group_contains(ZeroDivisionError)

    run(scenario)
