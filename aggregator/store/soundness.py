"""What is wrong with a store, a line each: its schema, its pages, its values, what rows say of each other."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.store.columns import faults, told
from aggregator.store.connection import open_read_only
from aggregator.store.migrating import foreign_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

AT_MOST = 100
"""Problems of one kind that are told; a wholly damaged file has no end of them."""
_STEPS = 10_000
"""Of SQLite's machine between two looks at how long it took."""

_OF_FEW = {
    "meta {} is not there": (
        'select wanted.value from json_each(\'["site", "created"]\') as wanted'
        " where wanted.value not in (select key from meta) limit ?"
    ),
    "meta {} is no time": (
        "select key from meta where key = 'created' and (value <> cast(cast(value as integer) as text)"
        " or abs(cast(value as integer)) > 200000000000000000) limit ?"
    ),
    "category {} has no slug": (
        "select o.id from outputs o where o.kind = 'category' and not exists"
        " (select 1 from slugs s where s.output_id = o.id and s.current = 1 and s.slug = o.name) limit ?"
    ),
}
_OF_MANY = {
    "item {} has no current revision": (
        "select i.id from items i left join revisions r on r.item_id = i.id and r.revision = i.revision"
        " where r.item_id is null limit ?"
    ),
    "output {} counts its members wrongly": (
        "select o.id from outputs o"
        " where o.items <> (select count(*) from members m where m.output_id = o.id) limit ?"
    ),
    "item {} has another date in an output than of its own": (
        "select distinct i.id from members m join items i on i.id = m.item_id"
        " where i.routed = 1 and (m.sort <> i.published or m.arrived <> i.arrived) limit ?"
    ),
}
"""What holds in every sound store and no constraint of SQLite guards: soon looked at, or for each item."""


def problems(raw: sqlite3.Connection) -> Iterator[str]:
    """Everything, reading every page of the file."""
    if foreign := foreign_objects(raw)[:AT_MOST]:
        yield from (f"{each} is not as this program makes it" for each in foreign)
        return  # a look at the rows might run what is not ours
    damage = [text for (text,) in raw.execute(f"pragma integrity_check({AT_MOST})") if text != "ok"]
    yield from damage
    with suppress(*([sqlite3.Error] if damage else [])):  # what is damaged may not be readable any further
        yield from told(chain(faults(raw, large=False), faults(raw, large=True)))
    if not damage:
        yield from _strays(raw)
        yield from _contradictions(raw, _OF_MANY | _OF_FEW)


def first_problem(path: Path, patience: float) -> str | None:
    """What whoever stumbled over a store may have stumbled over; None: it is sound.

    What is soon looked through comes first, so that damage there is told of a store of any size.
    Raises TimeoutError where nothing is found in ``patience`` seconds, and there is more to be looked at.
    """
    until = monotonic() + patience
    with closing(open_read_only(path, patience)) as raw:
        raw.set_progress_handler(lambda: monotonic() > until, _STEPS)
        try:
            if foreign := foreign_objects(raw):
                return f"{foreign[0]} is not as this program makes it"
            few = chain(map(str, faults(raw, large=False)), _contradictions(raw, _OF_FEW))
            many = chain(map(str, faults(raw, large=True)), _strays(raw), _contradictions(raw, _OF_MANY))
            return next(chain(few, many), None)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TimeoutError from error
            raise


def _strays(raw: sqlite3.Connection) -> Iterator[str]:
    strays = raw.execute("pragma foreign_key_check").fetchmany(AT_MOST)
    yield from (
        f"a row of {table} belongs to a row of {parent} that is not there" for table, _, parent, _ in strays
    )


def _contradictions(raw: sqlite3.Connection, invariants: Mapping[str, str]) -> Iterator[str]:
    for wrong, query in invariants.items():
        yield from (wrong.format(which) for (which,) in raw.execute(query, (AT_MOST,)))
