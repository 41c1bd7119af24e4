"""The rules themselves: a client that keeps every one keeps them all, and each is broken by somebody."""

from __future__ import annotations

import pytest

from tests.judge.model import Model
from tests.judge.rule import Pace, Rule
from tests.judge.rules import RULES

PACES = (Pace(), Pace(beat=60.0))


@pytest.mark.parametrize("pace", PACES, ids=lambda pace: f"{pace.beat:.0f}s")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_client_without_flaws_keeps(rule: type[Rule], pace: Pace) -> None:
    client = Model()

    seen = client.run(rule, pace)

    assert client.rule.judge(seen) == [], seen.story()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_client_with_a_flaw_breaks(rule: type[Rule]) -> None:
    client = Model(rule.broken_by)

    seen = client.run(rule, Pace())

    assert client.rule.judge(seen) != [], f"{rule.broken_by}\n{seen.story(60)}"


def test_no_two_rules_say_the_same() -> None:
    sentences = [rule.sentence() for rule in RULES]

    assert len(set(sentences)) == len(sentences)
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
    assert all(sentences)


def test_every_rule_has_its_source() -> None:
    assert [rule.__name__ for rule in RULES if not rule.source or not rule.area] == []
