"""The effective configuration, value by value, and where each came from; never a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.config.describe import written
from aggregator.config.load import NO_OVERRIDES, read_all
from aggregator.config.positions import join
from aggregator.config.schema import Configuration
from aggregator.config.shape import inner_models, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from aggregator.config.positions import Node
    from aggregator.config.sources import SourceEntry
    from aggregator.contracts import Adapter, SourceList

SECRET = "***"  # noqa: S105 (what stands in the place of one)
DEFAULT = "default"
_CREDENTIALS = re.compile(r"://[^/?#]*@")


def show(
    path: Path,
    adapters: Mapping[str, Adapter | SourceList],
    environ: Mapping[str, str],
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> list[tuple[str, str, str]]:
    """Every setting: ``(key, value as written, origin)``. Raises ConfigError.

    The origin is ``default``, ``file:line``, ``environment AGGREGATOR__…`` or ``command line``.
    """
    loaded = read_all(path, adapters, environ, overrides)
    lines = list(_section(Configuration, loaded.root.without("sources"), ""))
    for entry in loaded.entries:
        lines.extend(_source(entry))
    return lines


def _section(model: type[BaseModel], node: Node | None, key: str) -> Iterator[tuple[str, str, str]]:
    """What is set in a section, and the defaults of what is not."""
    pairs = node.pairs() if node else {}
    for name, field_name in names(model).items():
        field, here = model.model_fields[field_name], join(key, f".{name}")
        if here == "sources":
            continue
        pair = pairs.get(name)
        inner = inner_models(model).get(name)
        if inner and inner.held_in == "itself":
            yield from _section(inner.model, pair.node if pair else None, here)
        elif pair is None or pair.node.value is None:
            origin = pair.node.mark.short() if pair else DEFAULT
            yield here, written(field.get_default(call_default_factory=True), field), origin
        else:
            yield from _given(pair.node, here)


def _source(entry: SourceEntry) -> Iterator[tuple[str, str, str]]:
    if not entry.section.id:
        yield f"{entry.key}.id", written(entry.id), "made from its location"
    for key, value, origin in _given(entry.node, entry.key):
        yield key, SECRET if entry.section.private and key == f"{entry.key}.url" else value, origin


def _given(node: Node, key: str) -> Iterator[tuple[str, str, str]]:
    """A value that was written, part by part; a list of plain values on one line."""
    parts = list(node.children())
    if not parts or (
        isinstance(node.value, list) and all(isinstance(child.value, str) for _, child in parts)
    ):
        yield key, _value(node), node.mark.short()
        return
    for step, child in parts:
        yield from _given(child, join(key, step))


def _value(node: Node) -> str:
    if isinstance(node.value, list):
        return f"[{', '.join(_value(child) for child in node.value)}]"
    if isinstance(node.value, dict):
        return "{}"
    if node.value is None:
        return "null"
    if node.secret or _CREDENTIALS.search(node.value):
        return SECRET
    return written(node.value)
