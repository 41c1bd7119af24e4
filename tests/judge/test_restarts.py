"""Daemons that are stopped and killed again and again: nobody is asked who was not due."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judge.clients.contract import Feed
from tests.judge.clients.ours import Site, stop
from tests.judge.evidence import Asked, Seen, gaps
from tests.judge.judging import feeds_of
from tests.judge.replies import Manner, Reply, conditional, failing, feed
from tests.judge.rule import Pace, Rule
from tests.judge.server import Loopback
from tests.judge.waiting import quiet, until

TIMES = 10
SETTLED = 0.5
"""Seconds without a request after which a daemon that has just begun has asked all that it is going to."""
SCHEDULE = {"interval": "1h", "min": "10m", "max": "24h", "jitter": "10%"}


class _Plain(Rule):
    """A good feed."""

    area = source = broken_by = "-"

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed(asked.target), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        del seen
        yield from ()


class _Silent(_Plain):
    """Never answers: whoever asks is still waiting when it is killed."""

    def answer(self, asked: Asked) -> Reply:
        del asked
        return failing(Manner.SILENT)


class _Failing(_Plain):
    """Always fails."""

    def answer(self, asked: Asked) -> Reply:
        del asked
        return Reply(500)


def several(rule: type[Rule], count: int) -> list[type[Rule]]:
    return [type(f"{rule.__name__}{number}", (rule,), {}) for number in range(count)]


class Kept:
    """A site whose daemon is started again and again, each time with a feed more, which shows that it is at work."""

    def __init__(self, root: Path, loopback: Loopback) -> None:
        self.loopback = loopback
        self.site = Site(root / "site", Pace(beat=3600.0))
        self.feeds = [
            each
            for name, served in loopback.served.items()
            if not name.startswith("_Canary")
            for each in feeds_of(served)
        ]
        self.canaries = [
            each
            for name, served in loopback.served.items()
            if name.startswith("_Canary")
            for each in feeds_of(served)
        ]

    def start(self, canaries: int) -> subprocess.Popen[bytes]:
        """Start it, and wait until it has asked for the newest canary and whatever else it will."""
        feeds: list[Feed] = [*self.feeds, *self.canaries[:canaries]]
        self.site.configure(feeds, schedule=SCHEDULE, fetch={"timeout": "5m"})
        process = self.site.start("daemon", "--no-serve")
        newest = (
            list(self.loopback.served.values())[-len(self.canaries) :][canaries - 1] if canaries else None
        )
        until(
            lambda: newest is None or bool(newest.seen.exchanges),
            lambda: f"the new feed is not asked for: {self.site.said()}",
        )
        return process


class _Canary(_Plain):
    """A feed that is new, and therefore due."""


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    rules = several(_Plain, 8) + several(_Failing, 4) + several(_Silent, 4) + several(_Canary, TIMES + 1)
    with Loopback(rules, Pace(beat=3600.0), network=140) as serving:
        yield serving


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_ten_restarts_in_a_row_ask_nobody_who_is_not_due(
    tmp_path: Path, loopback: Loopback, way: signal.Signals
) -> None:
    kept = Kept(tmp_path, loopback)
    began = time.monotonic()

    for canaries in range(1, TIMES + 2):
        process = kept.start(canaries)
        quiet(loopback.requests, SETTLED)
        if way is signal.SIGTERM:
            assert stop(process) == 0, kept.site.said()
        else:
            process.send_signal(way)
            process.wait()

    asked = {name: len(served.seen.exchanges) for name, served in loopback.served.items()}
    assert time.monotonic() - began < 540, "too slow: what was being read at a kill is due again after 10 min"
    assert asked == dict.fromkeys(asked, 1)


def test_feeds_are_spread_over_the_interval_the_same_way_every_time(tmp_path: Path) -> None:
    interval, rules = 6.0, several(_Plain, 30)
    with Loopback(rules, Pace(beat=interval), network=144) as loopback:
        site = Site(tmp_path / "site", Pace(beat=interval))
        feeds = [each for served in loopback.served.values() for each in feeds_of(served)]
        schedule = {"interval": "6s", "min": "1s", "max": "60s", "jitter": "50%"}
        site.configure(feeds, schedule=schedule)
        process = site.start("daemon", "--no-serve")
        fewest = lambda: min(len(served.seen.exchanges) for served in loopback.served.values())  # noqa: E731
        until(lambda: fewest() >= 3, site.said)
        assert stop(process) == 0, site.said()

    first = {name: list(gaps(served.seen.exchanges)) for name, served in loopback.served.items()}
    waits = {name: (found[0][1], found[1][1]) for name, found in first.items()}
    assert all(min(both) > interval * 0.7 for both in waits.values())
    ordered = sorted(one for one, _ in waits.values())
    assert ordered[-3] - ordered[2] > interval / 8, "they come all at once"
    unsteady = {name: both for name, both in waits.items() if abs(both[0] - both[1]) > interval / 6}
    assert len(unsteady) <= len(rules) // 5, unsteady
