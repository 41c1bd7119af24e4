"""What the steps of a refresh cost by themselves: parsing, cleaning, rendering, the store.

    python -m benchmarks.micro [--runs 9] [--write docs/figures.md]

Processor time of this one process, the median of so many runs after one that does not count. What a whole
refresh costs is measured by ``benchmarks.race``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator import markup
from aggregator.compare import compare
from aggregator.model import Document, Item, Source, SourceInfo, Stamp
from aggregator.outputs.atom import Atom
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.outputs.pages import Pages
from aggregator.records import Changes, Save
from aggregator.sources import decoding, mapping, recognise, strict, tolerant
from aggregator.sources.feed import Feed as FeedAdapter
from aggregator.sources.feed import FeedOptions
from aggregator.sources.volatile import stable_hash
from aggregator.store import SqliteStore, open_store
from aggregator.tidy import tidy
from aggregator.views import CategoryRef, Entry, Feed, Site
from benchmarks import feedtexts
from benchmarks.cost import Spread
from benchmarks.machine import machine, table, write_section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aggregator.sources.entries import Family

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://micro.example/feed.xml"
SOURCE = Source(id="micro", type="feed", location=URL, root=Path(), options=FeedOptions(url=URL))
FEEDS = 20
"""Documents that are parsed."""
SHOWN = 50
"""Entries of the feed that is rendered."""
KEPT = 1000
"""Items that are put into the store at once."""
PICTURES = 40
"""Pictures of an article that has many."""


@dataclass(frozen=True)
class Step:
    """What is measured: ``call`` with what was ``given``, divided by how much of what is counted it does."""

    name: str
    call: Callable[[Any], object]
    given: Callable[[], Any] = lambda: None
    per: int = 1


def documents() -> list[bytes]:
    """Feeds of 25 entries or so."""
    site = "https://micro.example"
    return [feedtexts.document(feed, feedtexts.FIRST, URL, site) for feed in range(FEEDS)]


def items() -> list[Item]:
    """The entries of the documents, as the adapter hands them over."""
    found: list[Item] = []
    for body in documents():
        reading = FeedAdapter().parse_at_once(SOURCE, Document(Stamp(URL, len(body), 0, ""), body, url=URL))
        assert reading is not None
        found += reading.items
    return found


def parsing() -> Iterator[Step]:
    """One document of 25 entries or so."""

    def told(body: bytes) -> tuple[str, Family, str]:
        text = decoding.decode(body).text
        found = recognise.recognise(text)
        return text, "rss" if found.format is recognise.Format.RSS else "atom", found.root

    def strictly(given: tuple[str, Family, str]) -> object:
        feed = strict.read(*given, URL)
        assert feed is not None
        return mapping.to_reading(feed, SOURCE, URL, URL)

    def tolerantly(given: tuple[str, Family, str]) -> object:
        return mapping.to_reading(tolerant.read(*given, URL), SOURCE, URL, URL)

    def texts() -> list[tuple[str, Family, str]]:
        return [told(body) for body in documents()]

    def each(call: Callable[[Any], object]) -> Callable[[list[Any]], object]:
        return lambda given: [call(one) for one in given]

    yield Step("hash without what is volatile, a feed", each(stable_hash), documents, FEEDS)
    yield Step("decode and recognise, a feed", each(told), documents, FEEDS)
    yield Step("parse, strict, a feed", each(strictly), texts, FEEDS)
    yield Step("parse, tolerant, a feed", each(tolerantly), texts, FEEDS)


def cleaning() -> Iterator[Step]:
    """One article."""
    found = items()
    bodies = [item.content.value for item in found]
    picture = (
        '<p><a href="/large/{0}.jpg"><img class="lazy" src="/blank.gif" data-src="/image/{0}.jpg"'
        ' srcset="/image/{0}-2x.jpg 2x" alt="港口 {0}" width="640" height="360"></a><br>第{0}张。</p>'
    )
    rich = "".join(picture.format(number) for number in range(PICTURES))
    base = "https://micro.example/"
    yield Step("clean, an article", lambda _: [markup.clean(body, base) for body in bodies], per=len(bodies))
    yield Step(f"clean, an article of {PICTURES} pictures", lambda _: markup.clean(rich, base))
    yield Step("tidy, an item", lambda _: [tidy(item, NOW) for item in found], per=len(found))


def rendering() -> Iterator[Step]:
    """One feed."""
    feed = Feed(
        site=Site(base_url="https://micro.example/"),
        slug="harbour",
        title="Harbour",
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        updated=NOW,
        entries=tuple(
            Entry(
                item_id=number,
                id=f"urn:micro:{number}",
                item=tidy(item, NOW),
                published=item.published or NOW,
                updated=item.updated or NOW,
                first_seen=NOW,
                source=SourceInfo(id=URL, title="Micro", feed_url=URL),
                categories=(CategoryRef("harbour", "Harbour"),),
            )
            for number, item in enumerate(items()[:SHOWN])
        ),
        total=SHOWN,
    )
    for name, renderer in (("Atom", Atom()), ("JSON Feed", JsonFeed()), ("page", Pages())):
        yield Step(f"render, {name} of {SHOWN} entries", renderer.feed, lambda: feed)


def storing(store: SqliteStore) -> Iterator[Step]:
    """Items by the thousand."""
    raws = (items() * KEPT)[:KEPT]
    pairs = [(raw, tidy(raw, NOW)) for raw in raws]
    serial = count()

    def fresh() -> list[tuple[Item, Item]]:
        names = [str(next(serial)) for _ in pairs]
        return [
            (_named(raw, name), _named(clean, name)) for (raw, clean), name in zip(pairs, names, strict=True)
        ]

    def insert(new: list[tuple[Item, Item]]) -> Changes:
        changes = compare(new, {}, now=NOW, first_reading=True)
        store.save(Save(source_id=SOURCE.id, now=NOW, changes=changes))
        return changes

    def unchanged(known: list[tuple[Item, Item]]) -> None:
        before = store.known(SOURCE.id, [raw.native_id for raw, _ in known])
        changes = compare(known, before, now=NOW, first_reading=False)
        assert len(changes.unchanged) == KEPT
        store.save(Save(source_id=SOURCE.id, now=NOW, changes=changes))

    first = fresh()
    insert(first)
    yield Step(f"compare and store, {KEPT:,} new items", insert, fresh)
    yield Step(f"compare and store, {KEPT:,} items that are as they were", unchanged, lambda: first)


def _named(item: Item, name: str) -> Item:
    return replace(item, native_id=name, seed=name, entry_id=None)


def measured(step: Step, runs: int) -> Spread:
    """Milliseconds of processor for one of what is counted."""
    figures = []
    for _ in range(runs + 1):
        given = step.given()
        began = time.process_time()
        step.call(given)
        figures.append((time.process_time() - began) * 1000 / step.per)
    return Spread.of(figures[1:])


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--write", type=Path, help="the page whose section is to be replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.db") as store:
        store.sync([SOURCE], NOW)
        steps = chain(parsing(), cleaning(), rendering(), storing(store))
        rows = [[step.name, measured(step, options.runs).told()] for step in steps]
    many = "One run" if options.runs == 1 else f"Medians of {options.runs} runs (lowest–highest)"
    size = sum(map(len, documents())) / FEEDS / 1024
    about = f"{many}, feeds of {size:.0f} KiB; {machine(Path(tempfile.gettempdir()))}."
    text = f"{table(['one process, processor time', 'ms'], rows)}\n\n{about}"
    if options.write is None:
        print(text)
    else:
        write_section(options.write, "micro", text)


if __name__ == "__main__":
    main()
