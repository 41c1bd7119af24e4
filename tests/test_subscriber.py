"""A subscriber of a busy category: what a reader that polls now and then sees, and what the limit means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.generate import Generate
from aggregator.outputs.atom import Atom
from aggregator.outputs.files import OutputFolder
from aggregator.records import Changes, ItemChange, Save
from aggregator.rendering import Rendering
from aggregator.routing import Routing
from aggregator.rules import OutputSettings, Rules
from aggregator.store import SqliteStore, open_store
from aggregator.views import Site
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeClock
from tests.store.changes import a_change

TURN = 3
"""Hours between two refreshes."""


@dataclass
class Newsroom:
    """A site that is refreshed every three hours, with one category that much is written in."""

    store: SqliteStore
    folder: OutputFolder
    clock: FakeClock = field(default_factory=FakeClock)
    said: set[str] = field(default_factory=set)

    def publish(self, count: int, *, late: timedelta) -> None:
        """``count`` items, refreshed at the end of their time; each came ``late`` after its date."""
        began = self.clock()
        now = self.clock.advance(hours=TURN)
        new = [
            self._item(began + timedelta(hours=TURN) * number / count - late, now) for number in range(count)
        ]
        self.store.save(Save(source_id="posts", now=now, changes=Changes(new=tuple(new))))
        Routing(
            store=self.store, clock=self.clock, rules=Rules(), site_url=None, site_uuid=self.store.site_uuid
        ).run()
        rendering = Rendering(
            store=self.store,
            renderers=[Atom()],
            rules=Rules(),
            settings=OutputSettings(formats=("atom",), pages=False),
            site=Site(),
            names=self.store.registry().names,
        )
        Generate(store=self.store, folder=self.folder, rendering=rendering).run()

    def _item(self, published: datetime, now: datetime) -> ItemChange:
        name = f"{len(self.said)}"
        self.said.add(f"urn:example:{name}")
        return a_change(
            an_item(name, categories=("busy",), content="<p>x</p>"),
            published=published,
            first_seen=now,
            arrived=now,
        )

    def poll(self) -> set[str]:
        """The ids of the entries that are in the category's feed now."""
        body = (self.folder.path / "category" / "busy.xml").read_text("utf-8")
        return set(re.findall(r"<id>(urn:example:\d+)</id>", body))


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with open_store(tmp_path / "aggregator.db") as store:
        store.sync([a_source("posts")], NOW)
        folder = OutputFolder(tmp_path / "feeds", store.site_uuid)
        folder.claim(known_files=False)
        yield Newsroom(store, folder)


def missed(newsroom: Newsroom, *, a_day: int, days: int = 1, late: timedelta = timedelta(0)) -> int:
    """How many items a subscriber missed who polls every six hours."""
    seen: set[str] = set()
    for turn in range(days * 24 // TURN):
        newsroom.publish(a_day * TURN // 24, late=late)
        if (turn + 1) * TURN % 6 == 0:
            seen |= newsroom.poll()
    return len(newsroom.said - seen)


@pytest.mark.parametrize("late", [0, 5])
def test_a_thousand_items_a_day_are_all_seen_by_who_polls_every_six_hours(
    newsroom: Newsroom, late: int
) -> None:
    assert missed(newsroom, a_day=1000, late=timedelta(hours=late)) == 0


def test_as_many_items_as_the_limit_fit_between_two_polls(newsroom: Newsroom) -> None:
    assert missed(newsroom, a_day=OutputSettings().max_entries * 4) == 0


def test_of_more_items_than_the_limit_the_oldest_are_missed(newsroom: Newsroom) -> None:
    assert missed(newsroom, a_day=OutputSettings().max_entries * 4 + 400) == 4 * 100
