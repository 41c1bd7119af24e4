"""Which keys a model's mapping may have, and which models those hold. Pure."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = (list, tuple, set, frozenset)
_WRAPPERS = (typing.Annotated, typing.Union, types.UnionType)


Holder = Literal["itself", "list", "mapping"]


class Inner(NamedTuple):
    """The model that a key holds: itself, or one in each element or value."""

    model: type[BaseModel]
    held_in: Holder


@cache
def names(model: type[BaseModel]) -> Mapping[str, str]:
    """Every key that a model's mapping may have → the name of its field."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


@cache
def inner_models(model: type[BaseModel]) -> Mapping[str, Inner]:
    """Keys that hold models → the model. A key that may hold one of several models is left out."""
    found: dict[str, Inner] = {}
    for key, name in names(model).items():
        annotation = model.model_fields[name].annotation
        inner = _model_in(annotation)
        if inner is not None:
            found[key] = Inner(inner, _holder(annotation))
    return found


@cache
def names_below(model: type[BaseModel]) -> Mapping[str, str]:
    """Keys of the sections directly below → their dotted names, for what was written one level too high."""
    found: dict[str, str] = {}
    for key, inner in inner_models(model).items():
        if inner.held_in == "itself":
            for name in names(inner.model):
                found.setdefault(name, f"{key}.{name}")
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        arguments = arguments[:1]
    found = {model for argument in arguments if (model := _model_in(argument))}
    return found.pop() if len(found) == 1 else None


def _holder(annotation: Any) -> Holder:
    if _holds(annotation, dict):
        return "mapping"
    return "list" if _holds(annotation, *_LISTS) else "itself"


def _holds(annotation: Any, *kinds: type) -> bool:
    origin = typing.get_origin(annotation)
    if origin in _WRAPPERS:
        return any(_holds(argument, *kinds) for argument in typing.get_args(annotation))
    return origin in kinds
