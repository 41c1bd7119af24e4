"""feedparser's dictionaries as entries of ours. Pure.

Its rule: whatever shape a hostile document gave them is survived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.sources import constructs
from aggregator.sources.entries import (
    MAX_FIELD,
    MAX_FILES,
    MAX_LINKS,
    MAX_PEOPLE,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TEXTS,
    EntryLink,
    EntryPerson,
    EntryTerm,
    EntryText,
    FeedCalendar,
    FeedDocument,
    FeedEntry,
    bounded_id,
)
from aggregator.sources.keeping import BASE, DAYS, HAS_ID, HOURS, LANGUAGE

if TYPE_CHECKING:
    from aggregator.sources.entries import Family


def document(family: Family, feed: Any, base: str) -> FeedDocument:
    """What is said of the feed itself; without entries."""
    title = _first(feed, base, "title", "dc_title")
    return FeedDocument(
        family=family,
        id=_text(feed, HAS_ID),
        title=constructs.guessed(title) if family == "rss" else title,
        links=_links(feed, base),
        updated=_text(feed, "updated") or _text(feed, "dc_date") or _text(feed, "published"),
        language=_text(feed, "language"),
        authors=_people(feed),
        base=_base(feed, base),
        calendar=FeedCalendar(
            ttl=_text(feed, "ttl"),
            skip_hours=_texts(feed, HOURS),
            skip_days=_texts(feed, DAYS),
            period=_text(feed, "sy_updateperiod"),
            frequency=_text(feed, "sy_updatefrequency"),
            base=_text(feed, "sy_updatebase"),
        ),
    )


def entry(said: Any, family: Family, base: str) -> FeedEntry:
    """One entry."""
    source = _get(said, "source")
    title = _first(said, base, "title", "dc_title", "media_title", "itunes_title")
    return FeedEntry(
        id=_id(said, HAS_ID) or _id(said, "id"),
        id_is_link=bool(_text(said, HAS_ID)) and _get(said, "guidislink") is True,
        title=constructs.guessed(title) if family == "rss" else title,
        links=_entry_links(said, base),
        contents=tuple(_constructs(_get(said, "content"), base)),
        summary=_construct(said, "summary", base),
        abstract=_first(said, base, "dc_description", "media_description", "itunes_summary"),
        published=_text(said, "published") or _text(said, "dc_date"),
        updated=_text(said, "updated"),
        created=_text(said, "created"),
        authors=_people(said),
        terms=_terms(said),
        images=_images(said, base),
        source_title=_text(source, "title"),
        source_authors=_people(source),
        language=_text(said, "language") or _text(said, LANGUAGE),
        base=_base(said, base),
    )


# ── any value, as what it should be ──


def _get(said: Any, key: str) -> Any:
    # Not feedparser's own lookup, which answers with other keys than it was asked for.
    return dict.get(said, key) if isinstance(said, dict) else None


def _text(said: Any, key: str, limit: int = MAX_FIELD) -> str:
    value = _get(said, key)
    return value.strip()[: limit + 1] if isinstance(value, str) else ""  # one more, so that a cut is told


def _id(said: Any, key: str) -> str:
    value = _get(said, key)
    return bounded_id(value.strip()) if isinstance(value, str) else ""


def _texts(said: Any, key: str) -> tuple[str, ...]:
    value = _get(said, key)
    texts = value if isinstance(value, list) else []
    return tuple(each.strip()[:MAX_FIELD] for each in texts if isinstance(each, str))


def _list(said: Any, key: str, limit: int | None) -> list[Any]:
    value = _get(said, key)
    return [each for each in value[:limit] if isinstance(each, dict)] if isinstance(value, list) else []


def _base(said: Any, document_base: str) -> str:
    """The base that is stated; "" where it is the document's own address."""
    base = _text(said, BASE)
    return "" if base == document_base else base


# ── texts ──


def _first(said: Any, base: str, *keys: str) -> EntryText:
    found = (_construct(said, key, base) for key in keys)
    return next(filter(None, found), EntryText())


def _construct(said: Any, key: str, base: str) -> EntryText:
    detail = _get(said, f"{key}_detail")
    return _entry_text(detail, base) if isinstance(detail, dict) else EntryText()


def _constructs(said: Any, base: str) -> list[EntryText]:
    details = said[:MAX_TEXTS] if isinstance(said, list) else []
    texts = (_entry_text(each, base) for each in details if isinstance(each, dict))
    return [each for each in texts if each or each.src]


def _entry_text(detail: dict[str, Any], base: str) -> EntryText:
    stated = _text(detail, "base")
    media_type = _text(detail, "type").lower().partition(";")[0].strip()
    kind = constructs.kind(media_type)
    return EntryText(
        value=_text(detail, "value", MAX_TEXT),
        kind=kind,
        base="" if stated == base else stated,
        language=_text(detail, "language"),
        src=_text(detail, "src"),
        type=media_type if kind == "other" else "",
    )


# ── links and files ──


def _link(said: Any, base: str, href: str, rel: str) -> EntryLink:
    length = _text(said, "length") or _text(said, "filesize")
    return EntryLink(href, rel, _text(said, "type"), length, _base(said, base))


def _links(said: Any, base: str) -> tuple[EntryLink, ...]:
    """Those that lead to the page, the feed or a file."""
    found = []
    for link in _list(said, "links", None):
        href = _text(link, "href") or _text(link, "url")
        rel = _text(link, "rel").lower().removeprefix(constructs.IANA) or "alternate"
        if href and rel in ("alternate", "self", "enclosure"):
            found.append(_link(link, base, href, rel))
    return tuple(found[: MAX_LINKS + 1])


def _entry_links(said: Any, base: str) -> tuple[EntryLink, ...]:
    """Its links; the original one where a service put its own in its place; Media RSS as enclosures."""
    original = _text(said, "feedburner_origlink")
    first = (EntryLink(original),) if original else ()
    media = [
        _link(file, base, url, "enclosure")
        for file in _list(said, "media_content", MAX_FILES + 1)
        if (url := _text(file, "url") or _text(file, "href"))
    ]
    return (*first, *_links(said, base), *media)


def _images(said: Any, base: str) -> tuple[EntryLink, ...]:
    found = [
        _link(image, base, url, "image")
        for image in _list(said, "media_thumbnail", MAX_FILES)
        if (url := _text(image, "url") or _text(image, "href"))
    ]
    image = _get(said, "image")
    href = _text(image, "href")
    if href:
        found.append(_link(image, base, href, "image"))
    return tuple(found)


# ── people and terms ──


def _people(said: Any) -> tuple[EntryPerson, ...]:
    found = [
        EntryPerson(_text(person, "name"), _text(person, "href"), _text(person, "email"))
        for person in _list(said, "authors", MAX_PEOPLE + 1)
    ]
    stated = [person for person in found if person.name or person.email or person.url]
    return tuple(dict.fromkeys(stated))


def _terms(said: Any) -> tuple[EntryTerm, ...]:
    found = [
        EntryTerm(_text(tag, "term"), _text(tag, "label"), _text(tag, "scheme"))
        for tag in _list(said, "tags", MAX_TERMS + 1)
    ]
    return tuple(dict.fromkeys(each for each in found if each.term or each.label))
