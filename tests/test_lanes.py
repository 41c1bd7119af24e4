"""Hosts that share a limit share it, and no others do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.lanes import USUAL, HostRule, Lanes

LANES = Lanes(
    USUAL,
    {
        "own.example": HostRule(4, 0.0),
        "a.example": HostRule(2, 0.5, "group both"),
        "b.example": HostRule(2, 0.5, "group both"),
        "*.blogs.example": HostRule(2, 0.0),
        "*.big.blogs.example": HostRule(3, 0.0),
        "vip.blogs.example": HostRule(9, 0.0),
        "*.grouped.example": HostRule(1, 0.0, "group both"),
    },
)


@pytest.mark.parametrize(
    ("host", "key", "connections"),
    [
        ("other.example", "other.example", 1),
        ("own.example", "own.example", 4),
        ("a.example", "group both", 2),
        ("b.example", "group both", 2),
        ("x.blogs.example", "*.blogs.example", 2),
        ("y.x.blogs.example", "*.blogs.example", 2),
        ("x.big.blogs.example", "*.big.blogs.example", 3),
        ("vip.blogs.example", "vip.blogs.example", 9),
        ("blogs.example", "blogs.example", 1),
        ("z.grouped.example", "group both", 1),
        ("127.0.0.1", "127.0.0.1", 1),
        ("::1", "::1", 1),
    ],
)
def test_a_host_has_the_lane_of_the_rule_that_fits_it_best(host: str, key: str, connections: int) -> None:
    lane = LANES.lane(host)

    assert (lane.key, lane.rule.connections) == (key, connections)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://other.example/feed", "other.example"),
        ("http://other.example:80/feed", "other.example"),
        ("http://other.example:8080/feed", "other.example:8080"),
        ("http://user:pw@OTHER.example./feed", "other.example"),
        ("http://x.blogs.example:8080/feed", "*.blogs.example"),
        ("http://[::1]:81/", "::1:81"),
        ("http://other.example:port/", None),
        ("seeds", None),
        ("ftp://other.example/", None),
    ],
)
def test_a_pause_is_for_the_server_that_asked_for_it(url: str, key: str | None) -> None:
    assert LANES.hold_key_of(url) == key


@given(st.text())
def test_every_host_has_a_lane_and_every_text_a_key_or_none(text: str) -> None:
    assert LANES.lane(text).rule.connections > 0
    LANES.hold_key_of(text)
