"""The models told to editors, as a JSON Schema. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from aggregator.config.describe import quantity_in
from aggregator.config.schema import Configuration, SourceSection
from aggregator.config.shape import inner_models, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

    from aggregator.contracts import Adapter, SourceList

_TOLD = ("description", "default", "title")
_VARIABLE = {"type": "string", "pattern": r"\$\{"}


def json_schema(adapters: Mapping[str, Adapter | SourceList]) -> dict[str, Any]:
    """A JSON Schema (2020-12) of the file for editors, with the options of every type of source."""
    models: list[type[BaseModel]] = [Configuration, SourceSection]
    models += [adapter.options for adapter in adapters.values()]
    mode: JsonSchemaMode = "validation"
    references, schema = models_json_schema([(model, mode) for model in models])
    definitions = schema["$defs"]
    for model in _reachable(Configuration, SourceSection):
        for key, field_name in names(model).items():
            if quantity := quantity_in(field := model.model_fields[field_name]):
                told = definitions[model.__name__]["properties"][key]
                told["default"] = None if field.default is None else quantity.text(field.default)

    def of(model: type[BaseModel]) -> dict[str, Any]:
        return dict(definitions[references[model, mode]["$ref"].rpartition("/")[2]])

    common, root = of(SourceSection), of(Configuration)
    kinds = [_source_schema(name, common, of(adapter.options)) for name, adapter in sorted(adapters.items())]
    root["properties"]["sources"] |= {"items": {"anyOf": kinds}, "minItems": 1}
    root["required"] = ["sources"]
    root = _lenient({**root, "$defs": definitions})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "title": "aggregator.yaml"}


def _reachable(*models: type[BaseModel]) -> set[type[BaseModel]]:
    """These models and all that they hold."""
    found, pending = set(models), list(models)
    while pending:
        inside = {inner.model for inner in inner_models(pending.pop()).values()} - found
        found |= inside
        pending.extend(inside)
    return found


def _source_schema(name: str, common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """One type of source: its own keys beside those that all have."""
    return {
        "title": f"source of type {name}",
        "type": "object",
        "description": own.get("description", ""),
        "additionalProperties": False,
        "properties": {**own.get("properties", {}), **common["properties"], "type": {"const": name}},
        "required": ["type", *own.get("required", [])],
    }


def _lenient(schema: Any) -> Any:
    """Let every key be empty, which means its default, and every value but text hold ``${…}``."""
    if isinstance(schema, list):
        return [_lenient(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _lenient(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        result["properties"] = {
            name: _or_empty(part, required=name in schema.get("required", ()))
            for name, part in result["properties"].items()
        }
    return result


def _or_empty(schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    told: dict[str, Any] = {name: schema[name] for name in _TOLD if name in schema}
    rest = {name: part for name, part in schema.items() if name not in told}
    choices = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    more = [_VARIABLE] if any(_is_no_text(choice) for choice in choices) else []
    empty = [] if required or {"type": "null"} in choices else [{"type": "null"}]
    return {**told, "anyOf": [*choices, *more, *empty]} if more or empty else schema


def _is_no_text(schema: Mapping[str, Any]) -> bool:
    """Whether only a variable could make text of it: a number, a truth, a choice, or a quantity."""
    return schema.get("type") in {"integer", "number", "boolean"} or "enum" in schema or "pattern" in schema
