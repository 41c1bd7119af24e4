"""Decide which of several documents that are one item tells its story. Pure: no clock, no store, no disk.

The newest date, then the first path, wins. A document that is known to have rivals waits until all of them
have been seen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set

    from aggregator.model import Item, KnownDocument
    from aggregator.records import DocumentRecord, Known

Rank = tuple[float, str]
"""How good a document's claim to an item is; the smallest is the best."""


def rank(published: datetime | None, name: str) -> Rank:
    """Among documents that are the same item the newest date, then the first path, wins."""
    return (-(published or datetime.min.replace(tzinfo=UTC)).timestamp(), name)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document's claim to tell an item's story."""

    name: str
    raw: Item
    clean: Item
    record: DocumentRecord

    @property
    def rank(self) -> Rank:
        """Smaller is better."""
        return rank(self.clean.published, self.name)


Chosen = tuple[Candidate, "Known | None"]
"""A document that tells its item's story, and what was stored of the item before this refresh."""


@dataclass(slots=True)
class Contest:
    """The claims of one refresh of one source."""

    documents: Mapping[str, KnownDocument]
    """As the store remembers them."""
    unread: set[str] = field(default_factory=set)
    """Documents the store knows that were not read in this refresh, so far."""
    _best: dict[str, Rank] = field(default_factory=dict)
    _before: dict[str, Known | None] = field(default_factory=dict)
    _waiting: dict[str, list[Candidate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unread.update(self.documents)

    def enter(self, candidate: Candidate, known: Known | None, rivals: Set[str]) -> bool:
        """Whether the claim is judged now; else it waits for its ``rivals``, documents of the same item."""
        native_id = candidate.raw.native_id
        if native_id in self._waiting or rivals & self.unread:
            self._waiting.setdefault(native_id, []).append(candidate)
            return False
        self._before.setdefault(native_id, known)
        return True

    def judge(self, candidate: Candidate) -> Chosen | None:
        """The candidate, if it is the best so far of those that entered."""
        native_id = candidate.raw.native_id
        if native_id in self._best and candidate.rank >= self._best[native_id]:
            return None
        self._best[native_id] = candidate.rank
        return candidate, self._before[native_id]

    @property
    def waiting(self) -> list[Candidate]:
        """Claims that wait, in the order in which they came."""
        return [each for candidates in self._waiting.values() for each in candidates]

    def settle(self, rivals_of: Callable[[str], Set[str]]) -> Iterator[Candidate]:
        """The best of those that waited, unless a document that was not read again is better."""
        for native_id, candidates in self._waiting.items():
            best = min(candidates, key=lambda each: each.rank)
            unread = rivals_of(native_id) & self.unread
            if all(best.rank < rank(self.documents[name].published, name) for name in unread):
                yield best
