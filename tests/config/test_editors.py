from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.config.editors import json_schema
from tests.config.adapters import ADAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json_schema(ADAPTERS)


def test_sources_are_required_and_each_type_has_its_own_keys(schema: dict[str, Any]) -> None:
    folder, web = schema["properties"]["sources"]["items"]["anyOf"]

    assert schema["required"] == ["sources"]
    assert folder["properties"]["type"] == {"const": "folder"}
    assert folder["required"] == ["type", "path"]
    assert {"path", "depth", "category", "headers"} <= set(folder["properties"])
    assert "url" not in folder["properties"]
    assert web["required"] == ["type", "url"]


def test_unknown_keys_are_marked_everywhere(schema: dict[str, Any]) -> None:
    models = [part for part in parts(schema) if isinstance(part.get("properties"), dict)]

    assert len(models) > 10
    assert all(model["additionalProperties"] is False for model in models)


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    names = {part["$ref"] for part in parts(schema) if isinstance(part.get("$ref"), str)}

    assert names
    assert all(name.removeprefix("#/$defs/") in schema["$defs"] for name in names)


def test_what_the_loader_takes_an_editor_takes(schema: dict[str, Any]) -> None:
    fetch = schema["$defs"]["FetchSection"]["properties"]

    kinds = [choice.get("type") for choice in fetch["concurrency"]["anyOf"]]
    assert kinds == ["integer", "string", "null"]
    assert fetch["timeout"]["default"] == "20s"
    assert {"type": "null"} in schema["properties"]["output"]["anyOf"]
    assert {"type": "string"} in schema["properties"]["categories"]["anyOf"][0]["items"]["anyOf"]


def test_it_is_json_and_the_same_every_time(schema: dict[str, Any]) -> None:
    assert json.dumps(schema) == json.dumps(json_schema(ADAPTERS))


def parts(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)
