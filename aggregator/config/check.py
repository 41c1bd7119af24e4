"""Hold a part of the tree against its model, and find everything that is wrong with it at once. Pure.

What is wrong is reported, marked as broken and left out, and the rest is tried again: so mistakes that hide
behind others come out too, and rules between settings can be checked among those that are sound.
"""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from aggregator.config.messages import words
from aggregator.config.positions import join, locate, python, tainted
from aggregator.config.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from aggregator.config.positions import Node, Problems

M = TypeVar("M", bound=BaseModel)
_MANY = (list, tuple, set, frozenset)


def validated(model: type[M], node: Node, key: str, problems: Problems) -> M | None:
    """The sound part of a mapping; None where something required is missing or nothing is sound.

    Unknown keys must have been reported by :func:`unknown_keys` before.
    """
    while True:
        try:
            return model.model_validate(python(node))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        if not _report(found, node, key, problems):
            return None


def _report(found: Sequence[ErrorDetails], root: Node, key: str, problems: Problems) -> bool:
    """Tell what was found and break it off; False if trying again can find nothing more."""
    progress = False
    for error in sorted(
        found, key=lambda error: -len(error["loc"])
    ):  # of a union's members, the nearest miss
        target = locate(root, key, error["loc"])
        if target.missing is not None:
            if not _is_broken(target.node, target.missing):
                problems.add(target.mark, target.key, "is required")
            continue
        if not tainted(target.node):
            problems.add(target.mark, target.key, words(error, target.node))
        if target.node is not root and not target.node.broken:
            target.node.broken = progress = True
    return progress


def _is_broken(mapping: Node, name: str) -> bool:
    pair = mapping.pairs().get(name)
    return pair is not None and pair.node.broken


def unknown_keys(model: type[BaseModel], node: Node, key: str, problems: Problems) -> None:
    """Report every key that no model knows, here and below, and break it off."""
    fields = names(model)
    check_names(node, key, fields, problems, elsewhere=_vocabulary(model))
    for name, pair in node.pairs().items():
        if name in fields and not pair.node.broken:
            _descend(model.model_fields[fields[name]].annotation, pair.node, join(key, f".{name}"), problems)


def check_names(
    node: Node,
    key: str,
    known: Iterable[str],
    problems: Problems,
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Report keys of this mapping that are not known; ``elsewhere``: names that belong further down."""
    known = list(known)
    for name, pair in node.pairs().items():
        if name in known or pair.node.broken:
            continue
        near = closest(name, known) or (elsewhere or {}).get(name)
        mean = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
        problems.add(pair.mark, join(key, f".{name}"), f"unknown key ({mean})")
        pair.node.broken = True


def names(model: type[BaseModel]) -> dict[str, str]:
    """Every key that a model's mapping may have → the name of its field."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, itself, in a list or in a mapping; None where there is not one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        arguments = arguments[:1]
    found = {model for argument in arguments if (model := model_in(argument))}
    return found.pop() if len(found) == 1 else None


def _descend(annotation: Any, node: Node, key: str, problems: Problems) -> None:
    model = model_in(annotation)
    if model is None:
        return
    if _holds(annotation, dict):
        inside = [(f"{key}.{name}", pair.node) for name, pair in node.pairs().items()]
    elif _holds(annotation, *_MANY):
        inside = [(f"{key}[{index}]", child) for index, child in enumerate(node.elements())]
    else:
        inside = [(key, node)]
    for place, child in inside:
        unknown_keys(model, child, place, problems)


def _holds(annotation: Any, *kinds: type) -> bool:
    origin = typing.get_origin(annotation)
    if origin in {typing.Annotated, typing.Union, types.UnionType}:
        return any(_holds(argument, *kinds) for argument in typing.get_args(annotation))
    return origin in kinds


def _vocabulary(model: type[BaseModel]) -> dict[str, str]:
    """Keys of the sections directly below → their dotted names, for what was written one level too high."""
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            for key in names(inner):
                found.setdefault(key, f"{name}.{key}")
    return found
