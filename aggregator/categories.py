"""Decide which categories an item belongs to, and say why. Pure.

One rule: a name is first looked up among what is declared (slugs, titles, aliases, former slugs); only an
unknown one is a category of its own.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from aggregator import patterns
from aggregator.slugs import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aggregator.model import Item
    from aggregator.rules import Category, Rules

UNCATEGORIZED = "uncategorized"
"""The name of the category of what belongs nowhere else; it can be declared like any other."""

_SHORTEST_SLIP = 4
"""Characters: shorter names that differ by one mean something else (股市, 楼市)."""


class Matcher:
    """Knows the rules; made once, asked for every item."""

    def __init__(self, rules: Rules) -> None:
        self._source_categories = rules.source_categories
        self._names = _names(rules.categories)
        self._by_tag: dict[str, list[tuple[Category, str]]] = {}
        self._by_source: dict[str, list[Category]] = {}
        self._by_title: list[tuple[Category, str]] = []
        for category in rules.categories:
            for tag in category.tags:
                self._by_tag.setdefault(_comparable(tag), []).append((category, tag))
            for source_id in category.sources:
                self._by_source.setdefault(source_id, []).append(category)
            if category.title_matches is not None:
                self._by_title.append((category, category.title_matches))

    def memberships(self, item: Item, source_id: str) -> tuple[tuple[str, str], ...]:
        """Return the names of the categories of an item, cleaned, each with why; never none.

        A declared category goes by its slug as configured, any other by the name it was given.
        """
        reasons: dict[str, dict[str, None]] = {}
        for name, why in self._claims(item, source_id):
            reasons.setdefault(self.resolve(name), {})[why] = None
        if not reasons:
            return ((self.resolve(UNCATEGORIZED), "nothing else matched"),)
        return tuple((name, "; ".join(whys)) for name, whys in reasons.items())

    def resolve(self, name: str) -> str:
        """Return the slug of the declared category of that name, else the name without outer blanks.

        A blank name stands for :data:`UNCATEGORIZED`.
        """
        name = _exact(name) or UNCATEGORIZED
        category = self.declared(name)
        return name if category is None else category.slug

    def declared(self, name: str) -> Category | None:
        """Return the declared category of exactly that name.

        Names that differ by case alone are two, as archives have them; :meth:`near_misses` tells of them.
        """
        return self._names.get(_exact(name))

    def near_misses(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return names that look like slips, each with the name that was probably meant.

        Meant is a declared slug, title or alias that differs by case, width, blanks or one edit, or else a
        name earlier in ``names`` that differs by case, width or blanks.
        """
        declared = {_look(name): name for name in reversed(self._names)}
        looks = dict(declared)
        misses: list[tuple[str, str]] = []
        for name in dict.fromkeys(names):
            look = _look(name)
            if _exact(name) in self._names or not look:
                continue
            meant = looks.setdefault(look, name)
            if meant == name:
                meant = next((declared[other] for other in declared if _is_slip(look, other)), name)
            if meant != name:
                misses.append((name, meant))
        return misses

    def _claims(self, item: Item, source_id: str) -> Iterator[tuple[str, str]]:
        """Yield every name the item is claimed by, and why; several may mean one category."""
        for name in self._source_categories.get(source_id, ()):
            yield name, _at("its source's category", self.declared(name))
        for name in item.categories:
            if name.strip():
                yield name, "its own categories"
        for key in {_comparable(name): None for tag in item.tags for name in (tag.term, tag.label)}:
            for category, tag_name in self._by_tag.get(key, ()):
                yield category.slug, _at(f"include tag {tag_name}", category)
        for category in self._by_source.get(source_id, ()):
            yield category.slug, _at(f"include source {source_id}", category)
        for category, pattern in self._by_title:
            if patterns.found(pattern, item.title.value):
                yield category.slug, _at(f"include title_matches {pattern}", category)


def _names(categories: Sequence[Category]) -> dict[str, Category]:
    """Return every name of every category; of equal ones a slug counts most, then a title, an alias."""
    names: dict[str, Category] = {}
    ranked = [
        [(category.slug, category) for category in categories],
        [(category.title or "", category) for category in categories],
        [(alias, category) for category in categories for alias in category.aliases],
        [(former, category) for category in categories for former in category.was],
    ]
    for name, category in (each for rank in ranked for each in rank):
        if name.strip():
            names.setdefault(_exact(name), category)
    return names


def _exact(name: str) -> str:
    """Return the one spelling of a name: NFC, without outer blanks."""
    return unicodedata.normalize("NFC", name).strip()


def _at(why: str, category: Category | None) -> str:
    """Add where the category is declared."""
    return f"{why} ({category.where})" if category is not None and category.where else why


def _comparable(tag: str) -> str:
    return fold(tag).strip()


def _look(name: str) -> str:
    """Return what is left of a name without case, width and blanks."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _is_slip(look: str, other: str) -> bool:
    """Whether one character was added, lost or changed, or two were swapped; another number is no slip."""
    if max(len(look), len(other)) < _SHORTEST_SLIP or abs(len(look) - len(other)) > 1:
        return False
    start = _shared(look, other)
    one, two = look[start:], other[start:]
    end = _shared(one[::-1], two[::-1])
    one, two = one[: len(one) - end], two[: len(two) - end]
    swapped = len(one) == len("ab") and one == two[::-1]
    return (swapped or max(len(one), len(two)) == 1) and not (one + two).isdigit()


def _shared(one: str, other: str) -> int:
    """Return how many characters two names begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
