from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.compare import compare
from aggregator.identity import content_key, fingerprint, public_id, spare_id
from aggregator.records import Changes, Known
from tests.builders import NOW, an_item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.model import Item

SHANGHAI = timezone(timedelta(hours=8))
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LAST_YEAR = datetime(2025, 6, 13, 11, 3, 16, tzinfo=SHANGHAI)


def compared(
    *items: Item,
    known: Iterable[Known] = (),
    now: datetime = NOW,
    first_reading: bool = False,
) -> Changes:
    stored = {each.native_id: each for each in known}
    return compare([(item, item) for item in items], stored, now=now, first_reading=first_reading)


def a_known(item: Item, **only_what_matters: Any) -> Known:
    fields: dict[str, Any] = {
        "item_id": 7,
        "native_id": item.native_id,
        "fingerprint": fingerprint(item),
        "published": NOW - 3 * HOUR,
        "updated": NOW - 2 * HOUR,
        "first_seen": NOW - 3 * HOUR,
        "live": True,
    }
    return Known(**fields | only_what_matters)


# ── new ──


def test_an_unknown_item_is_new() -> None:
    item = an_item("1", published=LAST_YEAR, content="<p>a</p>")

    changes = compared(item)

    (new,) = changes.new
    assert (changes.updated, changes.unchanged) == ((), ())
    assert (new.item_id, new.returns) == (None, False)
    assert new.raw is new.clean is item
    assert (new.fingerprint, new.content_key) == (fingerprint(item), content_key(item))
    assert (new.public_id, new.spare_id) == (public_id(item), spare_id(item))
    assert (new.published, new.updated) == (LAST_YEAR, LAST_YEAR)
    assert (new.first_seen, new.arrived) == (NOW, NOW)


@pytest.mark.parametrize("first_reading", [True, False])
def test_an_entry_that_states_only_when_it_was_updated_was_published_then(first_reading: bool) -> None:
    dated, undated = an_item("1", published=None, updated=LAST_YEAR), an_item("2", published=None)

    first, second = compared(dated, undated, first_reading=first_reading).new

    assert (first.published, first.updated) == (LAST_YEAR, LAST_YEAR)
    assert second.published == NOW


def test_an_update_of_the_future_is_no_publication_of_the_future() -> None:
    (new,) = compared(an_item(published=None, updated=NOW + HOUR)).new

    assert (new.published, new.updated) == (NOW, NOW)


def test_an_entry_that_states_only_its_updates_keeps_when_it_was_published() -> None:
    item = an_item("1", published=None, updated=NOW - HOUR, content="<p>b</p>")

    (change,) = compared(item, known=[a_known(item, fingerprint="another")]).updated

    assert (change.published, change.updated) == (NOW - 3 * HOUR, NOW - HOUR)


def test_times_keep_the_zone_the_source_wrote() -> None:
    (new,) = compared(an_item(published=LAST_YEAR)).new

    assert new.published.utcoffset() == new.updated.utcoffset() == timedelta(hours=8)


def test_what_a_first_reading_brings_arrived_when_it_was_published() -> None:
    (new,) = compared(an_item(published=LAST_YEAR), first_reading=True).new

    assert (new.first_seen, new.arrived) == (NOW, LAST_YEAR)


def test_an_undated_item_is_published_when_it_is_first_seen() -> None:
    one, other = compared(an_item("1"), an_item("2")).new

    assert one.published == one.updated == one.arrived == NOW
    assert other.published == NOW


def test_undated_items_of_a_first_reading_are_backdated_in_their_order() -> None:
    dated = an_item("dated", published=LAST_YEAR)

    changes = compared(an_item("1"), dated, an_item("2"), an_item("3"), first_reading=True)

    assert [new.published for new in changes.new] == [NOW, LAST_YEAR, NOW - SECOND, NOW - 2 * SECOND]
    assert [new.arrived for new in changes.new] == [new.published for new in changes.new]
    assert {new.first_seen for new in changes.new} == {NOW}


@pytest.mark.parametrize(
    ("stated", "updated"),
    [
        (LAST_YEAR + HOUR, LAST_YEAR + HOUR),
        (LAST_YEAR - HOUR, LAST_YEAR),
        (NOW + HOUR, NOW),
        (None, LAST_YEAR),
    ],
)
def test_a_new_item_was_updated_between_its_publication_and_now(
    stated: datetime | None, updated: datetime
) -> None:
    (new,) = compared(an_item(published=LAST_YEAR, updated=stated)).new

    assert new.updated == updated


# ── the same ──


def test_a_known_item_that_says_the_same_is_unchanged() -> None:
    item = an_item(published=LAST_YEAR, updated=NOW)

    changes = compared(item, known=[a_known(item)])

    assert changes == Changes(unchanged=(7,))


def test_a_better_cleaner_changes_nothing() -> None:
    raw = an_item(title="<b>a</b>")
    clean = replace(an_item(title="a"), cleaner=2)

    changes = compare([(raw, clean)], {"1": a_known(raw)}, now=NOW, first_reading=False)

    assert changes == Changes(unchanged=(7,))


def test_raw_and_clean_are_both_handed_on() -> None:
    raw, clean = an_item(title="<b>a</b>", content="x"), an_item(title="a", content="y", published=LAST_YEAR)

    (new,) = compare([(raw, clean)], {}, now=NOW, first_reading=False).new

    assert (new.raw, new.clean) == (raw, clean)
    assert (new.fingerprint, new.content_key) == (fingerprint(raw), content_key(raw))
    assert new.published == LAST_YEAR


# ── changed ──


def test_a_known_item_that_says_something_else_is_updated() -> None:
    item = an_item(title="corrected", content="<p>b</p>")

    changes = compared(item, known=[a_known(an_item())])

    (updated,) = changes.updated
    assert (changes.new, changes.unchanged) == ((), ())
    assert (updated.item_id, updated.returns) == (7, False)
    assert (updated.fingerprint, updated.content_key) == (fingerprint(item), content_key(item))
    assert (updated.public_id, updated.spare_id) == (public_id(item), spare_id(item))
    assert updated.first_seen == NOW - 3 * HOUR


@pytest.mark.parametrize(
    ("published", "stated", "updated"),
    [
        pytest.param(None, NOW - HOUR, NOW - HOUR, id="the source's own, later than the stored one"),
        pytest.param(None, NOW - 2 * HOUR, NOW, id="the source's own stood still"),
        pytest.param(None, NOW - 5 * HOUR, NOW, id="the source's own went back"),
        pytest.param(None, NOW + HOUR, NOW, id="the source's own is in the future"),
        pytest.param(None, None, NOW, id="no dates at all"),
        pytest.param(NOW - HOUR, None, NOW - HOUR, id="published anew, and no update stated"),
        pytest.param(LAST_YEAR, None, NOW, id="published long ago, and no update stated"),
        pytest.param(NOW - HOUR, NOW - 90 * SECOND, NOW - 90 * SECOND, id="both, the update later"),
        pytest.param(NOW - HOUR, LAST_YEAR, NOW - HOUR, id="both, the update before the publication"),
    ],
)
def test_the_sources_own_time_of_update_counts_if_it_is_later_than_the_stored_one(
    published: datetime | None, stated: datetime | None, updated: datetime
) -> None:
    item = an_item(title="corrected", published=published, updated=stated)

    (change,) = compared(item, known=[a_known(an_item())]).updated

    assert change.updated == updated


@pytest.mark.parametrize("back", [timedelta(0), HOUR, 10_000 * HOUR])
def test_an_update_is_later_than_the_stored_one_even_if_the_clock_went_back(back: timedelta) -> None:
    known = a_known(an_item(), updated=NOW)

    (change,) = compared(
        an_item(title="corrected", updated=NOW + HOUR), known=[known], now=NOW - back
    ).updated

    assert change.updated == NOW + timedelta(microseconds=1)


@pytest.mark.parametrize(("stated", "published"), [(LAST_YEAR, LAST_YEAR), (None, NOW - 3 * HOUR)])
def test_a_changed_item_without_a_date_keeps_its_stored_one(
    stated: datetime | None, published: datetime
) -> None:
    (change,) = compared(an_item(title="corrected", published=stated), known=[a_known(an_item())]).updated

    assert change.published == published


def test_a_change_in_a_first_reading_is_a_change_all_the_same() -> None:
    changes = compared(an_item(title="corrected"), known=[a_known(an_item())], first_reading=True)

    assert [change.item_id for change in changes.updated] == [7]


# ── back ──


def test_an_item_that_had_left_returns_as_it_was() -> None:
    item = an_item(published=LAST_YEAR, updated=NOW)
    known = a_known(item, live=False)

    changes = compared(item, known=[known])

    (back,) = changes.updated
    assert changes.unchanged == ()
    assert (back.item_id, back.returns) == (7, True)
    assert (back.published, back.updated, back.first_seen) == (
        known.published,
        known.updated,
        known.first_seen,
    )


def test_an_item_that_returns_changed_is_updated() -> None:
    (back,) = compared(an_item(title="corrected"), known=[a_known(an_item(), live=False)]).updated

    assert (back.returns, back.updated) == (True, NOW)


# ── twice ──


def test_of_an_id_that_comes_twice_the_later_one_wins() -> None:
    changes = compared(an_item("1", title="first"), an_item("2"), an_item("1", title="correction"))

    assert [(new.raw.native_id, new.raw.title.value) for new in changes.new] == [
        ("1", "correction"),
        ("2", "Item 2"),
    ]


def test_a_repeated_id_takes_one_second_of_a_first_reading() -> None:
    changes = compared(an_item("1"), an_item("1"), an_item("2"), first_reading=True)

    assert [new.published for new in changes.new] == [NOW, NOW - SECOND]


def test_of_a_repeated_known_id_the_later_one_is_compared() -> None:
    stored = an_item("1", title="as stored")

    changes = compared(an_item("1", title="odd"), stored, known=[a_known(stored)])

    assert changes == Changes(unchanged=(7,))


def test_two_names_of_one_stored_item_count_once() -> None:
    item, renamed = an_item("1"), an_item("alias", title="corrected")
    known = {"1": a_known(item), "alias": a_known(item)}

    changes = compare([(item, item), (renamed, renamed)], known, now=NOW, first_reading=False)

    (updated,) = changes.updated
    assert (updated.item_id, updated.raw.native_id) == (7, "alias")
    assert (changes.new, changes.unchanged) == ((), ())


def test_a_native_id_that_looks_like_an_item_id_is_no_such_item() -> None:
    changes = compared(an_item("7"), an_item("1"), known=[a_known(an_item("1"))])

    assert [new.raw.native_id for new in changes.new] == ["7"]
    assert changes.unchanged == (7,)


def test_nothing_read_changes_nothing() -> None:
    assert compared(known=[a_known(an_item())]) == Changes()


# ── always ──

moments = st.none() | st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, SHANGHAI]),
)


@given(moments, moments, st.booleans(), st.booleans(), st.sampled_from([NOW, LAST_YEAR]))
def test_whatever_dates_are_claimed_updates_only_move_forward(
    published: datetime | None, updated: datetime | None, live: bool, first_reading: bool, now: datetime
) -> None:
    past = None if published is None else min(published, now)
    known = a_known(an_item("known"), live=live)
    items = [an_item(name, title="a", published=past, updated=updated) for name in ("new", "known")]

    changes = compared(*items, known=[known], now=now, first_reading=first_reading)

    (new,), (changed,) = changes.new, changes.updated
    assert new.published <= new.updated <= now
    assert known.updated < changed.updated <= max(now, known.updated + timedelta(microseconds=1))
    assert compared(*items, known=[known], now=now, first_reading=first_reading) == changes
