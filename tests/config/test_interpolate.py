from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.interpolate import interpolate
from aggregator.config.positions import Mark, Node, Problems

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${NAME}", "News"),
        ("The ${NAME} of ${TOWN:-Wuhan}", "The News of Wuhan"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY}x", "x"),
        ("$${NAME} costs $$5, $5 or $", "${NAME} costs $5, $5 or $"),
        ("$$${NAME}", "$News"),
    ],
)
def test_variables_are_filled_in(site: SiteFolder, written: str, value: str) -> None:
    assert site.settings(f"site: {{title: '{written}'}}", NAME="News", EMPTY="").site.title == value


def test_a_variable_may_be_any_setting(site: SiteFolder) -> None:
    settings = site.settings("fetch:\n  concurrency: ${N}\noutput:\n  pages: ${PAGES:-false}", N="7")

    assert (settings.fetch.concurrency, settings.output.pages) == (7, False)


def test_a_variable_that_comes_to_nothing_means_the_default_unless_quoted(site: SiteFolder) -> None:
    assert site.settings("site:\n  author: ${WHO:-}").site.author is None
    assert site.wrong("site:\n  author: '${WHO:-}'") == ["2:11: site.author: must not be empty"]


def test_every_unset_variable_is_told_where_it_stands(site: SiteFolder) -> None:
    problems = site.wrong("site:\n  title: ${NAMES}\n  author: ${WHO} ${WHY}", NAME="x")

    first = "the environment variable NAMES is not set (did you mean NAME?); ${NAMES:-…} gives a default"
    assert problems == [
        f"2:10: site.title: {first}",
        "3:11: site.author: the environment variable WHO is not set; ${WHO:-…} gives a default",
        "3:11: site.author: the environment variable WHY is not set; ${WHY:-…} gives a default",
    ]


@pytest.mark.parametrize("written", ["${", "${}", "${1x}", "${NAME", "${NAME-x}"])
def test_what_only_looks_like_a_variable_is_told(site: SiteFolder, written: str) -> None:
    assert site.wrong(f"site: {{title: '{written}'}}", NAME="x") == [
        "1:15: site.title: after ${ comes NAME} or NAME:-default}; a plain ${ is written $${"
    ]


def test_a_variable_that_no_text_can_hold_is_refused_and_not_shown(site: SiteFolder) -> None:
    (problem,) = site.wrong("site:\n  title: ${NAME}", NAME="hush\x00\udcff")

    assert problem == "2:10: site.title: holds the character U+0000; write backslashes in single quotes"


def test_a_value_from_the_environment_is_never_quoted_in_a_problem(site: SiteFolder) -> None:
    problems = site.wrong(
        "fetch:\n  concurrency: ${A}\noutput:\n  content: ${A}\nstore: ${B}", A="hush", B="a://hush"
    )

    assert len(problems) == 3
    assert "hush" not in str(problems)


def test_values_of_the_environment_itself_are_not_filled_in(site: SiteFolder) -> None:
    assert site.settings("", AGGREGATOR__SITE__TITLE="${HOME} $$").site.title == "${HOME} $$"


@given(st.text(max_size=30), st.dictionaries(st.sampled_from("AB"), st.text(max_size=5), max_size=2))
def test_any_text_is_filled_in_or_told(text: str, environ: dict[str, str]) -> None:
    node, problems = Node(Mark("f", 1, 1), text), Problems()

    interpolate(node, environ, problems)

    assert node.broken == bool(problems)
    if "$" not in text and not problems:
        assert node.value == text
