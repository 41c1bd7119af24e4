"""Whose turn it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import HeldError
from aggregator.lanes import HostRule, Lanes
from aggregator.web.hosts import Budget, Deadline, Hosts
from tests.web.server import FakeTime

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

UNTIL = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)


def some_hosts(
    time: FakeTime, concurrency: int = 64, per_host: int = 1, delay: float = 1.0, **hosts: HostRule
) -> Hosts:
    return Hosts(
        concurrency=concurrency,
        lanes=Lanes(HostRule(per_host, delay), hosts),
        sleep=time.sleep,
        monotonic=time.monotonic,
    )


def at(host: str) -> tuple[str, str, int]:
    return "https", host, 443


class Visits:
    """Requests that take some steps, and how many of them ran at the same time."""

    def __init__(self, hosts: Hosts, time: FakeTime) -> None:
        self.hosts = hosts
        self.time = time
        self.running: list[str] = []
        self.most: dict[str, int] = {}
        self.most_of_all = 0
        self.started: list[tuple[str, float]] = []

    async def visit(self, host: str) -> None:
        async with self.hosts.slot(*at(host)):
            self.started.append((host, self.time.now))
            self.running.append(host)
            self.most[host] = max(self.most.get(host, 0), self.running.count(host))
            self.most_of_all = max(self.most_of_all, len(self.running))
            for _ in range(5):
                await asyncio.sleep(0)
            self.running.remove(host)

    def run(self, *hosts: str) -> Visits:
        async def all_of_them() -> None:
            await asyncio.gather(*(self.visit(host) for host in hosts))

        asyncio.run(all_of_them())
        return self


def visiting(*hosts: str, **how: object) -> Visits:
    time = FakeTime()
    return Visits(some_hosts(time, **how), time).run(*hosts)  # type: ignore[arg-type]


def test_one_host_gets_one_request_at_a_time_with_a_pause_between() -> None:
    visits = visiting("a", "a", "a")

    assert visits.most == {"a": 1}
    assert [at for _, at in visits.started] == [1000.0, 1001.0, 1002.0]


def test_hosts_do_not_wait_for_each_other() -> None:
    visits = visiting("a", "b", "c")

    assert visits.most_of_all == 3
    assert {at for _, at in visits.started} == {1000.0}


def test_hosts_of_a_group_take_turns_and_pause_together() -> None:
    shared = HostRule(1, 1.0, "both")
    visits = visiting("a", "b", "c", a=shared, b=shared)

    assert max(at for _, at in visits.started) == 1001.0
    assert visits.most_of_all == 2


def test_a_pause_that_one_of_a_group_asked_for_holds_all_of_it() -> None:
    time = FakeTime()
    shared = HostRule(1, 0.0, "both")
    hosts = some_hosts(time, a=shared, b=shared)
    hosts.hold("both", 120.0, UNTIL)

    with pytest.raises(HeldError, match="both wants a pause"):
        Visits(hosts, time).run("b")


def test_a_host_of_its_own_settings_has_them() -> None:
    visits = visiting("a", "a", "a", "b", "b", a=HostRule(3, 0.0))

    assert visits.most == {"a": 3, "b": 1}


def test_there_are_never_more_than_so_many_in_all() -> None:
    assert visiting(*"abcdefgh", concurrency=3).most_of_all == 3


def test_a_host_with_many_sources_keeps_nobody_waiting() -> None:
    visits = visiting(*(["busy"] * 10), "other", concurrency=2)

    assert ("other", 1000.0) in visits.started


def test_with_several_connections_requests_still_start_a_pause_apart() -> None:
    visits = visiting("a", "a", "a", per_host=3)

    assert [at for _, at in visits.started] == [1000.0, 1001.0, 1002.0]


def test_a_failed_request_frees_its_place() -> None:
    time = FakeTime()
    hosts = some_hosts(time, concurrency=1)

    async def fail_and_go_on() -> None:
        with pytest.raises(ZeroDivisionError):
            async with hosts.slot(*at("a")):
                raise ZeroDivisionError
        async with hosts.slot(*at("a")):
            pass

    asyncio.run(fail_and_go_on())

    assert time.slept == [1.0]


def test_a_cancelled_wait_frees_its_place() -> None:
    time = FakeTime()
    hosts = some_hosts(time, concurrency=1, delay=0.0)

    async def cancel_one() -> None:
        async with hosts.slot(*at("a")):
            waiting = asyncio.create_task(Visits(hosts, time).visit("b"))
            for _ in range(3):
                await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        async with hosts.slot(*at("b")):
            pass

    asyncio.run(asyncio.wait_for(cancel_one(), 5))


def test_a_host_that_asked_for_a_pause_is_not_asked_again_before() -> None:
    time = FakeTime()
    hosts = some_hosts(time, delay=0.0)
    hosts.hold("a", 120.0, UNTIL)

    with pytest.raises(HeldError) as failed:
        Visits(hosts, time).run("a")
    Visits(hosts, time).run("b")
    time.now += 120.0
    visits = Visits(hosts, time).run("a")

    assert str(failed.value) == "not asked: a wants a pause until 2026-11-22 12:02:00 UTC"
    assert failed.value.retry_after == UNTIL
    assert visits.started == [("a", 1120.0)]


def test_the_longest_pause_counts() -> None:
    time = FakeTime()
    hosts = some_hosts(time)
    hosts.hold("a", 120.0, UNTIL)
    hosts.hold("a", 60.0, UNTIL)
    time.now += 61.0

    with pytest.raises(HeldError, match="wants a pause"):
        Visits(hosts, time).run("a")


def test_those_who_wait_already_are_not_let_through_either() -> None:
    time = FakeTime()
    hosts = some_hosts(time, concurrency=2, delay=1.0)

    async def one_is_told_to_wait() -> Sequence[object]:
        async def told() -> None:
            async with hosts.slot(*at("a")):
                hosts.hold("a", 120.0, UNTIL)

        visits = Visits(hosts, time)
        return await asyncio.gather(told(), visits.visit("a"), visits.visit("a"), return_exceptions=True)

    results = asyncio.run(one_is_told_to_wait())

    assert [type(result) for result in results] == [type(None), HeldError, HeldError]
    assert time.slept == []


def test_one_that_waits_for_a_free_connection_is_not_let_through_either() -> None:
    time = FakeTime()
    hosts = some_hosts(time, concurrency=1, per_host=2, delay=0.0)

    async def one_is_told_to_wait() -> Sequence[object]:
        async def told() -> None:
            async with hosts.slot(*at("a")):
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                hosts.hold("a", 120.0, UNTIL)

        return await asyncio.gather(told(), Visits(hosts, time).visit("a"), return_exceptions=True)

    assert [type(result) for result in asyncio.run(one_is_told_to_wait())] == [type(None), HeldError]


def test_hosts_of_long_ago_are_forgotten() -> None:
    time = FakeTime()
    hosts = some_hosts(time)

    async def visit_many() -> None:
        for number in range(5000):
            async with hosts.slot(*at(f"{number}.example")):
                time.now += 1.0

    asyncio.run(visit_many())

    assert len(hosts._lanes) < 4200


# ── deadlines and bytes in flight ─────────────────────────────────────────────────────────────────────────


def in_time(work: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 10))


def test_a_deadline_ends_what_takes_too_long() -> None:
    async def wait() -> None:
        with pytest.raises(TimeoutError):
            async with Deadline(0.01).running():
                await asyncio.Event().wait()

    in_time(wait())


def test_a_deadline_runs_over_all_its_stretches() -> None:
    async def stretches(deadline: Deadline) -> None:
        for _ in range(100):
            async with deadline.running():
                await asyncio.sleep(0.005)

    async def wait() -> None:
        with pytest.raises(TimeoutError):
            await stretches(Deadline(0.05))

    in_time(wait())


def test_a_paused_deadline_stands_still() -> None:
    async def wait() -> None:
        deadline = Deadline(0.05)
        async with deadline.running():
            async with deadline.paused():
                await asyncio.sleep(0.1)
            await asyncio.sleep(0)
        async with deadline.running():
            await asyncio.sleep(0)

    in_time(wait())


def test_what_does_not_run_can_be_paused() -> None:
    async def wait() -> None:
        async with Deadline(0.0).paused():
            await asyncio.sleep(0)

    in_time(wait())


def test_a_document_waits_until_there_is_room_but_one_always_goes_on() -> None:
    order: list[str] = []

    async def take(budget: Budget, name: str, *counts: int) -> None:
        deadline = Deadline(5)
        async with deadline.running(), budget.share(deadline) as share:
            for count in counts:
                await share.take(count)
                order.append(f"{name} took {count}")
                await asyncio.sleep(0)
        order.append(f"{name} done")

    async def all_of_them() -> None:
        budget = Budget(100)
        await asyncio.gather(take(budget, "a", 60, 60), take(budget, "b", 30, 30), take(budget, "c", 10, 10))

    in_time(all_of_them())

    assert order[:4] == ["a took 60", "b took 30", "c took 10", "a took 60"]
    assert order[4] == "a done"
    assert {"b done", "c done"} < set(order)


def test_many_documents_never_hold_more_than_the_budget_and_one_document() -> None:
    held: list[int] = []

    async def take(budget: Budget) -> None:
        deadline = Deadline(5)
        async with deadline.running(), budget.share(deadline) as share:
            for _ in range(10):
                await share.take(10)
                held.append(sum(each.held for each in budget._shares))
                await asyncio.sleep(0)

    async def all_of_them() -> None:
        budget = Budget(250)
        await asyncio.gather(*(take(budget) for _ in range(20)))

    in_time(all_of_them())

    assert max(held) <= 350
    assert len(held) == 200
