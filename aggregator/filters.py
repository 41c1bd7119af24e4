"""Decide which rule, if any, keeps an item out of an output. Pure.

One rule: a list of filters is asked whole. Lists of different levels (all outputs, one source, one
category) are each asked by themselves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from aggregator import patterns
from aggregator.rules import All, Any, Matches, OneOf
from aggregator.slugs import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.model import Item, Text
    from aggregator.rules import Aspect, Condition, Filter


def verdict(item: Item, filters: Sequence[Filter]) -> Filter | None:
    """Return the rule that keeps the item, cleaned, out; None: it passes.

    Any ``drop`` that matches keeps it out. Where there are ``keep`` rules, one of them must match; if none
    does, the first of them is the reason.
    """
    for rule in filters:
        if rule.action == "drop" and _holds(rule.condition, item):
            return rule
    keeping = [rule for rule in filters if rule.action == "keep"]
    if keeping and not any(_holds(rule.condition, item) for rule in keeping):
        return keeping[0]
    return None


def _holds(condition: Condition, item: Item) -> bool:
    if isinstance(condition, Matches):
        return any(patterns.found(condition.pattern, value) for value in _values(item, condition.aspect))
    if isinstance(condition, OneOf):
        wanted = _compared(condition.values)
        return any(_comparable(value) in wanted for value in _values(item, condition.aspect))
    if isinstance(condition, All):
        return all(_holds(part, item) for part in condition.parts)
    if isinstance(condition, Any):
        return any(_holds(part, item) for part in condition.parts)
    return not _holds(condition.part, item)


def _values(item: Item, aspect: Aspect) -> tuple[str, ...]:
    """Return what an item has to show for one aspect. Title and text are always there, if empty."""
    match aspect:
        case "title":
            return (item.title.value,)
        case "text":
            texts = tuple(_plain(text) for text in (item.content, item.summary) if text)
            return texts or ("",)
        case "url":
            return _present(item.link)
        case "author":
            return _present(*(person.name for person in item.authors))
        case "tags":
            return _present(*(name for tag in item.tags for name in (tag.term, tag.label)))
        case "origin":
            return _present(item.origin)


def _present(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value)


@lru_cache(maxsize=8)
def _plain(text: Text) -> str:
    """Read a body once for all the rules and levels that ask about it."""
    from aggregator import markup  # noqa: PLC0415 - not before there is something to read

    return markup.to_text(text.value) if text.type == "html" else text.value


@lru_cache(maxsize=1024)
def _compared(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_comparable, values))


def _comparable(value: str) -> str:
    return fold(value).strip()
