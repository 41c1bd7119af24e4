"""Waiting for something to happen in another process, within a limit."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 60.0
_STEP = 0.02


def until(happened: Callable[[], bool], what: Callable[[], str], limit: float = LIMIT) -> None:
    """Wait for it; after ``limit`` seconds it has failed, with what there is to say."""
    idle, end = threading.Event(), time.monotonic() + limit
    while not happened():
        assert time.monotonic() < end, what()
        idle.wait(_STEP)


def quiet(count: Callable[[], int], seconds: float) -> None:
    """Wait until a number has not changed for so long."""
    idle, last, since = threading.Event(), count(), time.monotonic()
    while time.monotonic() - since < seconds:
        idle.wait(_STEP)
        if (now := count()) != last:
            last, since = now, time.monotonic()
