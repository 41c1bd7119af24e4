"""The client that every remote source is read with, as the configuration has it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from aggregator import __version__, due
from aggregator.web import PoliteWeb, WebSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aggregator.config import Settings
    from aggregator.contracts import Clock

_PROJECT = "https://pypi.org/project/aggregator/"
"""Where a publisher finds out what we are, until the site says who runs it."""


def polite_web(
    settings: Settings,
    clock: Clock,
    *,
    holds: Mapping[str, datetime] = MappingProxyType({}),
    asked: Mapping[str, datetime] = MappingProxyType({}),
    on_hold: Callable[[str, datetime], None] = lambda _key, _until: None,
) -> PoliteWeb:
    """A client, to be entered; ``holds``, ``asked`` and ``on_hold`` are those of :class:`PoliteWeb`.

    A hold that a wrong clock wrote is none.
    """
    fetch = settings.fetch
    agent = fetch.user_agent.replace("{version}", __version__)
    return PoliteWeb(
        WebSettings(
            user_agent=agent.replace("{site_url}", settings.site_url or _PROJECT),
            concurrency=fetch.concurrency,
            per_host=fetch.per_host,
            host_delay=fetch.host_delay,
            timeout=fetch.timeout,
            max_bytes=fetch.max_bytes,
            allow_private=fetch.allow_private,
            proxy=fetch.proxy,
            hosts=fetch.hosts,
        ),
        clock,
        holds={key: until for key, until in holds.items() if due.is_held(clock(), until)},
        asked=asked,
        on_hold=on_hold,
    )
