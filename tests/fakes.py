"""Real, small stand-ins for the outside world, behind the same contracts as the real parts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.errors import FetchError, PublishError, SourceError
from aggregator.model import Batch, Bookmark, Document, Item, Listing, Reading, Source, Stamp
from tests.builders import NOW
from tests.fake_commands import FakeCommands
from tests.fake_lists import FakeLists
from tests.fake_publishing import FakeLibrary, FakePublishing, FakeRouting
from tests.fake_refreshing import FakeRefreshing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from aggregator.contracts import Web
    from aggregator.exchange import Answer, Exchange, Request
    from aggregator.views import Directory, Feed, ItemPage, Past


class FakeStore(FakeCommands, FakeLists, FakeRefreshing, FakeRouting, FakePublishing, FakeLibrary):
    """Every contract of a store, in memory: slow, plain, obvious."""

    def __init__(self, site_uuid: str = "00000000-0000-4000-8000-000000000000") -> None:
        super().__init__()
        self.site_uuid = site_uuid


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


class FakeAdapter:
    """A folder of posts in memory. ``posts``: document name → what it says."""

    name = "fake"
    options = object
    isolated = False

    def __init__(self, **posts: Item | Reading | SourceError) -> None:
        self.posts: dict[str, Item | Reading | SourceError] = dict(posts)
        self.missing: tuple[str, ...] = ()
        self.fails: SourceError | None = None
        self.fails_at_the_end: SourceError | None = None
        self.remote = False
        self.exchange: Exchange | None = None
        self.listed = True
        self.batch = 100
        self.parsed: list[str] = []

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        if self.fails is not None:
            raise self.fails
        names = sorted(self.posts)
        if self.listed:
            yield Listing(present=frozenset(names), missing=self.missing)
        if self.exchange is not None:
            yield self.exchange
        documents = [Document(self.stamp(name), b"") for name in self._changed(bookmark)]
        for start in range(0, len(documents), self.batch):
            yield Batch(documents=tuple(documents[start : start + self.batch]))
        if self.fails_at_the_end is not None:
            raise self.fails_at_the_end

    def _changed(self, bookmark: Bookmark) -> list[str]:
        """What changed, and what shares an item with a document that changed or vanished."""
        known = bookmark.documents
        changed = {name for name in self.posts if name not in known or known[name].stamp != self.stamp(name)}
        gone = set(known) - set(self.posts)
        touched = {known[name].item_id for name in changed | gone if name in known} - {None}
        shared = {name for name in self.posts if name in known and known[name].item_id in touched}
        return sorted(changed | shared)

    def stamp(self, name: str) -> Stamp:
        return Stamp(name, 1, 1, hashlib.sha256(repr(self.posts[name]).encode()).hexdigest())

    def parse(self, source: Source, document: Document) -> Reading:
        self.parsed.append(document.name)
        said = self.posts[document.name]
        if isinstance(said, SourceError):
            raise said
        return Reading(items=(said,), waits=True) if isinstance(said, Item) else said


class FakeWeb:
    """A web in memory. ``answers``: URL → what a request for it comes to."""

    def __init__(self, **answers: Answer | FetchError) -> None:
        self.answers: dict[str, Answer | FetchError] = dict(answers)
        self.requests: list[Request] = []

    async def get(self, request: Request) -> Answer:
        self.requests.append(request)
        answer = self.answers.get(request.url, FetchError(f"{request.url}: not found", status=404))
        if isinstance(answer, FetchError):
            raise answer
        if answer.raw_hash and request.is_known(answer.raw_hash, answer.content_type, answer.url):
            return replace(answer, body=b"")
        return answer


class FakeFolder:
    """An output folder in memory; ``broken`` paths can't be written."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.broken: set[str] = set()

    def write(self, files: Mapping[str, bytes]) -> Sequence[str]:
        if broken := sorted(self.broken & files.keys()):
            raise PublishError(f"{broken[0]}: no space left", "no space left")
        changed = self.differing(files)
        self.files.update(files)
        return changed

    def differing(self, files: Mapping[str, bytes]) -> Sequence[str]:
        return [path for path, body in files.items() if self.files.get(path) != body]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def sizes(self, paths: Iterable[str]) -> Mapping[str, int]:
        return {path: len(self.files[path]) for path in paths if path in self.files}

    def remove(self, paths: Iterable[str]) -> Sequence[str]:
        return [path for path in paths if self.files.pop(path, None) is not None]


class FakeRenderer:
    """Renders a feed as the lines of its entries' titles."""

    version = 1

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        lines = [f"{feed.title} {feed.id} {feed.updated.isoformat()}"]
        lines += [
            f"{entry.item.title.value} {entry.content} {entry.updated.isoformat()}" for entry in feed.entries
        ]
        return {feed.path("xml"): "\n".join(lines).encode()}

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        lines = [f"{each.slug} {each.title} {each.items}" for each in directory.categories]
        return {"feeds.opml": "\n".join(lines).encode()}


class FakePages:
    """Renders a month as its title, its neighbour and its items or days; an item as its title."""

    def __init__(self) -> None:
        self.rendered: list[str] = []

    def past(self, past: Past) -> Mapping[str, bytes]:
        older = past.older.name if past.older else "nothing"
        lines = [f"{past.feed.title} after {older}", *(day.name for day in past.days)]
        lines += [f"{entry.item.title.value} {entry.content}" for entry in past.entries]
        return self._page(past.path, lines)

    def item(self, page: ItemPage) -> Mapping[str, bytes]:
        categories = ",".join(each.title for each in page.entry.categories)
        return self._page(
            page.entry.path, [f"{page.entry.item.title.value} {page.entry.content} {categories}"]
        )

    def _page(self, path: str, lines: Sequence[str]) -> Mapping[str, bytes]:
        self.rendered.append(path)
        return {path: "\n".join(lines).encode()}
