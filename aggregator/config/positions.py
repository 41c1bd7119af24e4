"""The configuration as a tree that remembers where each value was written. Pure.

A scalar is kept as its raw text: what it means is decided by the setting it is given to, never by its
look, so that ``on``, ``360`` and ``12:30`` are names where a name is wanted. ``None`` is an empty value or
``null``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aggregator.text import terminal_safe
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_LONGEST_KEY = 200


class Mark(NamedTuple):
    """A place: a file with line and column, both from 1; or, where ``line`` is 0, a variable or flag.

    ``key`` is the setting that a variable or flag is for: it then needs no second name in a message.
    """

    origin: str
    line: int = 0
    column: int = 0
    key: str = ""

    def short(self) -> str:
        """``file:line``, or the variable or flag."""
        return f"{self.origin}:{self.line}" if self.line else self.origin.replace(": ", " ", 1)


class Pair(NamedTuple):
    """A value in a mapping, and where its key stands."""

    mark: Mark
    node: Node


@dataclass(slots=True, eq=False)
class Node:
    """One value. ``plain``: without quotes; ``secret``: held ``${…}``; ``broken``: already reported."""

    mark: Mark
    value: str | list[Node] | dict[str, Pair] | None
    plain: bool = True
    secret: bool = False
    broken: bool = False

    def pairs(self) -> dict[str, Pair]:
        """Keys and values of a mapping; of anything else, none."""
        return self.value if isinstance(self.value, dict) else {}

    def elements(self) -> list[Node]:
        """The elements of a list; of anything else, none."""
        return self.value if isinstance(self.value, list) else []

    def children(self) -> Iterator[tuple[str, Node]]:
        """What it holds, each with the end of its key: ``.name`` or ``[0]``."""
        if isinstance(self.value, dict):
            yield from ((f".{name}", pair.node) for name, pair in self.value.items())
        elif isinstance(self.value, list):
            yield from ((f"[{index}]", node) for index, node in enumerate(self.value))

    def without(self, *names: str) -> Node:
        """The same mapping without some keys; the values are shared."""
        kept = {name: pair for name, pair in self.pairs().items() if name not in names}
        return Node(self.mark, kept)

    def only(self, names: frozenset[str]) -> Node:
        """The same mapping with some keys alone; the values are shared."""
        return Node(self.mark, {name: pair for name, pair in self.pairs().items() if name in names})


def join(key: str, step: str) -> str:
    """A key and a step of :meth:`Node.children`; at the top a name stands without a dot."""
    return (key + step).removeprefix(".")


def python(node: Node) -> Any:
    """The value for validation, without broken parts and empty values of mappings, which mean the default."""
    if isinstance(node.value, dict):
        return {
            name: python(pair.node)
            for name, pair in node.value.items()
            if not pair.node.broken and pair.node.value is not None
        }
    if isinstance(node.value, list):
        return [python(child) for child in node.value if not child.broken]
    return node.value


class Target(NamedTuple):
    """What a place in the validated value leads back to. ``missing``: the last key, where it is not there."""

    node: Node
    key: str
    mark: Mark
    missing: str | None = None


def locate(root: Node, prefix: str, location: Sequence[str | int], *, missing: bool = False) -> Target:
    """Follow a validator's path through the tree; steps that are none of ours (union members) are ignored.

    ``missing``: the last step is a key that is not there.
    """
    node, key, mark = root, prefix, root.mark
    for number, step in enumerate(location):
        last = number == len(location) - 1
        if isinstance(node.value, dict) and isinstance(step, str):
            pair = node.value.get(step)
            if last and missing:
                return Target(node, join(key, f".{step}"), pair.mark if pair else mark, step)
            if pair is None:
                continue
            node, key = pair.node, join(key, f".{step}")
            mark = pair.mark if location[number + 1 :] == ("[key]",) else node.mark
        elif isinstance(node.value, list) and isinstance(step, int):
            sound = [(place, child) for place, child in enumerate(node.value) if not child.broken]
            if step < len(sound):
                place, node = sound[step]
                key, mark = f"{key}[{place}]", node.mark
    return Target(node, key, mark)


def tainted(node: Node) -> bool:
    """Whether it or anything in it is broken."""
    return node.broken or any(tainted(child) for _, child in node.children())


def sound(root: Node, dotted: str) -> bool:
    """Whether nothing is wrong with what is (or is not) written at this key, and on the way there."""
    node = root
    for name in dotted.split("."):
        pair = node.pairs().get(name)
        if pair is None:
            return not node.broken
        node = pair.node
        if node.broken:
            return False
    return not tainted(node)


def written(root: Node, dotted: str) -> Node | None:
    """The value that is written at this key; None where there is none, or an empty one."""
    node = root
    for name in dotted.split("."):
        pair = node.pairs().get(name)
        if pair is None:
            return None
        node = pair.node
    return None if node.value is None else node


def place_of(root: Node, dotted: str) -> Mark:
    """Where the value at this key stands; if it is not written, where the nearest that is stands."""
    node = root
    for name in dotted.split("."):
        pair = node.pairs().get(name)
        if pair is None:
            break
        node = pair.node
    return node.mark


class Problems:
    """Everything that is wrong, collected, so that all of it can be told at once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[bool, int, int, int]] = {}

    def add(self, mark: Mark, key: str, what: str) -> None:
        """``file:line:column: key: what``; telling the same twice is telling it once."""
        text = message(mark, key, what)
        self._found.setdefault(text, (not mark.line, mark.line, mark.column, len(self._found)))

    def __bool__(self) -> bool:
        return bool(self._found)

    def texts(self) -> list[str]:
        """All problems in the order of the file; then environment and flags."""
        return sorted(self._found, key=self._found.__getitem__)


def message(mark: Mark, key: str, what: str) -> str:
    """One problem or warning as it is shown: one line, whatever the keys are."""
    place = f"{mark.origin}:{mark.line}:{mark.column}" if mark.line else mark.origin
    named = "" if key == mark.key and not mark.line else key
    short = named if len(named) <= _LONGEST_KEY else named[: _LONGEST_KEY - 1] + "…"
    return terminal_safe(": ".join(part for part in (place, short, what) if part))
