"""Is everything that a site needs as it should be? Looks, asks one source, and changes nothing.

One rule: whatever is wrong with a site becomes a finding, and keeps nothing else from being looked at.
"""

from __future__ import annotations

import asyncio
import platform
from typing import TYPE_CHECKING

from aggregator.app import doctor_findings as findings
from aggregator.app import doctor_network as network
from aggregator.app import doctor_store as local
from aggregator.app.application import App
from aggregator.app.doctor_findings import Finding, ok, trouble
from aggregator.app.doctor_network import Remembered
from aggregator.dates import utc_now
from aggregator.errors import AggregatorError, ConfigError, StoreError
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aggregator.config.salvage import Places
    from aggregator.contracts import Clock
    from aggregator.model import Source
    from aggregator.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was found, in the order in which to put it right, and how bad it is as an exit code."""

    findings: tuple[Finding, ...]
    exit_code: int


def examine(config: Path | None, environ: Mapping[str, str], clock: Clock = utc_now) -> Diagnosis:
    """Look at the site of a configuration. Raises nothing that a user or a publisher can cause."""
    from aggregator.config import find
    from aggregator.config.salvage import Places, places

    where, app, path = Places(), None, None
    try:
        path = find(config, environ)
        where = places(path, environ)
        app = replace(App.open(path, environ, {}), clock=clock)
        told = [*_configuration(app)]
    except ConfigError as error:
        fix = "correct it there" if path else "go to the site's folder, or name its file with -c FILE"
        told = [Finding("configuration", "fail", line, fix) for line in error.problems]
    told.append(_versions())
    told.extend(_look(where, app, clock))
    failed = any(each.mark == "fail" for each in told)
    return Diagnosis(tuple(told), ConfigError.exit_code if app is None else int(failed))


def _configuration(app: App) -> Iterator[Finding]:
    fix = "docs/configuration.md tells what it does"
    for line in app.settings.warnings:
        yield Finding("configuration", "warn", line, fix)
    if not app.settings.warnings:
        yield ok("configuration", f"{app.settings.path}: no mistake found")


def _versions() -> Finding:
    from aggregator.store.connection import sqlite_version

    try:
        return ok("versions", f"Python {platform.python_version()}, SQLite {sqlite_version()}")
    except AggregatorError as error:  # pragma: no cover - such a Python is not among those that tests run on
        return trouble("versions", error, "use a newer Python")


def _look(where: Places, app: App | None, clock: Clock) -> Sequence[Finding]:
    """Everything but the configuration; ``app`` None: that is wrong, and no source is asked."""
    told: list[Finding] = []
    known, latest = Remembered(), None
    with local.opened(where, told) as store:
        sources = _asked(app)
        if store is not None:
            try:
                known, latest = _remembered(store, sources, clock()), _latest(store)
                told.extend(local.restless(store))
            except StoreError as error:
                told.append(trouble("store", error, "`aggregator db check` says more"))
    if where.store is not None:
        told.append(local.lock(where.store, clock()))
    told.extend(local.disks(where))
    told.append(findings.of_clock(clock(), latest))
    if app is None:
        told.append(local.unknown("fetch", "which sources there are"))
    else:
        told.extend(asyncio.run(_network(app, sources, known)))
    if where.server is not None:
        told.append(network.listening(where.server, where))
    return told


def _asked(app: App | None) -> Sequence[Source]:
    """Sources that are read over the network."""
    if app is None:
        return ()
    everything = app.known_subscriptions().everything
    return [each for each in everything if each.enabled and "://" in each.location]


def _remembered(store: SqliteStore, sources: Sequence[Source], now: datetime) -> Remembered:
    states = {state.id: state for state in store.states()}
    bookmarks = store.bookmarks(each.id for each in sources if each.id in states)
    return Remembered(states, bookmarks, store.holds(now))


def _latest(store: SqliteStore) -> datetime:
    """The latest time at which something was written."""
    times = (time for state in store.states() for time in (state.attempted, state.last_success))
    return max((store.created, *(time for time in times if time is not None)))


async def _network(app: App, sources: Sequence[Source], known: Remembered) -> Sequence[Finding]:
    return [*await network.names(app, sources, known), *await network.fetch(app, sources, known)]
