"""What the store remembers of a source's documents, as plain rows: objects of 50,000 would take long.

The rule: a document becomes a :class:`KnownDocument` when somebody asks for it, and most are never asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.dates import from_micros
from aggregator.model import KnownDocument, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Looks = tuple[int, int]
"""Size in bytes, nanoseconds since the epoch."""
Row = tuple[int, int, str, int | None, str | None, int | None, int]
"""Size, time, hash; the item's id and native id; when it was published, in microseconds, and its offset."""


class Remembered(Mapping[str, KnownDocument]):
    """Documents by name, in the order of ``rows``, which are read when the first is asked for.

    By then it is known what stands in the folders, and files that may be still being written are waited for.
    """

    def __init__(self, rows: Callable[[], Mapping[str, Row]]) -> None:
        self._read = rows

    @cached_property
    def _rows(self) -> Mapping[str, Row]:
        return self._read()

    def __getitem__(self, name: str) -> KnownDocument:
        size, mtime_ns, hash_, item_id, native_id, published, zone = self._rows[name]
        return KnownDocument(
            stamp=Stamp(name, size, mtime_ns, hash_),
            item_id=item_id,
            native_id=native_id,
            published=None if published is None else from_micros(published, zone),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def looks(self, name: str) -> Looks | None:
        """How it looked when it was read."""
        row = self._rows.get(name)
        return None if row is None else row[:2]

    def claims(self) -> Iterator[tuple[str, int | None, str | None]]:
        """The name of each, with the id and the native id of its item."""
        return ((name, row[3], row[4]) for name, row in self._rows.items())


def looks_of(documents: Mapping[str, KnownDocument]) -> Callable[[str], Looks | None]:
    """What tells how a document looked when it was read; None: it is not known."""
    if isinstance(documents, Remembered):
        return documents.looks
    return {name: (each.stamp.size, each.stamp.mtime_ns) for name, each in documents.items()}.get


def claims_of(documents: Mapping[str, KnownDocument]) -> Iterator[tuple[str, int | None, str | None]]:
    """The name of each document, with the id and the native id of its item."""
    if isinstance(documents, Remembered):
        return documents.claims()
    return ((name, each.item_id, each.native_id) for name, each in documents.items())
