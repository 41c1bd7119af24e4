"""Feeds to race with: RSS 2.0, Atom and RDF, in Chinese and English. Pure: equal numbers give equal bytes.

A feed shows its newest entries, which are counted: one that is published pushes the oldest out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Literal

Kind = Literal["rss", "atom", "rdf"]

FIRST = 100
"""The number of the newest entry before anything is published."""
START = datetime(2022, 1, 1, tzinfo=UTC)
_PARAGRAPHS = 1200
"""Of each language, from which articles are put together."""


def _words(text: str) -> list[str]:
    return text.split()


_CHINESE = _words(
    "港口 潮汐 货轮 灯塔 渔民 码头 天气 早市 价格 上涨 回落 平稳 统计 公布 数据 本月 去年 同期 增长 工厂 订单"
    " 出口 铁路 班列 车站 乘客 假期 学校 图书馆 读者 展览 开幕 专家 认为 需要 关注 变化 原因 包括 气温 降水"
    " 水位 农田 小麦 收获 机器 合作社 村庄 道路 修建 完成 居民 表示 方便 市政府 计划 明年 投入 资金 项目 推进"
)
_ENGLISH = _words(
    "harbour tide lighthouse keeper morning market price rises falls steady figures show this month last year"
    " growth factory orders export railway station passengers holiday school library readers exhibition opens"
    " experts say weather rain river level field wheat harvest machine village road built residents council"
    " plans budget project city lessons learned while under before after and the of for with from about near"
)
_CATEGORIES = ("港口", "天气", "交通", "Markets", "Harbour", "Library", "农业", "Projects")


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    link: str
    title: str
    summary: str
    content: str
    author: str
    categories: tuple[str, ...]
    published: datetime
    updated: datetime


def kind_of(feed: int) -> Kind:
    """RSS for 55 of 100 feeds, Atom for 40, RDF for 5, well mixed."""
    place = feed * 37 % 100
    return "rss" if place < 55 else "atom" if place < 95 else "rdf"


def count_of(feed: int) -> int:
    """How many entries the feed shows: 20 to 30."""
    return 20 + feed * 7 % 11


def is_chinese(feed: int) -> bool:
    """Three feeds of five."""
    return feed % 5 < 3


def document(feed: int, newest: int, url: str, site: str) -> bytes:
    """The feed while its newest entry is this one. ``site``: where its links lead, no slash at its end."""
    entries = [_entry(feed, number, site) for number in range(newest, newest - count_of(feed), -1)]
    title = f"{'港口新闻' if is_chinese(feed) else 'Harbour news'} {feed}"
    made = {"rss": _rss, "atom": _atom, "rdf": _rdf}[kind_of(feed)](feed, title, url, site, entries)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{made}'.encode()


def note(feed: int, newest: int, url: str, site: str) -> bytes:
    """A feed as small as can be: one entry."""
    moment = _moment(feed, newest).isoformat()
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(url)}</id><title>Note {feed}</title><updated>{moment}</updated>"
        f"<entry><id>tag:race.example,2022:{feed}/{newest}</id>"
        f'<title>Note {newest}</title><link href="{site}/page/{feed}/{newest}"/><updated>{moment}</updated>'
        "<content>High water at noon.</content></entry></feed>"
    ).encode()


# ── entries ───────────────────────────────────────────────────────────────────────────────────────────────


def _entry(feed: int, number: int, site: str) -> _Entry:
    rng = random.Random(f"{feed}/{number}")  # noqa: S311 - test data, not secrets
    chinese = is_chinese(feed)
    published = _moment(feed, number)
    return _Entry(
        id=f"tag:race.example,2022:{feed}/{number}",
        link=f"{site}/page/{feed}/{number}?from=rss&v=1",
        title=f"{_sentence(rng, chinese=chinese)[: 24 if chinese else 64].strip(' 。.')} {number}",
        summary=_sentence(rng, chinese=chinese) + _sentence(rng, chinese=chinese),
        content=_article(rng, chinese=chinese),
        author=f"{'记者' if chinese else 'Staff'} {rng.randrange(40)}",
        categories=tuple(
            _CATEGORIES[(feed + step) % len(_CATEGORIES)] for step in range(1 + rng.randrange(3))
        ),
        published=published,
        updated=published + timedelta(minutes=rng.randrange(90)),
    )


def _moment(feed: int, number: int) -> datetime:
    return START + timedelta(hours=5 * number, minutes=feed % 300)


def _sentence(rng: random.Random, *, chinese: bool) -> str:
    if chinese:
        words = rng.choices(_CHINESE, k=rng.randint(6, 18))
        return f"{''.join(words[:6])}，{''.join(words[6:])}{rng.randint(1, 9999)}。"
    words = rng.choices(_ENGLISH, k=rng.randint(8, 22))
    return f"{' '.join(words).capitalize()} {rng.randint(2, 90_000)}. "


def _article(rng: random.Random, *, chinese: bool) -> str:
    """HTML of 2 to 6 KB."""
    paragraphs, wanted = _paragraphs(chinese=chinese), rng.randint(2000, 6000)
    parts: list[str] = []
    while wanted > 0:
        parts.append(rng.choice(paragraphs))
        wanted -= len(parts[-1].encode())
    return "".join(parts)


@cache
def _paragraphs(*, chinese: bool) -> tuple[str, ...]:
    rng = random.Random(f"paragraphs {chinese}")  # noqa: S311 - test data, not secrets
    return tuple(_paragraph(rng, number, chinese=chinese) for number in range(_PARAGRAPHS))


def _paragraph(rng: random.Random, number: int, *, chinese: bool) -> str:
    text = "".join(_sentence(rng, chinese=chinese) for _ in range(rng.randint(2, 5)))
    match number % 12:
        case 0:
            return f"<p><strong>{text[:40]}</strong></p>"
        case 1:
            link = f'<a href="https://race.example/more/{number}?a=1&amp;b=2" rel="nofollow">{text[:4]}</a>'
            return f"<p>{text}{link}</p>"
        case 2:
            image = f'<img src="/image/{number}.jpg" alt="{text[:20]}" width="640" height="360">'
            return f"<figure>{image}<figcaption>{text[:60]}</figcaption></figure>"
        case 3:
            return "<ul>" + "".join(f"<li>{_sentence(rng, chinese=chinese)}</li>" for _ in range(4)) + "</ul>"
        case 4:
            return f"<blockquote><p>{text}&nbsp;&mdash; {text[:12]}</p></blockquote>"
    return f"<p>{text}</p>"


# ── formats ───────────────────────────────────────────────────────────────────────────────────────────────


def _rss(feed: int, title: str, url: str, site: str, entries: list[_Entry]) -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{title}</title><link>{site}/feed/{feed}/</link>"
        f'<atom:link href="{escape(url)}" rel="self" type="application/rss+xml"/>'
        f"<description>{title}</description><lastBuildDate>{_mail_date(entries[0].updated)}</lastBuildDate>\n"
        + "".join(_rss_item(entry, whole=feed % 2 == 0) for entry in entries)
        + "</channel></rss>\n"
    )


def _rss_item(entry: _Entry, *, whole: bool) -> str:
    """``whole``: with a summary beside the content, which comes as a character data section."""
    body = f"<description>{escape(entry.content)}</description>"
    if whole:
        body = (
            f"<description>{escape(entry.summary)}</description>"
            f"<content:encoded><![CDATA[{entry.content}]]></content:encoded>"
        )
    categories = "".join(f"<category>{name}</category>" for name in entry.categories)
    return (
        f"<item><title>{entry.title}</title><link>{escape(entry.link)}</link>"
        f'<guid isPermaLink="false">{entry.id}</guid><pubDate>{_mail_date(entry.published)}</pubDate>'
        f"<dc:creator>{entry.author}</dc:creator>{categories}{body}</item>\n"
    )


def _atom(feed: int, title: str, url: str, site: str, entries: list[_Entry]) -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:race.example,2022:{feed}</id><title>{title}</title>'
        f'<updated>{entries[0].updated.isoformat()}</updated><link rel="self" href="{escape(url)}"/>'
        f'<link rel="alternate" href="{site}/feed/{feed}/"/>\n'
        + "".join(map(_atom_entry, entries))
        + "</feed>\n"
    )


def _atom_entry(entry: _Entry) -> str:
    categories = "".join(f'<category term="{name}"/>' for name in entry.categories)
    return (
        f"<entry><id>{entry.id}</id><title>{entry.title}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(entry.link)}"/>'
        f"<published>{entry.published.isoformat()}</published><updated>{entry.updated.isoformat()}</updated>"
        f"<author><name>{entry.author}</name></author>{categories}<summary>{escape(entry.summary)}</summary>"
        f'<content type="html">{escape(entry.content)}</content></entry>\n'
    )


def _rdf(feed: int, title: str, url: str, site: str, entries: list[_Entry]) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{escape(entry.link)}"/>' for entry in entries)
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{escape(url)}"><title>{title}</title><link>{site}/feed/{feed}/</link>'
        f"<description>{title}</description><dc:date>{entries[0].updated.isoformat()}</dc:date>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n"
        + "".join(map(_rdf_item, entries))
        + "</rdf:RDF>\n"
    )


def _rdf_item(entry: _Entry) -> str:
    return (
        f'<item rdf:about="{escape(entry.link)}"><title>{entry.title}</title>'
        f"<link>{escape(entry.link)}</link>"
        f"<dc:date>{entry.published.isoformat()}</dc:date><dc:creator>{entry.author}</dc:creator>"
        f"<description>{escape(entry.summary)}</description>"
        f"<content:encoded><![CDATA[{entry.content}]]></content:encoded></item>\n"
    )


def _mail_date(moment: datetime) -> str:
    return format_datetime(moment)
