from __future__ import annotations

import time

import pytest

from aggregator.model import Enclosure, Text
from aggregator.outputs import shown, texts
from aggregator.views import CategoryRef
from tests.builders import an_entry, an_item
from tests.outputs.builders import a_feed, a_site


def test_a_whole_book_is_excerpted_quickly() -> None:
    book = "<p>" + "正文 text " * 500_000 + "</p>"
    entry = an_entry(an_item(content=book[:2_000_000]))

    start = time.process_time()
    excerpt = shown.excerpt(entry)

    assert time.process_time() - start < 2
    assert excerpt.startswith("正文 text 正文")
    assert len(excerpt) <= shown.EXCERPT


@pytest.mark.parametrize(
    "value",
    [
        "https://news.example/1",
        "tag:news.example,2020:1",
        "urn:uuid:6c964fa6-e9b3-4cba-883d-0dde6307427b",
        "x:甲",
    ],
)
def test_an_absolute_iri_is_kept_as_an_id(value: str) -> None:
    assert shown.iri(value) == value


@pytest.mark.parametrize("value", ["", "plain", "has: blank", "/relative", "http://x/<y>", "\ud800"])
def test_anything_else_becomes_a_uuid_that_follows_from_it(value: str) -> None:
    minted = shown.iri(value)

    assert minted.startswith("urn:uuid:")
    assert minted == shown.iri(value)


def test_ids_that_differ_only_in_what_cannot_be_written_stay_different() -> None:
    assert len({shown.iri(each) for each in ("", "\x00", "\ud800", "\udfff", "tag:a", "tag:a\x00")}) == 6


def test_a_place_on_a_page_follows_from_the_permanent_id_alone() -> None:
    one = an_entry(an_item("1", title="A"), id="urn:x:1", item_id=1)
    renamed = an_entry(an_item("1", title="B"), id="urn:x:1", item_id=99)
    other = an_entry(an_item("2"), id="urn:x:2")

    assert shown.anchor(one.id) == shown.anchor(renamed.id) != shown.anchor(other.id)
    assert shown.place(a_feed(), one).endswith(f"category/macro.html#{shown.anchor(one.id)}")


def test_blank_html_shows_nothing() -> None:
    assert texts.as_html(Text(" \n ", "html")) == ""
    assert texts.as_html(Text(" \n ", "text")) == ""


@pytest.mark.parametrize(
    ("url", "stated", "expected"),
    [
        ("https://x.example/a.MP3", "", "audio/mpeg"),
        ("https://x.example/a.mp3", "audio/x-own; codecs=1", "audio/x-own; codecs=1"),
        ("https://x.example/mp3", "", ""),
        ("https://x.example/?a.mp3", "", ""),
    ],
)
def test_the_type_of_a_medium_is_the_stated_one_else_that_of_its_ending(
    url: str, stated: str, expected: str
) -> None:
    (medium,) = shown.media(an_entry(an_item(enclosures=(Enclosure(url, stated),))))

    assert medium.type == expected


def test_a_category_without_title_is_called_by_its_slug() -> None:
    (term,) = shown.terms(an_entry(categories=(CategoryRef("macro", " "),)), a_site())

    assert (term.term, term.label) == ("macro", "macro")
