"""What each column of a sound store holds; which rows hold anything else, altered by hand or by a disk.

The schema says of what type a value is, and here stands what it means. Rows are read one by one, so that a
store of any size is looked through in little memory.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from aggregator.dates import from_micros, to_micros
from aggregator.model import Item, ListedSource, Problem, SourceInfo
from aggregator.passing import refuse_odd
from aggregator.store.codec import (
    decode_info,
    decode_item,
    decode_listed,
    decode_moments,
    decode_problems,
    decode_wishes,
    original,
    unpack,
)
from aggregator.wishes import Calendar, Freshness

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

_LARGE = ("outdated", "touched", "terms", "aliases", "files", "documents", "members", "items", "revisions")
"""What may have a row for every item or more; what takes the longest to be looked through is last."""
_FIRST = 3
"""Rows of one table that are told one by one."""
_LONGEST = 60
"""Characters of a value that are shown."""
_DAY = 24 * 60 * 60
_YEAR = timedelta(days=366)
_EARLIEST = to_micros(datetime.min.replace(tzinfo=UTC) + _YEAR)
_LATEST = to_micros(datetime.max.replace(tzinfo=UTC) - _YEAR)
"""A year from either end of the calendar, since times are shown in any zone, and reckoned with."""
_TYPES: Mapping[str, type] = {"INTEGER": int, "TEXT": str, "BLOB": bytes}


class Fault(NamedTuple):
    """A row that holds what nobody wrote there."""

    table: str
    row: str
    """Its primary key."""
    column: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.column}: {self.what}"


class _Undecodable(NamedTuple):
    """A text that is none."""

    body: bytes


def faults(raw: sqlite3.Connection, *, large: bool) -> Iterator[Fault]:
    """The first thing that is wrong with each row, in the tables that grow with items or in the others.

    The schema must have been looked at.
    """
    with _texts_that_may_be_none(raw):
        found = raw.execute("select name from sqlite_master where type = 'table' order by name")
        names = {name for (name,) in found if not name.startswith("sqlite_")}
        for table in filter(names.__contains__, _LARGE) if large else sorted(names.difference(_LARGE)):
            yield from _faults_of(raw, table)


def told(found: Iterator[Fault]) -> Iterator[str]:
    """A line for each of the first rows of a table, and one for how many more there are."""
    counts: Counter[str] = Counter()
    for fault in found:
        counts[fault.table] += 1
        if counts[fault.table] <= _FIRST:
            yield str(fault)
    for table, count in counts.items():
        if count > _FIRST:
            yield f"{table}: {count:,} rows in all hold what nobody wrote there"


class _Column(NamedTuple):
    name: str
    type: type
    optional: bool
    key: bool
    refuse: Callable[[Any], object] | None


def _faults_of(raw: sqlite3.Connection, table: str) -> Iterator[Fault]:
    columns = [
        _Column(name, _TYPES[kind], not required and not key, bool(key), _MEANINGS.get(f"{table}.{name}"))
        for _, name, kind, required, _, key, _ in raw.execute(
            "select * from pragma_table_xinfo(?)", (table,)
        ).fetchall()
    ]
    selected = ", ".join(f'"{each.name}"' for each in columns)
    for row in raw.execute(f'select {selected} from "{table}"'):  # noqa: S608 - names of our own schema
        for column, value in zip(columns, row, strict=True):
            if (wrong := _wrong(column, value)) is not None:
                key = ", ".join(_shown(value) for each, value in zip(columns, row, strict=True) if each.key)
                yield Fault(table, key, column.name, wrong)
                break


def _wrong(column: _Column, value: Any) -> str | None:
    """What is said of a value that nobody wrote there."""
    if value is None:
        return None if column.optional else "is not there"
    if isinstance(value, _Undecodable):
        return f"{_shown(value.body)} is no text"
    if type(value) is not column.type:
        return f"{_shown(value)} is of another type"
    try:
        if isinstance(value, str):
            original(value)
        if column.refuse is not None:
            column.refuse(value)
    except (ValueError, OverflowError) as error:
        return f"{_shown(value)} cannot be what was written there: {error}"
    return None


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


@contextmanager
def _texts_that_may_be_none(raw: sqlite3.Connection) -> Iterator[None]:
    def text(body: bytes) -> object:
        try:
            return body.decode()
        except UnicodeDecodeError:
            return _Undecodable(body)

    before, raw.text_factory = raw.text_factory, text
    try:
        yield
    finally:
        raw.text_factory = before


# ── what they mean ────────────────────────────────────────────────────────────────────────────────────────


def _time(value: int) -> None:
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError("no such time")


def _zone(value: int) -> None:
    if not -_DAY < value < _DAY:
        raise ValueError("no zone is a day from UTC")


def _count(value: int) -> None:
    if value < 0:
        raise ValueError("less than nothing")


def _path(value: str) -> None:
    if any(part in ("", ".", "..") or "\0" in part for part in original(value).split("/")):
        raise ValueError("it does not lie in the output folder")


def _name(value: str) -> None:
    """Of a category; what is none has an empty one."""
    if value:
        _path(value)
    if "/" in original(value):
        raise ValueError("it does not lie in its folder")


def _item(item: Item) -> None:
    refuse_odd(Item, item)


@lru_cache(maxsize=1024)
def _info(value: str) -> None:
    refuse_odd(SourceInfo, decode_info(value))


def _wishes(value: str) -> None:
    freshness, calendar = decode_wishes(value)
    refuse_odd(Calendar, calendar)
    if freshness is not None:
        refuse_odd(Freshness, freshness)


def _each(decode: Callable[[str], Sequence[object]], kind: type[object], value: str) -> None:
    for one in decode(value):
        refuse_odd(kind, one)


_TIMES = {
    "sources": (
        "added attempted last_success first_failure next_check due_from held_until moved_since gone_since"
        " late_since paused_since"
    ),
    "items": "first_seen arrived last_seen published updated",
    "documents": "published",
    "revisions": "seen updated",
    "outputs": "created updated left_at",
    "members": "sort arrived",
    "touched": "sort",
    "hosts": "not_before",
    "fetches": "at",
    "commands": "at",
}
_MEANINGS: Mapping[str, Callable[[Any], object]] = {
    **{f"{table}.{each}": _time for table, columns in _TIMES.items() for each in columns.split()},
    "sources.feed_updated": from_micros,  # what a feed claims of itself, up to the end of the calendar
    "sources.wishes": _wishes,
    "sources.recent": decode_moments,
    "items.zone": _zone,
    "items.revision": _count,
    "documents.zone": _zone,
    "documents.problems": partial(_each, decode_problems, Problem),
    "revisions.source_meta": _info,
    "revisions.clean": lambda value: _item(decode_item(value, "")),
    "revisions.raw": lambda value: _item(unpack(value, "")),
    "lists.sources": partial(_each, decode_listed, ListedSource),
    "outputs.name": _name,
    "slugs.slug": _name,
    "files.path": _path,
}
"""By column, what raises ValueError or OverflowError of a value of the right type that means nothing."""
