"""HTML so orderly that every parser following the standard reads it alike. Pure.

Its rule: tags in small letters, each closed where it must be, only what may stand inside another does, values
in double quotes, usual references. Whatever parses and writes such HTML gets the same again, however often,
also once elements that hold words alone are taken out around their words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from aggregator import taming, unseen, urls

MAX_HTML = 200_000
"""Characters."""
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

# Where one is: inside an element that holds words alone; inside a link; not directly in a list.
_WORDS, _LINK, _UNLISTED = 1, 2, 4


class _Tag(NamedTuple):
    refused: int = 0
    """Places where it may not stand."""
    inside: int = _UNLISTED
    """What is true inside it, besides what is around it."""
    is_void: bool = False
    is_list: bool = False


_TAGS = {
    name: tag
    for tag, names in (
        (
            _Tag(inside=_WORDS | _UNLISTED),
            (
                "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span"
                " strike strong sub sup time tt u var"
            ),
        ),
        (_Tag(refused=_LINK, inside=_WORDS | _LINK | _UNLISTED), "a"),
        (_Tag(refused=_WORDS, inside=_WORDS | _UNLISTED), "p h1 h2 h3 h4 h5 h6"),
        (
            _Tag(refused=_WORDS),
            "article aside blockquote center div figcaption figure footer header main section",
        ),
        (_Tag(refused=_WORDS, is_list=True), "ol ul"),
        (_Tag(refused=_WORDS | _UNLISTED), "li"),
        (_Tag(is_void=True), "br img"),
        (_Tag(refused=_WORDS, is_void=True), "hr"),
    )
    for name in names.split()
}


def is_lasting(html: str, base: str | None) -> bool:
    """Whether there is nothing to repair in it and every parser reads it as it is written; within bounds."""
    marks = max(html.count("<"), html.count("&"))
    if marks > taming.MAX_MARKS or len(html) > MAX_HTML or "data:" in html:
        return False
    found = images(html)
    return found is not None and all(_is_plain_picture(image, base) for image in found)


def _is_plain_picture(image: dict[str, str], base: str | None) -> bool:
    """Whether nothing about an image is to be put right, however often one looks."""
    if "style" in image or "srcset" in image or any(name.startswith("data-") for name in image):
        return False
    source = urls.absolute(image.get("src"), base)
    return source is not None and not unseen.is_pixel(image) and not unseen.is_beacon(source)


def images(html: str) -> list[dict[str, str]] | None:
    """The attributes of each image in orderly HTML, which hides nothing; None for any other HTML."""
    if 'style="' in html and any(word in html for word in _HIDING):
        return None
    found: list[str] = []
    outer: list[tuple[str, int]] = []
    place = _UNLISTED
    for end, name, attributes, closed, other in _TOKEN.findall(html):
        tag = _TAGS.get(name)
        if tag is None:
            if name or other:
                return None
        elif end:
            if not outer or outer[-1][0] != name or attributes or closed:
                return None
            place = outer.pop()[1]
        elif place & tag.refused or (closed and not tag.is_void) or len(outer) >= MAX_DEPTH:
            return None
        elif tag.is_void:
            if name == "img":
                found.append(attributes)
        else:
            outer.append((name, place))
            place = (place | tag.inside) ^ (_UNLISTED if tag.is_list else 0)
    return None if outer else [_stated(attributes) for attributes in found]


def _stated(attributes: str) -> dict[str, str]:
    """By name; of several of one name the first, as in HTML."""
    pairs = reversed(_PAIR.findall(attributes))
    return {name: value.replace("&quot;", '"').replace("&amp;", "&") for name, value in pairs}
