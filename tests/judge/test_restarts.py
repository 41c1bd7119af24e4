"""Daemons that are stopped and killed again and again: nobody is asked who was not due."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.judge.clients.contract import Feed
from tests.judge.clients.ours import DRAINS, Site
from tests.judge.evidence import Asked, Seen
from tests.judge.judging import feeds_of
from tests.judge.replies import Manner, Reply, conditional, failing, feed
from tests.judge.rule import Pace, Rule
from tests.judge.server import Loopback, Served
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


def feeds_on(loopback: Loopback) -> list[Feed]:
    return [feed for served in loopback.served.values() for feed in feeds_of(served)]


def has_been_asked(served: Served) -> bool:
    return bool(served.seen.exchanges)


def asked(loopback: Loopback) -> dict[str, int]:
    return {name: len(served.seen.exchanges) for name, served in loopback.served.items()}


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    rules = several(_Plain, 8) + several(_Failing, 4) + several(_Silent, 4)
    with Loopback(rules, Pace(beat=3600.0), network=140) as serving:
        yield serving


class _Canary(_Plain):
    """A feed that is new, and therefore due: a daemon that asks for it is at work."""


@pytest.fixture
def canaries() -> Iterator[Loopback]:
    with Loopback(several(_Canary, TIMES + 1), Pace(beat=3600.0), network=142) as serving:
        yield serving


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_ten_restarts_in_a_row_ask_nobody_who_is_not_due(
    tmp_path: Path, loopback: Loopback, canaries: Loopback, way: signal.Signals
) -> None:
    site = Site(tmp_path / "site", loopback.pace)
    began = time.monotonic()

    for number, canary in enumerate(canaries.served.values(), 1):
        feeds = [*feeds_on(loopback), *feeds_on(canaries)[:number]]
        site.configure(feeds, schedule=SCHEDULE, fetch={"timeout": "5m"})
        with site.daemon() as process:
            until(partial(has_been_asked, canary), site.said, process)
            quiet(loopback.requests, SETTLED)
            process.send_signal(way)
            code = process.wait(DRAINS)
        assert code == (0 if way is signal.SIGTERM else -way), site.said()

    assert time.monotonic() - began < 540, "too slow: what was being read at a kill is due again after 10 min"
    assert asked(loopback) == dict.fromkeys(loopback.served, 1)
    assert asked(canaries) == dict.fromkeys(canaries.served, 1)
