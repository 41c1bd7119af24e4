"""Read and create outputs: feeds of categories, the feed of everything, and what lists them."""

from __future__ import annotations

from collections import defaultdict
from operator import index
from typing import TYPE_CHECKING, Any

from aggregator.dates import from_micros
from aggregator.records import Output
from aggregator.store.codec import original
from aggregator.store.rows import moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


_OUTPUTS = (
    "select o.id, o.kind, o.name, o.atom_id, o.created, o.title, o.updated, o.left_at, o.rule_hash,"
    " coalesce(d.generation, 0), o.items"
    " from outputs o left join outdated d on d.output_id = o.id"
)
_FORMER = "select output_id, slug from slugs where current = 0"


def read_outputs(raw: sqlite3.Connection) -> Sequence[Output]:
    """All of them, by kind and name."""
    former: defaultdict[int, list[str]] = defaultdict(list)
    for output_id, slug in raw.execute(f"{_FORMER} order by slug"):
        former[output_id].append(slug)
    return [_output(row, former[row[0]]) for row in raw.execute(f"{_OUTPUTS} order by o.kind, o.name")]


def find_output(raw: sqlite3.Connection, kind: str, name: str) -> Output | None:
    """The one of that kind and name, which is as columns hold it."""
    row = raw.execute(f"{_OUTPUTS} where o.kind = ? and o.name = ?", (kind, name)).fetchone()
    if row is None:
        return None
    former = raw.execute(f"{_FORMER} and output_id = ? order by slug", (row[0],))
    return _output(row, [slug for _, slug in former])


def _output(row: Sequence[Any], former: Sequence[str]) -> Output:
    output_id, kind, name, atom_id, created, title, updated, left, rule_hash, generation, items = row
    return Output(
        id=output_id,
        kind=original(kind),
        name=original(name),
        atom_id=original(atom_id),
        created=from_micros(created),
        title=original(title),
        updated=moment(updated),
        left=moment(left),
        rule_hash=original(rule_hash),
        generation=index(generation),
        items=index(items),
        former=tuple(former),
    )


def create_output(raw: sqlite3.Connection, kind: str, name: str, atom_id: str, created: int) -> int:
    """Add one; returns its id. All arguments are as columns hold them."""
    ((output_id,),) = raw.execute(
        "insert into outputs (kind, name, atom_id, created) values (?, ?, ?, ?) returning id",
        (kind, name, atom_id, created),
    ).fetchall()
    return int(output_id)
