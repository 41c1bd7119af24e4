"""HTML made safe, made plain, made from Markdown."""

from __future__ import annotations

import html as entities
import re
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator import markup
from tests.soup import soup

BASE = "https://site.example/a/b.html"
STOCK_QUOTE = (
    '<p><span id="stock_1.600519"><a href="http://quote.example/1" class="keytip">股票</a></span>'
    '<span id="quote_1.600519"></span>涨</p>'
)


def read_as_xml(value: str) -> None:
    ET.fromstring(f"<a>{entities.escape(value)}</a>")  # noqa: S314 - there is no document type in it


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a < b", "a < b"),
        ("x <", "x <"),
        ("AT&T", "AT&T"),
        ("x & y", "x & y"),
        ("&amp;lt;", "&lt;"),
        ("&lt;b&gt;", "<b>"),
        ("caf&eacute;&#x4e2d;", "café中"),
        ("a&nbsp;b\n\tc", "a b c"),
        ("<![CDATA[a & b]]> c", "a & b c"),
        ("<p>a<p>b<b>c", "a\nbc"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("un<b>bro</b>ken", "unbroken"),
        ("<h1>a</h1>\n\n<div><div>b</div></div>", "a\nb"),
        ("a<script>b</script><style>c</style><!-- d --><template>e</template>f", "af"),
        ("a<textarea>b</textarea><title>c</title><svg><text>d</text></svg><noscript>e</noscript>f", "af"),
        ("a<select><option>b</select><button>c</button>d", "ad"),
        ("a<!-- b", "a"),
        ("<frameset><frame>a", "a"),
        ("<body hidden>a", "a"),
        ("a\x00b\x1bc&#0;&#1;&#xD800;", "abc\ufffd\ufffd"),
        ("a\ud800b", "ab"),
        ("<p>", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_text_is_what_a_reader_sees(html: str, expected: str) -> None:
    assert markup.to_text(html) == expected


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
def test_escaped_text_is_that_text_again(plain: str) -> None:
    assert markup.to_text(entities.escape(plain)) == " ".join(plain.split())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<p onclick=x style='color:red' class=y id=z>a</p>", "<p>a</p>"),
        ("<script>x</script><style>x</style><title>x</title>a", "a"),
        ("<form action=x><input><select><option>a</select><button>b</button><p>c</p></form>", "<p>c</p>"),
        ("<svg><script>x</script></svg><math><mi>y</mi></math>a", "a"),
        ("<iframe src=https://x/>a</iframe><object data=x><p>b</p></object>", "<p>b</p>"),
        ("a<!-- b -->c<!-- d", "ac"),
        ("<img src='data:image/png;base64,x'>a", "a"),
        ("<img alt=x>a", "a"),
        ("<video src=//h/v poster=data:x autoplay></video>", '<video src="https://h/v" controls=""></video>'),
        ("<pre>\n\n\na\n</pre>", "<pre>a\n</pre>"),
        ("<![CDATA[<p>a</p>]]>", "<p>a</p>"),
        ("a\x00b\x0c&#1;\ud800c", "abc"),
        ("<img src=https://h/i width=100% height=40em>", '<img src="https://h/i" width="100%">'),
        ("<noscript><p>a</p></noscript><noscript></noscript>b", "<p>a</p>b"),
        (STOCK_QUOTE, '<p><a href="http://quote.example/1" rel="noopener noreferrer">股票</a>涨</p>'),
    ],
)
def test_html_is_made_safe(html: str, expected: str) -> None:
    assert markup.clean(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href=c>x</a>", 'href="https://site.example/a/c"'),
        ("<a href='//h/p?a=1&b'>x</a>", 'href="https://h/p?a=1&amp;b"'),
        ("<a href='#n'>x</a>", 'href="https://site.example/a/b.html#n"'),
        ("<img src='/i j.png'>", 'src="https://site.example/i%20j.png"'),
        ("<img srcset='a 1x,javascript:x 2x'>", 'srcset="https://site.example/a/a 1x"'),
        ("<blockquote cite=c>x</blockquote>", 'cite="https://site.example/a/c"'),
        ("<video poster=p src=v></video>", 'poster="https://site.example/a/p"'),
        ("<picture><source srcset=a><img src=b></picture>", '<source srcset="https://site.example/a/a">'),
    ],
)
def test_every_link_becomes_absolute(html: str, expected: str) -> None:
    assert expected in markup.clean(html, BASE)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT&colon;alert(1)",
        "java&#9;script:alert(1)",
        "&#1;javascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "mailto:a@b.example",
        "file:///x",
        "http://user:password@h/",
    ],
)
@pytest.mark.parametrize("base", [None, BASE])
def test_no_other_kind_of_link_survives(url: str, base: str | None) -> None:
    html = f'<a href="{url}">a</a><img src="{url}"><q cite="{url}">b</q><video poster="{url}"></video>'

    assert markup.clean(html, base) == (
        '<a rel="noopener noreferrer">a</a><q>b</q><video controls=""></video>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p style='display:none'>x</p>",
        "<p STYLE='Display : NONE !important'>x</p>",
        "<div hidden><p>x<p>y</div>",
        "<img hidden src=https://h/i>",
        "<img src=https://h/i width=1 height=1>",
        "<img src=https://h/i style='width:1px;height:1px'>",
        "<img src=https://pixel.wp.com/b.gif>",
        "<p style='visibility:hidden'><img src=https://h/i></p>",
    ],
)
def test_what_nobody_is_meant_to_see_goes(html: str) -> None:
    assert markup.clean(f"a{html}b") == "ab"


def test_an_article_that_is_hidden_whole_is_shown() -> None:
    assert markup.clean("<div style='visibility:hidden'><p>text</p></div>") == "<div><p>text</p></div>"


def test_hidden_pictures_alone_are_not_shown() -> None:
    assert markup.clean("<p hidden><img src=https://h/i></p>") == ""


def test_a_lazy_image_gets_its_real_address_once() -> None:
    html = (
        '<img src="data:x" data-src="//c/real.jpg" data-srcset="//c/2.jpg 2x">'
        '<noscript><img src="//c/real.jpg"></noscript>'
    )

    assert markup.clean(html) == '<img src="https://c/real.jpg" srcset="https://c/2.jpg 2x">'


@settings(max_examples=150)
@given(soup, st.sampled_from([None, BASE]))
# Where what goes stood, other elements meet, and a parser parts them.
@example("<h1><form><h2>x", None)
@example("<a href=//a.example/><marquee><a href=//b.example/>x", None)
@example("<img src='//\ufffd'>", BASE)
def test_clean_html_is_clean_already(html: str, base: str | None) -> None:
    once = markup.clean(html, base)

    assert markup.clean(once, base) == once
    assert markup.clean(once) == once


@settings(max_examples=150)
@given(soup)
def test_clean_html_is_harmless_and_can_be_written_as_xml(html: str) -> None:
    clean = markup.clean(html, BASE)

    tags = re.findall(r"<[^>]*>", clean)
    assert not re.search(r"(?i)<(?:script|style|svg|math|iframe|form|input|object|select|template)\b", clean)
    assert not any(re.search(r"(?i)\son\w+=|\sstyle=|javascript:|data:", tag) for tag in tags)
    assert all(
        re.match(r"https?://", url) for url in re.findall(r'(?:href|src|cite|poster)="([^"]*)"', clean)
    )
    read_as_xml(clean)


@given(soup)
def test_any_soup_has_a_text_that_can_be_written_as_xml(html: str) -> None:
    read_as_xml(markup.to_text(html))


DEEP = 30_000


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * DEEP + "x",
        "<b>" * DEEP + "x",
        "<table><tr><td>" * (DEEP // 10) + "x",
        "<p " + " ".join(f"a{number}" for number in range(DEEP)) + ">x",
        "<!--" * DEEP,
        "x" + "<" * DEEP,
        "x" + "&" * DEEP,
        "x" + "&amp;" * DEEP,
        "x" + "<svg>" * DEEP,
        "".join(f"<font size={size}>" for size in range(250)) + "<p>x" * (DEEP // 10),
    ],
    ids=lambda html: html[:12],
)
def test_hostile_html_takes_no_long_time_and_stays_clean(html: str) -> None:
    start = time.perf_counter()
    once = markup.clean(html)
    markup.to_text(html)
    taken = time.perf_counter() - start

    assert taken < 10
    assert markup.clean(once) == once


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("a\n\n b\r\nc & <d>", "<p>a</p><p>b<br>c &amp; &lt;d&gt;</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_plain_text_becomes_paragraphs(plain: str, expected: str) -> None:
    assert markup.paragraphs(plain) == expected
