"""What runs beside: opened and closed together, and never left half open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest

from aggregator.app import App
from aggregator.daemon.doors import Doors
from aggregator.errors import AggregatorError, StoreError


class FakeDoor:
    def __init__(self, name: str, told: list[str]) -> None:
        self.name, self.told = name, told

    async def start(self) -> None:
        if "refused" in self.name:
            raise AggregatorError(f"{self.name}: cannot be opened")
        self.told.append(f"+{self.name}")

    async def use(self, app: App) -> None:
        self.told.append(f"{self.name} = {app.settings.site.title}")

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
        ({}, [":8080 = T"]),
        ({"title": "U"}, [":8080 = U"]),
        ({"listen": "127.0.0.1:8081"}, ["+:8081", "-:8080"]),
    ],
)
def test_they_follow_the_configuration_and_are_closed_only_to_be_elsewhere(
    app: Callable[..., App], changed: dict[str, str], expected: list[str]
) -> None:
    told: list[str] = []
    doors = Doors((lambda each: FakeDoor(f":{each.settings.server.port}", told),))
    before, after = app(), app(**changed)

    async def run() -> None:
        await doors.start(before)
        told.clear()
        async with doors.following(before, after):
            pass

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
            async with doors.following(before, after):
                pass
        assert told == ["+former"]
        await doors.stop()

    asyncio.run(run())

    assert told == ["+former", "-former"]


class Exclusive(FakeDoor):
    """Has its port to itself; where it is refused nobody may listen."""

    open: ClassVar[set[str]] = set()

    async def start(self) -> None:
        port = self.name.rpartition(":")[2]
        if port in self.open:
            raise AggregatorError(f"{self.name}: is in use")
        await super().start()
        self.open.add(port)

    async def stop(self) -> None:
        self.open.discard(self.name.rpartition(":")[2])
        await super().stop()


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("0.0.0.0:8080", ["-127.0.0.1:8080", "+0.0.0.0:8080"]),
        ("refused:8080", ["-127.0.0.1:8080", "+127.0.0.1:8080"]),
    ],
)
def test_the_former_are_closed_first_where_they_are_in_the_way(
    app: Callable[..., App], listen: str, expected: list[str]
) -> None:
    told: list[str] = []
    doors = Doors((lambda each: Exclusive(each.settings.server.listen, told),))
    before, after = app(), app(listen)

    async def run() -> None:
        await doors.start(before)
        told.clear()
        with suppress(AggregatorError):
            async with doors.following(before, after):
                pass
        assert told == expected
        await doors.stop()

    asyncio.run(run())


def test_where_a_configuration_cannot_be_used_they_are_where_they_were(app: Callable[..., App]) -> None:
    told: list[str] = []
    doors = Doors((lambda each: Exclusive(each.settings.server.listen, told),))
    before, after = app(), app("127.0.0.1:8081")

    async def run() -> None:
        await doors.start(before)
        for _ in range(2):
            told.clear()
            with pytest.raises(StoreError):
                async with doors.following(before, after):
                    raise StoreError("the disk is full")
            assert told == ["+127.0.0.1:8081", "-127.0.0.1:8080", "+127.0.0.1:8080", "-127.0.0.1:8081"]
        await doors.stop()

    asyncio.run(run())
