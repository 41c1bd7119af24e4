"""The store in memory as ``refresh`` sees it."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from datetime import UTC
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.due import FARTHEST
from aggregator.errors import StoreError
from aggregator.exchange import NO_VALIDATORS, Validators
from aggregator.model import Bookmark, KnownDocument
from aggregator.polls import Poll, SourceState, Times
from aggregator.records import Known
from aggregator.sourcekeys import Place, id_aside, is_another
from aggregator.urls import canonical
from aggregator.wishes import NO_CALENDAR
from tests.fake_state import FakeState, StoredItem, StoredSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.exchange import Exchange
    from aggregator.model import Item, Source
    from aggregator.polls import Outcome
    from aggregator.records import ItemChange, Save

KEPT_POLLS = 50


class FakeRefreshing(FakeState):
    # ── sources ──

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        wanted = {source.id for source in sources}
        for source in sources:
            stored = self._sources.get(source.id)
            place = Place(stored.configured.type, stored.configured.location) if stored else None
            if place and is_another(source.id, place, Place(source.type, source.location)):
                self._sources[id_aside(source.id, place, self._sources)] = self._sources.pop(source.id)
        for source in sources:
            former = self._former(source, wanted)
            if former is not None:
                self._sources[source.id] = self._sources.pop(former)
        changed = [self._configure(source) for source in sources]
        for key, stored in self._sources.items():
            if stored.active and key not in wanted:
                stored.active = False
                self._reroute(self._own(stored))
                changed.append(True)
        if any(changed):
            self._outdate_directory()

    def _former(self, source: Source, wanted: set[str]) -> str | None:
        if source.id in self._sources or not source.location:
            return None
        candidates = {
            key: (not stored.active, -stored.number)
            for key, stored in self._sources.items()
            if key not in wanted and stored.configured.location == source.location
        }
        return min(candidates, key=candidates.__getitem__, default=None)

    def _configure(self, source: Source) -> bool:
        stored = self._sources.get(source.id)
        if stored is None:
            number = max((each.number for each in self._sources.values()), default=0) + 1
            self._sources[source.id] = StoredSource(number, source)
            return True
        before, stored.configured = stored.configured, source
        if before.parse_hash != source.parse_hash:
            _forget_stamps(stored)
        if _asked(before) != _asked(source):
            _forget_exchange(stored)
        if _said(before) != _said(source):
            stored.move, stored.url = None, None
        if before.location != source.location:
            _forget_address(stored, before)
        if _host(before) != _host(source):
            stored.held_until = None
        returned, stored.active = not stored.active, True
        if returned or before.enabled != source.enabled:
            stored.next_check, stored.due_from, stored.why = None, None, ""
        if returned:
            self._reroute(self._own(stored))
        if (before.id, before.private) != (source.id, source.private):
            ids = {item.id for item in self._own(stored)}
            self.outdate(output_id for output_id, item_id in self._members if item_id in ids)
            self._outdate_outputs_of(ids)
        return returned or _kept(before) != _kept(source)

    def states(
        self, source_ids: Collection[str] | None = None, *, whole: bool = True
    ) -> Sequence[SourceState]:
        return sorted(
            (
                self._state(source)
                if whole
                else replace(
                    self._state(source), items=0, problems=0, recent=(), freshness=None, calendar=NO_CALENDAR
                )
                for key, source in self._sources.items()
                if source_ids is None or key in source_ids
            ),
            key=lambda state: (
                not state.active,
                self._sources[state.id].configured.rank if state.active else 0,
                state.id,
            ),
        )

    def times(self) -> Sequence[Times]:
        names = [each.name for each in fields(Times)]
        return [Times(**{name: getattr(state, name) for name in names}) for state in self.states()]

    def _state(self, source: StoredSource) -> SourceState:
        return SourceState(
            id=source.configured.id,
            type=source.configured.type,
            title=source.info.title,
            active=source.active,
            enabled=source.configured.enabled,
            private=source.configured.private,
            paused=source.paused,
            items=self.count_live(source.configured.id),
            last_success=source.last_success,
            attempted=source.attempted,
            first_failure=source.first_failure,
            failures=source.failures,
            error=source.error,
            notice=source.notice,
            problems=sum(1 for record, _ in source.documents.values() if record.problems),
            status=source.status,
            next_check=source.next_check,
            due_from=source.due_from,
            why=source.why,
            held_until=source.held_until,
            wall=source.wall,
            gone=source.gone,
            gone_since=source.gone_since,
            late_since=source.late_since,
            paused_since=source.paused_since,
            recent=source.recent,
            freshness=source.freshness,
            calendar=source.calendar,
            location=source.configured.location,
            move=source.move,
            url=source.url,
            polls=len(source.polls),
            polls_unchanged=source.skips.count("not modified"),
            polls_same=source.skips.count("same bytes"),
            polls_restamped=source.skips.count("same entries"),
            received=sum(poll.received for poll in source.polls),
        )

    def set_paused(self, source_id: str, paused: bool, now: datetime) -> bool:
        source = self._sources.get(source_id)
        if source is not None:
            source.paused = paused
            source.paused_since = (source.paused_since or now) if paused else None
            self._outdate_directory()
        return source is not None

    def reset(self, source_id: str) -> bool:
        source = self._sources.get(source_id)
        if source is not None:
            source.failures, source.first_failure, source.error, source.notice = 0, None, None, None
            source.wall = None
            _forget_stamps(source)
            _forget_exchange(source)
            _forget_move(source)
            self._outdate_directory()
        return source is not None

    # ── what is known ──

    def bookmark(self, source_id: str) -> Bookmark:
        source = self._sources.get(source_id)
        if source is None:
            return Bookmark()
        own = {item.native_id: item.id for item in self._own(source)}
        documents = {
            name: KnownDocument(
                record.stamp,
                own.get(record.native_id or "")
                if item_id is None and record.native_id is not None
                else item_id,
                record.native_id,
                record.published,
            )
            for name, (record, item_id) in source.documents.items()
        }
        return Bookmark(
            documents,
            source.validators,
            source.body_hash,
            source.stable_hash,
            source.validated,
            source.url,
        )

    def bookmarks(self, source_ids: Iterable[str]) -> Mapping[str, Bookmark]:
        return {each: self.bookmark(each) for each in source_ids}

    def known(self, source_id: str, native_ids: Iterable[str]) -> Mapping[str, Known]:
        source = self._sources.get(source_id)
        ids = self._by_native_id(source) if source else {}
        return {native_id: self._known(ids[native_id]) for native_id in native_ids if native_id in ids}

    def known_items(self, item_ids: Iterable[int]) -> Mapping[int, Known]:
        return {item_id: self._known(item_id) for item_id in item_ids if item_id in self._items}

    def by_link(self, source_id: str, links: Iterable[str]) -> Mapping[str, Known]:
        wanted = {canonical(link) for link in links}
        source = self._sources.get(source_id)
        linked = [item for item in self._own(source) if item.change.clean.link] if source else []
        linked.sort(key=lambda item: (item.change.published, item.id))
        newest = {canonical(item.change.clean.link or ""): item.id for item in linked}
        return {link: self._known(item_id) for link, item_id in newest.items() if link in wanted}

    def _by_native_id(self, source: StoredSource) -> dict[str, int]:
        return source.aliases | {item.native_id: item.id for item in self._own(source)}

    def _known(self, item_id: int) -> Known:
        item = self._items[item_id]
        return Known(
            item_id=item_id,
            native_id=item.native_id,
            fingerprint=item.change.fingerprint,
            published=item.change.published,
            updated=item.change.updated,
            first_seen=item.first_seen,
            live=item.live,
            content_key=item.change.content_key,
            revision=item.revision,
        )

    def newest(self, source_id: str, limit: int) -> Sequence[tuple[Known, Item]]:
        source = self._sources.get(source_id)
        own = sorted(self._own(source) if source else (), key=lambda it: (it.change.published, it.id))
        return [(self._known(item.id), item.clean) for item in reversed(own)][:limit]

    def count_live(self, source_id: str) -> int:
        source = self._sources.get(source_id)
        return sum(item.live for item in self._own(source)) if source else 0

    def count_since(self, source_id: str, since: datetime) -> int:
        source = self._sources.get(source_id)
        seen = [item.first_seen for item in self._own(source)] if source else []
        return sum(each > since and each > min(seen) for each in seen)

    def recent(self, source_id: str, limit: int, without: Iterable[int] = ()) -> Sequence[datetime]:
        source, left_out = self._sources.get(source_id), set(without)
        own = self._own(source) if source else ()
        published = [item.change.published.astimezone(UTC) for item in own if item.id not in left_out]
        return sorted(published, reverse=True)[:limit]

    def polls(self, source_id: str) -> Sequence[Poll]:
        source = self._sources.get(source_id)
        return source.polls[: -KEPT_POLLS - 1 : -1] if source else ()

    # ── pauses of hosts ──

    def holds(self, now: datetime) -> Mapping[str, datetime]:
        return {key: until for key, until in self._holds.items() if until > now}

    def hold(self, key: str, until: datetime, now: datetime) -> None:
        self._holds = {**self.holds(now), key: until}

    # ── save ──

    def lease(self, source_ids: Iterable[str], until: datetime, why: str) -> None:
        for source in (self._sources[each] for each in source_ids if each in self._sources):
            if source.next_check is not None and until < source.next_check <= until + FARTHEST:
                source.due_from = max(source.due_from or until, until)
            else:
                source.next_check, source.due_from, source.why = until, until, why

    def save(self, *saves: Save) -> None:
        if unknown := sorted({save.source_id for save in saves} - self._sources.keys()):
            raise StoreError(f"memory: no source {unknown[0]!r} to save items of")
        for save in saves:
            self._save(save)

    def _save(self, save: Save) -> None:
        source = self._sources[save.source_id]
        updated = {change.item_id: change for change in save.changes.updated if change.item_id is not None}
        if not updated.keys() <= {item.id for item in self._own(source)}:
            raise StoreError(f"memory: a change of items that are not of their source: {sorted(updated)}")
        if save.info is not None:
            before, source.said = source.info, save.info
            if replace(before, updated=None) != replace(source.info, updated=None):
                self._outdate_directory()
        for change in save.changes.new:
            self._add(source, change, save.now)
        for item_id, change in updated.items():
            self._change(self._items[item_id], change, save.now)
        self._see(source, save)
        self._outdate_outputs_of([*updated, *save.left])
        source.aliases.update(save.aliases)
        self._save_documents(source, save)
        if save.outcome is not None and _end(source, save.outcome):
            self._outdate_directory()

    def _see(self, source: StoredSource, save: Save) -> None:
        for item in self._own(source):
            if item.id in save.changes.unchanged:
                item.last_seen = save.now
            if item.id in save.left and item.live:
                item.live = item.routed = False

    def _add(self, source: StoredSource, change: ItemChange, now: datetime) -> None:
        taken = {item.public_id for item in self._items.values()}
        minted = (uuid.uuid5(uuid.NAMESPACE_URL, f"{change.spare_id}#{number}").urn for number in count(2))
        candidates = (each for names in ((change.public_id, change.spare_id), minted) for each in names)
        item_id = len(self._items) + 1
        self._items[item_id] = StoredItem(
            id=item_id,
            source=source,
            public_id=next(name for name in candidates if name not in taken),
            native_id=change.raw.native_id,
            change=change,
            source_meta=source.info,
            last_seen=now,
            first_seen=change.first_seen,
            arrived=change.arrived,
        )

    def _change(self, item: StoredItem, change: ItemChange, now: datetime) -> None:
        item.change, item.source_meta, item.last_seen = change, item.source.info, now
        item.revision += 1
        item.live = item.live or change.returns
        item.routed = False

    def _save_documents(self, source: StoredSource, save: Save) -> None:
        ids = self._by_native_id(source)
        for record in save.documents:
            item_id = None if record.native_id is None else ids.get(record.native_id)
            source.documents[record.stamp.name] = (record, item_id)
        for stamp in save.touched:
            if stamp.name in source.documents:
                record, item_id = source.documents[stamp.name]
                source.documents[stamp.name] = (replace(record, stamp=stamp), item_id)
        for name in save.forgotten:
            source.documents.pop(name, None)

    # ── cleaning again ──

    def stale(self, cleaner: int, limit: int) -> Sequence[tuple[int, Item, datetime]]:
        return [
            (item.id, item.raw, item.first_seen)
            for item in self._items.values()
            if item.change.clean.cleaner != cleaner
        ][:limit]

    def recleaned(self, items: Sequence[tuple[int, Item]], now: datetime) -> None:
        for item_id, clean in items:
            item = self._items[item_id]
            item.change = replace(item.change, clean=clean)
            item.routed = False
        self._outdate_outputs_of(item_id for item_id, _ in items)


def _kept(source: Source) -> tuple[object, ...]:
    return (
        source.id,
        source.location,
        source.private,
        source.parse_hash,
        source.type,
        source.rank,
        source.enabled,
        source.title or "",
        _asked(source),
    )


def _asked(source: Source) -> tuple[object, ...]:
    """What validators and body hash depend on."""
    return source.location, source.parse_hash, *_said(source)


def _said(source: Source) -> tuple[object, ...]:
    return source.interval, source.headers, source.user_agent, source.proxy


def _host(source: Source) -> str | None:
    try:
        return urlsplit(source.location).hostname
    except ValueError:
        return None


def _forget_exchange(source: StoredSource) -> None:
    source.validators, source.validated = NO_VALIDATORS, None
    source.body_hash, source.stable_hash = "", ""
    source.next_check, source.due_from, source.why = None, None, ""


def _forget_address(source: StoredSource, before: Source) -> None:
    _forget_move(source)
    if "://" in before.location:
        source.documents.clear()


def _forget_move(source: StoredSource) -> None:
    source.move, source.url = None, None
    source.gone, source.gone_since, source.late_since = 0, None, None
    source.freshness, source.calendar = None, NO_CALENDAR


def _forget_stamps(source: StoredSource) -> None:
    for name, (record, item_id) in source.documents.items():
        blank = replace(record.stamp, size=0, mtime_ns=0, hash="")
        source.documents[name] = (replace(record, stamp=blank), item_id)


def _standing(source: StoredSource) -> tuple[object, ...]:
    failed = source.failures > 0
    return (
        source.last_success is None,
        failed,
        source.status if failed else None,
        source.wall is None,
        source.gone_since,
        source.late_since,
        source.url,
    )


def _end(source: StoredSource, outcome: Outcome) -> bool:
    """Keep how it ended; whether whoever looks at the sources sees another picture now."""
    before = _standing(source)
    source.next_check, source.due_from, source.why = outcome.next_check, outcome.due_from, outcome.why
    source.held_until = outcome.held_until
    if outcome.held:
        return False
    source.attempted, source.error, source.notice = outcome.at, outcome.error, outcome.notice
    source.status = outcome.status
    source.wall, source.gone, source.url = outcome.wall, outcome.gone, outcome.url
    source.gone_since = outcome.at if outcome.is_gone else None
    if outcome.error is None:
        source.last_success, source.first_failure, source.failures = outcome.at, None, 0
        source.late_since = (source.late_since or outcome.at) if outcome.late else None
        if outcome.recent is not None:
            source.recent = outcome.recent
        if outcome.exchange is not None:
            _keep_exchange(source, outcome.exchange)
            source.freshness, source.calendar = outcome.freshness, outcome.calendar or NO_CALENDAR
            source.move = outcome.move
    else:
        source.first_failure = source.first_failure or outcome.at
        source.failures += 1
    if outcome.exchange is not None or outcome.next_check is not None or outcome.is_gone:
        source.polls.append(_poll(outcome))
        source.skips.append(outcome.exchange.skip if outcome.exchange else "")
    return _standing(source) != before


def _poll(outcome: Outcome) -> Poll:
    unchanged = outcome.exchange is not None and outcome.exchange.unchanged
    return Poll(
        at=outcome.at,
        status=outcome.status,
        result="failed" if outcome.error is not None else "unchanged" if unchanged else "ok",
        seconds=round(outcome.seconds, 3),
        received=outcome.exchange.received if outcome.exchange else 0,
        new=outcome.new,
        updated=outcome.updated,
        error=outcome.error,
    )


def _keep_exchange(source: StoredSource, exchange: Exchange) -> None:
    said, had = exchange.validators, source.validators
    source.validated = exchange.url or None
    if exchange.status == 304:
        source.validators = Validators(
            had.etag if said.etag is None else said.etag,
            had.last_modified if said.last_modified is None else said.last_modified,
        )
        source.body_hash = exchange.body_hash or source.body_hash
        source.stable_hash = exchange.stable_hash or source.stable_hash
    else:
        source.validators = said
        source.body_hash = "" if exchange.status == 226 else exchange.body_hash
        source.stable_hash = "" if exchange.status == 226 else exchange.stable_hash
