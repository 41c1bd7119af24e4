"""The page for publishers says what the judge holds."""

from __future__ import annotations

import re
from pathlib import Path

from tests.judge.rules import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "politeness.md").read_text("utf-8")


def test_every_rule_is_told_with_its_source_and_its_test() -> None:
    told = {tuple(cell.strip() for cell in line.split("|")[1:4]) for line in PAGE.splitlines()}

    missing = [
        rule.__name__ for rule in RULES if (rule.sentence(), rule.source, f"`{rule.__name__}`") not in told
    ]

    assert missing == []


def test_no_rule_is_told_that_is_none() -> None:
    named = set(re.findall(r"^\|[^|]*\|[^|]*\| `([A-Z]\w+)` \|", PAGE, re.MULTILINE))

    assert named == {rule.__name__ for rule in RULES}


def test_the_tests_it_names_are_there() -> None:
    named = re.findall(r"`(test_\w+\.py)`: `(test_\w+)`", PAGE)

    folder = Path(__file__).parent
    assert named
    assert [test for file, test in named if f"def {test}(" not in (folder / file).read_text("utf-8")] == []
