"""Regular expressions that somebody else wrote."""

from __future__ import annotations

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import patterns

SLOW = r"(?:x|xx)+$"


@pytest.mark.parametrize("pattern", [r"^\[广告\]", "(?i)chatgpt", "a|b", "", r"\p{Han}+", "[[a]"])
def test_a_pattern_that_works_has_nothing_wrong_with_it(pattern: str) -> None:
    assert patterns.check(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("(a", "not a regular expression: missing ) at character 3"),
        ("*a", "not a regular expression: nothing to repeat at character 1"),
        (r"\p{Klingon}", "not a regular expression: unknown property at character 12"),
        ("a" * 2001, "the pattern is longer than 2000 characters"),
        ("(" * 900 + ")" * 900, "the pattern has too many groups inside each other"),
        ("(?V1)a", "not a regular expression: VERSION0 and VERSION1 flags are mutually incompatible"),
        ("(?au)a", "not a regular expression: ASCII, LOCALE and UNICODE flags are mutually incompatible"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said_in_one_line(pattern: str, wrong: str) -> None:
    assert patterns.check(pattern) == wrong


PARTS = [
    "(?V1)",
    "(?L)",
    "(?a)",
    "(?u)",
    "(?e)",
    "(?R)",
    "{e<=1}",
    "{99999999999999999999}",
    "(?<a>",
    "(?(1)",
]


@given(st.lists(st.sampled_from([*"a(|)[]{}*+?\\^$.-:<>=!,1dwPNpLR中\n", *PARTS]), max_size=20).map("".join))
def test_any_pattern_is_judged_in_at_most_one_line(pattern: str) -> None:
    wrong = patterns.check(pattern)

    assert wrong is None or len(wrong.splitlines()) == 1


def test_a_pattern_is_found_anywhere() -> None:
    assert patterns.found("银行", "中国人民银行公告")
    assert not patterns.found("^银行", "中国人民银行公告")


def test_case_counts_unless_the_pattern_says_otherwise() -> None:
    assert not patterns.found("ai", "AI")
    assert patterns.found("(?i)ai", "AI")


def test_a_pattern_that_takes_too_long_counts_as_not_found(caplog: pytest.LogCaptureFixture) -> None:
    start = time.perf_counter()
    with caplog.at_level(logging.WARNING):
        found = [patterns.found(SLOW, "x" * 60 + "y") for _ in range(3)]

    assert found == [False, False, False]
    assert time.perf_counter() - start < 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "takes longer than 0.1 s" in caplog.text


def test_a_pattern_that_is_slow_again_and_again_costs_little_and_still_finds() -> None:
    slow = f"{SLOW}|wanted"
    for _ in range(patterns.SLOW_AFTER):
        patterns.found(slow, "x" * 60 + "y")

    start = time.process_time()
    found = [patterns.found(slow, "x" * 60 + "y") for _ in range(50)]

    assert time.process_time() - start < 50 * patterns.TIME_LIMIT / 2
    assert not any(found)
    assert patterns.found(slow, "wanted")


@pytest.mark.parametrize(
    "pattern",
    [
        "((((a{1000}){1000}){1000}){1000})",
        "(?:(a|b){400}){400}",
        "a{1000000000}",
        "a{,1000000000}",
        "a{9" + "9" * 1000 + "}",
        "(ab){1000000}",
        "[(]{1000}[{]{200000}",
        "((a{9}b){99}){999}",
    ],
)
def test_a_pattern_that_would_fill_memory_is_refused(pattern: str) -> None:
    assert "more than 100,000 times in all" in (patterns.check(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [r"\d{4}-\d{2}-\d{2}", ".{0,1000}a.{0,1000}b.{0,1000}", "(ab){100}", r"\(a{9}\){999}", "[)(]{9}", "a{x}"],
)  # fmt: skip
def test_a_pattern_that_repeats_a_little_is_not_refused_for_that(pattern: str) -> None:
    assert "in all" not in (patterns.check(pattern) or "")
