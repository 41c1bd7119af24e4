"""Environment and flags laid over the file. Pure.

A mapping is merged into a mapping; anything else replaces what was there, an empty value with the default.
A variable's value is text as it stands, unless it begins as a YAML list, mapping or quoted text does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.config.document import NULL, parse
from aggregator.config.positions import Mark, Node, Pair, Problems
from aggregator.errors import ConfigError
from aggregator.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "AGGREGATOR__"
ENVIRONMENT = "environment: "
FLAG = "command line"
_DIGITS = 10
_NOWHERE = "there is no such place in the configuration"


def from_environment(root: Node, environ: Mapping[str, str], problems: Problems) -> None:
    """Lay every ``AGGREGATOR__SECTION__KEY`` over the tree; each value is read as YAML."""
    found: dict[tuple[str, ...], str] = {}
    for variable in sorted(environ, key=lambda name: (name.count("__"), name)):
        if not variable.upper().startswith(PREFIX):
            continue
        path = tuple(variable[len(PREFIX) :].lower().split("__"))
        mark = Mark(ENVIRONMENT + variable, key=_dotted(path))
        if not all(path):
            problems.add(mark, mark.key, f"must be {PREFIX}SECTION__KEY")
        elif path in found:
            problems.add(mark, mark.key, f"is the same setting as {found[path]}")
        else:
            found[path] = variable
            node = _read(environ[variable], mark, problems)
            if node:
                _lay(root, path, node, problems)


def from_flags(root: Node, overrides: Mapping[str, str], problems: Problems) -> None:
    """Lay values given on the command line over the tree; keys are dotted, values text."""
    for key, value in overrides.items():
        path = tuple(key.split("."))
        _lay(root, path, Node(Mark(FLAG, key=""), value, plain=False), problems)


def _dotted(path: tuple[str, ...]) -> str:
    """``sources[0].path`` of ``sources__0__path``."""
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in path).removeprefix(".")


def _read(value: str, mark: Mark, problems: Problems) -> Node | None:
    """The variable's value as a tree, every part of it marked with the variable."""
    value = value.strip()
    if not value.startswith(("[", "{", '"', "'")):
        return Node(mark, None if value in NULL else value)
    inner = Problems()
    try:
        node = parse(value, "", inner)
    except ConfigError as error:
        problems.add(mark, mark.key, str(error).lstrip(":0123456789 "))
        return None
    for text in inner.texts():
        problems.add(mark, mark.key, text.lstrip(":0123456789 "))
    pending = [node] if node else []
    while pending:
        part = pending.pop()
        part.mark = mark
        if isinstance(part.value, dict):
            part.value = {name: Pair(mark, pair.node) for name, pair in part.value.items()}
        pending.extend(child for _, child in part.children())
    return node


def _lay(root: Node, path: tuple[str, ...], node: Node, problems: Problems) -> None:
    """Put a value at a path, making the mappings on the way."""
    place = root
    for step in path[:-1]:
        inner = _own(_child(place, step)) or Node(node.mark, {})
        if not _set(place, step, inner):
            problems.add(node.mark, node.mark.key, _NOWHERE)
            return
        place = inner
    present = _own(_child(place, path[-1]))
    if present and isinstance(present.value, dict) and isinstance(node.value, dict):
        _set(place, path[-1], present)
        for name, pair in node.value.items():
            _lay(present, (name,), pair.node, problems)
    elif not _set(place, path[-1], node):
        problems.add(node.mark, node.mark.key, _NOWHERE)


def _own(node: Node | None) -> Node | None:
    """A mapping or list that can be changed without changing what an alias shares with it."""
    if node is None or not isinstance(node.value, dict | list):
        return None
    return replace(node, value=node.value.copy())


def _child(place: Node, step: str) -> Node | None:
    if isinstance(place.value, list):
        index = int(step) if step.isdecimal() and len(step) < _DIGITS else len(place.value)
        return place.value[index] if index < len(place.value) else None
    pair = place.pairs().get(_name(place, step))
    return pair.node if pair else None


def _set(place: Node, step: str, node: Node) -> bool:
    if isinstance(place.value, dict):
        name = _name(place, step)
        old = place.value.get(name)
        place.value[name] = Pair(old.mark if old and node.mark.line else node.mark, node)
        return True
    if isinstance(place.value, list) and _child(place, step) is not None:
        place.value[int(step)] = node
        return True
    return False


def _name(place: Node, step: str) -> str:
    """The key as the file spells it: variables are blind to case, hosts and headers may not be lower-case."""
    return next((name for name in place.pairs() if name.lower() == step.lower()), step)
