"""XHTML inside Atom, written as the tolerant reader writes it, byte for byte. Pure.

Its rule: only elements of XHTML, without anything that would change what links are relative to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from aggregator.sources.strictnames import XHTML, DeclinedError, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DEPTH = 60
_VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
        "track", "wbr",
    }
)  # fmt: skip
_REFUSED = frozenset({"body", "math", "svg", "title"})
"""To these the tolerant reader pays attention, wherever they are."""


class Xhtml:
    """What is inside one text construct of type ``xhtml``."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.depth = 0

    def start(self, name: str, attributes: Sequence[str]) -> None:
        """Begin an element; ``attributes``: names and values in turn."""
        uri, _, local = name.rpartition(" ")
        tag = local.lower()
        self.depth += 1
        if uri != XHTML or tag in _REFUSED:
            raise DeclinedError(Why.MARKUP)
        if self.depth > MAX_DEPTH:
            raise DeclinedError(Why.SHAPE)
        written = [tag]
        if attributes:
            written += _written(attributes)
        self.pieces.append(f"<{' '.join(written)}{' />' if tag in _VOID else '>'}")

    def text(self, value: str) -> None:
        """Add text."""
        self.pieces.append(escape(value))

    def end(self, name: str) -> None:
        """End an element."""
        self.depth -= 1
        tag = name.rpartition(" ")[2].lower()
        if tag not in _VOID:
            self.pieces.append(f"</{tag}>")

    def value(self) -> str:
        """All of it, without the ``div`` that Atom puts around (RFC 4287, 3.1.1.3)."""
        pieces = self.pieces
        begin, end = 0, len(pieces)
        while end - begin > 1 and not pieces[end - 1].strip():
            end -= 1
        while end - begin > 1 and not pieces[begin].strip():
            begin += 1
        pieces = pieces[begin:end]
        if _is_one_div(pieces):
            pieces = pieces[1:-1]
        return "".join(pieces).strip()


def _is_one_div(pieces: Sequence[str]) -> bool:
    if not pieces or not (pieces[0] == "<div>" or pieces[0].startswith("<div ")) or pieces[-1] != "</div>":
        return False
    depth = 0
    for piece in pieces[:-1]:
        if piece.startswith("</"):
            depth -= 1
            if depth == 0:
                return False
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += 1
    return True


def _written(attributes: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    pairs = iter(attributes)
    for name, value in zip(pairs, pairs, strict=True):
        key = name.lower()
        if " " in key or key == "base" or key in found:
            raise DeclinedError(Why.ATTRIBUTE)
        found[key] = value.lower() if key in ("rel", "type") else value
    return [f'{key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in found.items()]
