"""The reference of all keys, made from the models. Pure but for reading its own introduction."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from aggregator.config.describe import keys
from aggregator.config.schema import Configuration, HostSection, SourceSection
from aggregator.config.schema_rules import CategorySection, ConditionSection, FilterSection, IncludeSection
from aggregator.config.shape import inner_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from aggregator.contracts import Adapter, SourceList


def reference(adapters: Mapping[str, Adapter | SourceList]) -> str:
    """The reference of all keys, in Markdown."""
    introduction = files("aggregator.config").joinpath("reference.md").read_text(encoding="utf-8")
    parts = [introduction, _table("Top level", Configuration, "", sections=False)]
    for name, inner in inner_models(Configuration).items():
        if inner.held_in == "itself":
            parts.append(_table(f"`{name}`", inner.model, f"{name}."))
    parts.append(_table("`fetch.hosts`, each host", HostSection, ""))
    parts.append(_table("`categories`, each", CategorySection, ""))
    parts.append(_table("`categories`, each: `include`", IncludeSection, "include."))
    parts.append(_table("`filters`, each", FilterSection, ""))
    parts.append(_table("A condition: what `drop` and `keep` hold", ConditionSection, ""))
    parts.append(_table("`sources`, each", SourceSection, ""))
    parts.extend(
        _table(f"`sources`, each of `type: {name}`", adapter.options, "")
        for name, adapter in sorted(adapters.items())
    )
    return "\n".join(parts)


def _table(heading: str, model: type[BaseModel], prefix: str, *, sections: bool = True) -> str:
    told = " ".join((model.__doc__ or "").split("\n\n")[0].replace("``", "`").split())
    lines = [f"## {heading}", "", told, "", "| key | value | default | meaning |", "|---|---|---|---|"]
    for key in keys(model).values():
        inner = inner_models(model).get(key.name)
        if not sections and inner and inner.held_in == "itself":
            continue
        default = "" if key.default in {None, "null"} else f"`{key.default}`"
        default = (
            "**required**"
            if key.default is None or (model is Configuration and key.name == "sources")
            else default
        )
        lines.append(f"| `{prefix}{key.name}` | {_cell(key.kind)} | {default} | {_cell(key.description)} |")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
