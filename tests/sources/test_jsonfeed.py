"""JSON Feed as neutral entries; a wrong type never stops the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.sources import jsonfeed
from aggregator.sources.entries import MAX_ENTRIES, EntryLink, EntryPerson, FeedEntry
from tests.sources.feeds import json_feed


def item(**said: Any) -> FeedEntry:
    return jsonfeed.read(json_feed(said)).entries[0]


def test_everything_a_feed_says_is_kept() -> None:
    found = jsonfeed.read(
        json_feed(
            feed_url="https://news.example/feed.json",
            language="de",
            author={"name": "A", "url": "/a"},
            hubs=[{"type": "WebSub", "url": "x"}],
        )
    )

    assert (found.title.value, found.language, found.authors) == ("News", "de", (EntryPerson("A", "/a"),))
    assert [(link.rel, link.href) for link in found.links] == [
        ("alternate", "https://news.example/"),
        ("self", "https://news.example/feed.json"),
    ]


def test_everything_an_item_says_is_kept() -> None:
    found = item(
        id="1",
        url="/1",
        external_url="http://o.example/",
        title="a < b",
        content_html="<p>x",
        content_text="x",
        summary="s",
        image="/i.png",
        banner_image="/b.png",
        date_published="2022-06-13T11:03:16+08:00",
        date_modified="2022-06-14",
        authors=[{"name": "A"}, {"url": "/b"}, "C", {}, None, 3],
        tags=["x", "x", 7, {"name": "y"}, None, ""],
        language="zh-CN",
        attachments=[{"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12, "title": "t"}, {}, "x"],
    )

    assert (found.id, found.title.value, found.title.kind) == ("1", "a < b", "text")
    assert [(text.value, text.kind) for text in found.contents] == [("<p>x", "html")]
    assert found.summary.value == "s"
    assert [(link.rel, link.href) for link in found.links] == [
        ("alternate", "/1"),
        ("related", "http://o.example/"),
        ("enclosure", "a.mp3"),
    ]
    assert found.links[2] == EntryLink("a.mp3", "enclosure", "audio/mpeg", "12")
    assert [image.href for image in found.images] == ["/i.png", "/b.png"]
    assert (found.published, found.updated) == ("2022-06-13T11:03:16+08:00", "2022-06-14")
    assert found.authors == (EntryPerson("A"), EntryPerson("", "/b"), EntryPerson("C"))
    assert [term.term for term in found.terms] == ["x", "7", "y"]
    assert found.language == "zh-CN"


@pytest.mark.parametrize(
    ("said", "expected"),
    [(12, "12"), (1.5, "1.5"), (True, ""), (None, ""), ([], ""), ({}, ""), (10**4000, ""), (" a ", "a")],
)
def test_an_id_may_be_a_number(said: object, expected: str) -> None:
    assert item(id=said).id == expected


def test_text_alone_is_text() -> None:
    assert [(text.value, text.kind) for text in item(content_text="a < b").contents] == [("a < b", "text")]


def test_what_is_not_in_a_list_counts_as_one() -> None:
    found = item(tags="x", authors={"name": "A"}, attachments={"url": "u"})

    assert ([term.term for term in found.terms], found.authors) == (["x"], (EntryPerson("A"),))
    assert [link.href for link in found.links] == ["u"]


def test_items_that_are_none_are_left_out_and_told() -> None:
    found = jsonfeed.read(json_feed({"id": "1"}, 3, None, {"id": "2"}))

    assert [entry.id for entry in found.entries] == ["1", "2"]
    assert found.notes == ("2 of its items are none and left out",)


def test_a_feed_without_items_is_told() -> None:
    assert jsonfeed.read('{"version": "https://jsonfeed.org/version/1", "items": {}}').notes == (
        "has no list of items",
    )


def test_too_many_items_are_told() -> None:
    found = jsonfeed.read(json_feed(*({"id": n} for n in range(MAX_ENTRIES + 1))))

    assert len(found.entries) == MAX_ENTRIES
    assert found.notes == ("holds 2,001 entries, of which the first 2,000 are read",)


@pytest.mark.parametrize(
    "broken",
    [
        json_feed({"id": "1"}, {"id": "2"})[:-1],
        json_feed({"id": "1"}, {"id": "2"}, {"id": "3"})[:-4],
        json_feed({"id": "1"}, {"id": "2"}).replace("}]", "},]"),
        json_feed({"id": "1"}, {"id": "2"}) + "}",
    ],
)
def test_every_item_before_the_place_where_it_breaks_is_kept(broken: str) -> None:
    found = jsonfeed.read(broken)

    assert [entry.id for entry in found.entries] == ["1", "2"]
    assert found.title.value == "News"
    assert found.notes[0].startswith("is broken or truncated JSON (cut off or wrong at line 1, column ")


def test_items_survive_a_broken_head() -> None:
    found = jsonfeed.read('{"version": oops, "items": [{"id": "1"}]}')

    assert [entry.id for entry in found.entries] == ["1"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[]", "is no object"),
        ('{"items": [{"id": ', "no item can be made out in it"),
        ("{", "no item can be made out in it"),
        ('{"items": ' + "[" * 100_000, "nested too deeply"),
        ('{"items": ' + "9" * 5000 + "}", "no item can be made out in it"),
    ],
)
def test_where_nothing_can_be_saved_it_is_an_error(document: str, said: str) -> None:
    with pytest.raises(ParseError, match=said) as error:
        jsonfeed.read(document)

    assert "\n" not in str(error.value)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    [
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "name"),
        *(
            "date_published",
            "author",
            "authors",
            "tags",
            "attachments",
            "language",
            "mime_type",
            "size_in_bytes",
        ),
    ]
)


@given(
    st.lists(st.dictionaries(_KEYS, _ANYTHING, max_size=6) | _ANYTHING, max_size=4),
    st.dictionaries(_KEYS, _ANYTHING),
)
def test_values_of_any_type_are_survived(items: list[Any], feed: dict[str, Any]) -> None:
    found = jsonfeed.read(json.dumps({**feed, "items": items}))

    assert len(found.entries) == sum(isinstance(each, dict) for each in items)
