"""HTML that would cost a parser more than linear time."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import taming


@pytest.mark.parametrize(
    "html", ["", "text", "<p>" * taming.MAX_MARKS, "<p a=1 b='2' c>" * 100, "</p>" * 9999]
)
def test_ordinary_html_is_not_costly(html: str) -> None:
    assert not taming.costly(html)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 501,
        "<p " + "a=1 " * 200 + ">",
        '<p a=">" ' + 'a=">" ' * 200 + ">",
        "<p/" + "a/" * 200 + ">",
        '<!-- <a b="--><p ' + "a " * 200 + ">",
    ],
)
def test_costly_html_is_known(html: str) -> None:
    assert taming.costly(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a < b &amp; c <", "a &lt; b &amp; c &lt;"),
        ("<P class='a\"b'>x</P >", '<p class="a&quot;b">x</p>'),
        ("<a href=//x/y?a=1&b title='>'>z</a>", '<a href="//x/y?a=1&b" title="&gt;">z</a>'),
        ("<img src=a/>b", '<img src="a/">b'),
        ("<br/>", "<br>"),
        ("a<!-- <b> -->b<!-->c<!--->d<!--x--!>e", "abcde"),
        ("a<!-- <b>", "a"),
        ("<!doctype html><?php echo 1 ?>x</ >y", "xy"),
        ("<div></span></div></div>", "<div></div>"),
        ("<script>if (a<b) '</p>'</SCRIPT >x", "x"),
        ("<style>x", "x"),
        ("<style>x<style>y", "xy"),
        ("<svg><p>x</svg>y", "y"),
        ("<p <b c=<d>>x", '<p c="&lt;d">>x'),
        ("a<p<b>c", "ac"),
        ('x<a b="', "x"),
        ("x<a b='c>", "x"),
        ("<p a=>x", '<p a="">x'),
        ("<p =a>x", '<p =a="">x'),
    ],
)
def test_a_tamed_fragment_says_the_same(html: str, expected: str) -> None:
    assert taming.tamed(html) == expected


def test_what_is_too_deep_is_dropped_but_for_its_text() -> None:
    found = taming.tamed("<div>" * 1000 + "x" + "</div>" * 1000)

    assert found == "<div>" * taming.MAX_DEPTH + "x" + "</div>" * taming.MAX_DEPTH


def test_elements_that_close_each_other_are_never_too_deep() -> None:
    assert taming.tamed("<p>x" * 1000) == "<p>x" * 1000


def test_end_tags_in_comments_and_attributes_close_nothing() -> None:
    found = taming.tamed("<div title='</div>'><!--</div>-->" * 1000)

    assert found.count("<div") == taming.MAX_DEPTH


def test_an_element_keeps_its_first_attributes() -> None:
    found = taming.tamed("<p " + " ".join(f"a{number}" for number in range(1000)) + ">")

    assert found.count("=") == taming.MAX_ATTRIBUTES


def test_formatting_that_is_never_closed_is_closed_at_last() -> None:
    found = taming.tamed("".join(f"<font size={size}>" for size in range(100)) + "<p>x" * 1000 + "<b>y")

    assert found.count("</font>") == 100
    assert found.endswith("<p>xy")


def test_embedded_images_go_before_the_fragment_is_measured() -> None:
    html = '<img src="data:image/png;base64,' + "A" * 2 * taming.MAX_HTML + '">text'

    assert taming.bounded(html) == '<img src="data:">text'


def test_a_fragment_that_is_too_long_is_cut_between_tags() -> None:
    found = taming.bounded("<p>text</p>" * taming.MAX_HTML)

    assert len(found) <= taming.MAX_HTML
    assert found.endswith(">")


def test_a_long_text_is_cut_too() -> None:
    assert len(taming.bounded("x" * 2 * taming.MAX_HTML)) == taming.MAX_HTML * 9 // 10


def test_long_text_of_entities_is_parted_between_them() -> None:
    found = taming.parted('<p title="' + "&amp;" * 600 + '">' + "&lt;" * 1100 + "</p>")

    assert (
        found == '<p title="' + "&amp;" * 600 + '">' + ("&lt;" * 500 + "<!---->") * 2 + "&lt;" * 100 + "</p>"
    )


def test_text_behind_the_last_tag_is_parted_too() -> None:
    found = taming.parted("x<br>a < " + "&lt;" * 1100)

    assert found == "x<br>a < " + ("&lt;" * 500 + "<!---->") * 2 + "&lt;" * 100


def test_ordinary_text_is_not_parted() -> None:
    assert taming.parted("&amp;" * 1000) == "&amp;" * 1000


SOUP = st.lists(
    st.sampled_from(
        ["<", ">", "/", "!", "--", "?", "=", '"', "'", " ", "a", "div", "<div>", "</div>", "<!--", "-->"]
    )
    | st.sampled_from(["<b>", "</b>", "<script>", "</script>", "<svg", "<p x=", "</p>", "&", "\n", "x"]),
    max_size=30,
).map("".join)


@given(SOUP)
def test_a_tamed_fragment_is_tame_already(html: str) -> None:
    once = taming.tamed(html)

    assert taming.tamed(once) == once


def test_many_beginnings_of_a_long_name_are_seen_through_in_no_long_time() -> None:
    before = process_time()

    assert not taming.costly("<a" * 500 + "x" * 1_000_000)

    assert process_time() - before < 1


@pytest.mark.parametrize("name", ["p", "p/", "p<b", "p<"])
def test_many_attributes_are_costly_whatever_bears_them(name: str) -> None:
    assert taming.costly(f"<{name} " + "".join(f" a{number}=1" for number in range(201)) + ">")
