"""One polite client for everything that is requested.

Its one rule: whatever a server does, it costs its own source one FetchError, in bounded time and memory.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from aggregator import dates
from aggregator.errors import FetchError, light
from aggregator.exchange import Answer
from aggregator.lanes import HostRule, Lanes
from aggregator.values import dataclass, field
from aggregator.web import faults, receiving
from aggregator.web.answers import (
    NOT_MODIFIED,
    freshness,
    joined,
    not_modified,
    refuse_other_deltas,
    retry_after,
    validators,
)
from aggregator.web.guard import Guard
from aggregator.web.hops import REDIRECTS, Proxy, Trip
from aggregator.web.hosts import Budget, Deadline, Hosts
from aggregator.web.sockets import HOST, session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from types import TracebackType

    from aggregator.contracts import Clock
    from aggregator.exchange import Request

_OK, _NON_AUTHORITATIVE, _IM_USED = 200, 203, 226
_HOLDING = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How everything is requested. Times in seconds, sizes in bytes.

    ``user_agent`` is complete. ``allow_private``: hosts, addresses and networks that the guard lets pass.
    ``hosts``: rules by host (in lower case) or pattern. A ``proxy`` is trusted: it connects to whatever it is
    asked for, and the guard sees neither its address nor what is behind it.
    """

    user_agent: str
    concurrency: int = 64
    per_host: int = 1
    host_delay: float = 1.0
    timeout: float = 20.0
    max_bytes: int = 8 * 1024**2
    allow_private: tuple[str, ...] = ()
    proxy: str | None = None
    hosts: Mapping[str, HostRule] = field(default_factory=lambda: MappingProxyType({}))
    bytes_in_flight: int = 64 * 1024**2
    """What all documents that arrive at once may come to; see Budget."""

    @property
    def lanes(self) -> Lanes:
        """Which hosts share one queue."""
        return Lanes(HostRule(self.per_host, self.host_delay), self.hosts)


class PoliteWeb:
    """The contract ``Web`` over aiohttp; to be entered once, and used on the loop it was entered on.

    ``holds``: pauses that hosts asked for before, by their key in :class:`~aggregator.lanes.Lanes`;
    ``asked``: when hosts were last asked, so that the pause between two requests outlives a process.
    ``on_hold`` is told of each new one, and until when, so that the next process knows of it.
    """

    def __init__(
        self,
        settings: WebSettings,
        clock: Clock = dates.utc_now,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
        holds: Mapping[str, datetime] = MappingProxyType({}),
        asked: Mapping[str, datetime] = MappingProxyType({}),
        on_hold: Callable[[str, datetime], None] = lambda _key, _until: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._guard = Guard(settings.allow_private)
        self._lanes = settings.lanes
        self._hosts = Hosts(
            concurrency=settings.concurrency, lanes=self._lanes, sleep=sleep, monotonic=monotonic
        )
        for key, until in holds.items():
            self._hosts.hold(key, (until - clock()).total_seconds(), until)
        for host, moment in asked.items():
            self._hosts.asked(host, (clock() - moment).total_seconds())
        self._on_hold = on_hold
        self._budget = Budget(settings.bytes_in_flight)
        self._tls = tls
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._direct = await self._stack.enter_async_context(session(self._guard))
        self._proxied = await self._stack.enter_async_context(session(None))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(self, request: Request) -> Answer:
        """Answer 200, 226 or 304, after redirects.

        A 304 carries the validators that were sent, updated by those that came with it (RFC 9111, 4.3.4).
        """
        try:
            return await self._get(request)
        except FetchError as error:
            raise light(error) from error.__cause__

    async def _get(self, request: Request) -> Answer:
        trip = Trip(request, self._settings.user_agent)
        proxy = Proxy.of(request.proxy or self._settings.proxy)
        deadline = Deadline(self._settings.timeout)
        try:
            while True:
                async with self._hosts.slot(*trip.origin):
                    answer = await self._hop(trip, proxy, deadline)
                if answer is not None:
                    return answer
        except FetchError as error:  # whatever became of the answer, what it asked for counts
            if trip.retry_after is not None:
                error.retry_after = max(trip.retry_after, error.retry_after or trip.retry_after)
            raise

    async def _hop(self, trip: Trip, proxy: Proxy | None, deadline: Deadline) -> Answer | None:
        """One request; None: it was redirected."""
        seconds = f"{self._settings.timeout:g}s"
        arriving = False
        HOST.set(trip.place.written)
        try:
            async with deadline.running(), self._asked(trip, proxy) as response:
                arriving = True
                return await self._heard(trip, response, deadline)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            if isinstance(error, TimeoutError) and error.errno is None:  # the deadline, no system's
                what = f"still sending after {seconds}" if arriving else f"no answer within {seconds}"
                raise FetchError(f"{trip.who}: {what}" if trip.moves else what) from error
            raise faults.of_exception(error, trip, proxy.name if proxy else None) from error

    def _asked(self, trip: Trip, proxy: Proxy | None) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = trip.headers()
        url = URL(trip.place.url, encoded=True)
        if proxy is None:
            return self._direct.get(url, headers=headers, allow_redirects=False, ssl=self._trust(url.scheme))
        told = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
        if url.scheme == "http":  # to a proxy itself, headers and all
            return self._proxied.get(
                url,
                headers=headers | told,
                allow_redirects=False,
                ssl=self._trust(URL(proxy.url).scheme),
                proxy=proxy.url,
            )
        return self._proxied.get(
            url,
            headers=headers,
            allow_redirects=False,
            ssl=self._trust(url.scheme),
            proxy=proxy.url,
            proxy_headers=told,
        )

    def _trust(self, scheme: str) -> ssl.SSLContext | bool:
        """Whom to trust where that is asked: made once, and only where it is, since it takes 20 ms."""
        if scheme != "https":
            return True
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    async def _heard(self, trip: Trip, response: aiohttp.ClientResponse, deadline: Deadline) -> Answer | None:
        headers = joined(response.headers.items())
        status = response.status
        self._note_pause(trip, status, headers)
        if status in REDIRECTS:
            trip.follow(status, headers.get("location"))
            return None
        if status == NOT_MODIFIED:
            return not_modified(trip, headers, freshness(headers, self._clock()))
        if status not in (_OK, _NON_AUTHORITATIVE, _IM_USED):
            page = await receiving.page(response, headers) if status in faults.WALLED else b""
            raise faults.of_status(trip, status, headers, page)
        if status == _IM_USED:
            refuse_other_deltas(trip, headers)
        content_type = headers.get("content-type")
        async with self._budget.share(deadline) as share:
            received = await receiving.body(
                response,
                headers,
                limit=self._settings.max_bytes,
                share=share,
                is_known=lambda raw_hash: trip.is_known(raw_hash, content_type),
            )
        return Answer(
            status=_IM_USED if status == _IM_USED else _OK,
            url=trip.place.url,
            body=received.body,
            raw_hash=received.raw_hash,
            validators=validators(headers),
            content_type=content_type,
            headers=headers,
            moved=trip.moved,
            retry_after=trip.retry_after,
            freshness=freshness(headers, self._clock()),
            received=received.size,
        )

    def _note_pause(self, trip: Trip, status: int, headers: Mapping[str, str]) -> None:
        now = self._clock()
        until = retry_after(headers.get("retry-after"), now)
        if until is None:
            return
        trip.retry_after = max(until, trip.retry_after or until)
        if status in _HOLDING:
            key = self._lanes.hold_key(*trip.origin)
            if self._hosts.hold(key, (until - now).total_seconds(), until):
                self._on_hold(key, until)
