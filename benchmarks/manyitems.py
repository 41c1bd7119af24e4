"""A site with as many items as is wished, made without reading any: straight into its store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.identity import content_key, fingerprint, public_id, spare_id
from aggregator.model import CLEANER, Item, Person, Tag, Text
from aggregator.polls import Outcome
from aggregator.records import Changes, ItemChange, Save

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START = datetime(2024, 1, 1, tzinfo=UTC)
TOGETHER = 1000
"""Items that are saved in one transaction."""
_LATER = timedelta(days=1)
_BODY = (
    "<p>第{0}条：港口今日潮汐平稳，渔船按时出海。High water comes at noon, low water in the evening.</p>"
    '<p>码头的灯塔已经修好，<a href="https://many.example/more/{0}" rel="noopener noreferrer">更多</a>。'
    "Number {0} of the harbour's notes tells how the day went, and what the weather will be.</p>"
)


def configure(site: Path, urls: Sequence[str], categories: int, *, pages: bool = True) -> Path:
    """Write a configuration that reads these feeds, in so many categories; returns its path."""
    lines = [
        "site: {url: 'https://many.example/'}",
        f"output: {{pages: {str(pages).lower()}}}",
        "fetch: {allow_private: [127.0.0.0/8], host_delay: 0s, per_host: 4}",
        "sources:",
    ]
    lines += [
        f"  - {{id: f{number}, type: feed, url: '{url}', category: c{number % categories}}}"
        for number, url in enumerate(urls)
    ]
    path = site / "aggregator.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def fill(configuration: Path, items: int) -> str:
    """Have the store hold so many, of all sources alike; none is due for a day. Returns the id of one."""
    app = App.open(configuration, {}, {})
    sources = [source.id for source in app.settings.sources]
    now, some = app.clock(), ""
    with app.opened(wait=0.0) as store:
        for number, source in enumerate(sources):
            of_source = range(number, items, len(sources))
            for first in range(0, len(of_source), TOGETHER):
                new = tuple(_change(source, each) for each in of_source[first : first + TOGETHER])
                some = new[0].public_id
                store.save(Save(source_id=source, now=now, changes=Changes(new=new)))
            later = now + _LATER
            outcome = Outcome(at=now, next_check=later, due_from=later, why="not for a day")
            store.save(Save(source_id=source, now=now, outcome=outcome))
    return some


def _change(source: str, number: int) -> ItemChange:
    moment = START + timedelta(minutes=number)
    raw = Item(
        source_id=source,
        native_id=f"tag:many.example,2024:{number}",
        seed=str(number),
        entry_id=f"tag:many.example,2024:{number}",
        title=Text(f"港口消息 Harbour note {number}"),
        link=f"https://many.example/note/{number}",
        content=Text(_BODY.format(number), "html"),
        published=moment,
        updated=moment,
        authors=(Person("Harbour master"),),
        tags=(Tag("harbour"),),
    )
    return ItemChange(
        raw=raw,
        clean=replace(raw, cleaner=CLEANER),
        fingerprint=fingerprint(raw),
        content_key=content_key(raw),
        public_id=public_id(raw),
        spare_id=spare_id(raw),
        published=moment,
        updated=moment,
        first_seen=moment,
        arrived=moment,
    )
