"""A fake store with some items, generated into a fake folder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aggregator.generate import Generate
from aggregator.history import History
from aggregator.identity import fingerprint
from aggregator.records import Changes, ItemChange, Save
from aggregator.rendering import Rendering
from aggregator.reports import GenerateReport
from aggregator.routing import Routing
from aggregator.rules import OutputSettings, Rules
from aggregator.tidy import tidy
from aggregator.views import Site as SiteView
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeClock, FakeFolder, FakePages, FakeRenderer, FakeStore

OLD = NOW - timedelta(days=400)


class Site:
    """A fake store with some items, generated into a fake folder."""

    def __init__(self, **rules: Any) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.folder = FakeFolder()
        self.rules = Rules(**rules)
        self.settings = OutputSettings(formats=("atom",), pages=False)
        self.pages: FakePages | None = None
        self.view = SiteView()
        self.sources = [a_source()]
        self.site_url: str | None = None
        self.source_content: dict[str, Any] = {}
        self.store.sync(self.sources, self.clock())
        self._numbers: dict[str, int] = {}

    def add(self, native_id: str, *categories: str, **more: Any) -> None:
        """Store an item, new or changed."""
        now = self.clock.advance(minutes=1)
        raw = an_item(native_id, **{"published": OLD, "title": native_id, "categories": categories} | more)
        known = self.store.known("posts", [native_id]).get(native_id)
        change = ItemChange(
            raw=raw,
            clean=tidy(raw, now),
            fingerprint=fingerprint(raw),
            content_key="",
            public_id=f"urn:example:{native_id}",
            spare_id=f"urn:example:spare:{native_id}",
            published=raw.published or now,
            updated=now if known else raw.published or now,
            first_seen=now,
            arrived=raw.published or now,
            item_id=known.item_id if known else None,
        )
        changes = Changes(updated=(change,)) if known else Changes(new=(change,))
        self.store.save(Save(source_id="posts", now=now, changes=changes))

    def remove(self, native_id: str) -> None:
        known = self.store.known("posts", [native_id])[native_id]
        self.store.save(Save(source_id="posts", now=self.clock.advance(minutes=1), left=(known.item_id,)))

    def route(self) -> None:
        Routing(
            store=self.store,
            clock=self.clock,
            rules=self.rules,
            site_url=self.site_url,
            site_uuid=self.store.site_uuid,
        ).run()

    def generator(self) -> Generate:
        rendering = Rendering(
            store=self.store,
            renderers=[FakeRenderer()],
            rules=self.rules,
            settings=self.settings,
            site=self.view,
            names=self.store.registry().names,
            source_content=self.source_content,
            unfiled=lambda: "未分类",
        )
        pages = self.pages
        history = History(store=self.store, pages=pages, rendering=rendering) if pages else None
        return Generate(store=self.store, folder=self.folder, rendering=rendering, history=history)

    def generate(self, *only: str, **options: Any) -> GenerateReport:
        self.clock.advance(minutes=1)
        self.route()
        return self.generator().run(only, **options)

    def lines(self, path: str) -> list[str]:
        return self.folder.files[path].decode().splitlines()

    def titles(self, path: str) -> list[str]:
        return [line.split()[0] for line in self.lines(path)[1:]]

    def slugs(self) -> list[str]:
        return [output.name for output in self.store.outputs() if output.kind == "category" and output.items]
