"""``${VAR}`` and ``${VAR:-default}`` in the file's values; ``$$`` is one dollar sign. Pure.

What the environment gave is a secret: it is remembered which values held a variable, and they are not shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aggregator.config.suggest import hint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.config.positions import Node, Problems

_PART = re.compile(r"\$(?:(?P<dollar>\$)|\{(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\})?)")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def interpolate(root: Node, environ: Mapping[str, str], problems: Problems) -> None:
    """Fill in the variables of every value written in a file, in place.

    What holds a control character, from an escape or a variable, is refused here once for all settings.
    """
    seen: set[int] = set()
    pending: list[tuple[_Way, Node]] = [(None, root)]
    while pending:
        way, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, dict):
            pending.extend(((way, name), pair.node) for name, pair in node.value.items())
        elif isinstance(node.value, list):
            pending.extend(((way, index), child) for index, child in enumerate(node.value))
        elif node.value is not None:
            _fill(node, node.value, way, environ, problems)


_Way = tuple[Any, str | int] | None
"""The way to a value: the way to what holds it, and its name or number there. Few are ever put in words."""


def _key(way: _Way) -> str:
    """``sources[0].url``."""
    steps: list[str] = []
    while way is not None:
        way, step = way
        steps.append(f".{step}" if isinstance(step, str) else f"[{step}]")
    return "".join(reversed(steps)).removeprefix(".")


def _fill(node: Node, text: str, way: _Way, environ: Mapping[str, str], problems: Problems) -> None:
    wrong: list[str] = []
    if "$" in text and node.mark.line:
        text = _PART.sub(lambda part: _value(part, node, environ, wrong), text)
    if not wrong and not text.isprintable() and (unfit := _UNFIT.search(text)):
        wrong.append(f"holds the character U+{ord(unfit[0]):04X}; write backslashes in single quotes")
    for what in wrong:
        problems.add(node.mark, _key(way), what)
    node.broken = node.broken or bool(wrong)
    node.value = None if node.secret and node.plain and not text else text


def _value(part: re.Match[str], node: Node, environ: Mapping[str, str], wrong: list[str]) -> str:
    if part["dollar"]:
        return "$"
    if part["name"] is None:
        wrong.append("after ${ comes NAME} or NAME:-default}; a plain ${ is written $${")
        return ""
    node.secret = True
    name, default = part["name"], part["default"]
    value = environ.get(name)
    if default is not None:
        return value or default
    if value is None:
        near = hint(name, environ) if environ else ""
        wrong.append(f"the environment variable {name} is not set{near}; ${{{name}:-…}} gives a default")
        return ""
    return value
