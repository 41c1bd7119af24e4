"""Configuration: YAML, environment and flags become frozen settings, or every reason why not.

One rule: whatever is wrong is told at once, each with file, line and column. The way through:
``document`` (text → tree with places) → ``overlay`` → ``interpolate`` → ``check`` against ``schema`` →
``cross`` → ``assemble`` → :class:`Settings`.
"""

from __future__ import annotations

from aggregator.config.editors import json_schema
from aggregator.config.load import find, load
from aggregator.config.reference import reference
from aggregator.config.settings import (
    FetchSettings,
    HostSettings,
    ScheduleSettings,
    ServerSettings,
    Settings,
    SourceSettings,
)
from aggregator.config.show import show
from aggregator.config.template import annotated

__all__ = [
    "FetchSettings",
    "HostSettings",
    "ScheduleSettings",
    "ServerSettings",
    "Settings",
    "SourceSettings",
    "annotated",
    "find",
    "json_schema",
    "load",
    "reference",
    "show",
]
