"""Which entries under unknown ids are known ones, and how many of the others may come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.familiar import DAILY, DAILY_STRANGERS, admitted, recognise
from aggregator.model import Enclosure, Item
from aggregator.records import Known
from aggregator.urls import canonical
from tests.builders import NOW, an_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

HOUR = timedelta(hours=1)


def stored(*items: Item) -> list[tuple[Known, Item]]:
    return [(a_known(item, number), item) for number, item in enumerate(items, 1)]


def a_known(item: Item, item_id: int) -> Known:
    published = item.published or NOW
    return Known(item_id, item.native_id, "", published, published, NOW, live=True)


def linked(*items: Item) -> dict[str, Known]:
    return {canonical(item.link or ""): known for known, item in stored(*items) if item.link}


def told(number: int, reading: int = 1, **more: Any) -> Item:
    """An entry whose id and link are of this reading alone."""
    fields: dict[str, Any] = {
        "title": f"Tide table {number}",
        "content": f"<p>High water at {number}.</p>",
        "link": f"https://news.example/{number}?session={reading}",
        "published": NOW - number * HOUR,
    }
    return an_item(f"{reading}-{number}", **fields | more)


def found(
    fresh: Sequence[Item],
    known: Sequence[Item],
    by_link: Mapping[str, Known] | None = None,
    *,
    none_known: bool = True,
) -> dict[str, tuple[int, bool]]:
    by_id = recognise(fresh, stored(*known), by_link or {}, none_known=none_known)
    return {native: (each.known.item_id, each.same) for native, each in by_id.items()}


FIRST, SECOND = [told(n, 1) for n in range(1, 6)], [told(n, 2) for n in range(1, 6)]


def test_entries_whose_ids_and_links_change_are_known_by_their_texts_and_dates() -> None:
    assert found(SECOND, FIRST) == {f"2-{n}": (n, True) for n in range(1, 6)}


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({"published": NOW}, True),
        ({"published": None}, True),
        ({"content": "<p>Corrected.</p>"}, False),
        ({"content": '<p>High water at <a href="https://news.example/?session=2">{}</a>.</p>'}, True),
    ],
)
def test_one_more_thing_may_change_where_all_entries_are_known(more: dict[str, Any], same: bool) -> None:
    now = [
        told(n, 2, **{k: v.format(n) if isinstance(v, str) else v for k, v in more.items()})
        for n in (1, 2, 3)
    ]

    assert found(now, FIRST) == {f"2-{n}": (n, same) for n in (1, 2, 3)}


def test_what_came_anew_among_known_entries_is_new() -> None:
    fresh = [told(9, 2), *SECOND]

    assert set(found(fresh, FIRST)) == {f"2-{n}" for n in range(1, 6)}


def test_a_window_that_turned_over_holds_nothing_known() -> None:
    fresh = [told(n, 2) for n in range(11, 16)]

    assert found(fresh, FIRST) == {}


def test_a_text_that_is_said_again_on_another_day_is_another_entry() -> None:
    warnings = [told(1, day, title="Gale warning", content="<p>In force.</p>") for day in (1, 2)]
    again = told(1, 3, title="Gale warning", content="<p>In force.</p>", published=NOW + HOUR)

    assert found([again], warnings) == {}
    assert found([again, *SECOND[1:3]], [*warnings, *FIRST[3:]]) == {}


def test_entries_with_one_link_for_all_are_not_taken_for_each_other() -> None:
    home = "https://news.example/"
    before = [told(n, 1, link=home) for n in (1, 2, 3)]
    now = [told(n, 2, link=home) for n in (7, 8, 9)]

    assert found(now, before, linked(*before)) == {}


def test_a_rubric_whose_page_is_always_the_same_is_new_every_day() -> None:
    pages = [f"https://news.example/{name}" for name in ("weather", "markets", "sports")]
    monday = [told(n, 1, title=f"Monday {n}", link=page) for n, page in enumerate(pages)]
    tuesday = [
        told(n, 2, title=f"Tuesday {n}", content="<p>Else.</p>", link=page, published=NOW + (n + 1) * HOUR)
        for n, page in enumerate(pages)
    ]

    assert found(tuesday, monday, linked(*monday)) == {}


def test_entries_known_by_link_are_updated_where_their_texts_changed() -> None:
    before = [told(n, 1, link=f"https://news.example/{n}") for n in (1, 2, 3)]
    now = [
        told(n, 2, link=f"https://news.example/{n}", title=f"New {n}", content="<p>New.</p>")
        for n in (1, 2, 3)
    ]

    assert found(now, before, linked(*before)) == {f"2-{n}": (n, False) for n in (1, 2, 3)}


def test_posts_of_a_forum_are_not_taken_for_earlier_ones_of_their_topics() -> None:
    def posts(day: int, **more: Any) -> list[Item]:
        return [
            told(
                n,
                day,
                title=f"Re: Topic {n}",
                link=f"https://forum.example/topic/{n}#post-{day}-{n}",
                published=NOW + day * HOUR + n * HOUR / 10,
                **more,
            )
            for n in range(5)
        ]

    assert found(posts(2, content=""), posts(1, content=""), linked(*posts(1))) == {}
    assert found(posts(2, content="<p>Yes.</p>"), posts(1, content="<p>No.</p>"), linked(*posts(1))) == {}


@pytest.mark.parametrize(
    "said",
    [
        lambda n: {"content": f'<img src="https://news.example/{n}.jpg">'},
        lambda n: {"enclosures": (Enclosure(f"https://news.example/{n}.mp3"),)},
        lambda _n: {"content": ""},
    ],
)
def test_pictures_and_files_tell_apart_what_has_one_title(said: Any) -> None:
    before = [told(n, 1, title="Photo of the day", **({"content": ""} | said(n))) for n in range(5)]
    now = [
        told(n, 2, title="Photo of the day", published=NOW + n * HOUR, **({"content": ""} | said(n)))
        for n in range(6, 11)
    ]

    assert found(now, before, linked(*before)) == {}


def test_one_entry_of_a_moved_site_is_known_though_others_are_known_by_id() -> None:
    (one,) = SECOND[:1]

    assert found([one], FIRST, none_known=False) == {"2-1": (1, True)}


def test_an_undated_entry_is_believed_its_id_where_other_ids_are_known() -> None:
    before, now = (told(1, n, published=None, link="https://news.example/") for n in (1, 2))

    assert found([now], [before], none_known=False) == {}
    assert found([now], [before], none_known=True) == {"2-1": (1, True)}


def test_entries_that_are_alike_in_all_pair_off() -> None:
    before = [an_item(f"1-{n}", title="Ping", published=None) for n in range(4)]
    now = [an_item(f"2-{n}", title="Ping", published=None) for n in range(4)]

    assert sorted(number for number, _ in found(now, before).values()) == [1, 2, 3, 4]


_WORDS = st.sampled_from(["", "a", "b", "c"])
_MOMENTS = st.sampled_from([None, NOW, NOW - HOUR])
_LINKS = st.sampled_from(
    [None, "https://news.example/a", "https://news.example/b", "https://news.example/b#x"]
)


@st.composite
def items(draw: st.DrawFn, reading: int) -> list[Item]:
    said = draw(st.lists(st.tuples(_WORDS, _WORDS, _MOMENTS, _LINKS), max_size=8))
    return [
        an_item(f"{reading}-{n}", title=title, content=body, published=moment, link=link)
        for n, (title, body, moment, link) in enumerate(said)
    ]


@given(items(2), items(1), st.booleans())
def test_no_two_entries_are_one_item_and_what_is_the_same_says_the_same(
    fresh: list[Item], known: list[Item], none_known: bool
) -> None:
    by_id = recognise(fresh, stored(*known), linked(*known), none_known=none_known)

    assert len({each.known.item_id for each in by_id.values()}) == len(by_id)
    texts = {item.native_id: (item.title, item.content) for item in [*fresh, *known]}
    assert all(texts[native] == texts[each.known.native_id] for native, each in by_id.items() if each.same)


@given(items(1), st.integers(0, 5))
def test_entries_that_share_nothing_with_any_item_are_never_known(known: list[Item], count: int) -> None:
    fresh = [told(n, 2, published=NOW + n * HOUR) for n in range(count)]

    assert recognise(fresh, stored(*known), linked(*known), none_known=True) == {}


@given(st.integers(1, 8), st.booleans(), st.booleans())
def test_what_differs_in_its_id_alone_is_all_known(count: int, dated: bool, with_link: bool) -> None:
    def said(reading: int) -> list[Item]:
        return [
            told(
                n,
                reading,
                published=NOW - n * HOUR if dated else None,
                link=f"https://news.example/{n}" if with_link else None,
            )
            for n in range(count)
        ]

    assert set(found(said(2), said(1))) == {f"2-{n}" for n in range(count)}


# ── how many may come ──


def strangers(count: int, published: datetime | None = None) -> list[Item]:
    return [an_item(str(n), published=published) for n in range(count)]


def test_news_comes_whatever_else_is_unknown() -> None:
    assert len(admitted(strangers(2000, NOW), NOW, DAILY_STRANGERS, none_known=True)) == 2000
    assert len(admitted(strangers(2000, NOW), None, 0, none_known=True)) == 2000


def test_news_has_a_limit_too() -> None:
    kept = admitted(strangers(20, NOW), NOW, DAILY - 5, none_known=False)

    assert kept == {"0", "1", "2", "3", "4"}


@pytest.mark.parametrize("published", [None, NOW - HOUR])
def test_of_what_no_date_calls_news_only_so_many_come_in_a_day(published: datetime | None) -> None:
    assert len(admitted(strangers(2000, published), NOW, 0, none_known=True)) == DAILY_STRANGERS
    assert admitted(strangers(9, published), NOW, DAILY_STRANGERS, none_known=True) == frozenset()
    assert len(admitted(strangers(2000, published), NOW, 0, none_known=False)) == 2000
