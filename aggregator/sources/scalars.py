"""Read one value of a front matter as its author meant it: always text, never a number or a date. Pure.

What a line says is taken as written (``360`` is ``"360"``, ``on`` is ``"on"``); YAML decides only about the
shapes that need it: block scalars, lists, nested values. What had to be repaired is told through ``note``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Note = Callable[[str], None]

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

TAG_KEYS = frozenset({"tag", "tags"})
"""Where `` #`` never begins a comment: tags of real archives hold it."""
_MAX_YAML = 64 * 1024
_MAX_DEPTH = 20
_NULLS = frozenset({"~", "null", "Null", "NULL"})

_BLOCK_SCALAR = re.compile(r"[|>](?:[+-]?[1-9]?|[1-9][+-])\s*(?:\s#.*)?")
_COMMENT = re.compile(r"(?:^|\s)#(?=\s|$).*$")
_DATE_COMMENT = re.compile(r"(?:^|\s)#.*$")
_DOUBLE = re.compile(r'"((?:[^"\\]++|\\.)*+)"(?:\s+#.*)?')
_SINGLE = re.compile(r"'((?:[^']++|'')*+)'(?:\s+#.*)?")
_ESCAPED = re.compile(r'\\(["\\])')
_OTHER_ESCAPE = re.compile(r'(?:^|[^\\])(?:\\\\)*+\\[^"\\]')
_NEEDS_QUOTES = re.compile(r"[@`%&*!|>]|.*:(?:\s|$)", re.DOTALL)


def read_value(key: str, first: str, rest: Sequence[str], note: Note) -> Value:
    """Read the value of ``key``: ``first`` is what follows the colon, ``rest`` the lines that continue it."""
    first = first.strip()
    if first.startswith("#") and key not in TAG_KEYS:
        first = ""
    lines = [line for line in rest if line.strip()]
    if not first:
        return _nested(key, list(rest), note) if lines else ""
    if _BLOCK_SCALAR.fullmatch(first):
        return _block_scalar(first, list(rest), note)
    if first[0] == '"':
        return _double_quoted(first, lines, note)
    if first[0] == "'":
        return _single_quoted(first, lines, note)
    if first[0] in "[{" and key != "title":
        return _flow(key, first, lines, note)
    return _plain(key, first, lines, note)


def texts(value: Value) -> list[str]:
    """Every text in a value, in order; of a mapping, ``key: value``."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [f"{key}: {text}" for key, part in value.items() for text in texts(part)]


# ── one line ──────────────────────────────────────────────────────────────────────────────────────────────


def _plain(key: str, first: str, lines: Sequence[str], note: Note) -> str:
    text = " ".join([first, *(line.strip() for line in lines if not line.lstrip().startswith("#"))])
    if key not in TAG_KEYS:
        text = (_DATE_COMMENT if key == "date" else _COMMENT).sub("", text).strip()
        if re.search(r"\s#", text):
            note("holds ' #', which YAML takes for a comment: kept; put it in quotes")
    if text in _NULLS:
        return ""
    if _NEEDS_QUOTES.match(text) and key != "date":
        note("is no valid YAML without quotes: read as written")
    return text


def _double_quoted(first: str, lines: Sequence[str], note: Note) -> str:
    strict = _DOUBLE.fullmatch(first)
    if strict is not None:
        return _unescaped(strict[1], note)
    uncommented = _COMMENT.sub("", first).rstrip()
    if len(uncommented) > 1 and uncommented.endswith('"'):
        note('holds an unescaped " inside quotes: kept as text')
        return _unescaped(uncommented[1:-1], note)
    joined = _joined(first, lines, '"', note)
    if joined is not None:
        return _double_quoted(joined, (), note)
    if '"' in first[1:]:
        note("goes on after its closing quote: read as written")
        return first
    note("lacks its closing quote")
    return _unescaped(first[1:].strip(), note)


def _unescaped(inner: str, note: Note) -> str:
    r"""Undo ``\"`` and ``\\``, nothing else: in these archives ``\b`` is a backslash and a letter."""
    if _OTHER_ESCAPE.search(inner):
        note("holds a backslash inside quotes: kept as text")
    return _ESCAPED.sub(r"\1", inner)


def _single_quoted(first: str, lines: Sequence[str], note: Note) -> str:
    strict = _SINGLE.fullmatch(first)
    if strict is not None:
        return strict[1].replace("''", "'")
    uncommented = _COMMENT.sub("", first).rstrip()
    if len(uncommented) > 1 and uncommented.endswith("'"):
        note("holds an unescaped ' inside quotes: kept as text")
        return uncommented[1:-1].replace("''", "'")
    joined = _joined(first, lines, "'", note)
    if joined is not None:
        return _single_quoted(joined, (), note)
    note("begins with a quote that is not closed: read as written")
    return first


def _joined(first: str, lines: Sequence[str], quote: str, note: Note) -> str | None:
    """A quoted value that goes on in the next lines, as one; None where it does not end there either."""
    if not lines or not lines[-1].rstrip().endswith(quote):
        return None
    if any(not line[0].isspace() for line in lines):
        note("is spread over several lines: joined")
    return " ".join([first, *(line.strip() for line in lines)])


# ── YAML's shapes ─────────────────────────────────────────────────────────────────────────────────────────


class _UnreadableError(Exception):
    """YAML cannot read it, or it is larger or deeper than any front matter."""


def _nested(key: str, rest: list[str], note: Note) -> Value:
    """What stands below its key: a list, a mapping or a text."""
    value = _yaml_or_none("\n".join(rest))
    if value is not None and not _odd(key, value):
        return value
    items = [line.strip() for line in rest if line.strip()]
    note("is no valid YAML: read line by line")
    if all(re.match(r"-(?:\s|$)", item) for item in items):
        return [_item(key, item[1:], note) for item in items]
    return " ".join(items)


def _flow(key: str, first: str, lines: Sequence[str], note: Note) -> Value:
    """A list in brackets; ``[x] y`` is a text."""
    text = "\n".join([first, *lines])
    value = _yaml_or_none(text)
    if value is not None and not _odd(key, value):
        return value
    bare = text if key in TAG_KEYS else _COMMENT.sub("", text)
    bare = " ".join(bare.split())
    if first[0] == "{" or ("]" in bare and not bare.endswith("]")):
        return _plain(key, first, lines, note)
    note("is no valid YAML list: parted at its commas")
    parts = bare.removeprefix("[").removesuffix("]").split(",")
    return [_item(key, part, lambda _what: None) for part in parts]


def _item(key: str, written: str, note: Note) -> str:
    """One text of a list that YAML cannot read."""
    text = written.strip()
    if text.startswith('"'):
        return _double_quoted(text, (), note)
    return _single_quoted(text, (), note) if text.startswith("'") else _plain(key, text, (), note)


def _odd(key: str, value: Value) -> bool:
    """A tag ``a: b`` in a list is no mapping."""
    if key in TAG_KEYS or key in ("category", "categories"):
        return isinstance(value, dict) or (
            isinstance(value, list) and not all(isinstance(p, str) for p in value)
        )
    return False


def _block_scalar(first: str, rest: list[str], note: Note) -> str:
    value = _yaml_or_none("\n".join([first, *rest]))
    if isinstance(value, str):
        return value.strip()
    note("is no valid YAML: its lines were joined")
    return " ".join(line.strip() for line in rest if line.strip())


def _yaml_or_none(text: str) -> Value | None:
    try:
        return _from_yaml(text)
    except _UnreadableError:
        return None


def _from_yaml(text: str) -> Value:
    """Read YAML as texts, lists and mappings of texts.

    Built from parser events instead of by a loader: no tag is resolved, no alias is followed (so neither a
    bomb nor a foreign type gets in), and nothing recurses.
    """
    if len(text) > _MAX_YAML or text.count("[") + text.count("{") > _MAX_YAML // 64:
        raise _UnreadableError
    open_values: list[list[Value]] = [[]]
    try:
        for event in _events(text):
            if isinstance(event, yaml.ScalarEvent):
                plain_null = not event.style and event.value in _NULLS
                open_values[-1].append("" if plain_null else event.value)
            elif isinstance(event, yaml.AliasEvent):
                open_values[-1].append(f"*{event.anchor}")
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(open_values) > _MAX_DEPTH:
                    raise _UnreadableError
                open_values.append([])
            elif isinstance(event, yaml.CollectionEndEvent):
                closed = open_values.pop()
                is_mapping = isinstance(event, yaml.MappingEndEvent)
                open_values[-1].append(_mapping(closed) if is_mapping else closed)
    except (yaml.YAMLError, UnicodeError) as error:
        raise _UnreadableError from error
    if len(open_values[0]) != 1:
        raise _UnreadableError
    return open_values[0][0]


def _events(text: str) -> Iterator[yaml.Event]:
    return iter(yaml.parse(text, Loader=yaml.CSafeLoader))


def _mapping(flat: list[Value]) -> dict[str, Value]:
    keys = (" ".join(texts(key)) for key in flat[::2])
    return dict(zip(keys, flat[1::2], strict=True))
