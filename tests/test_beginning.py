"""The beginning of a text is that of the whole, whatever follows it."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator import beginning, markup
from tests.soup import soup

_TAGS = [
    "p", "p", "a", "b", "em", "span", "div", "ul", "li", "img", "br", "h2", "blockquote", "hr", "table", "td",
    "pre", "script", "video", "title", "template", "select", "P", "article", "noscript", "svg",
]  # fmt: skip
_WORDS = [
    "words ", "中文，", "&nbsp;", "&amp;", "&lt;b&gt;", "&#8217;", "\u00a0", " ", "\n", "> ", "&#150;", "a&b",
    "]]>", "data:image/png,", "\ufdd0", "<![CDATA[", "x" * 40, "<!-- c -->", "&amp", "</p>", "</table>",
]  # fmt: skip


def orderly_at_first(seed: int) -> str:
    """Mostly orderly HTML, with something in it at times that is not."""
    random = Random(seed)  # noqa: S311 - test data, not secrets
    written: list[str] = []
    outer: list[str] = []
    words = _WORDS if random.random() < 0.4 else _WORDS[:10]
    tags = _TAGS if random.random() < 0.4 else _TAGS[:14]
    for _ in range(random.randrange(60)):
        choice = random.random()
        if choice < 0.5:
            written.append(random.choice(words))
        elif choice < 0.7 and outer:
            written.append(f"</{outer.pop()}>")
        else:
            name = random.choice(tags)
            stated = ' title="a &amp; b"' if random.random() < 0.2 else ""
            written.append(f"<{name}{stated}>")
            if name not in ("img", "br", "hr"):
                outer.append(name)
    return "".join(written) + "".join(f"</{name}>" for name in reversed(outer))


def same_beginning(html: str, length: int) -> bool:
    whole, found = markup.to_text(html), beginning.to_text(html, length)
    return whole[:length] == found[:length] and (len(found) >= length or found == whole)


@settings(max_examples=500)
@given(st.integers(0, 2**32), st.sampled_from([1, 3, 10, 40]), soup)
@example(1, 10, "")
def test_html_that_is_orderly_at_first_begins_as_its_whole_text_does(
    seed: int, length: int, rest: str
) -> None:
    html = orderly_at_first(seed)

    assert same_beginning(html, length)
    assert same_beginning(html + rest, length)


@given(soup, st.integers(1, 100))
def test_so_does_any_other(html: str, length: int) -> None:
    assert same_beginning(html, length)


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "one " * 20 + "<p>two<table>three<tr><td>four</table>",
        "<div>" + "one " * 20 + "<b>two<p>three</b>four</p></div>",
        "<p>one ]]> two " + "x" * 60 + "</p><![CDATA[ three ]]>",
        "<p>data:a," + "x" * 1200 + "</p><p>two</p>",
        "<p>" + "&amp;" * 200 + "</p>",
        "<p>" + "x" * 60 + '</p><p title="' + "x" * 200_000 + '">two</p>',
        "<p>" + "<b>x</b>" * 4000 + "</p>",
        "one " * 60,
        "<>" * 60 + "<p>" + "one " * 60,
        "<p>" + "one " * 20 + "</px",
        "<p>" + "one " * 5 + "</p>" + "two " * 20 + "<p",
    ],
)
def test_nothing_that_follows_changes_it(html: str) -> None:
    for length in (1, 20, 50, 100):
        assert same_beginning(html, length)


def test_no_more_is_read_than_it_takes() -> None:
    book = "<p>" + "</p><p>".join(["words, words"] * 60_000) + "</p>"

    start = time.process_time()
    for _ in range(100):
        assert beginning.to_text(book, 500).startswith("words, words\nwords")

    assert time.process_time() - start < 1
