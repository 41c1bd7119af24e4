"""Whose turn it is: the smallest first, within a limit for all that waits.

The one rule: whoever brings much neither keeps the others waiting nor fills memory.
"""

from __future__ import annotations

from concurrent.futures import Future
from heapq import heapify, heappop, heappush
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

SMALL = 256 * 1024
"""Bytes of what is never refused, nor counted."""
ROOM = 96 * 1024 * 1024
"""Bytes of all that waits, beside what is small."""

_Result = TypeVar("_Result")


class _Waiting(NamedTuple):
    size: int
    number: int
    """No two have the same, so what follows is never compared."""
    work: Callable[[], object]
    refused: Callable[[], object]
    found: Future[object]

    @property
    def weight(self) -> int:
        return self.size if self.size > SMALL else 0


class SmallestFirst(Generic[_Result]):
    """Work that waits for the threads of an executor; to be used from any thread.

    ``room``: bytes of all that may wait; where that is too little, the largest is refused.
    """

    def __init__(self, threads: Executor, room: int = ROOM) -> None:
        self._threads = threads
        self._room = room
        self._lock = Lock()
        self._waiting: list[_Waiting] = []
        self._weight = 0
        self._numbers = count()

    def take(self, size: int, work: Callable[[], _Result], refused: Callable[[], _Result]) -> Future[_Result]:
        """What ``work`` of so many bytes comes to, or ``refused`` where there is no room for it.

        Raises RuntimeError where the executor takes nothing any more.
        """
        found: Future[_Result] = Future()
        mine = _Waiting(size, next(self._numbers), work, refused, found)  # type: ignore[arg-type] # is but set
        with self._lock:
            self._threads.submit(self._next)  # which has to wait until this is let go of
            heappush(self._waiting, mine)
            self._weight += mine.weight
            excess = self._excess()
        for each in excess:
            if each.found.set_running_or_notify_cancel():
                each.found.set_result(each.refused())
        return found

    def close(self) -> None:
        """Nothing that waits is done any more."""
        with self._lock:
            waiting, self._waiting, self._weight = self._waiting, [], 0
        for each in waiting:
            each.found.cancel()

    def _excess(self) -> list[_Waiting]:
        """The largest of those that wait, as many as there is no room for; they wait no longer."""
        excess = []
        while self._weight > self._room:
            largest = max(self._waiting)
            self._waiting.remove(largest)
            self._weight -= largest.weight
            excess.append(largest)
        if excess:
            heapify(self._waiting)
        return excess

    def _next(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            mine = heappop(self._waiting)
            self._weight -= mine.weight
        if mine.found.set_running_or_notify_cancel():
            try:
                mine.found.set_result(mine.work())
            except BaseException as error:
                mine.found.set_exception(error)
                raise
