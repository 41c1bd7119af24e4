"""Decide which stored item a post is. Pure: no clock, no store, no disk.

Most items say who they are (an infoCode, a URL, an entry id). A post that says nothing is known by its
file's name alone, and files are renamed, moved and copied; this is where that is told apart. The rule: what
a document was stays what it is, an equal body stands in for a vanished document, and only then is it new.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.identity import content_key
from aggregator.model import is_weak
from aggregator.remembered import claims_of
from aggregator.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.model import Item, KnownDocument
    from aggregator.records import Known

_KEY_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Match:
    """Which item it is: ``known`` None means a new one, under ``item.native_id``."""

    item: Item
    known: Known | None = None
    alias: str | None = None
    """A native id under which the known item shall be found from now on."""
    problem: str | None = None


def second_name(item: Item) -> str:
    """The native id of a second post of the same name: that name and its first body."""
    return f"{item.native_id}#{content_key(item)[:_KEY_DIGITS]}"


@dataclass
class Matching:
    """What one refresh of one source knows about documents and the items they gave."""

    documents: Mapping[str, KnownDocument]
    """As the store remembers them."""
    present: frozenset[str]
    """Documents that are there now."""
    vanished: Mapping[int, Known] = field(default_factory=dict)
    """Stored items whose documents have all vanished."""
    _holders: dict[str, dict[str, str]] = field(default_factory=dict)
    """Native id of an item that was asked for → documents that are it now → content key of those read."""

    @cached_property
    def _held_before(self) -> dict[str, list[str]]:
        """Native id of an item → documents that were it before. Nobody asks where nothing changed."""
        held: dict[str, list[str]] = {}
        for name, _, native_id in claims_of(self.documents):
            if native_id is not None and name in self.present:
                held.setdefault(native_id, []).append(name)
        return held

    def _of(self, native_id: str) -> dict[str, str] | None:
        """The documents that are this item now; None: it never had one."""
        if native_id not in self._holders and native_id in self._held_before:
            self._holders[native_id] = dict.fromkeys(self._held_before[native_id], "")
        return self._holders.get(native_id)

    def resolve(self, name: str, item: Item, known: Mapping[str, Known], former: Known | None) -> Match:
        """Which item the post in document ``name`` is.

        ``known`` answers for ``item.native_id`` and :func:`second_name`; ``former`` is the item this very
        document gave before. Remembers the answer for the documents that follow.
        """
        decide = self._weak if item.weak_id else self._strong
        match = decide(name, item, known, former)
        self.let_go(name)
        if (holders := self._of(match.item.native_id)) is None:
            holders = self._holders[match.item.native_id] = {}
        holders[name] = content_key(item)
        return match

    def rivals(self, name: str, native_id: str) -> frozenset[str]:
        """Other documents that are this item now."""
        return frozenset(other for other in self._of(native_id) or () if other != name)

    def let_go(self, name: str) -> None:
        """The document no longer gives the item it gave before."""
        document = self.documents.get(name)
        if document is not None and document.native_id is not None:
            (self._of(document.native_id) or {}).pop(name, None)

    def _strong(self, name: str, item: Item, known: Mapping[str, Known], former: Known | None) -> Match:
        stored = known.get(item.native_id)
        if stored is not None:
            return Match(replace(item, native_id=stored.native_id), stored)
        if former is None or self.rivals(name, former.native_id) or self._of(item.native_id) is not None:
            return Match(item)
        if is_weak(former.native_id) or former.content_key == content_key(item):
            return Match(replace(item, native_id=former.native_id), former, alias=item.native_id)
        return Match(item)

    def _weak(self, name: str, item: Item, known: Mapping[str, Known], former: Known | None) -> Match:
        if former is not None:
            return Match(replace(item, native_id=former.native_id), former)
        stored = known.get(item.native_id)
        native_id = stored.native_id if stored is not None else item.native_id
        others = {other: key for other, key in (self._of(native_id) or {}).items() if other != name}
        if not others:
            return self._alone(item, stored)
        bodies = {key for key in others.values() if key} or {stored.content_key if stored is not None else ""}
        if content_key(item) in bodies:
            return Match(replace(item, native_id=native_id), stored)
        second = second_name(item)
        gone = self._gone(item) if second not in known else None
        if gone is not None:
            return Match(replace(item, native_id=gone.native_id), gone)
        return Match(
            replace(item, native_id=second, seed=second),
            known.get(second),
            problem=f"a second post of this name (see {min(others)}): it is an item of its own",
        )

    def _alone(self, item: Item, stored: Known | None) -> Match:
        if stored is not None:
            return Match(replace(item, native_id=stored.native_id), stored)
        gone = self._gone(item)
        if gone is not None:
            return Match(replace(item, native_id=gone.native_id), gone, alias=item.native_id)
        return Match(item)

    def _gone(self, item: Item) -> Known | None:
        """The oldest item whose file vanished, and whose body this is; no body is no one's."""
        key = content_key(item)
        found = (each for each in self.vanished.values() if key and each.content_key == key)
        free = (each for each in found if not self._of(each.native_id))
        return min(free, key=lambda each: each.item_id, default=None)
