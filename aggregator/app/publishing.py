"""The outputs of a site: what they are made of, and their writing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aggregator import health
from aggregator.app.control import ask
from aggregator.app.subscribing import Subscribing
from aggregator.errors import UsageError
from aggregator.model import SourceInfo
from aggregator.urls import absolute
from aggregator.values import replace
from aggregator.views import SourceHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from aggregator.app.control import Done
    from aggregator.commands import Action
    from aggregator.contracts import Renderer
    from aggregator.generate import Generate
    from aggregator.model import Source
    from aggregator.outputs.files import OutputFolder
    from aggregator.outputs.pages import Pages
    from aggregator.polls import SourceState
    from aggregator.reports import GenerateReport
    from aggregator.routing import Routing
    from aggregator.rules import Rules
    from aggregator.store import SqliteStore
    from aggregator.subscriptions import Subscriptions


class Publishing(Subscribing):
    """From what is stored to files."""

    def synced(self, store: SqliteStore) -> Subscriptions:
        """The sources there are, made known to the store."""
        subscriptions = self._subscriptions(store)
        store.sync(subscriptions.everything, self.clock())
        return subscriptions

    def differing(self, store: SqliteStore, before: Mapping[str, Source]) -> frozenset[str]:
        """Ids of sources that are other ones now than before, or are no more; their order does not count."""
        now = {each.id: each for each in self._subscriptions(store).everything}
        return frozenset(
            name for name, each in before.items() if _placeless(each) != _placeless(now.get(name))
        )

    def _info(self, source: Source) -> SourceInfo:
        """A source as readers see it, as far as the configuration says."""
        if "://" not in source.location:
            return SourceInfo(title=source.title or self.settings.site.title)
        return SourceInfo(
            title=source.title or "", feed_url=None if source.private else absolute(source.location)
        )

    def _listed(self, subscriptions: Subscriptions, states: Iterable[SourceState]) -> tuple[SourceInfo, ...]:
        """What is read, as readers see it; private sources left out."""
        titles = {state.id: state.title for state in states}
        return tuple(
            replace(self._info(source), title=source.title or titles.get(source.id) or source.id)
            for source in subscriptions.sources
            if not source.private
        )

    def _health(
        self, subscriptions: Subscriptions, states: Iterable[SourceState]
    ) -> tuple[SourceHealth, ...]:
        """How each source is, as anybody may know; private and disabled ones left out."""
        shown = {each.id: each for each in subscriptions.everything if not each.private and each.enabled}
        return tuple(
            SourceHealth(
                id=state.id,
                title=shown[state.id].title or state.title or state.id,
                state=state.state,
                since=state.since,
                url=absolute(shown[state.id].location) if "://" in shown[state.id].location else None,
                status=health.refused_with(state),
            )
            for state in health.by_urgency([each for each in states if each.active and each.id in shown])
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
            self.synced(store)
            return self._generate(store, only, every=every, prune=prune)

    def check_outputs(self) -> Sequence[str]:
        """Paths of files that differ from what the store says they should be; writes nothing."""
        with self.writing(wait=0, dry_run=True) as store:
            self.synced(store)
            self.routing(store).run()
            return self.generator(store).check()

    def set_hidden(self, needle: str, *, hidden: bool, wait: float = 0.0) -> tuple[str, Done]:
        """Hide an item from every output, or show it again; the outputs follow. Returns its title too."""
        with self.library() as library:
            records = self.find_items(library, needle)
        if len(records) > 1:
            numbers = ", ".join(str(record.item_id) for record in records)
            raise UsageError(f"{needle!r} names {len(records)} items: say which of the numbers {numbers}")
        action: Action = "hide" if hidden else "show"
        done = ask(self, self._published, action, str(records[0].item_id), wait=wait)
        return records[0].clean.title.value, done

    def steer_source(self, action: Action, name: str, *, wait: float) -> Done:
        """Pause, resume or reset a source. Raises UsageError where it was never read."""
        with self.library() as library:
            source_id = self.source(library, name)
        return ask(self, self._published, action, source_id, wait=wait)

    def _published(self, store: SqliteStore) -> GenerateReport:
        """What was outdated is written."""
        self._folder(store).claim(known_files=bool(store.files()))
        return self._generate(store)

    def _generate(
        self, store: SqliteStore, only: Collection[str] = (), *, every: bool = False, prune: bool = False
    ) -> GenerateReport:
        self.routing(store).run()
        return self.generator(store).run(only, every=every, prune=prune)

    async def publish(self, store: SqliteStore, goes_on: Callable[[], bool]) -> GenerateReport:
        """Write what is outdated, as long as it ``goes_on``, while others use this store on this loop.

        Files are written from a thread with a connection of its own.
        """
        for _ in self.routing(store).steps():
            await asyncio.sleep(0)
        return await asyncio.to_thread(self._publish, store.path, store.site_uuid, goes_on)

    def _publish(self, path: Path, site: str, goes_on: Callable[[], bool]) -> GenerateReport:
        from aggregator.store import open_store

        with open_store(path, outputs=site, clock=self.clock) as store:
            return self.generator(store, goes_on).run()

    def rules(self, store: SqliteStore) -> Rules:
        """The rules of this site, with what is said of lists said of their feeds."""
        return self._subscriptions(store).rules(self.settings.rules)

    def routing(self, store: SqliteStore) -> Routing:
        """What decides which items belong to which outputs."""
        from aggregator.routing import Routing

        return Routing(
            store=store,
            clock=self.clock,
            rules=self.rules(store),
            site_url=self.settings.site_url,
            site_uuid=store.site_uuid,
        )

    def generator(self, store: SqliteStore, goes_on: Callable[[], bool] = lambda: True) -> Generate:
        """What writes outdated outputs, as long as it ``goes_on``; the store has been routed."""
        from aggregator.generate import Generate
        from aggregator.history import History
        from aggregator.rendering import Rendering

        subscriptions, states = self._subscriptions(store), store.states(whole=False)
        pages = self._pages()
        rendering = Rendering(
            store=store,
            renderers=[*self._renderers(), *pages],
            rules=subscriptions.rules(self.settings.rules),
            settings=self.settings.output,
            site=replace(self.settings.site, id=store.everything().atom_id),
            names=store.registry().names,
            sources=self._listed(subscriptions, states),
            health=self._health(subscriptions, states),
            source_content={s.id: s.content for s in subscriptions.sources if s.content is not None},
            unfiled=self._unfiled,
        )
        history = History(store=store, pages=pages[0], rendering=rendering) if pages else None
        return Generate(
            store=store,
            folder=self._folder(store),
            rendering=rendering,
            history=history,
            goes_on=goes_on,
        )

    def _unfiled(self) -> str:
        from aggregator.outputs.words import unfiled

        return unfiled(self.settings.site.language)

    def _folder(self, store: SqliteStore) -> OutputFolder:
        from aggregator.outputs.files import OutputFolder

        return OutputFolder(self.settings.output_dir, store.site_uuid)

    def _renderers(self) -> Sequence[Renderer]:
        from aggregator.outputs.atom import Atom
        from aggregator.outputs.health import Health
        from aggregator.outputs.opml import Opml

        renderers: list[Renderer] = [Atom(), Opml(), Health()]
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


def _placeless(source: Source | None) -> Source | None:
    return source and replace(source, rank=0, where="")
