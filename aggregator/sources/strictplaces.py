"""What an element is to the strict reader, and a place that expects some. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aggregator.sources.strictnames import FOREIGN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aggregator.sources.strictreading import StrictReading

    Attributes = Mapping[str, str]
    Begin = Callable[[StrictReading, "Element", Attributes], None]

# Vocabularies that say nothing about an entry that we keep, each element of which is harmless.
_IGNORED = frozenset(
    {
        "admin", "ag", "annotate", "audio", "blogchannel", "cc", "co", "cp", "email", "ev", "fm", "foaf",
        "geo", "icbm", "image", "l", "pingback", "prism", "rdfs", "ref", "reqv", "search", "slash", "ss",
        "str", "sub", "sy", "szf", "taxo", "thr", "ti", "trackback", "wfw", "wiki",
    }
)  # fmt: skip


class Element(NamedTuple):
    """What an element does where it is expected; ``key``: the name its text is kept under."""

    begin: Begin
    key: str = ""
    inside: Place | None = None
    """What it may hold; None: text."""
    attributes: bool = True
    """Whether its attributes matter."""


class Place(dict[str, Element]):
    """Which elements are expected somewhere, by the keys that :class:`Names` gives them."""

    def __init__(
        self, *tables: Mapping[str, Element], foreign: Element | None = None, silent: bool = False
    ) -> None:
        """``foreign``: for vocabularies that say nothing we keep; ``silent``: no text between elements."""
        for table in tables:
            self.update(table)
        self.foreign, self.silent = foreign, silent

    def find(self, key: str) -> Element | None:
        """The element of this key."""
        found = self.get(key)
        is_foreign = found is None and (key == FOREIGN or key.partition(":")[0] in _IGNORED)
        return self.foreign if is_foreign else found
