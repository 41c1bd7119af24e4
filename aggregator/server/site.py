"""From a request to its answer: what lies at the path, in the form that the client asks for.

The one rule: only files of the output folder, only read; and besides them ``/-/healthy`` and ``/-/metrics``.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from aggregator.server import conditions, media, negotiation, targets
from aggregator.server.answers import Answer
from aggregator.server.files import CHUNK, UnreadableError
from aggregator.server.forms import compressible, form, http_date, lines, protection
from aggregator.urls import quote_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from aiohttp import web

    from aggregator.contracts import Clock
    from aggregator.server.conditions import Part
    from aggregator.server.files import File, Files
    from aggregator.server.forms import Form
    from aggregator.server.negotiation import Coding

log = logging.getLogger(__name__)

HEALTHY = "-/healthy"
METRICS = "-/metrics"
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NOT_FOUND = "404.html"
_REMEMBERED = 1.0
"""Seconds for which health and metrics are asked once, however often they are requested."""
_RETRY = 30


class Vitals(Protocol):
    """How the whole is, told by whoever runs the server. Called on its event loop: answers at once."""

    def healthy(self) -> tuple[bool, str]:
        """Whether all is well, and why, in a line."""
        ...

    def metrics(self) -> str:
        """Metrics in Prometheus' text form, each line ended."""
        ...


class Site:
    """Answers requests. ``max_age``: seconds for which an answer stays good; ``moved``: a path's new path."""

    def __init__(
        self,
        files: Files,
        *,
        max_age: Callable[[], float],
        moved: Callable[[str], str | None],
        vitals: Vitals,
        clock: Clock,
        connections: Callable[[], int],
    ) -> None:
        self._files = files
        self._max_age = max_age
        self._moved = moved
        self._vitals = vitals
        self._clock = clock
        self._connections = connections
        self._at = -1
        self._date = self._fresh = self._stale = b""
        self._told: dict[str, tuple[float, int, str]] = {}
        self.statuses: Counter[int] = Counter()
        """How many answers had each status."""
        self.bytes = 0
        """How many bytes of bodies were sent."""

    def count(self, answer: Answer) -> None:
        """An answer was sent."""
        self.statuses[answer.status] += 1
        self.bytes += answer.sent

    async def answer(self, request: web.BaseRequest) -> Answer:
        """Answer one request; whatever it is, there is an answer."""
        self._tick()
        if request.version.minor and len(request.headers.getall("Host", ())) != 1:
            return self.plain(400, "exactly one Host is needed")
        if request.method not in ("GET", "HEAD"):
            return self.plain(405, "only GET and HEAD", ("Allow", "GET, HEAD"))
        path = targets.path_of(request.raw_path)
        try:
            return await self._at_path(request, path)
        except UnreadableError as error:
            log.warning("%s", error)
            return self.plain(503, "not readable now", ("Retry-After", str(_RETRY)), head=_is_head(request))

    async def _at_path(self, request: web.BaseRequest, path: str | None) -> Answer:
        if path is None:
            return await self._not_found(request)
        if path in (HEALTHY, METRICS):
            return self._vital(path, head=_is_head(request))
        new = self._moved(path)
        if new is not None and new != path:
            return self._redirect(targets.reference(path, new), head=_is_head(request))
        while (file := await self._files.find(path)) is not None:
            answer = await self._send(request, file)
            if answer is not None:
                return answer
        if await self._files.find(f"{path}/{targets.INDEX}") is not None:
            folder = path.rpartition("/")[2]
            return self._redirect(quote_path(folder) + "/", head=_is_head(request))
        return await self._not_found(request)

    # ── files ──

    async def _send(self, request: web.BaseRequest, file: File) -> Answer | None:
        """The file, or what its conditions come to; None where another took its place meanwhile."""
        readable, coding = self._wanted(request, file)
        shown = self._form(file, readable, coding)
        fields = _given(request, conditions.FIELDS)
        if fields:
            verdict = conditions.evaluate(fields, shown.etag, file.modified)
            if verdict == "not modified":
                return Answer(304, shown.brief + self._date + self._fresh)
            if verdict == "failed":
                return self.plain(412, "the precondition failed", head=_is_head(request))
        if file.body is None:
            return await self._stream(request, file, shown, fields)
        body = await self._files.encoded(file, coding) if coding else file.body
        part = conditions.part(fields, shown.etag, len(body)) if fields and not _is_head(request) else "whole"
        if part == "unsatisfiable":
            return self._unsatisfiable(len(body))
        status, start, end, extent = _extent(part, len(body))
        answer = Answer(status, shown.fields + extent + self._date + self._fresh, body, start=start, end=end)
        return answer.without_body() if _is_head(request) else answer

    def _wanted(self, request: web.BaseRequest, file: File) -> tuple[bool, Coding]:
        readable = file.media.readable and negotiation.prefers_html(_field(request, "Accept"))
        if file.body is None or not compressible(file.media, file.length):
            return readable, ""
        return readable, negotiation.coding(_field(request, "Accept-Encoding"))

    def _form(self, file: File, readable: bool, coding: Coding) -> Form:
        made = file.forms.get((readable, coding))
        if made is None:
            made = file.forms[readable, coding] = form(
                file.media, file.digest, file.length, file.modified, readable=readable, coding=coding
            )
        return made

    async def _stream(
        self, request: web.BaseRequest, file: File, shown: Form, fields: dict[str, str]
    ) -> Answer | None:
        part = conditions.part(fields, shown.etag, file.length) if not _is_head(request) else "whole"
        if part == "unsatisfiable":
            return self._unsatisfiable(file.length)
        status, start, end, extent = _extent(part, file.length)
        head = shown.fields + extent + self._date + self._fresh
        if _is_head(request):
            return Answer(status, head, end=end).without_body()
        descriptor = await self._files.open(file)
        if descriptor is None:
            return None

        async def chunks() -> AsyncIterator[bytes]:
            try:
                position = start
                while position < end:
                    chunk = await self._files.chunk(descriptor, position, min(CHUNK, end - position))
                    if not chunk:
                        raise ConnectionAbortedError("the file became shorter")
                    yield chunk
                    position += len(chunk)
            finally:
                os.close(descriptor)

        return Answer(status, head, start=start, end=end, stream=chunks)

    async def _not_found(self, request: web.BaseRequest) -> Answer:
        page = await self._files.find(_NOT_FOUND)
        if page is None or page.body is None:
            return self.plain(404, "nothing is here", head=_is_head(request))
        _, coding = self._wanted(request, page)
        body = await self._files.encoded(page, coding) if coding else page.body
        fields = [("Content-Type", page.media.type), ("Vary", "Accept-Encoding")]
        if coding:
            fields.append(("Content-Encoding", coding))
        fields += [("Content-Length", str(len(body))), *protection(page.media.policy)]
        answer = Answer(404, lines(fields) + self._date + self._stale, body)
        return answer.without_body() if _is_head(request) else answer

    # ── what is no file ──

    def plain(self, status: int, text: str, *fields: tuple[str, str], head: bool = False) -> Answer:
        """A line of text, which nobody keeps."""
        self._tick()
        return self._text(status, f"{status} {text}\n", media.TEXT, fields, self._stale, head=head)

    def _redirect(self, to: str, *, head: bool) -> Answer:
        text = f"301 moved to {to}\n"
        return self._text(301, text, media.TEXT, [("Location", to)], self._fresh, head=head)

    def _unsatisfiable(self, length: int) -> Answer:
        return self.plain(416, "no such range", ("Content-Range", f"bytes */{length}"))

    def _text(
        self,
        status: int,
        text: str,
        kind: str,
        fields: Sequence[tuple[str, str]],
        keeping: bytes,
        *,
        head: bool,
    ) -> Answer:
        body = text.encode()
        always = [("Content-Type", kind), ("Content-Length", str(len(body))), *protection(media.POLICY)]
        answer = Answer(status, lines([*always, *fields]) + self._date + keeping, body)
        return answer.without_body() if head else answer

    def _vital(self, path: str, *, head: bool) -> Answer:
        now = time.monotonic()
        until, status, text = self._told.get(path, (0.0, 0, ""))
        if now >= until:
            status, text = self._health() if path == HEALTHY else (200, self._vitals.metrics() + self._own())
            self._told[path] = now + _REMEMBERED, status, text
        kind = media.TEXT if path == HEALTHY else _METRICS_TYPE
        return self._text(status, text, kind, (), self._stale, head=head)

    def _health(self) -> tuple[int, str]:
        well, why = self._vitals.healthy()
        return (200 if well else 503), f"{why}\n"

    def _own(self) -> str:
        told = [
            "# HELP aggregator_http_responses_total Answers of the HTTP server, by status.",
            "# TYPE aggregator_http_responses_total counter",
            *(
                f'aggregator_http_responses_total{{status="{status}"}} {count}'
                for status, count in sorted(self.statuses.items())
            ),
            "# HELP aggregator_http_sent_bytes_total Bytes of bodies that the HTTP server sent.",
            "# TYPE aggregator_http_sent_bytes_total counter",
            f"aggregator_http_sent_bytes_total {self.bytes}",
            "# HELP aggregator_http_connections Open connections of the HTTP server.",
            "# TYPE aggregator_http_connections gauge",
            f"aggregator_http_connections {self._connections()}",
            "# HELP aggregator_http_memory_bytes Bytes of files that the HTTP server holds in memory.",
            "# TYPE aggregator_http_memory_bytes gauge",
            f"aggregator_http_memory_bytes {self._files.size}",
        ]
        return "".join(f"{line}\n" for line in told)

    def _tick(self) -> None:
        """Once a second, say anew what time it is, and for how long an answer is good."""
        now = int(time.monotonic())
        if now != self._at:
            self._at = now
            self._date = lines([("Date", http_date(self._clock()))])
            self._fresh = lines([("Cache-Control", f"public, max-age={max(int(self._max_age()), 0)}")])
            self._stale = lines([("Cache-Control", "no-store")])


def _extent(part: Part | str, length: int) -> tuple[int, int, int, bytes]:
    """Status, start, end and header fields of the whole or a part."""
    if isinstance(part, str):
        return 200, 0, length, f"Content-Length: {length}\r\n".encode()
    size, place = part.end - part.start + 1, f"bytes {part.start}-{part.end}/{length}"
    fields = f"Content-Length: {size}\r\nContent-Range: {place}\r\n".encode()
    return 206, part.start, part.end + 1, fields


def _field(request: web.BaseRequest, name: str) -> str:
    """A field as if it were sent in one line (RFC 9110, 5.3)."""
    return ",".join(request.headers.getall(name, ()))


def _given(request: web.BaseRequest, names: Sequence[str]) -> dict[str, str]:
    return {name: _field(request, name) for name in names if name in request.headers}


def _is_head(request: web.BaseRequest) -> bool:
    return request.method == "HEAD"
