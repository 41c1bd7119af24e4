"""Absolute http(s) URLs, and one spelling to compare them by."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import urls

BASE = "https://site.example/a/b.html?q=1#f"
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["http:", "https:", "//", "example.org", "javascript:", "data:", "xn--", ":80", "[::1]"]
        ),
        st.sampled_from(
            ["例え.jp", "１２７。0.0.1", "℀", "中文", "%41", "%zz", "..", "\ud800", "\u202e", ":99999"]
        ),
        st.text(st.sampled_from("/\\?#@:[]%. \t\n\x00\x1bab&=,;"), max_size=5),
        st.text(max_size=5),
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org", "https://example.org"),
        ("HTTP://EXAMPLE.org:80/A", "http://example.org/A"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        (" \n http://example.org/a b\tc\n ", "http://example.org/a%20bc"),
        ("http:\\\\example.org\\a?b\\c", "http://example.org/a?b%5Cc"),
        ("http:///example.org/x", "http://example.org/x"),
        ("//example.org/x", "https://example.org/x"),
        ("/\\example.org/x", "https://example.org/x"),
        ("http://例え.jp/中文?q=中#中", "http://xn--r8jz45g.jp/%E4%B8%AD%E6%96%87?q=%E4%B8%AD#%E4%B8%AD"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://ＥＸＡＭＰＬＥ。org/", "http://example.org/"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://example.org./", "http://example.org./"),
        ("http://example.org/100%/%e4", "http://example.org/100%25/%e4"),
        ("http://example.org/?a[]=<\"'>`", "http://example.org/?a%5B%5D=%3C%22'%3E%60"),
        ("http://example.org/a?u=http://b@c/", "http://example.org/a?u=http://b@c/"),
    ],
)
def test_an_absolute_url_gets_one_safe_form(url: str, expected: str) -> None:
    assert urls.absolute(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("c.html", "https://site.example/a/c.html"),
        ("/c", "https://site.example/c"),
        ("../../../c", "https://site.example/c"),
        ("?p=2", "https://site.example/a/b.html?p=2"),
        ("#top", "https://site.example/a/b.html?q=1#top"),
        ("a b.jpg", "https://site.example/a/a%20b.jpg"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://other.example/", "http://other.example/"),
    ],
)
def test_a_relative_url_is_resolved(url: str, expected: str) -> None:
    assert urls.absolute(url, BASE) == expected


def test_a_url_without_scheme_takes_that_of_the_base() -> None:
    assert urls.absolute("//cdn.example/x", "http://site.example/") == "http://cdn.example/x"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        " \t\n",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " \x01javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript\r:alert(1)",
        "javascript\x00:alert(1)",
        "\x1bjavascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://example.org/1",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "ftp://example.org/",
        "http:",
        "http:example.org",
        "http://",
        "http://user@example.org/",
        "http://user:password@example.org/",
        "http://@example.org/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://exa mple.org/",
        "http://ex%41mple.org/",
        "http://exam<ple.org/",
        "http://a!b/",
        "//;",
        "http://a..b/",
        "http://./",
        "http://" + "a" * 64 + ".org/",
        "http://[::1/",
        "http://[::1]words/",
        "http://words[::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[nonsense]/",
        "http://example.org/\x00a",
        "http://example.org/\u202e",
        "http://example.org/\ud800",
        "http://℀.example/",
        "http://example.org/" + "a" * urls.MAX_LENGTH,
        "http://example.org/" + "中" * (urls.MAX_LENGTH // 2),
    ],
)
def test_what_is_no_http_url_is_none(url: str | None) -> None:
    assert urls.absolute(url) is None
    assert urls.absolute(url, "javascript:alert(1)") is None


@pytest.mark.parametrize("url", ["c.html", "/c", "?x", "#x", "www.example.org"])
def test_a_relative_url_needs_a_base(url: str) -> None:
    assert urls.absolute(url) is None
    assert urls.absolute(url, "no base") is None


@given(PIECES)
def test_a_url_that_is_known_to_be_normal_is_normal(url: str) -> None:
    for start in ("", "http://", "https://example.org/", "http://127.0.0.1:8900/", "http://a.example:"):
        if urls._NORMAL.fullmatch(start + url):
            assert urls._absolute(start + url, None) == start + url


@given(
    PIECES,
    st.sampled_from(
        [
            BASE,
            "http://127.0.0.1:8900?a#b",
            "http://127.0.0.1:41903/a",
            "https://example.org",
            "http://x.example:80/",
        ]
    ),
)
def test_a_path_that_is_known_to_be_normal_stands_after_its_host(path: str, base: str) -> None:
    assert urls.absolute(f"/{path}", base) == urls._absolute(f"/{path}", base)


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("https://example.org", True),
        ("https://example.org/a/%E4%B8%AD.html?b=c&d=%20#e", True),
        ("http://127.0.0.1:8900/a", True),
        ("http://example.org:80/", False),
        ("https://example.org:443", False),
        ("https://example.org:4430/", True),
        ("http://127.0.0.1:41903/a", True),
        ("http://example.org:69999/", False),
        ("http://example.org:70000/", False),
        ("http://example.org:65536/", False),
        ("http://example.org:123456/", False),
        ("https://example.org:08/", False),
        ("http://127.0.0.1:43797/a", True),
        ("http://example.org:64999", True),
        ("http://example.org:800000/", False),
        ("https://example.org/?#a", False),
        ("https://example.org/#", False),
        ("https://example.org/%zz", False),
        ("https://example.org?a", False),
    ],
)
def test_usual_links_are_known_at_once(url: str, *, is_known: bool) -> None:
    assert (urls._NORMAL.fullmatch(url) is not None) == is_known


@given(PIECES, st.sampled_from([None, BASE]))
def test_an_absolute_url_is_absolute_already(url: str, base: str | None) -> None:
    once = urls.absolute(url, base)

    if once is not None:
        assert urls.absolute(once, "https://elsewhere.example/") == once
        assert re.fullmatch(r"https?://[a-z0-9_\[-][!-~]*", once)
        assert not re.search('["<>\\\\^`{|}]', once)


def test_a_set_of_images_keeps_those_with_an_address() -> None:
    value = "a.jpg 1x, javascript:alert(1) 2x,//cdn.example/b,c.jpg 480w,"

    assert urls.absolute_set(value, BASE) == (
        "https://site.example/a/a.jpg 1x, https://cdn.example/b,c.jpg 480w"
    )


def test_a_set_without_an_address_is_none() -> None:
    assert urls.absolute_set("a.jpg 1x, b.jpg 2x") is None
    assert urls.absolute_set(" , ,", BASE) is None


def test_an_address_of_a_set_that_ends_in_a_comma_stays_one() -> None:
    once = urls.absolute_set("https://h.example/a,\0 2x, /b", BASE)

    assert once is not None
    assert once.startswith("https://h.example/a%2C 2x, ")
    assert urls.absolute_set(once) == once


@given(st.text(st.sampled_from("ab,  \t12wx./:%"), max_size=30))
def test_a_set_is_absolute_already(value: str) -> None:
    once = urls.absolute_set(value, BASE)

    if once is not None:
        assert urls.absolute_set(once) == once


# What a set was read by before it was read in one pass: it says the same, but searches from every comma.
SEARCHED = re.compile(r"[\s,]*+([^\s,]\S*(?<!,))(?:\s++([\d.]+[wxh]))?\s*+(?:,|$)", re.ASCII)


@given(
    st.lists(
        st.sampled_from(["a", "b", ",", ",,", " ", "\n", "\u00a0", "1x", " 2.5x", "9w", "bad"]), max_size=12
    )
)
def test_a_set_is_read_in_one_pass_as_it_would_be_by_searching(parts: list[str]) -> None:
    value = "".join(parts)

    assert list(urls._candidates(value)) == SEARCHED.findall(value)


@pytest.mark.parametrize("value", [",", " ", "x", "a,", "a bad ", "1", "a 1"])
def test_a_set_without_end_takes_no_long_time(value: str) -> None:
    start = time.process_time()

    urls.absolute_set(value * (250_000 // len(value)) + " bad bad")

    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.org", "http://example.org:80/#top"),
        ("https://example.org/a?utm_source=x&b=1&fbclid=2", "https://example.org/a?b=1"),
        ("https://example.org/%7ea%2f", "https://example.org/~a%2F"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org/?a=1&&b=2", "https://example.org/?a=1&b=2"),
    ],
)
def test_equal_urls_have_one_canonical_form(one: str, other: str) -> None:
    assert urls.canonical(one) == urls.canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/#/post/1", "https://example.org/#/post/2"),
        ("https://example.org/#!1", "https://example.org/#!2"),
        ("https://example.org/?infoCode=NW1", "https://example.org/?infoCode=NW2"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/?id=1", "https://example.org/"),
    ],
)
def test_different_pages_keep_different_canonical_forms(one: str, other: str) -> None:
    assert urls.canonical(one) != urls.canonical(other)


def test_what_is_no_url_is_its_own_canonical_form() -> None:
    assert urls.canonical(" urn:uuid:1 ") == "urn:uuid:1"


@given(PIECES)
def test_a_canonical_url_is_canonical_already(url: str) -> None:
    once = urls.canonical(url)

    assert urls.canonical(once) == once


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("category/a b(c).html", "category/a%20b(c).html"),
        ("category/中.xml", "category/%E4%B8%AD.xml"),
        ("a&b?c#d%e", "a%26b%3Fc%23d%25e"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_a_path_of_ours_is_encoded_for_a_link(path: str, expected: str) -> None:
    assert urls.quote_path(path) == expected


@given(st.text() | st.text("aZ0-_.~/()%+ "))
def test_a_path_is_quoted_as_the_standard_library_does(path: str) -> None:
    assert urls.quote_path(path) == quote(path, safe="/()", errors="surrogatepass")


@given(
    st.lists(
        st.sampled_from(["/", "a", ".", "..", "?", "#", "%20", "%zz", ";", "b=1", ":", "@", "~", "中", " "])
    ).map("".join),
    st.sampled_from([BASE, "http://n.example", "http://n.example?a=/b", "http://n.example/#/a/b", "x", None]),
)
def test_the_short_way_to_a_link_leads_where_the_long_one_does(path: str, base: str | None) -> None:
    url = f"/{path}"

    assert urls.absolute(url, base) == urls._absolute(url, base)


def test_a_set_has_a_limit() -> None:
    many = ", ".join(
        f"https://a.example/{number}.png {number}w" for number in range(1, 2 * urls.MAX_CANDIDATES)
    )

    found = urls.absolute_set(many)

    assert found is not None
    assert found.split(", ") == many.split(", ")[: urls.MAX_CANDIDATES]


def test_a_long_name_of_a_host_is_refused_in_no_long_time() -> None:
    before = time.process_time()

    assert urls.absolute("https://" + "".join(map(chr, range(0x4E00, 0x4E00 + 8000)))) is None

    assert time.process_time() - before < 1


def test_names_of_hosts_full_of_marks_are_refused_in_no_long_time() -> None:
    before = time.process_time()

    found = {
        urls.absolute(f"https://{number}{chr(0x344) * 4000}{chr(0x316) * 4000}/") for number in range(30)
    }

    assert found == {None}
    assert time.process_time() - before < 1


@pytest.mark.parametrize(("letters", "longest"), [("a", 63), ("a中", 54), ("中", 57)])
def test_a_label_of_a_host_is_as_long_as_it_is_in_ascii(letters: str, longest: int) -> None:
    label = letters[0] * (longest - 1) + letters[-1]

    assert urls.absolute(f"https://{label}/") is not None
    assert urls.absolute(f"https://{letters[0]}{label}/") is None
