from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from aggregator.model import Enclosure, Person, SourceInfo, Tag
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.views import CategoryRef, Entry, Feed
from tests.builders import an_entry, an_item
from tests.outputs.builders import BASE, a_directory, a_feed, a_site, feeds

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read(feed: Feed) -> dict[str, Any]:
    (body,) = JsonFeed().feed(feed).values()
    value = json.loads(body.decode("utf-8"))
    assert isinstance(value, dict)
    return value


def item_of(entry: Entry, **about_the_feed: Any) -> dict[str, Any]:
    (item,) = read(a_feed(entry, **about_the_feed))["items"]
    assert isinstance(item, dict)
    return item


def test_the_head_says_what_it_is_and_where() -> None:
    feed = a_feed(title="宏观", slug="a b", site=a_site(author="Ann", language="zh-CN"))

    assert list(JsonFeed().feed(feed)) == ["category/a b.json"]
    assert read(feed) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "宏观",
        "home_page_url": f"{BASE}category/a%20b.html",
        "feed_url": f"{BASE}category/a%20b.json",
        "icon": f"{BASE}icon.png",
        "favicon": f"{BASE}icon.png",
        "language": "zh-CN",
        "authors": [{"name": "Ann"}],
        "items": [],
    }


def test_the_first_picture_that_comes_with_an_item_stands_for_it() -> None:
    files = (Enclosure("https://news.example/a.mp3"), Enclosure("https://news.example/b.jpg"))

    (item,) = read(a_feed(an_entry(an_item(enclosures=files))))["items"]

    assert item["image"] == "https://news.example/b.jpg"


def test_an_item_with_everything_is_written_like_this() -> None:
    item = an_item(
        "1",
        title="Rates & <b>",
        link="https://news.example/1",
        content="<p>Text</p>",
        summary="<p>Short</p>",
        authors=(Person("Li Lei", "https://news.example/li", "li@news.example"),),
        tags=(Tag("macro", "Macro"), Tag("rates", "Rates")),
        enclosures=(Enclosure("https://news.example/1.mp3", "", 5), Enclosure("https://news.example/x")),
        language="zh-CN",
    )
    source = SourceInfo("urn:x:1", "News", "https://news.example/", "https://news.example/feed")
    entry = an_entry(item, source=source, categories=(CategoryRef("macro", "Macro"),))

    assert item_of(entry) == {
        "id": "urn:example:posts:1",
        "url": "https://news.example/1",
        "title": "Rates & <b>",
        "content_html": "<p>Text</p>",
        "summary": "Short",
        "date_published": "2026-11-22T12:00:00Z",
        "date_modified": "2026-11-22T12:00:00Z",
        "authors": [{"name": "Li Lei", "url": "https://news.example/li"}],
        "tags": ["Macro", "Rates"],
        "language": "zh-CN",
        "attachments": [
            {"url": "https://news.example/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5},
            {"url": "https://news.example/x", "mime_type": "application/octet-stream"},
        ],
        "_aggregator": {
            "source": {
                "title": "News",
                "home_page_url": "https://news.example/",
                "feed_url": "https://news.example/feed",
            }
        },
    }


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("full", {"content_html": "<p>Text</p>", "summary": "Short"}),
        ("summary", {"content_text": "Short", "summary": "Short"}),
        ("none", {"content_text": "Item 1"}),
    ],
)
def test_each_content_mode_shows_what_it_allows(mode: str, expected: dict[str, str]) -> None:
    item = item_of(an_entry(an_item(content="<p>Text</p>", summary="Short"), content=mode))

    assert {key: item[key] for key in ("content_html", "content_text", "summary") if key in item} == expected


def test_an_item_without_link_and_content_points_to_its_place_on_the_page() -> None:
    assert item_of(an_entry())["url"].startswith(f"{BASE}category/macro.html#item-")
    assert "url" not in item_of(an_entry(an_item(content="<p>x</p>")))


def test_of_a_private_source_only_the_title_is_told() -> None:
    address = "https://secret.example/feed"

    titled = item_of(an_entry(source=SourceInfo(address, "Letters", address, address), private=True))
    untitled = item_of(an_entry(source=SourceInfo(address, "", address, address), private=True))

    assert titled["_aggregator"] == {"source": {"title": "Letters"}}
    assert "_aggregator" not in untitled
    assert "secret" not in json.dumps([titled, untitled])


def test_the_format_can_be_left_out() -> None:
    assert JsonFeed().feed(a_feed(formats=("atom",))) == {}


def test_there_is_no_json_directory() -> None:
    assert JsonFeed().directory(a_directory()) == {}


def test_text_is_readable_and_the_file_ends_with_a_newline() -> None:
    ((_, body),) = JsonFeed().feed(a_feed(title="宏观")).items()

    assert "宏观".encode() in body
    assert body.endswith(b"}\n")


@given(feeds())
@settings(max_examples=50, deadline=None)
def test_any_feed_is_a_json_feed_and_gives_the_same_bytes_again(feed: Feed) -> None:
    files = JsonFeed().feed(feed)

    assert files == JsonFeed().feed(feed)
    assert bool(files) is ("json" in feed.formats)
    for body in files.values():
        value = json.loads(body.decode("utf-8", "strict"))
        assert value["title"]
        assert "null" not in re.sub(r'"(\\.|[^"\\])*"', "", body.decode())
        assert len(value["items"]) == len(feed.entries)
        for item in value["items"]:
            assert item["id"]
            assert isinstance(item["id"], str)
            assert ("content_html" in item) != ("content_text" in item)
            assert DATE.fullmatch(item["date_published"])
            assert DATE.fullmatch(item["date_modified"])
            assert all(attachment["mime_type"] for attachment in item.get("attachments", []))
            assert "" not in item.values()


@given(feeds())
def test_it_is_laid_out_as_python_does(feed: Feed) -> None:
    for body in JsonFeed().feed(feed).values():
        assert body.decode() == json.dumps(json.loads(body), ensure_ascii=False, indent=1) + "\n"
