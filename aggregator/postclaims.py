"""Find out which stored item each post just read is, and which leave. Asks the store, changes nothing.

Posts are claimed by documents, which move, rename and vanish.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator import leaving
from aggregator.claims import Taken
from aggregator.contest import Candidate, Contest
from aggregator.matching import Matching
from aggregator.model import Problem
from aggregator.reading import native_ids
from aggregator.records import DocumentRecord
from aggregator.remembered import claims_of
from aggregator.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.contracts import RefreshStore
    from aggregator.model import Bookmark, Item, Listing, Source
    from aggregator.reading import Read
    from aggregator.records import Known

WAITING = "waiting for its date"
"""Why an item of the future is skipped until then."""


class PostClaims:
    """The documents of a source that can be listed whole."""

    def __init__(
        self, source: Source, store: RefreshStore, bookmark: Bookmark, listing: Listing, now: datetime
    ) -> None:
        self.problems: list[Problem] = list(listing.problems)
        self.skipped: Counter[str] = Counter(listing.skipped)
        self.notices: list[str] = []
        self.partial = False
        self._source, self._store, self._now = source, store, now
        self._listing, self._documents = listing, bookmark.documents
        self._vanished = [name for name in bookmark.documents if name not in listing.present]
        self._live_before = store.count_live(source.id)
        self._let_go: set[int] = set()
        self._deferred: list[DocumentRecord] = []
        self._contest = Contest(self._documents)
        self._matching = Matching(self._documents, listing.present, self._gone())

    def _gone(self) -> Mapping[int, Known]:
        """Items of which every document vanished."""
        if self._listing.missing or not self._vanished:
            return {}
        held = (each for name, each, _ in claims_of(self._documents) if name in self._listing.present)
        return dict(self._store.known_items(self._items_of(self._vanished).difference(held)))

    @cached_property
    def _native_ids(self) -> dict[int | None, str | None]:
        """Of the items that documents were before."""
        return {item_id: native_id for _, item_id, native_id in claims_of(self._documents)}

    def _items_of(self, names: Iterable[str]) -> set[int]:
        documents = (self._documents.get(name) for name in names)
        return {each.item_id for each in documents if each is not None and each.item_id is not None}

    def take(self, reads: Sequence[Read]) -> Taken:
        """Take in some posts; a document that fails costs no other anything."""
        former = self._store.known_items(self._items_of(read.document.name for read in reads))
        known = self._store.known(self._source.id, native_ids(reads))
        taken = Taken()
        for read in reads:
            self._contest.unread.discard(read.document.name)
            self.problems += read.reading.problems
            if not read.items:
                self._without_item(read, taken)
            for raw, clean in read.items:
                if read.reading.waits and raw.published is not None and raw.published > self._now:
                    # Left unrecorded, so that every refresh looks again; an item stored before stays.
                    self.skipped[WAITING] += 1
                else:
                    self._claim(read, (raw, clean), known, former, taken)
        return taken

    def _without_item(self, read: Read, taken: Taken) -> None:
        """A document that is no post, or could not be read: what it gave before leaves, or is kept."""
        name, reading = read.document.name, read.reading
        if reading.skipped:
            self.skipped[reading.skipped] += 1
        record = DocumentRecord(stamp=read.document.stamp, problems=reading.problems)
        previous = self._documents.get(name)
        if previous is None or previous.item_id is None:
            taken.records.append(record)
        elif not (read.failed or reading.keeps):
            self._let(previous.item_id, record)
            self._matching.let_go(name)
        else:
            kept = Problem(name, f"{reading.skipped or 'unreadable now'}: the version read before is kept")
            self.problems.append(kept)
            record = replace(record, native_id=previous.native_id, published=previous.published)
            taken.records.append(replace(record, problems=(*reading.problems, kept)))

    def _let(self, item_id: int, record: DocumentRecord) -> None:
        """The document no longer gives this item: recorded only together with the item's leaving."""
        self._let_go.add(item_id)
        self._deferred.append(record)

    def _claim(
        self,
        read: Read,
        item: tuple[Item, Item],
        known: Mapping[str, Known],
        former: Mapping[int, Known],
        taken: Taken,
    ) -> None:
        """Find out which item this is, and whether this document is the one to tell its story."""
        raw, clean = item
        name, problems = read.document.name, read.reading.problems
        previous = self._documents.get(name)
        was = former.get(previous.item_id) if previous and previous.item_id is not None else None
        match = self._matching.resolve(name, raw, known, was)
        native_id = match.item.native_id
        if match.problem is not None:
            problems += (Problem(name, match.problem),)
            self.problems.append(problems[-1])
        if match.alias is not None and match.known is not None:
            taken.aliases.append((match.alias, match.known.item_id))
        record = DocumentRecord(
            stamp=read.document.stamp, native_id=native_id, published=clean.published, problems=problems
        )
        clean = replace(clean, native_id=native_id, seed=match.item.seed)
        candidate = Candidate(name, match.item, clean, record)
        if self._contest.enter(candidate, match.known, self._matching.rivals(name, native_id)):
            if was is not None and was.native_id != native_id:
                self._let(was.item_id, record)
            else:
                taken.records.append(record)
            if (chosen := self._contest.judge(candidate)) is not None:
                taken.chosen[native_id] = chosen
        elif was is not None and was.native_id != native_id:
            self._let_go.add(was.item_id)

    def settle(self) -> Taken:
        """Judge documents that claim the same item."""
        winners = {
            each.raw.native_id: each
            for each in self._contest.settle(lambda it: self._matching.rivals("", it))
        }
        known = self._store.known(self._source.id, winners)
        return Taken(
            {key: (each, known.get(key)) for key, each in winners.items()},
            [*self._deferred, *(each.record for each in self._contest.waiting)],
        )

    def leaving(self, *, accept: bool) -> leaving.Leaving:
        """Items no document holds any more, unless that looks like an accident."""
        let_go = frozenset(self._live_unheld(self._let_go))
        decided = leaving.decide(
            self._listing,
            self._vanished,
            self._live_unheld(self._items_of(self._vanished)),
            live=self._live_before,
            keep=self._source.on_delete == "keep",
            accept=accept,
        )
        return replace(decided, items=decided.items | let_go)

    def _live_unheld(self, item_ids: Iterable[int]) -> set[int]:
        unheld = {
            each for each in item_ids if not self._matching.rivals("", self._native_ids.get(each) or "")
        }
        return {item_id for item_id, known in self._store.known_items(unheld).items() if known.live}
