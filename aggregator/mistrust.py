"""What a process says that may have been taken over, made fit again. Pure.

Its rule: what an honest one says comes back equal; of all else comes what :mod:`aggregator.tidy` lets pass.
HTML is looked at first and cleaned only where it is not safe: the process apart was started so that what a
stranger's document costs is no cost here.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from aggregator import sanitised, text, urls
from aggregator.model import Item, Problem, SourceInfo, Tag, Text
from aggregator.tidy import MAX_NAME, tidy
from aggregator.values import replace

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.reading import Read
    from aggregator.wishes import Calendar

MAX_ITEMS = 10_000
"""Of a document; :mod:`aggregator.sources.entries` reads fewer."""
MAX_ID = 65_536
"""Characters of whatever identifies an item or a feed."""
_MAX_PROBLEMS = 100
_MAX_PLACE = 20_000
_LONGEST_WISH = 1e11
"""Seconds; more than a feed can ask for in nine digits of minutes."""


_NOTHING = Text("", "html")


class UnfitError(ValueError):
    """What is said cannot be made fit."""


def refit(read: Read, now: datetime) -> Read:
    """All that a document said, cleaned once more; ``now``: what it was cleaned at. Raises UnfitError."""
    if len(read.items) > MAX_ITEMS:
        raise UnfitError(f"{len(read.items)} items")
    reading = read.reading
    told = [*_ids(read), (reading.info or SourceInfo()).id]
    if any(len(each) > MAX_ID for each in told):
        raise UnfitError("an id without end")
    items = tuple((_unclean(raw), _clean(clean, now)) for raw, clean in read.items)
    if any(raw.native_id != clean.native_id for raw, clean in items):
        raise UnfitError("two forms of different items")
    reading = replace(
        reading,
        items=tuple(raw for raw, _ in items),
        problems=tuple(map(_problem, reading.problems[:_MAX_PROBLEMS])),
        skipped=reading.skipped[:_MAX_PLACE],
        info=reading.info and _info(reading.info),
        calendar=_calendar(reading.calendar),
    )
    return replace(read, reading=reading, items=items)


def _clean(said: Item, now: datetime) -> Item:
    if not all(
        body.type == "html" and sanitised.is_safe(body.value) for body in (said.content, said.summary)
    ):
        return tidy(as_raw_again(said), now)
    rest = tidy(as_raw_again(replace(said, content=_NOTHING, summary=_NOTHING)), now)
    return replace(rest, content=said.content, summary=said.summary)


def as_raw_again(clean: Item) -> Item:
    """A clean item as a feed would state it, every text in HTML: cleaned, it is what it was."""
    return replace(
        clean,
        title=Text(html.escape(clean.title.value), "html"),
        authors=tuple(replace(person, name=html.escape(person.name)) for person in clean.authors),
        tags=tuple(Tag(html.escape(tag.term), html.escape(tag.label), tag.scheme) for tag in clean.tags),
        categories=tuple(map(html.escape, clean.categories)),
        origin=None if clean.origin is None else html.escape(clean.origin),
        cleaner=0,
    )


def _ids(read: Read) -> list[str]:
    return [
        each
        for pair in read.items
        for item in pair
        for each in (item.native_id, item.seed, item.entry_id or "")
    ]


def _unclean(raw: Item) -> Item:
    """A raw form never counts as cleaned: a better cleaner is to look at it."""
    return raw if raw.cleaner == 0 else replace(raw, cleaner=0)


def _problem(problem: Problem) -> Problem:
    return Problem(problem.where[:_MAX_PLACE], problem.what[:_MAX_PLACE])


def _info(info: SourceInfo) -> SourceInfo:
    return replace(
        info,
        title=text.plain(info.title, MAX_NAME),
        site_url=urls.absolute(info.site_url),
        feed_url=urls.absolute(info.feed_url),
    )


def _calendar(calendar: Calendar) -> Calendar:
    return replace(
        calendar,
        ttl=min(max(calendar.ttl, 0.0), _LONGEST_WISH),
        period=min(max(calendar.period, 0.0), _LONGEST_WISH),
        period_words=text.plain(calendar.period_words, MAX_NAME),
        skip_hours=calendar.skip_hours & frozenset(range(24)),
        skip_days=calendar.skip_days & frozenset(range(7)),
    )
