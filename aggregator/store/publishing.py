"""What outputs show, and what was written of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.dates import from_micros, to_micros
from aggregator.store.codec import DamagedValueError, array, bindable, original
from aggregator.store.entryrows import read_entries, read_places
from aggregator.store.outputrows import find_output, read_outputs
from aggregator.store.rows import OWN_CATEGORY, Connected, micros, outdate, outdate_with_directory, touch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.records import Output, Published, Window
    from aggregator.views import Entry

_MICROSECONDS = 1_000_000
_EVER, _NEVER = -(2**63), 2**63 - 1


class Publishing(Connected):
    """The second step of every generation."""

    def outputs(self) -> Sequence[Output]:
        """See :meth:`aggregator.contracts.PublishStore.outputs`."""
        with self._connection.reading() as raw:
            return read_outputs(raw)

    def everything(self) -> Output:
        """The output that every item is in; there is one as soon as items were routed once."""
        with self._connection.reading() as raw:
            found = find_output(raw, "all", "")
            if found is None:
                raise DamagedValueError("no feed of everything")
            return found

    def outdate(self, output_ids: Iterable[int]) -> None:
        """See :meth:`aggregator.contracts.PublishStore.outdate`."""
        with self._connection.writing() as raw:
            outdate(raw, output_ids, whole=True)

    def retitle(self, titles: Mapping[int, str]) -> None:
        """See :meth:`aggregator.contracts.PublishStore.retitle`."""
        with self._connection.writing() as raw:
            before = dict(raw.execute("select id, title from outputs").fetchall())
            changed = {
                output_id: bindable(title)
                for output_id, title in titles.items()
                if before.get(output_id) not in (None, bindable(title))
            }
            raw.executemany(
                "update outputs set title = ? where id = ?", [(new, each) for each, new in changed.items()]
            )
            outdate_with_directory(raw, changed, whole=True)
            together = raw.execute(
                "select m.output_id, m.item_id, m.sort, m.shown from members c"
                " join members m on m.item_id = c.item_id join outputs o on o.id = m.output_id"
                " where c.output_id in (select value from json_each(?)) and (m.shown = 1 or o.kind = 'all')",
                (array(changed),),
            ).fetchall()
            touch(raw, [tuple(place) for *place, _ in together])
            outdate(raw, {output_id for output_id, *_ in together})

    def entries(
        self, output: Output, window: Window, known: Mapping[int, Entry] | None = None
    ) -> Sequence[Entry]:
        """See :meth:`aggregator.contracts.PublishStore.entries`."""
        with self._connection.reading() as raw:
            return read_entries(raw, _shown(raw, output.id, window), known)

    def places(self, output: Output, window: Window) -> Sequence[Entry]:
        """See :meth:`aggregator.contracts.PublishStore.places`."""
        with self._connection.reading() as raw:
            return read_places(raw, _shown(raw, output.id, window))

    def periods(
        self,
        output: Output,
        end_of: Callable[[datetime], datetime],
        within: tuple[datetime, datetime] | None = None,
    ) -> Sequence[datetime]:
        """See :meth:`aggregator.contracts.PublishStore.periods`."""
        after, end = (_EVER, _NEVER) if within is None else map(to_micros, within)
        found: list[datetime] = []
        with self._connection.reading() as raw:
            while row := raw.execute(NEXT, (output.id, after, end)).fetchone():
                found.append(from_micros(row[0]))
                after = to_micros(end_of(found[-1]))
        return found

    def common_tags(self, output: Output) -> Sequence[str]:
        """See :meth:`aggregator.contracts.PublishStore.common_tags`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select t.label, count(distinct t.item_id) as times from names n"
                " join terms own on own.term = n.name and own.scheme = ?1"
                " join members m on m.output_id = n.output_id and m.item_id = own.item_id"
                " join terms t on t.item_id = own.item_id and t.scheme <> ?1"
                # What is itself a category of the item is no title of another one.
                " left join terms also on also.item_id = t.item_id and also.scheme = ?1"
                " and also.term = t.label"
                " where n.output_id = ?2 and also.term is null group by t.label order by times desc, t.label",
                (OWN_CATEGORY, output.id),
            )
            return [original(label) for label, _ in rows]

    def publishing(self, written: Sequence[Published]) -> None:
        """See :meth:`aggregator.contracts.PublishStore.publishing`."""
        with self._connection.writing() as raw:
            _remember(raw, written)

    def published(self, written: Sequence[Published]) -> None:
        """See :meth:`aggregator.contracts.PublishStore.published`."""
        with self._connection.writing() as raw:
            _remember(raw, written)
            raw.executemany(
                "delete from outdated where output_id = ? and generation = ?",
                [(one.output_id, one.generation) for one in written],
            )
            raw.execute(
                "delete from touched where output_id in (select value from json_each(?))"
                " and output_id not in (select output_id from outdated)",
                (array(one.output_id for one in written),),
            )

    def files(self) -> Mapping[str, tuple[int, str, int]]:
        """See :meth:`aggregator.contracts.PublishStore.files`."""
        with self._connection.reading() as raw:
            rows = raw.execute("select path, output_id, sha256, size from files order by path")
            return {original(path): (output_id, sha256, size) for path, output_id, sha256, size in rows}

    def forget_files(self, paths: Iterable[str]) -> None:
        """See :meth:`aggregator.contracts.PublishStore.forget_files`."""
        with self._connection.writing() as raw:
            raw.executemany("delete from files where path = ?", [(bindable(path),) for path in paths])


def _remember(raw: sqlite3.Connection, written: Sequence[Published]) -> None:
    raw.executemany(
        "update outputs set title = ?, updated = ?, rule_hash = ? where id = ?",
        [(bindable(one.title), micros(one.updated), one.rule_hash, one.output_id) for one in written],
    )
    for one in written:
        _remember_shown(raw, one)
    raw.executemany(
        "insert into files (path, output_id, sha256, size) values (?, ?, ?, ?)"
        " on conflict (path) do update set"
        " output_id = excluded.output_id, sha256 = excluded.sha256, size = excluded.size",
        [
            (bindable(path), one.output_id, sha256, size)
            for one in written
            for path, (sha256, size) in one.files.items()
        ],
    )


def _remember_shown(raw: sqlite3.Connection, one: Published) -> None:
    rows = raw.execute("select item_id from members where output_id = ? and shown = 1", (one.output_id,))
    before, after = {item_id for (item_id,) in rows}, set(one.shown)
    raw.executemany(
        "update members set shown = ? where output_id = ? and item_id = ?",
        [(int(each in after), one.output_id, each) for each in before ^ after],
    )


# ── entries ───────────────────────────────────────────────────────────────────────────────────────────────

BY_DATE = (
    "select m.item_id, m.sort, i.public_id from members m join items i on i.id = m.item_id"
    " where m.output_id = ? order by m.sort desc, i.public_id limit ?"
)
NEXT = "select sort from members where output_id = ? and sort >= ? and sort < ? order by sort limit 1"
BY_ARRIVAL = (
    "select m.item_id, m.sort, i.public_id from members m join items i on i.id = m.item_id"
    " where m.output_id = ?1 and m.arrived >= (select max(arrived) from members where output_id = ?1) - ?2"
    " order by m.sort desc, i.public_id limit ?3"
)


def _shown(raw: sqlite3.Connection, output_id: int, window: Window) -> list[int]:
    """Item ids in the order of the feed. Costs what is shown, not what the output holds."""
    seconds = window.seconds * _MICROSECONDS
    newest = raw.execute(BY_DATE, (output_id, window.at_most)).fetchall()
    lately = raw.execute(BY_ARRIVAL, (output_id, seconds, window.at_most)).fetchall()
    dated = [
        row for place, row in enumerate(newest) if place < window.entries or row[1] >= newest[0][1] - seconds
    ]
    ordered = sorted({*dated, *lately}, key=lambda row: (-row[1], row[2]))
    return [item_id for item_id, _, _ in ordered[: window.at_most]]
