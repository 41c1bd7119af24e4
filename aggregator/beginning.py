"""How the text of HTML begins, without reading all of it. Pure.

Its rule: as :func:`aggregator.markup.to_text` has it, character for character.
"""

from __future__ import annotations

import html as entities

from aggregator import markup, orderly

_BREAK = "\ufdd0"
"""A noncharacter: between blocks, until white space has been collapsed."""
_TAKEN_OUT = ("data:", "]]>")
"""Text that holds one of these may be read otherwise, depending on what comes later."""


def to_text(html: str, length: int) -> str:
    """Return how the text of HTML begins: at least ``length`` characters of it, or all there are."""
    enough = length + length // 4 + 16  # blanks and references are shorter as text
    pieces = orderly.beginning(html, enough) if len(html) > enough else None
    if pieces is None:
        return markup.to_text(html)
    written = "".join([words + _BREAK if tag in markup.BLOCKS else words for words, tag in pieces])
    if any(each in written for each in _TAKEN_OUT):
        return markup.to_text(html)
    if "&" in written:
        written = entities.unescape(written)
    lines = [" ".join(line.split()) for line in written.split(_BREAK)]
    found = "\n".join([line for line in lines if line])
    is_whole = not pieces[-1][1]
    return found if is_whole or len(found) >= length else markup.to_text(html)
