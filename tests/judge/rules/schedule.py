"""The schedule of our own: never before a feed is due, and not much after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.evidence import gaps, too_late, too_soon
from tests.judge.replies import DAY, conditional, feed
from tests.judge.rule import EARLY, Rule, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply


class AtItsInterval(Rule):
    """A feed is asked at its interval: never before it is due, and soon after."""

    area = "schedule"
    source = "practice: schedule.interval"
    broken_by = "asks before a feed is due"
    polls = 6

    def answer(self, asked: Asked) -> Reply:
        return feed("One", f"Number {asked.number}")

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        yield from too_late(self.main(seen), self.pace.soon)


class FixedStaysFixed(AtItsInterval):
    """An interval of its own is not adapted, though a feed never changes."""

    source = "practice: a source's own interval"
    broken_by = "adapts every interval"

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed("One"), tag='"v1"', day=DAY)


class DeadIsAskedLess(Rule):
    """A feed that never changes is asked less often, still within schedule.max; fixed intervals aside."""

    area = "schedule"
    source = "practice: Cho and Garcia-Molina 2003"
    broken_by = "never adapts"
    needs = frozenset({"adapting"})
    feeds = (Subscription(adapting=True),)

    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, feed("One", "Two", "Three"), tag='"v1"', day=DAY)

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        late = [gap for _, gap in gaps(self.main(seen))][-2:]
        if max(late) < 1.5 * self.pace.beat:
            yield f"still asked every {max(late):.2f} s, though nothing has changed for months"
        yield from too_late(self.main(seen), self.pace.cap + 1.5 * self.pace.beat)
