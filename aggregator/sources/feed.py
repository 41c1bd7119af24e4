"""The adapter for remote feeds: RSS 0.90 to 2.0, RDF, Atom and JSON Feed, well-formed or not.

Whatever the server or the address says, the document itself decides what it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aggregator import sourcekeys
from aggregator.errors import FetchError, ParseError
from aggregator.model import Batch, Problem, Reading
from aggregator.sources import conditional, decoding, jsonfeed, mapping, recognise
from aggregator.sources.recognise import Format

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aggregator.contracts import Web
    from aggregator.exchange import Exchange
    from aggregator.model import Bookmark, Document, Listing, Source
    from aggregator.sources.entries import Family, FeedDocument
    from aggregator.sources.recognise import Recognised

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
        where = sourcekeys.without_credentials(document.url) if document.url else None
        if kind := recognise.recognise_bytes(document.body):
            raise ParseError(f"is {kind}, no feed")
        decoded = decoding.decode(document.body, document.content_type)
        found = recognise.recognise(decoded.text)
        try:
            feed = _read(decoded.text, found, where)
        except ParseError as error:
            assumed = f" (read as {decoded.assumed})" if decoded.assumed else ""
            raise ParseError(f"{error}{assumed}") from error
        reading = mapping.to_reading(feed, source, document.name, where)
        notes = _notes(decoded, found)
        problems = tuple(Problem(document.name, what) for what in notes)
        return replace(reading, problems=problems + reading.problems)


def _read(document: str, found: Recognised, url: str | None) -> FeedDocument:
    if found.format is Format.JSON_FEED:
        return jsonfeed.read(document[found.start :])
    if found.format not in (Format.RSS, Format.ATOM):
        raise recognise.refusal(found.format, document[found.start :], url)
    from aggregator.sources import tolerant  # noqa: PLC0415 - loading feedparser takes 0.1 s that few commands need

    family: Family = "rss" if found.format is Format.RSS else "atom"
    return tolerant.read(document[found.start :], family, found.root, url)


def _notes(decoded: decoding.Decoded, found: Recognised) -> list[str]:
    notes = [f"read as {decoded.assumed}"] if decoded.assumed else []
    if decoded.text[: found.start].strip("\ufeff\0 \t\r\n\f\v"):
        notes.append("what stands before the feed is left out")
    return notes
