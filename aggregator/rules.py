"""What the operator decided about items: categories and filters, as data. Pure.

Rules are views: they decide membership of outputs and are recomputed when they change; nothing is dropped
at the door. What they do is in :mod:`aggregator.categories` and :mod:`aggregator.filters`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.model import ContentMode

Aspect = Literal["title", "text", "url", "author", "tags", "origin"]


@dataclass(frozen=True, slots=True)
class Matches:
    """A regular expression found anywhere in one aspect of an item."""

    aspect: Aspect
    pattern: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One aspect of an item is, whole, one of these values (case-folded)."""

    aspect: Aspect
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Matches | OneOf | All | Any | Not


@dataclass(frozen=True, slots=True)
class Filter:
    """One rule: ``drop`` what matches, or ``keep`` only what matches; ``where`` is its ``file:line``."""

    action: Literal["drop", "keep"]
    condition: Condition
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A declared category. ``slug`` is as configured; the registry may have given it another form."""

    slug: str
    title: str | None = None
    aliases: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """``include.tags``: items with one of these tags (term or label, case-folded)."""
    sources: tuple[str, ...] = ()
    """``include.sources``: items of these sources."""
    title_matches: str | None = None
    """``include.title_matches``: a regular expression found in the title."""
    filters: tuple[Filter, ...] = ()
    content: ContentMode | None = None
    entries: int | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that decides which item is in which output."""

    categories: tuple[Category, ...] = ()
    filters: tuple[Filter, ...] = ()
    source_filters: Mapping[str, tuple[Filter, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Per source id."""
    source_categories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Category names (slug, title or alias) each source's configuration gives its items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """How outputs are made. ``window`` in seconds."""

    entries: int = 50
    window: int = 48 * 3600
    max_entries: int = 500
    content: ContentMode = "full"
    formats: tuple[str, ...] = ("atom", "json")
    pages: bool = True
    item_pages: bool = False
