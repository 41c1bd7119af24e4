"""410: a feed that is gone is let go, once that is sure (RFC 9110, 15.5.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.judge.evidence import too_late
from tests.judge.replies import error, feed
from tests.judge.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

GONE = 410


class _Gone(Rule):
    area = "gone"
    source = "RFC 9110, 15.5.11"
    script: ClassVar[str] = ""
    """G: gone, then feeds."""

    def answer(self, asked: Asked) -> Reply:
        if self.script[asked.number : asked.number + 1] == "G":
            return error(GONE)
        return feed("One", f"Number {asked.number}")


class GoneTwice(_Gone):
    """A feed that answers 410 twice in a row is never asked again."""

    broken_by = "never retires"
    polls = 3
    script = ".GGGGGGGGGGGGGGGGGGGGGG"

    def verdict(self, seen: Seen) -> Iterator[str]:
        if len(seen.exchanges) > 3:
            yield f"asked {len(seen.exchanges) - 1} times, though the answer was 410 from the second time on"


class GoneOnce(_Gone):
    """A single 410 retires nothing: it may be a slip of the server."""

    source = "practice: two confirmations"
    broken_by = "retires at once"
    script = ".G"

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_late(self.main(seen)[3:], self.pace.soon)


class GoneNowAndThen(_Gone):
    """410s with good answers between them retire nothing."""

    source = "practice: two confirmations"
    broken_by = "counts any 410"
    script = ".G.G.G.G.G.G"

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_late(self.main(seen), self.pace.cap)
