"""Find out which stored item each thing just read is, and which items leave. Asks the store, changes nothing.

The entries of a feed say who they are, or nearly so. Posts are claimed by documents, which move, rename and
vanish: those are in :mod:`aggregator.postclaims`.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from aggregator import familiar, leaving
from aggregator.contest import Candidate
from aggregator.errors import ParseError
from aggregator.identity import fingerprint
from aggregator.model import Problem
from aggregator.records import DocumentRecord
from aggregator.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from aggregator.contest import Chosen
    from aggregator.contracts import RefreshStore
    from aggregator.model import Item, Source
    from aggregator.reading import Read
    from aggregator.records import Known

_DAY = timedelta(days=1)
_LOOKED_AT = 3
"""How many stored items an entry under an unknown id is compared with, for each entry of its document."""


@dataclass(slots=True)
class Taken:
    """What one batch amounts to: items to compare, documents to record, other names of known items."""

    chosen: dict[str, Chosen] = field(default_factory=dict)
    records: list[DocumentRecord] = field(default_factory=list)
    aliases: list[tuple[str, int]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    """Ids of items that were looked at no further, since their source says what it said."""


class Claims(Protocol):
    """What was claimed in one refresh of one source."""

    problems: list[Problem]
    skipped: Counter[str]
    notices: list[str]
    partial: bool
    """Something was left out that another reading of the same document may bring."""

    def take(self, reads: Sequence[Read]) -> Taken:
        """Take in one batch."""
        ...

    def settle(self) -> Taken:
        """Judge what had to wait until everything was read."""
        ...

    def leaving(self, *, accept: bool) -> leaving.Leaving:
        """Which items leave; ``accept``: the operator said that removals are meant."""
        ...


class EntryClaims:
    """The entries of a feed. One that is no longer in it stays."""

    def __init__(self, source: Source, store: RefreshStore, now: datetime, *, first_reading: bool) -> None:
        self.problems: list[Problem] = []
        self.skipped: Counter[str] = Counter()
        self.notices: list[str] = []
        self.partial = False
        self._source, self._store, self._now, self._first_reading = source, store, now, first_reading

    def take(self, reads: Sequence[Read]) -> Taken:
        """Take in what one document says. Raises ParseError where nothing of it could be read."""
        taken = Taken()
        for each in reads:
            if each.failed:
                raise ParseError(each.reading.problems[-1].what)
            known = self._store.known(self._source.id, {raw.native_id for raw in each.reading.items})
            same = _same(each.reading.items, known)
            read = each.whole(self._now, same.keys())
            self.problems += read.reading.problems
            record = DocumentRecord(stamp=read.document.stamp, problems=read.reading.problems)
            taken.records.append(record)
            taken.unchanged += same.values()
            for raw, clean, stored in self._told_apart(read, known):
                native = raw.native_id if stored is None else stored.native_id
                if native != raw.native_id:
                    raw, clean = (replace(each, native_id=native) for each in (raw, clean))  # noqa: PLW2901
                taken.chosen[native] = (Candidate(read.document.name, raw, clean, record), stored)
        return taken

    def _told_apart(
        self, read: Read, known: Mapping[str, Known]
    ) -> Iterator[tuple[Item, Item, Known | None]]:
        """Every entry that is taken in, raw and clean, with the stored item it is."""
        pairs = read.items
        fresh = [clean for raw, clean in pairs if raw.native_id not in known]
        found: Mapping[str, familiar.Familiar] = {}
        admitted = frozenset(item.native_id for item in fresh)
        if fresh and not self._first_reading and not _follow(fresh, known.values()):
            found, admitted = self._recognised(fresh, known, len(read.reading.items))
        for raw, clean in pairs:
            seen = found.get(raw.native_id)
            if raw.native_id in known:
                yield raw, clean, known[raw.native_id]
            elif seen is not None:
                equal = replace(seen.known, fingerprint=fingerprint(raw))
                yield raw, clean, equal if seen.same else seen.known
            elif raw.native_id in admitted:
                yield raw, clean, None

    def _recognised(
        self, fresh: Sequence[Item], known: Mapping[str, Known], entries: int
    ) -> tuple[Mapping[str, familiar.Familiar], frozenset[str]]:
        """Which of the entries of unknown ids are stored ones after all, and which others may come."""
        here = {each.item_id for each in known.values()}
        newest = self._store.newest(self._source.id, entries * _LOOKED_AT)
        stored = [(each, item) for each, item in newest if each.item_id not in here]
        linked = self._store.by_link(self._source.id, {item.link for item in fresh if item.link})
        linked = {link: each for link, each in linked.items() if each.item_id not in here}
        found = familiar.recognise(fresh, stored, linked, none_known=not known)
        strangers = [item for item in fresh if item.native_id not in found]
        if found:
            self.notices.append(
                f"{len(found)} of its {entries} entries have new ids: they are known by what they say instead"
            )
        if len(strangers) * 2 <= entries:
            return found, frozenset(item.native_id for item in strangers)
        return found, self._admitted(strangers, newest, none_known=not known and not found)

    def _admitted(
        self, strangers: Sequence[Item], newest: Sequence[tuple[Known, Item]], *, none_known: bool
    ) -> frozenset[str]:
        latest = max((item.published for _, item in newest if item.published), default=None)
        came = self._store.count_since(self._source.id, self._now - _DAY)
        admitted = familiar.admitted(strangers, latest, came, none_known=none_known)
        if none_known and len(strangers) >= familiar.ENOUGH:
            self.notices.append(
                f"none of its {len(strangers)} entries is known: it says more between two readings than it"
                " shows (a shorter interval misses less), or its ids change at every reading"
            )
        if len(admitted) < len(strangers):
            self.partial = True
            self.notices.append(
                f"{len(strangers) - len(admitted)} new entries are left out: {came} came within a day already"
            )
        return admitted

    def settle(self) -> Taken:
        """Nothing waits."""
        return Taken()

    def leaving(self, *, accept: bool) -> leaving.Leaving:
        """Nothing leaves, whatever the operator accepts."""
        del accept
        return leaving.Leaving()


def _same(items: Sequence[Item], known: Mapping[str, Known]) -> Mapping[str, int]:
    """The stored items of entries that say what those said, by native id: nothing more is to be done.

    Where several entries are one item nobody is passed over, for the last of them tells its story.
    """
    stored = {each.item_id for each in known.values()}
    if len(stored) < len(known) or len({item.native_id for item in items}) < len(items):
        return {}
    found = ((item, known.get(item.native_id)) for item in items)
    return {
        item.native_id: before.item_id
        for item, before in found
        if before is not None and before.live and before.fingerprint == fingerprint(item)
    }


def _follow(fresh: Iterable[Item], known: Iterable[Known]) -> bool:
    """Whether they are dated later than everything in the document that is known, as news is."""
    latest = max((each.published for each in known), default=None)
    return latest is not None and all(it.published and it.published > latest for it in fresh)
