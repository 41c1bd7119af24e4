"""Keep the history of an item that changes without end within bounds.

Its rule: the newest revisions stay whole, and of older ones the first, and one a day. What changes once a day
or less often, and what never changed more often than that many times, keeps everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.records import MOST_REVISIONS
from aggregator.store.codec import array, original
from aggregator.store.rows import Connected

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

_DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds."""
_PLACE = "(select rowid from revisions where item_id = item.value order by revision desc limit 1 offset {})"
_FOLD = (
    "delete from revisions where rowid in (select leaving.rowid from json_each(:items) as item"  # noqa: S608 - a constant
    f" join revisions leaving on leaving.rowid = {_PLACE.format(':most')}"
    f" join revisions before on before.rowid = {_PLACE.format(':most + 1')}"
    " where abs(leaving.seen - before.seen) < :day)"
)
"""What just stopped being one of the newest, where the one kept before it came within a day of it."""
_FOLDED = (
    "select s.key, count(*) as times from items i cross join sources s on s.id = i.source_id"
    " where i.revision > ? and i.revision > (select count(*) from revisions r where r.item_id = i.id)"
    " group by s.id order by times desc, s.key"
)


class Folding(Connected):
    """What was let go."""

    def folded(self) -> Mapping[str, int]:
        """How many items of each source have revisions that are not kept, most first. Looks at every item."""
        with self._connection.reading() as raw:
            return {original(key): int(times) for key, times in raw.execute(_FOLDED, (MOST_REVISIONS,))}


def fold(raw: sqlite3.Connection, revised: Iterable[tuple[int, int]]) -> None:
    """Let go what need not be kept after these were added: ``(item id, revision)``, a later call for each."""
    often = [item_id for item_id, revision in revised if revision > MOST_REVISIONS]
    if often:
        raw.execute(_FOLD, {"items": array(often), "most": MOST_REVISIONS, "day": _DAY})
