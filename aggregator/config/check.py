"""Hold a part of the tree against its model, and find everything that is wrong with it at once. Pure.

What is wrong is reported, marked as broken and left out, and the rest is tried again: so mistakes that hide
behind others come out too, and rules between settings can be checked among those that are sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from aggregator.config.messages import words
from aggregator.config.positions import join, locate, python, tainted
from aggregator.config.shape import Inner, inner_models, names, names_below
from aggregator.config.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from aggregator.config.positions import Node, Problems

M = TypeVar("M", bound=BaseModel)
_FEW = 10
"""So many known names fit into a message."""


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
    deepest_first = sorted(found, key=lambda error: -len(error["loc"]))  # of a union: the nearest miss
    targets = [
        (locate(root, key, error["loc"], missing=error["type"] == "missing"), error)
        for error in deepest_first
    ]
    for target, error in targets:
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
    check_names(node, key, names(model), problems, elsewhere=names_below(model))
    for name, inner in inner_models(model).items():
        pair = node.pairs().get(name)
        if pair is not None and not pair.node.broken:
            _descend(pair.node, inner, join(key, f".{name}"), problems)


def check_names(
    node: Node,
    key: str,
    known: Collection[str],
    problems: Problems,
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Report keys of this mapping that are not known; ``elsewhere``: names that belong further down."""
    for name, pair in node.pairs().items():
        if name in known or pair.node.broken:
            continue
        near = closest(name, known) or (elsewhere or {}).get(name)
        few = f" (known: {', '.join(known)})" if len(known) <= _FEW else ""
        mean = f" (did you mean {near}?)" if near else few
        problems.add(pair.mark, join(key, f".{name}"), f"unknown key{mean}")
        pair.node.broken = True


def _descend(node: Node, inner: Inner, key: str, problems: Problems) -> None:
    if inner.held_in == "mapping":
        inside = [(f"{key}.{name}", pair.node) for name, pair in node.pairs().items()]
    elif inner.held_in == "list":
        inside = [(f"{key}[{index}]", child) for index, child in enumerate(node.elements())]
    else:
        inside = [(key, node)]
    for place, child in inside:
        unknown_keys(inner.model, child, place, problems)
