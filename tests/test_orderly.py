"""Orderly HTML is cleaned without a parser; it comes out as if it had been sanitised again and again."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import allowed, markup, orderly
from tests.test_urls import PIECES

BASE = "https://n.example/d/x.html"
_USUAL_TAGS = [
    "p",
    "p",
    "a",
    "b",
    "strong",
    "em",
    "span",
    "div",
    "ul",
    "ul",
    "li",
    "img",
    "img",
    "br",
    "h2",
    "blockquote",
    "figure",
    "figcaption",
    "hr",
    "font",
    "i",
    "sub",
    "code",
]
_ALL_TAGS = [
    *orderly._TAGS,
    "table",
    "td",
    "pre",
    "script",
    "iframe",
    "video",
    "nav",
    "dd",
    "P",
    "title",
    "noscript",
]
_WORDS = ["words ", "中文，", "&nbsp;", "&amp;", "&lt;b&gt;", "&#8217;", "\u00a0", " ", "\n", "> "]
_ODD_WORDS = [
    "&#65279;",
    "&#65534;",
    "&#150;",
    "&notit;",
    "a&b",
    "\r",
    "\x0c",
    "\ufeff",
    "display",
    "&#13;",
    "da",
    "😀",
    "ta:image/png;base64,",
    "\x85",
    "hidden",
    "&#55296;",
    "<",
    "</",
    "<!-- c -->",
    "]]>",
    "<![CDATA[",
]
_ATTRIBUTES = [
    'href="/a"',
    'href="https://x.example/?a=1&amp;b=2"',
    'src="/i.png"',
    'src="https://x.example/i.png"',
    'width="640"',
    'class="c d"',
    'style="color:red"',
    'title="a &amp; &quot;b&quot;"',
    'alt="中文"',
    'dir="rtl"',
    'rel="nofollow"',
    'lang="zh"',
    'datetime="2022"',
    'title=" x "',
    'alt="a\nb"',
]
_ODD_ATTRIBUTES = [
    'href="javascript:x"',
    'src="//hm.baidu.com/hm.gif?x"',
    'width="1"',
    'height="1"',
    'style="display:none"',
    'style="width:9px"',
    'data-src="/l.png"',
    'srcset="/a.png 2x"',
    'hidden="x"',
    "hidden",
    'src=""',
    "title='q'",
    "align=left",
    'onclick="x"',
    'width="1px"',
    'height="0"',
    'src="data:image/png;base64,x"',
    'style="DISPLAY:none"',
]


def fragment(rng: Random, depth: int, oddity: float) -> str:
    """HTML written at random, tidily but for ``oddity``."""
    parts = []
    for _ in range(rng.randint(0, 4)):
        if depth <= 0 or rng.random() < 0.4:
            parts.append(rng.choice(_ODD_WORDS if rng.random() < oddity else _WORDS))
            continue
        tag = rng.choice(_ALL_TAGS if rng.random() < oddity else _USUAL_TAGS)
        stated = [
            rng.choice(_ODD_ATTRIBUTES if rng.random() < oddity else _ATTRIBUTES)
            for _ in range(rng.randint(0, 3))
        ]
        attributes = "".join(f" {each}" for each in stated)
        if tag in ("br", "hr", "img"):
            parts.append(f"<{tag}{attributes}{rng.choice(['', '/', ' /'])}>")
        elif tag in ("ul", "ol"):
            items = "".join(f"<li>{fragment(rng, depth - 2, oddity)}</li>" for _ in range(rng.randint(0, 3)))
            parts.append(f"<{tag}{attributes}>{items}</{tag}>")
        else:
            end = "" if rng.random() < oddity / 4 else f"</{tag}>"
            parts.append(f"<{tag}{attributes}>{fragment(rng, depth - 1, oddity)}{end}")
    return "".join(parts)


def again_and_again(html: str, base: str | None) -> str:
    """Clean as if no HTML were orderly."""
    html = markup._read(html)
    for _ in range(markup._ROUNDS):
        cleaned = markup._cleaned_once(html, base)
        if cleaned == html:
            return cleaned
        html = cleaned
    raise AssertionError("never the same")


@settings(max_examples=300, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.integers(1, 7),
    st.sampled_from([0.0, 0.02, 0.1, 0.3]),
    st.sampled_from([BASE, None]),
)
def test_it_comes_out_as_if_it_had_been_looked_at_again_and_again(
    rng: Random, depth: int, oddity: float, base: str | None
) -> None:
    html = fragment(rng, depth, oddity)

    at_once = orderly.cleaned(markup._read(html), base)

    assert at_once is None or at_once == again_and_again(html, base)


def test_much_of_what_is_tidy_is_orderly() -> None:
    rng = Random(3)  # noqa: S311 - test data, not secrets

    orderly_ones = sum(orderly.cleaned(fragment(rng, 4, 0.0), BASE) is not None for _ in range(300))

    assert orderly_ones > 150


@pytest.mark.parametrize(
    "html",
    [
        "",
        "words &amp; more &#8217; &nbsp;",
        '<p>a <a href="/b">b <em>c</em></a></p>\n<p>d<br>e<br/></p>',
        "<ul>\n<li>a<ul><li>b</li></ul></li></ul>",
        '<div class="x"><blockquote><p>a</p></blockquote><h2>b</h2><hr></div>',
        '<p style="text-align: center">a</p>',
    ],
)
def test_articles_as_most_are_written_are_orderly(html: str) -> None:
    assert orderly.cleaned(html, BASE) is not None


@pytest.mark.parametrize(
    "html",
    [
        "<p>a",
        "a</p>",
        "<p>a</b></p>",
        "<p><p>a</p></p>",
        "<p><div>a</div></p>",
        "<a>b<a>c</a></a>",
        "<b><p>a</p></b>",
        "<li>a</li>",
        "<ul><li><div><li>a</li></div></li></ul>",
        "<p/>",
        '</p class="a">',
        "<P>a</P>",
        "<p class=a>b</p>",
        "<p class>b</p>",
        '<p hidden="">b</p>',
        '<p style="display: none">b</p>',
        '<p style="color:red">display</p>',
        "a < b",
        "a & b",
        "&nosuch;",
        "&#13;",
        "a\rb",
        "\ufeffa",
        "a\x00",
        "<!-- a -->",
        "<![CDATA[a]]>",
        "<table></table>",
        "<pre>\na</pre>",
        "<script>a</script>",
        "<p>a</p",
        "<b>" * 61 + "</b>" * 61,
    ],
)
def test_what_parsers_might_read_otherwise_is_not(html: str) -> None:
    assert orderly.cleaned(html, BASE) is None


@settings(max_examples=300, deadline=None)
@given(
    PIECES,
    st.sampled_from(["", "/", "http://", "https://a.example", "mailto:"]),
    st.sampled_from([BASE, None]),
)
def test_an_address_is_judged_as_the_sanitiser_judges_it(url: str, start: str, base: str | None) -> None:
    value = (start + url).replace("&", "&amp;").replace('"', "&quot;")
    for html in (f'<a href="{value}">x</a>', f'<img src="{value}">', f'<q cite="{value}" lang="zh">x</q>'):
        found = orderly.cleaned(html, base)

        assert found is None or found == again_and_again(html, base)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p class="x">a > b &quot;c&quot; &#8217;&mdash;\u00a0d</p>\n', '<p>a &gt; b "c" ’—&nbsp;d</p>'),
        ('<p>a<br/>b <span style="color:red">c <font>d</font></span></p>', "<p>a<br>b c d</p>"),
        (
            '<a class="x" href="/b?c=1&amp;d" rel="me" title="&quot;e&quot;">f</a>',
            f'<a href="https://n.example/b?c=1&amp;d" title="&quot;e&quot;" rel="{allowed.REL}">f</a>',
        ),
        (
            '<a href="mailto:a@b.example">c</a><a>d</a>',
            f'<a rel="{allowed.REL}">c</a><a rel="{allowed.REL}">d</a>',
        ),
        (
            '<img src="/a.png" src="/b.png" width="640" height="auto" loading="lazy"/>',
            None,  # which of two that stay comes first, the sanitiser alone knows
        ),
        (
            '<img src="/a.png" src="/b.png" width="640" loading="lazy"/>',
            '<img src="https://n.example/a.png" width="640">',
        ),
        ('<a href="http://1.2.3.4.5/">a</a>', None),  # a wrong address to some readers of URLs
        ('<img src="//\ufffd.">', None),  # the same, once it is absolute
        ('<a href="http://1.2.3.256/">a</a>', None),
        (
            '<a href="http://127.0.3.4:45123/a">a</a>',
            '<a href="http://127.0.3.4:45123/a" rel="noopener noreferrer">a</a>',
        ),
        (
            '<a href="http://127.0.0.1:8080/a">a</a>',
            '<a href="http://127.0.0.1:8080/a" rel="noopener noreferrer">a</a>',
        ),
    ],
)
def test_it_is_written_as_the_sanitiser_writes_it(html: str, expected: str | None) -> None:
    assert orderly.cleaned(html, BASE) == expected
    assert markup.clean(html, BASE) == again_and_again(html, BASE)


def test_a_base_that_is_a_wrong_address_to_some_makes_wrong_ones() -> None:
    base = "https://xn--zn7c./d/"
    html = '<p><img src="a.png">b</p>'

    assert orderly.cleaned(html, base) is None
    assert markup.clean(html, base) == again_and_again(html, base)


@pytest.mark.parametrize(
    "image",
    [
        'src="https://hm.baidu.com/hm.gif?x"',
        'src="/a.png" width="1" height="1"',
        'alt="a"',
        'src="/a" data-src="/b"',
    ],
)
def test_an_image_that_goes_or_is_repaired_is_left_to_those_who_do_it(image: str) -> None:
    assert orderly.cleaned(f"<p><img {image}></p>", BASE) is None
