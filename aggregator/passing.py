"""What crosses to the process that reads strangers' documents, and what comes back: JSON, never objects.

Its rule: whoever wrote a message, it makes values of the model, each of its field's type, and nothing else.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from aggregator.model import CLEANER, Document, Item, Reading, Source, Stamp
from aggregator.reading import Read
from aggregator.values import replace

if TYPE_CHECKING:
    from aggregator.contracts import Adapter

_Value = TypeVar("_Value")
_Decode = Callable[[Any], Any]
_NAMES: Mapping[str, Any] = {"datetime": datetime, "Mapping": Mapping, "Path": Path}
"""What modules of the model name only for the checker of types."""


class GarbledError(ValueError):
    """A message is not what the other side would write."""


class Errand(NamedTuple):
    """One document to be read, and by what."""

    adapter: Adapter
    source: Source
    document: Document
    now: datetime


# ── there ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Order(NamedTuple):
    module: str
    name: str
    options: str | None
    source: Source
    stamp: Stamp
    url: str | None
    content_type: str | None
    now: datetime


def pack_errand(errand: Errand) -> bytes:
    """The errand without what reading needs not know: headers, the proxy and the user agent."""
    adapter, source, document, now = errand
    kind = type(adapter)
    options = None if source.options is None else source.options.model_dump_json()
    told = replace(source, options=None, headers=(), proxy=None, user_agent=None)
    order = _Order(
        kind.__module__,
        kind.__qualname__,
        options,
        told,
        document.stamp,
        document.url,
        document.content_type,
        now,
    )
    return _dump(order) + b"\n" + document.body


def unpack_errand(message: bytes) -> Errand:
    """What :func:`pack_errand` was given; the adapter is made anew. Only for what our own parent wrote."""
    head, _, body = message.partition(b"\n")
    order = _load(_Order, head)
    kind: Any = import_module(order.module)
    for part in order.name.split("."):
        kind = getattr(kind, part)
    adapter = kind()
    options = None if order.options is None else adapter.options.model_validate_json(order.options)
    document = Document(order.stamp, body, order.url, order.content_type)
    return Errand(adapter, replace(order.source, options=options), document, order.now)


# ── and back ──────────────────────────────────────────────────────────────────────────────────────────────


class _Told(NamedTuple):
    reading: Reading
    items: tuple[tuple[Item, Item], ...]
    failed: bool


def pack_read(read: Read) -> bytes:
    """All that a document said, each item once; the document itself the other side has."""
    return _dump(_Told(replace(read.reading, items=()), read.items, read.failed))


def unpack_read(message: bytes, source: Source, document: Document) -> Read:
    """What :func:`pack_read` was given. Raises GarbledError; for items of others, too."""
    told = _load(_Told, message)
    if any(item.source_id != source.id for pair in told.items for item in pair):
        raise GarbledError("an item of another source")
    if any(not 0 <= item.cleaner <= CLEANER for pair in told.items for item in pair):
        raise GarbledError("an item of a cleaner that there is not")
    reading = replace(told.reading, items=tuple(raw for raw, _ in told.items))
    return Read(document, reading, told.items, told.failed)


# ── values ────────────────────────────────────────────────────────────────────────────────────────────────


def refuse_odd(kind: type[object], value: object) -> None:
    """Raise GarbledError where a value, or a part of it, is of another type than its class says."""
    _made(kind, lambda: _as_in_json(value))


def _dump(value: object) -> bytes:
    # Lone surrogates are in names of files, and in JSON Feeds before they are cleaned.
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return written.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    return [getattr(value, name) for name in value.__dataclass_fields__]


def _as_in_json(value: Any) -> object:
    """What JSON would have of a value, without the detour over its text, which takes longer than all else."""
    if value is None or isinstance(value, (str, int, float, dict)):
        return value
    if isinstance(value, (list, tuple)):
        return [_as_in_json(each) for each in value]
    return _as_in_json(_plain(value))


def _load(kind: type[_Value], message: bytes) -> _Value:
    return _made(kind, lambda: json.loads(message.decode("utf-8", "surrogatepass")))


def _made(kind: type[_Value], told: Callable[[], object]) -> _Value:
    decode: _Decode = _decoder(cast("Hashable", kind))
    try:
        return cast("_Value", decode(told()))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise GarbledError(f"no {kind.__name__}: {error}") from error


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind, localns=dict(_NAMES))
    return {each.name: hints[each.name] for each in fields(kind)} if is_dataclass(kind) else hints


@cache
def _decoder(kind: Any) -> _Decode:
    """What makes a value of this type of what JSON has. Raises ValueError or TypeError for any other."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (some,) = (each for each in inner if each is not type(None))
        decode = _decoder(some)
        return lambda told: None if told is None else decode(told)
    if origin is Literal:
        return lambda told: inner[inner.index(told)]
    if origin is frozenset:
        each = _decoder(inner[0])
        return lambda told: frozenset(map(each, _list(told)))
    if origin is tuple and inner[-1] is Ellipsis:
        each = _decoder(inner[0])
        return lambda told: tuple(map(each, _list(told)))
    if origin is tuple:
        parts = tuple(map(_decoder, inner))
        return lambda told: tuple(part(value) for part, value in zip(parts, _list(told), strict=True))
    return _of_class(kind)


def _of_class(kind: Any) -> _Decode:
    if kind is datetime:
        return _moment
    if kind is Path:
        return lambda told: Path(_exactly(str, told))
    if kind is Any:
        return lambda told: _exactly(types.NoneType, told)
    if kind is float:
        return _number
    if kind in (str, int, bool):
        return lambda told: _exactly(kind, told)
    names = tuple(_hints(kind))
    parts = tuple(map(_decoder, _hints(kind).values()))

    def build(told: object) -> object:
        values = zip(names, parts, _list(told), strict=True)
        return kind(**{name: part(value) for name, part, value in values})

    return build


def _exactly(kind: type[_Value], told: object) -> _Value:
    if type(told) is not kind:
        raise TypeError(f"{type(told).__name__} where {kind.__name__} belongs")
    return told


def _list(told: object) -> list[Any]:
    return _exactly(list, told)


def _number(told: object) -> float:
    number = told if type(told) is int else _exactly(float, told)
    if not isfinite(number):
        raise ValueError("a number without end")
    return number


def _moment(told: object) -> datetime:
    moment = datetime.fromisoformat(_exactly(str, told))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    moment.astimezone(UTC)  # OverflowError where it has no date in UTC
    return moment
