"""What crosses between processes arrives as it was; what nobody of us wrote is refused, whatever it is."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import CLEANER, Document, Enclosure, Item, Problem, Reading, SourceInfo, Stamp
from aggregator.passing import (
    Errand,
    GarbledError,
    pack_errand,
    pack_read,
    refuse_odd,
    unpack_errand,
    unpack_read,
)
from aggregator.reading import Read
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.wishes import Calendar
from tests.builders import NOW, a_source, an_item
from tests.store import test_codec
from tests.store.test_codec import any_text

SOURCE = a_source()
DOCUMENT = Document(Stamp("https://example.org/feed", 4, 0, "abc"), b"\0\n\xff\n", None, "text/xml")


def exists(moment: datetime | None) -> bool:
    """Whether it surely has a date in UTC, as all dates that are read have."""
    return moment is None or (moment.year, moment.month) not in ((1, 1), (9999, 12))


times = test_codec.times.filter(exists)
items = st.builds(
    replace,
    test_codec.items.filter(lambda item: exists(item.published) and exists(item.updated)),
    cleaner=st.integers(0, CLEANER),
)
calendars = st.builds(
    Calendar,
    ttl=st.floats(0, 1e9) | st.integers(0, 100),
    period_words=any_text,
    base=times,
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
infos = st.none() | st.builds(SourceInfo, any_text, any_text, st.none() | any_text, st.none(), times)
problems = st.lists(st.builds(Problem, any_text, any_text), max_size=3).map(tuple)
pairs = st.lists(st.tuples(items, items), max_size=3).map(tuple)


readings = st.builds(
    Reading,
    problems=problems,
    skipped=any_text,
    keeps=st.booleans(),
    waits=st.booleans(),
    info=infos,
    calendar=calendars,
)


def a_read(*pairs: tuple[Item, Item], **more: Any) -> Read:
    return Read(DOCUMENT, Reading(items=tuple(raw for raw, _ in pairs), **more), pairs)


@given(pairs, readings, st.booleans())
def test_what_a_document_said_arrives(
    pairs: tuple[tuple[Item, Item], ...], reading: Reading, failed: bool
) -> None:
    read = Read(DOCUMENT, replace(reading, items=tuple(raw for raw, _ in pairs)), pairs, failed)

    assert unpack_read(pack_read(read), SOURCE, DOCUMENT) == read


def test_times_keep_the_zone_their_source_wrote() -> None:
    item = an_item(published=datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=8))))

    arrived = unpack_read(pack_read(a_read((item, item))), SOURCE, DOCUMENT).items[0][0]

    assert arrived.published is not None
    assert arrived.published.utcoffset() == timedelta(hours=8)


@given(st.binary(), any_text)
def test_an_errand_arrives(body: bytes, content_type: str) -> None:
    source = a_source(
        "far", type="feed", root=Path("/site"), options=FeedOptions(url="https://example.org/"), rank=3
    )
    document = replace(DOCUMENT, body=body, content_type=content_type, url="https://example.org/x")

    adapter, told, there, now = unpack_errand(pack_errand(Errand(Feed(), source, document, NOW)))

    assert (type(adapter), told, there, now) == (Feed, source, document, NOW)


def test_the_json_is_as_small_as_it_can_be() -> None:
    """What is read today is still read: a message of JSON is hardly larger than its texts."""
    item = an_item(content="中文，“引”" * 100_000)

    assert len(pack_read(a_read((item, item)))) < 2 * len(item.content.value.encode()) + 2000


MESSAGE = json.loads(pack_read(a_read((an_item(enclosures=(Enclosure("u"),)), an_item()), info=SourceInfo())))


def everywhere(value: Any, other: Any) -> list[Any]:
    """The value with each of its parts replaced, one at a time."""
    if not isinstance(value, list):
        return [other]
    within = [
        [*value[:place], each, *value[place + 1 :]]
        for place, part in enumerate(value)
        for each in everywhere(part, other)
    ]
    return [other, *within, value[:-1], [*value, other]]


@pytest.mark.parametrize("other", [{}, {"a": 1}, 1.5, -1, True, [[]], "2026-01-01", [None], 10**30])
def test_a_message_with_a_part_of_another_type_makes_no_value(other: object) -> None:
    for message in everywhere(MESSAGE, other):
        with suppress(GarbledError):
            read = unpack_read(json.dumps(message).encode(), SOURCE, DOCUMENT)
            assert pack_read(read) == json.dumps(message, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 100_000,
        b"1" * 100_000,
        b"\xff",
        b'["__import__"]',
        b'[[[],[],"",false,false,null,[NaN,0.0,"",null,[],[]]],[],false]',
        b'[[[],[],"",false,false,null,[1e999,0.0,"",null,[],[]]],[],false]',
        b'[[[],[],"",false,false,null,[0.0,0.0,"","2026-01-01",[],[]]],[],false]',
    ],
)
def test_a_message_that_is_none_of_ours_is_refused(message: bytes) -> None:
    with pytest.raises(GarbledError):
        unpack_read(message, SOURCE, DOCUMENT)


@given(st.binary() | any_text.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_comes_is_a_value_or_refused(message: bytes) -> None:
    with suppress(GarbledError):
        unpack_read(message, SOURCE, DOCUMENT)


def test_an_item_of_another_source_is_refused() -> None:
    stolen = an_item(source_id="another")

    for pair in ((stolen, an_item()), (an_item(), stolen)):
        with pytest.raises(GarbledError, match="another source"):
            unpack_read(pack_read(a_read(pair)), SOURCE, DOCUMENT)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_without_a_date_in_utc_is_refused(moment: str) -> None:
    """Whoever compares it with others would stumble over it, and with it every other source's reading."""
    item = an_item(published=datetime.fromisoformat(moment))

    for pair in ((item, an_item()), (an_item(), item)):
        with pytest.raises(GarbledError):
            unpack_read(pack_read(a_read(pair)), SOURCE, DOCUMENT)


@pytest.mark.parametrize("cleaner", [-1, CLEANER + 1, 2**70])
def test_an_item_of_a_cleaner_that_there_is_not_is_refused(cleaner: int) -> None:
    """No store could keep its number, or it would count as clean for ever."""
    for pair in ((an_item(cleaner=cleaner), an_item()), (an_item(), an_item(cleaner=cleaner))):
        with pytest.raises(GarbledError, match="cleaner"):
            unpack_read(pack_read(a_read(pair)), SOURCE, DOCUMENT)


def test_a_moment_needs_its_zone() -> None:
    assert unpack_errand(pack_errand(Errand(Feed(), SOURCE, DOCUMENT, NOW))).now.tzinfo == UTC


@given(items)
def test_a_value_of_the_model_is_not_odd(item: Item) -> None:
    refuse_odd(Item, item)


@pytest.mark.parametrize("field", ["native_id", "title", "published", "tags", "categories", "cleaner"])
@pytest.mark.parametrize("odd", [{}, {"a": 1}, [[]], ((7,),), 7.5, float("nan"), True, frozenset({1})])
def test_a_value_of_another_type_is_odd_whatever_it_is(field: str, odd: Any) -> None:
    with pytest.raises(GarbledError, match="no Item: "):
        refuse_odd(Item, replace(an_item(), **{field: odd}))


def test_a_value_without_bottom_is_odd() -> None:
    odd: Any = ()
    for _ in range(100_000):
        odd = (odd,)

    with pytest.raises(GarbledError):
        refuse_odd(Item, replace(an_item(), tags=odd))
