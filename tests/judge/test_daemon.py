"""A running daemon before the judge: every rule, side by side, in one run; each verdict is a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.judge.clients.ours import Daemon
from tests.judge.judging import judge
from tests.judge.once import once
from tests.judge.rule import Pace, Rule
from tests.judge.rules import RULES
from tests.judge.server import Served


def run(folder: Path) -> Mapping[str, Served]:
    daemon = Daemon()
    served = judge(daemon, RULES, folder, Pace())
    assert daemon.code == 0, daemon.site.said()
    return served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Served]:
    """What was seen of a daemon."""
    return once(tmp_path_factory, "judged-daemon", run)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_daemon_keeps(rule: type[Rule], served: Mapping[str, Served]) -> None:
    found = served[rule.__name__]

    assert found.rule.judge(found.seen) == [], f"{rule.sentence()}\n{found.seen.story(40)}"
