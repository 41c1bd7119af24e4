"""The adapter for local posts: folders of Jekyll posts, written by hand or by a press room's export.

One or more folders are one identity space. Nothing a post can hold stops the others.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from aggregator import dates
from aggregator.errors import FetchError
from aggregator.sources import folders
from aggregator.sources.changed import changed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aggregator.contracts import Clock, Web
    from aggregator.exchange import Exchange
    from aggregator.model import Batch, Bookmark, Document, Listing, Reading, Source
    from aggregator.sources.changed import Sleep

_Folder = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00]+$")]


class JekyllOptions(BaseModel):
    """What a source of type ``jekyll`` can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: _Folder | Annotated[list[_Folder], Field(min_length=1)] = Field(
        description="The folder with the posts, or a list of folders; relative to the site folder."
    )

    @property
    def paths(self) -> tuple[str, ...]:
        """The folders as configured, in order."""
        return (self.path,) if isinstance(self.path, str) else tuple(self.path)

    @property
    def location(self) -> str:
        """The folders as one text, whatever their order and spelling."""
        return ", ".join(sorted({folders.configured_name(path) for path in self.paths}))


class Jekyll:
    """Reads folders of Jekyll posts."""

    name = "jekyll"
    options = JekyllOptions
    remote = False
    isolated = False

    def __init__(self, clock: Clock = dates.utc_now, sleep: Sleep = asyncio.sleep) -> None:
        self._clock, self._sleep = clock, sleep

    async def fetch(
        self,
        source: Source,
        bookmark: Bookmark,
        web: Web,
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        """Yield what is in the folders, then the posts that changed since ``bookmark``."""
        if not isinstance(source.options, JekyllOptions):
            raise FetchError(f"{source.id}: has no folder to read (path: …)")
        where = (source.root, source.options.paths)
        looks = changed(*where, bookmark, self._clock, self._sleep, meanwhile=_get_ready)
        async for part in looks:
            yield part

    def watched(self, source: Source) -> tuple[Path, ...]:
        """See :class:`aggregator.contracts.Watchable`."""
        options = source.options
        return (
            tuple(source.root / path for path in options.paths) if isinstance(options, JekyllOptions) else ()
        )

    def parse(self, source: Source, document: Document) -> Reading:
        """Read one post."""
        from aggregator.sources import post  # noqa: PLC0415 - not before there is something to read

        return post.read(source, document)


def _get_ready() -> None:
    """Load what posts are read with."""
    from aggregator import tidy  # noqa: F401, PLC0415 - a moment before there is something to read
    from aggregator.sources import post  # noqa: F401, PLC0415
