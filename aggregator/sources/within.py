"""Entries cut to the limits of a single text. Pure.

Its rule: a cut is told, so readers hand over one character more than they may.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from aggregator.sources.entries import (
    MAX_FIELD,
    MAX_TEXT,
    EntryLink,
    EntryPerson,
    EntryTerm,
    EntryText,
    FeedEntry,
)
from aggregator.values import replace

_PARTS = {
    kind: tuple(
        (each.name, MAX_TEXT if (kind, each.name) == (EntryText, "value") else MAX_FIELD)
        for each in fields(kind)
    )
    for kind in (FeedEntry, EntryText, EntryLink, EntryPerson, EntryTerm)
}
"""What each kind of value consists of, and the limit of each."""


def within(entry: FeedEntry) -> tuple[FeedEntry, tuple[int, ...]]:
    """Return the entry with everything cut to its limit, and which limits were reached."""
    reached: set[int] = set()
    _look(entry, reached)
    return (_cut(entry), tuple(sorted(reached))) if reached else (entry, ())


def _look(value: Any, reached: set[int]) -> None:
    for name, limit in _PARTS[type(value)]:
        part = getattr(value, name)
        if isinstance(part, str):
            if len(part) > limit:
                reached.add(limit)
        elif isinstance(part, tuple):
            for each in part:
                _look(each, reached)
        elif type(part) in _PARTS:
            _look(part, reached)


def _cut(value: Any) -> Any:
    changed: dict[str, Any] = {}
    for name, limit in _PARTS[type(value)]:
        part = getattr(value, name)
        if isinstance(part, str):
            changed[name] = part[:limit]
        elif isinstance(part, tuple):
            changed[name] = tuple(_cut(each) for each in part)
        elif type(part) in _PARTS:
            changed[name] = _cut(part)
    return replace(value, **changed)
