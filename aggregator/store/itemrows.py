"""Write items, their revisions and their terms. Permanent ids are given here, once, and never changed."""

from __future__ import annotations

import uuid
from itertools import count
from typing import TYPE_CHECKING

from aggregator.dates import to_micros
from aggregator.errors import StoreError
from aggregator.store.codec import array, bindable, encode_item, pack
from aggregator.store.folding import fold
from aggregator.store.rows import OWN_CATEGORY, offset
from aggregator.urls import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from aggregator.model import Item
    from aggregator.records import ItemChange


def insert(raw: sqlite3.Connection, source: int, changes: Sequence[ItemChange], meta: str, now: int) -> None:
    """Add new items; ``meta``: their source as it is now; ``now`` in microseconds."""
    if not changes:
        return
    ((highest,),) = raw.execute("select coalesce(max(id), 0) from items")
    rows = list(enumerate(changes, start=highest + 1))
    names = _permanent_ids(raw, changes)
    raw.executemany(
        "insert into items (id, source_id, native_id, public_id, first_seen, arrived, last_seen, published,"
        " zone, updated, revision, cleaner, fingerprint, canonical_url, content_key, state)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 'live')",
        [
            (
                item_id,
                source,
                bindable(change.raw.native_id),
                name,
                to_micros(change.first_seen),
                to_micros(change.arrived),
                now,
                to_micros(change.published),
                offset(change.published),
                to_micros(change.updated),
                change.clean.cleaner,
                bindable(change.fingerprint),
                _link(change.clean),
                bindable(change.content_key),
            )
            for (item_id, change), name in zip(rows, names, strict=True)
        ],
    )
    _add_revisions(raw, [(item_id, 1, change) for item_id, change in rows], meta, now)
    _add_terms(raw, [(item_id, change.clean) for item_id, change in rows])


def update(raw: sqlite3.Connection, source: int, changes: Sequence[ItemChange], meta: str, now: int) -> None:
    """Give items a new revision; what was given them when they came (id, first seen, arrived) stays."""
    if not changes:
        return
    latest = {change.item_id: change for change in changes if change.item_id is not None}
    found = raw.execute(
        "select id, revision + 1 from items where source_id = ? and id in (select value from json_each(?))",
        (source, array(latest)),
    )
    rows = [(item_id, revision, latest[item_id]) for item_id, revision in found]
    if len(rows) != len(latest):
        raise StoreError(f"a change of items that are not of their source: {sorted(latest)}")
    raw.executemany(
        "update items set last_seen = ?, published = ?, zone = ?, updated = ?, revision = ?, cleaner = ?,"
        " fingerprint = ?, canonical_url = ?, content_key = ?, state = iif(?, 'live', state), routed = 0"
        " where id = ?",
        [
            (
                now,
                to_micros(change.published),
                offset(change.published),
                to_micros(change.updated),
                revision,
                change.clean.cleaner,
                bindable(change.fingerprint),
                _link(change.clean),
                bindable(change.content_key),
                change.returns,
                item_id,
            )
            for item_id, revision, change in rows
        ],
    )
    _add_revisions(raw, rows, meta, now)
    fold(raw, [(item_id, revision) for item_id, revision, _ in rows])
    _replace_terms(raw, [(item_id, change.clean) for item_id, _, change in rows])


def reclean(raw: sqlite3.Connection, cleaned: Sequence[tuple[int, Item]]) -> None:
    """Replace the clean form of the current revision."""
    raw.executemany(
        "update revisions set clean = ?, cleaner = ?"
        " where item_id = ? and revision = (select revision from items where id = item_id)",
        [(encode_item(item), item.cleaner, item_id) for item_id, item in cleaned],
    )
    raw.executemany(
        "update items set cleaner = ?, canonical_url = ?, routed = 0 where id = ?",
        [(item.cleaner, _link(item), item_id) for item_id, item in cleaned],
    )
    _replace_terms(raw, cleaned)


def _add_revisions(
    raw: sqlite3.Connection, rows: Iterable[tuple[int, int, ItemChange]], meta: str, now: int
) -> None:
    raw.executemany(
        "insert into revisions (item_id, revision, seen, updated, cleaner, source_meta, clean, raw)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                item_id,
                revision,
                now,
                to_micros(change.updated),
                change.clean.cleaner,
                meta,
                encode_item(change.clean),
                pack(change.raw),
            )
            for item_id, revision, change in rows
        ],
    )


def _link(clean: Item) -> str | None:
    return None if clean.link is None else bindable(canonical(clean.link))


# ── terms ─────────────────────────────────────────────────────────────────────────────────────────────────


def _replace_terms(raw: sqlite3.Connection, cleaned: Sequence[tuple[int, Item]]) -> None:
    raw.execute(
        "delete from terms where item_id in (select value from json_each(?))",
        (array(item_id for item_id, _ in cleaned),),
    )
    _add_terms(raw, cleaned)


def _add_terms(raw: sqlite3.Connection, cleaned: Iterable[tuple[int, Item]]) -> None:
    raw.executemany(
        "insert into terms (item_id, scheme, term, label) values (?, ?, ?, ?) on conflict do nothing",
        [(item_id, *term) for item_id, item in cleaned for term in _terms(item)],
    )


def _terms(item: Item) -> Iterator[tuple[str, str, str]]:
    """A tag that claims our own scheme is left out: a stranger must not write into any category."""
    for tag in item.tags:
        if tag.scheme != OWN_CATEGORY:
            yield bindable(tag.scheme), bindable(tag.term), bindable(tag.label or tag.term)
    for name in item.categories:
        yield OWN_CATEGORY, bindable(name), bindable(name)


# ── permanent ids ─────────────────────────────────────────────────────────────────────────────────────────


def _permanent_ids(raw: sqlite3.Connection, changes: Sequence[ItemChange]) -> list[str]:
    """One for each new item: its own, its spare where another holds that, else one minted from both."""
    wanted = [bindable(name) for change in changes for name in (change.public_id, change.spare_id)]
    held = raw.execute(
        "select public_id from items where public_id in (select value from json_each(?))", (array(wanted),)
    )
    taken = {name for (name,) in held}
    given = []
    for change in changes:
        name = next(each for each in _candidates(raw, change) if each not in taken)
        taken.add(name)
        given.append(name)
    return given


def _candidates(raw: sqlite3.Connection, change: ItemChange) -> Iterator[str]:
    yield bindable(change.public_id)
    yield bindable(change.spare_id)
    for number in count(2):
        name = uuid.uuid5(uuid.NAMESPACE_URL, bindable(f"{change.spare_id}#{number}")).urn
        if raw.execute("select 1 from items where public_id = ?", (name,)).fetchone() is None:
            yield name
