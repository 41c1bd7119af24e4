"""What a validator found, in the user's words. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aggregator.config.suggest import hint, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from aggregator.config.positions import Node

_WANTED = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "path_type": "must be a path",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
}
_MASK = "***"
_TELLING = 4
"""Characters from which on a secret is hidden wherever it is found: a shorter one protects nothing."""
_SHAPES: Mapping[type, str] = {list: "a list", dict: "a mapping"}


def words(error: ErrorDetails, node: Node) -> str:
    """Complete the sentence "this setting …" for one error, quoting the value unless it is secret."""
    kind, context = error["type"], error.get("ctx", {})
    about_key = error["loc"][-1:] == ("[key]",)
    if node.value is None and not about_key:
        return "must not be empty"
    if kind == "value_error":
        what = str(context.get("error", error["msg"]))
    elif kind == "literal_error":
        what = _choice(context, node)
    elif kind in _WANTED:
        what = _WANTED[kind].format_map(context)
    else:
        what = error["msg"].replace("Input should", "must", 1)
    if node.secret and isinstance(node.value, str) and node.value:
        return _masked(what, node.value)
    quotable = what.startswith("must be ") and "(did you mean" not in what and not about_key
    return what + (_instead(node) if quotable else "")


def _masked(what: str, secret: str) -> str:
    """Words without a secret. A short one is in many by chance, so it counts only where it is quoted."""
    if len(secret) >= _TELLING:
        return what.replace(secret, _MASK)
    return re.sub(rf"(?<=[\"'`]){re.escape(secret)}(?=[\"'`])", _MASK, what)


def _choice(context: Mapping[str, Any], node: Node) -> str:
    known = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    text = "must be " + (", ".join(known[:-1]) + " or " if known[:-1] else "") + known[-1]
    return text + (hint(node.value, known) if isinstance(node.value, str) and not node.secret else "")


def _instead(node: Node) -> str:
    """What is there instead, unless it looks like credentials."""
    if isinstance(node.value, str):
        if "@" in node.value:
            return ""
        return f", not {shown(node.value)}"
    shape = _SHAPES.get(type(node.value))
    return f", not {shape}" if shape else ""
