"""What a refresh needs to know: sources, how far each was read, and the items it brought."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aggregator.dates import from_micros, to_micros
from aggregator.model import Bookmark
from aggregator.records import Known
from aggregator.remembered import Remembered
from aggregator.store.codec import array, bindable, decode_item, original, unpack
from aggregator.store.documents import items_of, read_documents, sources_with_documents
from aggregator.store.polling import read_exchanges
from aggregator.store.rows import Connected
from aggregator.urls import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.model import Item
    from aggregator.remembered import Row

_BY_LINK = (
    "select i.id, i.canonical_url from json_each(?2) as wanted cross join items i"
    " indexed by items_by_link on i.canonical_url = wanted.value and i.canonical_url is not null"
    " where i.source_id = (select id from sources where key = ?1) order by i.published, i.id"
)
"""From the links to their items, the newest of a link last."""


class Refreshing(Connected):
    """The reading half of a refresh."""

    def bookmark(self, source_id: str) -> Bookmark:
        """How far one source was read."""
        return self.bookmarks([source_id])[source_id]

    def bookmarks(self, source_ids: Iterable[str]) -> Mapping[str, Bookmark]:
        """See :meth:`aggregator.contracts.RefreshStore.bookmarks`."""
        wanted = list(source_ids)
        keys = array(map(bindable, wanted))
        with self._connection.reading() as raw:
            numbers, exchanges = sources_with_documents(raw, keys), read_exchanges(raw, keys)
        documents = {each: Remembered(partial(self._documents, number)) for each, number in numbers.items()}
        return {
            each: Bookmark(documents.get(each, {}), *exchanges[each]) if each in exchanges else Bookmark()
            for each in wanted
        }

    def _documents(self, source: int) -> Mapping[str, Row]:
        with self._connection.reading() as raw:
            return read_documents(raw, source)

    def known(self, source_id: str, native_ids: Iterable[str]) -> Mapping[str, Known]:
        """See :meth:`aggregator.contracts.RefreshStore.known`."""
        with self._connection.reading() as raw:
            row = raw.execute("select id from sources where key = ?", (bindable(source_id),)).fetchone()
            if row is None:
                return {}
            found = items_of(raw, row[0], native_ids)
            known = _known(raw, found.values())
            return {native_id: known[item_id] for native_id, item_id in found.items()}

    def known_items(self, item_ids: Iterable[int]) -> Mapping[int, Known]:
        """See :meth:`aggregator.contracts.RefreshStore.known_items`."""
        with self._connection.reading() as raw:
            return _known(raw, item_ids)

    def by_link(self, source_id: str, links: Iterable[str]) -> Mapping[str, Known]:
        """See :meth:`aggregator.contracts.RefreshStore.by_link`."""
        wanted = array({bindable(canonical(link)) for link in links})
        with self._connection.reading() as raw:
            found = raw.execute(_BY_LINK, (bindable(source_id), wanted)).fetchall()
            known = _known(raw, [item_id for item_id, _ in found])
            return {original(link): known[item_id] for item_id, link in found}

    def newest(self, source_id: str, limit: int) -> Sequence[tuple[Known, Item]]:
        """See :meth:`aggregator.contracts.RefreshStore.newest`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select i.id, r.clean from items i join revisions r on r.item_id = i.id"
                " where i.source_id = (select id from sources where key = ?) and r.revision = i.revision"
                " order by i.published desc, i.id desc limit ?",
                (bindable(source_id), limit),
            ).fetchall()
            known = _known(raw, [item_id for item_id, _ in rows])
            return [(known[item_id], decode_item(clean, source_id)) for item_id, clean in rows]

    def count_live(self, source_id: str) -> int:
        """See :meth:`aggregator.contracts.RefreshStore.count_live`."""
        with self._connection.reading() as raw:
            ((count,),) = raw.execute(
                "select count(*) from items where state = 'live'"
                " and source_id = (select id from sources where key = ?)",
                (bindable(source_id),),
            )
            return int(count)

    def count_since(self, source_id: str, since: datetime) -> int:
        """See :meth:`aggregator.contracts.RefreshStore.count_since`."""
        with self._connection.reading() as raw:
            ((count,),) = raw.execute(
                "with own as (select first_seen from items"
                " where source_id = (select id from sources where key = ?))"
                " select count(*) from own"
                " where first_seen > ? and first_seen > (select min(first_seen) from own)",
                (bindable(source_id), to_micros(since)),
            )
            return int(count)

    def stale(self, cleaner: int, limit: int) -> Sequence[tuple[int, Item, datetime]]:
        """See :meth:`aggregator.contracts.CleaningStore.stale`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select i.id, r.raw, s.key, i.first_seen from"
                " (select id from items where cleaner < ?1 union all select id from items where cleaner > ?1"
                " limit ?2) as other join items i on i.id = other.id join sources s on s.id = i.source_id"
                " join revisions r on r.item_id = i.id and r.revision = i.revision order by i.id",
                (cleaner, limit),
            )
            return [(item, unpack(body, original(key)), from_micros(seen)) for item, body, key, seen in rows]


def _known(raw: sqlite3.Connection, item_ids: Iterable[int]) -> Mapping[int, Known]:
    rows = raw.execute(
        "select id, native_id, fingerprint, published, zone, updated, first_seen, state, content_key,"
        " revision from items where id in (select value from json_each(?))",
        (array(item_ids),),
    )
    return {
        item_id: Known(
            item_id=item_id,
            native_id=original(native_id),
            fingerprint=original(fingerprint),
            published=from_micros(published, zone),
            updated=from_micros(updated),
            first_seen=from_micros(first_seen),
            live=state == "live",
            content_key=original(content_key),
            revision=revision,
        )
        for (
            item_id,
            native_id,
            fingerprint,
            published,
            zone,
            updated,
            first_seen,
            state,
            content_key,
            revision,
        ) in rows
    }
