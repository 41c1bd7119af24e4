"""Make any item fit to keep: the one cleaning point, after every adapter. Pure; a clean item comes back as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator import markup, text, urls
from aggregator.model import Enclosure, Item, Person, Tag, Text

if TYPE_CHECKING:
    from datetime import datetime

CLEANER = 1
"""Raised whenever the same raw item comes out different, so that stored items are cleaned again."""


def tidy(item: Item, now: datetime) -> Item:
    """Return the item with every field safe to show."""
    if item.cleaner == CLEANER:
        return item
    return replace(
        item,
        title=Text(_plain(item.title) or "(untitled)"),
        link=urls.absolute(item.link),
        content=_html(item.content, item.link),
        summary=_html(item.summary, item.link),
        published=_past(item.published, now),
        updated=_past(item.updated, now),
        authors=tuple(Person(text.plain(markup.to_text(p.name)), p.url, p.email) for p in item.authors),
        tags=tuple(Tag(text.plain(t.term), text.plain(t.label or t.term), t.scheme) for t in item.tags),
        enclosures=tuple(Enclosure(e.url, e.type, e.length) for e in item.enclosures),
        cleaner=CLEANER,
    )


def _plain(value: Text) -> str:
    return text.plain(markup.to_text(value.value) if value.type == "html" else value.value)


def _html(value: Text, base: str | None) -> Text:
    return Text(markup.clean(value.value, base), "html")


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is None or moment <= now else now.astimezone(moment.tzinfo)
