"""Configuration: YAML, environment and flags become frozen settings, or every reason why not.

One rule: whatever is wrong is told at once, each with file, line and column. The way through:
``document`` (text → tree with places) → ``overlay`` → ``interpolate`` → ``check`` against ``schema`` →
``cross`` → ``assemble`` → :class:`Settings`. What only ``init`` and ``validate`` need is in ``editors``,
``reference``, ``show`` and ``template``, which cost time to import.
"""

from __future__ import annotations

from aggregator.config.load import find, load
from aggregator.config.settings import (
    FetchSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
)

__all__ = [
    "FetchSettings",
    "ScheduleSettings",
    "ServerSettings",
    "Settings",
    "find",
    "load",
]
