"""Route: decide for each stored item which outputs it belongs to, and create categories on the way.

A category is named by the configuration or by a post; its slug is minted once, the configuration's names
first, then by code point, and kept for ever.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aggregator import filters, identity, slugs
from aggregator.categories import UNCATEGORIZED, Matcher
from aggregator.records import NewCategory, Route
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aggregator.contracts import Clock, RoutingStore
    from aggregator.records import Registry, Routable
    from aggregator.rules import Filter, Rules

    Places = tuple[tuple[str, str], ...]

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """What routing needs: the rules, and how permanent feed ids are minted."""

    store: RoutingStore
    clock: Clock
    rules: Rules
    site_url: str | None
    """The configured URL of the site, with a closing ``/``; None if none is configured."""
    site_uuid: str

    def run(self) -> None:
        """Route every item that awaits it."""
        for _ in self.steps():
            pass

    def steps(self) -> Iterator[None]:
        """The same, in steps: whatever happens to the store between two of them is routed as well."""
        self.store.use_rules(rules_hash(self.rules))
        now = self.clock()
        everything = self.store.ensure_output("all", "", self.feed_id("all.xml"), now)
        self.store.ensure_output("directory", "", self.feed_id("feeds.opml"), now)
        matcher = Matcher(self.rules)
        names = self._names(matcher)
        while batch := self.store.unrouted(_BATCH):
            now = self.clock()
            placed = [(each, self._places(matcher, each)) for each in batch]
            if any(name not in names for _, places in placed for name, _ in places or ()):
                names = self._names(matcher)  # items came in since the last step
            routes = [self._route(matcher, names, everything.id, *each) for each in placed]
            self.store.route(routes, now)
            yield

    def _names(self, matcher: Matcher) -> Mapping[str, int]:
        """Every name that any item awaiting routing asks for, with the category it stands for."""
        self._create(matcher, self._asked_for(matcher))
        return self.store.registry().names

    def feed_id(self, path: str) -> str:
        """The permanent id of the feed first written at ``path``."""
        return identity.feed_id(self.site_url, self.site_uuid, path)

    def _asked_for(self, matcher: Matcher) -> list[str]:
        """Names of categories, in the order in which slugs are given."""
        configured = [category.slug for category in self.rules.categories]
        of_sources = [name for names in self.rules.source_categories.values() for name in names]
        stated = sorted(self.store.pending_names())
        names = [*configured, *map(matcher.resolve, of_sources), *map(matcher.resolve, stated)]
        return list(dict.fromkeys([*names, matcher.resolve(UNCATEGORIZED)]))

    def _create(self, matcher: Matcher, names: Iterable[str]) -> None:
        registry = self.store.registry()
        known, taken = dict(registry.names), set(map(slugs.fold, registry.slugs))
        new: list[NewCategory] = []
        for name in names:
            declared = matcher.declared(name)
            if name in known:
                if declared is not None and registry.current.get(known[name]) in declared.was:
                    self._rename_back(registry, name, known[name])
                continue
            moved = next((known[old] for old in declared.was if old in known), None) if declared else None
            slug = slugs.mint(name, taken)
            taken.add(slugs.fold(slug))
            if moved is not None:
                self.store.rename_category(moved, name, slug)
                known[name] = moved
                continue
            new.append(NewCategory(name=name, slug=slug, atom_id=self.feed_id(f"category/{slug}.xml")))
            known[name] = -1
        if new:
            self.store.add_categories(new, self.clock())

    def _rename_back(self, registry: Registry, name: str, output_id: int) -> None:
        """Give a category a slug again that it had before."""
        others = {slugs.fold(slug) for slug, owner in registry.slugs.items() if owner != output_id}
        slug = slugs.mint(name, others)
        if registry.slugs.get(slug) == output_id and registry.current.get(output_id) != slug:
            self.store.rename_category(output_id, name, slug)

    def _places(self, matcher: Matcher, each: Routable) -> Places | None:
        """The categories an item belongs to, and why; None: it is in no output."""
        if not each.shown or self._kept_out(each) is not None:
            return None
        return matcher.memberships(each.item, each.item.source_id)

    def _route(
        self,
        matcher: Matcher,
        names: Mapping[str, int],
        everything: int,
        each: Routable,
        places: Places | None,
    ) -> Route:
        if places is None:
            return Route(each.item_id, ())
        memberships: dict[int, str] = {everything: "everything"}
        for name, why in places:
            declared = matcher.declared(name)
            if declared is None or filters.verdict(each.item, declared.filters) is None:
                memberships.setdefault(names[name], why)
        return Route(each.item_id, tuple(memberships.items()))

    def _kept_out(self, each: Routable) -> Filter | None:
        """The global or source's rule that keeps the item out of every output."""
        of_source = self.rules.source_filters.get(each.item.source_id, ())
        return filters.verdict(each.item, self.rules.filters) or filters.verdict(each.item, of_source)


def rules_hash(rules: Rules) -> str:
    """Changes whenever a rule does; where in the file it stands does not count."""
    placeless = replace(
        rules,
        categories=tuple(
            replace(category, where="", filters=_placeless(category.filters)) for category in rules.categories
        ),
        filters=_placeless(rules.filters),
        source_filters={key: _placeless(chain) for key, chain in rules.source_filters.items()},
        source_categories=dict(rules.source_categories),
    )
    return hashlib.sha256(repr(placeless).encode("utf-8", "surrogatepass")).hexdigest()


def _placeless(chain: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return tuple(replace(rule, where="") for rule in chain)
