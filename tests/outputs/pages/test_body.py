"""The body of an item as a page of ours shows it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given

from aggregator import markup
from aggregator.outputs.pages.body import as_shown, is_wide
from tests.soup import soup


class Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a &amp; b &lt;i&gt;</p>", "<p>a &amp; b &lt;i&gt;</p>"),
        ("<h1>a</h1><h3>b</h3><h1>c</h1>", "<h2>a</h2><h3>b</h3><h2>c</h2>"),
        ("<h4>a</h4><h5>b</h5><h6>c</h6>", "<h2>a</h2><h3>b</h3><h4>c</h4>"),
        ("<h3>first</h3><h2>then</h2><h3>last</h3>", "<h2>first</h2><h2>then</h2><h3>last</h3>"),
        (
            '<img src="https://a.example/b.png">',
            '<img alt="" loading="lazy" decoding="async" src="https://a.example/b.png">',
        ),
        (
            '<a href="https://a.example/" title="&quot;>&lt;b>">x</a>',
            '<a href="https://a.example/" title="&quot;&gt;&lt;b&gt;" rel="noreferrer">x</a>',
        ),
        (
            '<video src="https://a.example/b.mp4" controls=""></video>',
            '<video src="https://a.example/b.mp4" controls="" preload="none"></video>',
        ),
        ("<p>left <b>open", "<p>left <b>open</b></p>"),
        ("<p>a</b></p></p>", "<p>a</p>"),
    ],
)
def test_a_body_is_fitted_into_a_page(html: str, expected: str) -> None:
    assert as_shown(html) == expected


def test_a_picture_with_words_keeps_them() -> None:
    assert 'alt="A weir"' in as_shown('<img alt="A weir" src="https://a.example/b.png">')


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1) style=x id=y class=z>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src=https://a.example></iframe><svg><a href=data:,x></svg>",
        "<img src='data:image/svg+xml,x' onerror=alert(1)>",
        "<meta http-equiv=refresh content=0><base href=https://a.example/>",
    ],
)
def test_what_no_cleaner_lets_through_is_not_written_even_if_it_comes(html: str) -> None:
    read = Read(as_shown(html))

    assert {tag for tag, _ in read.elements} <= {"p", "a", "img"}
    assert all(
        name in ("alt", "loading", "decoding", "rel")
        for _, attributes in read.elements
        for name in attributes
    )


def test_only_what_may_be_wide_is_scrolled_by_itself() -> None:
    assert is_wide("<table><tbody></tbody></table>")
    assert not is_wide("<p>table</p>")


@given(soup)
def test_any_clean_body_keeps_its_words_and_is_in_order(html: str) -> None:
    clean = markup.clean(html, "https://a.example/")

    shown = as_shown(clean)

    assert markup.to_text(shown) == markup.to_text(clean)
    levels = [int(tag[1]) for tag, _ in Read(shown).elements if tag[0] == "h" and tag[1:].isdigit()]
    assert all(level <= before + 1 for before, level in zip([1, *levels], levels, strict=False))
    assert [tag for tag, attributes in Read(shown).elements if tag == "img" and "alt" not in attributes] == []
    assert as_shown(shown) == shown
