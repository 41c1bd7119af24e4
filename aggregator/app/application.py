"""The application: refresh and generate, with the parts that are in use."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from aggregator.app.subscribing import Subscribing
from aggregator.errors import LockedError, UsageError
from aggregator.model import SourceInfo
from aggregator.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from aggregator.app.refreshing import Refreshing
    from aggregator.contracts import Renderer
    from aggregator.generate import Generate
    from aggregator.model import Source
    from aggregator.outputs.files import OutputFolder
    from aggregator.outputs.pages import Pages
    from aggregator.reports import GenerateReport, RefreshReport, SourceResult
    from aggregator.store import SqliteStore
    from aggregator.subscriptions import Subscriptions


log = logging.getLogger(__name__)


def no_progress(*_news: object) -> None:
    """Show nothing."""


class App(Subscribing):
    """One site, with its parts."""

    # ── refresh ──

    def refresh(
        self,
        names: Sequence[str] = (),
        *,
        force: bool = False,
        dry_run: bool = False,
        wait: float = 0.0,
        accept_removals: bool = False,
        new_store: bool = False,
        progress: Callable[[str, int], None] = no_progress,
        done: Callable[[str], None] = no_progress,
    ) -> RefreshReport:
        """Read the sources that are due, and write what changed; ``wait`` seconds for the lock at most.

        ``force`` reads every document, also those whose size and time say that they are as they were.
        ``progress`` is told a source's id and how many documents were just read, ``done`` which source is.
        """
        from aggregator.recleaning import reclean
        from aggregator.reports import GenerateReport, RefreshReport

        with self.writing(wait=wait, new_store=new_store, dry_run=dry_run) as store:
            began = self.clock()
            if not dry_run:
                self._folder(store).claim(known_files=bool(store.files()))
            subscriptions = self._synced(store)
            chosen = self._chosen(names, subscriptions)
            reclean(store, self.clock)
            refreshing = self._refreshing(
                store,
                forced=force or bool(names),
                thorough=force,
                accept_removals=accept_removals,
                progress=progress,
                done=done,
            )
            results = asyncio.run(self._read(refreshing, store, chosen))
            generated = GenerateReport() if dry_run else self._generate(store)
        if dry_run:
            self._remember_polls(results)
        return RefreshReport(sources=results, generated=generated, at=began, dry_run=dry_run)

    async def _read(
        self, refreshing: Refreshing, store: SqliteStore, chosen: Collection[str] | None
    ) -> tuple[SourceResult, ...]:
        """Read lists first, since they say what else there is to read; in the order of the configuration."""
        before = self._subscriptions(store)
        lists = [each for each in before.lists if chosen is None or each.id in chosen]
        results = await refreshing.read_lists(lists) if lists else ()
        subscriptions = self._synced(store) if lists else before
        sources = [each for each in subscriptions.sources if chosen is None or each.id in chosen]
        told = {each.source_id: each for each in (*results, *await refreshing.run(sources))}
        return tuple(told[each.id] for each in subscriptions.everything if each.id in told)

    def _remember_polls(self, results: Sequence[SourceResult]) -> None:
        """A dry run keeps nothing but when servers were asked, so that it is as polite as any other."""
        polled = [each for each in results if each.next_check and each.state not in ("not-due", "paused")]
        if not polled or not self.settings.store.exists():
            return
        try:
            with self.writing(wait=0.0) as store:
                for each in polled:
                    store.lease([each.source_id], each.next_check or self.clock(), each.why)
        except LockedError:
            log.debug("another process is at work, and asks for itself")

    def _refreshing(
        self,
        store: SqliteStore,
        *,
        forced: bool,
        thorough: bool,
        accept_removals: bool,
        progress: Callable[[str, int], None],
        done: Callable[[str], None],
    ) -> Refreshing:
        from aggregator.app.refreshing import Refreshing

        return Refreshing(
            settings=self.settings,
            adapters=self.adapters,
            lists=self.lists,
            store=store,
            clock=self.clock,
            info=self._info,
            forced=forced,
            thorough=thorough,
            accept_removals=accept_removals,
            progress=progress,
            done=done,
        )

    def _synced(self, store: SqliteStore) -> Subscriptions:
        """The sources there are, made known to the store."""
        subscriptions = self._subscriptions(store)
        store.sync(subscriptions.everything, self.clock())
        return subscriptions

    def _chosen(self, names: Sequence[str], subscriptions: Subscriptions) -> set[str] | None:
        """Ids of the sources named, with a list its feeds; None: every one."""
        known = {source.id: source for source in subscriptions.everything}
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise UsageError(f"no source {name!r} in {self.settings.path}{hint}")
        feeds = {feed.id for name in names for feed in subscriptions.feeds.get(name, ())}
        return {*names, *feeds} if names else None

    def _info(self, source: Source) -> SourceInfo:
        """A source as readers see it, as far as the configuration says."""
        if "://" not in source.location:
            return SourceInfo(title=source.title or self.settings.site.title)
        return SourceInfo(
            title=source.title or "", feed_url=None if source.private else absolute(source.location)
        )

    def _listed(self, store: SqliteStore) -> tuple[SourceInfo, ...]:
        """What is read, as readers see it; private sources left out."""
        titles = {state.id: state.title for state in store.states()}
        return tuple(
            replace(self._info(source), title=source.title or titles.get(source.id) or source.id)
            for source in self._subscriptions(store).sources
            if not source.private
        )

    # ── outputs ──

    def generate(
        self, only: Collection[str] = (), *, every: bool = False, prune: bool = False, wait: float = 0.0
    ) -> GenerateReport:
        """Write outputs from what is stored; ``only`` these categories, by slug, title or alias."""
        from aggregator.categories import Matcher

        matcher = Matcher(self.settings.rules)
        only = [matcher.resolve(name) for name in only]
        with self.writing(wait=wait) as store:
            self._folder(store).claim(known_files=bool(store.files()))
            self._synced(store)
            return self._generate(store, only, every=every, prune=prune)

    def check_outputs(self) -> Sequence[str]:
        """Paths of files that differ from what the store says they should be; writes nothing."""
        with self.writing(wait=0, dry_run=True) as store:
            self._synced(store)
            self._route(store)
            return self._generator(store).check()

    def set_hidden(self, needle: str, *, hidden: bool, wait: float = 0.0) -> tuple[str, GenerateReport]:
        """Hide an item from every output, or show it again; the outputs follow. Returns its title too."""
        with self.writing(wait=wait) as store:
            records = self.find_items(store, needle)
            if len(records) > 1:
                numbers = ", ".join(str(record.item_id) for record in records)
                raise UsageError(f"{needle!r} names {len(records)} items: say which of the numbers {numbers}")
            self._folder(store).claim(known_files=bool(store.files()))
            store.set_hidden(records[0].item_id, hidden)
            return records[0].clean.title.value, self._generate(store)

    def _generate(
        self, store: SqliteStore, only: Collection[str] = (), *, every: bool = False, prune: bool = False
    ) -> GenerateReport:
        self._route(store)
        return self._generator(store).run(only, every=every, prune=prune)

    def _route(self, store: SqliteStore) -> None:
        from aggregator.routing import Routing

        Routing(
            store=store,
            clock=self.clock,
            rules=self._subscriptions(store).rules(self.settings.rules),
            site_url=self.settings.site_url,
            site_uuid=store.site_uuid,
        ).run()

    def _generator(self, store: SqliteStore) -> Generate:
        from aggregator.generate import Generate
        from aggregator.history import History
        from aggregator.rendering import Rendering

        subscriptions = self._subscriptions(store)
        everything = next(output for output in store.outputs() if output.kind == "all")
        pages = self._pages()
        rendering = Rendering(
            store=store,
            renderers=[*self._renderers(), *pages],
            rules=subscriptions.rules(self.settings.rules),
            settings=self.settings.output,
            site=replace(self.settings.site, id=everything.atom_id),
            names=store.registry().names,
            sources=self._listed(store),
            source_content={s.id: s.content for s in subscriptions.sources if s.content is not None},
        )
        history = History(store=store, pages=pages[0], rendering=rendering) if pages else None
        return Generate(store=store, folder=self._folder(store), rendering=rendering, history=history)

    def _folder(self, store: SqliteStore) -> OutputFolder:
        from aggregator.outputs.files import OutputFolder

        return OutputFolder(self.settings.output_dir, store.site_uuid)

    def _renderers(self) -> Sequence[Renderer]:
        from aggregator.outputs.atom import Atom
        from aggregator.outputs.opml import Opml

        renderers: list[Renderer] = [Atom(), Opml()]
        if "json" in self.settings.output.formats:
            from aggregator.outputs.jsonfeed import JsonFeed

            renderers.append(JsonFeed())
        return renderers

    def _pages(self) -> Sequence[Pages]:
        """The renderer of pages, if pages are wanted."""
        if not self.settings.output.pages:
            return ()
        from aggregator.outputs.pages import Pages

        return (Pages(),)
