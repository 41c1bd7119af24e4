"""What a reader of strangers' documents hands over is made fit again, and an honest one's stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import tidy
from aggregator.mistrust import MAX_ID, MAX_ITEMS, UnfitError, refit
from aggregator.model import CLEANER, Document, Item, Problem, Reading, SourceInfo, Stamp
from aggregator.reading import Read
from aggregator.wishes import Calendar
from tests.builders import NOW, an_item
from tests.fuzz.checks import check_safe, is_of_the_web
from tests.test_corpus import DOCUMENTS, parsed
from tests.test_tidy import ITEMS

DOCUMENT = Document(Stamp("https://example.org/feed", 1, 0, ""), b"")


def a_read(*pairs: tuple[Item, Item], **more: Any) -> Read:
    return Read(DOCUMENT, Reading(items=tuple(raw for raw, _ in pairs), **more), pairs)


HONEST = st.lists(ITEMS, max_size=2).map(lambda raws: tuple((raw, tidy.tidy(raw, NOW)) for raw in raws))


@settings(max_examples=40)
@given(HONEST)
def test_what_an_honest_reader_says_stays_as_it_is(pairs: tuple[tuple[Item, Item], ...]) -> None:
    read = a_read(
        *pairs,
        problems=(Problem("https://example.org/feed", "an entry has no id"),),
        info=SourceInfo("urn:x", "A title", "https://example.org/", "https://example.org/feed", NOW),
        calendar=Calendar(3600.0, 86400.0, "sy:updatePeriod daily", NOW, frozenset({0, 23}), frozenset({6})),
    )

    assert refit(read, NOW) == read


@settings(max_examples=40)
@given(ITEMS)
def test_whatever_is_said_to_be_clean_is(item: Item) -> None:
    said = replace(item, cleaner=CLEANER)

    ((raw, clean),) = refit(a_read((said, said)), NOW).items

    assert raw.cleaner == 0
    assert clean.cleaner == CLEANER
    check_safe(clean.content.value)
    check_safe(clean.summary.value)
    addresses = [clean.link, *(each.url for each in clean.authors), *(file.url for file in clean.enclosures)]
    assert all(is_of_the_web(each) for each in addresses if each is not None)
    assert refit(a_read((item, clean)), NOW).items[0][1] == clean


@pytest.mark.parametrize("field", ["native_id", "seed", "entry_id"])
def test_an_id_without_end_is_refused(field: str) -> None:
    long: dict[str, Any] = {field: "x" * (MAX_ID + 1)}
    endless = replace(an_item(), **long)
    for pair in ((endless, an_item()), (an_item(), endless)):
        with pytest.raises(UnfitError):
            refit(a_read(pair), NOW)


def test_two_forms_of_different_items_are_refused() -> None:
    with pytest.raises(UnfitError):
        refit(a_read((an_item("1"), an_item("2"))), NOW)


def test_items_without_number_are_refused() -> None:
    pair = (an_item(), an_item())

    with pytest.raises(UnfitError):
        refit(a_read(*[pair] * (MAX_ITEMS + 1)), NOW)


def test_what_is_said_of_the_feed_is_made_fit() -> None:
    said = refit(
        a_read(
            problems=(Problem("w" * 100_000, "x" * 100_000),) * 1000,
            skipped="y" * 100_000,
            info=SourceInfo("urn:x", "t" * 100_000, "javascript:x", "data:x", NOW),
            calendar=Calendar(-1.0, 1e300, "z" * 100_000, NOW, frozenset({-1, 3, 99}), frozenset({7})),
        ),
        NOW,
    ).reading

    assert said.info is not None
    assert (said.info.site_url, said.info.feed_url, len(said.info.title)) == (None, None, tidy.MAX_NAME)
    assert (said.calendar.ttl, *said.calendar.skip_hours, *said.calendar.skip_days) == (0.0, 3)
    assert said.calendar.period < 1e12
    assert len(said.calendar.period_words) == tidy.MAX_NAME
    assert len(said.problems) == 100
    assert max(len(each.where) + len(each.what) for each in said.problems) < 50_000
    assert len(said.skipped) < 50_000


def test_an_id_of_a_feed_without_end_is_refused() -> None:
    with pytest.raises(UnfitError):
        refit(a_read(info=SourceInfo("x" * (MAX_ID + 1))), NOW)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_no_document_of_the_corpus_is_read_otherwise(name: str) -> None:
    reading = parsed(name)
    if isinstance(reading, Reading):
        pairs = tuple((raw, tidy.tidy(raw, NOW)) for raw in reading.items)
        read = Read(DOCUMENT, reading, pairs)

        assert refit(read, NOW) == read
