"""The reference of all keys, made from the models. Pure but for reading its own introduction."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel

from aggregator.config.check import model_in, names
from aggregator.config.describe import keys
from aggregator.config.schema import Configuration, HostSection, SourceSection
from aggregator.config.schema_rules import CategorySection, ConditionSection, FilterSection, IncludeSection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

    from aggregator.contracts import Adapter


def reference(adapters: Mapping[str, Adapter]) -> str:
    """The reference of all keys, in Markdown."""
    introduction = files("aggregator.config").joinpath("reference.md").read_text(encoding="utf-8")
    parts = [introduction, _table("Top level", Configuration, "", sections=False)]
    for name, field in Configuration.model_fields.items():
        inner = model_in(field.annotation)
        if inner is not None and _is_section(field):
            parts.append(_table(f"`{name}`", inner, f"{name}."))
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
    for key in keys(model):
        field = model.model_fields[names(model)[key.name]]
        if not sections and _is_section(field):
            continue
        default = "" if key.default in {None, "null"} else f"`{key.default}`"
        default = (
            "**required**"
            if key.default is None or (model is Configuration and key.name == "sources")
            else default
        )
        lines.append(f"| `{prefix}{key.name}` | {_cell(key.kind)} | {default} | {_cell(key.description)} |")
    return "\n".join([*lines, ""])


def _is_section(field: FieldInfo) -> bool:
    """Whether it holds a model itself, not a list or mapping of them."""
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
