"""What reading commands ask of items and problems. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aggregator.dates import from_micros
from aggregator.records import ItemRecord
from aggregator.store.codec import (
    array,
    bindable,
    decode_info,
    decode_item,
    decode_problems,
    in_order,
    original,
    unpack,
)
from aggregator.store.rows import Connected
from aggregator.urls import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from aggregator.model import Problem

_LARGEST = 2**63 - 1

FINDERS = (
    "select id from items where public_id = ?1",
    "select i.id from sources s cross join items i on i.source_id = s.id and i.native_id = ?1",
    (
        "select a.item_id from sources s cross join aliases a"
        " on a.source_id = s.id and a.kind = 'native' and a.value = ?1"
    ),
    (
        "select d.item_id from sources s cross join documents d"
        " on d.source_id = s.id and d.name = ?1 and d.item_id is not null"
    ),
)
"""Each way an item may be named, answered from an index: ``cross join`` has SQLite keep this order."""

LISTINGS = {
    (False, False): "select id from items order by published desc, public_id limit :limit",
    (False, True): (
        "select id from items where source_id = (select id from sources where key = :source)"
        " order by published desc, public_id limit :limit"
    ),
    (True, False): (
        "select i.id from members m join items i on i.id = m.item_id"
        " where m.output_id = (select id from outputs where kind = 'category' and name = :category)"
        " order by m.sort desc, i.public_id limit :limit"
    ),
    (True, True): (
        "select i.id from members m join items i on i.id = m.item_id"
        " where m.output_id = (select id from outputs where kind = 'category' and name = :category)"
        " and i.source_id = (select id from sources where key = :source)"
        " order by m.sort desc, i.public_id limit :limit"
    ),
}
"""By whether a category and a source are asked for."""


class Reading(Connected):
    """The store as reading commands see it."""

    def items(
        self, *, category: str | None = None, source_id: str | None = None, limit: int = 50
    ) -> Sequence[ItemRecord]:
        """See :meth:`aggregator.contracts.Library.items`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                LISTINGS[category is not None, source_id is not None],
                {
                    "category": bindable(category or ""),
                    "source": bindable(source_id or ""),
                    "limit": min(limit, _LARGEST),
                },
            )
            return _records(raw, [item_id for (item_id,) in rows])

    def find(self, needle: str) -> Sequence[ItemRecord]:
        """See :meth:`aggregator.contracts.Library.find`."""
        with self._connection.reading() as raw:
            found = {each for query in FINDERS for (each,) in raw.execute(query, (bindable(needle),))}
            if "://" in needle:
                link = bindable(canonical(needle))
                found |= {
                    each for (each,) in raw.execute("select id from items where canonical_url = ?", (link,))
                }
            if (number := _number(needle)) is not None:
                found |= {each for (each,) in raw.execute("select id from items where id = ?", (number,))}
            return _records(raw, sorted(found))

    def problems(self, source_id: str) -> Sequence[Problem]:
        """See :meth:`aggregator.contracts.Library.problems`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select d.problems from sources s join documents d indexed by documents_with_problems"
                " on d.source_id = s.id"
                " where s.key = ? and d.problems is not null order by d.name",
                (bindable(source_id),),
            )
            return [problem for (text,) in rows for problem in decode_problems(text)]


def _number(needle: str) -> int | None:
    """The item number that is written so, and in no other way."""
    if not (needle.isascii() and needle.isdecimal() and len(needle) <= len(str(_LARGEST))):
        return None
    return int(needle) if needle == str(int(needle)) and int(needle) <= _LARGEST else None


def _records(raw: sqlite3.Connection, item_ids: Sequence[int]) -> list[ItemRecord]:
    """Everything about these items, in this order."""
    ids = array(item_ids)
    documents, aliases, memberships = _documents(raw, ids), _aliases(raw, ids), _memberships(raw, ids)
    rows = raw.execute(
        "select i.id, i.public_id, s.key, s.active, i.state, i.hidden, i.published, i.zone, i.updated,"
        " i.first_seen, i.arrived, i.last_seen, i.revision,"
        " i.revision - (select count(*) from revisions where item_id = i.id), r.source_meta, r.clean, r.raw"
        " from items i join revisions r on r.item_id = i.id and r.revision = i.revision"
        " join sources s on s.id = i.source_id where i.id in (select value from json_each(?))",
        (ids,),
    )
    found = {
        item_id: ItemRecord(
            item_id=item_id,
            public_id=original(public_id),
            raw=unpack(body, original(key)),
            clean=decode_item(clean, original(key)),
            source=decode_info(meta),
            source_active=bool(active),
            live=state == "live",
            hidden=bool(hidden),
            published=from_micros(published, zone),
            updated=from_micros(updated, zone),
            first_seen=from_micros(first_seen),
            arrived=from_micros(arrived),
            last_seen=from_micros(last_seen),
            revision=revision,
            folded=folded,
            documents=tuple(documents[item_id]),
            aliases=tuple(aliases[item_id]),
            memberships=tuple(memberships[item_id]),
        )
        for (
            item_id,
            public_id,
            key,
            active,
            state,
            hidden,
            published,
            zone,
            updated,
            first_seen,
            arrived,
            last_seen,
            revision,
            folded,
            meta,
            clean,
            body,
        ) in rows
    }
    return in_order(found, item_ids)


def _documents(raw: sqlite3.Connection, ids: str) -> Mapping[int, list[tuple[str, tuple[Problem, ...]]]]:
    rows = raw.execute(
        "select item_id, name, problems from documents where item_id in (select value from json_each(?))"
        " order by name",
        (ids,),
    )
    documents: defaultdict[int, list[tuple[str, tuple[Problem, ...]]]] = defaultdict(list)
    for item_id, name, problems in rows:
        documents[item_id].append((original(name), decode_problems(problems)))
    return documents


def _aliases(raw: sqlite3.Connection, ids: str) -> Mapping[int, list[str]]:
    rows = raw.execute(
        "select item_id, value from aliases where item_id in (select value from json_each(?)) order by value",
        (ids,),
    )
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    for item_id, value in rows:
        aliases[item_id].append(original(value))
    return aliases


def _memberships(raw: sqlite3.Connection, ids: str) -> Mapping[int, list[tuple[str, str, str]]]:
    rows = raw.execute(
        "select m.item_id, o.kind, o.name, m.why from members m join outputs o on o.id = m.output_id"
        " where m.item_id in (select value from json_each(?)) order by o.kind, o.name",
        (ids,),
    )
    memberships: defaultdict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for item_id, kind, name, why in rows:
        memberships[item_id].append((kind, original(name), original(why)))
    return memberships
