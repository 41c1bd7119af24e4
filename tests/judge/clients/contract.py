"""What a judge needs of a client: subscribe to feeds, run at a pace, say what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.judge.rule import Pace


@dataclass(frozen=True)
class Feed:
    """One feed to subscribe to. ``url`` holds its credentials, if it has any."""

    id: str
    url: str
    host: str
    headers: Mapping[str, str]
    adapting: bool
    """Whether the client may choose the interval."""
    delay: float
    """Seconds of pause between two requests to its host."""


class Client(Protocol):
    """Whoever is judged."""

    name: str
    offers: frozenset[str]
    """``headers``: it sets those of a feed. ``adapting``: it may choose intervals. ``titles``: it tells what
    it kept.
    """

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Make ready, in an empty folder."""

    def run(self) -> None:
        """Follow the feeds for as long as the pace says, and stop."""

    def titles(self) -> Mapping[str, frozenset[str]]:
        """The titles of the entries kept of each feed, by its id."""
