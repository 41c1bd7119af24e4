"""What the store in memory holds, and the few things all its parts do with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from aggregator.exchange import NO_VALIDATORS, Validators
from aggregator.model import SourceInfo
from aggregator.wishes import NO_CALENDAR, Calendar, Freshness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.model import Item, Source
    from aggregator.polls import Move, Poll
    from aggregator.records import DocumentRecord, ItemChange, Output


@dataclass(eq=False)
class StoredSource:
    number: int
    configured: Source
    active: bool = True
    paused: bool = False
    said: SourceInfo = field(default_factory=SourceInfo)
    documents: dict[str, tuple[DocumentRecord, int | None]] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    attempted: datetime | None = None
    error: str | None = None
    notice: str | None = None
    last_success: datetime | None = None
    first_failure: datetime | None = None
    failures: int = 0
    validators: Validators = NO_VALIDATORS
    body_hash: str = ""
    stable_hash: str = ""
    validated: str | None = None
    status: int | None = None
    next_check: datetime | None = None
    due_from: datetime | None = None
    why: str = ""
    held_until: datetime | None = None
    wall: str | None = None
    gone: int = 0
    gone_since: datetime | None = None
    late_since: datetime | None = None
    paused_since: datetime | None = None
    recent: tuple[datetime, ...] = ()
    freshness: Freshness | None = None
    calendar: Calendar = NO_CALENDAR
    move: Move | None = None
    url: str | None = None
    polls: list[Poll] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)

    @property
    def info(self) -> SourceInfo:
        return replace(self.said, title=self.configured.title or self.said.title)


@dataclass(eq=False)
class StoredItem:
    id: int
    source: StoredSource
    public_id: str
    native_id: str
    change: ItemChange
    source_meta: SourceInfo
    last_seen: datetime
    first_seen: datetime
    arrived: datetime
    revision: int = 1
    live: bool = True
    hidden: bool = False
    routed: bool = False

    @property
    def clean(self) -> Item:
        return replace(self.change.clean, source_id=self.source.configured.id)

    @property
    def raw(self) -> Item:
        return replace(self.change.raw, source_id=self.source.configured.id)

    @property
    def place(self) -> tuple[datetime, datetime]:
        return self.change.published, self.arrived

    def zoned(self, moment: datetime) -> datetime:
        return moment.astimezone(timezone(self.change.published.utcoffset() or timedelta()))


@dataclass
class Member:
    place: tuple[datetime, datetime]
    why: str
    shown: bool = False


class FakeState:
    def __init__(self) -> None:
        self._sources: dict[str, StoredSource] = {}
        self._items: dict[int, StoredItem] = {}
        self._outputs: dict[int, Output] = {}
        self._members: dict[tuple[int, int], Member] = {}
        self._generations: Counter[int] = Counter()
        self._outdated: dict[int, int] = {}
        self._whole: set[int] = set()
        self._touched: set[tuple[int, int, datetime]] = set()
        self._names: dict[str, int] = {}
        self._slugs: dict[str, int] = {}
        self._files: dict[str, tuple[int, str, int]] = {}
        self._rules: str | None = None
        self._holds: dict[str, datetime] = {}

    def _own(self, source: StoredSource) -> list[StoredItem]:
        return [item for item in self._items.values() if item.source is source]

    def _reroute(self, items: Iterable[StoredItem]) -> None:
        for item in items:
            item.routed = False

    def outdate(self, output_ids: Iterable[int]) -> None:
        ids = {place for each in output_ids for place in self._shown_in(each)} & self._outputs.keys()
        self._whole |= ids
        self._outdate(ids)

    def _outdate(self, output_ids: Iterable[int]) -> None:
        for output_id in set(output_ids) & self._outputs.keys():
            self._generations[output_id] += 1
            self._outdated[output_id] = self._generations[output_id]

    def _outdate_directory(self) -> None:
        self._outdate([output.id for output in self._outputs.values() if output.kind == "directory"])

    def _outdate_listed(self, output_ids: Iterable[int]) -> None:
        ids = set(output_ids)
        if ids:
            self._outdate_directory()
            self._outdate(ids)

    def _touch(self, output_id: int, item_id: int, published: datetime) -> None:
        self._touched |= {(each, item_id, published) for each in self._shown_in(output_id) - self._whole}

    def _shown_in(self, output_id: int) -> set[int]:
        """What shows the entries of that output: it, and of the feed of everything the home page as well."""
        is_all = output_id in self._outputs and self._outputs[output_id].kind == "all"
        lists = {output.id for output in self._outputs.values() if output.kind == "directory"}
        return {output_id} | (lists if is_all else set())

    def _touch_members(self, item_ids: Iterable[int]) -> set[int]:
        """The outputs that these items are members of."""
        ids = set(item_ids)
        found = {key: member for key, member in self._members.items() if key[1] in ids}
        for (output_id, item_id), member in found.items():
            self._touch(output_id, item_id, member.place[0])
        return {output_id for output_id, _ in found}

    def _outdate_outputs_of(self, item_ids: Iterable[int]) -> None:
        self._outdate_listed(self._touch_members(item_ids))
