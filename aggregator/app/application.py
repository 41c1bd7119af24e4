"""The application: refresh and generate, with the parts that are in use."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from aggregator.app.care import Care
from aggregator.errors import UsageError
from aggregator.model import SourceInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from aggregator.contracts import Renderer
    from aggregator.generate import Generate
    from aggregator.model import Source
    from aggregator.outputs.files import OutputFolder
    from aggregator.records import SourceState
    from aggregator.refresh import Refresh
    from aggregator.reports import GenerateReport, RefreshReport, SourceResult
    from aggregator.store import SqliteStore


def no_progress(*_news: object) -> None:
    """Show nothing."""


class App(Care):
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
        from aggregator.refresh import Refresh
        from aggregator.reports import GenerateReport, RefreshReport

        chosen = self._chosen(names)
        with self.writing(wait=wait, new_store=new_store, dry_run=dry_run) as store:
            if not dry_run:
                self._folder(store).claim(known_files=bool(store.files()))
            store.sync(self.settings.sources, self.clock())
            reclean(store, self.clock)
            refresh = Refresh(
                store=store,
                clock=self.clock,
                accept_removals=accept_removals,
                thorough=force,
                progress=progress,
            )
            results = asyncio.run(self._read(refresh, chosen, store.states(), done))
            generated = GenerateReport() if dry_run else self._generate(store)
        return RefreshReport(sources=results, generated=generated, dry_run=dry_run)

    async def _read(
        self,
        refresh: Refresh,
        chosen: Sequence[Source],
        states: Sequence[SourceState],
        done: Callable[[str], None],
    ) -> tuple[SourceResult, ...]:
        known = {state.id: state for state in states}
        results: list[SourceResult] = []
        for source in chosen:
            results.append(await self._read_one(refresh, source, known[source.id]))
            done(source.id)
        return tuple(results)

    async def _read_one(self, refresh: Refresh, source: Source, state: SourceState) -> SourceResult:
        from aggregator.reports import SourceResult

        if not source.enabled:
            return SourceResult(source_id=source.id, state="paused", why="switched off in the configuration")
        adapter, info = self.adapters[source.type], self._info(source)
        result = await refresh.source(source, adapter, info, first_reading=state.last_success is None)
        return replace(result, why="local: always due")

    def _chosen(self, names: Sequence[str]) -> tuple[Source, ...]:
        known = {source.id: source for source in self.settings.sources}
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise UsageError(f"no source {name!r} in {self.settings.path}{hint}")
        return tuple(known[name] for name in dict.fromkeys(names)) if names else self.settings.sources

    def _info(self, source: Source) -> SourceInfo:
        """A local source as readers see it."""
        return SourceInfo(title=source.title or self.settings.site.title)

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
            store.sync(self.settings.sources, self.clock())
            return self._generate(store, only, every=every, prune=prune)

    def check_outputs(self) -> Sequence[str]:
        """Paths of files that differ from what the store says they should be; writes nothing."""
        with self.writing(wait=0, dry_run=True) as store:
            store.sync(self.settings.sources, self.clock())
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
            rules=self.settings.rules,
            site_url=self.settings.site_url,
            site_uuid=store.site_uuid,
        ).run()

    def _generator(self, store: SqliteStore) -> Generate:
        from aggregator.generate import Generate
        from aggregator.rendering import Rendering

        everything = next(output for output in store.outputs() if output.kind == "all")
        rendering = Rendering(
            store=store,
            renderers=self._renderers(),
            rules=self.settings.rules,
            settings=self.settings.output,
            site=replace(self.settings.site, id=everything.atom_id),
            names=store.registry().names,
            sources=tuple(self._info(source) for source in self.settings.sources if not source.private),
            source_content={s.id: s.content for s in self.settings.sources if s.content is not None},
        )
        return Generate(store=store, folder=self._folder(store), rendering=rendering)

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
        if self.settings.output.pages:
            from aggregator.outputs.pages import Pages

            renderers.append(Pages())
        return renderers
