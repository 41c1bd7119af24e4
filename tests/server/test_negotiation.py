"""Which form a client is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.server.negotiation import coding, prefers_html

BROWSERS = [
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "text/html",
    "TEXT/HTML;level=1",
    "text/html;q=0.9, application/atom+xml;q=0.2",
]
READERS = [
    "",
    "*/*",
    "application/atom+xml,application/rdf+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.1",
    "application/atom+xml, text/html;q=0.9",
    "application/atom+xml, text/html",
    "text/html;q=0, */*",
    "text/html;q=nonsense, */*;q=0.1",
    "application/*, text/html;q=0.3",
    "text/*",
]


@pytest.mark.parametrize("accept", BROWSERS)
def test_a_browser_is_known_by_preferring_html(accept: str) -> None:
    assert prefers_html(accept)


@pytest.mark.parametrize("accept", READERS)
def test_whoever_does_not_prefer_html_is_sent_atom(accept: str) -> None:
    assert not prefers_html(accept)


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("gzip;q=0.000", ""),
        ("*", "gzip"),
        ("*;q=0", ""),
        ("gzip;q=0, *", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, deflate", ""),
        ("gzip;q=2", ""),
        ("gzip;q=-1", ""),
        ("gzip;Q=0.9", "gzip"),
        (",,gzip,", "gzip"),
        ("deflate, compress", ""),
    ],
)
def test_the_coding_is_what_the_client_likes_best(accept_encoding: str, chosen: str) -> None:
    assert coding(accept_encoding) == chosen


@given(st.text())
def test_whatever_is_sent_there_is_a_form(field: str) -> None:
    assert coding(field) in ("", "gzip", "br")
    assert prefers_html(field) in (True, False)


def test_a_very_long_field_is_read_in_part() -> None:
    assert coding("gzip," + "x," * 10_000) == "gzip"
