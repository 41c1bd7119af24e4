"""The end of the process, which waits for threads: one that reads from a disk that hangs never ends."""

from __future__ import annotations

import os
import threading


def within(seconds: float, code: int) -> int:
    """Have the process end with this exit code, which is returned, within so many seconds from now."""
    last = threading.Timer(seconds, os._exit, (code,))
    last.daemon = True
    last.start()
    return code
