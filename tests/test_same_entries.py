"""Entries that say what they said are passed over: nothing else comes of a feed than without that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from aggregator.exchange import Exchange
from aggregator.model import Item, Reading, SourceInfo
from aggregator.refresh import RECENT, Refresh
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeAdapter, FakeClock, FakeStore, FakeWeb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.model import Document, Source
    from aggregator.reports import SourceResult

_ITEMS = st.builds(
    lambda key, said, days: an_item(
        key, title=said, content=f"<p>{said}", link=None, published=NOW + timedelta(days=days)
    ),
    st.sampled_from("abcde"),
    st.sampled_from(["one", "two", "<b>three</b>"]),
    st.integers(-3, 1),
)
_READINGS = st.lists(st.lists(_ITEMS, max_size=6), min_size=1, max_size=5)


class AtOnce(FakeAdapter):
    """Reads without a process of its own, and leaves tidying to whoever knows what is new."""

    isolated = True

    def parse_at_once(self, source: Source, document: Document) -> Reading | None:
        return self.parse(source, document)


def read(adapter: FakeAdapter, readings: Sequence[Sequence[Item]]) -> tuple[FakeStore, list[SourceResult]]:
    store, clock = FakeStore(), FakeClock()
    results: list[SourceResult] = []
    adapter.listed, adapter.remote = False, True
    source = a_source()
    for number, items in enumerate(readings):
        clock.advance(hours=1)
        store.sync([source], clock())
        adapter.posts = {f"reading {number}": Reading(items=tuple(items))}
        adapter.exchange = Exchange(200)
        refresh = Refresh(store=store, clock=clock, web=FakeWeb())
        (state,) = store.states()
        results.append(asyncio.run(refresh.source(source, adapter, SourceInfo(), state)))
        (state,) = store.states()
        assert list(state.recent) == list(store.recent("posts", RECENT))
    return store, results


@given(_READINGS)
def test_nothing_else_comes_of_a_feed(readings: list[list[Item]]) -> None:
    passed_over, results = read(AtOnce(), readings)
    whole, expected = read(FakeAdapter(), readings)

    assert results == expected
    assert passed_over.items(limit=100) == whole.items(limit=100)


def test_only_what_is_new_or_changed_is_tidied() -> None:
    item = an_item("1", title="<b>A</b> title", content="<p>said</p>", published=NOW)

    _, results = read(AtOnce(), [[item], [item, an_item("2", content="new")]])

    assert [(each.new, each.updated, each.same) for each in results] == [(1, 0, 0), (1, 0, 1)]
