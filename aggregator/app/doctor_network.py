"""What is seen of a site from the network: names, one source, and who listens at its address.

One rule: a single request, of the kind that a refresh makes, to a single source that may be asked.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aggregator import dates, due
from aggregator.app import doctor_findings as findings
from aggregator.app import healthcheck
from aggregator.app.doctor_findings import Finding, Listening, LookedUp, ok
from aggregator.errors import FetchError, SourceError
from aggregator.model import Bookmark
from aggregator.values import dataclass, field
from aggregator.web import probe
from aggregator.web.guard import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.app.application import App
    from aggregator.config.salvage import Places
    from aggregator.config.settings import ServerSettings
    from aggregator.contracts import Web
    from aggregator.exchange import Answer, Request
    from aggregator.model import Source
    from aggregator.polls import SourceState

_NAMES = 5
"""Hosts that are looked up."""
_MAX_AGE_DIGITS = 9
_LISTENING = {
    errno.EADDRINUSE: ("another program listens there", "stop that, or choose another `server.listen`"),
    errno.EACCES: (
        "this user may not listen at a port below 1024",
        "choose one above, with a web server before it; or grant CAP_NET_BIND_SERVICE",
    ),
    errno.EADDRNOTAVAIL: ("this machine has no such address", "correct `server.listen`"),
    probe.NO_SUCH_NAME: ("that name has no address", "correct `server.listen`"),
}
"""By what a server would fail with."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows of the sources; nothing where it cannot be read."""

    states: Mapping[str, SourceState] = field(default_factory=dict)
    bookmarks: Mapping[str, Bookmark] = field(default_factory=dict)
    holds: Mapping[str, datetime] = field(default_factory=dict)
    """Pauses that hosts asked for."""

    def url(self, source: Source) -> str:
        """Where it is asked."""
        state = self.states.get(source.id)
        return (state.url if state else None) or source.location


@dataclass
class _Overheard:
    """A web that remembers the last answer, whose header an adapter does not pass on."""

    web: Web
    answer: Answer | None = None

    async def get(self, request: Request) -> Answer:
        """Pass it on."""
        self.answer = await self.web.get(request)
        return self.answer


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────


async def names(app: App, sources: Sequence[Source], known: Remembered) -> Sequence[Finding]:
    """Look up some of the hosts that are asked, or the proxies before them."""
    fetch = app.settings.fetch
    hosts: dict[str, tuple[str, ...] | None] = {}
    for source in sources:
        proxy = source.proxy or fetch.proxy
        if host := probe.host_of(proxy or known.url(source)):
            hosts.setdefault(host, None if proxy else fetch.allow_private)
    chosen = list(hosts.items())[:_NAMES]
    found = await asyncio.gather(*(_look_up(host, opened) for host, opened in chosen))
    return list(findings.of_names(found, len(hosts) - len(chosen)))


async def _look_up(host: str, opened: tuple[str, ...] | None) -> LookedUp:
    try:
        await probe.look_up(host, opened)
    except FetchError as error:
        return LookedUp(host, str(error), refused=isinstance(error.__cause__, RefusedError))
    return LookedUp(host)


# ── one source ────────────────────────────────────────────────────────────────────────────────────────────


def source_to_ask(app: App, sources: Sequence[Source], known: Remembered, now: datetime) -> Source | None:
    """One that may be asked; of those the one that was well, and was not asked for the longest time."""
    lanes = app.settings.fetch.lanes

    def may_be_asked(source: Source) -> bool:
        state = known.states.get(source.id)
        if due.is_held(now, known.holds.get(lanes.hold_key_of(known.url(source)) or "")):
            return False
        return state is None or not (
            state.paused or state.gone_since is not None or due.is_held(now, state.held_until)
        )

    def place(source: Source) -> tuple[bool, float]:
        state = known.states.get(source.id)
        if state is None:
            return False, 0.0
        return state.failures > 0, state.attempted.timestamp() if state.attempted else 0.0

    return min(filter(may_be_asked, sources), key=place, default=None)


async def fetch(app: App, sources: Sequence[Source], known: Remembered) -> Sequence[Finding]:
    """Ask one source as a refresh would, but for keeping what comes."""
    from aggregator.app.network import polite_web

    if not sources:
        return [ok("fetch", "no source is read over the network, so none was asked")]
    source = source_to_ask(app, sources, known, app.clock())
    if source is None:
        return [ok("fetch", "none was asked: every source is paused, gone, or held by a Retry-After")]
    kind = app.adapters.get(source.type) or app.lists[source.type]
    async with polite_web(app.settings, app.clock, holds=known.holds) as web:
        overheard = _Overheard(web)
        try:
            async for _ in kind.fetch(source, known.bookmarks.get(source.id, Bookmark()), overheard):
                pass
        except SourceError as error:
            answered = overheard.answer is not None or (
                isinstance(error, FetchError) and error.status is not None
            )
            return [findings.of_failed_fetch(source.id, str(error), answered=answered)]
    return _answered(source, overheard.answer, app.clock())


def _answered(source: Source, answer: Answer | None, now: datetime) -> Sequence[Finding]:
    if answer is None:
        return [ok("fetch", f"{source.id}: there was nothing to ask for")]
    host = probe.host_of(answer.url) or ""
    what = findings.size(answer.received) if answer.body else "unchanged"
    told = [ok("fetch", f"{source.id}: {host} answered {answer.status}, {what}")]
    clock = findings.of_server_time(now, server_time(answer.headers), host)
    return [*told, clock] if clock else told


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """What an answer says the time is (RFC 9110, 6.6.1): a cache says how long ago it was sent first."""
    date = dates.parse(headers.get("date", "").strip(), UTC)
    age = headers.get("age", "0").strip()
    if date is None or not (age.isascii() and age.isdecimal()) or len(age) > _MAX_AGE_DIGITS:
        return None
    return date + timedelta(seconds=int(age))


# ── our own address ───────────────────────────────────────────────────────────────────────────────────────


def listening(server: ServerSettings, where: Places) -> Finding:
    """Who listens where the site's own server is to."""
    outcome = probe.listening_at(server.host, server.port)
    seen = Listening(address=server.listen, outcome=outcome, given=where.listen_given)
    if outcome == errno.EADDRINUSE and _serves_us(server, where):
        health = healthcheck.check(healthcheck.own_url(server))
        seen = Listening(
            address=server.listen,
            outcome=outcome,
            given=where.listen_given,
            ours=True,
            well=health.well,
            health=health.said,
        )
    return findings.of_listening(seen, _LISTENING)


def _serves_us(server: ServerSettings, where: Places) -> bool:
    """Whether this site's list of feeds is what is served there: other sites have servers of ours too."""
    if where.output_dir is None:
        return False
    try:
        ours = (where.output_dir / "feeds.opml").read_bytes()
        return asyncio.run(healthcheck.ask(healthcheck.own_url(server, "/feeds.opml"))).body == ours
    except (OSError, FetchError):
        return False
