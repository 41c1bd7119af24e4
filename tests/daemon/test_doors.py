"""What runs beside: opened and closed together, and never left half open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.app import App
from aggregator.daemon.doors import Doors
from aggregator.errors import AggregatorError


class FakeDoor:
    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.told = name, told

    async def start(self) -> None:
        if "refused" in self.name:
            raise AggregatorError(f"{self.name}: cannot be opened")
        self.told.append(f"+{self.name}")

    async def stop(self) -> None:
        self.told.append(f"-{self.name}")


@pytest.fixture
def app(tmp_path: Path) -> Callable[..., App]:
    def make(listen: str = "127.0.0.1:8080", title: str = "T", interval: str = "1h") -> App:
        path = tmp_path / "aggregator.yaml"
        path.write_text(
            f"site: {{title: {title}, url: 'https://a.example/'}}\nserver: {{listen: '{listen}'}}\n"
            f"schedule: {{interval: {interval}}}\nsources: [{{type: jekyll, path: seeds}}]\n"
        )
        return App.open(path, {}, {})

    return make


def test_they_are_closed_in_the_opposite_order(app: Callable[..., App]) -> None:
    told: list[str] = []
    doors = Doors((lambda _: FakeDoor("a", told), lambda _: FakeDoor("b", told)))

    async def run() -> None:
        await doors.start(app())
        await doors.stop()
        await doors.stop()

    asyncio.run(run())

    assert told == ["+a", "+b", "-b", "-a"]


def test_where_one_cannot_be_opened_none_stays_open(app: Callable[..., App]) -> None:
    told: list[str] = []
    doors = Doors((lambda _: FakeDoor("a", told), lambda _: FakeDoor("refused", told)))

    with pytest.raises(AggregatorError, match="cannot be opened"):
        asyncio.run(doors.start(app()))

    assert told == ["+a", "-a"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"interval": "2h"}, []),
        ({"title": "U"}, ["-:8080 T", "+:8080 U"]),
        ({"listen": "127.0.0.1:8081"}, ["+:8081 T", "-:8080 T"]),
    ],
)
def test_they_follow_what_concerns_them(
    app: Callable[..., App], changed: dict[str, str], expected: list[str]
) -> None:
    told: list[str] = []
    doors = Doors((lambda each: FakeDoor(f":{each.settings.server.port} {each.settings.site.title}", told),))
    before, after = app(), app(**changed)

    async def run() -> None:
        await doors.start(before)
        told.clear()
        await doors.follow(before, after)

    asyncio.run(run())

    assert told == expected


def test_an_address_that_cannot_be_had_leaves_the_former_open(app: Callable[..., App]) -> None:
    told: list[str] = []
    names = {8080: "former", 8081: "refused"}
    doors = Doors((lambda each: FakeDoor(names[each.settings.server.port], told),))
    before, after = app(), app("127.0.0.1:8081")

    async def run() -> None:
        await doors.start(before)
        with pytest.raises(AggregatorError, match="refused"):
            await doors.follow(before, after)
        assert told == ["+former"]
        await doors.stop()

    asyncio.run(run())

    assert told == ["+former", "-former"]
