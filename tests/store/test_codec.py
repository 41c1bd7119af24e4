"""Values survive their columns unchanged, whatever publishers put into them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import zstandard
from aggregator.model import Enclosure, Item, Person, Problem, SourceInfo, Tag, Text
from aggregator.store import codec

any_text = st.text(st.characters(exclude_categories=())) | st.sampled_from(["", "\0", "\ud800x", "\ufdd061"])
texts = st.builds(Text, any_text, st.sampled_from(["text", "html"]))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.none() | st.datetimes(timezones=zones)
items = st.builds(
    Item,
    source_id=st.just("posts"),
    native_id=any_text,
    seed=any_text,
    entry_id=st.none() | any_text,
    title=texts,
    link=st.none() | any_text,
    content=texts,
    summary=texts,
    published=times,
    updated=times,
    authors=st.lists(st.builds(Person, any_text, st.none() | any_text, st.none() | any_text)).map(tuple),
    tags=st.lists(st.builds(Tag, any_text, any_text, any_text)).map(tuple),
    categories=st.lists(any_text).map(tuple),
    origin=st.none() | any_text,
    enclosures=st.lists(st.builds(Enclosure, any_text, any_text, st.none() | st.integers())).map(tuple),
    language=st.none() | any_text,
    base=st.none() | any_text,
    cleaner=st.integers(0, 99),
)


@settings(max_examples=100, deadline=None)
@given(items)
def test_an_item_is_read_as_it_was_written(item: Item) -> None:
    assert codec.decode_item(codec.encode_item(item), "posts") == item
    assert codec.unpack(codec.pack(item), "posts") == item


def test_an_item_of_any_size_is_packed() -> None:
    for size in (0, 8000, 8192, 8500, 100_000):
        item = Item(source_id="posts", native_id="1", seed="1", content=Text("ab央行" * (size // 8), "html"))

        packed = codec.pack(item)

        assert codec.unpack(packed, "posts") == item
        assert len(packed) < 1000


@given(items)
def test_an_item_that_an_older_version_packed_is_read(item: Item) -> None:
    packed = zlib.compress(codec.encode_item(item).encode())

    assert codec.unpack(packed, item.source_id) == item


@given(items, st.data())
def test_a_packed_item_that_is_not_whole_is_told_from_one_that_is(item: Item, data: st.DataObject) -> None:
    packed = codec.pack(item)
    kept = data.draw(st.integers(0, len(packed) - 1))

    with pytest.raises(codec.DamagedValueError):
        codec.unpack(packed[:kept], item.source_id)


@given(items)
def test_an_item_is_text_that_a_column_can_hold(item: Item) -> None:
    assert codec.encode_item(item).encode()


def test_times_keep_the_zone_their_source_wrote() -> None:
    published = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=8)))
    item = Item(source_id="posts", native_id="1", seed="1", published=published)

    read = codec.decode_item(codec.encode_item(item), "posts").published

    assert read is not None
    assert (read, read.utcoffset()) == (published, timedelta(hours=8))


def test_an_item_belongs_to_the_source_as_it_is_called_now() -> None:
    item = Item(source_id="old", native_id="1", seed="1")

    assert codec.decode_item(codec.encode_item(item), "new").source_id == "new"


def test_every_field_of_an_item_is_written() -> None:
    item = Item(
        source_id="posts",
        native_id="1",
        seed="2",
        entry_id="3",
        title=Text("4"),
        link="5",
        content=Text("6"),
        summary=Text("7"),
        published=datetime(2026, 1, 1, tzinfo=UTC),
        updated=datetime(2026, 1, 1, tzinfo=UTC),
        authors=(Person("8"),),
        tags=(Tag("9"),),
        categories=("10",),
        origin="11",
        enclosures=(Enclosure("12"),),
        language="13",
        base="14",
        cleaner=15,
    )

    written = set(json.loads(codec.encode_item(item)))

    assert written == {field.name for field in fields(Item)} - {"source_id"}


def test_what_an_older_program_wrote_is_read_with_defaults() -> None:
    item = codec.decode_item('{"native_id":"1","seed":"2","of_a_newer_one":3}', "posts")

    assert item == Item(source_id="posts", native_id="1", seed="2")


@given(any_text)
def test_any_text_comes_back_from_the_database(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as raw:
        ((stored,),) = raw.execute("select ?", (codec.bindable(text),))
        ((listed,),) = raw.execute("select value from json_each(?)", (codec.array([codec.bindable(text)]),))

    assert codec.original(stored) == text
    assert listed == stored


@given(any_text, any_text)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert (codec.bindable(one) == codec.bindable(other)) == (one == other)


@given(st.builds(SourceInfo, any_text, any_text, st.none() | any_text, st.none() | any_text, times))
def test_a_source_is_read_as_it_was_written(info: SourceInfo) -> None:
    read = codec.decode_info(codec.encode_info(info))

    assert (read.id, read.title, read.updated) == (info.id, info.title, info.updated)
    assert (read.site_url or "", read.feed_url or "") == (info.site_url or "", info.feed_url or "")


@given(st.lists(st.builds(Problem, any_text, any_text)).map(tuple))
def test_problems_are_read_as_they_were_written(problems: tuple[Problem, ...]) -> None:
    assert codec.decode_problems(codec.encode_problems(problems)) == problems


def test_a_frame_that_failed_leaves_nothing_in_the_next() -> None:
    whole = zstandard.packed(b"whole")
    with pytest.raises(TypeError):
        zstandard.packed("no bytes")  # type: ignore[arg-type]

    assert zstandard.packed(b"whole") == whole


@given(st.lists(st.binary(max_size=2000), max_size=5))
def test_each_frame_is_whole_by_itself(texts: list[bytes]) -> None:
    assert [zstandard.decompress(zstandard.packed(each)) for each in texts] == texts
