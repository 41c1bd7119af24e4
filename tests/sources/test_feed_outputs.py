"""Every feed we write, read back by our own adapter, gives the same items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from aggregator.model import Enclosure, Person, SourceInfo, Tag
from aggregator.outputs import shown, texts
from aggregator.outputs.atom import Atom
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.sources.feed import Feed
from aggregator.tidy import tidy
from aggregator.views import CategoryRef
from tests.builders import NOW, an_entry, an_item
from tests.outputs.builders import a_feed, a_site, feeds
from tests.sources.feeds import a_document, a_feed_source

if TYPE_CHECKING:
    from aggregator.contracts import Renderer
    from aggregator.model import Item, Reading
    from aggregator.views import Feed as FeedView

_RENDERERS: list[Renderer] = [Atom(), JsonFeed()]


def read_back(renderer: Renderer, feed: FeedView) -> Reading:
    ((path, body),) = renderer.feed(feed).items()
    return Feed().parse(a_feed_source(), a_document(body, shown.file_url(feed.site, path)))


def full_items() -> list[Item]:
    raw = [
        an_item(
            "1",
            title="甲 & <乙>",
            link="https://example.com/a?b=1&c=2",
            content='<p>One &amp; <a href="https://example.com/x">two</a></p><pre>a\n b</pre>',
            summary="In short: 甲 &lt; 乙",
            published=datetime(2022, 6, 13, 11, 3, 16, tzinfo=timezone(timedelta(hours=8))),
            updated=datetime(2022, 6, 14, 1, 2, 3, tzinfo=UTC),
            authors=(Person("Ada", "https://ada.example/", "ada@x.example"), Person("Bo")),
            tags=(Tag("a", "A", "urn:x:scheme"), Tag("b")),
            enclosures=(Enclosure("https://example.com/a.mp3", "audio/mpeg", 12),),
            language="zh-CN",
        ),
        an_item("2", title="No link & no author", content="<p>x</p>"),
        an_item("3", title="Nothing at all"),
    ]
    return [tidy(item, NOW) for item in raw]


@pytest.mark.parametrize("renderer", _RENDERERS)
def test_our_own_feeds_read_back_are_the_same(renderer: Renderer) -> None:
    source = SourceInfo(
        id="urn:x:s", title="Wire", site_url="https://wire.example/", feed_url="https://wire.example/f"
    )
    category = CategoryRef("macro", "宏观")
    entries = [
        an_entry(item, item_id=n, id=f"tag:news.example,2026:{n}", source=source, categories=(category,))
        for n, item in enumerate(full_items())
    ]
    feed = a_feed(*entries, site=a_site(language="en"))

    found = read_back(renderer, feed)
    items = [tidy(item, NOW) for item in found.items]

    assert found.problems == ()
    assert found.info is not None
    assert found.info.title == feed.title
    assert found.info.site_url == shown.page_url(feed)
    assert [item.native_id for item in items] == [entry.id for entry in entries]
    for entry, item in zip(entries, items, strict=True):
        assert item.entry_id == entry.id
        assert item.title == entry.item.title
        assert item.link == (shown.link(entry) or (None if entry.item.content else shown.place(feed, entry)))
        assert (item.published, item.updated) == (entry.published, entry.updated)
        assert item.enclosures == entry.item.enclosures
        assert [tag.label for tag in item.tags] == [term.label for term in shown.terms(entry, feed.site)]
        assert [person.name for person in item.authors] == [
            person.name for person in shown.authors(entry, feed.site)
        ]
        assert [person.url for person in item.authors] == [
            person.url for person in shown.authors(entry, feed.site)
        ]
        assert item.language == (entry.item.language or "en")
    assert [item.content for item in items[:2]] == [entry.item.content for entry in entries[:2]]
    assert texts.as_text(items[0].summary) == texts.as_text(entries[0].item.summary)


def test_atom_keeps_what_json_feed_cannot_say() -> None:
    (item,) = full_items()[:1]
    entry = an_entry(item, source=SourceInfo(id="urn:x:s", title="Wire"))

    (found,) = read_back(Atom(), a_feed(entry)).items

    assert found.authors == item.authors
    assert found.tags == item.tags
    assert found.origin == "Wire"


@pytest.mark.parametrize("renderer", _RENDERERS)
@settings(deadline=None, max_examples=60)
@given(feed=feeds())
def test_any_feed_of_ours_is_read_back_without_a_problem(renderer: Renderer, feed: FeedView) -> None:
    if isinstance(renderer, JsonFeed) and "json" not in feed.formats:
        return

    found = read_back(renderer, feed)

    assert [item.entry_id for item in found.items] == [shown.iri(entry.id) for entry in feed.entries]
    clean = [tidy(item, NOW) for item in found.items]
    assert [item.title.value for item in clean] == [
        tidy(an_item(title=shown.title(entry)), NOW).title.value for entry in feed.entries
    ]
