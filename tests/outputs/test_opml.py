from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from lxml import etree

from aggregator.model import SourceInfo
from aggregator.outputs.opml import Opml
from aggregator.views import FeedSummary
from tests.builders import NOW
from tests.outputs.builders import BASE, a_directory, a_feed, a_site, directories

if TYPE_CHECKING:
    from aggregator.views import Directory


def outlines(directory: Directory, path: str) -> list[dict[str, str]]:
    root = etree.fromstring(Opml().directory(directory)[path])
    assert root.get("version") == "2.0"
    assert root.findtext("head/title")
    found = root.findall("body/outline")
    return [{str(key): str(value) for key, value in outline.attrib.items()} for outline in found]


def test_every_feed_that_was_written_can_be_subscribed_to() -> None:
    categories = (
        FeedSummary(slug="a b", title="宏观 & more", items=2, updated=NOW),
        FeedSummary(slug="untitled", title="", items=2, updated=NOW),
        FeedSummary(slug="declared", title="Declared", items=0, updated=None),
    )

    assert outlines(a_directory(categories=categories), "feeds.opml") == [
        {
            "type": "rss",
            "text": "Example feeds",
            "title": "Example feeds",
            "xmlUrl": f"{BASE}all.xml",
            "htmlUrl": f"{BASE}index.html",
        },
        {
            "type": "rss",
            "text": "宏观 & more",
            "title": "宏观 & more",
            "xmlUrl": f"{BASE}category/a%20b.xml",
            "htmlUrl": f"{BASE}category/a%20b.html",
        },
        {
            "type": "rss",
            "text": "untitled",
            "title": "untitled",
            "xmlUrl": f"{BASE}category/untitled.xml",
            "htmlUrl": f"{BASE}category/untitled.html",
        },
    ]


def test_without_pages_feeds_point_to_the_site() -> None:
    directory = a_directory(everything=a_feed(slug="", pages=False))

    assert {outline["htmlUrl"] for outline in outlines(directory, "feeds.opml")} == {BASE}


def test_sources_with_a_feed_can_be_subscribed_to_and_others_are_named() -> None:
    sources = (
        SourceInfo("1", "News", "https://news.example/", "https://news.example/feed"),
        SourceInfo("2", "", None, "https://blog.example/feed"),
        SourceInfo("3", "Posts"),
        SourceInfo("4", "Site", "https://site.example/"),
        SourceInfo("5", "Odd", "javascript:alert(1)", "file:///etc/passwd"),
        SourceInfo("6"),
    )

    assert outlines(a_directory(sources=sources), "sources.opml") == [
        {
            "type": "rss",
            "text": "News",
            "title": "News",
            "xmlUrl": "https://news.example/feed",
            "htmlUrl": "https://news.example/",
        },
        {
            "type": "rss",
            "text": "blog.example",
            "title": "blog.example",
            "xmlUrl": "https://blog.example/feed",
        },
        {"text": "Posts"},
        {"text": "Site", "htmlUrl": "https://site.example/"},
        {"text": "Odd"},
    ]


def test_the_owner_is_the_sites_author() -> None:
    for author, owner in (("Ann", "Ann"), (None, None)):
        files = Opml().directory(a_directory(site=a_site(author=author)))
        assert {etree.fromstring(body).findtext("head/ownerName") for body in files.values()} == {owner}


def test_a_single_feed_has_no_list() -> None:
    assert Opml().feed(a_feed()) == {}


@given(directories())
@settings(max_examples=40, deadline=None)
def test_any_directory_is_well_formed_and_gives_the_same_bytes_again(directory: Directory) -> None:
    files = Opml().directory(directory)

    assert sorted(files) == ["feeds.opml", "sources.opml"]
    assert files == Opml().directory(directory)
    for path in files:
        assert all(outline["text"] for outline in outlines(directory, path))
