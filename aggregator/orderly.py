"""HTML so orderly that every parser following the standard reads it alike, and made safe as it is read. Pure.

Its rule: tags in small letters, each closed where it must be, only what may stand inside another does, values
in double quotes, usual references. Whatever parses and writes such HTML gets the same again, however often,
also once elements that hold words alone are taken out around their words; so no parser is asked.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

from aggregator import allowed, taming, unseen

MAX_HTML = 200_000
"""Characters."""
MAX_DEPTH = 60
"""Elements inside each other."""

# Not what XML forbids, no carriage return or form feed, no byte order mark: parsers change them.
_NO = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff"
_UNFIT = re.compile(f"[{_NO}]")
_AS_CHARACTERS = (
    r"[mn]dash|hellip|[lr][sd]quo|middot|#(?:39|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4})|#x20[0-9a-fA-F]{2}"
)
"""References that are written as the characters they stand for."""
_UNUSUAL = re.compile(rf"&(?!(?:amp|lt|gt|quot|nbsp|{_AS_CHARACTERS});)")
_CHARACTERS = re.compile(rf"&(?:{_AS_CHARACTERS});")
_VALUE = rf"\"(?:[^\"<>&{_NO}]++|&amp;|&quot;)*+\""
_ATTRIBUTE = rf"[ \n]++(?:(?!hidden|style)[a-z][a-z-]*+={_VALUE}|style=\"[a-z0-9 :;%#.,()-]*+\")"
_START = re.compile(rf"([a-z][a-z0-9]*+)((?:{_ATTRIBUTE}){{0,16}}+)[ \n]*+(/?)")
_PAIR = re.compile(r"([a-z-]+)=\"([^\"]*)\"")
_HIDING = ("display", "visibility")
# Addresses that no sanitiser refuses for what its own reader of URLs makes of them: it looks no further than
# the scheme in what is relative; and a host that is not encoded, and a name or four numbers, is no wrong one.
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PLAIN_ADDRESS = re.compile(
    r"[/?#]|[^:]*+\Z|https?://(?:(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)*+[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+"
    rf"|{_BYTE}(?:\.{_BYTE}){{3}})(?::(?:\d{{1,4}}|[1-5]\d{{4}}|6[0-4]\d{{3}}))?(?:[/?#]|\Z)"
)

# Where one is: inside an element that holds words alone; inside a link; not directly in a list.
_WORDS, _LINK, _UNLISTED = 1, 2, 4


class _Tag(NamedTuple):
    refused: int = 0
    """Places where it may not stand."""
    inside: int = _UNLISTED
    """What is true inside it, besides what is around it."""
    is_void: bool = False
    is_list: bool = False

    def place(self, around: int) -> int:
        """Where one is inside it."""
        return (around | self.inside) ^ (_UNLISTED if self.is_list else 0)


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
_ALLOWED = {name: allowed.ATTRIBUTES["*"] | allowed.ATTRIBUTES.get(name, set()) for name in _TAGS}
_ONLY_INSIDE = sorted(_TAGS.keys() - allowed.TAGS)
"""Elements of which what is inside stays."""
_GONE = "\0"
"""In place of their start tags: with the ``<`` before it, it is taken out of what is written."""


class _Step(NamedTuple):
    """What a start tag leads to."""

    end: str
    """What ends it, between ``<`` and ``>``; "" for a void one."""
    inside: _Place
    written: str
    """What the sanitiser writes between ``<`` and ``>`` for one without attributes."""


class _Place(dict[str, _Step]):
    """Start tags that may come, without attributes."""

    def __init__(self) -> None:
        self.named: dict[str, _Step] = {}
        """The same by name, for those with attributes."""


def _places() -> list[_Place]:
    places = [_Place() for _ in range(_WORDS + _LINK + _UNLISTED + 1)]
    for around, place in enumerate(places):
        for name, tag in _TAGS.items():
            if not around & tag.refused:
                written = _GONE if name in _ONLY_INSIDE else f"{name}{_last_attributes(name)}"
                end = "" if tag.is_void else f"/{name}"
                place.named[name] = _Step(end, places[tag.place(around)], written)
        place.update(place.named)
        del place["img"]
        for name in place.keys() & {"br", "hr"}:
            place[f"{name}/"] = place[f"{name} /"] = place[name]
    return places


def _last_attributes(name: str) -> str:
    return f' rel="{allowed.REL}"' if name == "a" else ""


_OUTSIDE = _places()[_UNLISTED]


def cleaned(html: str, base: str | None) -> str | None:
    """What the sanitiser makes of orderly HTML in which nothing is to be repaired; None for any other.

    The same as it would come to be by sanitising until nothing changes, with links relative to ``base``.
    """
    if not _has_usual_characters(html):
        return None
    pieces = html.split("<")
    if html.count(">") >= len(pieces) or "&quot;" in html:
        pieces = [_text(pieces[0]), *map(_with_text, pieces[1:])]
    if not _are_orderly(pieces, base):
        return None
    written = "<".join(pieces)
    if _GONE in written:
        written = written.replace(f"<{_GONE}", "")
        for name in _ONLY_INSIDE:
            written = written.replace(f"</{name}>", "")
    if "&" in html:
        written = _CHARACTERS.sub(lambda found: unescape(found[0]), written)  # of which attributes hold none
    written = written.replace("\xa0", "&nbsp;").strip()
    return None if "data:" in written else written


def _has_usual_characters(html: str) -> bool:
    """Whether there is nothing in it that parsers change, or that is no orderly HTML wherever it stands."""
    if len(html) > MAX_HTML or html.count("<") > taming.MAX_MARKS or "data:" in html:
        return False
    if not html.isprintable() and _UNFIT.search(html):
        return False
    if "&" in html and (html.count("&") > taming.MAX_MARKS or _UNUSUAL.search(html)):
        return False
    return not ('style="' in html and any(word in html for word in _HIDING))


def _with_text(piece: str) -> str:
    tag, closed, words = piece.partition(">")
    return f"{tag}{closed}{_text(words)}"


def _text(words: str) -> str:
    """Text as the sanitiser writes it, but for other references."""
    return words.replace(">", "&gt;").replace("&quot;", '"')


def _are_orderly(pieces: list[str], base: str | None) -> bool:
    """Whether each tag stands where it may and is closed; those that are to be written otherwise, are.

    ``pieces``: each but the first begins with a tag, without its ``<``.
    """
    outer: list[tuple[str, _Place]] = []
    end, place = ">", _OUTSIDE
    for at in range(1, len(pieces)):
        stated, closed, words = pieces[at].partition(">")
        if stated == end:
            end, place = outer.pop()
        else:
            step = place.get(stated) or _with_attributes(stated, place, base)
            if step is None or len(outer) >= MAX_DEPTH:
                return False
            if step.written != stated:
                pieces[at] = f"{step.written}>{words}" if step.written != _GONE else f"{_GONE}{words}"
            if step.end:
                outer.append((end, place))
                end, place, _ = step
        if not closed:
            return False
    return not outer


def _with_attributes(stated: str, place: _Place, base: str | None) -> _Step | None:
    start = _START.fullmatch(stated)
    step = place.named.get(start[1]) if start else None
    if start is None or step is None or (start[3] and step.end):
        return None
    if step.written == _GONE:
        return step
    attributes = _attributes(start[1], start[2], base)
    if attributes is None:
        return None
    return _Step(step.end, step.inside, f"{start[1]}{attributes}{_last_attributes(start[1])}")


def _attributes(tag: str, written: str, base: str | None) -> str | None:
    """Those that stay, of several of one name the first, as in HTML; None where not sure in which order."""
    stated: dict[str, str] = {}
    for name, value in _PAIR.findall(written):
        stated.setdefault(name, value.replace("&quot;", '"').replace("&amp;", "&") if "&" in value else value)
    names = _ALLOWED[tag]
    kept: dict[str, str] = {}
    refused = False
    for name, value in stated.items():
        if name in names:
            becomes = allowed.value(name, value, base)
            if becomes is None:
                refused = True
            elif name in allowed.URL_ATTRIBUTES and not _is_plain_address(value, becomes):
                return None
            else:
                kept[name] = becomes
    if (refused and len(kept) > 1) or (tag == "img" and not _is_plain_picture(stated, kept.get("src"))):
        return None
    return "".join(f' {name}="{_escaped(value)}"' for name, value in kept.items())


def _is_plain_address(stated: str, absolute: str) -> bool:
    """Also as an absolute one, which it is when the sanitiser looks again: its host may be the base's."""
    return bool(_PLAIN_ADDRESS.match(stated) and _PLAIN_ADDRESS.match(absolute))


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;")


def _is_plain_picture(image: dict[str, str], source: str | None) -> bool:
    """Whether nothing about an image is to be put right, however often one looks; ``source``: absolute."""
    if "style" in image or "srcset" in image or any(name.startswith("data-") for name in image):
        return False
    return source is not None and not unseen.is_pixel(image) and not unseen.is_beacon(source)
