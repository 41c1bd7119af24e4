"""One client, all rules, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.clients.contract import Feed
from tests.judge.rule import Pace, Rule
from tests.judge.server import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.judge.clients.contract import Client
    from tests.judge.server import Served


def judge(client: Client, rules: Sequence[type[Rule]], folder: Path, pace: Pace) -> Mapping[str, Served]:
    """Let a client run against the rules; what was seen of each, by its name."""
    with Loopback(rules, pace) as loopback:
        feeds = [feed for served in loopback.served.values() for feed in feeds_of(served)]
        client.subscribe(folder, feeds, pace)
        client.run()
    if "titles" in client.offers:
        kept = client.titles()
        for name, served in loopback.served.items():
            found = (kept.get(id_of(name, number), frozenset()) for number in range(len(served.rule.feeds)))
            served.seen.titles = frozenset[str]().union(*found)
    return loopback.served


def id_of(rule: str, number: int) -> str:
    """The id of one of a rule's feeds."""
    return f"{rule.lower()}-{number}"


def feeds_of(served: Served) -> Iterator[Feed]:
    """What a client is to subscribe to for a rule."""
    place, rule = served.place, served.rule
    for number, feed in enumerate(rule.feeds):
        yield Feed(
            id=id_of(type(rule).__name__, number),
            url=place.url(feed.path, feed.host, feed.userinfo),
            host=place.hosts[feed.host],
            headers=feed.headers,
            adapting=feed.adapting,
            delay=place.pace.delay if rule.paused else 0.0,
        )
