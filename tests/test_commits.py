"""Commits for several sources at once: none is told of before it is kept, and none is lost."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from aggregator import commits
from aggregator.commits import GroupCommit
from aggregator.errors import StoreError
from aggregator.records import Changes, Save
from tests.builders import NOW, an_item
from tests.fakes import FakeStore
from tests.store.changes import a_change

if TYPE_CHECKING:
    from collections.abc import Sequence


class Store(FakeStore):
    """Remembers its transactions; ``fails``: none is kept."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.fails = fails
        self.transactions: list[Sequence[Save]] = []

    def save(self, *saves: Save) -> None:
        if self.fails:
            raise StoreError("the disk is full")
        self.transactions.append(saves)

    @property
    def sizes(self) -> list[int]:
        return list(map(len, self.transactions))


def a_save(number: int, items: int = 0) -> Save:
    new = tuple(a_change(an_item(f"{number}-{each}")) for each in range(items))
    return Save(source_id=f"s{number}", now=NOW, changes=Changes(new=new))


async def saved(store: Store, saves: Sequence[Save]) -> None:
    """All saved at once, with somebody else at work."""
    group = GroupCommit(store)
    with ExitStack() as stack:
        for _ in range(commits.TOGETHER * 2):
            stack.enter_context(group.at_work())
        await asyncio.gather(*map(group.save, saves))


def test_what_comes_together_is_kept_together() -> None:
    store = Store()

    asyncio.run(saved(store, [a_save(number) for number in range(commits.TOGETHER + 3)]))

    assert store.sizes == [commits.TOGETHER, 3]
    assert [save.source_id for save in store.transactions[1]] == ["s64", "s65", "s66"]


def test_many_items_do_not_wait_in_memory() -> None:
    store = Store()

    asyncio.run(saved(store, [a_save(number, items=100) for number in range(5)]))

    assert store.sizes == [3, 2]


def test_nobody_is_waited_for_who_has_nothing_to_save() -> None:
    store = Store()

    async def run() -> None:
        group = GroupCommit(store)
        with group.at_work(), group.at_work():
            task = asyncio.create_task(group.save(a_save(1)))
            await asyncio.sleep(0)
            assert store.sizes == []
            await asyncio.gather(task, group.save(a_save(2)))

    asyncio.run(run())

    assert store.sizes == [2]


def test_nobody_goes_on_before_it_is_kept() -> None:
    store = Store()
    kept: list[int] = []

    async def one(group: GroupCommit, number: int) -> None:
        with group.at_work():
            await asyncio.sleep(0)
            await group.save(a_save(number))
        kept.append(sum(store.sizes))

    async def run() -> None:
        group = GroupCommit(store)
        await asyncio.gather(one(group, 1), one(group, 2))

    asyncio.run(run())

    assert kept == [2, 2]


def test_what_cannot_be_kept_is_told_to_all_that_wait_for_it() -> None:
    async def run() -> list[BaseException | None]:
        group = GroupCommit(Store(fails=True))
        with group.at_work(), group.at_work(), group.at_work():
            saves = (group.save(a_save(number)) for number in range(3))
            return await asyncio.gather(*saves, return_exceptions=True)

    assert [str(each) for each in asyncio.run(run())] == ["the disk is full"] * 3


def test_what_is_wrong_with_one_costs_no_other() -> None:
    class Picky(Store):
        def save(self, *saves: Save) -> None:
            if bad := [each.source_id for each in saves if each.source_id in ("s0", "s4")]:
                raise StoreError(f"no source {bad[0]}")
            super().save(*saves)

    store = Picky()

    async def run() -> list[BaseException | None]:
        group = GroupCommit(store)
        with ExitStack() as stack:
            for _ in range(6):
                stack.enter_context(group.at_work())
            saves = (group.save(a_save(number)) for number in range(6))
            return await asyncio.gather(*saves, return_exceptions=True)

    told = asyncio.run(run())

    assert [str(each or "kept") for each in told] == ["no source s0", *["kept"] * 3, "no source s4", "kept"]
    assert [save.source_id for saves in store.transactions for save in saves] == ["s1", "s2", "s3", "s5"]


def test_a_store_that_keeps_nothing_is_not_asked_for_each() -> None:
    class Full(Store):
        asked = 0

        def save(self, *saves: Save) -> None:
            self.asked += 1
            super().save(*saves)

    store = Full(fails=True)

    async def run() -> list[BaseException | None]:
        group = GroupCommit(store)
        with ExitStack() as stack:
            for _ in range(9):
                stack.enter_context(group.at_work())
            saves = (group.save(a_save(number)) for number in range(9))
            return await asyncio.gather(*saves, return_exceptions=True)

    assert [str(each) for each in asyncio.run(run())] == ["the disk is full"] * 9
    assert store.asked == 3


def test_who_is_about_to_change_what_waits_has_it_kept_first() -> None:
    store = Store()

    async def run() -> None:
        group = GroupCommit(store)
        with group.at_work(), group.at_work():
            task = asyncio.create_task(group.save(a_save(1)))
            await asyncio.sleep(0)
            group.flush()
            assert store.sizes == [1]
            await task

    asyncio.run(run())


def test_who_is_cancelled_while_it_waits_is_kept_at_once() -> None:
    store = Store()

    async def run() -> None:
        group = GroupCommit(store)
        with group.at_work(), group.at_work(), group.at_work():
            tasks = [asyncio.create_task(group.save(a_save(number))) for number in range(2)]
            await asyncio.sleep(0)
            tasks[0].cancel()
            with pytest.raises(asyncio.CancelledError):
                await tasks[0]
            assert store.sizes == [2]
            await tasks[1]

    asyncio.run(run())
