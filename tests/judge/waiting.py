"""Waiting for something to happen in another process, within a limit."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

LIMIT = 60.0
_STEP = 0.02


def until(happened: Callable[[], bool], said: Callable[[], str], process: subprocess.Popen[bytes]) -> None:
    """Wait for what a process is to do; it has failed if the process ends, or takes too long."""
    idle, end = threading.Event(), time.monotonic() + LIMIT
    while not happened():
        assert process.poll() is None, f"ended with {process.returncode}: {said()}"
        assert time.monotonic() < end, said()
        idle.wait(_STEP)


def quiet(count: Callable[[], int], seconds: float) -> None:
    """Wait until a number has not changed for so long."""
    idle, last, since = threading.Event(), count(), time.monotonic()
    while time.monotonic() - since < seconds:
        idle.wait(_STEP)
        if (now := count()) != last:
            last, since = now, time.monotonic()
