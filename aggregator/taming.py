"""HTML that would cost a parser more than linear time, rewritten so that it does not. Pure.

Its rule: only what is unbounded changes. Parsers following the standard take quadratic time over deep
nesting, thousands of attributes, formatting that is never closed, and text made of entities; one entry of a
feed could hold up every other.
"""

from __future__ import annotations

import re
from collections import Counter

MAX_HTML = 1_000_000
"""Characters of a fragment that are read; embedded images are taken out before."""
MAX_MARKS = 500
"""``<`` up to which a fragment cannot be costly, unless by its attributes."""
MAX_DEPTH = 128
"""Elements inside each other in a costly fragment; deeper ones are dropped, their text stays."""
MAX_ATTRIBUTES = 64
"""Attributes of one element in a costly fragment."""
MAX_REPEATED = 20_000
"""Elements that unclosed formatting may bring into being: parsers repeat it in every block.

WHATWG HTML, 13.2.4.3."""
_MAX_ENTITIES = 1000

_DATA_URI = re.compile(r"data:[\w/+.;=-]{1,100},[\w+/=%-]{1000,}", re.ASCII)
_ATTRIBUTE = (
    r"[\s/]*+(?P<{0}name>[^\s/>][^\s/>=]*+)"
    r"(?:\s*+=\s*+(?P<{0}value>\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+|(?=>|\Z)))?+"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE.format(""))
_UNNAMED = re.sub(r"\?P<\w+>", "?:", _ATTRIBUTE.format("x"))
_MANY = 200
_MANY_ATTRIBUTES = re.compile(rf"<[A-Za-z](?:[^\s/><]++|<(?![A-Za-z]))*+(?=[\s/])(?:{_UNNAMED}){{{_MANY}}}")
# The tokens of WHATWG HTML, 13.2.5, each read to its end or the input's, so that nothing is read twice.
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+>?|</(?![A-Za-z])[^>]*+>?"
    rf"|<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)(?P<attributes>(?:{_UNNAMED})*+)[\s/]*+(?:(?P<closed>>)|\Z)"
    r"|(?P<text>(?:[^<]|<(?![A-Za-z/!?]))++|<)",
    re.DOTALL,
)
_TEXT = r"(?P<long>[^<>&]*+(?:&[^<>&]*+){500})|[^<>]++"
_ENTITIES = re.compile(rf"<[^>]*+>|{_TEXT}")
_ENTITIES_OF_TEXT = re.compile(_TEXT)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_OTHER_SYNTAX = _names(
    "iframe math noembed noframes plaintext script select style svg template textarea title xmp"
)
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
# These close one of their kind before them, so leaving them open nests nothing; those of tables are ignored
# outside one, and tables count.
_SELF_CLOSING = _names("caption col colgroup dd dt li p tbody td tfoot th thead tr")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")


def bounded(html: str) -> str:
    """Cut a fragment to ``MAX_HTML`` characters, between tags where it has any; embedded images go first."""
    html = _without_images(html)
    if len(html) <= MAX_HTML:
        return html
    room = MAX_HTML * 9 // 10  # closing what the cut left open must not make it too long again
    return html[: html.rfind(">", room // 2, room) + 1 or room]


def is_cut(html: str) -> bool:
    """Whether :func:`bounded` leaves any of it out but embedded images."""
    return len(html) > MAX_HTML and len(_without_images(html)) > MAX_HTML


def _without_images(html: str) -> str:
    return _DATA_URI.sub("data:", html) if "data:" in html else html


def costly(html: str) -> bool:
    """Whether a parser might take long over it."""
    if "<" not in html or len(html) < _MANY:
        return False
    return html.count("<") - html.count("</") > MAX_MARKS or _MANY_ATTRIBUTES.search(html) is not None


def parted(html: str) -> str:
    """Put empty comments into long text made of entities, where parsers copy all of it for each."""
    if html.count("&") <= _MAX_ENTITIES:
        return html
    # Behind the last ``>`` is no tag; to look for its end at each ``<`` would be to read the rest each time.
    end = html.rfind(">") + 1
    return _ENTITIES.sub(_parted, html[:end]) + _ENTITIES_OF_TEXT.sub(_parted, html[end:])


def _parted(part: re.Match[str]) -> str:
    return part[0] if part["long"] is None else f"{part[0]}<!---->"


def tamed(html: str) -> str:
    """Write a fragment anew so that any parser reads the same tags, within all bounds."""
    return _Tamer(html).result()


class _Tamer:
    def __init__(self, html: str) -> None:
        self._html = html
        self._written: list[str] = []
        self._open: Counter[str] = Counter()
        self._depth = 0
        self._repeated = 0
        self._unended: set[str] = set()

    def result(self) -> str:
        position = 0
        while token := _TOKEN.match(self._html, position):
            position = token.end()
            if token["text"]:
                self._written.append(token["text"].replace("<", "&lt;"))
            elif token["closed"] and "<" not in token["name"]:
                name = token["name"].lower()
                if name in _OTHER_SYNTAX:
                    position = self._after(name, position)
                elif token["end"]:
                    self._close(name)
                else:
                    self._start(name, token["attributes"])
        return "".join(self._written)

    def _after(self, name: str, position: int) -> int:
        """Where the element ends whose content is not HTML as we read it; all of it is left out."""
        if name in self._unended:
            return position
        end = re.compile(rf"</{name}(?=[\s/>])[^>]*>?", re.IGNORECASE).search(self._html, position)
        if end is None:
            self._unended.add(name)
            return position
        return end.end()

    def _start(self, name: str, attributes: str) -> None:
        if name in _FORMATTING:
            if self._repeated > MAX_REPEATED:
                return
        else:
            self._count_repeated()
        if name not in _VOID and name not in _SELF_CLOSING:
            if self._depth >= MAX_DEPTH:
                return
            self._depth += 1
            self._open[name] += 1
        self._written.append(f"<{name}{_rewritten(attributes)}>")

    def _count_repeated(self) -> None:
        """Once unclosed formatting has been repeated too often, close all of it."""
        self._repeated += sum(self._open[name] for name in _FORMATTING)
        if self._repeated > MAX_REPEATED:
            for name in _FORMATTING:
                for _ in range(self._open[name]):
                    self._close(name)

    def _close(self, name: str) -> None:
        if name in _SELF_CLOSING:
            self._written.append(f"</{name}>")
        elif self._open[name]:
            self._open[name] -= 1
            self._depth -= 1
            self._written.append(f"</{name}>")


def _rewritten(attributes: str) -> str:
    """The first attributes, each value in double quotes and without anything that looks like a tag."""
    found = []
    for attribute in _ATTRIBUTES.finditer(attributes):
        name, value = attribute["name"], attribute["value"] or ""
        if value[:1] in "\"'" and value:
            value = value[1:].removesuffix(value[0])
        if "<" not in name:
            found.append(
                f' {name}="{value.replace("<", "&lt;").replace(">", "&gt;").replace(chr(34), "&quot;")}"'
            )
        if len(found) == MAX_ATTRIBUTES:
            break
    return "".join(found)
