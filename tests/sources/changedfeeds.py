"""Well-formed feeds changed at random, element by element, so that they stay well-formed.

What stands in one feed comes to stand anywhere in another: twice, inside out, under another name.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_XML = "{http://www.w3.org/XML/1998/namespace}"
_SCOPES = [
    (f"{_XML}base", "/d/"),
    (f"{_XML}base", "https://b.example/"),
    (f"{_XML}lang", "de"),
    (f"{_XML}lang", ""),
]


class Changer:
    """Makes new feeds of given ones."""

    def __init__(self, documents: Sequence[bytes]) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._roots = [etree.fromstring(document, parser) for document in documents]
        self._elements = [element for root in self._roots for element in _elements(root)]
        stated = [pair for element in self._elements for pair in element.attrib.items()]
        self._attributes = [*stated, *_SCOPES * (len(stated) // 20 + 1)]

    def changed(self, rng: Random) -> str:
        root = copy.deepcopy(rng.choice(self._roots))
        for _ in range(rng.choice([1, 1, 2, 3, 5])):
            self._change(rng, root)
        return etree.tostring(root, encoding="unicode")

    def _change(self, rng: Random, root: etree._Element) -> None:
        elements = _elements(root)
        element, other = rng.choice(elements), rng.choice(self._elements)
        parent = element.getparent()
        change = rng.choice(["remove", "inside", "beside", "again", "attribute", "name", "text"])
        if change == "inside":
            element.insert(rng.randint(0, len(element)), copy.deepcopy(other))
        elif change == "attribute":
            element.set(*rng.choice(self._attributes))
        elif change == "text":
            element.text = other.text
        elif parent is None:
            return
        elif change == "remove":
            parent.remove(element)
        elif change == "name":
            element.tag = other.tag
        else:
            moved = other if change == "beside" else rng.choice(elements[1:])
            parent.insert(rng.randint(0, len(parent)), copy.deepcopy(moved))


def _elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter("*"))
