"""One document as expat tells it, element by element, for :mod:`aggregator.sources.strict` alone.

Its rule: an element that is not expected where it stands ends the reading; nothing is guessed or repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urljoin

from aggregator.sources.entries import MAX_ENTRIES, MAX_FIELD, MAX_TEXT, EntryText
from aggregator.sources.strictnames import RDF, XML, DeclinedError, Names, Why
from aggregator.sources.strictplaces import Place
from aggregator.sources.strictsaid import Said
from aggregator.sources.strictxhtml import Xhtml

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.parsers.expat import XMLParserType

    from aggregator.sources.entries import Family, FeedEntry
    from aggregator.sources.strictplaces import Attributes, Element

    Finish = Callable[["StrictReading", str, str], None]

MAX_ATTRIBUTES = 40
"""Of one element."""
MAX_DEPTH = 20
"""Elements inside each other, outside texts."""
MAX_ELEMENTS = 60_000
"""In one document: a few hundredths of a second."""

MAX_LANGUAGE = 100

_NONE: Attributes = {}
_LINKS = frozenset({"href", "url"})
_EXACT = frozenset({"ispermalink", "mode", "rel", "type"})
"""Attributes whose blanks the tolerant reader takes for a part of them."""


class _Outer(NamedTuple):
    """What surrounds the element that is being read."""

    place: Place
    elements: dict[str, Element]
    said: Said
    base: str
    language: str
    between: Callable[[str], object] | None
    leave: Callable[[], None] | None


def _blank(value: str) -> None:
    if value.strip():
        raise DeclinedError(Why.TEXT)


class StrictReading:
    """The state of one reading."""

    def __init__(self, family: Family, names: Names, base: str, parser: XMLParserType, root: Element) -> None:
        self.family, self.names, self.document_base = family, names, base
        self.parser = parser
        self.base, self.language = base, ""
        self.feed = self.said = Said("", "")
        self.entries: list[FeedEntry] = []
        self.seen = 0
        self._root = root
        # Of the element that is read: None, or what to do with its text.
        self.finish: Finish | None = None
        self.key = ""
        self.pieces: list[str] = []
        self.attributes: Attributes = _NONE
        self.xhtml: Xhtml | None = None
        # What elements are expected here; and their meaning by name, as far as it was asked for.
        self.place = Place()
        self.elements: dict[str, Element] = {}
        self._elements: dict[int, dict[str, Element]] = {}
        self._between: Callable[[str], object] | None = None
        self._leave: Callable[[], None] | None = None
        self._outer: list[_Outer] = []
        self._scope: tuple[str, str] | None = None

    def part(self) -> None:
        """Let go of the parser, which else waited, with all it holds, for a look at garbage in circles."""
        parser = self.parser
        parser.StartNamespaceDeclHandler = parser.StartElementHandler = None
        parser.EndElementHandler = parser.CharacterDataHandler = None
        self.finish = self._between = self._leave = self.xhtml = None
        self._outer.clear()

    # ── told by expat ──

    def start(self, name: str, raw: list[str]) -> None:
        """Begin an element; ``raw``: names and values in turn."""
        self.seen += 1
        if self.seen > MAX_ELEMENTS:
            raise DeclinedError(Why.SHAPE)
        if self.finish is not None:
            if self.xhtml is None:
                raise DeclinedError(Why.MARKUP)
            self.xhtml.start(name, raw)
            return
        element = self.elements.get(name) or self._looked_up(name)
        element.begin(self, element, self._attributes(raw) if raw and element.attributes else _NONE)

    def end(self, name: str) -> None:
        """End an element."""
        finish = self.finish
        if finish is None:
            self._go_out()
            return
        pieces = self.pieces
        if self.xhtml is not None:
            if self.xhtml.depth:
                self.xhtml.end(name)
                return
            pieces.append(self.xhtml.value())
            self.xhtml = None
        value = (pieces[0] if len(pieces) == 1 else "".join(pieces)).strip() if pieces else ""
        self.parser.CharacterDataHandler = self._between
        self.finish = None
        finish(self, self.key, value)
        pieces.clear()
        if self._scope is not None:
            self.base, self.language = self._scope
            self._scope = None

    def _looked_up(self, name: str) -> Element:
        if self.seen == 1:
            self.names.begin(name)
            return self._root
        if self.seen == 2:  # noqa: PLR2004 - the second
            self.names.second(name)
        found = self.place.find(self.names.key(name))
        if found is None:
            raise DeclinedError(Why.ELEMENT)
        self.elements[name] = found
        return found

    # ── what elements do ──

    def collect(self, key: str, finish: Finish, attributes: Attributes = _NONE) -> None:
        """Read the text of an element that holds nothing else."""
        self.key, self.finish, self.attributes = key, finish, attributes
        self.parser.CharacterDataHandler = self.pieces.append

    def collect_xhtml(self, key: str, finish: Finish) -> None:
        """Read the text of an element that may hold elements of XHTML."""
        self.key, self.finish = key, finish
        self.xhtml = Xhtml()
        self.parser.CharacterDataHandler = self.xhtml.text

    def go_in(self, element: Element, said: Said, leave: Callable[[], None] | None = None) -> None:
        """Expect what the element holds from now on; ``leave`` is called where it ends."""
        place = element.inside
        if len(self._outer) >= MAX_DEPTH or place is None:
            raise DeclinedError(Why.SHAPE)
        base, language = self._scope or (self.base, self.language)
        self._scope = None
        outer = _Outer(self.place, self.elements, self.said, base, language, self._between, self._leave)
        self._outer.append(outer)
        self.place, self.said, self._leave = place, said, leave
        self.elements = self._elements.setdefault(id(place), {})
        self._between = _blank if place.silent else None
        self.parser.CharacterDataHandler = self._between

    def _go_out(self) -> None:
        if self._leave is not None:
            self._leave()
        outer = self._outer.pop()
        self.place, self.elements, self.said, self.base, self.language, self._between, self._leave = outer
        self.parser.CharacterDataHandler = self._between

    def end_entry(self) -> None:
        """Keep what is said of the entry."""
        if len(self.entries) >= MAX_ENTRIES:
            raise DeclinedError(Why.SHAPE)
        self.entries.append(self.said.entry(self.family))

    def keep_text(self, key: str, value: str, kind: Literal["text", "html"]) -> None:
        """Keep a text, with the base and the language it stands in."""
        if len(value) > MAX_TEXT:
            raise DeclinedError(Why.SHAPE)
        found = EntryText(value, kind, self.stated_base(), self.language.replace("_", "-"))
        if key == "content":
            self.said.contents.append(found)
        else:
            self.said.texts[key] = found

    def state_language(self) -> None:
        """Take the language of the outermost element for the feed's."""
        if self.language:
            self.feed.values["language"] = self.language.replace("_", "-")

    def stated_base(self) -> str:
        """The base here; "" where it is the document's own address."""
        return "" if self.base == self.document_base else self.base

    # ── attributes ──

    def _attributes(self, raw: list[str]) -> Attributes:
        if len(raw) > 2 * MAX_ATTRIBUTES:
            raise DeclinedError(Why.SHAPE)
        found: dict[str, str] = {}
        for at in range(0, len(raw), 2):
            name, value = raw[at], raw[at + 1]
            key = name.lower()
            if " " in key:
                self._namespaced(name, value, found)
                continue
            if key in found or key in ("base", "lang"):
                raise DeclinedError(Why.ATTRIBUTE)
            stripped = value.strip()
            if len(stripped) > MAX_FIELD:
                raise DeclinedError(Why.SHAPE)
            if stripped != value and key not in _LINKS and (not stripped or key in _EXACT):
                raise DeclinedError(Why.ATTRIBUTE)
            found[key] = stripped.lower() if key in ("rel", "type") else stripped
        return found

    def _namespaced(self, name: str, value: str, found: dict[str, str]) -> None:
        uri, _, local = name.rpartition(" ")
        if uri == RDF and local in ("about", "resource", "parseType"):
            found[f"rdf:{local}"] = value.strip()
            return
        if uri != XML or local not in ("base", "lang", "space"):
            raise DeclinedError(Why.ATTRIBUTE)
        found[f"xml:{local}"] = value
        if self._scope is None:
            self._scope = (self.base, self.language)
        if local == "lang":
            if len(value) > MAX_LANGUAGE or value != value.strip():
                raise DeclinedError(Why.ATTRIBUTE)
            self.language = value
        elif local == "base" and value:
            self.base = self._rebased(value)

    def _rebased(self, value: str) -> str:
        try:
            joined = urljoin(self.base, value)
        except ValueError as error:
            raise DeclinedError(Why.BASE) from error
        if not is_plain_base(joined) or ":///" in value or len(joined) > MAX_FIELD:
            raise DeclinedError(Why.BASE)
        return joined


def is_plain_base(url: str) -> bool:
    """Whether joining this address with itself gives itself, whoever does it."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in ("http", "https") or not rest or rest[0] == "/" or not url.isascii():
        return False
    if not url.isprintable() or " " in url:
        return False
    try:
        return urljoin(url, url) == url
    except ValueError:
        return False
