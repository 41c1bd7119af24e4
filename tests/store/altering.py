"""A store altered by hand: values that no program of ours writes, past whatever SQLite holds against them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_STRICT = re.compile(
    r" strict\b,?|, strict\b|\bnot null\b|\breferences \w+ \(\w+\)|\bcheck \(.*?\)(?=\n|,\n)"
)
_UPDATE = 'update or ignore "{}" set "{}" = ?'


def columns_of(path: Path) -> list[tuple[str, str]]:
    """Every table of a store, with each of its columns."""
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(
            "select t.name, c.name from pragma_table_list t join pragma_table_xinfo(t.name) c"
            " where t.type = 'table' and t.name not like 'sqlite%' order by t.name, c.cid"
        ).fetchall()


def alter(path: Path, table: str, column: str, value: object) -> int:
    """Put a value in a column of every row that can have it; returns how many have it now.

    Whatever the schema says against it is taken out for a moment, and is there again afterwards.
    """
    changed = 0
    with closing(_unguarded(path)) as raw:
        sql = raw.execute("select type, name, sql from sqlite_master where sql is not null").fetchall()
        lax = [(_STRICT.sub("", text), kind, name) for kind, name, text in sql if kind == "table"]
        raw.executemany("update sqlite_master set sql = ? where type = ? and name = ?", lax)
        raw.execute("delete from sqlite_master where type = 'trigger'")
    with closing(_unguarded(path)) as raw:
        with suppress(sqlite3.IntegrityError):  # a row's number can be nothing else
            changed = raw.execute(_UPDATE.format(table, column), (value,)).rowcount
        raw.executemany(
            "update sqlite_master set sql = ? where type = ? and name = ?",
            [(text, kind, name) for kind, name, text in sql],
        )
        raw.executemany(
            "insert into sqlite_master (type, name, tbl_name, rootpage, sql) values (?, ?, 'members', 0, ?)",
            [(kind, name, text) for kind, name, text in sql if kind == "trigger"],
        )
    return changed


def _unguarded(path: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("pragma writable_schema = on")
    raw.execute("pragma ignore_check_constraints = on")
    return raw
