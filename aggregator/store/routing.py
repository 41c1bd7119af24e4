"""Which item is in which output, as rows: names and slugs of categories, members, and who must be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aggregator import slugs
from aggregator.dates import to_micros
from aggregator.records import Registry, Routable
from aggregator.store.codec import array, bindable, decode_item, original
from aggregator.store.outputrows import create_output, find_output, read_outputs
from aggregator.store.rows import OWN_CATEGORY, Connected, outdate, outdate_with_directory, touch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aggregator.records import NewCategory, Output, Route


class Routing(Connected):
    """The first step of every generation."""

    def use_rules(self, rules_hash: str) -> None:
        """See :meth:`aggregator.contracts.RoutingStore.use_rules`."""
        with self._connection.writing() as raw:
            row = raw.execute("select value from meta where key = 'rules'").fetchone()
            if row is not None and row[0] == rules_hash:
                return
            raw.execute(
                "insert into meta (key, value) values ('rules', ?)"
                " on conflict (key) do update set value = excluded.value",
                (rules_hash,),
            )
            raw.execute("update items set routed = 0 where routed = 1")

    def pending_names(self) -> Sequence[str]:
        """See :meth:`aggregator.contracts.RoutingStore.pending_names`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select distinct t.term from items i cross join terms t on t.item_id = i.id and t.scheme = ?"
                " where i.routed = 0 order by t.term",
                (OWN_CATEGORY,),
            )
            return sorted(original(term) for (term,) in rows)

    def registry(self) -> Registry:
        """See :meth:`aggregator.contracts.RoutingStore.registry`."""
        with self._connection.reading() as raw:
            names = {original(name): each for name, each in raw.execute("select name, output_id from names")}
            rows = raw.execute("select slug, output_id, current from slugs").fetchall()
            given = {original(slug): output_id for slug, output_id, _ in rows}
            current = {output_id: original(slug) for slug, output_id, is_current in rows if is_current}
            return Registry(names=names, slugs=given, current=current)

    def ensure_output(self, kind: str, name: str, atom_id: str, now: datetime) -> Output:
        """See :meth:`aggregator.contracts.RoutingStore.ensure_output`."""
        with self._connection.writing() as raw:
            if (found := find_output(raw, kind, bindable(name))) is not None:
                return found
            created = create_output(raw, kind, bindable(name), bindable(atom_id), to_micros(now))
            outdate(raw, [created], whole=True)
            return next(one for one in read_outputs(raw) if one.id == created)

    def add_categories(self, categories: Sequence[NewCategory], now: datetime) -> None:
        """See :meth:`aggregator.contracts.RoutingStore.add_categories`."""
        with self._connection.writing() as raw:
            created = {
                category: create_output(
                    raw, "category", bindable(category.slug), bindable(category.atom_id), to_micros(now)
                )
                for category in categories
            }
            # Names that were asked for come before slugs: the slug of one may be the name of another.
            for category, output_id in created.items():
                _register_name(raw, category.name, output_id)
            for category, output_id in created.items():
                _register_slug(raw, category.slug, output_id)
            outdate_with_directory(raw, created.values(), whole=True)

    def rename_category(self, output_id: int, name: str, slug: str) -> None:
        """See :meth:`aggregator.contracts.RoutingStore.rename_category`."""
        with self._connection.writing() as raw:
            raw.execute("update outputs set name = ? where id = ?", (bindable(slug), output_id))
            raw.execute("update slugs set current = 0 where output_id = ?", (output_id,))
            _register_name(raw, name, output_id)
            _register_slug(raw, slug, output_id)
            outdate_with_directory(raw, [output_id], whole=True)
            together = raw.execute(
                "select other.output_id, other.item_id, other.sort from members m"
                " join members other on other.item_id = m.item_id where m.output_id = ?",
                (output_id,),
            ).fetchall()
            touch(raw, together)
            outdate(raw, {each for each, _, _ in together})

    def unrouted(self, limit: int) -> Sequence[Routable]:
        """See :meth:`aggregator.contracts.RoutingStore.unrouted`."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select i.id, r.clean, s.key, i.state = 'live' and not i.hidden and s.active"
                " from (select id from items where routed = 0 order by id limit ?) as next"
                " join items i on i.id = next.id join sources s on s.id = i.source_id"
                " join revisions r on r.item_id = i.id and r.revision = i.revision order by i.id",
                (limit,),
            )
            return [
                Routable(item_id=item_id, item=decode_item(clean, original(key)), shown=bool(shown))
                for item_id, clean, key, shown in rows
            ]

    def route(self, routes: Sequence[Route], now: datetime) -> None:
        """See :meth:`aggregator.contracts.RoutingStore.route`.

        Entries name the categories of their item, so whoever keeps an item that came or went elsewhere is
        told as well.
        """
        with self._connection.writing() as raw:
            ids = array(route.item_id for route in routes)
            held, wanted = _held(raw, ids), _wanted(raw, ids, routes)
            lost = held.keys() - wanted.keys()
            moved = {key for key in wanted.keys() & held.keys() if held[key].place != wanted[key].place}
            elsewhere = {item_id for _, item_id in held.keys() ^ wanted.keys()}
            concerned = {
                output_id for output_id, item_id in held.keys() | wanted.keys() if item_id in elsewhere
            }
            touch(
                raw,
                {
                    (*key, each[key].sort)
                    for each in (held, wanted)
                    for key in each
                    if key[1] in elsewhere or key in moved
                },
            )
            _note_leaving(raw, {key[0] for key in lost if held[key].shown}, to_micros(now))
            raw.executemany("delete from members where output_id = ? and item_id = ?", list(lost))
            raw.executemany(
                "insert into members (output_id, item_id, sort, arrived, why) values (?, ?, ?, ?, ?)"
                " on conflict (output_id, item_id) do update"
                " set sort = excluded.sort, arrived = excluded.arrived, why = excluded.why",
                [
                    (*key, *new.place, new.why)
                    for key, new in wanted.items()
                    if not new.is_like(held.get(key))
                ],
            )
            raw.execute("update items set routed = 1 where id in (select value from json_each(?))", (ids,))
            outdate_with_directory(raw, concerned | {output_id for output_id, _ in moved})

    def set_hidden(self, item_id: int, hidden: bool) -> None:
        """Take an item out of every output, or let it back in; routing follows."""
        with self._connection.writing() as raw:
            raw.execute(
                "update items set hidden = ?1, routed = 0 where id = ?2 and hidden <> ?1",
                (int(hidden), item_id),
            )


def _register_name(raw: sqlite3.Connection, name: str, output_id: int) -> None:
    raw.execute(
        "insert into names (name, output_id) values (?, ?) on conflict (name) do nothing",
        (bindable(name), output_id),
    )


def _register_slug(raw: sqlite3.Connection, slug: str, output_id: int) -> None:
    raw.execute(
        "insert into slugs (fold, slug, output_id, current) values (?, ?, ?, 1)"
        " on conflict (fold) do update set current = 1 where output_id = excluded.output_id",
        (bindable(slugs.fold(slug)), bindable(slug), output_id),
    )
    _register_name(raw, slug, output_id)


class _Member(NamedTuple):
    """What the store holds of an item in an output; ``shown``: its subscribers have seen it there."""

    sort: int
    arrived: int
    why: str
    shown: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """What decides whether and where its feed shows it."""
        return self.sort, self.arrived

    def is_like(self, other: _Member | None) -> bool:
        """Whether the rows are equal."""
        return other is not None and (self.place, self.why) == (other.place, other.why)


def _held(raw: sqlite3.Connection, ids: str) -> dict[tuple[int, int], _Member]:
    """The members as they are: ``(output id, item id)`` → member."""
    rows = raw.execute(
        "select output_id, item_id, sort, arrived, why, shown from members"
        " where item_id in (select value from json_each(?))",
        (ids,),
    )
    return {
        (output_id, item_id): _Member(sort, arrived, why, bool(shown))
        for output_id, item_id, sort, arrived, why, shown in rows
    }


def _wanted(raw: sqlite3.Connection, ids: str, routes: Sequence[Route]) -> dict[tuple[int, int], _Member]:
    """The same as they should be."""
    rows = raw.execute(
        "select id, published, arrived from items where id in (select value from json_each(?))", (ids,)
    )
    places = {item_id: (published, arrived) for item_id, published, arrived in rows}
    return {
        (output_id, route.item_id): _Member(*places[route.item_id], bindable(why))
        for route in routes
        if route.item_id in places
        for output_id, why in route.memberships
    }


def _note_leaving(raw: sqlite3.Connection, output_ids: Iterable[int], now: int) -> None:
    raw.execute(
        "update outputs set left_at = ? where updated is not null and id in (select value from json_each(?))",
        (now, array(output_ids)),
    )
