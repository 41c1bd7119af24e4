"""The strict reader: ordinary, well-formed RSS, RDF and Atom through expat; its only door. Pure.

Its rule: it says exactly what the tolerant reader says of the same document, or nothing. Every doubt is a
reason to say nothing, and costs no more than time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from aggregator import text
from aggregator.sources import repair
from aggregator.sources.strictnames import DeclinedError, Names, Why
from aggregator.sources.strictreading import StrictReading, is_plain_base
from aggregator.sources.stricttables import ROOTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.sources.entries import Family, FeedDocument

MAX_CHARACTERS = 4_000_000
"""Of a document."""

_PROLOGUE = re.compile(
    r"(?:[ \t\r\n]++|<\?(?!xml[\s?])[a-z_][a-z0-9_.-]*+(?:[ \t\r\n][^<>?]*+)?\?>|<!--(?:(?!--)[^<>])*+-->)*+",
    re.IGNORECASE | re.ASCII,
)
_CONTROLS = re.compile(b"\xc2[\x80-\x9f]")
# Read as Windows-1252 by the tolerant reader; also where they are no references, in character data sections.
_REFERENCE = re.compile(r"&#(?:0*1(?:2[89]|[345]\d)|x0*[89][0-9a-f]);", re.IGNORECASE)


def read(
    document: str, family: Family, root: str, base: str | None, decline: Callable[[Why], None] | None = None
) -> FeedDocument | None:
    """Read a decoded document that begins with its declaration or root; None: ask the tolerant reader.

    ``base``: where it came from; ``decline`` is told why there is no answer.
    """
    try:
        return _read(document, family, root, base or "")
    except DeclinedError as error:
        if decline is not None:
            decline(error.why)
        return None


def _read(document: str, family: Family, root: str, base: str) -> FeedDocument:
    if len(document) > MAX_CHARACTERS:
        raise DeclinedError(Why.SHAPE)
    if not is_plain_base(base):
        raise DeclinedError(Why.BASE)
    data = _safe(_from_root(document, root))
    names = Names(root)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.ordered_attributes = True
    reading = StrictReading(family, names, base, parser, ROOTS[names.kind])
    parser.StartNamespaceDeclHandler = names.declare
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DeclinedError(Why.NOT_WELL_FORMED) from error
    finally:
        reading.part()
    return reading.feed.document(family, reading.entries)


def _from_root(document: str, root: str) -> str:
    """The document without what stands before its root: nothing but comments and instructions may."""
    whole = repair.without_declaration(document)
    prologue = _PROLOGUE.match(whole)
    begin = prologue.end() if prologue else 0
    before = document[: len(document) - len(whole) + begin]
    if not whole.startswith(f"<{root}", begin) or text.xml_safe(before) != before:
        raise DeclinedError(Why.PROLOGUE)
    return whole[begin:] if begin else whole


def _safe(document: str) -> bytes:
    """The document as bytes for the parser, if it holds nothing that the tolerant reader changes."""
    try:
        data = document.encode()
    except UnicodeEncodeError as error:
        raise DeclinedError(Why.ENCODING) from error
    if b"\x7f" in data or _CONTROLS.search(data) or ("&#" in document and _REFERENCE.search(document)):
        raise DeclinedError(Why.ENCODING)
    return data
