"""How the text of HTML begins, without reading all of it. Pure.

Its rule: as :func:`aggregator.markup.to_text` has it, character for character. Where HTML is orderly, each
tag closed where it must be and only what may stand inside another doing so, nothing that comes later moves
what came before; other HTML is read whole.
"""

from __future__ import annotations

import html as entities
import re

_BREAK = "\ufdd0"
"""A noncharacter: between blocks, until white space has been collapsed."""
_FARTHEST = 100_000
"""Characters of HTML that are looked at before all of it is read."""

_ATTRIBUTE = r"[ \n]++[a-z][a-z-]*+=\"(?:[^\"<>&\x00-\x08\x0b-\x1f\x7f-\x9f]++|&amp;|&quot;)*+\""
_START = re.compile(rf"([a-z][a-z0-9]*+)(?:{_ATTRIBUTE})*+[ \n]*+(/?)")
# What parsers change, what is taken out of text depending on what else there is, and unusual references.
_UNSURE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]|data:|\]\]>"
    r"|&(?!(?:amp|lt|gt|quot|nbsp|[mn]dash|hellip|[lr][sd]quo|middot|#(?:39|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}));)"
)

# Where one is: inside an element that holds words alone; inside a link; not directly in a list.
_WORDS, _LINK, _UNLISTED = 1, 2, 4
_VOID = -1


def _places() -> list[dict[str, tuple[int, str]]]:
    """For each place the elements that may stand there: where one is inside them, what parts their text."""
    words = (
        "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike"
        " strong sub sup time tt u var"
    )
    paragraphs = "p h1 h2 h3 h4 h5 h6"
    blocks = "article aside blockquote center div figcaption figure footer header main section"
    places: list[dict[str, tuple[int, str]]] = []
    for at in range(_WORDS + _LINK + _UNLISTED + 1):
        place = dict.fromkeys(words.split(), (at | _WORDS | _UNLISTED, ""))
        place |= {"img": (_VOID, ""), "br": (_VOID, _BREAK)}
        if not at & _LINK:
            place["a"] = (at | _WORDS | _LINK | _UNLISTED, "")
        if not at & _WORDS:
            place |= dict.fromkeys(paragraphs.split(), (at | _WORDS | _UNLISTED, _BREAK))
            place |= dict.fromkeys(blocks.split(), (at | _UNLISTED, _BREAK))
            place |= dict.fromkeys(("ol", "ul"), (at & ~_UNLISTED, _BREAK))
            place["hr"] = (_VOID, _BREAK)
            if not at & _UNLISTED:
                place["li"] = (at | _UNLISTED, _BREAK)
        places.append(place)
    return places


_PLACES = _places()


def to_text(html: str, length: int) -> str:
    """Return how the text of HTML begins: at least ``length`` characters of it, or all there are."""
    enough = length + length // 4 + 16  # blanks and references are shorter as text
    found = _begun(html, enough) if "<" in html and "<![CDATA[" not in html else None
    if found is None or _UNSURE.search(found[0]):
        return _whole(html)
    written, is_whole = found
    if "&" in written:
        written = entities.unescape(written)
    lines = [" ".join(line.split()) for line in written.split(_BREAK)]
    text = "\n".join([line for line in lines if line])
    return text if is_whole or len(text) >= length else _whole(html)


def _begun(html: str, length: int) -> tuple[str, bool] | None:
    """What stands between the tags, with a break around each block, and whether that is all of it.

    At least ``length`` characters of it; None where so much is not orderly.
    """
    written: list[str] = []
    outer: list[tuple[int, str, str]] = []
    place, end, parting = _UNLISTED, ">", ""
    at = size = 0
    while size < length:
        start = html.find("<", at, _FARTHEST)
        if start < 0:
            written.append(html[at:])
            return ("".join(written), True) if not outer and len(html) < _FARTHEST else None
        close = html.find(">", start, _FARTHEST)
        if close < 0:
            return None
        stated = html[start + 1 : close]
        written.append(html[at:start])
        if stated == end:
            written.append(parting)
            place, end, parting = outer.pop()
        elif found := _PLACES[place].get(stated) or _with_attributes(stated, place):
            written.append(found[1])
            if found[0] != _VOID:
                outer.append((place, end, parting))
                end = f"/{stated.split(maxsplit=1)[0]}"
                place, parting = found
        else:
            return None
        size += start - at
        at = close + 1
    return "".join(written), False


def _with_attributes(stated: str, place: int) -> tuple[int, str] | None:
    tag = _START.fullmatch(stated)
    found = _PLACES[place].get(tag[1]) if tag else None
    return None if tag is None or found is None or (tag[2] and found[0] != _VOID) else found


def _whole(html: str) -> str:
    from aggregator import markup  # noqa: PLC0415 - few texts need it

    return markup.to_text(html)
