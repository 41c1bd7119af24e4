"""Read the document of a feed: RSS 0.90 to 2.0, RDF, Atom or JSON Feed, well-formed or not. Pure.

Whatever the server or the address says, the document itself decides what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator import sourcekeys, taming, text
from aggregator.errors import ParseError
from aggregator.model import Problem
from aggregator.sources import decoding, jsonfeed, mapping, recognise, strict
from aggregator.sources.recognise import Format
from aggregator.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aggregator.model import Document, Reading, Source
    from aggregator.sources.entries import Family, FeedDocument, FeedEntry
    from aggregator.sources.recognise import Recognised

MAX_AT_ONCE = 256 * 1024
"""Bytes of a document that is read without a process of its own."""
MAX_ENTRIES_AT_ONCE = 60
"""Its entries: others wait while they are read and cleaned."""
_FAMILIES: Mapping[Format, Family] = {Format.RSS: "rss", Format.ATOM: "atom"}


def read(source: Source, document: Document) -> Reading:
    """Read one document, whatever format it is in. Raises ParseError where it is no feed."""
    where = _where(document)
    if kind := recognise.recognise_bytes(document.body):
        raise ParseError(f"is {kind}, no feed")
    decoded = decoding.decode(document.body, document.content_type)
    found = recognise.recognise(decoded.text)
    try:
        feed = _strictly(decoded, found, where) or _read(decoded.text, found, where)
    except ParseError as error:
        assumed = f" (read as {decoded.assumed})" if decoded.assumed else ""
        raise ParseError(f"{error}{assumed}") from error
    reading = mapping.to_reading(feed, source, document.name, where)
    notes = _notes(decoded, found)
    problems = tuple(Problem(document.name, what) for what in notes)
    return replace(reading, problems=problems + reading.problems)


def read_at_once(
    source: Source, document: Document, decline: Callable[[Iterable[str]], None]
) -> Reading | None:
    """The same for what is small, in UTF-8, ordinary and well-formed; None for anything else.

    ``decline`` is told why one is not well-formed or not ordinary.
    """
    body = document.body
    utf8 = text.strictly(body, "utf-8") if len(body) <= MAX_AT_ONCE else None
    if utf8 is None or utf8.count("</item>") + utf8.count("entry>") // 2 > MAX_ENTRIES_AT_ONCE:
        return None
    decoded = decoding.decode(body, document.content_type, utf8)
    found = recognise.recognise(decoded.text)
    where = _where(document)
    feed = None if _notes(decoded, found) else _strictly(decoded, found, where, decline)
    if feed is None or any(map(_is_costly, feed.entries)):
        return None
    return mapping.to_reading(feed, source, document.name, where)


def _where(document: Document) -> str | None:
    return sourcekeys.without_credentials(document.url) if document.url else None


def _strictly(
    decoded: decoding.Decoded,
    found: Recognised,
    url: str | None,
    decline: Callable[[Iterable[str]], None] | None = None,
) -> FeedDocument | None:
    """What an ordinary document says; ``decline`` is told why one is none."""
    if decoded.assumed or found.format not in _FAMILIES:
        return None
    family = _FAMILIES[found.format]
    told = None if decline is None else lambda why: decline((why,))
    return strict.read(decoded.text[found.start :], family, found.root, url, told)


def _is_costly(entry: FeedEntry) -> bool:
    """Whether a parser of HTML might take long over it, and had better do so where it can be stopped."""
    texts = (entry.title, entry.summary, entry.abstract, *entry.contents)
    return any(taming.costly(text.value) for text in texts if text.kind != "other")


def _read(document: str, found: Recognised, url: str | None) -> FeedDocument:
    if found.format is Format.JSON_FEED:
        return jsonfeed.read(document[found.start :])
    if found.format not in _FAMILIES:
        raise recognise.refusal(found.format, document[found.start :], url)
    from aggregator.sources import tolerant  # noqa: PLC0415 - loading feedparser takes 0.1 s that few commands need

    return tolerant.read(document[found.start :], _FAMILIES[found.format], found.root, url)


def _notes(decoded: decoding.Decoded, found: Recognised) -> list[str]:
    notes = [f"read as {decoded.assumed}"] if decoded.assumed else []
    if decoded.text[: found.start].strip("\ufeff\0 \t\r\n\f\v"):
        notes.append("what stands before the feed is left out")
    return notes
