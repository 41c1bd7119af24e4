from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.due import Pace
from aggregator.errors import FetchError, ParseError, SourceError
from aggregator.exchange import Exchange, Validators
from aggregator.model import (
    Batch,
    Bookmark,
    Document,
    ListedSource,
    Listing,
    ListReading,
    Problem,
    Source,
    Stamp,
)
from aggregator.records import RememberedList
from aggregator.rules import Category, Filter, Matches, Rules
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.subscriptions import ReadLists, Subscriptions, decide, gather
from tests.builders import NOW, a_source
from tests.fakes import FakeClock, FakeStore, FakeWeb

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aggregator.contracts import Adapter, SourceList, Web
    from aggregator.reports import SourceResult

NEXT = NOW + timedelta(hours=1)


class FakeList:
    """A list in memory: what it names, or how it fails."""

    name = "fake-list"
    options = object
    remote = True

    def __init__(self, *urls: str) -> None:
        self.names = [ListedSource(url) for url in urls]
        self.problems: tuple[Problem, ...] = ()
        self.fails: SourceError | None = None
        self.missing = False
        self.unchanged = False
        self.exchange: Exchange | None = None
        self.bookmarks: list[Bookmark] = []

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        self.bookmarks.append(bookmark)
        if isinstance(self.fails, FetchError):
            raise self.fails
        if self.missing:
            yield Listing(present=frozenset(), missing=(source.location,))
        elif not self.unchanged:
            yield Batch(documents=(Document(Stamp("list", 1, 0, "h"), b""),))
        if self.exchange:
            yield self.exchange

    def sources(self, source: Source, document: Document) -> ListReading:
        if self.fails:
            raise self.fails
        return ListReading(tuple(self.names), self.problems)


FEED: Adapter = Feed()
KINDS: dict[str, SourceList] = {"fake-list": FakeList()}


def a_list(id: str = "mine", location: str = "my.opml", **more: object) -> Source:  # noqa: A002
    return a_source(id, type="fake-list", location=location, **more)


def gathered(*configured: Source, **remembered: list[ListedSource]) -> Subscriptions:
    lists = {f"{name}.opml": RememberedList(sources=tuple(each)) for name, each in remembered.items()}
    return gather(configured, KINDS, FEED, lists)


# ── which sources there are ───────────────────────────────────────────────────────────────────────────────


def test_a_list_gives_its_feeds_what_is_said_of_it() -> None:
    owner = a_list(
        categories=("macro",), timezone="Asia/Shanghai", language="zh", content="summary", on_delete="keep",
        interval=1800.0, headers=(("X", "y"),), user_agent="me/1", proxy="http://p", rank=3, where="f:4",
        categories_from="entries", title="My list",
    )  # fmt: skip

    (feed,) = gathered(owner, my=[ListedSource("http://a.example/x", "A", ("Tech", "macro"))]).feeds["mine"]

    assert (feed.id, feed.type, feed.location, feed.title) == (
        "a.example-x",
        "feed",
        "http://a.example/x",
        "A",
    )
    assert feed.options == FeedOptions(url="http://a.example/x")
    assert feed.categories == ("macro", "Tech")
    assert (feed.timezone, feed.language, feed.content, feed.on_delete) == (
        "Asia/Shanghai", "zh", "summary", "keep",
    )  # fmt: skip
    assert (feed.interval, feed.headers, feed.user_agent, feed.proxy) == (
        1800.0, (("X", "y"),), "me/1", "http://p",
    )  # fmt: skip
    assert (feed.rank, feed.where, feed.categories_from) == (3, "f:4", "entries")
    assert feed.parse_hash


def test_a_list_that_is_switched_off_keeps_its_feeds_switched_off() -> None:
    found = gathered(a_list(enabled=False), my=[ListedSource("http://a.example/")])

    assert [each.enabled for each in found.everything] == [False, False]


def test_lists_and_feeds_are_told_apart_in_the_order_of_the_configuration() -> None:
    found = gathered(
        a_source("posts"),
        a_list(),
        a_source("last"),
        my=[ListedSource("http://b.example/"), ListedSource("http://a.example/")],
    )

    assert [each.id for each in found.everything] == ["posts", "mine", "b.example", "a.example", "last"]
    assert [each.id for each in found.sources] == ["posts", "b.example", "a.example", "last"]
    assert [each.id for each in found.lists] == ["mine"]


def test_a_feed_that_is_configured_itself_is_left_to_its_configuration() -> None:
    own = a_source("own", type="feed", location="https://me:pw@a.example/feed")

    found = gathered(
        a_list(), own, my=[ListedSource("https://A.example/feed#x"), ListedSource("http://a.example/feed")]
    )

    assert [each.location for each in found.feeds["mine"]] == ["http://a.example/feed"]


def test_a_feed_in_two_lists_belongs_to_the_first() -> None:
    same = [ListedSource("http://a.example/")]

    found = gathered(a_list(), a_list("other", "other.opml"), my=same, other=same)

    assert [len(found.feeds[name]) for name in ("mine", "other")] == [1, 0]


def test_ids_of_listed_feeds_never_meet_those_that_are_configured() -> None:
    found = gathered(
        a_source("A.example"),
        a_list(),
        my=[ListedSource("http://a.example/"), ListedSource("https://www.a.example")],
    )

    ids = [each.id.casefold() for each in found.everything]
    assert len(set(ids)) == 4
    assert found.everything[0].id == "A.example"


@pytest.mark.parametrize(
    ("owner", "url", "private"),
    [
        (a_list(), "http://a.example/", False),
        (a_list(), "http://me:pw@a.example/secret", True),
        (a_list(private=True), "http://a.example/secret", True),
    ],
)
def test_what_is_private_stays_so(owner: Source, url: str, *, private: bool) -> None:
    (feed,) = gathered(owner, my=[ListedSource(url)]).feeds["mine"]

    assert feed.private is private
    assert "secret" not in feed.id
    assert "pw" not in feed.id


@pytest.mark.parametrize(
    ("location", "url", "seen"),
    [
        ("my.opml", "http://a.example/", True),
        ("https://me:pw@lists.example/my.opml", "https://lists.example/feed", True),
        ("https://lists.example/my.opml", "https://lists.example:8443/feed", False),
        ("https://lists.example/my.opml", "http://lists.example/feed", False),
        ("https://lists.example/my.opml", "https://a.example/", False),
    ],
)
def test_headers_of_a_list_on_the_web_are_sent_to_no_other_host(
    location: str, url: str, *, seen: bool
) -> None:
    owner = a_list(location=location, headers=(("Authorization", "Bearer x"),))

    found = gather([owner], KINDS, FEED, {location: RememberedList(sources=(ListedSource(url),))})

    assert bool(found.feeds["mine"][0].headers) is seen


def test_rules_of_a_list_are_rules_of_its_feeds() -> None:
    found = gathered(
        a_list(categories=("macro",)), my=[ListedSource("http://a.example/", categories=("Tech",))]
    )
    drop = (Filter("drop", Matches("title", "x")),)

    rules = found.rules(
        Rules(
            categories=(
                Category(slug="all", sources=("posts", "mine")),
                Category(slug="none", sources=("posts",)),
            ),
            source_filters={"mine": drop},
            source_categories={"mine": ("macro",)},
        )
    )

    assert [category.sources for category in rules.categories] == [("posts", "mine", "a.example"), ("posts",)]
    assert rules.source_filters == {"mine": drop, "a.example": drop}
    assert rules.source_categories == {"mine": ("macro",), "a.example": ("macro", "Tech")}


def test_without_lists_nothing_changes() -> None:
    rules = Rules(source_categories={"posts": ("macro",)})

    found = gathered(a_source("posts"))

    assert found.rules(rules) == rules
    assert found.everything == found.sources == (a_source("posts"),)


# ── what a list names from now on ─────────────────────────────────────────────────────────────────────────


def listed(*names: str) -> tuple[ListedSource, ...]:
    return tuple(ListedSource(f"http://{name}.example/") for name in names)


def test_what_a_list_does_not_name_any_more_goes() -> None:
    decided = decide(RememberedList(sources=listed(*"abcd"), size=4), listed(*"abe"), accept=False)

    assert decided.remembered == RememberedList(sources=listed(*"abe"), size=3)
    assert (decided.told, decided.notice) == ("3 feeds, 1 new, 2 gone", None)


def test_more_than_half_at_once_stay_until_the_operator_says_so() -> None:
    before = RememberedList(sources=listed(*"abcd"), size=4)

    held = decide(before, listed(*"ae"), accept=False)
    again = decide(held.remembered, listed(*"ae"), accept=False)
    let_go = decide(again.remembered, listed(*"ae"), accept=True)

    assert held.remembered.sources == listed(*"aebcd")
    assert held.notice == (
        "3 of 4 feeds vanished from the list at once; none was removed (--accept-removals lets them go)"
    )
    assert again.remembered == held.remembered
    assert again.notice
    assert let_go.remembered == RememberedList(sources=listed(*"ae"), size=2)
    assert let_go.notice is None


def test_new_feeds_do_not_turn_the_vanished_into_a_minority() -> None:
    before = RememberedList(sources=listed(*"abcd"), size=4)

    for _ in range(3):
        before = decide(before, listed(*"aefghijkl"), accept=False).remembered

    assert set(listed(*"bcd")) <= set(before.sources)


@given(st.sets(st.sampled_from("abcdefgh")), st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=5))
def test_what_a_list_names_is_never_forgotten(first: set[str], later: list[set[str]]) -> None:
    before = decide(RememberedList(), listed(*sorted(first)), accept=False).remembered

    for names in later:
        decided = decide(before, listed(*sorted(names)), accept=False)
        kept = set(decided.remembered.sources)
        assert set(listed(*names)) <= kept
        if len(set(before.sources) - set(listed(*names))) * 2 > before.size:
            assert set(before.sources) <= kept
        before = decided.remembered


# ── reading lists ─────────────────────────────────────────────────────────────────────────────────────────


class Site:
    """A list that is configured, and a store that knows of it."""

    def __init__(self, location: str = "my.opml") -> None:
        self.store, self.clock, self.list = (
            FakeStore(),
            FakeClock(),
            FakeList("http://a.example/", "http://b.example/"),
        )
        self.source = a_list(location=location)
        self.store.sync([self.source], NOW)

    def read(self, *, accept: bool = False) -> SourceResult:
        reading = ReadLists(
            store=self.store,
            kinds={"fake-list": self.list},
            clock=self.clock,
            web=FakeWeb(),
            pace=Pace(jitter=0.0),
            accept_removals=accept,
        )
        (result,) = asyncio.run(reading.read([self.source]))
        return result

    def names(self) -> list[str]:
        remembered = self.store.lists().get(self.source.location, RememberedList())
        return [each.url for each in remembered.sources]


def test_a_list_is_read_and_remembered() -> None:
    site = Site()
    site.list.problems = (Problem("list", "odd"),)

    first = site.read()
    second = site.read()

    assert site.names() == ["http://a.example/", "http://b.example/"]
    assert (first.state, first.notice, first.problems) == ("first-read", "2 feeds, 2 new", site.list.problems)
    assert (second.state, second.notice, second.next_check) == ("unchanged", None, None)
    assert first.why == "local: always due"
    (state,) = site.store.states()
    assert (state.state, state.last_success) == ("ok", NOW)


def test_a_list_that_names_others_now_has_changed() -> None:
    site = Site()
    site.read()
    site.list.names = list(listed("c", "a"))

    result = site.read()

    assert (result.state, result.notice) == ("changed", "2 feeds, 1 new, 1 gone")
    assert site.names() == ["http://c.example/", "http://a.example/"]


@pytest.mark.parametrize("error", [FetchError("list: cannot be read"), ParseError("list: was cut off")])
def test_a_list_that_fails_names_what_it_named(error: SourceError) -> None:
    site = Site()
    site.read()
    before = site.names()
    site.list.fails = error

    result = site.read()

    assert (result.state, result.error) == ("failed", str(error))
    assert site.names() == before
    (state,) = site.store.states()
    assert (state.state, state.error) == ("failing", str(error))


def test_a_missing_file_names_what_it_named_until_the_operator_says_so() -> None:
    site = Site()
    site.read()
    site.list.missing = True

    held = site.read()
    names = site.names()
    let_go = site.read(accept=True)

    assert held.notice == "my.opml: not there; nothing was removed (--accept-removals lets its feeds go)"
    assert len(names) == 2
    assert let_go.notice == "my.opml: not there; its feeds were let go"
    assert site.names() == []


def test_a_file_that_was_never_there_is_a_failure() -> None:
    site = Site()
    site.list.missing = True

    assert site.read().error == "my.opml: there is no such file"


def test_half_of_a_list_that_vanishes_is_shown_and_looked_at_again() -> None:
    site = Site("https://lists.example/my.opml")
    old = Exchange(status=200, validators=Validators("old"), body_hash="old")
    site.list.exchange = old
    site.read()
    site.list.names, site.list.exchange = (
        [],
        Exchange(status=200, validators=Validators("new"), body_hash="new", retry_after=NEXT),
    )

    held = site.read()
    assert (held.next_check, held.status) == (NEXT, 200)
    site.read()
    let_go = site.read(accept=True)

    assert held.notice
    assert "2 of 2 feeds vanished" in held.notice
    assert [each.validators.etag for each in site.list.bookmarks] == [None, "old", "old", "old"]
    assert let_go.notice == "0 feeds, 2 gone"
    assert site.names() == []
    assert site.store.bookmark("mine").validators.etag == "new"


def test_a_list_on_the_web_is_due_like_a_feed() -> None:
    site = Site("https://lists.example/my.opml")
    site.list.exchange = Exchange(status=200, validators=Validators("v1"), body_hash="h1")
    first = site.read()
    site.list.unchanged, site.list.exchange = (
        True,
        Exchange(status=304, skip="not modified", retry_after=NEXT),
    )
    second = site.read()
    site.list.fails = FetchError("list: answered 503", status=503, retry_after=NEXT)
    third = site.read()

    assert (first.status, first.next_check, first.why) == (200, NEXT, "every 1h")
    assert site.list.bookmarks[1].validators.etag == "v1"
    assert (second.state, second.status) == ("unchanged", 304)
    assert (third.state, third.status) == ("failed", 503)
    assert (third.next_check, third.why) == (NEXT, "failed once: next try after 1h")
    assert len(site.names()) == 2


def test_what_is_not_remembered_is_asked_for_whole() -> None:
    site = Site("https://lists.example/my.opml")
    site.list.exchange = Exchange(status=200, validators=Validators("v1"), body_hash="h1")
    site.read()
    site.store._lists.clear()

    site.read()

    assert site.list.bookmarks[-1] == Bookmark()
    assert len(site.names()) == 2


def test_lists_are_read_side_by_side_and_fail_alone() -> None:
    site = Site()
    other = a_list("other", "other.opml")
    broken = FakeList()
    broken.fails = ParseError("other: is broken")
    source = Source(
        **{name: getattr(other, name) for name in other.__dataclass_fields__} | {"type": "broken"}
    )
    site.store.sync([site.source, source], NOW)
    reading = ReadLists(
        store=site.store,
        kinds={"fake-list": site.list, "broken": broken},
        clock=site.clock,
        web=FakeWeb(),
    )

    first, second = asyncio.run(reading.read([site.source, source]))

    assert (first.state, second.error) == ("first-read", "other: is broken")
