"""Who brings much neither keeps others waiting nor fills memory."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.smallestfirst import ROOM, SMALL, SmallestFirst

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = SMALL + 1


class Later(Executor):
    """Does what it was given when it is told to."""

    def __init__(self) -> None:
        self.given: list[Callable[[], Any]] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given.append(partial(work, *args, **kwargs))
        return Future()

    def work(self) -> None:
        while self.given:
            self.given.pop(0)()


class Line:
    """SmallestFirst of which each notes its name when it comes."""

    def __init__(self, room: int = ROOM) -> None:
        self.later = Later()
        self.turns: SmallestFirst[str] = SmallestFirst(self.later, room)
        self.came: list[str] = []

    def take(self, name: str, size: int) -> Future[str]:
        return self.turns.take(size, partial(self._come, name), lambda: f"{name} refused")

    def _come(self, name: str) -> str:
        self.came.append(name)
        return name


def test_the_smallest_comes_first_and_of_equals_who_came_first() -> None:
    line = Line()

    found = [line.take(name, size) for name, size in (("huge", 9), ("b", 1), ("a", 1), ("some", 5))]
    line.later.work()

    assert line.came == ["b", "a", "some", "huge"]
    assert [each.result() for each in found] == ["huge", "b", "a", "some"]


def test_where_there_is_no_room_the_largest_is_refused_at_once() -> None:
    line = Line(room=4 * LARGE)

    found = {name: line.take(name, size * LARGE) for name, size in (("two", 2), ("one", 1), ("three", 3))}
    first = {name: each.result() for name, each in found.items() if each.done()}
    found["ones"] = line.take("ones", LARGE)
    line.later.work()
    found["more"] = line.take("more", 4 * LARGE)
    line.later.work()

    assert first == {"three": "three refused"}
    assert line.came == ["one", "ones", "two", "more"]


def test_what_is_small_is_never_refused() -> None:
    line = Line(room=0)

    found = [line.take(str(number), SMALL) for number in range(1000)]
    line.later.work()

    assert [each.result() for each in found] == [str(number) for number in range(1000)]


def test_what_work_raises_is_its_own() -> None:
    line = Line()

    def fail() -> str:
        raise ValueError("mine")

    found = line.turns.take(1, fail, str)
    with pytest.raises(ValueError, match="mine"):
        line.later.work()
    other = line.take("other", 2)
    line.later.work()

    with pytest.raises(ValueError, match="mine"):
        found.result()
    assert other.result() == "other"


def test_who_does_not_wait_any_more_takes_no_turn() -> None:
    line = Line()

    left, stays = line.take("left", 1), line.take("stays", 2)
    left.cancel()
    line.later.work()
    closed = line.take("closed", 1)
    line.turns.close()
    line.later.work()

    assert line.came == ["stays"]
    assert stays.result() == "stays"
    assert closed.cancelled()
