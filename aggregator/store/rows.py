"""What several parts of the store read or mark alike. Each works inside its caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.dates import from_micros, to_micros
from aggregator.model import SourceInfo
from aggregator.store.codec import array, original

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aggregator.store.connection import Connection

OWN_CATEGORY = "urn:aggregator:category"
"""The scheme of the categories an item states for itself; no tag of a stranger is stored under it."""

INFO = "s.title, s.feed_id, s.feed_title, s.feed_url, s.site_url, s.feed_updated"
"""Columns of ``sources s`` for :func:`to_info`."""


class Connected:
    """A part of the store, on the one connection all parts share."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


def micros(moment: datetime | None) -> int | None:
    """An optional time as a column."""
    return None if moment is None else to_micros(moment)


def moment(value: int | None) -> datetime | None:
    """An optional time, UTC."""
    return None if value is None else from_micros(value)


def offset(zoned: datetime) -> int:
    """The offset its source wrote, in seconds."""
    shift = zoned.utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


def to_info(columns: Sequence[Any]) -> SourceInfo:
    """A source as readers see it, from :data:`INFO`: the configured title before its own."""
    title, feed_id, feed_title, feed_url, site_url, feed_updated = columns
    return SourceInfo(
        id=original(feed_id),
        title=original(title or feed_title),
        site_url=None if site_url is None else original(site_url),
        feed_url=None if feed_url is None else original(feed_url),
        updated=moment(feed_updated),
    )


def outdate(raw: sqlite3.Connection, output_ids: Iterable[int], *, whole: bool = False) -> None:
    """Have these outputs written again, under a generation they never had before.

    ``whole``: with all their pages, not only those on which something was touched. The home page shows what
    the feed of everything does, so what lists feeds goes with that.
    """
    shown_in = _shown_in(raw) if whole else {}
    ids = array({place for each in output_ids for place in shown_in.get(each, (each,))})
    raw.execute(
        "update outputs set generation = generation + 1 where id in (select value from json_each(?))", (ids,)
    )
    raw.execute(
        "insert into outdated (output_id, generation, whole)"
        " select id, generation, ?2 from outputs where id in (select value from json_each(?1))"
        " on conflict (output_id) do update"
        " set generation = excluded.generation, whole = max(whole, excluded.whole)",
        (ids, int(whole)),
    )


def touch(raw: sqlite3.Connection, places: Iterable[tuple[int, int, int]]) -> None:
    """Note that something came, left or changed there: ``(output id, item id, sort)``.

    What happens in the feed of everything happens on the home page. Of outputs that are to be written whole
    nothing need be noted.
    """
    whole = {each for (each,) in raw.execute("select output_id from outdated where whole = 1")}
    shown_in = _shown_in(raw)
    raw.executemany(
        "insert into touched (output_id, item_id, sort) values (?, ?, ?) on conflict do nothing",
        [
            (each, item_id, sort)
            for output_id, item_id, sort in places
            for each in shown_in.get(output_id, (output_id,))
            if each not in whole
        ],
    )


def _shown_in(raw: sqlite3.Connection) -> dict[int, tuple[int, ...]]:
    """The feed of everything, with itself and what lists feeds, whose home page shows the same."""
    everything, lists = (
        [each for (each,) in raw.execute("select id from outputs where kind = ?", (kind,))]
        for kind in ("all", "directory")
    )
    return {each: (each, *lists) for each in everything}


def outdate_with_directory(
    raw: sqlite3.Connection, output_ids: Iterable[int], *, whole: bool = False
) -> None:
    """Have these outputs written again, and what lists them."""
    ids = set(output_ids)
    if ids:
        outdate_directory(raw)
        outdate(raw, ids, whole=whole)


def outdate_directory(raw: sqlite3.Connection) -> None:
    """Have what lists feeds and sources written again."""
    outdate(raw, [each for (each,) in raw.execute("select id from outputs where kind = 'directory'")])


def outdate_outputs_of(raw: sqlite3.Connection, item_ids: Iterable[int]) -> None:
    """Have the outputs written again that these items are members of."""
    ids = list(item_ids)
    if not ids:
        return
    rows = raw.execute(
        "select output_id, item_id, sort from members where item_id in (select value from json_each(?))",
        (array(ids),),
    ).fetchall()
    touch(raw, rows)
    outdate_with_directory(raw, {output_id for output_id, _, _ in rows})
