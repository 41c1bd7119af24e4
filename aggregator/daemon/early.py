"""What comes while nobody can act on it yet: signals, which by default would end the process, and changes."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from aggregator.daemon.watching import signs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from aggregator.daemon.watching import Signs

_NOTED = (signal.SIGHUP, signal.SIGUSR1)


class Noted(NamedTuple):
    """What there is to see of it."""

    signals: list[int]
    """Those that came, in order."""
    configuration: Signs
    """How its file looked when it had been read: it may be another one by now."""


@contextmanager
def noted(configuration: Path) -> Iterator[Noted]:
    """What comes from the beginning of the block on; to be used in the main thread.

    Whoever takes signals over meanwhile, as a loop does, is told of all that come from then on.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in _NOTED}
    try:
        yield Noted(came, signs([configuration]))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
