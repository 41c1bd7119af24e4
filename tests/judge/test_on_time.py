"""Daemons with little to do: each feed is asked when it is due, and feeds do not come all at once."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.judge.clients.ours import Site, stop
from tests.judge.evidence import gaps
from tests.judge.rule import Pace
from tests.judge.server import Loopback
from tests.judge.test_restarts import _Plain, asked, feeds_on, several
from tests.judge.waiting import until


def test_few_feeds_are_asked_on_time_too(tmp_path: Path) -> None:
    interval, lasts = 2.0, 30.0
    with Loopback(several(_Plain, 3), Pace(beat=interval), network=148) as loopback:
        site = Site(tmp_path / "site", loopback.pace)
        site.configure(feeds_on(loopback))
        with site.daemon() as process:
            until(lambda: min(asked(loopback).values()) >= 1, site.said, process)
            threading.Event().wait(lasts)
            assert stop(process) == 0, site.said()

    for served in loopback.served.values():
        waits = [gap for _, gap in gaps(served.seen.exchanges)]
        assert len(waits) >= lasts / interval / 2, served.seen.story(40)
        assert sum(wait > 2 * interval for wait in waits) <= 1, served.seen.story(40)


def test_feeds_are_spread_over_the_interval_the_same_way_every_time(tmp_path: Path) -> None:
    interval, rules = 6.0, several(_Plain, 30)
    with Loopback(rules, Pace(beat=interval), network=144) as loopback:
        site = Site(tmp_path / "site", Pace(beat=interval))
        schedule = {"interval": "6s", "min": "1s", "max": "60s", "jitter": "50%"}
        site.configure(feeds_on(loopback), schedule=schedule)
        with site.daemon() as process:
            until(lambda: min(asked(loopback).values()) >= 4, site.said, process)
            assert stop(process) == 0, site.said()

    # Not the first wait, which begins while everything is started at once.
    found = {name: list(gaps(served.seen.exchanges)) for name, served in loopback.served.items()}
    waits = {name: (each[1][1], each[2][1]) for name, each in found.items()}
    assert all(min(both) > interval * 0.7 for both in waits.values())
    ordered = sorted(one for one, _ in waits.values())
    assert ordered[-3] - ordered[2] > interval / 8, "they come all at once"
    unsteady = {name: both for name, both in waits.items() if abs(both[0] - both[1]) > interval / 6}
    assert len(unsteady) <= len(rules) // 5, unsteady
