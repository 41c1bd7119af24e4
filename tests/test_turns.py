"""No host keeps a one-off refresh for ever, and what was read is not kept from readers until all is."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Literal

import pytest

from aggregator.app import App
from aggregator.app.turns import Queue, queues, read
from aggregator.commits import TOGETHER
from aggregator.errors import FetchError, StoreError
from aggregator.lanes import USUAL, HostRule, Lanes
from aggregator.reports import GenerateReport, SourceResult, together
from tests.builders import a_source
from tests.daemon.sources import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aggregator.store import SqliteStore

ONE_HOST = "fetch: {hosts: {'*.example': {host_delay: 1m}}}\n"
"""All sources of a World share a host, and fifteen come to their turn in one run."""
MANY = [f"s{number:02}" for number in range(20)]


class Reading:
    """Notes which sources are begun, and how many at once."""

    def __init__(self, *hanging: str) -> None:
        self.begun: list[str] = []
        self.under_way = self.most = 0
        self.hanging = hanging

    async def source(self, name: str) -> SourceResult:
        self.begun.append(name)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await (asyncio.Event().wait() if name in self.hanging else asyncio.sleep(0))
        finally:
            self.under_way -= 1
        return SourceResult(source_id=name, state="unchanged")

    def run(self, *waiting: Queue, patience: float | None = None) -> Mapping[str, SourceResult]:
        starts = {name: partial(self.source, name) for each in waiting for name in each.names}
        return asyncio.run(read(waiting, starts, patience))


def queue(*names: str, key: str = "a.example", rule: HostRule | None = USUAL) -> Queue:
    return Queue(key, rule, deque(names))


def test_sources_of_one_host_or_group_are_one_queue_and_local_ones_wait_for_nobody() -> None:
    lanes = Lanes(HostRule(1, 1.0), {"b.example": HostRule(1, 1.0, "g"), "c.example": HostRule(1, 1.0, "g")})
    urls = {"1": "https://a.example/", "2": "https://b.example/", "3": None, "4": "https://c.example/x"}

    found = queues([(a_source(name), url) for name, url in urls.items()], lanes)

    assert [(each.key, list(each.names), each.rule is None) for each in found] == [
        ("a.example", ["1"], False),
        ("g", ["2", "4"], False),
        ("", ["3"], True),
    ]


def test_what_cannot_come_to_its_turn_in_time_is_taken_from_the_end() -> None:
    many = queue(*"abcdef", rule=HostRule(8, 0.5))

    assert set(many.cut(2.0)) == set("ef")
    assert list(many.names) == list("abcd")
    assert queue(*"ab").cut(0.1) == ["b"]
    assert not queue(*"abcdef", rule=HostRule(8, 0.0)).cut(0.1)
    assert not queue(*"abcdef", rule=None).cut(0.1)


def test_a_queue_is_read_in_its_order_a_few_at_a_time() -> None:
    reading, many = Reading(), [f"{number}" for number in range(1000)]

    results = reading.run(queue(*many))

    assert reading.begun == list(results) == many
    assert reading.most <= 3


def test_hosts_without_pauses_are_read_as_many_at_a_time_as_are_kept_together() -> None:
    quick, names = HostRule(4, 0.0), [f"{number}" for number in range(1000)]
    alone, among = Reading(), Reading()

    alone.run(queue(*names, rule=quick))
    among.run(*(queue(*names[at : at + 20], key=f"{at}", rule=quick) for at in range(0, 1000, 20)))

    assert alone.most == 4 + TOGETHER
    assert among.most == 50 * (4 + 2)


def test_queues_and_local_sources_are_read_side_by_side() -> None:
    reading = Reading()

    reading.run(queue("a"), queue("b", key="b.example"), queue(*"cdefgh", rule=None))

    assert reading.most == 8


def test_when_time_is_over_nothing_more_is_begun_but_local_sources_are() -> None:
    reading, web, local = Reading(), queue(*"abcdefgh"), queue("x", "y", rule=None)

    results = reading.run(web, local, patience=0.0)

    assert set(results) == {"x", "y"}
    assert set(web.names) == set("abcdefgh")


def test_what_hangs_beyond_all_time_is_cut_off_and_left() -> None:
    reading, hanging, other = Reading("b"), queue("a", "b", "c"), queue("d", key="d.example")

    results = reading.run(hanging, other, patience=0.05)

    assert set(results) >= {"a", "d"}
    assert "b" in hanging.names
    assert reading.under_way == 0


def test_what_ends_one_cuts_off_all_others_before_it_is_told() -> None:
    """Otherwise the connections of the others are closed under them, and their servers are blamed for it."""
    reading = Reading("b")

    async def fail() -> SourceResult:
        await asyncio.sleep(0)
        raise StoreError("the disk is full")

    async def read_both() -> int:
        with pytest.raises(StoreError):
            await read([queue("a"), queue("b")], {"a": fail, "b": partial(reading.source, "b")}, None)
        return reading.under_way

    assert asyncio.run(read_both()) == 0
    assert reading.begun == ["b"]


# ── a whole refresh ──


def states(world: World, *, force: bool = False) -> dict[str, str]:
    return {each.source_id: each.state for each in world.app().refresh(force=force).sources}


def test_too_much_of_one_host_is_left_for_the_next_run_which_begins_with_it(tmp_path: Path) -> None:
    world = World(tmp_path, remote=" ".join(MANY), more=ONE_HOST)

    first = states(world)
    world.clock.advance(hours=2)
    second = states(world)

    left = {name for name, state in first.items() if state == "not-due"}
    assert len(left) == 5
    assert [second[name] for name in sorted(left)] == ["first-read"] * 5
    assert sum(state == "not-due" for state in second.values()) == 5


def test_whoever_asks_for_everything_gets_it(tmp_path: Path) -> None:
    world = World(tmp_path, remote=" ".join(MANY), more=ONE_HOST)

    assert set(states(world, force=True).values()) == {"first-read"}


def test_what_is_left_stays_due_and_says_so(tmp_path: Path) -> None:
    world = World(tmp_path, remote=" ".join(MANY), more=ONE_HOST)

    left = [each for each in world.app().refresh().sources if each.left]
    again = states(world)

    assert {(each.left, each.next_check) for each in left} == {("*.example", world.clock())}
    assert [again[each.source_id] for each in left] == ["first-read"] * 5


def test_a_host_that_fails_with_much_left_is_a_refresh_that_failed(tmp_path: Path) -> None:
    world = World(tmp_path, remote=" ".join(MANY), more=ONE_HOST)
    world.web.fails = dict.fromkeys(MANY, FetchError("no answer"))

    assert list(states(world).values()).count("failed") == 15


# ── meanwhile ──


class Impatient(App):
    """Publishes all the time, and lets a source go once there is something to see."""

    publishes_after = 0.0
    seen: asyncio.Event

    async def publish(self, store: SqliteStore, goes_on: Callable[[], bool]) -> GenerateReport:
        report = await super().publish(store, goes_on)
        if "all.xml" in report.written:
            self.seen.set()
        return report


class InTime(asyncio.Event):
    """Is not waited for without end."""

    async def wait(self) -> Literal[True]:
        async with asyncio.timeout(60):
            return await super().wait()


def impatient(world: World) -> Impatient:
    app = world.app()
    found = Impatient(app.settings, app.adapters, {}, clock=world.clock)
    object.__setattr__(found, "seen", InTime())  # it is frozen
    return found


def test_what_came_is_published_while_others_are_waited_for(tmp_path: Path) -> None:
    world = World(tmp_path, local="slow quick")
    app = impatient(world)
    world.local.held["slow"] = app.seen

    report = app.refresh()

    assert [each.state for each in report.sources] == ["first-read", "first-read"]
    assert report.generated.written.count("all.xml") == 1
    assert (tmp_path / "feeds" / "all.xml").read_text().count("<entry>") == 2


def test_a_dry_run_publishes_nothing_meanwhile(tmp_path: Path) -> None:
    world = World(tmp_path, local="posts")

    impatient(world).refresh(dry_run=True)

    assert not (tmp_path / "feeds").exists()


def test_several_writings_are_told_as_one() -> None:
    first = GenerateReport(written=("a", "c"), removed=("b", "x"), categories=("A",), feeds=1, errors=("e",))
    last = GenerateReport(written=("a", "b"), categories=("B",), feeds=2)

    assert together([first, last]) == GenerateReport(
        written=("a", "b", "c"), removed=("x",), categories=("A", "B"), feeds=2
    )
    assert together([first]) is first
    assert together([]) == GenerateReport()
