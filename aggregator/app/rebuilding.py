"""A new store in the place of one that is lost, from local posts and the feeds that were written.

The one rule: nothing that is published changes its id, and nothing that is there is deleted or changed: the
damaged store is put aside, and outputs are left to the next refresh.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from aggregator import slugs, sourcekeys
from aggregator.app.attributing import Whose, richest
from aggregator.app.refreshing import Options
from aggregator.categories import UNCATEGORIZED, Matcher
from aggregator.compare import compare
from aggregator.errors import StoreError
from aggregator.model import Item, ListedSource, Problem, Text
from aggregator.outputs.copies import strays
from aggregator.outputs.files import read_manifest
from aggregator.outputs.readback import read_back
from aggregator.records import Changes, NewCategory, Published, RememberedList, Save
from aggregator.store import care, open_store
from aggregator.store.adopting import NAME, REBUILT
from aggregator.store.rebuilding import salvage
from aggregator.tidy import tidy
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aggregator.app.application import App
    from aggregator.model import Source, SourceInfo
    from aggregator.outputs.readback import Readback, WrittenEntry, WrittenFeed
    from aggregator.records import ItemChange, Output
    from aggregator.store import SqliteStore
    from aggregator.store.rebuilding import Hidden, Salvage
    from aggregator.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuilt store holds."""

    entries: int
    """From feeds, those that are local posts included."""
    items: int
    """In all."""
    feeds: int
    kept: Path | None
    """Where the store as it was is kept now."""
    problems: tuple[str, ...] = ()
    """What could not be read, a line each."""


def rebuild(app: App, *, wait: float, force: bool) -> Rebuilt:
    """Make the store anew; ``force``: even though it is sound. Raises StoreError where it is another's."""
    path = app.settings.store
    with app.lock(wait):
        is_there = path.exists() and path.stat().st_size > 0
        if is_there and not force and not care.check(path):
            raise StoreError(
                f"{path}: is sound; there is nothing to rebuild (`--force` does it all the same)"
            )
        saved = salvage(path)
        written = _without_strays(app, read_back(app.settings.output_dir), saved)
        if not written.feeds and not is_there:
            raise StoreError(
                f"{app.settings.output_dir}: holds no feed to rebuild a store from;"
                " `aggregator refresh` begins a new one"
            )
        staged = path.with_name(f".{path.name}.rebuilding")
        care.discard(staged)
        site = read_manifest(app.settings.output_dir) or saved.site
        try:
            with open_store(staged, outputs=site, anew=True, clock=app.clock) as store:
                work = _Rebuild(app, store, written)
                work.run(saved)
                items = sum(state.items for state in store.states())
            kept = care.replace(path, staged, ".before-rebuild")
        finally:
            with suppress(StoreError):  # the next one clears away what stays
                care.discard(staged)
    if is_there and not saved.whole:
        work.tell("the old store does not say any more which items were hidden: look for what is shown again")
    return Rebuilt(
        entries=len(work.entries), items=items, feeds=len(written.feeds), kept=kept, problems=tuple(work.told)
    )


def _without_strays(app: App, written: Readback, saved: Salvage) -> Readback:
    """What was written, without copies of feeds that are not ours: they are told, and left alone."""
    folder, rules = app.settings.output_dir, app.settings.rules
    former = {*saved.former, *(name for category in rules.categories for name in category.was)}
    found = {copy.path: feed.path for copy, feed in strays(folder, written.feeds, former)}
    told = (
        Problem(str(folder / path), f"is a copy of {of}, not of ours; it is left alone")
        for path, of in found.items()
    )
    return replace(
        written,
        feeds=tuple(each for each in written.feeds if each.path not in found),
        problems=(*written.problems, *told),
    )


class _Attributed(NamedTuple):
    """An entry with the source that brought it, as far as that is known."""

    entry: WrittenEntry
    source: Source | None


class _Rebuild:
    def __init__(self, app: App, store: SqliteStore, written: Readback) -> None:
        self.app, self.store, self.written = app, store, written
        self.now = app.clock()
        self.told = [str(each) for each in written.problems]
        self.entries = richest(written.feeds)
        self.site_id = next((feed.id for feed in written.feeds if not feed.slug), "")

    def tell(self, what: str) -> None:
        self.told.append(what)

    def run(self, saved: Salvage) -> None:
        """First lists, which say what sources there are; then entries, which posts take over; then feeds."""
        store, app = self.store, self.app
        store.begin_rebuilt(self.now)
        self._read(local(app.synced(store).lists))
        self._remember_lists(app.synced(store))
        subscriptions = app.synced(store)
        self._keep_entries(subscriptions)
        self._hide(saved.hidden, {each.id for each in subscriptions.everything})
        self._read(local(subscriptions.sources))
        for name in saved.paused & {each.id for each in subscriptions.everything}:
            store.set_paused(name, True, self.now)
        self._keep_feeds()
        store.end_rebuilt()

    def _read(self, sources: Sequence[Source]) -> None:
        results = asyncio.run(self.app.read(self.store, Options(), {each.id for each in sources}))
        self.told += [f"{each.source_id}: {each.error}" for each in results if each.error]

    # ── lists on the web ──

    def _remember_lists(self, subscriptions: Subscriptions) -> None:
        """Feeds that were read, and that nothing else names, are taken for those of a list on the web."""
        remote = [each for each in subscriptions.lists if "://" in each.location]
        known = {sourcekeys.same_feed(each.location) for each in subscriptions.everything}
        listed = [
            ListedSource(each.feed_url, each.title, self._common_categories(each.feed_url))
            for each in self.written.listed
            if each.feed_url and sourcekeys.same_feed(each.feed_url) not in known
        ]
        if remote and listed:
            # Of a size that is known: more than half of it vanishing at once stays an accident.
            remembered = RememberedList(sources=tuple(listed), size=len(listed))
            self.store.remember_list(remote[0].location, remembered)

    def _common_categories(self, url: str) -> tuple[str, ...]:
        """What all entries of a feed are filed under: as the folders it was in had it."""
        of_feed = [set(each.categories) for each in self.entries.values() if each.source.feed_url == url]
        return tuple(sorted(set.intersection(*of_feed))) if of_feed else ()

    # ── entries ──

    def _keep_entries(self, subscriptions: Subscriptions) -> None:
        groups: defaultdict[tuple[str, SourceInfo], list[_Attributed]] = defaultdict(list)
        whose = Whose(subscriptions.sources, self.site_id, self.written.sources)
        for info in self.written.listed:
            if (source := whose.by_url(info.feed_url)) is not None and info.title != source.id:
                groups[source.id, info] = []
        for entry in sorted(self.entries.values(), key=lambda each: each.updated):
            source, info = whose.of(entry)
            groups[source.id if source else NAME, info].append(_Attributed(entry, source))
        for (name, info), some in groups.items():
            new = tuple(self._change(each) for each in some)
            self.store.save(Save(source_id=name, now=self.now, changes=Changes(new=new), info=info))

    def _change(self, attributed: _Attributed) -> ItemChange:
        entry, source = attributed
        # What its source, or a rule, files it under is found again; all else is known from here alone.
        ruled = source is not None and "://" in source.location and source.categories_from == "source"
        raw = replace(
            entry.item,
            source_id=source.id if source else NAME,
            native_id=f"{REBUILT}{entry.id}",
            categories=() if ruled else entry.categories,
        )
        return self._known(raw, entry.id, entry.published, entry.updated)

    def _known(self, raw: Item, public_id: str, published: datetime, updated: datetime) -> ItemChange:
        """An item as it is stored, with what subscribers know of it."""
        pair = (raw, tidy(raw, self.now))
        (made,) = compare([pair], {}, now=self.now, first_reading=True).new
        return replace(made, public_id=public_id, published=published, updated=updated, arrived=published)

    def _hide(self, hidden: Sequence[Hidden], sources: Collection[str]) -> None:
        """What was hidden is in no feed, so its place is kept for when its source brings it again."""
        there = self.store.published_ids(each.public_id for each in hidden)
        for each in hidden:
            if each.public_id not in there:
                name = each.source if each.source in sources else NAME
                item = Item(
                    source_id=name,
                    native_id=f"{REBUILT}{each.public_id}",
                    seed=each.public_id,
                    title=Text("(hidden)"),
                    published=each.published,
                )
                new = (self._known(item, each.public_id, each.published, each.updated),)
                self.store.save(Save(source_id=name, now=self.now, changes=Changes(new=new)))
        for item_id in self.store.published_ids(each.public_id for each in hidden).values():
            self.store.set_hidden(item_id, True)

    # ── feeds ──

    def _keep_feeds(self) -> None:
        """Give feeds their ids back, then route; what subscribers have seen is noted, for when it leaves."""
        store, routing = self.store, self.app.routing(self.store)
        current = {feed.slug: feed for feed in self.written.feeds if not feed.former}
        former = defaultdict(list)
        for feed in self.written.feeds:
            if feed.former:
                former[feed.id].append(feed.slug)
        names = self._names(current)
        if (everything := current.pop("", None)) is not None:
            store.ensure_output("all", "", everything.id, self.now)
        store.add_categories(
            [
                NewCategory(
                    name=next(iter(former[feed.id]), names.get(slug, slug)),
                    slug=next(iter(former[feed.id]), slug),
                    atom_id=feed.id,
                )
                for slug, feed in current.items()
            ],
            self.now,
        )
        by_id = {output.atom_id: output for output in store.outputs()}
        for slug, feed in current.items():
            for before in (*former[feed.id][1:], *([slug] if former[feed.id] else [])):
                store.rename_category(by_id[feed.id].id, names.get(before, before), before)
        routing.run()
        outputs = {output.atom_id: output for output in store.outputs()}
        feeds = [*([] if everything is None else [everything]), *current.values()]
        store.publishing([self._published(each, outputs) for each in feeds])

    def _names(self, feeds: Mapping[str, WrittenFeed]) -> Mapping[str, str]:
        """Which name each category was asked for by, of those that are asked for now; by slug."""
        rules = self.app.rules(self.store)
        matcher = Matcher(rules)
        asked = [
            *(category.slug for category in rules.categories),
            *(name for of_source in rules.source_categories.values() for name in of_source),
            *sorted(self.store.pending_names()),
            UNCATEGORIZED,
        ]
        folds = {slugs.fold(slug): slug for slug in feeds}
        found: dict[str, str] = {}
        for name in dict.fromkeys(map(matcher.resolve, asked)):
            alone = slugs.mint(name, ())
            for slug in (slugs.mint(name, {slugs.fold(alone)}), alone):
                if (written := folds.get(slugs.fold(slug))) == slug and written not in found:
                    found[slug] = name
                    break
        return found

    def _published(self, feed: WrittenFeed, outputs: Mapping[str, Output]) -> Published:
        return Published(
            output_id=outputs[feed.id].id,
            generation=outputs[feed.id].generation,
            title=feed.title,
            updated=feed.updated,
            rule_hash="",
            shown=tuple(self.store.published_ids(each.id for each in feed.entries).values()),
            files={each.path: (each.sha256, each.size) for each in self.written.feeds if each.id == feed.id},
        )


def local(sources: Sequence[Source]) -> Sequence[Source]:
    """Those for which nobody is asked."""
    return [each for each in sources if "://" not in each.location]
