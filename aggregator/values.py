"""Values and records: data classes that take a third of the time to define.

The standard library compiles six methods for each class, at every start of every command: of some hundred
classes that is a sixth of what the shortest command takes. Here ``__init__`` alone is compiled; how values
are compared, hashed and shown is written once. What is frozen is so to mypy, which is strict about all code
here; at run time nothing stands in an assignment's way (docs/why-lean-values.md).
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from functools import cache
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass, replace
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, eq=True, order=False):
        """As :func:`dataclasses.dataclass`, but for what the module says."""

        def made(cls):
            own = cls.__dict__
            made = dataclasses.dataclass(repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            if "__repr__" not in own:
                made.__repr__ = shown
            if eq and "__eq__" not in own:
                made.__eq__, hashed = _compared(made)
                if "__hash__" not in own:
                    made.__hash__ = hashed if frozen else None
            if order:
                made.__lt__, made.__le__ = _ordered(made)
            return made

        return made if cls is None else made(cls)

    def replace(value, /, **changes):
        """As :func:`dataclasses.replace`, in half the time."""
        kind = value.__class__
        for name in _names(kind):
            if name not in changes:
                changes[name] = getattr(value, name)
        return kind(**changes)


__all__ = ["dataclass", "field", "replace"]


@recursive_repr()
def shown(value: Any) -> str:
    """As the standard library shows a data class: without the fields that are not to be shown."""
    kind: Any = type(value)
    told = [f"{name}={getattr(value, name)!r}" for name in _names_shown(kind)]
    return f"{kind.__qualname__}({', '.join(told)})"


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """What is told to ``__init__``."""
    return tuple(each.name for each in dataclasses.fields(kind) if each.init)


@cache
def _names_shown(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind) if each.repr)


def _key(cls: type[Any]) -> Callable[[Any], Any]:
    """What a value is compared by: the fields that are compared, in their order."""
    names = [each.name for each in dataclasses.fields(cls) if each.compare]
    return attrgetter(*names) if names else type


def _compared(cls: type[Any]) -> tuple[Callable[[Any, object], Any], Callable[[Any], int]]:
    """How values of a class are equal, and their hash."""
    key = _key(cls)

    def equal(value: Any, other: object) -> Any:
        if other.__class__ is not value.__class__:
            return NotImplemented
        return key(value) == key(other)

    def hashed(value: Any) -> int:
        return hash(key(value))

    return equal, hashed


def _ordered(cls: type[Any]) -> tuple[Callable[[Any, object], Any], Callable[[Any, object], Any]]:
    """Which of two values of a class comes first; ``>`` and ``>=`` Python answers by asking the other one."""
    key = _key(cls)

    def before(value: Any, other: object) -> Any:
        return key(value) < key(other) if other.__class__ is value.__class__ else NotImplemented

    def not_after(value: Any, other: object) -> Any:
        return key(value) <= key(other) if other.__class__ is value.__class__ else NotImplemented

    return before, not_after
