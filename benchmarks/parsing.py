"""What it costs to read one feed of 120 KiB, stage by stage: processor time, the best of several runs.

    python -m benchmarks.parsing [--feeds 20] [--runs 5]

Beside it what the parsers of XML take that do nothing else, on which the rest stands; and how many of the
feeds that :mod:`benchmarks.race` serves are read strictly at all.
"""

from __future__ import annotations

import argparse
import random
import resource
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TypeVar
from xml.parsers import expat

from lxml import etree

from aggregator.model import Document, Reading, Source, Stamp
from aggregator.sources import decoding, mapping, recognise, strict, tolerant
from aggregator.sources.entries import Family, FeedDocument
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.sources.volatile import stable_hash
from aggregator.tidy import tidy
from benchmarks.feedfarm import Farm

ENTRIES = 25
RACED = 500
URL = "https://bench.example/feed.xml"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(id="bench", type="feed", location=URL, root=Path(), options=FeedOptions(url=URL))
_CHINESE = "央行发布报告，市场利率平稳；消费增长。企业投资数据季度全国运行政策支持发展创新银行证券基金监管"
_ENGLISH = [
    "the",
    "market",
    "report",
    "shows",
    "steady",
    "growth",
    "of",
    "trade",
    "and",
    "rules",
    "for",
    "banks",
]

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def _words(rng: random.Random, count: int, *, chinese: bool) -> str:
    if chinese:
        return "".join(rng.choices(_CHINESE, k=count))
    return " ".join(rng.choices(_ENGLISH, k=count // 3))


def _article(rng: random.Random, *, chinese: bool) -> str:
    parts: list[str] = []
    while sum(len(part.encode()) for part in parts) < rng.randint(2500, 6000):
        text = escape(_words(rng, rng.randint(60, 200), chinese=chinese))
        kinds = (
            f"<p>{text}</p>",
            f"<p>{text}</p>",
            f"<p><strong>{text[:20]}</strong>{text}&nbsp;&mdash;</p>",
            f'<p>{text}<a href="https://x.example/{rng.randrange(999)}?a=1&amp;b=2" rel="nofollow">…</a></p>',
            f'<figure><img src="/i/{rng.randrange(999)}.jpg" alt="{text[:9]}" width="640"></figure>',
            f"<ul><li>{text}</li><li>{text[:40]}</li></ul>",
            f"<blockquote><p>{text}</p></blockquote>",
        )
        parts.append(rng.choice(kinds))
    return "".join(parts)


def document(number: int) -> bytes:
    """One feed: RSS and Atom in turn, in Chinese and English; the same for the same number."""
    rng = random.Random(number)  # noqa: S311 - test data, not secrets
    chinese, is_atom = number % 5 < 3, number % 2 == 1
    entries = []
    for each in range(ENTRIES):
        moment = datetime(2022, 1, 1, tzinfo=UTC) + timedelta(hours=5 * each, minutes=number)
        title = escape(_words(rng, 24, chinese=chinese))
        body = escape(_article(rng, chinese=chinese))
        link = f"https://x.example/{number}/{each}.html?ref=rss"
        summary = escape(_words(rng, 80, chinese=chinese))
        if is_atom:
            entries.append(
                f"<entry><id>tag:x.example,2022:{number}/{each}</id><title>{title}</title>"
                f'<link href="{link}"/>'
                f"<published>{moment.isoformat()}</published><updated>{moment.isoformat()}</updated>"
                f'<author><name>{title[:5]}</name></author><category term="t" label="{title[:4]}"/>'
                f'<summary>{summary}</summary><content type="html">{body}</content></entry>'
            )
        else:
            entries.append(
                f"<item><title>{title}</title><link>{link}</link>"
                f'<guid isPermaLink="false">{number}/{each}</guid>'
                f"<pubDate>{format_datetime(moment)}</pubDate><dc:creator>{title[:5]}</dc:creator>"
                f"<category>{title[:4]}</category><description>{summary}</description>"
                f"<content:encoded>{body}</content:encoded></item>"
            )
    inside = "\n".join(entries)
    if is_atom:
        head = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:x.example,2022:feed</id><title>Bench</title>'
        )
        return f'<?xml version="1.0" encoding="utf-8"?>\n{head}{inside}</feed>'.encode()
    head = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Bench</title><link>https://x.example/</link>'
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}{inside}</channel></rss>'.encode()


def _measured(
    name: str, call: Callable[[_Given], _Made], given: Sequence[_Given], runs: int, feeds: int
) -> list[_Made]:
    """Print what a call costs a feed, and return what it made."""
    best = float("inf")
    made: list[_Made] = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        made = [call(each) for each in given]
        best = min(best, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
    print(f"{name:<34} {best / feeds * 1000:7.2f} ms")
    return made


def _read_strictly(farm: Farm, feed: int) -> bool:
    body, url = farm.served(feed).plain, farm.url(feed)
    return Feed().parse_at_once(SOURCE, Document(Stamp(url, len(body), 0, ""), body, url=url)) is not None


def _expat(body: bytes) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.Parse(body, True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    runs, count = options.runs, options.feeds
    bodies = [document(number) for number in range(count)]
    print(f"{count} feeds of {sum(map(len, bodies)) / count / 1024:.0f} KiB, {ENTRIES} entries each; a feed:")

    def told(body: bytes) -> tuple[str, Family, str]:
        text = decoding.decode(body).text
        found = recognise.recognise(text)
        return text, "rss" if found.format is recognise.Format.RSS else "atom", found.root

    def strictly(given: tuple[str, Family, str]) -> FeedDocument:
        found = strict.read(*given, URL)
        assert found is not None
        return found

    def mapped(feed: FeedDocument) -> Reading:
        return mapping.to_reading(feed, SOURCE, URL, URL)

    def whole(body: bytes) -> None:
        reading = Feed().parse_at_once(SOURCE, Document(Stamp(URL, len(body), 0, ""), body, url=URL))
        assert reading is not None
        for item in reading.items:
            tidy(item, NOW)

    _measured("expat alone", _expat, bodies, runs, count)
    _measured("lxml alone", etree.fromstring, bodies, runs, count)
    _measured("hash without what is volatile", stable_hash, bodies, runs, count)
    texts = _measured("decode and recognise", told, bodies, runs, count)
    _measured("tolerant reader", lambda given: tolerant.read(*given, URL), texts, 1, count)
    feeds = _measured("strict reader", strictly, texts, runs, count)
    readings = _measured("mapping", mapped, feeds, runs, count)
    items = [item for reading in readings for item in reading.items]
    _measured("tidy", lambda item: tidy(item, NOW), items, runs, count)
    _measured("all of it, strictly", whole, bodies, runs, count)
    farm = Farm(RACED, 100, 80)
    strict_ones = sum(_read_strictly(farm, feed) for feed in range(RACED))
    print(f"of {RACED} feeds of the race, {strict_ones} are read strictly")


if __name__ == "__main__":
    main()
