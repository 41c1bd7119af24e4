"""Decide what is new, changed or the same. Pure: no clock, no store, no network.

One rule: an item is updated when what its source says changed, whatever our cleaning makes of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.identity import content_key, fingerprint, public_id, spare_id
from aggregator.records import MOST_REVISIONS, Changes, ItemChange
from aggregator.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.model import Item
    from aggregator.records import Known

_UNDATED_STEP = timedelta(seconds=1)
_SMALLEST_STEP = timedelta(microseconds=1)


def compare(
    items: Sequence[tuple[Item, Item]], known: Mapping[str, Known], *, now: datetime, first_reading: bool
) -> Changes:
    """Compare items just read, each raw and clean, with those stored, by native id.

    An id that comes twice in one reading counts once; the later one wins, as feeds that repeat an id put
    the correction last. Undated items of a first reading keep their order and are published a second apart,
    the first one now. An entry that states only when it was updated (RFC 4287 asks for no more) was published
    at that time when it was first seen, and stays so.
    """
    new: list[ItemChange] = []
    updated: list[ItemChange] = []
    unchanged: list[int] = []
    undated = now
    for raw, clean, before in _once_each(items, known):
        if before is None:
            new.append(_new(raw, clean, undated, now=now, first_reading=first_reading))
            if first_reading and (clean.published or clean.updated) is None:
                undated -= _UNDATED_STEP
        elif (change := _change(raw, clean, before, now)) is not None:
            updated.append(change)
        else:
            unchanged.append(before.item_id)
    return Changes(tuple(new), tuple(updated), tuple(unchanged))


def clamped(raw: Item, clean: Item, known: Known | None, now: datetime) -> Item:
    """A future date that an item known before claims stays clamped to when it was first seen."""
    if known is None or raw.published is None or raw.published <= now:
        return clean
    return replace(clean, published=known.first_seen.astimezone(raw.published.tzinfo))


def restless(changes: Changes, known: Mapping[str, Known]) -> int:
    """How many items change that have changed so often that not every revision is kept any more."""
    return sum(known[each.raw.native_id].revision >= MOST_REVISIONS for each in changes.updated)


def restless_notice(count: int) -> str:
    """What to tell of so many; empty: nothing."""
    if not count:
        return ""
    entries = "1 entry keeps" if count == 1 else f"{count} entries keep"
    return f"{entries} changing: the newest {MOST_REVISIONS} revisions are kept, and one a day of older ones"


def _once_each(
    items: Iterable[tuple[Item, Item]], known: Mapping[str, Known]
) -> Iterable[tuple[Item, Item, Known | None]]:
    """Leave one reading of each item. Two native ids may lead to one stored item: its own and an alias."""
    latest: dict[str | int, tuple[Item, Item, Known | None]] = {}
    for raw, clean in items:
        before = known.get(raw.native_id)
        latest[raw.native_id if before is None else before.item_id] = (raw, clean, before)
    return latest.values()


def _new(raw: Item, clean: Item, undated: datetime, *, now: datetime, first_reading: bool) -> ItemChange:
    published = clean.published or (undated if clean.updated is None else min(clean.updated, now))
    return ItemChange(
        raw=raw,
        clean=clean,
        fingerprint=fingerprint(raw),
        content_key=content_key(raw),
        public_id=public_id(raw),
        spare_id=spare_id(raw),
        published=published,
        updated=min(_claimed(clean, published), now),
        first_seen=now,
        arrived=published if first_reading else now,
    )


def _change(raw: Item, clean: Item, before: Known, now: datetime) -> ItemChange | None:
    """Return what to store of an item that changed or is back, or None. The store keeps when it arrived."""
    says = fingerprint(raw)
    same = says == before.fingerprint
    if same and before.live:
        return None
    published = before.published if same else clean.published or before.published
    return ItemChange(
        raw=raw,
        clean=clean,
        fingerprint=says,
        content_key=content_key(raw),
        public_id=public_id(raw),
        spare_id=spare_id(raw),
        published=published,
        updated=before.updated if same else _later(_claimed(clean, published), before.updated, now),
        first_seen=before.first_seen,
        arrived=before.first_seen,
        item_id=before.item_id,
        returns=not before.live,
    )


def _claimed(clean: Item, published: datetime) -> datetime:
    """When the source says it last changed it: never before it published it."""
    return max(clean.updated or published, published)


def _later(claimed: datetime, stored: datetime, now: datetime) -> datetime:
    """Return the source's own time if it is later than the stored one and not in the future, else now.

    Always later than the stored one, even after the clock was set back: readers take an entry whose time
    stood still for the one they know.
    """
    own = min(claimed, now)
    return own if own > stored else max(now, stored + _SMALLEST_STEP)
