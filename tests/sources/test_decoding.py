"""Bytes of a feed made into text."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.decoding import charset, decode

_ZH = "中国人民银行决定于今日下调存款准备金率，市场反应积极。"
_JA = "日本銀行は金融政策決定会合で、現在の金融緩和政策を維持することを決めた。"
_KO = "한국은행은 기준금리를 동결하기로 결정했다고 밝혔다."
_RU = "Центральный банк принял решение сохранить ключевую ставку."
_FR = "L’été, la marée haute arrive à midi; déjà les pêcheurs s’éloignent."
_TW = "中央銀行決定調降存款準備率，市場反應積極。記者從央行獲悉。"


def document(words: str, encoding: str | None = None, language: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else "<?xml version='1.0'?>"
    stated = f"<language>{language}</language>" if language else ""
    return f"{declaration}<rss><channel>{stated}<title>{words}</title></channel></rss>"


@pytest.mark.parametrize(
    ("words", "label", "codec"),
    [
        (_ZH, "UTF-8", "utf-8"),
        (_ZH, "utf-8", "utf-8-sig"),
        (_ZH, "gb2312", "gb18030"),
        (_ZH, "GBK", "gb18030"),
        (_TW, "Big5", "big5"),
        (_JA, "Shift_JIS", "cp932"),
        (_JA, "EUC-JP", "euc_jp"),
        (_JA, "ISO-2022-JP", "iso2022_jp"),
        (_KO, "EUC-KR", "cp949"),
        (_RU, "windows-1251", "cp1251"),
        (_RU, "koi8-r", "koi8_r"),
        (_FR, "windows-1252", "cp1252"),
        ("café", "ISO-8859-1", "latin-1"),
        (_ZH, "utf-16", "utf-16"),
        (_ZH, "utf-16", "utf-16-le"),
        (_ZH, "utf-16", "utf-16-be"),
        (_ZH, "utf-32", "utf-32"),
        (_ZH, "utf-32", "utf-32-le"),
    ],
)
def test_what_is_declared_rightly_is_read_without_a_word(words: str, label: str, codec: str) -> None:
    found = decode(document(words, label).encode(codec))

    assert words in found.text
    assert found.assumed == ""


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        (_ZH, "gbk"),
        (_TW, "big5"),
        (_JA, "cp932"),
        (_JA, "euc_jp"),
        (_KO, "cp949"),
        (_RU, "cp1251"),
        (_FR, "cp1252"),
    ],
)
@pytest.mark.parametrize("label", [None, "utf-8", "no-such-encoding"])
def test_what_is_not_declared_is_found(words: str, codec: str, label: str | None) -> None:
    found = decode(document(words, label).encode(codec))

    assert words in found.text
    assert "because its bytes fit" in found.assumed


@pytest.mark.parametrize(
    ("words", "codec", "language"),
    [
        ("市场", "gbk", "zh-cn"),
        ("市場", "big5", "zh-TW"),
        ("経済", "euc_jp", "ja"),
        ("경제", "cp949", "ko_KR"),
        ("žluťoučký", "cp1250", "cs"),
    ],
)
def test_few_words_are_read_in_the_language_they_say_they_are_in(
    words: str, codec: str, language: str
) -> None:
    assert words in decode(document(words, None, language).encode(codec)).text


def test_gbk_called_utf_8_and_the_reverse_are_both_right() -> None:
    gbk_called_utf8 = decode(document(_ZH, "utf-8").encode("gbk"), "text/xml; charset=utf-8")
    utf8_called_gbk = decode(document(_ZH, "gb2312").encode(), "text/xml; charset=gbk")

    assert _ZH in gbk_called_utf8.text
    assert gbk_called_utf8.assumed == "GB18030, because its bytes fit and those of utf-8 do not"
    assert _ZH in utf8_called_gbk.text
    assert utf8_called_gbk.assumed == "UTF-8, although declared as gbk"


def test_the_server_s_charset_comes_first_unless_it_is_one_that_servers_say_of_everything() -> None:
    body = document(_TW, "gb2312").encode("big5")

    assert _TW in decode(body, 'text/xml; charset="big5"').text
    assert _ZH in decode(document(_ZH, "gb2312").encode("gbk"), "text/xml; charset=ISO-8859-1").text
    assert decode(document(_ZH, "gb2312").encode("gbk"), "text/xml; charset=ISO-8859-1").assumed == ""


def test_a_server_that_says_latin_1_of_utf_8_is_not_worth_a_word() -> None:
    assert decode(document(_ZH, "utf-8").encode(), "text/xml; charset=iso-8859-1").assumed == ""


@pytest.mark.parametrize(
    ("codec", "label", "said"),
    [
        ("utf-8", "utf-8", "UTF-8 with one bad byte"),
        ("gbk", "gbk", "GB18030 with"),
        ("gbk", "utf-8", "GB18030"),
        ("utf-16", "utf-16", "UTF-16 with"),
    ],
)
def test_one_bad_byte_never_makes_the_rest_unreadable(codec: str, label: str, said: str) -> None:
    body = document(_ZH * 3, label).encode(codec)
    bad = body + b"\xdc" if codec == "utf-16" else body.replace("市场".encode(codec), b"\xff", 1)

    found = decode(bad)

    assert _ZH in found.text
    assert said in found.assumed


def test_an_encoding_that_cannot_be_it_is_not_believed() -> None:
    found = decode(document(_ZH, "utf-16").encode())

    assert _ZH in found.text
    assert decode(document(_ZH, "utf-16").encode("gbk")).text.count(_ZH) == 1


def test_noise_is_replaced() -> None:
    assert "�" in decode(b"<rss>" + bytes(range(128, 256)) * 3).text


def test_a_page_s_own_encoding_counts() -> None:
    assert _KO in decode(f'<html><meta charset="euc-kr"><title>{_KO}</title>'.encode("cp949")).text


def test_signs_of_a_script_without_its_letters_are_decoded() -> None:
    """The dot between Japanese words, of two bytes in EUC-JP, is no letter."""
    assert isinstance(decode("<rss>・</rss>".encode("euc_jp")).text, str)


@pytest.mark.parametrize("label", ["utf-7", "UTF7", "unicode-1-1-utf-7"])
def test_utf_7_hides_no_markup(label: str) -> None:
    body = b"<?xml version='1.0' encoding='utf-7'?><t>+ADw-script+AD4- +TgBOAU4CTgNOBE4F- \xe9</t>"

    for content_type in (None, f"text/xml; charset={label}"):
        assert "<script" not in decode(body, content_type).text


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/xml; charset=utf-16", "x; charset=big5", "charset="]),
)
def test_any_bytes_are_decoded(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type).text, str)
    assert isinstance(decode(b"<?xml version='1.0' encoding='gbk'?>" + body, content_type).text, str)


def test_a_long_content_type_is_read_in_no_long_time() -> None:
    before = process_time()

    assert charset("text/xml; charset=" + " " * 60_000 + "(") is None
    assert charset("charset " * 8_000) is None

    assert process_time() - before < 1


def test_a_beginning_full_of_encodings_is_read_in_no_long_time() -> None:
    before = process_time()

    assert decode(b"<html>" + b"<meta charset=" * 12 + b" " * 3900).text.startswith("<html>")

    assert process_time() - before < 1
