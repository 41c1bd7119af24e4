"""Make the stored sources those of the configuration: added, renamed, put aside, taken up again."""

from __future__ import annotations

import json
from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from aggregator.dates import to_micros
from aggregator.sourcekeys import Place, id_aside, is_another
from aggregator.store.adopting import KIND as REBUILT_KIND
from aggregator.store.codec import bindable, original
from aggregator.store.polling import forget_exchange, forget_move, make_due, release, return_home
from aggregator.store.rows import Connected, outdate_directory, outdate_with_directory

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.model import Source


class _Stored(NamedTuple):
    id: int
    key: str
    location: str
    active: int
    private: int
    parse_hash: str
    kind: str
    rank: int
    enabled: int
    title: str
    request_hash: str


_SELECT = (
    "select id, key, configured_url, active, private, config_hash, kind, rank, enabled, title,"
    " request_hash from sources order by active desc, id desc"
)


class Syncing(Connected):
    """The first step of every refresh."""

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """See :meth:`aggregator.contracts.RefreshStore.sync`."""
        with self._connection.writing() as raw:
            stored = _set_aside(raw, sources, [_Stored(*row) for row in raw.execute(_SELECT)])
            before = _pair(sources, stored)
            changed = [
                _add(raw, source, now) if source.id not in before else _update(raw, source, before[source.id])
                for source in sources
            ]
            configured = {each.id for each in before.values()}
            configured |= {each.id for each in stored if each.kind == REBUILT_KIND}
            gone = [each.id for each in stored if each.active and each.id not in configured]
            for source_id in gone:
                raw.execute("update sources set active = 0 where id = ?", (source_id,))
                _reroute(raw, source_id)
            if gone or any(changed):
                outdate_directory(raw)

    def set_paused(self, source_id: str, paused: bool, now: datetime) -> bool:
        """See :meth:`aggregator.contracts.CommandStore.set_paused`."""
        with self._connection.writing() as raw:
            cursor = raw.execute(
                "update sources set paused = ?1, paused_since = iif(?1, coalesce(paused_since, ?2), null)"
                " where key = ?3",
                (int(paused), to_micros(now), bindable(source_id)),
            )
            if cursor.rowcount:
                outdate_directory(raw)
            return cursor.rowcount > 0

    def reset(self, source_id: str) -> bool:
        """See :meth:`aggregator.contracts.CommandStore.reset`."""
        with self._connection.writing() as raw:
            found = raw.execute(
                "update sources set failures = 0, first_failure = null, error = null, notice = null,"
                " wall = null where key = ? returning id",
                (bindable(source_id),),
            ).fetchall()
            for (number,) in found:
                _forget_stamps(raw, number)
                forget_exchange(raw, number)
                forget_move(raw, number)
            if found:
                outdate_directory(raw)
            return bool(found)


def _set_aside(
    raw: sqlite3.Connection, sources: Sequence[Source], stored: Sequence[_Stored]
) -> Sequence[_Stored]:
    """The stored ones, with other ids where theirs were made from addresses and are now made from others."""
    by_key = {original(each.key): each for each in stored}
    changed = False
    for source in sources:
        before = by_key.get(source.id)
        if before is None or before.location == bindable(source.location):
            continue
        place = Place(original(before.kind), original(before.location))
        if is_another(source.id, place, Place(source.type, source.location)):
            aside = id_aside(source.id, place, by_key)
            raw.execute("update sources set key = ? where id = ?", (bindable(aside), before.id))
            del by_key[source.id]
            by_key[aside] = before._replace(key=bindable(aside))
            changed = True
    return sorted(by_key.values(), key=lambda each: (-each.active, -each.id)) if changed else stored


def _pair(sources: Sequence[Source], stored: Iterable[_Stored]) -> Mapping[str, _Stored]:
    """Which stored source each configured one is: the same id, else the same location under a former id."""
    by_key = {original(each.key): each for each in stored}
    wanted = {source.id for source in sources}
    former: defaultdict[str, list[_Stored]] = defaultdict(list)
    for key, each in by_key.items():
        if key not in wanted:
            former[original(each.location)].append(each)
    pairs: dict[str, _Stored] = {}
    for source in sources:
        if source.id in by_key:
            pairs[source.id] = by_key[source.id]
        elif source.location and former[source.location]:
            pairs[source.id] = former[source.location].pop(0)
    return pairs


def _columns(source: Source) -> tuple[str, str, int, int, str, str, int, int, str, str]:
    return (
        bindable(source.id),
        bindable(source.location),
        1,
        int(source.private),
        bindable(source.parse_hash),
        bindable(source.type),
        source.rank,
        int(source.enabled),
        bindable(source.title or ""),
        _request_hash(source),
    )


def _add(raw: sqlite3.Connection, source: Source, now: datetime) -> bool:
    raw.execute(
        "insert into sources (key, configured_url, active, private, config_hash, kind, rank, enabled,"
        " title, request_hash, added) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_columns(source), to_micros(now)),
    )
    return True


def _update(raw: sqlite3.Connection, source: Source, before: _Stored) -> bool:
    after = _Stored(before.id, *_columns(source))
    if after == before:
        return False
    raw.execute(
        "update sources set key = ?, configured_url = ?, active = ?, private = ?, config_hash = ?, kind = ?,"
        " rank = ?, enabled = ?, title = ?, request_hash = ? where id = ?",
        (*after[1:], before.id),
    )
    if not before.active:
        _reroute(raw, before.id)
    if after.parse_hash != before.parse_hash:
        _forget_stamps(raw, before.id)
    _follow(raw, before, after)
    if (after.private, after.key) != (before.private, before.key):
        rows = raw.execute(
            "select distinct m.output_id from items i join members m on m.item_id = i.id"
            " where i.source_id = ?",
            (before.id,),
        )
        outdate_with_directory(raw, [each for (each,) in rows], whole=True)
    return True


def _follow(raw: sqlite3.Connection, before: _Stored, after: _Stored) -> None:
    """What a server said counts only for what it was asked; whatever changed is due."""
    if (after.parse_hash, after.request_hash) != (before.parse_hash, before.request_hash):
        forget_exchange(raw, before.id)
    if after.request_hash != before.request_hash:
        return_home(raw, before.id)  # what is said with a request is meant for the host that is configured
    if after.location != before.location:
        forget_exchange(raw, before.id)
        forget_move(raw, before.id)
        if "://" in before.location:  # what was odd about the document there
            raw.execute("delete from documents where source_id = ?", (before.id,))
        if _host(after.location) != _host(before.location):
            release(raw, before.id)
    if (after.active, after.enabled) != (before.active, before.enabled):
        make_due(raw, before.id)


def _host(location: str) -> str | None:
    try:
        return urlsplit(location).hostname
    except ValueError:
        return None


def _request_hash(source: Source) -> str:
    """Changes when a source is to be asked for differently."""
    asked = [source.interval, source.headers, source.user_agent, source.proxy]
    return sha256(json.dumps(asked).encode()).hexdigest()


def _reroute(raw: sqlite3.Connection, source_id: int) -> None:
    raw.execute("update items set routed = 0 where source_id = ? and routed = 1", (source_id,))


def _forget_stamps(raw: sqlite3.Connection, source_id: int) -> None:
    raw.execute("update documents set size = 0, mtime_ns = 0, hash = '' where source_id = ?", (source_id,))
