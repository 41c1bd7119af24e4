from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.errors import FetchError, ParseError
from aggregator.model import Batch, Document, Item, Problem, Reading, SourceInfo, Stamp
from aggregator.reading import Read, read_batch
from aggregator.recleaning import reclean
from aggregator.records import MOST_REVISIONS
from aggregator.refresh import Refresh
from aggregator.reports import SourceResult
from tests.builders import NOW, a_source, an_item, an_unread
from tests.fakes import FakeAdapter, FakeClock, FakeStore, FakeWeb

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from aggregator.contracts import Adapter, Web
    from aggregator.exchange import Exchange
    from aggregator.model import Bookmark, Listing, Source
    from aggregator.records import Save

OLD = NOW - timedelta(days=400)


class Site:
    """One source, refreshed into a fake store."""

    def __init__(self, **posts: Any) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.adapter = FakeAdapter(**posts)
        self.source = a_source()

    def refresh(self, *, accept_removals: bool = False) -> SourceResult:
        self.clock.advance(hours=1)
        self.store.sync([self.source], self.clock())
        state = next(state for state in self.store.states() if state.id == self.source.id)
        refresh = Refresh(store=self.store, clock=self.clock, web=FakeWeb(), accept_removals=accept_removals)
        return asyncio.run(refresh.source(self.source, self.adapter, SourceInfo(title="Posts"), state))

    def item(self, needle: str) -> Any:
        (record,) = self.store.find(needle)
        return record


def post(native_id: str, body: str = "", **more: Any) -> Item:
    return an_item(
        native_id, **{"title": "A title", "content": f"<p>{body or native_id}</p>", "published": OLD} | more
    )


def counts(result: SourceResult) -> tuple[int, int, int]:
    return result.new, result.updated, result.removed


def test_a_first_reading_stores_everything() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"))

    result = site.refresh()

    assert (result.state, counts(result)) == ("first-read", (2, 0, 0))
    assert site.item("infocode:1").arrived == OLD


def test_a_second_reading_of_the_same_parses_nothing() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.parsed.clear()

    result = site.refresh()

    assert (result.state, counts(result)) == ("unchanged", (0, 0, 0))
    assert site.adapter.parsed == []


def test_an_edited_post_is_updated_under_its_id() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    before = site.item("infocode:1")
    site.adapter.posts["a"] = post("infocode:1", "another body")

    result = site.refresh()

    after = site.item("infocode:1")
    assert (result.state, counts(result)) == ("changed", (0, 1, 0))
    assert after.public_id == before.public_id
    assert after.updated == site.clock.now
    assert after.revision == before.revision + 1


def test_what_changes_at_every_reading_is_told() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"))
    told: list[str | None] = []
    for number in range(MOST_REVISIONS + 1):
        site.adapter.posts["a"] = post("infocode:1", f"body {number}")
        told.append(site.refresh().notice)

    assert set(told[:-1]) == {None}
    assert told[-1] == "1 entry keeps changing: the newest 50 revisions are kept, and one a day of older ones"


def test_a_moved_post_is_neither_new_nor_removed() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"))
    site.refresh()
    site.adapter.posts["sub/a"] = site.adapter.posts.pop("a")

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert site.item("infocode:1").live
    assert [name for name, _ in site.item("infocode:1").documents] == ["sub/a"]


def test_a_renamed_post_that_is_known_by_name_alone_keeps_its_id() -> None:
    site = Site(a=post("name:a", "one"), b=post("name:b", "two"))
    site.refresh()
    before = site.item("name:a")
    del site.adapter.posts["a"]
    site.adapter.posts["c"] = post("name:c", "one")

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert site.item("name:c").public_id == before.public_id
    site.adapter.posts["c"] = post("name:c", "one, edited")
    assert counts(site.refresh()) == (0, 1, 0)
    assert site.item("name:c").public_id == before.public_id


def test_a_deleted_post_leaves_and_returns_under_its_id() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"), c=post("infocode:3"))
    site.refresh()
    before = site.item("infocode:1")
    gone = site.adapter.posts.pop("a")

    assert counts(site.refresh()) == (0, 0, 1)
    assert not site.item("infocode:1").live
    site.adapter.posts["elsewhere"] = gone
    assert counts(site.refresh()) == (1, 0, 0)

    after = site.item("infocode:1")
    assert after.live
    assert (after.public_id, after.updated) == (before.public_id, before.updated)


def test_of_two_documents_with_one_id_the_newest_wins() -> None:
    site = Site(
        a=post("infocode:1", "old"),
        b=post("infocode:1", "new", published=OLD + timedelta(days=1)),
        c=post("infocode:1", "oldest", published=OLD - timedelta(days=1)),
    )
    site.adapter.batch = 1

    result = site.refresh()

    assert counts(result) == (1, 0, 0)
    assert site.item("infocode:1").clean.content.value == "<p>new</p>"
    assert site.item("infocode:1").updated == OLD + timedelta(days=1)


@pytest.mark.parametrize("batch", [1, 100])
def test_of_two_documents_with_one_id_and_date_the_first_path_wins(batch: int) -> None:
    site = Site(b=post("infocode:1", "from b"), a=post("infocode:1", "from a"))
    site.adapter.batch = batch

    site.refresh()

    assert site.item("infocode:1").clean.content.value == "<p>from a</p>"


@pytest.mark.parametrize("batch", [1, 100])
def test_when_the_winning_document_goes_the_other_takes_over(batch: int) -> None:
    site = Site(
        a=post("infocode:1", "newest", published=OLD + timedelta(days=1)),
        b=post("infocode:1", "older"),
        c=post("infocode:2"),
    )
    site.adapter.batch = batch
    site.refresh()
    del site.adapter.posts["a"]

    result = site.refresh()

    assert counts(result) == (0, 1, 0)
    assert site.item("infocode:1").clean.content.value == "<p>older</p>"


@pytest.mark.parametrize("batch", [1, 100])
def test_an_edit_that_makes_a_document_older_lets_the_other_win(batch: int) -> None:
    site = Site(
        a=post("infocode:1", "was newest", published=OLD + timedelta(days=1)), b=post("infocode:1", "older")
    )
    site.adapter.batch = batch
    site.refresh()
    site.adapter.posts["a"] = post("infocode:1", "now oldest", published=OLD - timedelta(days=1))

    site.refresh()

    assert site.item("infocode:1").clean.content.value == "<p>older</p>"


def test_a_new_document_does_not_replace_a_newer_one_that_is_unchanged() -> None:
    site = Site(a=post("infocode:1", "newest"))
    site.refresh()
    site.adapter.posts["b"] = post("infocode:1", "older", published=OLD - timedelta(days=1))

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert site.item("infocode:1").clean.content.value == "<p>newest</p>"


def test_a_post_of_the_future_waits_without_withdrawing_what_is_stored() -> None:
    later = NOW + timedelta(days=2)
    site = Site(a=post("infocode:1"), b=post("infocode:2", published=later))

    first = site.refresh()
    site.adapter.posts["a"] = post("infocode:1", "postponed", published=later)
    second = site.refresh()
    site.clock.advance(days=3)
    third = site.refresh()

    assert counts(first) == (1, 0, 0)
    assert first.skipped == {"waiting for its date": 1}
    assert counts(second) == (0, 0, 0)
    assert counts(third) == (1, 1, 0)


def test_a_post_that_becomes_a_draft_leaves() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.posts["a"] = Reading(skipped="draft")

    result = site.refresh()

    assert counts(result) == (0, 0, 1)
    assert result.skipped == {"draft": 1}
    assert counts(site.refresh()) == (0, 0, 0)


@pytest.mark.parametrize("said", [Reading(skipped="draft"), post("infocode:2")])
def test_a_death_before_the_end_forgets_no_leaving(said: Any) -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.posts["a"] = said
    site.adapter.fails_at_the_end = FetchError("cut off")
    site.refresh()
    site.adapter.fails_at_the_end = None

    result = site.refresh()

    assert result.removed == 1
    assert not site.item("infocode:1").live


def test_a_post_that_cannot_be_read_any_more_keeps_its_last_version() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"))
    site.refresh()
    site.adapter.posts["a"] = ParseError("a:1: is not a post")
    site.adapter.posts["b"] = Reading(skipped="no front matter", keeps=True)

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert site.item("infocode:1").live
    assert site.item("infocode:2").live
    assert result.problems == (
        Problem("a", "a:1: is not a post"),
        Problem("a", "unreadable now: the version read before is kept"),
        Problem("b", "no front matter: the version read before is kept"),
    )


def test_another_article_in_the_same_file_replaces_the_one_before() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.posts["a"] = post("infocode:2")

    result = site.refresh()

    assert counts(result) == (1, 0, 1)
    assert not site.item("infocode:1").live


def test_a_half_vanished_source_loses_nothing_until_told() -> None:
    site = Site(a=post("infocode:1"), b=post("infocode:2"), c=post("infocode:3"))
    site.refresh()
    del site.adapter.posts["a"], site.adapter.posts["b"]

    held = site.refresh()
    again = site.refresh()
    accepted = site.refresh(accept_removals=True)

    assert counts(held) == counts(again) == (0, 0, 0)
    assert held.notice == again.notice
    assert held.notice is not None
    assert held.notice.startswith("2 of 3 items vanished at once")
    assert counts(accepted) == (0, 0, 2)


def test_moving_every_post_is_no_removal() -> None:
    site = Site(a=post("infocode:1"), b=post("name:b"))
    site.refresh()
    site.adapter.posts = {f"moved/{name}": said for name, said in site.adapter.posts.items()}

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert result.notice is None


def test_a_missing_folder_removes_nothing() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.posts.clear()
    site.adapter.missing = ("posts",)

    result = site.refresh()

    assert counts(result) == (0, 0, 0)
    assert result.notice == "posts: not there; nothing was removed (--accept-removals lets its items go)"


def test_a_first_read_that_finds_no_folder_fails_and_the_next_is_the_first() -> None:
    site = Site(a=post("infocode:1"))
    said, site.adapter.posts = site.adapter.posts, {}
    site.adapter.missing = ("posts",)

    failed = site.refresh()
    site.adapter.posts, site.adapter.missing = said, ()
    found = site.refresh()

    assert (failed.state, failed.error) == ("failed", "posts: there is no such folder")
    assert (found.state, found.new) == ("first-read", 1)


def test_deleting_keeps_the_items_of_a_source_that_keeps_them() -> None:
    site = Site(a=post("infocode:1"))
    site.source = a_source(on_delete="keep")
    site.refresh()
    site.adapter.posts.clear()

    assert counts(site.refresh()) == (0, 0, 0)
    assert site.item("infocode:1").live


def test_a_source_that_fails_says_why_and_loses_nothing() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    site.adapter.fails = FetchError("posts: permission denied")

    result = site.refresh()

    assert (result.state, result.error) == ("failed", "posts: permission denied")
    assert site.item("infocode:1").live
    assert site.store.states()[0].state == "failing"


class Body(bytes):
    """Tells when it is let go of."""

    def __init__(self, _: bytes) -> None:
        self.let_go: Callable[[], None] = lambda: None

    def __del__(self) -> None:
        self.let_go()


class Unreadable(FakeAdapter):
    """Of one document, which it goes on holding, and of which nothing can be read."""

    isolated = True

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        body = Body(b"no feed")
        body.let_go = partial(self.parsed.append, "let go")
        document = Document(Stamp("a", 7, 0, ""), body)
        yield Batch(documents=(document,))

    def parse(self, source: Source, document: Document) -> Reading:
        raise ParseError("is no feed")


class SavingStore(FakeStore):
    """Notes what was let go of before anything is saved."""

    def __init__(self, adapter: FakeAdapter) -> None:
        super().__init__()
        self.adapter, self.before = adapter, list[list[str]]()

    def save(self, *saves: Save) -> None:
        self.before.append(list(self.adapter.parsed))
        super().save(*saves)


def test_a_document_of_which_nothing_can_be_read_is_let_go_of_at_once() -> None:
    source, adapter = a_source(), Unreadable()
    adapter.remote = True
    store = SavingStore(adapter)

    async def read_isolated(adapter: Adapter, source: Source, batch: Batch, now: datetime) -> Sequence[Read]:
        return read_batch(adapter, source, batch, now)

    store.sync([source], NOW)
    refresh = Refresh(store=store, clock=FakeClock(), web=FakeWeb(), read_isolated=read_isolated)
    result = asyncio.run(refresh.source(source, adapter, SourceInfo(), an_unread()))

    assert result.state == "failed"
    assert store.before == [["let go"]]


def test_an_item_gone_from_a_feed_that_cannot_be_listed_stays() -> None:
    site = Site(a=post("1"), b=post("2"))
    site.adapter.listed = False
    site.refresh()
    del site.adapter.posts["a"]

    assert counts(site.refresh()) == (0, 0, 0)
    assert site.item("1").live


def test_a_future_date_is_clamped_to_when_the_item_was_first_seen() -> None:
    claimed = replace(post("1"), published=NOW + timedelta(days=30))
    site = Site(a=Reading(items=(claimed,)))
    site.refresh()
    first_seen = site.clock.now
    site.adapter.posts["a"] = Reading(items=(replace(claimed, link="https://example.org/1"),))

    site.refresh()

    record = site.item("1")
    assert record.published == first_seen
    assert record.raw.published == claimed.published


def test_what_another_cleaner_cleaned_is_cleaned_again_without_an_update() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    before = site.item("infocode:1")
    site.store.recleaned([(before.item_id, replace(before.clean, cleaner=0))], site.clock())

    done = reclean(site.store, site.clock)

    after = site.item("infocode:1")
    assert done == 1
    assert (after.clean, after.updated, after.revision) == (before.clean, before.updated, before.revision)


def test_two_sources_never_touch_each_other() -> None:
    site = Site(a=post("infocode:1"))
    site.refresh()
    other = Site(a=post("infocode:1", "same id elsewhere", source_id="other"))
    other.store, other.source = site.store, a_source("other")
    site.store.sync([site.source, other.source], site.clock())
    state = asyncio.run(
        Refresh(store=site.store, clock=site.clock, web=FakeWeb()).source(
            other.source, other.adapter, SourceInfo(), an_unread("other")
        )
    )

    records = site.store.find("infocode:1")

    assert state.new == 1
    assert len({record.public_id for record in records}) == 2


class AtOnceAdapter(FakeAdapter):
    """Isolated, but sure of documents whose names begin with ``easy``."""

    isolated = True

    def parse_at_once(self, source: Source, document: Document) -> Reading | None:
        return self.parse(source, document) if document.name.startswith("easy") else None


class IsolatedAdapter(FakeAdapter):
    """Isolated, and sure of nothing."""

    isolated = True


@pytest.mark.parametrize(
    ("adapter", "isolated"),
    [
        (AtOnceAdapter(easy=post("infocode:1")), []),
        (AtOnceAdapter(easy=post("infocode:1"), hard=post("infocode:2")), ["easy", "hard"]),
        (IsolatedAdapter(easy=post("infocode:1")), ["easy"]),
        (FakeAdapter(easy=post("infocode:1")), []),
    ],
)
def test_only_what_might_be_harmful_is_read_in_isolation(adapter: FakeAdapter, isolated: list[str]) -> None:
    site, seen = Site(), list[str]()

    async def read_isolated(adapter: Adapter, source: Source, batch: Batch, now: datetime) -> Sequence[Read]:
        seen.extend(document.name for document in batch.documents)
        return read_batch(adapter, source, batch, now)

    site.store.sync([site.source], NOW)
    refresh = Refresh(store=site.store, clock=site.clock, web=FakeWeb(), read_isolated=read_isolated)
    result = asyncio.run(refresh.source(site.source, adapter, SourceInfo(), an_unread()))

    assert seen == isolated
    assert result.new == len(adapter.posts)
