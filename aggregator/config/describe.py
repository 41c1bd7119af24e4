"""The models told to people: every key with its kind, default and meaning. Pure."""

from __future__ import annotations

import json
import re
import typing
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from aggregator.config.document import NULL
from aggregator.config.shape import names
from aggregator.config.units import Quantity
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

_PLAIN = re.compile(r"[A-Za-z0-9_./](?: ?[A-Za-z0-9_./-])*")
_KINDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "number": "number",
    "object": "mapping",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is told. ``default`` is as it would be written; None: it is required."""

    name: str
    kind: str
    default: str | None
    description: str


@cache
def keys(model: type[BaseModel]) -> Mapping[str, Key]:
    """Every key of a model, by name, in order."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    properties = (definitions[model.__name__] if "$ref" in schema else schema)["properties"]
    found: dict[str, Key] = {}
    for name, field_name in names(model).items():
        field = model.model_fields[field_name]
        default = (
            None if field.is_required() else written(field.get_default(call_default_factory=True), field)
        )
        kind = _unit(field) or _kind(properties[name], definitions)
        found[name] = Key(name, kind, default, field.description or "")
    return found


def quantity_in(field: FieldInfo) -> Quantity | None:
    """The quantity that a field holds, if it holds one; a field that may be unset keeps it inside a union."""
    inside = [
        item for part in typing.get_args(field.annotation) for item in getattr(part, "__metadata__", ())
    ]
    return next((item for item in [*field.metadata, *inside] if isinstance(item, Quantity)), None)


def _unit(field: FieldInfo) -> str:
    quantity = quantity_in(field)
    return quantity.name if quantity else ""


def written(value: object, field: FieldInfo | None = None) -> str:
    """A value as it is written in the file, in YAML's flow style."""
    quantity = quantity_in(field) if field else None
    if value is None:
        return "null"
    if quantity:
        return quantity.text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BaseModel | dict):
        return "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(part) for part in value)}]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text not in NULL else json.dumps(text, ensure_ascii=False)


def _kind(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What a key holds, in words."""
    if "anyOf" in schema:
        kinds = [_kind(part, definitions) for part in schema["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return _kind({key: value for key, value in target.items() if key != "$ref"}, definitions)
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), definitions)}"
    return _KINDS.get(schema.get("type", ""), "anything")
