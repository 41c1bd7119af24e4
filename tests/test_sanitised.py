"""What the sanitiser writes is known to be safe without cleaning it again, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import markup, sanitised, tidy
from aggregator.model import Reading
from tests.attacks import BODIES
from tests.builders import NOW
from tests.fuzz.checks import unsafe
from tests.soup import soup
from tests.test_corpus import DOCUMENTS, parsed

SAFE = [
    "",
    "text &amp; more",
    '&lt;a href="javascript:x" src=""&gt; is how it was',
    '<p>one <a href="https://a.example/?b&amp;c" rel="noopener noreferrer">two</a><br></p>',
    '<img alt="x" src="https://a.example/1.png" srcset="https://a.example/2.png 2x">',
    '<img alt="x src=" src="https://a.example/1.png">',
    '<video controls="" poster="https://a.example/1.png" src="https://a.example/v"></video>',
]
UNSAFE = [
    "<script>",
    "</script>",
    "<style></style>",
    '<p onclick="x">',
    '<p style="x">',
    "<P>",
    "<p",
    "<p title='x'>",
    "<p title=x>",
    "<p/>",
    "<p >",
    "a > b",
    "<!-- x -->",
    "<!doctype html>",
    "<?x?>",
    "<svg></svg>",
    '<a href="https://a.example/">x</a>',
    '<a href="javascript:x" rel="noopener noreferrer">x</a>',
    '<a href="java&#10;script:x" rel="noopener noreferrer">x</a>',
    '<a href="/x" rel="noopener noreferrer">x</a>',
    '<a href="https://user:secret@a.example/" rel="noopener noreferrer">x</a>',
    '<img src="data:image/png,x">',
    '<img alt="x src=" src="data:image/png,x">',
    '<img srcset="https://a.example/1.png 1x, javascript:x 2x">',
    '<video poster="data:x">',
    '<blockquote cite="javascript:x">',
    '<p title="a>b">',
    '<p title="a\x00b">',
    "a\x00b",
    "a\ud800b",
    "<div>" * 200,
    "x" * 1_000_001,
]


@pytest.mark.parametrize("html", SAFE)
def test_what_is_safe_is_known(html: str) -> None:
    assert sanitised.is_safe(html)


@pytest.mark.parametrize("html", UNSAFE, ids=range(len(UNSAFE)))
def test_what_is_not_of_its_form_is_not_safe(html: str) -> None:
    assert not sanitised.is_safe(html)


@settings(max_examples=200, deadline=None)
@given(soup)
def test_what_the_sanitiser_writes_is_safe(html: str) -> None:
    assert sanitised.is_safe(markup.clean(html, "https://a.example/"))


@settings(max_examples=500, deadline=None)
@given(soup | st.lists(st.sampled_from([*SAFE, *UNSAFE[:29], *BODIES])).map("".join))
def test_what_is_taken_for_safe_is(html: str) -> None:
    if sanitised.is_safe(html):
        assert not unsafe(html)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_body_of_the_corpus_is_safe_once_it_is_clean(name: str) -> None:
    reading = parsed(name)
    items = [tidy.tidy(raw, NOW) for raw in reading.items] if isinstance(reading, Reading) else []

    assert all(sanitised.is_safe(body.value) for item in items for body in (item.content, item.summary))


def test_the_worst_takes_time_by_its_length_alone() -> None:
    pieces = re.findall("<[^>]*>", '<img src="https://a.example/1.png">' * 20_000)

    assert sanitised.is_safe("".join(pieces))
    assert not sanitised.is_safe("".join(pieces) + "<script>")
