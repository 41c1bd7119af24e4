"""Bodies that never end: the client does (fetch.timeout, fetch.max_bytes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.judge.replies import Manner
from tests.judge.replies import Reply as _Reply
from tests.judge.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

IN_FLIGHT = 16 * 1024**2
"""What loopback's buffers may hold of an answer that nobody reads any more."""


class _Ends(Rule):
    area = "bodies"
    source = "practice: a deadline for the whole answer"
    broken_by = "waits for ever"
    polls = 3
    manner: ClassVar[Manner] = Manner.SILENT

    def answer(self, asked: Asked) -> Reply:
        del asked
        if self.manner is Manner.SILENT:
            return _Reply(0, manner=self.manner)
        return _Reply(200, (("Content-Type", "application/rss+xml"),), b"<rss><channel>", self.manner)

    def verdict(self, seen: Seen) -> Iterator[str]:
        most = self.pace.timeout + self.pace.beat
        for each in seen.exchanges:
            took = None if each.ended is None else each.ended - each.asked.at
            if took is None or took > most:
                waited = "at no time" if took is None else f"after {took:.1f} s"
                yield f"request {each.asked.number + 1} was left {waited}, not {self.pace.timeout} s"


class SilentServer(_Ends):
    """A server that never answers is left at the deadline."""


class DrippingBody(_Ends):
    """A body that drips is left at the deadline, though bytes keep coming."""

    broken_by = "has no deadline for the whole"
    manner = Manner.DRIP


class EndlessBody(_Ends):
    """A body without an end is not read beyond a limit."""

    source = "practice: fetch.max_bytes"
    broken_by = "reads for ever"
    manner = Manner.ENDLESS

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        for each in seen.exchanges:
            if each.sent > self.pace.max_bytes + IN_FLIGHT:
                yield f"took {each.sent / 1024**2:.0f} MiB; the limit was {self.pace.max_bytes / 1024**2}"
