"""Markdown becomes HTML, in good time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import markdown, markup


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a *b*\n", "<p>a <em>b</em></p>\n"),
        ("> a\n\n<p>b</p>\n", "<blockquote>\n<p>a</p>\n</blockquote>\n<p>b</p>\n"),
        ("<https://h/?a=1>\n", '<p><a href="https://h/?a=1">https://h/?a=1</a></p>\n'),
        ("|a|\n|-|\n|b|\n\n~~c~~", "<td>b</td>"),
        ("~~c~~", "<s>c</s>"),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_markdown_becomes_html(source: str, expected: str) -> None:
    assert expected in markdown.from_markdown(source)


def test_a_text_too_long_for_markdown_comes_back_as_it_is() -> None:
    source = "![" * markdown.MAX_MARKDOWN

    assert markdown.from_markdown(source) == source


def test_a_long_block_of_html_is_no_markdown_to_wade_through() -> None:
    source = "*a*\n\n<p>" + "text" * markdown.MAX_MARKDOWN + "</p>\n"

    assert markdown.from_markdown(source).startswith("<p><em>a</em></p>\n<p>texttext")


@given(st.text(st.sampled_from("a*_`[]()!<>#-+~|\\\n &;:/"), max_size=40))
def test_any_markdown_can_be_read(source: str) -> None:
    markup.clean(markdown.from_markdown(source))
