"""The health file tells states and since when, and nothing that changes by itself."""

from __future__ import annotations

import json
from dataclasses import replace

from aggregator.outputs.health import Health
from aggregator.views import SourceHealth
from tests.builders import NOW
from tests.outputs.builders import a_directory

FAILING = SourceHealth(
    id="a", title="一", state="failing", since=NOW, url="https://a.example/feed", status=404
)
FINE = SourceHealth(id="b", title="B", state="ok")


def test_sources_are_told_in_their_order_with_what_there_is_to_say() -> None:
    (body,) = Health().directory(a_directory(health=(FAILING, FINE))).values()

    assert json.loads(body) == {
        "version": 1,
        "sources": [
            {
                "id": "a",
                "title": "一",
                "url": "https://a.example/feed",
                "state": "failing",
                "since": "2026-11-22T12:00:00Z",
                "status": 404,
            },
            {"id": "b", "title": "B", "state": "ok"},
        ],
        "totals": {"sources": 2, "failing": 1, "ok": 1},
    }


def test_there_is_none_without_pages() -> None:
    directory = a_directory(health=(FINE,))

    assert Health().directory(directory).keys() == {"health.json"}
    assert not Health().directory(replace(directory, everything=replace(directory.everything, pages=False)))
    assert not Health().feed(directory.everything)
