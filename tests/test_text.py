"""One form of plain text, and bytes made into text."""

from __future__ import annotations

import time
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import text

ANYTHING = st.text(
    st.one_of(
        st.characters(),  # lone surrogates too
        st.sampled_from(
            "\x00\x1b\x85\u200b\u200d\u202e\u2066\u2069\ufdd0\ufeff\ufffe\uffff\U0001fffe \t\n\u3000\u00a0"
        ),
        st.sampled_from("e\u0301\u0344\u0323\u1100\u1161\u11a8\u0958\ufb2c👩\U0001f3fd"),
    )
)
CHINESE = "中国人民银行今日发布第二期规划，对未来四年的重点进行了明确的规划。"


def test_what_xml_forbids_goes_and_all_else_stays() -> None:
    assert text.xml_safe("a\x00b\x0bc\ud800d\ufffee\tf\ng\rh\U0001f600") == "abcde\tf\ng\rh\U0001f600"


def test_control_characters_that_xml_discourages_go_but_for_the_line_end_among_them() -> None:
    assert text.xml_safe("a\x7fb\x96c\x85d\xa0e") == "abc\nd\xa0e"


def test_a_text_without_anything_forbidden_is_not_copied() -> None:
    value = CHINESE * 10

    assert text.xml_safe(value) is value


@given(ANYTHING)
def test_any_text_can_be_written_as_xml_once_it_is_safe(value: str) -> None:
    ET.fromstring(f"<a>{text.xml_safe(value).replace('&', '').replace('<', '')}</a>")  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  a \t\r\n b\u00a0c\u3000d ", "a b c d"),
        ("cafe\u0301", "café"),
        ("a\x00\x1b[31mb\x9b", "a[31mb"),
        ("nin\u202egpj.exe", "ningpj.exe"),
        ("\u2066a\u2069", "a"),
        ("\ufefftitle\ufeff", "title"),
        ("a\ud800b\ufdd0c\U0010ffff", "abc"),
        ("\u200b\u2060 \u200d", ""),
        ("- --", ""),
        ("\u200bleading and trailing\u200b", "leading and trailing"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("&amp; <b>", "&amp; <b>"),
    ],
)
def test_plain_text_has_one_form(value: str, expected: str) -> None:
    assert text.plain(value) == expected


def test_plain_text_is_cut_with_an_ellipsis() -> None:
    assert text.plain("x" * 30, 10) == "x" * 9 + "…"
    assert text.plain("x" * 10, 10) == "x" * 10


def test_plain_text_is_not_cut_inside_what_is_seen_as_one_character() -> None:
    assert text.plain("abcdq\u0323\u0307efg", 6) == "abcd…"
    assert text.plain("abc👩\u200d🔬efg", 5) == "abc…"
    assert text.plain("abc👍🏽efgh", 5) == "abc…"


def test_piled_up_combining_marks_are_thinned_out_and_cost_no_time() -> None:
    pile = "a" + "\u0301\u0323" * 100_000

    start = time.perf_counter()
    found = text.plain(pile, 100_000)

    assert sum(map(bool, map(unicodedata.combining, found))) <= text.COMBINING_RUN
    assert time.perf_counter() - start < 2


@given(ANYTHING, st.integers(2, 40))
def test_plain_text_is_plain_already(value: str, limit: int) -> None:
    once = text.plain(value, limit)

    assert text.plain(once, limit) == once
    assert len(once) <= limit
    assert once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@pytest.mark.parametrize(
    ("value", "length", "expected"),
    [
        ("short", 10, "short"),
        ("some words in a row", 12, "some words…"),
        ("some, words", 7, "some…"),
        ("a donaudampfschifffahrtsgesellschaft", 20, "a donaudampfschifff…"),
        (CHINESE, 8, CHINESE[:7] + "…"),
        ("发布 规划，明确", 7, "发布 规划…"),
        ("abc", 1, "…"),
    ],
)
def test_an_excerpt_ends_between_words(value: str, length: int, expected: str) -> None:
    assert text.excerpt(value, length) == expected


@given(ANYTHING, st.integers(1, 40))
def test_an_excerpt_is_never_longer_than_asked(value: str, length: int) -> None:
    assert len(text.excerpt(value, length)) <= length


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (CHINESE, CHINESE),
        ("a\nb\tc\u2028d", "a b c d"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("\x9b31m\x7f", "<U+009B>31m<U+007F>"),
        ("a\u202eb\u200fc", "a<U+202E>b<U+200F>c"),
        ("a\ud800", "a\ufffd"),
        ("\ue000👩\u200d🔬", "\ue000👩\u200d🔬"),
    ],
)
def test_nothing_that_steers_a_terminal_gets_through(value: str, expected: str) -> None:
    assert text.terminal_safe(value) == expected


@given(ANYTHING)
def test_text_for_a_terminal_is_one_line_that_can_be_encoded(value: str) -> None:
    shown = text.terminal_safe(value)

    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) == "Cc" for character in shown)


@pytest.mark.parametrize(
    ("body", "declared", "expected", "assumed"),
    [
        (b"plain", None, "plain", None),
        (CHINESE.encode(), "gbk", CHINESE, None),
        (b"\xef\xbb\xbf" + CHINESE.encode(), None, CHINESE, None),
        (CHINESE.encode("utf-16"), None, CHINESE, "UTF-16, by its byte order mark"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-8", CHINESE, "UTF-16, by its byte order mark"),
        (CHINESE.encode("utf-32"), None, CHINESE, "UTF-32, by its byte order mark"),
        (CHINESE.encode("gbk"), "GB2312", CHINESE, "gb18030, as declared"),
        (CHINESE.encode("gbk"), " gbk ", CHINESE, "gb18030, as declared"),
        ("朱镕基".encode("gbk"), "gb2312", "朱镕基", "gb18030, as declared"),
        (CHINESE.encode("gb18030"), None, CHINESE, "gb18030, because its bytes fit"),
        (CHINESE.encode("gb18030"), "utf-8", CHINESE, "gb18030, because its bytes fit"),
        (CHINESE.encode("gb18030"), "no-such-charset", CHINESE, "gb18030, because its bytes fit"),
        (CHINESE.encode("gb18030"), "rot13", CHINESE, "gb18030, because its bytes fit"),
        (CHINESE.encode("gb18030"), "unicode_escape", CHINESE, "gb18030, because its bytes fit"),
        (CHINESE.encode("gb18030"), "a\x00b", CHINESE, "gb18030, because its bytes fit"),
        ("日本".encode("iso-2022-jp"), "iso-2022-jp", "日本", "iso2022_jp, as declared"),
        ("繁體中文網頁".encode("big5"), "Big5", "繁體中文網頁", "big5hkscs, as declared"),
        ("“naïve”".encode("cp1252"), "iso-8859-1", "“naïve”", "cp1252, as declared"),
        (b"it\x92s a caf\xe9", None, "it’s a café", "cp1252, because its bytes fit"),
    ],
)
def test_bytes_are_read_in_the_encoding_they_are_in(
    body: bytes, declared: str | None, expected: str, assumed: str | None
) -> None:
    assert text.decode(body, declared) == (expected, assumed)


@pytest.mark.parametrize("declared", [None, "utf-8", "gbk", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("bad", [b"\xff", b"\x80", b"\xe4", b"\xc3\x28"])
@pytest.mark.parametrize("at", [0, 3, 30, 60])
def test_one_bad_byte_never_makes_a_utf8_document_unreadable(
    bad: bytes, at: int, declared: str | None
) -> None:
    body = CHINESE.encode()

    found, assumed = text.decode(body[:at] + bad + body[at:], declared)

    assert found.replace("\ufffd", "").replace("(", "") == CHINESE
    assert assumed is not None
    assert "replaced" in assumed


def test_a_few_words_of_gbk_never_make_a_utf_8_document_unreadable() -> None:
    body = (CHINESE * 3).encode() + "中文".encode("gbk")

    found, assumed = text.decode(body)

    assert found.startswith(CHINESE * 3)
    assert assumed == "UTF-8 with 4 bad bytes replaced"


@pytest.mark.parametrize("declared", [None, "gb2312"])
@pytest.mark.parametrize("bad", [b"\xff", b"\x80"])
def test_one_bad_byte_never_makes_a_gbk_document_unreadable(bad: bytes, declared: str | None) -> None:
    body = (CHINESE + "\n").encode("gbk") * 3

    found, assumed = text.decode(body + bad, declared)

    assert found.startswith(CHINESE)
    assert assumed == "gb18030 with 1 bad bytes replaced"


def test_a_declared_encoding_that_does_not_fit_at_all_is_not_believed() -> None:
    noise = b"\xff\xfa" * 20

    found, assumed = text.decode(noise, "euc-jp")

    assert set(found) == {"\ufffd"}
    assert assumed == "UTF-8 with 40 bad bytes replaced"


@given(
    st.binary(),
    st.sampled_from([None, "gbk", "latin-1", "utf-16", "hz", "iso-2022-kr", "utf-7", "x" * 50, "€"]),
)
def test_any_bytes_can_be_read(body: bytes, declared: str | None) -> None:
    found, assumed = text.decode(body, declared)

    assert isinstance(found, str)
    assert assumed is None or "\n" not in assumed


@given(st.text(st.characters(codec="utf-8")).filter(lambda value: not value.startswith("\ufeff")))
def test_valid_utf8_is_read_as_it_is(value: str) -> None:
    assert text.decode(value.encode(), "gbk") == (value, None)


def test_what_is_passed_over_at_a_glance_never_combines() -> None:
    passed = (
        character for character in map(chr, range(0x10000)) if not text._PERHAPS_COMBINING.match(character)
    )

    assert [character for character in passed if unicodedata.combining(character)] == []


@given(ANYTHING, st.sampled_from([0, 1, 5, 2000]))
def test_the_short_way_to_plain_text_leads_where_the_long_one_does(value: str, limit: int) -> None:
    assert text.plain(value, limit) == text._made_plain(value, limit)
