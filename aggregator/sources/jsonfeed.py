"""The reader of JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/). Pure.

Its rule: a value of the wrong type is read as what it was meant to be, or as none; it never stops the rest.
"""

from __future__ import annotations

import json
import re
from typing import Any

from aggregator.errors import ParseError
from aggregator.sources.entries import (
    MAX_ENTRIES,
    MAX_FIELD,
    MAX_FILES,
    MAX_PEOPLE,
    MAX_TERMS,
    MAX_TEXT,
    EntryLink,
    EntryPerson,
    EntryTerm,
    EntryText,
    FeedDocument,
    FeedEntry,
    bounded_id,
)

_ITEMS = re.compile(r"\"items\"\s*:\s*\[")
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)
_WHOLE = 1 << 40
"""Characters: more than any document has."""

Values = dict[str, Any]


def read(document: str) -> FeedDocument:
    """Read a decoded JSON Feed. Raises ParseError where no item of it can be made out."""
    feed, notes = _loaded(document)
    items = feed.get("items")
    if not isinstance(items, list):
        notes.append("has no list of items")
        items = []
    if len(items) > MAX_ENTRIES:
        notes.append(f"holds {len(items):,} entries, of which the first {MAX_ENTRIES:,} are read")
    said = [each for each in items[:MAX_ENTRIES] if isinstance(each, dict)]
    if len(said) < min(len(items), MAX_ENTRIES):
        notes.append(f"{min(len(items), MAX_ENTRIES) - len(said)} of its items are none and left out")
    return FeedDocument(
        family="json",
        title=EntryText(_text(feed, "title")),
        links=_links(feed, (("home_page_url", "alternate"), ("feed_url", "self"))),
        language=_text(feed, "language"),
        authors=_authors(feed),
        entries=tuple(map(_entry, said)),
        notes=tuple(notes),
    )


def _loaded(document: str) -> tuple[Values, list[str]]:
    try:
        value = json.loads(document, strict=False)
    except RecursionError as error:
        raise ParseError("is JSON that is nested too deeply") from error
    except ValueError as error:
        return _salvaged(document, error)
    if not isinstance(value, dict):
        raise ParseError("is JSON, but no JSON Feed: it is no object")
    return value, []


def _salvaged(document: str, broke: ValueError) -> tuple[Values, list[str]]:
    """Every whole item before the place where it broke."""
    start = _ITEMS.search(document)
    items: list[Any] = []
    position = start.end() if start else len(document)
    while start is not None:
        position = _end(_BETWEEN.match(document, position), position)
        try:
            value, position = _DECODER.raw_decode(document, position)
        except (ValueError, RecursionError):
            break
        items.append(value)
    where = (
        f"cut off or wrong at line {broke.lineno}, column {broke.colno}"
        if isinstance(broke, json.JSONDecodeError)
        else str(broke)
    )
    if not items:
        raise ParseError(f"is broken or truncated JSON ({where}); no item can be made out in it") from broke
    head = re.sub(r",\s*\Z", "", document[: start.start()]) + "}" if start else "{}"
    try:
        feed = json.loads(head, strict=False)
    except (ValueError, RecursionError):
        feed = {}
    return {**feed, "items": items}, [f"is broken or truncated JSON ({where}); the items before are kept"]


def _end(found: re.Match[str] | None, otherwise: int) -> int:
    return found.end() if found else otherwise


def _entry(item: Values) -> FeedEntry:
    html, plain = _text(item, "content_html", MAX_TEXT), _text(item, "content_text", MAX_TEXT)
    contents = (EntryText(html, "html"),) if html else (EntryText(plain),) if plain else ()
    return FeedEntry(
        id=bounded_id(_text(item, "id", _WHOLE)),
        title=EntryText(_text(item, "title")),
        links=_links(item, (("url", "alternate"), ("external_url", "related"))) + _attachments(item),
        contents=contents,
        summary=EntryText(_text(item, "summary", MAX_TEXT)),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        authors=_authors(item),
        terms=_terms(item),
        images=_links(item, (("image", "image"), ("banner_image", "image"))),
        language=_text(item, "language"),
    )


def _text(value: Values, key: str, limit: int = MAX_FIELD) -> str:
    """A string; a number is written as one."""
    said = value.get(key)
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    if isinstance(said, int) and said.bit_length() > MAX_FIELD // 10:
        return ""
    return str(said).strip()[: limit + 1]  # one more, so that a cut is told


def _list(value: Values, key: str, limit: int) -> list[Any]:
    said = value.get(key)
    return said[: limit + 1] if isinstance(said, list) else [] if said is None else [said]


def _links(value: Values, keys: tuple[tuple[str, str], ...]) -> tuple[EntryLink, ...]:
    return tuple(EntryLink(href, rel) for key, rel in keys if (href := _text(value, key)))


def _attachments(item: Values) -> tuple[EntryLink, ...]:
    return tuple(
        EntryLink(url, "enclosure", _text(each, "mime_type"), _text(each, "size_in_bytes"))
        for each in _list(item, "attachments", MAX_FILES)
        if isinstance(each, dict) and (url := _text(each, "url"))
    )


def _authors(value: Values) -> tuple[EntryPerson, ...]:
    """1.1 has a list, 1.0 one object; names alone are written too."""
    said = _list(value, "authors", MAX_PEOPLE) or _list(value, "author", MAX_PEOPLE)
    people = (
        EntryPerson(_text(each, "name"), _text(each, "url"))
        for each in (one if isinstance(one, dict) else {"name": one} for one in said)
        if isinstance(each.get("name", ""), str | None)
    )
    return tuple(dict.fromkeys(person for person in people if person.name or person.url))


def _terms(item: Values) -> tuple[EntryTerm, ...]:
    said = _list(item, "tags", MAX_TERMS)
    terms = (_text(each, "name") if isinstance(each, dict) else _text({"": each}, "") for each in said)
    return tuple(EntryTerm(term) for term in dict.fromkeys(terms) if term)
