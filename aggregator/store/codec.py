"""Values of the model as text for a column, and back. Pure; what was written years ago still reads.

Missing keys take the model's defaults, so that a field added later needs no migration.
"""

from __future__ import annotations

import json
import zlib
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from aggregator.dates import from_micros, to_micros
from aggregator.model import Enclosure, Item, ListedSource, Person, Problem, SourceInfo, Tag, Text
from aggregator.wishes import Calendar, Freshness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


ESCAPED = "\ufdd0"
"""A noncharacter: begins a text that was turned to hexadecimal because SQLite could not hold it."""
_EMPTY: tuple[object, ...] = (None, [], (), ("", "text"), 0)
_ZSTD = b"\x28\xb5\x2f\xfd"
"""How a frame begins (RFC 8878, 3.1.1)."""

_Row = TypeVar("_Row")


class DamagedValueError(ValueError):
    """A column does not hold what was written to it: the file is damaged."""


_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError, zlib.error)
"""What comes of reading what was never written."""


@contextmanager
def _whole() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise DamagedValueError(str(error)) from error


def in_order(found: Mapping[int, _Row], ids: Iterable[int]) -> list[_Row]:
    """What was found of each of these rows, which others name. Raises DamagedValueError where one is not."""
    try:
        return [found[each] for each in ids]
    except KeyError as error:
        raise DamagedValueError(f"no whole row {error}") from error


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────


def bindable(text: str) -> str:
    """A text SQLite can hold and compare: lone surrogates (file names that are not UTF-8) and NUL escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        if "\0" not in text and not text.startswith(ESCAPED):
            return text
    return ESCAPED + text.encode("utf-8", "surrogatepass").hex()


def original(text: str) -> str:
    """What :func:`bindable` was given."""
    if not text.startswith(ESCAPED):
        return text
    return bytes.fromhex(text[len(ESCAPED) :]).decode("utf-8", "surrogatepass")


def array(values: Iterable[int] | Iterable[str]) -> str:
    """A list for ``json_each``; texts must be bindable."""
    return json.dumps(list(values))


_readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_escaped = json.JSONEncoder(separators=(",", ":")).encode


def _dump(value: object) -> str:
    text = _readable(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _escaped(value)
    return text


# ── items ─────────────────────────────────────────────────────────────────────────────────────────────────


def encode_item(item: Item) -> str:
    """Everything but the source's id, which may be renamed: the row knows it."""
    full = {
        "native_id": item.native_id,
        "seed": item.seed,
        "entry_id": item.entry_id,
        "title": (item.title.value, item.title.type),
        "link": item.link,
        "content": (item.content.value, item.content.type),
        "summary": (item.summary.value, item.summary.type),
        "published": _moment(item.published),
        "updated": _moment(item.updated),
        "authors": [(one.name, one.url, one.email) for one in item.authors],
        "tags": [(one.term, one.label, one.scheme) for one in item.tags],
        "categories": item.categories,
        "origin": item.origin,
        "enclosures": [(one.url, one.type, one.length) for one in item.enclosures],
        "language": item.language,
        "base": item.base,
        "cleaner": item.cleaner,
    }
    return _dump({key: value for key, value in full.items() if value not in _EMPTY})


def decode_item(text: str, source_id: str) -> Item:
    """What :func:`encode_item` was given, as an item of ``source_id``."""
    try:  # not _whole(), which takes a tenth of the time
        return _to_item(json.loads(text), source_id)
    except _DAMAGED as error:
        raise DamagedValueError(str(error)) from error


def _to_item(stored: dict[str, Any], source_id: str) -> Item:
    return Item(
        source_id=source_id,
        native_id=stored["native_id"],
        seed=stored["seed"],
        entry_id=stored.get("entry_id"),
        title=_to_text(stored.get("title")),
        link=stored.get("link"),
        content=_to_text(stored.get("content")),
        summary=_to_text(stored.get("summary")),
        published=_to_moment(stored.get("published")),
        updated=_to_moment(stored.get("updated")),
        authors=tuple(Person(*one) for one in stored.get("authors", ())),
        tags=tuple(Tag(*one) for one in stored.get("tags", ())),
        categories=tuple(stored.get("categories", ())),
        origin=stored.get("origin"),
        enclosures=tuple(Enclosure(*one) for one in stored.get("enclosures", ())),
        language=stored.get("language"),
        base=stored.get("base"),
        cleaner=stored.get("cleaner", 0),
    )


def pack(item: Item) -> bytes:
    """The raw form, compressed: it is read only by a better cleaner and by ``explain``."""
    from aggregator.zstandard import packed  # noqa: PLC0415 - not before there is something to pack

    return packed(encode_item(item).encode())


def unpack(body: bytes, source_id: str) -> Item:
    """What :func:`pack` was given."""
    with _whole():
        return decode_item(_unpacked(body).decode(), source_id)


def _unpacked(body: bytes) -> bytes:
    """Items of older versions are packed with zlib."""
    if not body.startswith(_ZSTD):
        return zlib.decompress(body)
    from aggregator.zstandard import ZstdError, decompress  # noqa: PLC0415 - not before one is asked for

    try:
        return decompress(body)
    except ZstdError as error:
        raise ValueError("no whole frame") from error


def _to_text(stored: Sequence[Any] | None) -> Text:
    if stored is None:
        return Text()
    kind: Literal["text", "html"] = stored[1]
    return Text(stored[0], kind)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _to_moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)


# ── sources and problems ──────────────────────────────────────────────────────────────────────────────────


def encode_info(info: SourceInfo) -> str:
    """A source as readers see it."""
    full = {
        "id": info.id,
        "title": info.title,
        "site_url": info.site_url,
        "feed_url": info.feed_url,
        "updated": _moment(info.updated),
    }
    return _dump({key: value for key, value in full.items() if value})


@lru_cache(maxsize=1024)
def decode_info(text: str) -> SourceInfo:
    """What :func:`encode_info` was given."""
    with _whole():
        return _to_info(json.loads(text))


def _to_info(stored: dict[str, Any]) -> SourceInfo:
    return SourceInfo(
        id=stored.get("id", ""),
        title=stored.get("title", ""),
        site_url=stored.get("site_url"),
        feed_url=stored.get("feed_url"),
        updated=_to_moment(stored.get("updated")),
    )


def encode_problems(problems: Sequence[Problem]) -> str | None:
    """None for none, so that an index of documents with problems stays small."""
    return _dump([[one.where, one.what] for one in problems]) if problems else None


def decode_problems(text: str | None) -> tuple[Problem, ...]:
    """What :func:`encode_problems` was given."""
    with _whole():
        return () if text is None else tuple(Problem(*one) for one in json.loads(text))


def encode_listed(sources: Sequence[ListedSource]) -> str:
    """The sources that a list names."""
    return _dump([[one.url, one.title, list(one.categories)] for one in sources])


def decode_listed(text: str) -> tuple[ListedSource, ...]:
    """What :func:`encode_listed` was given."""
    with _whole():
        return tuple(ListedSource(url, title, tuple(names)) for url, title, names in json.loads(text))


# ── polls ─────────────────────────────────────────────────────────────────────────────────────────────────


def encode_moments(moments: Iterable[datetime]) -> str:
    """Times, as microseconds since the epoch."""
    return _dump([to_micros(moment) for moment in moments])


def decode_moments(text: str) -> tuple[datetime, ...]:
    """What :func:`encode_moments` was given, in UTC."""
    with _whole():
        return tuple(from_micros(value) for value in json.loads(text))


@lru_cache(maxsize=1024)
def encode_wishes(freshness: Freshness | None, calendar: Calendar) -> str:
    """What a publisher asks for."""
    said: dict[str, Any] = {}
    if freshness is not None:
        said["freshness"] = [freshness.seconds, freshness.words, freshness.age, freshness.lasting]
    full = {
        "ttl": calendar.ttl,
        "period": calendar.period,
        "period_words": calendar.period_words,
        "base": None if calendar.base is None else to_micros(calendar.base),
        "skip_hours": sorted(calendar.skip_hours),
        "skip_days": sorted(calendar.skip_days),
    }
    return _dump(said | {key: value for key, value in full.items() if value})


@lru_cache(maxsize=1024)
def decode_wishes(text: str) -> tuple[Freshness | None, Calendar]:
    """What :func:`encode_wishes` was given."""
    with _whole():
        said = json.loads(text)
        freshness = said.get("freshness")
        base = said.get("base")
        return None if freshness is None else Freshness(*freshness), Calendar(
            ttl=said.get("ttl", 0.0),
            period=said.get("period", 0.0),
            period_words=said.get("period_words", ""),
            base=None if base is None else from_micros(base),
            skip_hours=frozenset(said.get("skip_hours", ())),
            skip_days=frozenset(said.get("skip_days", ())),
        )
