"""The store in memory as ``generate`` and reading commands see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from aggregator.model import UNREAD, SourceInfo
from aggregator.records import ItemRecord, Output, Registry, Routable, Touched, TouchedItem
from aggregator.urls import canonical
from aggregator.views import CategoryRef, Entry
from tests.fake_state import FakeState, Member, StoredItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.model import Problem
    from aggregator.records import NewCategory, Published, Route, Window


class FakeRouting(FakeState):
    def use_rules(self, rules_hash: str) -> None:
        if rules_hash != self._rules:
            self._rules = rules_hash
            self._reroute(self._items.values())

    def pending_names(self) -> Sequence[str]:
        pending = (item for item in self._items.values() if not item.routed)
        return sorted({name for item in pending for name in item.clean.categories})

    def registry(self) -> Registry:
        current = {each.id: each.name for each in self._outputs.values() if each.kind == "category"}
        return Registry(names=dict(self._names), slugs=dict(self._slugs), current=current)

    def ensure_output(self, kind: str, name: str, atom_id: str, now: datetime) -> Output:
        found = (one for one in self.outputs() if (one.kind, one.name) == (kind, name))
        return next(found, None) or self._create(kind, name, atom_id, now)

    def _create(self, kind: str, name: str, atom_id: str, now: datetime) -> Output:
        output = Output(id=len(self._outputs) + 1, kind=kind, name=name, atom_id=atom_id, created=now)
        self._outputs[output.id] = output
        self.outdate([output.id])
        return self._complete(output)

    def add_categories(self, categories: Sequence[NewCategory], now: datetime) -> None:
        created = {
            category: self._create("category", category.slug, category.atom_id, now).id
            for category in categories
        }
        for category, output_id in created.items():
            self._names.setdefault(category.name, output_id)
        for category, output_id in created.items():
            self._register(category.slug, output_id)
        if created:
            self._outdate_directory()

    def _register(self, slug: str, output_id: int) -> None:
        self._slugs[slug] = output_id
        self._names.setdefault(slug, output_id)

    def rename_category(self, output_id: int, name: str, slug: str) -> None:
        self._outputs[output_id] = replace(self._outputs[output_id], name=slug)
        self._names.setdefault(name, output_id)
        self._register(slug, output_id)
        self.outdate([output_id])
        self._outdate_outputs_of(item_id for each, item_id in self._members if each == output_id)
        self._outdate_directory()

    def unrouted(self, limit: int) -> Sequence[Routable]:
        pending = [item for item in self._items.values() if not item.routed]
        return [
            Routable(
                item_id=item.id,
                item=item.clean,
                shown=item.live and not item.hidden and item.source.active,
            )
            for item in pending[:limit]
        ]

    def route(self, routes: Sequence[Route], now: datetime) -> None:
        concerned: set[int] = set()
        for route in routes:
            if route.item_id in self._items:
                concerned |= self._route(self._items[route.item_id], dict(route.memberships), now)
        self._outdate_listed(concerned)

    def _route(self, item: StoredItem, wanted: Mapping[int, str], now: datetime) -> set[int]:
        item.routed = True
        held = {output_id: member for (output_id, each), member in self._members.items() if each == item.id}
        for output_id in held.keys() - wanted.keys():
            lost = self._members.pop((output_id, item.id))
            output = self._outputs[output_id]
            if lost.shown and output.updated is not None:
                self._outputs[output_id] = replace(output, left=now)
        for output_id, why in wanted.items():
            shown = output_id in held and held[output_id].shown
            self._members[output_id, item.id] = Member(item.place, why, shown)
        moved = {output_id for output_id, member in held.items() if member.place != item.place}
        elsewhere = held.keys() | wanted.keys() if held.keys() != wanted.keys() else set()
        for output_id in elsewhere | moved:
            if output_id in held:
                self._touch(output_id, item.id, held[output_id].place[0])
            if output_id in wanted:
                self._touch(output_id, item.id, item.place[0])
        return set(elsewhere | moved & wanted.keys())

    def set_hidden(self, item_id: int, hidden: bool) -> None:
        item = self._items.get(item_id)
        if item is not None and item.hidden != hidden:
            item.hidden, item.routed = hidden, False

    def _complete(self, output: Output) -> Output:
        of_it = (slug for slug, output_id in self._slugs.items() if output_id == output.id)
        return replace(
            output,
            generation=self._outdated.get(output.id, 0),
            items=sum(1 for output_id, _ in self._members if output_id == output.id),
            former=tuple(sorted(slug for slug in of_it if slug != output.name)),
        )

    def outputs(self) -> Sequence[Output]:
        ordered = sorted(self._outputs.values(), key=lambda output: (output.kind, output.name))
        return [self._complete(output) for output in ordered]


class FakePublishing(FakeState):
    def retitle(self, titles: Mapping[int, str]) -> None:
        changed = {
            output_id
            for output_id, title in titles.items()
            if output_id in self._outputs and self._outputs[output_id].title != title
        }
        for output_id in changed:
            self._outputs[output_id] = replace(self._outputs[output_id], title=titles[output_id])
        self.outdate(changed)
        items = {item_id for output_id, item_id in self._members if output_id in changed}
        for (output_id, item_id), member in self._members.items():
            if item_id in items and (member.shown or self._outputs[output_id].kind == "all"):
                self._touch(output_id, item_id, member.place[0])
                self._outdate([output_id])
        if changed:
            self._outdate_directory()

    def entries(
        self, output: Output, window: Window, known: Mapping[int, Entry] | None = None
    ) -> Sequence[Entry]:
        # Where they are by when they were routed: what changed since awaits routing.
        members = [(m.place, self._items[each]) for (of, each), m in self._members.items() if of == output.id]
        newest = sorted(members, key=lambda each: (-each[0][0].timestamp(), each[1].public_id))
        span = timedelta(seconds=window.seconds)
        latest = max((place[0] for place, _ in newest), default=None)
        arrival = max((place[1] for place, _ in newest), default=None)
        shown = [
            item
            for number, (place, item) in enumerate(newest)
            if latest is not None
            and arrival is not None
            and (number < window.entries or place[0] >= latest - span or place[1] >= arrival - span)
        ]
        return [self._read(item, known) for item in shown[: window.at_most]]

    def _read(self, item: StoredItem, known: Mapping[int, Entry] | None) -> Entry:
        return (known or {}).get(item.id) or self._entry(item)

    def places(self, output: Output, window: Window) -> Sequence[Entry]:
        return _unread(self.entries(output, window))

    def span_places(self, output: Output, start: datetime, end: datetime, at_most: int) -> Sequence[Entry]:
        return _unread(self.span(output, start, end, at_most))

    def _entry(self, item: StoredItem) -> Entry:
        outputs = [self._outputs[output_id] for output_id, item_id in self._members if item_id == item.id]
        refs = [CategoryRef(one.name, one.title or one.name) for one in outputs if one.kind == "category"]
        return Entry(
            item_id=item.id,
            id=item.public_id,
            item=item.clean,
            published=item.change.published,
            updated=item.zoned(item.change.updated),
            first_seen=item.zoned(item.first_seen),
            source=item.source_meta,
            private=item.source.configured.private,
            categories=tuple(sorted(refs)),
        )

    def periods(
        self,
        output: Output,
        end_of: Callable[[datetime], datetime],
        within: tuple[datetime, datetime] | None = None,
    ) -> Sequence[datetime]:
        moments = sorted(member.place[0].astimezone(UTC) for member in self._members_of(output).values())
        if within is not None:
            moments = [moment for moment in moments if within[0] <= moment < within[1]]
        found: list[datetime] = []
        for moment in moments:
            if not found or moment >= end_of(found[-1]):
                found.append(moment)
        return found

    def _members_of(self, output: Output) -> dict[int, Member]:
        return {item_id: member for (each, item_id), member in self._members.items() if each == output.id}

    def touched(self, output: Output) -> Touched:
        if output.id in self._whole:
            return Touched(whole=True)
        found = sorted(key for key in self._touched if key[0] == output.id)
        return Touched(
            items=tuple(
                TouchedItem(item_id, self._items[item_id].public_id, published)
                for _, item_id, published in found
            )
        )

    def count(self, output: Output, start: datetime, end: datetime, at_most: int) -> int:
        return len(self.span(output, start, end, at_most))

    def span(
        self,
        output: Output,
        start: datetime,
        end: datetime,
        at_most: int,
        known: Mapping[int, Entry] | None = None,
    ) -> Sequence[Entry]:
        ids = [item_id for item_id, m in self._members_of(output).items() if start <= m.place[0] < end]
        found = sorted(map(self._items.__getitem__, ids), key=_newest_first)
        return [self._read(item, known) for item in found][:at_most]

    def member_ids(self, output: Output) -> Sequence[int]:
        return sorted(self._members_of(output))

    def members(self, output: Output, item_ids: Iterable[int]) -> Sequence[Entry]:
        ids = self._members_of(output).keys() & set(item_ids)
        return [self._entry(self._items[item_id]) for item_id in sorted(ids)]

    def common_tags(self, output: Output) -> Sequence[str]:
        names = {name for name, output_id in self._names.items() if output_id == output.id}
        times: Counter[str] = Counter()
        for output_id, item_id in self._members:
            clean = self._items[item_id].clean
            if output_id == output.id and names & set(clean.categories):
                labels = {tag.label or tag.term for tag in clean.tags if not _is_ours(tag.scheme)}
                times.update(labels - set(clean.categories))
        return sorted(times, key=lambda label: (-times[label], label))

    def publishing(self, written: Sequence[Published]) -> None:
        for one in written:
            self._outputs[one.output_id] = replace(
                self._outputs[one.output_id],
                title=one.title,
                updated=one.updated,
                rule_hash=one.rule_hash,
            )
            for (output_id, item_id), member in self._members.items():
                if output_id == one.output_id:
                    member.shown = item_id in one.shown
            for path, (sha256, size) in one.files.items():
                self._files[path] = (one.output_id, sha256, size)

    def published(self, written: Sequence[Published]) -> None:
        self.publishing(written)
        for one in written:
            if self._outdated.get(one.output_id) == one.generation:
                del self._outdated[one.output_id]
                self._whole.discard(one.output_id)
                self._touched = {key for key in self._touched if key[0] != one.output_id}

    def files(self) -> Mapping[str, tuple[int, str, int]]:
        return dict(self._files)

    def forget_files(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._files.pop(path, None)


class FakeLibrary(FakeState):
    def items(
        self, *, category: str | None = None, source_id: str | None = None, limit: int = 50
    ) -> Sequence[ItemRecord]:
        chosen = list(self._items.values())
        if source_id is not None:
            chosen = [item for item in chosen if item.source.configured.id == source_id]
        if category is not None:
            ids = {one.id for one in self._outputs.values() if (one.kind, one.name) == ("category", category)}
            members = {item_id for output_id, item_id in self._members if output_id in ids}
            chosen = [item for item in chosen if item.id in members]
        return [self._record(item) for item in sorted(chosen, key=_newest_first)[:limit]]

    def find(self, needle: str) -> Sequence[ItemRecord]:
        return [self._record(item) for item in self._items.values() if self._answers(item, needle)]

    def _answers(self, item: StoredItem, needle: str) -> bool:
        link = item.clean.link
        names = {item.public_id, item.native_id, str(item.id), *self._record(item).aliases}
        names |= {name for name, (_, item_id) in item.source.documents.items() if item_id == item.id}
        same_link = link is not None and "://" in needle and canonical(link) == canonical(needle)
        return needle in names or same_link

    def _record(self, item: StoredItem) -> ItemRecord:
        documents = item.source.documents.items()
        return ItemRecord(
            item_id=item.id,
            public_id=item.public_id,
            raw=item.raw,
            clean=item.clean,
            source=item.source_meta,
            source_active=item.source.active,
            live=item.live,
            hidden=item.hidden,
            published=item.change.published,
            updated=item.zoned(item.change.updated),
            first_seen=item.first_seen,
            arrived=item.arrived,
            last_seen=item.last_seen,
            revision=item.revision,
            folded=0,
            documents=tuple(
                sorted((name, record.problems) for name, (record, owner) in documents if owner == item.id)
            ),
            aliases=tuple(sorted(name for name, owner in item.source.aliases.items() if owner == item.id)),
            memberships=tuple(
                sorted(
                    (self._outputs[output_id].kind, self._outputs[output_id].name, member.why)
                    for (output_id, item_id), member in self._members.items()
                    if item_id == item.id
                )
            ),
        )

    def problems(self, source_id: str) -> Sequence[Problem]:
        source = self._sources.get(source_id)
        documents = sorted(source.documents.items()) if source else []
        return [problem for _, (record, _) in documents for problem in record.problems]


def _unread(entries: Iterable[Entry]) -> list[Entry]:
    nothing = SourceInfo()
    return [replace(each, item=UNREAD, source=nothing, categories=(), private=False) for each in entries]


def _newest_first(item: StoredItem) -> tuple[float, str]:
    return (-item.change.published.timestamp(), item.public_id)


def _is_ours(scheme: str) -> bool:
    return scheme == "urn:aggregator:category"
