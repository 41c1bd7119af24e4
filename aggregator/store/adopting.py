"""Items of a rebuilt store that nobody read yet: whoever brings one again takes it over, with its id.

Such an item was taken from a feed of ours, so its source's own name for it is not known. It is known again by
the id it is published under, or, for a post that is named by its file alone, by title and date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aggregator.dates import from_micros, to_micros
from aggregator.store.codec import array, bindable, decode_item
from aggregator.values import replace

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence, Set

    from aggregator.model import Text
    from aggregator.records import Changes, ItemChange

REBUILT = "rebuilt:"
"""How the native id begins of an item that is known from our feeds alone."""
KIND = "rebuilt"
"""Of the source that holds what no configured source is known to have brought."""
NAME = "(rebuilt)"
"""Its key, which no configuration can give."""

_WAITING = (
    "select i.public_id, i.id, i.published, i.zone, i.updated, i.first_seen, i.arrived from items i"
    " join sources s on s.id = i.source_id"
    " where (i.source_id = ?1 or s.kind = 'rebuilt') and i.native_id glob 'rebuilt:*'"
)
_BY_ID = _WAITING + " and i.public_id in (select value from json_each(?2))"  # noqa: S608 - constants
_BY_DATE = _WAITING + " and i.published = ?2"


class _Waiting(NamedTuple):
    """What subscribers know of one, and since when we do; times in microseconds."""

    item_id: int
    published: int
    zone: int
    updated: int
    first_seen: int
    arrived: int

    def told_by(self, change: ItemChange) -> ItemChange:
        """This item, as its source tells it; of what states no time nobody knows when it changed."""
        known = from_micros(self.updated, self.zone)
        is_dated = change.clean.updated is not None or change.clean.published is not None
        return replace(
            change,
            item_id=self.item_id,
            published=from_micros(self.published, self.zone),
            updated=max(change.updated, known) if is_dated else known,
            first_seen=from_micros(self.first_seen),
            arrived=from_micros(self.arrived),
        )


def adopted(raw: sqlite3.Connection, source: int, changes: Changes) -> Changes:
    """The same changes, but what is there already is updated, and from now on the source's own."""
    if not changes.new or raw.execute("select 1 from meta where key = 'rebuilt'").fetchone() is None:
        return changes
    found = _found(raw, source, changes.new)
    raw.executemany(
        "update items set source_id = ?, native_id = ? where id = ?",
        [(source, bindable(native_id), each.item_id) for native_id, each in found.items()],
    )
    if found:
        forget_nobody(raw)
    new = tuple(each for each in changes.new if each.raw.native_id not in found)
    return replace(changes, new=new, updated=(*changes.updated, *found.values()))


def forget_nobody(raw: sqlite3.Connection) -> None:
    """Remove the source of what no source is known to have brought, once it holds nothing."""
    raw.execute(
        "delete from sources where kind = 'rebuilt' and not exists"
        " (select 1 from items where source_id = sources.id)"
    )


def _found(raw: sqlite3.Connection, source: int, changes: Sequence[ItemChange]) -> Mapping[str, ItemChange]:
    """Those of these new items that are stored ones, by native id; what subscribers know of them stays.

    The time of update stays too, unless the source states a later one.
    """
    wanted = array(bindable(name) for each in changes for name in (each.spare_id, each.public_id))
    waiting = {name: _Waiting(*more) for name, *more in raw.execute(_BY_ID, (source, wanted))}
    found: dict[str, _Waiting] = {}
    for each in changes:
        known = waiting.pop(bindable(each.spare_id), None) or waiting.pop(bindable(each.public_id), None)
        if known is not None:
            found[each.raw.native_id] = known
    taken = {known.item_id for known in found.values()}
    for each in changes:
        if each.raw.weak_id and each.raw.native_id not in found:
            alike = _alike(raw, source, each, taken)
            if alike is not None:
                found[each.raw.native_id] = alike
                taken.add(alike.item_id)
    told = ((each, found.get(each.raw.native_id)) for each in changes)
    return {each.raw.native_id: known.told_by(each) for each, known in told if known is not None}


def _alike(raw: sqlite3.Connection, source: int, change: ItemChange, taken: Set[int]) -> _Waiting | None:
    """The one item of the same date and title that nobody else has ``taken``."""
    rows = raw.execute(_BY_DATE, (source, to_micros(change.published)))
    waiting = [_Waiting(*more) for _, *more in rows.fetchall()]
    free = (each for each in waiting if each.item_id not in taken)
    alike = [each for each in free if _title(raw, each.item_id) == change.clean.title]
    return alike[0] if len(alike) == 1 else None


def _title(raw: sqlite3.Connection, item_id: int) -> Text:
    ((clean,),) = raw.execute(
        "select r.clean from items i join revisions r on r.item_id = i.id and r.revision = i.revision"
        " where i.id = ?",
        (item_id,),
    )
    return decode_item(clean, "").title
