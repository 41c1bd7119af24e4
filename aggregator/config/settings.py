"""What a configuration comes to: frozen values, complete and checked, handed down and never global. Pure.

Durations are seconds, sizes bytes, shares parts of 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.lanes import HostRule, Lanes
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aggregator.model import Source
    from aggregator.rules import OutputSettings, Rules
    from aggregator.views import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How sources are read over the network.

    ``user_agent`` still holds ``{version}`` and ``{site_url}``. ``allow_private`` are hosts in lower case,
    addresses, and networks in CIDR form. ``hosts`` are complete rules by host or pattern (``*.example.com``):
    what one doesn't set is that of all.
    """

    user_agent: str
    concurrency: int
    per_host: int
    host_delay: float
    timeout: float
    max_bytes: int
    allow_private: tuple[str, ...]
    proxy: str | None
    hosts: Mapping[str, HostRule]

    @property
    def lanes(self) -> Lanes:
        """Which hosts share one queue."""
        return Lanes(HostRule(self.per_host, self.host_delay), self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """How often sources are read; ``min`` ≤ ``interval`` ≤ ``max``."""

    interval: float
    min: float
    max: float
    adaptive: bool
    jitter: float
    watch: Literal["auto", "events", "poll"]
    """How changes of local sources are noticed by who runs for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the HTTP server listens; an IPv6 ``host`` stands without brackets."""

    host: str
    port: int

    @property
    def listen(self) -> str:
        """``HOST:PORT`` as it is written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A whole configuration. Paths are absolute."""

    path: Path
    """The file, as the user named it."""
    root: Path
    """The site folder."""
    site: Site
    site_url: str | None
    """``site.url`` with a slash at its end; None where it is not set and ``site.base_url`` is a makeshift."""
    store: Path
    output_dir: Path
    output: OutputSettings
    item_pages: bool
    index: bool
    sources: tuple[Source, ...]
    rules: Rules
    fetch: FetchSettings
    schedule: ScheduleSettings
    server: ServerSettings
    warnings: tuple[str, ...] = ()
    """What is not wrong but probably not meant; each one line, with its place."""
