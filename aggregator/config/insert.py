"""Put sources into a configuration as a careful person would: at the list's end, in its style. Pure.

Not a byte of what stands there changes. What came of it is read back and compared with what was there; where
the two differ in more than the new sources, nothing is inserted and the lines are told instead.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from aggregator.config.describe import written
from aggregator.config.document import NULL, parse
from aggregator.config.positions import Problems, python
from aggregator.errors import ConfigError
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
_COMMENT = re.compile(r"([ \t]*)#[^\r\n]*")
_BLANK_OR_COMMENT = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*+")
_KEY = "sources"


class Inserted(NamedTuple):
    """The whole new text, and the lines that are new in it."""

    text: str
    lines: tuple[str, ...]


class _Edit(NamedTuple):
    at: int
    text: str
    until: int | None = None
    """Where what it replaces ends; unset: it replaces nothing."""


@dataclass
class _List:
    """Where the list of sources stands in the text, or where it could."""

    column: int
    flow: bool
    start: int
    elements: list[Any] = field(default_factory=list)
    """The first event of each."""
    last: int = 0
    """Where its last value ends."""
    end: int = 0


def insert(text: str, sources: Sequence[Mapping[str, Any]], label: str) -> Inserted:
    """Add sources at the end of the list; each maps keys to text or lists of text.

    A list without any is begun where its key stands, one without a key at the end. Raises ConfigError where
    it can't be added to; ``label`` is the file as messages call it.
    """
    try:
        found = _find(text)
        ways = [] if not sources else _ways(text, found, sources) if found else _begin(text, sources)
    except yaml.YAMLError:
        ways = []
    for edits in ways:
        result, done = "", 0
        for edit in sorted(edits, key=lambda one: one.at):
            result += text[done : edit.at] + edit.text
            done = edit.until or edit.at
        result += text[done:]
        if _is_as_meant(text, result, sources):
            lines = (line.strip(",") for edit in edits for line in re.split(r"\r\n|\r|\n", edit.text))
            return Inserted(result, tuple(line for line in lines if line.strip()))
    raise ConfigError([_by_hand(label, sources)])


def _by_hand(label: str, sources: Sequence[Mapping[str, Any]]) -> str:
    lines = ", ".join(f"- {flow(source)}" for source in sources)
    return f"{label}: sources: cannot be added to as it is written; add this yourself: {lines}"


# ── how it is written ─────────────────────────────────────────────────────────────────────────────────────


def flow(source: Mapping[str, Any]) -> str:
    """A source on one line: ``{type: feed, url: "https://…"}``."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in source.items()) + "}"


def _block(source: Mapping[str, Any], indent: str, offset: int) -> str:
    lines = [f"{key}: {_value(value)}" for key, value in source.items()]
    first, *rest = lines
    return "\n".join(
        [f"{indent}-{' ' * (offset - 1)}{first}", *(" " * (len(indent) + offset) + line for line in rest)]
    )


def _value(value: str | Sequence[str]) -> str:
    """As it is written; a dollar sign is no variable."""
    if not isinstance(value, str):
        return f"[{', '.join(_value(one) for one in value)}]"
    value = value.replace("$", "$$")
    return json.dumps(value, ensure_ascii=False) if "://" in value else written(value)


# ── where it goes ─────────────────────────────────────────────────────────────────────────────────────────


def _find(text: str) -> _List | None:
    """The list under ``sources``; None where there is none, or it is an alias."""
    depth, is_key, awaited = 0, True, False
    found: _List | None = None
    events: Iterable[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if found is not None:
            if depth == 1:
                found.end = event.end_mark.index
                return found
            _follow(found, event, depth)
        elif awaited:
            if not isinstance(event, yaml.SequenceStartEvent):
                return None
            mark: Any = event.start_mark
            end: Any = event.end_mark
            found = _List(mark.column, bool(event.flow_style), mark.index, last=end.index)
        elif depth == 1 and isinstance(event, yaml.NodeEvent):
            awaited = is_key and isinstance(event, yaml.ScalarEvent) and event.value == _KEY
            is_key = not is_key
        depth += isinstance(event, yaml.CollectionStartEvent)
    return None


def _follow(found: _List, event: Any, depth: int) -> None:
    """Take note of an event inside the list."""
    if depth == 2 and isinstance(event, yaml.NodeEvent):  # noqa: PLR2004 (the mapping, and the list in it)
        found.elements.append(event)
    begins, ends = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) or (
        isinstance(event, yaml.CollectionEndEvent) and ends > begins
    ):
        found.last = ends


def _ways(text: str, found: _List, sources: Sequence[Mapping[str, Any]]) -> list[list[_Edit]]:
    """What to insert where: the way to be tried first, then others."""
    if found.flow:
        return [_into_flow(text, found, sources)]
    tight = len(text[: found.last].rstrip())
    ends = dict.fromkeys([_after_comments(text, tight, found.column), found.last])
    return [[_Edit(end, _lines(text, end, found, sources))] for end in ends]


def _after_comments(text: str, last: int, column: int) -> int:
    """The end of the line on which the last source ends, and of comment lines below that belong to it."""
    end = _line_end(text, last)
    while (following := _next_line(text, end)) is not None:
        comment = _COMMENT.match(text, following)
        if comment is None or len(comment[1]) < max(column, 1):
            return end
        end = comment.end()
    return end


def _lines(text: str, end: int, found: _List, sources: Sequence[Mapping[str, Any]]) -> str:
    newline = _newline(text)
    last: Any = found.elements[-1] if found.elements else None
    indent, offset = " " * found.column, 2
    block = isinstance(last, yaml.MappingStartEvent) and not last.flow_style
    if block and last.start_mark.column > found.column + 1:
        offset = last.start_mark.column - found.column
    items = [_block(each, indent, offset) if block else f"{indent}- {flow(each)}" for each in sources]
    lines = "\n".join(items).replace("\n", newline)
    at_line_start = end > 0 and text[end - 1] in "\r\n"
    return lines + newline if at_line_start else newline + lines


def _into_flow(text: str, found: _List, sources: Sequence[Mapping[str, Any]]) -> list[_Edit]:
    """Before the closing bracket; on lines of their own if the sources there are."""
    items = [flow(each) for each in sources]
    if not found.elements:
        return [_Edit(found.last, ", ".join(items))]
    first = found.elements[0].start_mark
    gap = _BLANK_OR_COMMENT.match(text, found.last)
    comma = gap.end() if gap and text.startswith(",", gap.end()) else None
    after = found.last if comma is None else comma + 1
    opening = text.rfind("\n", 0, found.start) + 1
    if text.rfind("\n", 0, first.index) + 1 == opening and "\n" not in text[found.start : found.last]:
        return [_Edit(after, (", " if comma is None else " ") + ", ".join(items))]
    newline, indent = _newline(text), " " * first.column
    end = min(_line_end(text, after), found.end - 1)
    lines = [f"{newline}{indent}{item}" for item in items]
    if comma is None:
        return [_Edit(found.last, ","), _Edit(end, ",".join(lines))]
    return [_Edit(end, "".join(f"{line}," for line in lines))]


def _begin(text: str, sources: Sequence[Mapping[str, Any]]) -> list[list[_Edit]]:
    """Where there is no list yet: below its key, in place of the null that stands there, or at the end."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    items = [flow(each) for each in sources]
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return [[_at_end(text, items, "")]]
    if not isinstance(root, yaml.MappingNode):
        return []
    for key, value in root.value:
        if key.value == _KEY:
            is_null = isinstance(value, yaml.ScalarNode) and not value.style and value.value in NULL
            return [[_at_key(text, items, key, value, is_block=not root.flow_style)]] if is_null else []
    if not root.flow_style:
        return [[_at_end(text, items, " " * root.start_mark.column)]]
    at = root.value[-1][1].end_mark.index if root.value else root.end_mark.index - 1
    return [[_Edit(at, f"{', ' if root.value else ''}{_KEY}: {_listed(items)}")]]


def _listed(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _at_key(text: str, items: Sequence[str], key: Any, value: Any, *, is_block: bool) -> _Edit:
    """In place of the null; where there is nothing, below the key's line and the comments indented below it.

    As far in as these are.
    """
    at, until = value.start_mark.index, value.end_mark.index
    if until > at or not is_block:
        return _Edit(at, _listed(items) if until > at else f" {_listed(items)}", until)
    column = key.start_mark.column
    following = _next_line(text, _line_end(text, at))
    comment = _COMMENT.match(text, following) if following is not None else None
    indent = comment[1] if comment and len(comment[1]) > column else " " * (column + 2)
    end = _after_comments(text, at, column + 1)
    return _Edit(end, "".join(f"{_newline(text)}{indent}- {item}" for item in items))


def _at_end(text: str, items: Sequence[str], indent: str) -> _Edit:
    """At the end of the document: before a line of three dots, where there is one."""
    events: Iterable[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
    ends = [event for event in events if isinstance(event, yaml.DocumentEndEvent)]
    mark: Any = ends[0].start_mark if ends else None
    at = int(mark.index) if ends and ends[0].explicit else len(text)
    newline = _newline(text)
    before = newline if at and text[at - 1] not in "\r\n" else ""
    lines = [f"{indent}{_KEY}:", *(f"{indent}  - {item}" for item in items)]
    return _Edit(at, before + "".join(f"{line}{newline}" for line in lines))


def _line_end(text: str, at: int) -> int:
    found = _LINE_END.search(text, at)
    return found.start() if found else len(text)


def _next_line(text: str, end: int) -> int | None:
    found = _LINE_END.match(text, end)
    return found.end() if found and found[0] else None


def _newline(text: str) -> str:
    found = _LINE_END.search(text)
    return (found[0] if found else "") or "\n"


# ── whether it is right ───────────────────────────────────────────────────────────────────────────────────


def _is_as_meant(before: str, after: str, sources: Sequence[Mapping[str, Any]]) -> bool:
    old, new = _tree(before) or {}, _tree(after)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    in_order = [key for key in new if key != _KEY or key in old] == list(old)
    added = [{key: _escaped(value) for key, value in source.items()} for source in sources]
    return in_order and bool(new == {**old, _KEY: [*(old.get(_KEY) or []), *added]})


def _escaped(value: str | Sequence[str]) -> Any:
    return value.replace("$", "$$") if isinstance(value, str) else [_escaped(one) for one in value]


def _tree(text: str) -> Any:
    problems = Problems()
    try:
        node = parse(text, "", problems)
    except ConfigError:
        return None
    return None if node is None or problems else python(node)
