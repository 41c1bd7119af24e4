"""Numbers for a monitor are in the form that monitors read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregator import metrics
from aggregator.polls import SourceState
from tests.builders import NOW

A_SOURCE = SourceState(id="posts", type="feed", title="", last_success=NOW, items=3)


def render(states: list[SourceState], version: str) -> str:
    return metrics.render(states, states, version=version, is_up=True)


_LINE = re.compile(
    r"# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+=\"([^\"\\\n]|\\[\\\"n])*\"\})? -?[0-9.]+(e[+-]?[0-9]+)?"
)


def test_sources_are_counted_by_state_those_that_are_none_too() -> None:
    text = render([A_SOURCE, replace(A_SOURCE, id="other", failures=2)], "1.0")

    assert 'aggregator_sources{state="ok"} 1\n' in text
    assert 'aggregator_sources{state="failing"} 1\n' in text
    assert 'aggregator_sources{state="gone"} 0\n' in text
    assert 'aggregator_info{version="1.0"} 1\n' in text


def test_each_source_has_its_numbers() -> None:
    source = replace(
        A_SOURCE, polls=8, polls_unchanged=6, received=123_456_789_012, next_check=NOW + timedelta(hours=1)
    )

    text = render([source], "1.0")

    assert 'aggregator_source_items{source="posts"} 3\n' in text
    assert 'aggregator_source_polls_total{source="posts"} 8\n' in text
    assert 'aggregator_source_polls_unchanged_total{source="posts"} 6\n' in text
    assert 'aggregator_source_received_bytes_total{source="posts"} 123456789012\n' in text
    assert (
        f'aggregator_source_next_check_timestamp_seconds{{source="posts"}} {NOW.timestamp() + 3600:.0f}\n'
        in text
    )


def test_what_is_not_known_has_no_number() -> None:
    assert "last_success_timestamp_seconds{" not in render([replace(A_SOURCE, last_success=None)], "1.0")


@given(st.lists(st.text()))
def test_whatever_sources_are_called_every_line_can_be_read(ids: list[str]) -> None:
    for line in render([replace(A_SOURCE, id=each) for each in ids], "1").removesuffix("\n").split("\n"):
        assert _LINE.fullmatch(line), line


def test_a_source_that_is_private_is_counted_and_not_named() -> None:
    text = metrics.render([A_SOURCE], [], version="1", is_up=False)

    assert 'aggregator_sources{state="ok"} 1\n' in text
    assert "aggregator_items 3\n" in text
    assert "aggregator_up 0\n" in text
    assert "posts" not in text
