"""An item's texts as outputs show them, each found once for every form of output. Pure.

The one rule: what is found once follows from the entry, never from where it is shown or how much of it is.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, TypeVar

from aggregator import beginning, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.model import Item, Text
    from aggregator.views import Entry

LIMIT = 2000
"""Characters that a title or a summary has at most."""

_T = TypeVar("_T")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_FIRST = 32
"""Characters by which most summaries are told from the beginning of the content."""


def once(entry: Entry, name: str, found: Callable[[Entry], _T]) -> _T:
    """Return what was found for this name before, else find it now: never None, whatever is shown of it."""
    known: _T | None = entry.memo.get(name)
    if known is None:
        known = entry.memo[name] = found(entry)
    return known


def title(entry: Entry) -> str:
    """Return the item's title, often empty."""
    return once(entry, "title", lambda each: as_text(each.item.title))


def summary(entry: Entry) -> str:
    """Return the item's own summary, often empty."""
    return once(entry, "summary", lambda each: as_text(each.item.summary))


def distinct_summary(entry: Entry) -> str:
    """Return the item's own summary; empty where there is no content beside it, or only the same again."""
    return once(entry, "distinct summary", _distinct)


def excerpt(entry: Entry, length: int) -> str:
    """Return the item's own summary, else the beginning of its text, at most ``length`` characters of it."""
    return once(entry, f"excerpt of {length}", lambda each: _excerpt(each.item, length))


def html(entry: Entry) -> str:
    """Return the item's content, else its summary, as HTML."""
    return once(entry, "html", lambda each: _content(each) or as_html(each.item.summary))


def _content(entry: Entry) -> str:
    return once(entry, "content", lambda each: as_html(each.item.content))


def as_text(value: Text, limit: int = LIMIT) -> str:
    """Return a text construct as plain text, at most ``limit`` characters of it."""
    written = beginning.to_text(value.value, 2 * limit) if value.type == "html" else value.value
    # Cut first: normalising a whole article takes long.
    return text.plain(" ".join(written.lstrip()[: 2 * limit].split()), limit)


def as_html(value: Text) -> str:
    """Return a text construct as HTML, empty if it shows nothing."""
    body = text.xml_safe(value.value).strip()
    if value.type == "html" or not body:
        return body
    paragraphs = (part.strip() for part in _PARAGRAPHS.split(body))
    return "".join(f"<p>{entities.escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _excerpt(item: Item, length: int) -> str:
    whole = as_text(item.summary, 2 * length) or _start(item.content, length)
    return text.excerpt(whole or as_text(item.content, 2 * length), length)


def _distinct(entry: Entry) -> str:
    own, content = summary(entry), entry.item.content
    if not own or not _content(entry):
        return ""
    start = _start(content, _FIRST)[:_FIRST]
    return own if not own.startswith(start) or own != as_text(content) else ""


def _start(value: Text, length: int) -> str:
    """Return how a longer text begins, with the first ``length`` characters as in its one form.

    Nothing where it takes a closer look to know them. What comes later changes at most the last character of
    a text in its one form, and the marks on it.
    """
    if value.type != "html":
        return ""
    read = length + text.COMBINING_RUN + 2
    first = beginning.to_text(value.value, read)[:read].replace("\n", " ")
    return first if len(first) == read and text.plain(first, read) == first else ""
