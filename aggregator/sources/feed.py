"""The adapter for remote feeds. How their documents are read is in :mod:`aggregator.sources.feedreading`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aggregator import sourcekeys
from aggregator.errors import FetchError
from aggregator.model import Batch
from aggregator.sources import conditional

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aggregator.contracts import Web
    from aggregator.exchange import Exchange
    from aggregator.model import Bookmark, Document, Listing, Reading, Source

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)


def _web_address(url: str) -> str:
    found = sourcekeys.address(url)
    if found is None:
        raise ValueError("must be an http:// or https:// address, such as https://example.com/feed.xml")
    return found


class FeedOptions(BaseModel):
    """What a source of type ``feed`` can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_web_address)] = Field(
        description="The feed's address; may hold user:password@, which is never shown."
    )

    @property
    def location(self) -> str:
        """Its address."""
        return self.url


class Feed:
    """Reads one remote feed."""

    name = "feed"
    options = FeedOptions
    remote = True
    isolated = True

    def __init__(self) -> None:
        self.declined: Counter[str] = Counter()
        """How many documents could not be read at once, by reason."""

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        """Yield what was exchanged, then the document unless it is unchanged."""
        if not isinstance(source.options, FeedOptions):
            raise FetchError(f"{source.id}: has no feed to read (url: …)")
        exchange, document = await conditional.ask(
            source, source.options.url, bookmark, web, accept=ACCEPT, deltas=True
        )
        # First what the request came to, so that its status is told even where the document is no feed.
        yield exchange
        if document is not None:
            yield Batch(documents=(document,))

    def parse(self, source: Source, document: Document) -> Reading:
        """Read one document, whatever format it is in. Raises ParseError where it is no feed."""
        from aggregator.sources import feedreading  # noqa: PLC0415 - not before there is something to read

        return feedreading.read(source, document)

    def parse_at_once(self, source: Source, document: Document) -> Reading | None:
        """The same for what is small, in UTF-8, ordinary and well-formed; None for anything else."""
        from aggregator.sources import feedreading  # noqa: PLC0415 - not before there is something to read

        return feedreading.read_at_once(source, document, self.declined.update)
