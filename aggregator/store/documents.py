"""Write and read documents: what makes an idle rescan parse nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.dates import to_micros
from aggregator.store.codec import ESCAPED, array, bindable, encode_problems, original
from aggregator.store.rows import offset

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from aggregator.model import Stamp
    from aggregator.records import DocumentRecord, Save
    from aggregator.remembered import Row

_DOCUMENTS = (
    "select d.name, d.size, d.mtime_ns, d.hash, coalesce(d.item_id, (select i.id from items i"
    " where i.source_id = d.source_id and i.native_id = d.native_id)), d.native_id, d.published, d.zone"
    " from documents d where d.source_id = ?"
)


def keep_documents(raw: sqlite3.Connection, source: int, save: Save) -> None:
    """Record what was read, touched and forgotten; items and aliases of the same save are there already."""
    named = [each.native_id for each in save.documents if each.native_id is not None]
    found = items_of(raw, source, named) if named else {}
    raw.executemany(
        "insert into documents (source_id, name, size, mtime_ns, hash, native_id, item_id, published, zone,"
        " problems) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (source_id, name) do update set size = excluded.size, mtime_ns = excluded.mtime_ns,"
        " hash = excluded.hash, native_id = excluded.native_id, item_id = excluded.item_id,"
        " published = excluded.published, zone = excluded.zone, problems = excluded.problems",
        [
            (source, *_stamp(record.stamp), *_claim(record, found), encode_problems(record.problems))
            for record in save.documents
        ],
    )
    raw.executemany(
        "update documents set size = ?2, mtime_ns = ?3, hash = ?4 where source_id = ?5 and name = ?1",
        [(*_stamp(stamp), source) for stamp in save.touched],
    )
    raw.executemany(
        "delete from documents where source_id = ? and name = ?",
        [(source, bindable(name)) for name in save.forgotten],
    )


def sources_with_documents(raw: sqlite3.Connection, keys: str) -> Mapping[str, int]:
    """Those of these sources that have any, with their numbers; ``keys``: an array of them."""
    sources = raw.execute(
        "select s.key, s.id from json_each(?) wanted cross join sources s on s.key = wanted.value"
        " where exists (select 1 from documents d where d.source_id = s.id)",
        (keys,),
    ).fetchall()
    return {original(key): source for key, source in sources}


def read_documents(raw: sqlite3.Connection, source: int) -> Mapping[str, Row]:
    """Every document of a source by name.

    A claim to an item that came only later, with another document, counts from then on.
    """
    found: dict[str, Row] = {row[0]: row[1:] for row in raw.execute(_DOCUMENTS, (source,))}
    # All of them are looked at with every refresh, and hardly ever is one not as it was.
    if any(name >= ESCAPED or (row[4] or "") >= ESCAPED for name, row in found.items()):
        return {
            original(name): (*row[:4], row[4] and original(row[4]), *row[5:]) for name, row in found.items()
        }
    return found


def items_of(raw: sqlite3.Connection, source: int, native_ids: Iterable[str]) -> Mapping[str, int]:
    """Item ids by native id; an alias leads to its item, but an item's own id comes first."""
    wanted = array(bindable(native_id) for native_id in native_ids)
    aliases = raw.execute(
        "select value, item_id from aliases where source_id = ? and kind = 'native'"
        " and value in (select value from json_each(?))",
        (source, wanted),
    )
    found: dict[str, int] = {original(value): item_id for value, item_id in aliases}
    own = raw.execute(
        "select native_id, id from items where source_id = ?"
        " and native_id in (select value from json_each(?))",
        (source, wanted),
    )
    found.update((original(native_id), item_id) for native_id, item_id in own)
    return found


def _stamp(stamp: Stamp) -> tuple[str, int, int, str]:
    return bindable(stamp.name), stamp.size, stamp.mtime_ns, stamp.hash


def _claim(
    record: DocumentRecord, found: Mapping[str, int]
) -> tuple[str | None, int | None, int | None, int | None]:
    native_id, published = record.native_id, record.published
    return (
        None if native_id is None else bindable(native_id),
        None if native_id is None else found.get(native_id),
        None if published is None else to_micros(published),
        None if published is None else offset(published),
    )
