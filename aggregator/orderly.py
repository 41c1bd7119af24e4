"""HTML so orderly that every parser following the standard reads it alike. Pure.

Its rule: tags in small letters, each closed where it must be, only what may stand inside another does, values
in double quotes, usual references. Whatever parses and writes such HTML gets the same again, however often,
also once elements that hold words alone are taken out around their words.
"""

from __future__ import annotations

import re

MAX_DEPTH = 60
"""Elements inside each other."""

# Not what XML forbids, no carriage return or form feed, no byte order mark: parsers change them.
_NO = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff"
_REFERENCE = (
    r"&(?:amp|lt|gt|quot|nbsp|[mn]dash|hellip|[lr][sd]quo|middot"
    r"|#(?:39|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4})|#x20[0-9a-fA-F]{2});"
)
_VALUE = rf"\"(?:[^\"<>&{_NO}]++|&amp;|&quot;)*+\""
_ATTRIBUTE = rf"[ \n]++(?:(?!hidden|style)[a-z][a-z-]*+={_VALUE}|style=\"[a-z0-9 :;%#.,()-]*+\")"
_TOKEN = re.compile(
    rf"(?:[^<&{_NO}]++|{_REFERENCE})*+"
    rf"(?:<(/?)([a-z][a-z0-9]*+)((?:{_ATTRIBUTE}){{0,16}}+)[ \n]*+(/?)>|\Z|(.))",
    re.DOTALL,
)
_PAIR = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_HIDING = ("display", "visibility")

_INLINE, _LINK, _PARAGRAPH, _BLOCK, _LIST, _ITEM, _VOID, _RULE = range(8)
_NAMES = {
    _INLINE: "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span"
    " strike strong sub sup time tt u var",
    _LINK: "a",
    _PARAGRAPH: "p h1 h2 h3 h4 h5 h6",
    _BLOCK: "article aside blockquote center div figcaption figure footer header main section",
    _LIST: "ol ul",
    _ITEM: "li",
    _VOID: "br img",
    _RULE: "hr",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}


class _DisorderError(Exception):
    """Raised inside this module alone."""


def images(html: str) -> list[dict[str, str]] | None:
    """The attributes of each image in orderly HTML, which hides nothing; None for any other HTML."""
    if 'style="' in html and any(word in html for word in _HIDING):
        return None
    place = _Place()
    try:
        for token in _TOKEN.findall(html):
            place.pass_by(*token)
    except _DisorderError:
        return None
    return None if place.outer else [_stated(attributes) for attributes in place.images]


class _Place:
    """Where in a fragment one is."""

    __slots__ = ("images", "inline", "link", "listing", "outer")

    def __init__(self) -> None:
        self.images: list[str] = []
        self.outer: list[tuple[str, bool, bool, bool]] = []
        self.inline = self.link = False
        """Inside an element that holds words alone; inside a link."""
        self.listing = False
        """Directly in a list."""

    def pass_by(self, end: str, name: str, attributes: str, closed: str, other: str) -> None:
        """See the next tag; all are empty at the end, ``other`` is what belongs in no orderly HTML."""
        kind = _KINDS.get(name)
        if kind is None:
            if name or other:
                raise _DisorderError
        elif kind >= _VOID:
            if end or (kind == _RULE and self.inline):
                raise _DisorderError
            if name == "img":
                self.images.append(attributes)
        elif not end:
            self._enter(kind, name, closed)
        elif attributes or closed or not self.outer or self.outer[-1][0] != name:
            raise _DisorderError
        else:
            _, self.inline, self.link, self.listing = self.outer.pop()

    def _enter(self, kind: int, name: str, closed: str) -> None:
        misplaced = self.link if kind == _LINK else self.inline and kind != _INLINE
        if misplaced or closed or (kind == _ITEM and not self.listing) or len(self.outer) >= MAX_DEPTH:
            raise _DisorderError
        self.outer.append((name, self.inline, self.link, self.listing))
        self.inline = self.inline or kind <= _PARAGRAPH
        self.link = self.link or kind == _LINK
        self.listing = kind == _LIST


def _stated(attributes: str) -> dict[str, str]:
    """By name; of several of one name the first, as in HTML."""
    pairs = reversed(_PAIR.findall(attributes))
    return {name: value.replace("&quot;", '"').replace("&amp;", "&") for name, value in pairs}
