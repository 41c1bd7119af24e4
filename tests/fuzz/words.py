"""Words that a fuzzer puts into inputs, by target: without them it would have to come upon each by chance."""

from __future__ import annotations

from aggregator.dates import _HOURS
from aggregator.monthnames import MONTHS
from tests.soup import FRAGMENTS
from tests.test_orderly import _ATTRIBUTES, _ODD_ATTRIBUTES, _ODD_WORDS, _WORDS

_XML = (
    '<?xml version="1.0" encoding="gb2312"?>', "<rss>", '<rss version="2.0"><channel>', "</channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom">', "</feed>", "<item>", "</item>", "<entry>", "</entry>",
    "<title>", "</title>", "<link>", "</link>", "<guid>", "</guid>", '<guid isPermaLink="false">',
    "<pubDate>", "</pubDate>", "<description>", "</description>", "<updated>", "</updated>", "<id>", "</id>",
    '<link href="', '" rel="alternate"', '" rel="enclosure"', "<content:encoded>", "</content:encoded>",
    '<content type="xhtml">', '<content type="html">', '<content type="text/html" mode="escaped">',
    "</content>", '<summary type="html">', "</summary>", "<author><name>", "</name></author>",
    '<category term="a" scheme="b"/>', '<enclosure url="/a" length="1" type="a/b"/>', "<dc:date>",
    "</dc:date>", "<dc:creator>", "</dc:creator>", ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"', ' xml:base="http://a/"', ' xml:lang="zh"',
    ' xmlns="http://www.w3.org/1999/xhtml"', "<lastBuildDate>", "</lastBuildDate>", "<!DOCTYPE rss [",
    "<!ENTITY a 'b'>", "<source>", "</source>", "<media:content url='a'/>", "<rdf:RDF>",
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"', "<image>", "</image>", "<ttl>", "<skipHours>",
    '{"version": "https://jsonfeed.org/version/1.1", "items": [', '{"id": "1", "content_html": "', '"}',
    "<![CDATA[", "]]>", "<!--", "-->", "&lt;p&gt;", "&amp;lt;", "&#150;", "&#x80;", "&nbsp;", "&hellip;",
    "http://a/", "https://b.example/c?d=1&amp;e=2", "1", "Mon, 13 Jun 2022 11:03:16 GMT",
    "2022-06-13T11:03:16Z",
)  # fmt: skip
_BYTES = (
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0?\0", b"\0<\0?", b"+AG",
    b"~{", b"~}", b"\x1b$B", b"\x1b(B", b"\xed\xa0\xbd\xed\xb8\x80", b"\xd6\xd0\xce\xc4", b"\xc2\x80",
)  # fmt: skip
_HTML = (*FRAGMENTS, *_WORDS, *_ODD_WORDS, *(f" {each}" for each in (*_ATTRIBUTES, *_ODD_ATTRIBUTES)))
_DATES = (
    *MONTHS, *_HOURS, "2022", "13", "06", "2022-06-13", "T11:03:16", "11:03", "+08:00", "-0500",
    "上午", "下午", "星期一", "年", "月", "日", "号", "时", "分", "秒", "Mon, ", "am", "p.m.", ".123456",
    "24:00", "60", "0001",
    "9999", "1901-01-01", "GMT+0800 (China)", "[Asia/Shanghai]", "\u2212",
)  # fmt: skip
_POST = (
    "---\n", "\n---\n", "...\n", "title: ", "date: 2022-06-13 11:03:16 +0800\n", "category: ",
    "tags: [a, b]\n",
    "tag: ", "layout: post\n", "infoCode: ", "author: ", "link: https://a.example/\n", "- ", "|", ">", "&a ",
    "*a", "!!python/object:a ", '"', "'", "\\", "{a: b}", "# ", ": ", "<<: ", "published: false\n",
    "draft: true\n",
    "<https://example.org/news?infoCode=NW1>", "[a](b)", "![a](b)", "```", "原文", "\r\n", "\ufeff",
)  # fmt: skip
_JSON = (
    "[[[],[],", "null", "true", "false", '"html"', '"text"', '"2026-01-01T00:00:00+00:00"', "1e999",
    "NaN", "-1",    '"\\ud800"', "[]", '"posts"', "{}", "1.5",
)  # fmt: skip
_OPML = (
    "<opml>", "</opml>", "<head>", "</head>", "<body>", "</body>", "<outline", ' type="rss"', ' xmlUrl="',
    '" text="a"', ' title="&amp;"', ' category="/a/b,c"', "/>", "</outline>", ">", "http://a.example/feed",
    "https://u:p@b.example/", "&nbsp;", "&", "<!DOCTYPE opml [", "&#x80;", "<![CDATA[", "]]>",
)  # fmt: skip
_ADDRESSES = (
    "http://", "https:", "//", "\\", "javascript:", "data:", "user:pass@", "[::1]", "127.1", "0x7f.1", ":80",
    ":443", "a.example", "xn--", "中文", "%2e%2e", "..", "/.", "?", "#", "%", ";", "&amp;",
    " 2x, ", "\t", "\u3002",
    "feed:", "utm_source=a", "&", "=", "@", "\ufeff",
)  # fmt: skip
_XML_AND_BYTES = (*(each.encode() for each in _XML), *_BYTES)

WORDS = {
    "address": [each.encode() for each in _ADDRESSES],
    "outline": [each.encode() for each in _OPML],
    "clean": [each.encode("utf-8", "replace") for each in _HTML],
    "orderly": [each.encode("utf-8", "replace") for each in _HTML],
    "date": [each.encode() for each in _DATES],
    "decode": [*_XML_AND_BYTES],
    "feed": [*_XML_AND_BYTES],
    "strict": [*_XML_AND_BYTES],
    "stable": [*_XML_AND_BYTES],
    "post": [each.encode() for each in _POST],
    "scalar": [each.encode() for each in _POST],
    "message": [each.encode() for each in _JSON],
    "wire": [b"\0\0\0\0\0\0\0\x01"],
}


def dictionary(target: str) -> str:
    """As libFuzzer reads it: a quoted word a line, every byte but letters and digits escaped."""
    return "".join(
        '"' + "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}" for b in word) + '"\n'
        for word in WORDS[target]
        if word
    )
