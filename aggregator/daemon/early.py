"""Signals that come while nobody can act on them yet: by default they would end the process."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_NOTED = (signal.SIGHUP, signal.SIGUSR1)


@contextmanager
def noted() -> Iterator[list[int]]:
    """Those that came since the block began, in order; to be used in the main thread.

    Whoever takes them over meanwhile, as a loop does, is told of all that come from then on.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in _NOTED}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
