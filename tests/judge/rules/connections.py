"""Connections: one a host at once, kept open for the next request, and a pause between requests."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.judge.replies import feed
from tests.judge.rule import CLOCK, Rule, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply


class _OneHost(Rule):
    area = "connections"
    feeds = tuple(Subscription(path) for path in ("/feed", "/second", "/third", "/fourth"))

    def answer(self, asked: Asked) -> Reply:
        return feed(f"Of {asked.target}")


class OneAtATime(_OneHost):
    """The feeds of one host are asked one after another, on one connection at a time."""

    source = "practice: RFC 9112, 9.4"
    broken_by = "asks a host in parallel"

    def answer(self, asked: Asked) -> Reply:
        return replace(super().answer(asked), takes=0.1 * self.pace.beat)

    def verdict(self, seen: Seen) -> Iterator[str]:
        ordered = sorted(seen.exchanges, key=lambda each: each.asked.at)
        for before, after in itertools.pairwise(ordered):
            if before.ended is not None and after.asked.at < before.ended - CLOCK / 2:
                yield f"{after.asked.target} was asked for while {before.asked.target} was being answered"


class APause(_OneHost):
    """Between two requests to one host there is a pause."""

    source = "practice: fetch.host_delay"
    broken_by = "makes no pause"
    paused = True

    def verdict(self, seen: Seen) -> Iterator[str]:
        ordered = sorted(seen.exchanges, key=lambda each: each.asked.at)
        for before, after in itertools.pairwise(ordered):
            gap = after.asked.at - before.asked.at
            if gap < self.pace.delay - CLOCK:
                yield f"{after.asked.target} was asked for {gap:.2f} s after {before.asked.target}"


class KeptOpen(_OneHost):
    """Feeds of one host that are asked one after another share a connection."""

    source = "RFC 9112, 9.3"
    broken_by = "closes every connection"

    def verdict(self, seen: Seen) -> Iterator[str]:
        requests, connections = len(seen.exchanges), len({each.asked.connection for each in seen.exchanges})
        if connections > requests / 2:
            yield f"{requests} requests took {connections} connections"


class NoneLeftOpen(_OneHost):
    """No more connections than one are open to a host."""

    source = "practice: RFC 9112, 9.4"
    broken_by = "asks a host in parallel"

    def answer(self, asked: Asked) -> Reply:
        return replace(super().answer(asked), takes=0.2 * self.pace.beat)

    def verdict(self, seen: Seen) -> Iterator[str]:
        tries = seen.tries()
        for each in tries:
            others = sum(
                other.opened <= each.opened
                and (other.closed is None or other.closed > each.opened + 2 * CLOCK)
                for other in tries
                if other is not each
            )
            if others:
                yield f"connection {each.number} was opened beside {others} open ones"
