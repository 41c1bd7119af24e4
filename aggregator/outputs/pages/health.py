"""The sources' health, ready for its template. Pure.

The one rule: a state is told by a word and a shape, never by its colour alone.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from aggregator import text, urls
from aggregator.outputs.pages.page import Time, time
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.outputs.words import Words
    from aggregator.polls import Standing
    from aggregator.views import Site, SourceHealth

MARKS: dict[Standing, str] = {
    "blocked": "■",
    "failing": "▲",
    "gone": "✕",
    "late": "◆",
    "waiting": "○",
    "paused": "‖",
    "ok": "●",
}
"""The shape of each state."""
_TROUBLE = frozenset({"blocked", "failing", "gone"})


@dataclass(frozen=True, slots=True)
class Since:
    """Since when, and what is said before and after it."""

    before: str
    time: Time
    after: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source in the list of them; ``url`` and ``status`` may be empty."""

    title: str
    url: str
    since: Since | None
    status: str


@dataclass(frozen=True, slots=True)
class State:
    """Every source that is in one state."""

    id: str
    mark: str
    name: str
    count: str
    is_trouble: bool
    sources: tuple[Source, ...]


def states(health: Iterable[SourceHealth], site: Site, words: Words) -> list[State]:
    """The sources by state, in the order of the states."""
    found = []
    for state, of_it in groupby(health, key=lambda each: each.state):
        sources = tuple(_source(each, site, words) for each in of_it)
        found.append(
            State(
                id=f"state-{state}",
                mark=MARKS[state],
                name=getattr(words, state),
                count=words.sources(len(sources)),
                is_trouble=state in _TROUBLE,
                sources=sources,
            )
        )
    return found


def _source(health: SourceHealth, site: Site, words: Words) -> Source:
    since = None
    if health.since is not None:
        before, _, after = words.since.partition("{date}")
        since = Since(before, time(health.since, site), after)
    return Source(
        title=text.plain(health.title) or health.id,
        url=urls.absolute(health.url) or "",
        since=since,
        status=f"HTTP {health.status}" if health.status else "",
    )
