from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import markdown, markup
from aggregator.sources.dialects import MAX_DEFINITIONS, Dialect, to_html


def words(html: str) -> str:
    return " ".join(markup.to_text(html).split())


def test_html_is_left_as_it_is() -> None:
    html = "<p>2*3*4 _x_ `y`</p><p># no heading</p>\n<p>more</p>"

    assert to_html(html, "markdown") == html


def test_indented_html_is_no_code() -> None:
    html = to_html(
        "<p>first</p>\n\n    <p>second *x*</p>\n\n\t<table><tr><td>a</td></tr></table>", "markdown"
    )

    assert "<pre>" not in html
    assert "<p>second *x*</p>" in html


def test_blank_lines_inside_an_element_do_not_end_it() -> None:
    html = "<div>\n\n*x*\n\n    <p>y</p>\n\n</div>"

    assert to_html(html, "markdown") == html


def test_a_comment_with_blank_lines_stays_one() -> None:
    assert words(to_html("<p>a</p>\n<!-- one\n\ntwo\n\n--><p>b</p>", "markdown")) == "a b"


@pytest.mark.parametrize("open_tag", ["<div>", "<!-- never closed", "<table><tr>", "<div><!--"])
def test_what_is_never_closed_ends_at_a_blank_line(open_tag: str) -> None:
    html = to_html(f"{open_tag}\n\n<p>a</p>\n\n> b", "markdown")

    assert "<blockquote>" in html


def test_a_digest_above_html_is_quoted() -> None:
    html = to_html("> the *digest*\n\n<p>2*3*4</p>\n\n<p>more</p>", "markdown")

    assert "<blockquote>" in html
    assert "<em>digest</em>" in html
    assert "<p>2*3*4</p>" in html


def test_a_digest_right_above_html_is_quoted_alone() -> None:
    html = to_html("> digest\n<p>body</p>", "markdown")

    assert html.index("</blockquote>") < html.index("<p>body</p>")


def test_a_digest_with_a_full_width_bracket_is_quoted() -> None:
    assert "<blockquote>" in to_html("＞ 摘要\n\n<p>正文</p>", "markdown")


def test_text_beside_html_is_a_paragraph_of_html() -> None:
    assert to_html("<p>a</p>\n\n2*3*4 &amp; <b>bold</b>\n\n<p>c</p>", "markdown").split("\n") == [
        "<p>a</p>",
        "<p>2*3*4 &amp; <b>bold</b></p>",
        "<p>c</p>",
    ]


def test_markdown_is_rendered() -> None:
    html = to_html(
        "# Heading\n\nSome *words* and a [link](https://example.com/).\n\n- one\n- two\n", "markdown"
    )

    for part in (
        "<h1>Heading</h1>",
        "<em>words</em>",
        '<a href="https://example.com/">link</a>',
        "<li>two</li>",
    ):
        assert part in html


def test_markdown_with_a_piece_of_html_is_markdown_still() -> None:
    html = to_html(
        "A *word* and [one][1].\n\n<figure><img src='x'></figure>\n\nAnd [two][1].\n\n[1]: https://example.com/",
        "markdown",
    )

    assert html.count('<a href="https://example.com/">') == 2
    assert "<em>word</em>" in html
    assert "<figure><img src='x'></figure>" in html


def test_code_that_shows_html_is_code() -> None:
    html = to_html("Text:\n\n```html\n<p>\n\n<p>sample</p>\n```\n\n    <p>sample</p>\n\nEnd.", "markdown")

    assert html.count("&lt;p&gt;sample") == 2


def test_a_fence_that_is_never_closed_is_code_to_the_end() -> None:
    assert "&lt;p&gt;" in to_html("~~~\n<p>\n\nx", "markdown")


def test_an_address_in_brackets_is_a_link_even_in_html() -> None:
    assert '<a href="https://example.com/">' in to_html("<p>see <https://example.com/></p>", "markdown")
    assert '<a href="https://example.com/">' in to_html("<p>x</p>\n\nsee <https://example.com/>", "html")


def test_chinese_prose_has_a_paragraph_a_line() -> None:
    html = to_html("　　第一段。\n　　第二段。\n第三段。\n    第四段，缩进。\n", "markdown")

    assert html.count("<p>") == 4
    assert "<pre>" not in html


def test_wrapped_lines_of_prose_stay_one_paragraph() -> None:
    assert to_html("one line\nof prose\n", "markdown").count("<p>") == 1


def test_plain_text_is_never_markdown_nor_html() -> None:
    html = to_html("# no heading\n*a* <b> & c\n\n  new\n> d", "text")

    assert html == "<p># no heading<br>*a* &lt;b&gt; &amp; c</p>\n<p>new<br>&gt; d</p>"


def test_plain_chinese_text_has_a_paragraph_a_line() -> None:
    assert to_html("甲。\n乙。\n　　丙", "text") == "<p>甲。</p>\n<p>乙。</p>\n<p>丙</p>"


def test_html_in_a_text_file_is_html_where_it_closes() -> None:
    assert to_html("<p>a</p>\n\nb", "text") == "<p>a</p>\n<p>b</p>"
    assert to_html("<p> begins a paragraph", "text") == "<p>&lt;p&gt; begins a paragraph</p>"


def test_an_html_file_is_no_markdown() -> None:
    assert to_html("a *b*\n\n# c\n\n> d", "html").startswith("<p>a *b*</p>\n<p># c</p>\n<blockquote>")


def test_more_markdown_than_its_reader_can_take_is_shown_as_text() -> None:
    html = to_html("*a* <\n" * (markdown.MAX_MARKDOWN // 5), "markdown")

    assert html.startswith("<p>*a* &lt;<br>")


@pytest.mark.parametrize("body", ["", "\n\n", "  \n\t\n"])
def test_nothing_is_nothing(body: str) -> None:
    assert to_html(body, "markdown") == to_html(body, "html") == to_html(body, "text") == ""


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "\n",
        "\n\n",
        "> ",
        "* ",
        "    ",
        "```",
        "[1]: x",
        "甲。",
        "\t",
        "<",
    ]
) | st.text(max_size=5)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["markdown", "html", "text"]))
def test_any_body_becomes_html(body: str, dialect: Dialect) -> None:
    assert isinstance(to_html(body, dialect), str)


@given(
    st.lists(st.text(st.characters(categories=["Lu", "Lo"]), min_size=1, max_size=8), min_size=1, max_size=6)
)
def test_no_word_is_lost_whatever_the_dialect(texts: list[str]) -> None:
    bodies: list[tuple[str, Dialect]] = [
        ("\n\n".join(texts), "text"),
        ("\n\n".join(texts), "markdown"),
        ("".join(f"<p>{text}</p>" for text in texts), "markdown"),
        ("> " + "\n\n".join(f"{text}\n\n<p>{text}</p>" for text in texts), "markdown"),
    ]
    for body, dialect in bodies:
        for text in texts:
            assert words(text) in words(to_html(body, dialect))


@pytest.mark.parametrize(
    "line", ["<div>", "<!--", "<p>", "```", "> a", "", "a", "<div></div>", "<", "[a]: b", "*a"]
)
def test_a_huge_body_takes_no_long_time(line: str) -> None:
    to_html(f"{line}\n\n" * 3_000, "markdown")
    to_html(f"{line}\n" * 3_000, "html")


def test_definitions_count_for_the_whole_body_under_any_spelling_of_their_name() -> None:
    html = to_html(
        "[One  two]: https://a.example/1\n[one two]: https://a.example/2\n\n<p>x</p>\n\n*y* [text][ONE\ntwo]",
        "markdown",
    )

    assert '<a href="https://a.example/1">text</a>' in html


@pytest.mark.parametrize("use", ["*x*", "[a]", "[b]: c"])
def test_many_definitions_take_no_long_time(use: str) -> None:
    before = process_time()

    to_html("<p>x</p>\n\n" + f"[a]: b\n\n{use}\n\n<p>y</p>\n\n" * 1000, "markdown")

    assert process_time() - before < 5


def test_definitions_are_repeated_only_so_often() -> None:
    address = "x" * (MAX_DEFINITIONS // 10)

    html = to_html(f"[a]: {address}\n\n" + "*x* [a]\n\n<p>y</p>\n\n" * 1000, "markdown")

    assert 1 < html.count(address) <= 11
