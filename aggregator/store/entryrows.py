"""Read items as outputs show them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aggregator.dates import from_micros
from aggregator.model import UNREAD, SourceInfo
from aggregator.store.codec import array, decode_info, decode_item, in_order, original
from aggregator.views import CategoryRef, Entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence


CATEGORIES = (
    "select m.item_id, o.name, o.title from members m cross join outputs o on o.id = m.output_id"
    " where o.kind = 'category' and m.item_id in (select value from json_each(?))"
)
"""From the items to their categories: ``cross join`` keeps SQLite from trying every category of the site."""
_NO_SOURCE = SourceInfo()


def read_entries(
    raw: sqlite3.Connection, item_ids: Sequence[int], known: Mapping[int, Entry] | None = None
) -> list[Entry]:
    """The entries of these items, in this order; those that are ``known`` already are not read."""
    found = dict(known or {})
    found |= _read(raw, [item_id for item_id in item_ids if item_id not in found])
    return in_order(found, item_ids)


def _read(raw: sqlite3.Connection, item_ids: Sequence[int]) -> dict[int, Entry]:
    categories = _categories(raw, item_ids)
    rows = raw.execute(
        "select i.id, i.public_id, i.published, i.zone, i.updated, i.first_seen, r.source_meta, r.clean,"
        " s.key, s.private from items i join revisions r on r.item_id = i.id and r.revision = i.revision"
        " join sources s on s.id = i.source_id where i.id in (select value from json_each(?))",
        (array(item_ids),),
    )
    return {
        item_id: Entry(
            item_id=item_id,
            id=original(public_id),
            item=decode_item(clean, original(key)),
            published=from_micros(published, zone),
            updated=from_micros(updated, zone),
            first_seen=from_micros(first_seen, zone),
            source=decode_info(meta),
            private=bool(private),
            categories=tuple(sorted(categories[item_id])),
        )
        for item_id, public_id, published, zone, updated, first_seen, meta, clean, key, private in rows
    }


def read_places(raw: sqlite3.Connection, item_ids: Sequence[int]) -> list[Entry]:
    """The same without reading any item."""
    rows = raw.execute(
        "select id, public_id, published, zone, updated, first_seen from items"
        " where id in (select value from json_each(?))",
        (array(item_ids),),
    )
    found = {
        item_id: Entry(
            item_id=item_id,
            id=original(public_id),
            item=UNREAD,
            published=from_micros(published, zone),
            updated=from_micros(updated, zone),
            first_seen=from_micros(first_seen, zone),
            source=_NO_SOURCE,
        )
        for item_id, public_id, published, zone, updated, first_seen in rows
    }
    return in_order(found, item_ids)


def _categories(raw: sqlite3.Connection, item_ids: Sequence[int]) -> Mapping[int, list[CategoryRef]]:
    rows = raw.execute(CATEGORIES, (array(item_ids),))
    categories: defaultdict[int, list[CategoryRef]] = defaultdict(list)
    for item_id, name, title in rows:
        categories[item_id].append(CategoryRef(slug=original(name), title=original(title or name)))
    return categories
