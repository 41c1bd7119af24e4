"""Keep what one batch of a refresh amounts to: all of it or nothing, and no query per item."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from aggregator.dates import to_micros
from aggregator.errors import StoreError
from aggregator.store import itemrows
from aggregator.store.adopting import adopted
from aggregator.store.codec import array, bindable, encode_info
from aggregator.store.documents import keep_documents
from aggregator.store.polling import STANDING, keep_outcome
from aggregator.store.rows import INFO, Connected, micros, outdate_directory, outdate_outputs_of, to_info
from aggregator.values import replace

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.model import Item, SourceInfo
    from aggregator.records import Save


_SOURCE = f"select s.id, {INFO}, {STANDING} from sources s where key = ?"  # noqa: S608 - constants
_INFO_END = 1 + INFO.count(",") + 1


class Saving(Connected):
    """The writing half of a refresh."""

    def save(self, *saves: Save) -> None:
        """See :meth:`aggregator.contracts.RefreshStore.save`."""
        with self._connection.writing() as raw:
            for each in saves:
                self._save(raw, each)

    def _save(self, raw: sqlite3.Connection, save: Save) -> None:
        row = raw.execute(_SOURCE, (bindable(save.source_id),)).fetchone()
        if row is None:
            raise StoreError(f"{self._connection.path}: no source {save.source_id!r} to save items of")
        source, columns, standing = row[0], row[1:_INFO_END], row[_INFO_END:]
        if save.info is None:
            info = to_info(columns)
        else:
            info = _keep_info(raw, source, columns, save.info, configured_only=save.configured_only)
        _keep_items(raw, source, save, info)
        _keep_aliases(raw, source, save.aliases)
        keep_documents(raw, source, save)
        if save.outcome is not None:
            keep_outcome(raw, source, save.outcome, standing)

    def recleaned(self, items: Sequence[tuple[int, Item]], now: datetime) -> None:
        """See :meth:`aggregator.contracts.CleaningStore.recleaned`."""
        with self._connection.writing() as raw:
            itemrows.reclean(raw, items)
            outdate_outputs_of(raw, [item_id for item_id, _ in items])


def _keep_items(raw: sqlite3.Connection, source: int, save: Save, info: SourceInfo) -> None:
    changes, now = save.changes, to_micros(save.now)
    if changes.new or changes.updated:
        meta = encode_info(info)
        changes = adopted(raw, source, changes)
        itemrows.insert(raw, source, changes.new, meta, now)
        itemrows.update(raw, source, changes.updated, meta, now)
    if changes.unchanged:
        raw.execute(
            "update items set last_seen = ? where source_id = ? and id in (select value from json_each(?))",
            (now, source, array(changes.unchanged)),
        )
    if save.left:
        raw.execute(
            "update items set state = 'left', routed = 0"
            " where source_id = ? and id in (select value from json_each(?)) and state <> 'left'",
            (source, array(save.left)),
        )
    updated = [change.item_id for change in changes.updated if change.item_id is not None]
    if updated or save.left:
        outdate_outputs_of(raw, [*updated, *save.left])


def _keep_aliases(raw: sqlite3.Connection, source: int, aliases: Sequence[tuple[str, int]]) -> None:
    raw.executemany(
        "insert into aliases (source_id, kind, value, item_id) values (?, 'native', ?, ?)"
        " on conflict (source_id, kind, value) do update set item_id = excluded.item_id",
        [(source, bindable(native_id), item_id) for native_id, item_id in aliases],
    )


def _keep_info(
    raw: sqlite3.Connection, source: int, columns: Sequence[Any], info: SourceInfo, *, configured_only: bool
) -> SourceInfo:
    """What lists the sources follows, though not for every new ``updated``. ``columns``: INFO until now."""
    before = to_info(columns)
    if configured_only:
        info = replace(before, title=info.title or before.title, feed_url=info.feed_url)
    title, *known = columns
    said = [
        bindable(info.id),
        bindable(info.title),
        None if info.feed_url is None else bindable(info.feed_url),
        None if info.site_url is None else bindable(info.site_url),
        _placeable(info.updated),
    ]
    if said == known:
        return before
    raw.execute(
        "update sources set feed_id = ?, feed_title = ?, feed_url = ?, site_url = ?, feed_updated = ?"
        " where id = ?",
        (*said, source),
    )
    after = to_info((title, *said))
    if _listed(before) != _listed(after):
        outdate_directory(raw)
    return after


def _placeable(updated: datetime | None) -> int | None:
    """What a feed claims of itself nobody has tidied: a time at the end of the calendar may have no UTC."""
    try:
        return micros(updated and updated.astimezone(UTC))
    except OverflowError:
        return None


def _listed(info: SourceInfo) -> tuple[str | None, ...]:
    return (info.id, info.title, info.site_url, info.feed_url)
