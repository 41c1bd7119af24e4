"""Freshness: how long an answer is good for, by its headers (RFC 9111)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.judge.evidence import too_late, too_soon
from tests.judge.replies import conditional, feed, http_date
from tests.judge.rule import EARLY, SECOND, Rule, Subscription
from tests.judge.rules.validators import not_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

YEAR = 31_536_000


class _Waits(Rule):
    """Not asked again before the publisher's wish, which is longer than our interval."""

    area = "freshness"
    source = "RFC 9111, 4.2"
    broken_by = "ignores freshness"

    def fresh(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        del asked
        return (("Cache-Control", f"max-age={self.pace.wish}"),)

    def answer(self, asked: Asked) -> Reply:
        return feed().with_(*self.fresh(asked))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.wish - SECOND)


class MaxAge(_Waits):
    """A feed is not asked for again before its max-age is over."""

    source = "RFC 9111, 5.2.2.1"


class MaxAgeLessAge(_Waits):
    """The Age of an answer is taken off its max-age."""

    source = "RFC 9111, 4.2.3 and 5.1"
    broken_by = "forgets Age"

    def fresh(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        left = self.pace.wish if asked.number % 2 else 0
        return ("Cache-Control", f"max-age={100 + left}"), ("Age", "100")

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(
            self.main(seen), self.pace.wish - SECOND, after=lambda each: each.asked.number % 2 == 1
        )
        yield from too_late(self.main(seen), self.pace.soon, after=lambda each: each.asked.number % 2 == 0)


class Expires(_Waits):
    """Without a max-age, a feed is not asked for again before Expires minus Date is over."""

    source = "RFC 9111, 4.2.1 and 5.3"

    def fresh(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        return ("Date", http_date(asked.at)), ("Expires", http_date(asked.at + self.pace.wish))


class ExpiresOfAWrongClock(_Waits):
    """Expires is measured against the answer's own Date, so that a wrong clock does no harm."""

    source = "RFC 9111, 4.2.1"
    broken_by = "measures Expires by its own clock"

    def fresh(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        then = asked.at - YEAR
        return ("Date", http_date(then)), ("Expires", http_date(then + self.pace.wish))


class MaxAgeBeforeExpires(Rule):
    """Where a max-age came, Expires is ignored."""

    area = "freshness"
    source = "RFC 9111, 5.3"
    broken_by = "prefers Expires"

    def answer(self, asked: Asked) -> Reply:
        return feed().with_(("Cache-Control", "max-age=1"), ("Expires", http_date(asked.at + YEAR)))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_late(self.main(seen), self.pace.soon)


class OddlyWritten(_Waits):
    """A max-age is understood in any case, among other directives, in quotation marks."""

    source = "RFC 9111, 5.2"
    broken_by = "reads Cache-Control by the letter"

    def fresh(self, asked: Asked) -> tuple[tuple[str, str], ...]:
        ways = (f"public, Max-Age={self.pace.wish}, must-revalidate", f'private,max-age="{self.pace.wish}"')
        return (("cache-control", ways[asked.number % 2]),)


class MaxAgeOfNotModified(_Waits):
    """The max-age of a 304 is heeded as that of a 200."""

    source = "RFC 9111, 4.3.4"
    broken_by = "reads nothing in a 304"

    def answer(self, asked: Asked) -> Reply:
        answer = conditional(asked, feed(), tag='"v1"')
        return answer.with_(*self.fresh(asked)) if answer.status == 304 else answer

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(
            self.main(seen), self.pace.wish - SECOND, after=lambda each: each.reply.status == 304
        )
        if not any(each.reply.status == 304 for each in self.main(seen)):
            yield "never sent the ETag back, so that there was no 304"


class MaxAgeThroughNotModified(_Waits):
    """A 304 that says nothing of freshness makes the stored answer fresh again for its max-age."""

    source = "RFC 9111, 3.2 and 4.3.4"
    broken_by = "forgets wishes at a 304"

    def answer(self, asked: Asked) -> Reply:
        answer = conditional(asked, feed(), tag='"v1"')
        return answer if answer.status == 304 else answer.with_(*self.fresh(asked))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        if not any(each.reply.status == 304 for each in self.main(seen)):
            yield "never sent the ETag back, so that there was no 304"


class CappedWish(Rule):
    """A wish of a year is capped, so that a slip of its publisher does not silence a feed."""

    area = "freshness"
    source = "practice (schedule.max); RFC 9111, 1.2.2"
    broken_by = "heeds any wish"

    def answer(self, asked: Asked) -> Reply:
        ages = (f"max-age={YEAR}, immutable", "max-age=" + "9" * 5000)
        return feed().with_(("Cache-Control", ages[asked.number % 2]))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.cap * (1 - EARLY) - SECOND)


class _AtItsInterval(Rule):
    """Headers that are no wish change nothing: the feed is asked at its interval."""

    area = "freshness"
    source = "RFC 9111, 5.2.2"
    broken_by = ""
    tag: ClassVar[str | None] = None
    headers: ClassVar[tuple[tuple[str, str], ...]] = ()

    def answer(self, asked: Asked) -> Reply:
        return feed("One", f"Number {asked.number}").with_(*self.headers)

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        yield from too_late(self.main(seen), self.pace.soon)


class SharedMaxAge(_AtItsInterval):
    """s-maxage is for shared caches, and means nothing to a reader."""

    source = "RFC 9111, 5.2.2.10"
    broken_by = "heeds s-maxage"
    headers = (("Cache-Control", "s-maxage=31536000"),)


class NoStore(_AtItsInterval):
    """no-store, no-cache and must-revalidate neither hurry a reader nor keep its validators back."""

    source = "RFC 9111, 5.2.2.4 and 5.2.2.5"
    broken_by = "sends no validators after no-store"
    headers = (("Cache-Control", "no-store, no-cache, must-revalidate"), ("Pragma", "no-cache"))

    def answer(self, asked: Asked) -> Reply:
        answer = conditional(asked, feed(), tag='"v1"')
        return answer.with_(*self.headers)

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        yield from not_sent(self.main(seen)[1:], '"v1"', None)


class NonsenseFreshness(_AtItsInterval):
    """Freshness that makes no sense is as none."""

    source = "RFC 9111, 4.2.1 and 5.3"
    broken_by = "stumbles over nonsense"
    ways = (
        ("Cache-Control", "max-age=soon"), ("Expires", "0"), ("Cache-Control", "max-age=-99999"),
        ("Expires", "-1"), ("Cache-Control", ",,=;max-age"), ("Expires", "Thu, 32 Foo 2026 99:99:99 GMT"),
        ("Cache-Control", "max-age=" + "9" * 5000 + "x"),
    )  # fmt: skip

    def answer(self, asked: Asked) -> Reply:
        return feed("One").with_(self.ways[asked.number % len(self.ways)])


class NoHurry(_AtItsInterval):
    """A max-age shorter than our interval does not hurry us."""

    source = "practice: the later of both counts"
    broken_by = "is hurried by short wishes"
    headers = (("Cache-Control", "max-age=0"),)


class CountedFromTheAnswer(_Waits):
    """A max-age is counted from its answer, however long a feed had to wait for its turn before."""

    source = "RFC 9111, 4.2.3"
    broken_by = "counts from before its turn"
    feeds = (Subscription("/feed"), Subscription("/neighbour"))

    def answer(self, asked: Asked) -> Reply:
        # The first of the two to be asked holds up the other, and only that time.
        takes = 1.2 * self.pace.beat if asked.number == 0 else 0.0
        return replace(super().answer(asked), takes=takes)

    def verdict(self, seen: Seen) -> Iterator[str]:
        for feed_ in self.feeds:
            yield from too_soon(seen.of(feed_.path), self.pace.wish - SECOND)
