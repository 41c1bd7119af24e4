"""The documents a farm serves: every format and encoding, each entry known by its feed's number. Pure."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from dataclasses import dataclass
from html import escape

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ENTRIES = 5
"""Of each feed that is good."""
_DAY = "2026-03-{:02d}T08:00:00+08:00"
_MAIL_DAY = "{:02d} Mar 2026 08:00:00 +0800"
_WORDS = {
    "chinese": ("第{0}号订阅源第{1}条：央行公告", "<p>中国人民银行今日公告，<b>货币政策</b>保持稳健。</p>"),
    "traditional": (
        "第{0}號訂閱源第{1}條：港口潮汐",
        "<p>今天中午漲潮，下午退潮，請<b>船隻</b>注意安全。</p>",
    ),
    "japanese": ("フィード{0}の記事{1}：港の潮見表", "<p>本日の満潮は<b>正午</b>ごろです。</p>"),
    "korean": ("피드 {0} 글 {1}: 항구의 조석표", "<p>오늘 만조는 <b>정오</b> 무렵입니다.</p>"),
    "western": (
        "Le flux {0}, entrée {1} : café du port",
        "<p>L’été, la marée arrive à <b>midi</b>; déjà.</p>",
    ),
    "english": ("Feed {0} entry {1}: tide table", "<p>High water comes at <b>noon</b>.</p>"),
}


@dataclass(frozen=True)
class Words:
    """How a feed is written."""

    language: str = "english"
    encoding: str = "utf-8"
    declared: str | None = "utf-8"

    def title(self, feed: int, entry: int) -> str:
        """The title of one entry, which no other has."""
        return _WORDS[self.language][0].format(feed, entry)

    @property
    def body(self) -> str:
        """The text of every entry."""
        return _WORDS[self.language][1]

    def encoded(self, xml: str) -> bytes:
        """A document with its declaration."""
        label = "" if self.declared is None else f' encoding="{self.declared}"'
        return f'<?xml version="1.0"{label}?>\n{xml}'.encode(self.encoding)


def identity(feed: int, entry: int) -> str:
    """The id of one entry."""
    return f"tag:farm.example,2026:{feed}/{entry}"


def link(feed: int, entry: int) -> str:
    """The page of one entry."""
    return f"https://farm.example/{feed}/{entry}"


def _numbers() -> range:
    return range(ENTRIES, 0, -1)


def rss(feed: int, words: Words, version: str = "2.0") -> bytes:
    """Write RSS 0.91 to 2.0."""
    items = "".join(
        f"<item><title>{words.title(feed, n)}</title><link>{link(feed, n)}</link>"
        f"<description>{escape(words.body)}</description>"
        + (f'<guid isPermaLink="false">{identity(feed, n)}</guid>' if version == "2.0" else "")
        + f"<pubDate>{_MAIL_DAY.format(n)}</pubDate></item>"
        for n in _numbers()
    )
    return words.encoded(
        f'<rss version="{version}"><channel><title>Feed {feed}</title><link>https://farm.example/{feed}/</link>'
        f"<description>Farm</description>{items}</channel></rss>"
    )


def rdf(feed: int, words: Words, namespace: str = "http://purl.org/rss/1.0/") -> bytes:
    """Write RSS 0.90 and 1.0."""
    items = "".join(
        f'<item rdf:about="{link(feed, n)}"><title>{words.title(feed, n)}</title><link>{link(feed, n)}</link>'
        f"<description>{escape(words.body)}</description><dc:date>{_DAY.format(n)}</dc:date></item>"
        for n in _numbers()
    )
    return words.encoded(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        f' xmlns="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Feed {feed}</title><link>https://farm.example/{feed}/</link></channel>{items}</rdf:RDF>"
    )


def atom(feed: int, words: Words, version: str = "1.0") -> bytes:
    """Write Atom 0.3 and 1.0."""
    old = version == "0.3"
    namespace = "http://purl.org/atom/ns#" if old else "http://www.w3.org/2005/Atom"
    updated, mode = ("modified", ' type="text/html" mode="escaped"') if old else ("updated", ' type="html"')
    entries = "".join(
        f"<entry><title>{words.title(feed, n)}</title><id>{identity(feed, n)}</id>"
        f'<link rel="alternate" type="text/html" href="{link(feed, n)}"/>'
        f"<{updated}>{_DAY.format(n)}</{updated}>"
        f"<content{mode}>{escape(words.body)}</content></entry>"
        for n in _numbers()
    )
    return words.encoded(
        f'<feed xmlns="{namespace}" version="{version}"><title>Feed {feed}</title>'
        f"<id>tag:farm.example,2026:{feed}</id><{updated}>{_DAY.format(ENTRIES)}</{updated}>"
        f'<link rel="alternate" type="text/html" href="https://farm.example/{feed}/"/>{entries}</feed>'
    )


def json_feed(feed: int, words: Words, version: str = "1.1") -> bytes:
    """Write JSON Feed 1.0 and 1.1."""
    items = [
        {
            "id": identity(feed, n),
            "url": link(feed, n),
            "title": words.title(feed, n),
            "content_html": words.body,
            "date_published": _DAY.format(n),
        }
        for n in _numbers()
    ]
    name = f"https://jsonfeed.org/version/{version.removesuffix('.0')}"
    head = {"version": name, "title": f"Feed {feed}", "home_page_url": f"https://farm.example/{feed}/"}
    return json.dumps(head | {"items": items}, ensure_ascii=False).encode(words.encoding)


def packed(body: bytes, coding: str) -> bytes:
    """Compress as the header ``Content-Encoding`` calls it."""
    if coding == "gzip":
        return gzip.compress(body, mtime=0)
    if coding == "deflate":
        return zlib.compress(body)
    return bytes(brotli.compress(body) if coding == "br" else zstd.compress(body))


def bomb(coding: str) -> bytes:
    """A small answer that unpacks to 64 MiB."""
    return packed(b"<rss>" + b" " * (64 * 1024**2), coding)
