"""From a request to its answer: what lies at the path, in the form that the client asks for.

The one rule: only files of the output folder, only read; and besides them ``/-/healthy`` and ``/-/metrics``.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from aggregator.server import conditions, media, targets
from aggregator.server.answers import Answer, Stream
from aggregator.server.files import UnreadableError
from aggregator.server.forms import compressible, form, http_date, lines, protection
from aggregator.server.wishes import wishes
from aggregator.urls import quote_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from aggregator.contracts import Clock
    from aggregator.server.conditions import Part
    from aggregator.server.files import File, Files
    from aggregator.server.forms import Form
    from aggregator.server.negotiation import Coding
    from aggregator.server.wishes import Wishes

log = logging.getLogger(__name__)

HEALTHY = "-/healthy"
METRICS = "-/metrics"
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
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
        wanted = wishes(request.raw_headers)
        if request.method == "HEAD":
            wanted = wanted.without_range()
        if request.method not in ("GET", "HEAD"):
            return self.plain(405, "only GET and HEAD", ("Allow", "GET, HEAD"))
        if wanted.hosts != 1 and request.version.minor:
            return self.plain(400, "exactly one Host is needed")
        try:
            answer = await self._at_path(_path_of(request.raw_path), wanted)
        except UnreadableError as error:
            log.warning("%s", error)
            answer = self.plain(503, "not readable now", ("Retry-After", str(_RETRY)))
        return answer.without_body() if request.method == "HEAD" else answer

    async def _at_path(self, path: str | None, wanted: Wishes) -> Answer:
        if path is None:
            return await self._not_found(wanted)
        if path in (HEALTHY, METRICS):
            return self._vital(path)
        new = self._moved(path)
        if new is not None and new != path:
            return self._redirect(targets.reference(path, new))
        while (file := self._files.held(path) or await self._files.find(path)) is not None:
            answer = await self._send(file, wanted)
            if answer is not None:
                return answer
        if await self._files.find(f"{path}/{targets.INDEX}") is not None:
            return self._redirect(quote_path(path.rpartition("/")[2]) + "/")
        return await self._not_found(wanted)

    # ── files ──

    def at_once(self, path: str, wanted: Wishes) -> Answer | None:
        """The answer to GET, if all that it takes is in memory."""
        if self._moved(path) is not None:
            return None
        file = self._files.held(path)
        if file is None:
            return None
        self._tick()
        return self._at_hand(file, wanted)

    def _at_hand(self, file: File, wanted: Wishes) -> Answer | None:
        """The file, or what its conditions come to; None where its body is yet to be compressed or read."""
        coding = _coding(file, wanted)
        shown = _form(file, wanted, coding)
        if wanted.conditions:
            verdict = conditions.evaluate(wanted.conditions, shown.etag, file.modified)
            if verdict == "not modified":
                return Answer(304, shown.brief + self._date + self._fresh)
            if verdict == "failed":
                return self.plain(412, "the precondition failed")
        body = file.coded.get(coding) if coding else file.body
        return None if body is None else self._cut(shown, wanted, body, len(body))

    def _cut(self, shown: Form, wanted: Wishes, body: bytes, length: int) -> Answer:
        """The whole, or the part that is asked for."""
        status, start, end, extent = 200, 0, length, b"Content-Length: %d\r\n" % length
        if wanted.conditions:
            part = conditions.part(wanted.conditions, shown.etag, length)
            if part == "unsatisfiable":
                return self.plain(416, "no such range", ("Content-Range", f"bytes */{length}"))
            if part != "whole":
                status, start, end, extent = _part(part, length)
        return Answer(status, shown.fields + extent + self._date + self._fresh, body, start=start, end=end)

    async def _send(self, file: File, wanted: Wishes) -> Answer | None:
        """The same as at hand, whatever it takes; None where another file took its place meanwhile."""
        answer = self._at_hand(file, wanted)
        if answer is not None:
            return answer
        coding = _coding(file, wanted)
        shown = _form(file, wanted, coding)
        if coding:
            body = await self._files.encoded(file, coding)
            return self._cut(shown, wanted, body, len(body))
        answer = self._cut(shown, wanted, b"", file.length)
        if answer.status in (200, 206):
            descriptor = await self._files.open(file)
            if descriptor is None:
                return None
            answer.stream = Stream(descriptor, self._files.chunk)
        return answer

    async def _not_found(self, wanted: Wishes) -> Answer:
        page = await self._files.find(media.NOT_FOUND)
        if page is None or page.body is None:
            return self.plain(404, "nothing is here")
        coding = _coding(page, wanted)
        body = await self._files.encoded(page, coding) if coding else page.body
        fields = [("Content-Type", page.media.type), ("Content-Length", str(len(body)))]
        if coding:
            fields.append(("Content-Encoding", coding))
        return Answer(404, lines([*fields, *protection(page.media.policy)]) + self._date + self._stale, body)

    # ── what is no file ──

    def plain(self, status: int, text: str, *fields: tuple[str, str]) -> Answer:
        """A line of text, which nobody keeps."""
        self._tick()
        return self._text(status, f"{status} {text}\n", media.TEXT, fields, self._stale)

    def _redirect(self, to: str) -> Answer:
        text = f"301 moved to {to}\n"
        return self._text(301, text, media.TEXT, [("Location", to)], self._fresh)

    def _text(
        self,
        status: int,
        text: str,
        kind: str,
        fields: Sequence[tuple[str, str]],
        keeping: bytes,
    ) -> Answer:
        body = text.encode()
        always = [("Content-Type", kind), ("Content-Length", str(len(body))), *protection(media.POLICY)]
        return Answer(status, lines([*always, *fields]) + self._date + keeping, body)

    def _vital(self, path: str) -> Answer:
        now = time.monotonic()
        until, status, text = self._told.get(path, (0.0, 0, ""))
        if now >= until:
            status, text = self._health() if path == HEALTHY else (200, self._vitals.metrics() + self._own())
            self._told[path] = now + _REMEMBERED, status, text
        kind = media.TEXT if path == HEALTHY else _METRICS_TYPE
        return self._text(status, text, kind, (), self._stale)

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


def _path_of(target: str) -> str | None:
    """Our own paths only as they are written: who guards them in front of us may not decode a target."""
    path = targets.path_of(target)
    is_other = path in (HEALTHY, METRICS) and not target.partition("?")[0].endswith(f"/{path}")
    return None if is_other else path


def _coding(file: File, wanted: Wishes) -> Coding:
    """The coding in which this file is sent; a large one is never compressed."""
    if not wanted.coding or file.body is None or not compressible(file.media, file.length):
        return ""
    return wanted.coding


def _form(file: File, wanted: Wishes, coding: Coding) -> Form:
    readable = wanted.html and file.media.readable
    made = file.forms.get((readable, coding))
    if made is None:
        made = file.forms[readable, coding] = form(
            file.media, file.digest, file.length, file.modified, readable=readable, coding=coding
        )
    return made


def _part(part: Part, length: int) -> tuple[int, int, int, bytes]:
    """Status, start, end and header fields of a part."""
    size, place = part.end - part.start + 1, f"bytes {part.start}-{part.end}/{length}"
    fields = f"Content-Length: {size}\r\nContent-Range: {place}\r\n".encode()
    return 206, part.start, part.end + 1, fields
