"""One YAML document → a tree of :class:`~aggregator.config.positions.Node`, or every reason why not.

Built from parser events on a stack of our own: neither deep nesting nor aliases of aliases can exhaust
anything, and duplicate keys are seen, which a loader would silently swallow.
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Any

import yaml

from aggregator.config.positions import Mark, Node, Pair, Problems, join, message
from aggregator.config.suggest import shown
from aggregator.errors import ConfigError
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 500_000
"""Values in the whole document, each alias counting as all that it stands for."""
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")
)
_MERGE = "<<"


def read(path: Path, label: str) -> str:
    """The text of a configuration file. Raises ConfigError; ``label`` is the file as messages call it."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            places = [path / "aggregator.yaml", path / "config" / "aggregator.yaml"]
            meant = next((each for each in places if each.exists()), places[0])
            raise ConfigError([f"{label}: is a folder; name the file, such as {meant}"])
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError([f"{label}: is not a regular file"])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError([f"{label}: there is no such file; `aggregator init` makes one"]) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([f"{label}: cannot be read: {reason}"]) from error
    if len(data) > MAX_BYTES:
        raise ConfigError([f"{label}: is larger than {MAX_BYTES // 1024**2} MiB: is it a configuration?"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start].decode("utf-8", "replace"))
        what = f"is not UTF-8 (byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise ConfigError([f"{label}:{line}:{column}: {what}"]) from error
    return text


def parse(text: str, label: str, problems: Problems) -> Node | None:
    """The document's tree; None if it is empty. What is wrong but leaves a tree is added to ``problems``.

    Raises ConfigError where nothing can be made of it: broken syntax, or sizes that no configuration has.
    """
    if bad := _UNREADABLE.search(text):
        line, column = _position(text[: bad.start()])
        raise ConfigError([f"{label}:{line}:{column}: holds the control character {shown(bad[0])}"])
    builder = _Builder(label, problems)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax(error, text, label)]) from error
    except yaml.YAMLError as error:
        raise ConfigError([f"{label}: is not YAML: {' '.join(str(error).split())}"]) from error
    return builder.root


def _position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what comes after ``before``."""
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1


def _syntax(error: yaml.MarkedYAMLError, text: str, label: str) -> str:
    """One line for a syntax error, with a hint for what people trip over."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = f"is not YAML: {error.problem or error.context or 'cannot be read'}"
    if error.context and error.context_mark and error.context_mark.line + 1 != line:
        what += f", {error.context} that begins on line {error.context_mark.line + 1}"
    written = text.splitlines()[line - 1 : line]
    if any("${" in part for part in written):
        what += " (quote values that hold ${…})"
    elif any("\t" in part[: len(part) - len(part.lstrip())] for part in written):
        what += " (indent with blanks, not tabs)"
    elif "cannot start any token" in what or "mapping values are not allowed" in what:
        what += " (quote values that begin with @, * or % or hold a colon and a blank)"
    return f"{label}:{line}:{column}: {what}"


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    node: Node
    key: str
    anchor: str | None
    name: tuple[str | None, Mark] | None = None
    """The key that waits for its value."""
    merges: list[Node] = field(default_factory=list)
    nodes: int = 1
    height: int = 1


class _Builder:
    """Takes parser events one by one. Depth and number of nodes are checked as they come."""

    def __init__(self, label: str, problems: Problems) -> None:
        self.root: Node | None = None
        self._label = label
        self._problems = problems
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}
        self._documents = 0
        self._takers = {
            yaml.DocumentStartEvent: self._document,
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
        }

    def take(self, event: Any) -> None:
        """Take the next event."""
        take = self._takers.get(type(event))
        if take is not None:
            take(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(self._mark(event), "a second document begins; a configuration is one")

    def _scalar(self, event: Any) -> None:
        text, tag = event.value, event.tag
        node = Node(self._mark(event), text, not event.style)
        if tag:
            self._check_tag(event, node)
        if tag == "tag:yaml.org,2002:null" or (node.plain and not tag and text in NULL):
            node.value = None
        if event.anchor:
            self._anchors[event.anchor] = (node, 1, 0)
        self._put(node, text)

    def _begin(self, event: Any) -> None:
        value: list[Node] | dict[str, Pair] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        node = Node(self._mark(event), value)
        self._check_tag(event, node)
        if len(self._open) >= MAX_DEPTH:
            self._refuse(node.mark, f"is nested more than {MAX_DEPTH} deep")
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, self._key(), event.anchor))

    def _end(self, _event: Any) -> None:
        closed = self._open.pop()
        for merged in closed.merges:
            for name, pair in merged.pairs().items():
                closed.node.pairs().setdefault(name, pair)
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.node, closed.nodes, closed.height)
        self._put(closed.node, None, closed.nodes, closed.height)

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        if event.anchor not in self._anchors:
            self._refuse(mark, f"there is no anchor &{event.anchor} before this alias")
        found = self._anchors[event.anchor]
        if found is None:
            self._refuse(mark, f"*{event.anchor} stands inside what it stands for")
        else:
            node, nodes, height = found
            self._put(node, node.value if isinstance(node.value, str) else None, nodes, height, mark)

    def _put(
        self, node: Node, text: str | None, nodes: int = 1, height: int = 0, mark: Mark | None = None
    ) -> None:
        """Put a finished value where it belongs; ``text`` is what it says if it is a key."""
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.nodes += nodes
        parent.height = max(parent.height, height + 1)
        if parent.nodes > MAX_NODES or len(self._open) + height > MAX_DEPTH:
            self._refuse(mark or node.mark, "holds too much: aliases of aliases grow without end")
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.name is None:
            parent.name = (text, mark or node.mark)
            if text is None:
                self._problems.add(parent.name[1], parent.key, "a key must be a plain word")
        else:
            self._pair(parent, *parent.name, node)
            parent.name = None

    def _pair(self, parent: _Open, name: str | None, mark: Mark, node: Node) -> None:
        if name is None:
            return
        if name == _MERGE and not parent.merges:
            parent.merges = node.elements() or [node]
            if not all(isinstance(merged.value, dict) for merged in parent.merges):
                self._problems.add(
                    mark, join(parent.key, "." + name), "must be an alias of a mapping, or several"
                )
            return
        pairs = parent.node.pairs()
        if name in pairs or name == _MERGE:
            first = f"; first on line {pairs[name].mark.line}" if name in pairs else ""
            self._problems.add(mark, join(parent.key, f".{name}"), f"is there twice{first}")
            return
        pairs[name] = Pair(mark, node)

    def _key(self) -> str:
        """The dotted name of what is being read."""
        if not self._open:
            return ""
        parent = self._open[-1]
        if isinstance(parent.node.value, list):
            return f"{parent.key}[{len(parent.node.value)}]"
        return join(parent.key, f".{parent.name[0]}") if parent.name and parent.name[0] else parent.key

    def _mark(self, event: Any) -> Mark:
        return Mark(self._label, event.start_mark.line + 1, event.start_mark.column + 1)

    def _check_tag(self, event: Any, node: Node) -> None:
        if event.tag and event.tag != "!" and event.tag not in _TAGS:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._problems.add(
                node.mark, self._key(), f"the YAML tag {tag} is not supported; write a plain value"
            )
            node.broken = True

    def _refuse(self, mark: Mark, what: str) -> None:
        raise ConfigError([message(mark, self._key(), what)])
