"""Small builders for tests of local posts: sources, documents, files with a time."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING, Any

from aggregator.model import Batch, Bookmark, Document, KnownDocument, Listing, Reading, Stamp
from aggregator.sources.jekyll import Jekyll, JekyllOptions
from tests.builders import NOW, a_source
from tests.fakes import FakeWeb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from aggregator.contracts import Clock
    from aggregator.exchange import Exchange
    from aggregator.model import Item, Source

HEAD = "---\ntitle: A title\ndate: 2022-06-13 11:03:16 +0800\n---\n"
LONG_AGO = NOW.timestamp() - 1_000_000


def a_folder_source(root: Path, *paths: str, **only_what_matters: Any) -> Source:
    """Build a source that reads ``paths`` (``seeds`` if none) below ``root``."""
    options = JekyllOptions(path=list(paths) if paths else "seeds")
    return a_source(root=root, options=options, location=options.location, **only_what_matters)


def a_document(body: str | bytes, name: str = "seeds/2022-06-13-post.md") -> Document:
    """Build a document as it was read."""
    content = body.encode() if isinstance(body, str) else body
    return Document(Stamp(name, len(content), 1, hashlib.sha256(content).hexdigest()), content)


def reading(body: str | bytes, name: str = "seeds/2022-06-13-post.md", **source: Any) -> Reading:
    """Parse one post of a source in Shanghai's time zone."""
    return Jekyll().parse(a_source(**{"timezone": "Asia/Shanghai"} | source), a_document(body, name))


def the_item(body: str | bytes, name: str = "seeds/2022-06-13-post.md", **source: Any) -> Item:
    """Parse one post that is one."""
    (item,) = reading(body, name, **source).items
    return item


def write(path: Path, content: str | bytes = HEAD, at: float = LONG_AGO) -> Path:
    """Write a file and its folders, changed at the time ``at`` (seconds since the epoch)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at, at))
    return path


class Pauses:
    """Takes no time, remembers how long it should have been, and lets the world go on meanwhile."""

    def __init__(self, *meanwhile: Callable[[], object]) -> None:
        self.meanwhile = list(meanwhile)
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()


class Fetched:
    """All that one fetch yielded."""

    def __init__(self, listing: Listing, batches: list[Batch]) -> None:
        self.listing, self.batches = listing, batches
        self.documents = {document.name: document for batch in batches for document in batch.documents}
        self.touched = {stamp.name: stamp for batch in batches for stamp in batch.touched}
        self.problems = [*listing.problems, *(problem for batch in batches for problem in batch.problems)]

    def bookmark(self, items: dict[str, int] | None = None) -> Bookmark:
        """The bookmark a store would keep; ``items`` tells which item each document gave."""
        stamps = self.touched | {name: document.stamp for name, document in self.documents.items()}
        return Bookmark(
            {name: KnownDocument(stamp, (items or {}).get(name)) for name, stamp in stamps.items()}
        )


def fetch(
    source: Source,
    bookmark: Bookmark | None = None,
    sleep: Callable[[float], Awaitable[None]] | None = None,
    clock: Clock = lambda: NOW,
) -> Fetched:
    """Fetch, usually at :data:`~tests.builders.NOW`."""
    adapter = Jekyll(clock=clock, sleep=sleep or Pauses())

    async def all_of_it() -> list[Listing | Batch | Exchange]:
        return [part async for part in adapter.fetch(source, bookmark or Bookmark(), FakeWeb())]

    first, *rest = asyncio.run(all_of_it())
    assert isinstance(first, Listing)
    return Fetched(first, [part for part in rest if isinstance(part, Batch)])
