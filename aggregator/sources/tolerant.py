"""The tolerant reader: any XML feed, well-formed or not, through feedparser; its only door. Pure.

Its rule: nothing is fetched, cleaned, resolved or guessed here, and whatever can be saved of a broken
document is, with one note where it broke. What feedparser raises on hostile input becomes a ParseError.
"""

from __future__ import annotations

import io
import xml.sax
from typing import TYPE_CHECKING, Any, TypeVar
from xml.sax.handler import feature_external_ges, feature_external_pes, feature_namespaces
from xml.sax.xmlreader import InputSource

from aggregator import text
from aggregator.errors import ParseError
from aggregator.sources import keeping, kept, repair
from aggregator.sources.doctype import without_doctype
from aggregator.sources.entries import MAX_ENTRIES, FeedDocument
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.sources.entries import Family, FeedEntry

_Value = TypeVar("_Value")
_ENCODING = "utf8"
"""Not ``utf-8``: under that name feedparser takes ``Â¡`` for a ``¡`` encoded twice; but it may be meant."""
_UTF8 = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True, slots=True)
class _Parsed:
    feed: Any
    entries: Sequence[Any]
    is_open: bool
    """Whether the last entry was still open when the document ended."""
    version: str


def read(document: str, family: Family, root: str, base: str | None) -> FeedDocument:
    """Read a decoded RSS, RDF or Atom document that begins with its declaration or root.

    ``base``: where it came from. Raises ParseError where no feed can be made out.
    """
    writable = text.xml_safe(document)
    whole = repair.without_declaration(writable)
    notes = [] if len(writable) == len(document) else ["characters that XML forbids are left out"]
    line = document.count("\n", 0, len(document) - len(whole)) if not notes else 0
    parsed, broken = _parsed(whole, root, base or "", line)
    entries, left_out = _entries(parsed, family, base or "")
    if broken and not entries:
        raise ParseError(f"{broken[0].partition('; ')[0]}; no entry can be made out in it")
    feed = kept.document(family, parsed.feed, base or "")
    return FeedDocument(
        family=family,
        id=feed.id,
        title=feed.title,
        links=feed.links,
        updated=feed.updated,
        language=feed.language,
        authors=feed.authors,
        base=feed.base,
        calendar=feed.calendar,
        entries=tuple(entries),
        notes=(*notes, *broken, *left_out),
    )


def _entries(parsed: _Parsed, family: Family, base: str) -> tuple[list[FeedEntry], list[str]]:
    found, notes = list(parsed.entries), []
    if len(found) > MAX_ENTRIES:
        notes.append(f"holds {len(found):,} entries, of which the first {MAX_ENTRIES:,} are read")
        found = found[:MAX_ENTRIES]
    entries = [kept.entry(each, family, base) for each in found]
    if parsed.is_open and entries and not _is_known(entries):
        notes.append("its last entry is cut off and left out")
        entries.pop()
    return entries, notes


def _is_known(entries: Sequence[FeedEntry]) -> bool:
    """Whether the last entry, which is cut off, can be told again once it is whole."""
    last = entries[-1]
    return bool(last.id) or (bool(last.links) and not any(entry.id for entry in entries))


def _parsed(document: str, root: str, base: str, line: int) -> tuple[_Parsed, list[str]]:
    """Strictly; else strictly with usual mistakes put right; else as well as it goes."""
    document, entities = without_doctype(document, root)
    data = f"{_UTF8}{document}".encode("utf-8", "replace")
    parsed, broke = _strictly(data, base)
    if parsed is not None:
        return parsed, []
    where = _where(broke, line)
    if f"</{root}".lower() not in document.lower():
        whole_tags = repair.without_impossible_references(
            data[: data.rfind(b">") + 1].decode("utf-8", "replace")
        )
        return _loosely(whole_tags.encode(), entities, base), [f"is truncated: cut off at {where}"]
    possible = repair.without_impossible_references(data.decode("utf-8", "replace"))
    parsed, _ = _strictly(repair.with_known_entities(possible).encode(), base)
    if parsed is not None:
        return parsed, [f"is not well-formed: {where}; repaired"]
    loose = _loosely(possible.encode(), entities, base)
    return _Parsed(loose.feed, loose.entries, is_open=False, version=loose.version), [
        f"is not well-formed: {where}; what could be made out is kept"
    ]


def _where(broke: xml.sax.SAXException | None, line: int) -> str:
    if not isinstance(broke, xml.sax.SAXParseException):
        return text.plain(str(broke), 100)
    at = (broke.getLineNumber() or 0) + line
    return f"line {at}, column {broke.getColumnNumber()}: {text.plain(broke.getMessage(), 100)}"


def _strictly(data: bytes, base: str) -> tuple[_Parsed | None, xml.sax.SAXException | None]:
    parser = keeping.Strict(base, None, _ENCODING)
    reader = xml.sax.make_parser()  # noqa: S317 - without document type and external entities
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setFeature(feature_external_pes, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        _guarded(lambda: reader.parse(source))
    except xml.sax.SAXException as error:
        return None, error
    return _Parsed(parser.feeddata, parser.entries, is_open=False, version=parser.version), None


def _loosely(data: bytes, entities: dict[str, str], base: str) -> _Parsed:
    parser = keeping.Loose(base, None, _ENCODING, entities)
    _guarded(lambda: parser.feed(data.decode("utf-8", "replace")))
    return _Parsed(parser.feeddata, parser.entries, is_open=bool(parser.inentry), version=parser.version)


def _guarded(call: Callable[[], _Value]) -> _Value:
    """Run a part of feedparser; whatever it stumbles over, the document is to blame."""
    try:
        return call()
    except (xml.sax.SAXException, MemoryError):
        raise
    except Exception as error:  # a parser written for anything may raise anything
        raise ParseError(
            f"no feed can be made out in it: the parser stumbled ({type(error).__name__})"
        ) from error
