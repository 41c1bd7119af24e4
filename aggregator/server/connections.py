"""Connections: how many, how long they may wait, how much they may ask; and what is answered to nonsense.

The one rule: nobody keeps others out. Where no more connections are allowed, the one that has waited longest
without asking makes room.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING

from aiohttp import http_exceptions, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD

from aggregator.server.answers import Answer
from aggregator.server.byheart import ByHeart
from aggregator.values import dataclass

if TYPE_CHECKING:
    from aggregator.server.site import Site

log = logging.getLogger(__name__)
access = logging.getLogger("aggregator.access")
_foreign = logging.getLogger("aggregator.server.aiohttp")
_foreign.setLevel(logging.CRITICAL)  # it writes tracebacks of what strangers send

TARGET = 8190
FIELD = 8191
"""Bytes of a header field; not the same as of a target, so that aiohttp's error tells which was too long."""
_FIELDS = 100
_HEAD = 32 * 2**10
"""Bytes of all header fields together."""
_SECONDS = 5
"""After which somebody who found the house full may come again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take. Seconds, and numbers."""

    connections: int = 512
    idle: float = 30.0
    """For a request to come whole, counted from the opening or the last answer."""
    patience: float = 30.0
    """For a client to take 128 KiB of an answer."""
    lingering: float = 1.0
    """For what nobody asked for: the body of a request."""


class Door(web.Server):
    """Lets clients in. ``waiting``: connections without a request, longest first."""

    def __init__(self, site: Site, limits: Limits, *, logs: bool) -> None:
        super().__init__(self._answer)
        self.limits = limits
        self.site = site
        self.logs = logs
        self.waiting: dict[Connection, None] = {}
        self.by_heart = ByHeart()
        self.inside: set[Connection] = set()
        self._emptied = asyncio.Event()

    def let_in(self) -> asyncio.Protocol:
        """The protocol of a connection that was just accepted."""
        if len(self.inside) >= self.limits.connections:
            if not self.waiting:
                return _Refusal(self.site)
            next(iter(self.waiting)).drop()
        return Connection(self)

    def leaves(self, connection: Connection) -> None:
        """A connection is no more."""
        self.waiting.pop(connection, None)
        self.inside.discard(connection)
        if not self.inside:
            self._emptied.set()

    async def empty(self, grace: float) -> None:
        """Send everybody away: who only waits at once, who is being answered when that is done.

        ``grace``: seconds for it; then they are cut off.
        """
        self._emptied.clear()
        for connection in list(self.waiting):
            connection.drop()
        self.pre_shutdown()
        if self.inside:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self._emptied.wait()
        for connection in list(self.inside):
            connection.drop()
        await self.shutdown(0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if isinstance(request.protocol, Connection):
            request.protocol.begin()
        answer = await self.site.answer(request)
        answer.patience = self.limits.patience
        return answer


class Connection(web.RequestHandler):
    """One connection of a client."""

    __slots__ = ("_door", "_ended", "_guard", "_parted", "_read_at", "_unanswered")

    def __init__(self, door: Door) -> None:
        super().__init__(
            door,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=door.limits.idle,
            lingering_time=door.limits.lingering,
            max_line_size=TARGET,
            max_field_size=FIELD,
            max_headers=_FIELDS,
            auto_decompress=False,
            logger=_foreign,
            access_log=None,  # type: ignore[arg-type] # as aiohttp itself has it where nothing is to be logged
        )
        self._door = door
        self._ended = False
        """The client says no more."""
        self._unanswered = 0
        self._parted = True
        """What came until now was whole requests, each by itself."""
        self._read_at = 0.0
        self._guard: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # Whatever is not taken at once pauses writing: an answer is done when the system has all of it.
        if isinstance(transport, asyncio.WriteTransport):
            transport.set_write_buffer_limits(high=0)
        self._door.inside.add(self)
        self._door.waiting[self] = None
        self._read_at = self._loop.time()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._door.leaves(self)
        self._unguard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came; too much of a head is answered like any other nonsense."""
        alone = self._parted and self in self._door.waiting and not (self._close or self._force_close)
        if alone and self._answer_by_heart(data):
            return
        self._unanswered += len(data)
        super().data_received(data)
        if self._messages:
            self._door.waiting.pop(self, None)
        self._parted = alone and data.endswith(b"\r\n\r\n") and len(self._messages) == 1
        if self._parted:
            self._learn(data)
        elif self._unanswered > _HEAD and self in self._door.waiting:
            self._refuse(431, "the header fields are too large")

    def eof_received(self) -> bool:  # type: ignore[override] # aiohttp keeps no connection, asyncio can
        """The client says no more, and may well listen: what it asked for it gets.

        False has the connection closed, once all that was written is sent.
        """
        self._ended = True
        return self not in self._door.waiting

    def _learn(self, data: bytes) -> None:
        message, payload = self._messages[0]
        if not isinstance(message, RawRequestMessage) or message.upgrade or payload is not EMPTY_PAYLOAD:
            self._parted = False
        elif not self._door.logs:
            self._door.by_heart.learn(data, message)

    def _answer_by_heart(self, data: bytes) -> bool:
        """Answer a request that is known, if that takes no waiting.

        Now and then aiohttp reads it all the same: it counts how long a connection is idle.
        """
        known = self._door.by_heart.recall(data)
        if known is None or self.transport is None or self.writing_paused:
            return False
        if self._loop.time() - self._read_at > self._door.limits.idle / 2:
            return False
        answer = self._door.site.at_once(*known)
        raw = answer.at_once() if answer is not None else None
        if answer is None or raw is None:
            return False
        self.transport.write(raw)
        self._door.site.count(answer)
        self._watch()
        return True

    def _watch(self) -> None:
        """See that what was written is taken in time."""
        if self.writing_paused:
            self._guard = self._loop.call_later(self._door.limits.patience, self.drop)

    def resume_writing(self) -> None:
        """The client took all that was written."""
        self._unguard()
        super().resume_writing()

    def _unguard(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None

    def begin(self) -> None:
        """A request is being answered."""
        self._unanswered = 0

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, and count it."""
        sent, gone = await super().finish_response(request, resp, start_time)
        self._read_at = self._loop.time()
        if self._ended and not self._messages:
            self.close()
        elif sent.keep_alive and not gone and not self._messages and self in self._door.inside:
            self._door.waiting[self] = None
        if isinstance(sent, Answer):
            self._door.site.count(sent)
            if self._door.logs:
                _log(request, sent, cut=gone)
        return sent, gone

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, and what is a mistake of ours; neither tells more than that."""
        if isinstance(exc, http_exceptions.HttpProcessingError):
            return self._door.site.plain(*_nonsense(exc))
        log.error("a request was not answered; this is a bug", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionAbortedError("an answer is under way")
        return self._door.site.plain(500, "a mistake of this server; its log tells more")

    def _refuse(self, status: int, why: str) -> None:
        if self.transport is not None:
            self.transport.write(self._door.site.plain(status, why).alone())
        self.force_close()

    def drop(self) -> None:
        """Go at once, whatever is under way."""
        self._door.leaves(self)
        if self.transport is not None:
            self.transport.abort()


class _Refusal(asyncio.Protocol):
    """There is no room, and nobody who only waits."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            answer = self._site.plain(503, "too many connections", ("Retry-After", str(_SECONDS)))
            transport.write(answer.alone())
            transport.close()


def _nonsense(error: http_exceptions.HttpProcessingError) -> tuple[int, str]:
    if isinstance(error, http_exceptions.LineTooLong):
        return (
            (414, "the target is too long")
            if error.args[1] == TARGET
            else (431, "a header field is too long")
        )
    if "Too many headers" in error.message:
        return 431, "too many header fields"
    return 400, "this is no HTTP request"


def _log(request: web.BaseRequest, answer: Answer, *, cut: bool) -> None:
    """One line; what clients sent is in quotes, in ASCII, and steers no terminal."""
    told = [f"{request.method} {request.raw_path}", request.headers.get("User-Agent", "-")]
    line, agent = (json.dumps(each) for each in told)
    access.info(
        "%s %s %d %d%s %s",
        request.remote or "-",
        line,
        answer.status,
        answer.sent,
        " cut" if cut else "",
        agent,
    )
