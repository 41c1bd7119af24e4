"""Feeds that make up their ids, move, or turn over between two readings: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aggregator import familiar
from aggregator.exchange import Exchange, Validators
from aggregator.model import Item, Problem, Reading, SourceInfo
from aggregator.refresh import Refresh
from aggregator.store import SqliteStore, open_store
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeAdapter, FakeClock, FakeStore, FakeWeb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.reports import SourceResult

HOUR = timedelta(hours=1)


class Feed:
    """One feed, read once an hour."""

    def __init__(self, store: FakeStore | SqliteStore) -> None:
        self.store, self.clock, self.adapter = store, FakeClock(), FakeAdapter()
        self.adapter.listed = False
        self.source = a_source()
        self.readings = 0

    def reads(self, *items: Item) -> SourceResult:
        self.readings += 1
        return self.says(f"reading {self.readings}", Reading(items=items))

    def says(self, name: str, reading: Reading) -> SourceResult:
        self.clock.advance(hours=1)
        self.adapter.posts = {name: reading}
        self.store.sync([self.source], self.clock())
        refresh = Refresh(store=self.store, clock=self.clock, web=FakeWeb())
        (state,) = self.store.states()
        return asyncio.run(refresh.source(self.source, self.adapter, SourceInfo(), state))

    @property
    def items(self) -> int:
        return self.store.count_live("posts")

    @property
    def revisions(self) -> int:
        return sum(record.revision for record in self.store.items(source_id="posts", limit=100_000))


@pytest.fixture(params=["sqlite", "memory"])
def feed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Feed]:
    if request.param == "memory":
        yield Feed(FakeStore())
    else:
        with open_store(tmp_path / "aggregator.db", clock=lambda: NOW) as store:
            yield Feed(store)


def told(number: int, reading: int, **more: Any) -> Item:
    """An entry whose id and link are of this reading alone."""
    fields: dict[str, Any] = {
        "title": f"Tide table {number}",
        "content": f"<p>High water at {number}.</p>",
        "link": f"https://news.example/{number}?session={reading}",
        "published": NOW - number * HOUR,
    }
    return an_item(f"{reading}-{number}", **fields | more)


@pytest.mark.parametrize(
    "volatile",
    [
        lambda _number, _reading: {},
        lambda number, _reading: {"link": f"https://news.example/{number}"},
        lambda _number, reading: {"published": NOW + reading * HOUR},
        lambda _number, _reading: {"published": None},
        lambda _number, _reading: {"published": None, "link": None},
        lambda number, _reading: {"published": None, "link": f"https://news.example/{number}"},
    ],
)
def test_ids_that_change_at_every_reading_bring_nothing_new_and_are_told(feed: Feed, volatile: Any) -> None:
    results = [feed.reads(*(told(n, each, **volatile(n, each)) for n in range(5))) for each in range(6)]

    result = results[-1]
    assert (feed.items, feed.revisions, result.new, result.updated) == (5, 5, 0, 0)
    assert result.notice == "5 of its 5 entries have new ids: they are known by what they say instead"


def test_news_of_a_feed_whose_ids_change_at_every_reading_is_new_once(feed: Feed) -> None:
    for reading in range(8):
        feed.reads(*(told(n, reading, published=NOW + n * HOUR) for n in range(reading, reading + 5)))

    assert feed.items == 12


def test_a_correction_in_such_a_feed_is_an_update(feed: Feed) -> None:
    feed.reads(*(told(n, 1, link=f"https://news.example/{n}") for n in range(5)))

    result = feed.reads(
        *(told(n, 2, link=f"https://news.example/{n}", content="<p>Corrected.</p>") for n in range(5))
    )

    assert (result.new, result.updated, feed.items) == (0, 5, 5)


def test_a_site_that_moves_doubles_nothing_however_often_it_is_read_and_whatever_comes_next(
    feed: Feed,
) -> None:
    def posts(first: int, site: str) -> list[Item]:
        return [
            an_item(
                f"https://{site}.example/{n}",
                title=f"Post {n}",
                content=f'<p>Post {n} <a href="https://{site}.example/x">of</a> many.</p>',
                link=f"https://{site}.example/{n}",
                published=NOW + (n - 100) * HOUR,
            )
            for n in range(first, first + 10)
        ]

    feed.reads(*posts(0, "old"))
    for first in (0, 0, *range(14)):
        feed.reads(*posts(first, "new"))

    assert feed.items == 23


def test_a_busy_feed_that_turns_over_between_readings_loses_nothing_and_is_told(feed: Feed) -> None:
    results = [
        feed.reads(*(told(n, 1, published=NOW + n * HOUR / 1000) for n in range(first, first + 300)))
        for first in range(0, 1200, 300)
    ]

    assert feed.items == 1200
    assert (results[-1].notice or "").startswith(
        "none of its 300 entries is known: it says more between two readings"
    )


def test_one_turn_over_of_an_undated_feed_loses_nothing(feed: Feed) -> None:
    feed.reads(*(told(n, 1, published=None) for n in range(100)))
    feed.reads(*(told(n, 2, published=None) for n in range(100, 200)))

    assert feed.items == 200


def test_a_feed_of_nothing_but_strangers_grows_only_so_much_in_a_day(feed: Feed) -> None:
    results = [
        feed.reads(*(told(n, 1, published=None) for n in range(first, first + 100)))
        for first in range(0, 1200, 100)
    ]

    assert feed.items == 100 + familiar.DAILY_STRANGERS
    assert (results[-1].notice or "").endswith("100 new entries are left out: 500 came within a day already")

    feed.clock.advance(days=1)
    feed.reads(*(told(9000 + n, 99, published=None) for n in range(100)))

    assert feed.items == 200 + familiar.DAILY_STRANGERS


def test_a_reading_that_left_entries_out_is_not_remembered_as_the_whole(feed: Feed) -> None:
    feed.adapter.remote, feed.adapter.exchange = True, Exchange(200, Validators('"v"'), "hash")
    remembered = []
    for first in range(0, 700, 100):
        feed.reads(*(told(n, 1, published=None) for n in range(first, first + 100)))
        remembered.append(feed.store.bookmark("posts").validators.etag)

    assert remembered == ['"v"'] * 6 + [None]


def test_a_longer_window_of_a_known_feed_is_all_taken_in(feed: Feed) -> None:
    feed.reads(*(told(n, 1) for n in range(10)))

    result = feed.reads(*(told(n, 1) for n in range(1500)))

    assert (result.new, result.notice) == (1490, None)


def test_a_pinned_entry_does_not_hide_that_the_other_ids_change(feed: Feed) -> None:
    pinned = an_item("pinned", title="Rules", published=NOW - 900 * HOUR)
    for reading in range(4):
        feed.reads(pinned, *(told(n, reading, published=None) for n in range(4)))

    assert feed.items == 5


def test_an_ordinary_reading_asks_nothing_but_its_ids() -> None:
    asked: list[str] = []

    class Asked(FakeStore):
        def newest(self, source_id: str, limit: int) -> Any:
            asked.append(source_id)
            return super().newest(source_id, limit)

    ordinary = Feed(Asked())
    for reading in range(3):
        ordinary.reads(*(told(n, 1, published=moment(n)) for n in range(reading, reading + 10)))

    assert (ordinary.items, asked) == (12, [])


def moment(number: int) -> datetime:
    return NOW + number * HOUR / 100


def test_what_is_odd_about_a_feed_is_kept_until_another_document_is_read(feed: Feed) -> None:
    odd = Problem("https://a.example/feed", "is not well-formed; repaired")
    feed.says("https://a.example/feed", Reading(items=(told(1, 1),), problems=(odd,)))
    kept = list(feed.store.problems("posts"))

    feed.says("https://a.example/feed", Reading(items=(told(1, 1),)))

    assert kept == [odd]
    assert list(feed.store.problems("posts")) == []
