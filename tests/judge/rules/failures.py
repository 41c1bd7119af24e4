"""Failures: each after the first makes the next wait longer, up to schedule.max, and one success ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.judge.evidence import Asked, Exchange, gaps, too_late, too_soon
from tests.judge.replies import Manner, error, failing, feed, page
from tests.judge.replies import Reply as _Reply
from tests.judge.rule import EARLY, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Seen
    from tests.judge.replies import Reply


class _BacksOff(Rule):
    area = "failures"
    source = "practice: exponential back-off"
    broken_by = "never backs off"

    def failure(self) -> Reply:
        return error(500)

    def answer(self, asked: Asked) -> Reply:
        del asked
        return self.failure()

    def attempts(self, seen: Seen) -> list[Exchange]:
        return self.main(seen)

    def verdict(self, seen: Seen) -> Iterator[str]:
        attempts = self.attempts(seen)
        beat, cap = self.pace.beat, self.pace.cap
        # The second wait may be as the first; jitter may shorten each by a fifth.
        for number, least in (
            (0, beat * (1 - EARLY)),
            (1, beat * (1 - EARLY)),
            (2, 1.6 * beat),
            (3, 0.6 * cap),
        ):
            yield from too_soon(attempts[number : number + 2], least)
        for before, gap in gaps(attempts[3:]):
            if gap < 0.6 * cap:
                yield f"back to {gap:.2f} s after failure {before.asked.number + 1}"
        yield from too_late(attempts, 1.3 * cap + self.pace.timeout)


class NotFound(_BacksOff):
    """A feed that answers 404 is asked less and less often."""

    def failure(self) -> Reply:
        return error(404)


class ServerError(_BacksOff):
    """A feed that answers 500 is asked less and less often."""

    def failure(self) -> Reply:
        return error(500)


class Forbidden(_BacksOff):
    """A feed that answers 403 is asked less and less often."""

    def failure(self) -> Reply:
        return error(403)


class Unauthorized(_BacksOff):
    """A feed that answers 401 is asked less and less often, never with credentials that nobody gave."""

    source = "RFC 9110, 11.6.1"

    def failure(self) -> Reply:
        return error(401, ("WWW-Authenticate", 'Basic realm="judge"'))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        yield from (
            f"sent {each.asked.header('Authorization')!r}"
            for each in seen.exchanges
            if each.asked.has("Authorization")
        )


class Silence(_BacksOff):
    """A server that never answers is asked less and less often."""

    def failure(self) -> Reply:
        return failing(Manner.SILENT)


class _AtTheConnection(_BacksOff):
    """One more try at once is a client's right (RFC 9110, 9.2.2); those are one attempt here."""

    source = "RFC 9110, 9.2.2; practice"

    def failure(self) -> Reply:
        return failing(Manner.RESET)

    def polled(self, seen: Seen) -> int:
        return len(self.attempts(seen))

    def every(self, seen: Seen) -> list[Exchange]:
        return self.main(seen)

    def attempts(self, seen: Seen) -> list[Exchange]:
        found: list[Exchange] = []
        for each in self.every(seen):
            if not found or each.asked.at - found[-1].asked.at > self.pace.beat / 2:
                found.append(each)
        return found

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        every, attempts = len(self.every(seen)), len(self.attempts(seen))
        if every > 2 * attempts:
            yield f"tried {every} times in {attempts} attempts: more than twice at once"


class Reset(_AtTheConnection):
    """A server that resets the connection is asked less and less often."""


class Refused(_AtTheConnection):
    """A server that takes no connection is tried less and less often."""

    slams = True

    def every(self, seen: Seen) -> list[Exchange]:
        return [
            Exchange(Asked(each.opened, 0, each.number, "", "a connection", (), number), self.failure())
            for number, each in enumerate(seen.tries())
        ]


class Truncated(_BacksOff):
    """An answer that is shorter than its Content-Length is a failure, not an empty feed."""

    source = "RFC 9112, 8"
    broken_by = "believes any 200"

    def failure(self) -> Reply:
        return _Reply(200, (("Content-Type", "application/rss+xml"),), feed("One").body, Manner.CUT)


class PageForPeople(_BacksOff):
    """A page where the feed should be is a failure."""

    broken_by = "believes any 200"

    def failure(self) -> Reply:
        return page()


class EmptyBody(_BacksOff):
    """An empty answer is a failure."""

    broken_by = "believes any 200"

    def failure(self) -> Reply:
        return _Reply(200, (("Content-Type", "application/rss+xml"),))


class Recovers(Rule):
    """One success ends a streak of failures: the feed is asked at its interval again."""

    area = "failures"
    source = "practice: exponential back-off"
    broken_by = "never forgives"
    polls = 7

    def answer(self, asked: Asked) -> Reply:
        return error(500) if asked.number in (1, 2, 3) else feed("One", f"Number {asked.number}")

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_late(self.main(seen)[4:], self.pace.soon)


class FailsNow(Rule):
    """A failure now and then is not a streak: the waits do not grow from one to the next."""

    area = "failures"
    source = "practice: exponential back-off"
    broken_by = "never forgives"
    polls = 7

    def answer(self, asked: Asked) -> Reply:
        return error(502) if asked.number % 2 else feed("One", f"Number {asked.number}")

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        yield from too_late(self.main(seen)[3:], self.pace.soon)
