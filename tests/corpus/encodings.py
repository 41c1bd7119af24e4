"""Encodings labelled right, wrong and not at all; conflicts of header and declaration; bad bytes (RFC 7303)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

import codecs
from typing import Any

from tests.corpus.case import Case, atom, case, entry, item, rss, said

_CHINESE = ("央行今日公告：稳健的货币政策灵活适度", "中国人民银行发布公告，保持流动性合理充裕，促进综合融资成本稳中有降。")
_TRADITIONAL = ("臺灣港口今日潮汐預報", "今天中午漲潮，下午退潮，請船隻注意安全，並留意氣象局發布的最新消息。")
_JAPANESE = ("港の潮見表：本日の満潮", "本日の満潮は正午ごろです。船の出入りには十分ご注意ください。")
_KOREAN = ("항구의 조석표: 오늘의 만조", "오늘 만조는 정오 무렵입니다. 선박의 출입에 각별히 주의하시기 바랍니다.")
_WESTERN = ("Café du port – «marée haute»", "L’été, la marée haute arrive à midi; déjà les pêcheurs s’éloignent.")
_RUSSIAN = ("Таблица приливов в порту", "Сегодня прилив наступит в полдень, рыбаки уже вышли в море.")


def _body(texts: tuple[str, str], encoding: str, declared: str | None, *, mark: bytes = b"") -> bytes:
    title, words = texts
    label = "" if declared is None else f' encoding="{declared}"'
    head = f'<?xml version="1.0"{label}?>\n'
    text = rss(item(f"<title>{title}</title><description>{words}</description>"), head=head)
    return mark + text.encode(encoding)


def _is(
    name: str, texts: tuple[str, str], encoding: str, declared: str | None, header: str | None = None, **keys: Any
) -> Case:
    """Declared in the document and in the header (``None``: not); the text must come out whole."""
    mark = keys.pop("mark", b"")
    content_type = "application/xml" if header is None else f"application/xml; charset={header}"
    found = said(title=texts[0], content_contains=[texts[1]])
    keys.setdefault("problems", None)
    body = _body(texts, encoding, declared, mark=mark)
    return case(f"encodings/{name}.xml", body, found, content_type=content_type, **keys)


_UTF8 = [
    _is("utf-8", _CHINESE, "utf-8", "UTF-8", problems=[]),
    _is("utf-8-in-the-header-too", _CHINESE, "utf-8", "UTF-8", "utf-8", problems=[]),
    _is("utf-8-undeclared", _CHINESE, "utf-8", None, problems=[]),
    _is("utf-8-with-mark", _CHINESE, "utf-8", "UTF-8", mark=codecs.BOM_UTF8, problems=[]),
    _is("utf-8-with-mark-undeclared", _CHINESE, "utf-8", None, mark=codecs.BOM_UTF8, problems=[]),
    _is("utf-8-with-two-marks", _CHINESE, "utf-8", "UTF-8", mark=codecs.BOM_UTF8 * 2),
    _is("utf-8-called-utf8", _CHINESE, "utf-8", "utf8", problems=[]),
    _is("utf-8-called-gb2312", _CHINESE, "utf-8", "gb2312"),
    _is("utf-8-called-gbk-by-the-header", _CHINESE, "utf-8", "UTF-8", "gbk"),
    _is("utf-8-called-iso-8859-1", _WESTERN, "utf-8", "ISO-8859-1"),
    _is("utf-8-called-latin-by-the-header", _CHINESE, "utf-8", "UTF-8", "ISO-8859-1"),
    _is("utf-8-called-us-ascii", _CHINESE, "utf-8", "us-ascii"),
    _is("utf-8-called-utf-16", _CHINESE, "utf-8", "utf-16"),
    _is("utf-8-called-by-an-unknown-name", _CHINESE, "utf-8", "klingon"),
    _is("utf-8-called-by-an-empty-name", _CHINESE, "utf-8", ""),
    _is("utf-8-quoted-in-the-header", _CHINESE, "utf-8", "UTF-8", '"utf-8"', problems=[]),
    _is("utf-8-header-unknown", _CHINESE, "utf-8", "UTF-8", "x-none"),
    _is("utf-8-with-mark-called-gbk", _CHINESE, "utf-8", "gbk", mark=codecs.BOM_UTF8),
    case(
        "encodings/utf-8-as-text-xml.xml",
        _body(_CHINESE, "utf-8", "UTF-8"),
        said(title=_CHINESE[0]),
        content_type="text/xml",
    ),
    case(
        "encodings/utf-8-single-quotes.xml",
        rss(item(f"<title>{_CHINESE[0]}</title>"), head="<?xml version='1.0' encoding='utf-8'?>"),
        said(title=_CHINESE[0]),
    ),
]

_UTF16 = [
    _is("utf-16-little", _CHINESE, "utf-16-le", "UTF-16", mark=codecs.BOM_UTF16_LE),
    _is("utf-16-big", _CHINESE, "utf-16-be", "UTF-16", mark=codecs.BOM_UTF16_BE),
    _is("utf-16-called-utf-8", _CHINESE, "utf-16-le", "UTF-8", mark=codecs.BOM_UTF16_LE),
    _is("utf-16-called-utf-8-by-the-header", _CHINESE, "utf-16-be", "UTF-16", "utf-8", mark=codecs.BOM_UTF16_BE),
    _is("utf-16-undeclared", _CHINESE, "utf-16-le", None, mark=codecs.BOM_UTF16_LE),
    _is("utf-16-western", _WESTERN, "utf-16-be", "utf-16", mark=codecs.BOM_UTF16_BE),
    _is("utf-16-little-without-mark", _CHINESE, "utf-16-le", "UTF-16LE"),
    _is("utf-16-big-without-mark", _CHINESE, "utf-16-be", "UTF-16BE"),
    _is("utf-16-little-without-mark-by-the-header", _CHINESE, "utf-16-le", "UTF-16", "utf-16le"),
    _is("utf-32", _CHINESE, "utf-32-le", "UTF-32", mark=codecs.BOM_UTF32_LE),
]

_EAST_ASIAN = [
    _is("gb2312", _CHINESE, "gb2312", "gb2312"),
    _is("gbk", _CHINESE, "gbk", "GBK"),
    _is("gb18030", _CHINESE, "gb18030", "GB18030"),
    _is("gbk-by-the-header-only", _CHINESE, "gbk", None, "gbk"),
    _is("gbk-by-both", _CHINESE, "gbk", "gb2312", "GB2312"),
    _is("gbk-characters-called-gb2312", ("镕基與囍：生僻字的标题", "朱镕基的镕字不在旧的国标里，囍字也不在，浏览器都读得出来。"), "gbk", "gb2312"),
    _is("gb18030-characters-called-gbk", ("𠮷野家的菜单今日更新", "四字节的汉字𠮷只有新的国标才有，其余的字都很平常。"), "gb18030", "gbk"),
    _is("gbk-called-utf-8", _CHINESE, "gbk", "UTF-8"),
    _is("gbk-called-utf-8-by-the-header", _CHINESE, "gbk", "gbk", "utf-8"),
    _is("gbk-called-utf-8-by-both", _CHINESE, "gbk", "utf-8", "utf-8"),
    _is("gbk-undeclared", _CHINESE, "gbk", None),
    _is("gbk-called-iso-8859-1-by-the-header", _CHINESE, "gbk", "gb2312", "ISO-8859-1"),
    _is("gbk-called-by-an-unknown-name", _CHINESE, "gbk", "chinese-of-old"),
    _is("big5", _TRADITIONAL, "big5", "big5"),
    _is("big5-by-the-header", _TRADITIONAL, "big5", None, "Big5"),
    _is("big5-hkscs", ("香港嘅港口潮汐喺今日", "今日中午係漲潮，啲船要小心啲，唔好出海咁遠，多謝。"), "big5hkscs", "big5"),
    _is("shift-jis", _JAPANESE, "shift_jis", "Shift_JIS"),
    _is("shift-jis-by-the-header", _JAPANESE, "shift_jis", None, "shift_jis"),
    _is("shift-jis-of-windows", ("①番の港：㈱みなと", "髙橋さんは①番の港にいます。㈱みなとは本日も営業中です。"), "cp932", "Shift_JIS"),
    _is("shift-jis-by-an-old-name", _JAPANESE, "shift_jis", "x-sjis"),
    _is("euc-jp", _JAPANESE, "euc_jp", "EUC-JP"),
    _is("iso-2022-jp", _JAPANESE, "iso2022_jp", "ISO-2022-JP"),
    _is("euc-kr", _KOREAN, "euc_kr", "EUC-KR"),
    _is("euc-kr-by-the-header", _KOREAN, "euc_kr", None, "euc-kr"),
    _is("euc-kr-of-windows", ("뷁 글자와 항구의 조석", "옛 부호에 없는 뷁 글자도 오늘의 조석표에 나옵니다. 조심하세요."), "cp949", "euc-kr"),
]

_OTHERS = [
    case(
        "encodings/emoji-in-two-halves.xml",
        rss(item("<title>Tide 🌊 high</title>")).encode().replace("🌊".encode(), b"\xed\xa0\xbc\xed\xbc\x8a"),
        said(title="Tide 🌊 high"),
        problems=["two halves"],
    ),
    _is("iso-8859-1", ("Café du port", "L'été, la marée haute arrive à midi."), "iso-8859-1", "ISO-8859-1"),
    _is("windows-1252", _WESTERN, "cp1252", "windows-1252"),
    _is("windows-1252-called-iso-8859-1", _WESTERN, "cp1252", "ISO-8859-1"),
    _is("windows-1252-called-utf-8", _WESTERN, "cp1252", "UTF-8"),
    _is("windows-1252-undeclared", _WESTERN, "cp1252", None),
    _is("windows-1252-by-the-header", _WESTERN, "cp1252", None, "windows-1252"),
    _is("iso-8859-15", ("Prix du port: 5 €", "Le prix est de 5 €, où que l'œil se pose."), "iso-8859-15", "ISO-8859-15"),
    _is("iso-8859-2", ("Przypływ w porcie", "Dziś przypływ nadejdzie w południe, łodzie są już na morzu."), "iso-8859-2", "ISO-8859-2"),
    _is("windows-1251", _RUSSIAN, "cp1251", "windows-1251"),
    _is("windows-1251-by-the-header", _RUSSIAN, "cp1251", None, "windows-1251"),
    _is("koi8-r", _RUSSIAN, "koi8-r", "KOI8-R"),
    _is("windows-1254", ("Limanın gelgit çizelgesi", "Bugün öğleyin sular yükselecek, balıkçılar çoktan denizde."), "cp1254", "windows-1254"),
    _is("ascii", ("Tide table", "High water at noon."), "ascii", "us-ascii"),
]


def _damaged(text: str, after: str, bad: bytes, encoding: str = "utf-8") -> bytes:
    whole, mark = text.encode(encoding), after.encode(encoding)
    return whole.replace(mark, mark + bad, 1)


_TEXT = _body(_CHINESE, "utf-8", "UTF-8").decode()
_WORDS = _CHINESE[1]
_BAD = [
    case("encodings/one-bad-byte.xml", _damaged(_TEXT, "流动性", b"\xff"), said(title=_CHINESE[0], content_contains=["促进综合融资成本稳中有降"]), problems=["bad byte"]),
    case("encodings/half-a-character.xml", _damaged(_TEXT, "流动性", b"\xe4\xb8"), said(title=_CHINESE[0], content_contains=["促进综合融资成本稳中有降"]), problems=["bad byte"]),
    case("encodings/a-latin-byte-in-utf-8.xml", _damaged(_TEXT, "流动性", b"caf\xe9 "), said(title=_CHINESE[0], content_contains=["促进综合融资成本稳中有降"]), problems=["bad byte"]),
    case("encodings/surrogates-in-utf-8.xml", _damaged(_TEXT, "流动性", b"\xed\xa0\xbd\xed\xb8\x80"), said(title=_CHINESE[0], content_contains=["促进综合融资成本稳中有降"]), problems=["two halves"]),
    case("encodings/overlong-utf-8.xml", _damaged(_TEXT, "流动性", b"\xc0\xaf"), said(title=_CHINESE[0]), problems=["bad byte"]),
    case("encodings/one-bad-byte-in-gbk.xml", _damaged(_body(_CHINESE, "gbk", "gbk").decode("gbk"), "流动性", b"\xff", "gbk"), said(title=_CHINESE[0], content_contains=["中国人民银行发布公告"]), problems=None),
    case("encodings/a-nul-in-utf-8.xml", _damaged(_TEXT, "流动性", b"\x00"), said(title=_CHINESE[0], content_contains=["促进综合融资成本稳中有降"]), problems=None),
    case("encodings/cut-within-a-character.xml", _body(_CHINESE, "utf-8", "UTF-8").split("公告，".encode())[0] + b"\xe5\x85", outcome="any"),
]

_REFERENCES = [
    case("encodings/numeric-references.xml", rss(item("<title>&#22830;&#34892;&#x4eca;&#x65e5;</title>")), said(title="央行今日")),
    case("encodings/references-of-windows.xml", rss(item("<title>It&#146;s &#147;late&#148;</title>")), said(link="https://news.example/1"), problems=None),
    case("encodings/atom-gbk.xml", atom(entry("<title>央行今日公告，货币政策稳健</title><content>中国人民银行</content>")).replace("UTF-8", "gbk").encode("gbk"), said(title="央行今日公告，货币政策稳健", content_contains=["中国人民银行"]), problems=None),
    case("encodings/nothing-said-anywhere.xml", rss(item("<title>央行今日公告</title>"), head=""), said(title="央行今日公告"), content_type=None),
]

CASES = _UTF8 + _UTF16 + _EAST_ASIAN + _OTHERS + _BAD + _REFERENCES
