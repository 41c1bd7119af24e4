"""A site in a folder whose sources are in memory: how they are read is the test's to say."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel

from aggregator.app import App
from aggregator.app.running import Running
from aggregator.config import load
from aggregator.exchange import Exchange
from aggregator.model import Batch, Document, Listing, Problem, Reading, Stamp
from aggregator.sources.feed import Feed
from tests.builders import an_item
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from aggregator.contracts import Adapter as Kind
    from aggregator.contracts import Web
    from aggregator.errors import SourceError
    from aggregator.model import Bookmark, Source


class Options(BaseModel):
    at: str

    @property
    def location(self) -> str:
        return self.at


@dataclass
class Adapter:
    """Reads each source as it is told to; ``held``: not before it is let go; ``ended``: told at the end."""

    name: str
    remote: bool
    options: type[BaseModel] = Options
    isolated: bool = False
    read: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: Counter[str] = field(default_factory=Counter)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    ended: dict[str, asyncio.Event] = field(default_factory=dict)
    fails: dict[str, SourceError] = field(default_factory=dict)
    crashes: set[str] = field(default_factory=set)
    problems: tuple[Problem, ...] = ()
    _now: Counter[str] = field(default_factory=Counter)

    def watched(self, source: Source) -> tuple[Path, ...]:
        return () if self.remote else (source.root / source.location,)

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        self.read[source.id] += 1
        self._now[source.id] += 1
        self.most_at_once[source.id] = max(self.most_at_once[source.id], self._now[source.id])
        try:
            if source.id in self.held:
                await self.held[source.id].wait()
            if source.id in self.crashes:
                raise ZeroDivisionError
            if source.id in self.fails:
                raise self.fails[source.id]
            if self.remote:
                yield Exchange(200)
            name = f"{source.id}-{self.read[source.id]}"
            yield Batch((Document(Stamp(name, 1, 1, name), b""),), problems=self.problems)
        finally:
            self._now[source.id] -= 1
            if source.id in self.ended:
                self.ended[source.id].set()

    def parse(self, source: Source, document: Document) -> Reading:
        return Reading(items=(an_item(document.name, source_id=source.id),))


class FakeAlarms:
    """One alarm, which goes off when the test says so."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def at(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        self.moment = moment

    def no_later(self, name: str, moment: datetime, call: Callable[[], None]) -> None:
        if self.moment is None or moment < self.moment:
            self.moment = moment


class World:
    """A site of local and remote sources, and its clock."""

    def __init__(self, root: Path, *, local: str = "", remote: str = "", more: str = "") -> None:
        self.root, self.more = root, more
        self.clock = FakeClock()
        self.local, self.web = Adapter("local", remote=False), Adapter("web", remote=True)
        self.configure(local, remote)

    def configure(self, local: str, remote: str) -> None:
        lines = [f"  - {{id: {name}, type: local, at: {name}}}" for name in local.split()]
        lines += [f"  - {{id: {name}, type: web, at: 'https://{name}.example/'}}" for name in remote.split()]
        text = "site: {url: 'https://a.example/'}\nschedule: {jitter: 0%, adaptive: false}\n" + self.more
        (self.root / "aggregator.yaml").write_text("\n".join([text + "sources:", *lines, ""]))

    def app(self) -> App:
        adapters: dict[str, Kind] = {"local": self.local, "web": self.web, "feed": Feed()}
        settings = load(self.root / "aggregator.yaml", adapters, {}, {})
        return App(settings, adapters, {}, clock=self.clock)

    @contextmanager
    def open(self) -> Iterator[Running]:
        app = self.app()
        with app.opened(wait=0) as store:
            yield Running(app, store)
