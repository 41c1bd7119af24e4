from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.config.__main__ import installed
from aggregator.config.describe import keys
from aggregator.config.reference import reference
from aggregator.config.schema import Configuration, SourceSection
from aggregator.config.schema_rules import ConditionSection
from aggregator.config.shape import inner_models
from tests.config.adapters import ADAPTERS

if TYPE_CHECKING:
    from pydantic import BaseModel

ROOT = Path(__file__).parents[2]


def test_the_committed_reference_is_what_the_models_say() -> None:
    committed = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert committed == reference(installed()), (
        "run: python -m aggregator.config reference > docs/configuration.md"
    )


def test_every_key_is_explained() -> None:
    models: list[type[BaseModel]] = [Configuration, SourceSection]
    models += [inner.model for inner in inner_models(Configuration).values()]

    for model in models:
        for key in keys(model).values():
            section = inner_models(model).get(key.name)
            assert key.description or (section and section.held_in == "itself"), key


def test_every_type_of_source_has_its_table() -> None:
    text = reference(ADAPTERS)

    assert "## `sources`, each of `type: folder`" in text
    assert "| `path` | text or list of text | **required** | The folder, or a list of folders. |" in text
    assert "| `flavour` | `plain` | `plain` | What it tastes of. |" in text
    assert "| `parts` | mapping | `{}` | Parts with a log-in of their own. |" in text


def test_a_model_that_holds_itself_is_told() -> None:
    assert keys(ConditionSection)["not"].kind == "mapping"
