"""``health.json``: which sources are as they should be, and which are not since when. Pure.

Its rule: nothing in it changes from one poll to the next unless something happened.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aggregator.outputs import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.views import Directory, Feed, SourceHealth

PATH = "health.json"


class Health:
    """Renders ``health.json``."""

    version = 1

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render nothing."""
        return {}

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render the states of all sources that are not private, those that want attention first."""
        if not directory.everything.pages:
            return {}
        counts = Counter(each.state for each in directory.health)
        totals: dict[str, int] = {"sources": len(directory.health), **dict(sorted(counts.items()))}
        value = {
            "version": 1,
            "sources": [_source(each) for each in directory.health],
            "totals": totals,
        }
        return {PATH: json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"}


def _source(health: SourceHealth) -> dict[str, Any]:
    said = {
        "id": health.id,
        "title": health.title,
        "url": health.url,
        "state": health.state,
        "since": shown.time(health.since) if health.since else None,
        "status": health.status,
    }
    return {key: value for key, value in said.items() if value is not None}
