"""What pages of older items show, and which of them something happened on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.dates import from_micros, to_micros
from aggregator.records import Touched, TouchedItem
from aggregator.store.codec import array, original
from aggregator.store.entryrows import read_entries, read_places
from aggregator.store.rows import Connected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.records import Output
    from aggregator.views import Entry

SPAN = (
    "select m.item_id from members m join items i on i.id = m.item_id"
    " where m.output_id = ? and m.sort >= ? and m.sort < ? order by m.sort desc, i.public_id limit ?"
)
COUNT = "select count(*) from (select 1 from members where output_id = ? and sort >= ? and sort < ? limit ?)"


class History(Connected):
    """The third step of every generation."""

    def touched(self, output: Output) -> Touched:
        """See :meth:`aggregator.contracts.HistoryStore.touched`."""
        with self._connection.reading() as raw:
            row = raw.execute("select whole from outdated where output_id = ?", (output.id,)).fetchone()
            if row is not None and row[0]:
                return Touched(whole=True)
            rows = raw.execute(
                "select t.item_id, i.public_id, t.sort from touched t join items i on i.id = t.item_id"
                " where t.output_id = ? order by t.item_id, t.sort",
                (output.id,),
            )
            return Touched(
                items=tuple(
                    TouchedItem(item_id, original(public_id), from_micros(sort))
                    for item_id, public_id, sort in rows
                )
            )

    def count(self, output: Output, start: datetime, end: datetime, at_most: int) -> int:
        """See :meth:`aggregator.contracts.HistoryStore.count`."""
        with self._connection.reading() as raw:
            rows = raw.execute(COUNT, (output.id, to_micros(start), to_micros(end), at_most))
            return int(rows.fetchone()[0])

    def span(
        self,
        output: Output,
        start: datetime,
        end: datetime,
        at_most: int,
        known: Mapping[int, Entry] | None = None,
    ) -> Sequence[Entry]:
        """See :meth:`aggregator.contracts.HistoryStore.span`."""
        with self._connection.reading() as raw:
            rows = raw.execute(SPAN, (output.id, to_micros(start), to_micros(end), at_most))
            return read_entries(raw, [item_id for (item_id,) in rows], known)

    def span_places(self, output: Output, start: datetime, end: datetime, at_most: int) -> Sequence[Entry]:
        """See :meth:`aggregator.contracts.HistoryStore.span_places`."""
        with self._connection.reading() as raw:
            rows = raw.execute(SPAN, (output.id, to_micros(start), to_micros(end), at_most))
            return read_places(raw, [item_id for (item_id,) in rows])

    def member_ids(self, output: Output) -> Sequence[int]:
        """See :meth:`aggregator.contracts.HistoryStore.member_ids`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select item_id from members where output_id = ? order by item_id", (output.id,)
            )
            return [item_id for (item_id,) in rows]

    def members(self, output: Output, item_ids: Iterable[int]) -> Sequence[Entry]:
        """See :meth:`aggregator.contracts.HistoryStore.members`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select item_id from members where output_id = ? and item_id in"
                " (select value from json_each(?)) order by item_id",
                (output.id, array(item_ids)),
            )
            return read_entries(raw, [item_id for (item_id,) in rows])
