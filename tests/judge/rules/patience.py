"""Retry-After, in both forms, on any status (RFC 9110, 10.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.judge.evidence import too_late, too_soon
from tests.judge.replies import conditional, error, feed, http_date, redirect
from tests.judge.rule import CLOCK, EARLY, Rule, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Exchange, Seen
    from tests.judge.replies import Reply


class _Patience(Rule):
    area = "Retry-After"
    source = "RFC 9110, 10.2.3"
    broken_by = "ignores Retry-After"
    polls = 4
    status: ClassVar[int] = 429
    dated: ClassVar[bool] = False

    def retry(self, at: float) -> tuple[str, str]:
        return "Retry-After", http_date(at + self.pace.patience) if self.dated else str(self.pace.patience)

    def answer(self, asked: Asked) -> Reply:
        return self.refusal(asked).with_(self.retry(asked.at)) if asked.number else feed()

    def refusal(self, asked: Asked) -> Reply:
        del asked
        return error(self.status)

    def refused(self, exchange: Exchange) -> bool:
        return exchange.reply.header("Retry-After") is not None

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.patience - CLOCK, after=self.refused)


class TooManySeconds(_Patience):
    """After a 429, a feed is not asked for before the seconds of its Retry-After are over."""

    source = "RFC 6585, 4; RFC 9110, 10.2.3"


class TooManyDate(_Patience):
    """After a 429, a feed is not asked for before the date of its Retry-After."""

    source = "RFC 6585, 4; RFC 9110, 10.2.3"
    broken_by = "reads only seconds in Retry-After"
    dated = True


class UnavailableSeconds(_Patience):
    """After a 503, a feed is not asked for before the seconds of its Retry-After are over."""

    source = "RFC 9110, 10.2.3 and 15.6.4"
    status = 503


class UnavailableDate(_Patience):
    """After a 503, a feed is not asked for before the date of its Retry-After."""

    source = "RFC 9110, 10.2.3 and 15.6.4"
    broken_by = "reads only seconds in Retry-After"
    status = 503
    dated = True


class PatienceOfAGoodAnswer(_Patience):
    """Retry-After is obeyed on a 200."""

    source = "practice: on any status"
    broken_by = "obeys Retry-After on 429 and 503 alone"

    def refusal(self, asked: Asked) -> Reply:
        return feed("One", f"Number {asked.number}")


class PatienceOfNotModified(_Patience):
    """Retry-After is obeyed on a 304."""

    source = "practice: on any status"
    broken_by = "obeys Retry-After on 429 and 503 alone"
    dated = True

    def answer(self, asked: Asked) -> Reply:
        answer = conditional(asked, feed(), tag='"v1"')
        return answer.with_(self.retry(asked.at)) if answer.status == 304 else answer

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        if not any(map(self.refused, self.main(seen))):
            yield "never sent the ETag back, so that there was no 304"


class PatienceOfNotFound(_Patience):
    """Retry-After is obeyed on a 404."""

    source = "practice: on any status"
    broken_by = "obeys Retry-After on 429 and 503 alone"
    status = 404


class PatienceOfServerError(_Patience):
    """Retry-After is obeyed on a 500."""

    source = "practice: on any status"
    broken_by = "obeys Retry-After on 429 and 503 alone"
    status = 500
    dated = True


class PatienceOfARedirect(_Patience):
    """Retry-After is obeyed on a redirect: where it leads is not asked before."""

    source = "RFC 9110, 10.2.3"
    broken_by = "obeys Retry-After on 429 and 503 alone"
    polls = 3

    def answer(self, asked: Asked) -> Reply:
        if asked.target == "/feed":
            return redirect(307, self.url("/new"), self.retry(asked.at))
        return feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        """Whether the hop itself waits is left open: no request for either but one after the other."""
        polls = [each for each in seen.exchanges if each.asked.target == "/feed"]
        yield from too_soon(polls, self.pace.patience - CLOCK)


class _HoldsTheHost(_Patience):
    polls = 3
    feeds = (Subscription("/feed"), Subscription("/other"))
    broken_by = "holds only the feed"

    def answer(self, asked: Asked) -> Reply:
        if asked.target != "/feed":
            return feed("Other")
        return self.refusal(asked).with_(self.retry(asked.at)) if asked.number else feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        refusals = [each for each in self.main(seen) if self.refused(each)]
        for each in seen.exchanges:
            for refusal in refusals:
                since = each.asked.at - (refusal.ended or refusal.asked.at)
                if CLOCK < since < self.pace.patience - 2 * CLOCK:
                    yield (
                        f"{each.asked.target} was asked for {since:.2f} s after its host had answered "
                        f"{self.status} and asked for {self.pace.patience} s"
                    )
        if len(seen.of("/other")) < self.polls:
            yield "the other feed was hardly asked for at all"


class HoldsTheHostTooMany(_HoldsTheHost):
    """The Retry-After of a 429 holds every feed of its host."""

    source = "RFC 6585, 4: the limit may be by server"


class HoldsTheHostUnavailable(_HoldsTheHost):
    """The Retry-After of a 503 holds every feed of its host."""

    source = "RFC 9110, 15.6.4: the server is overloaded"
    status = 503


class PatienceOfNoSense(_Patience):
    """A Retry-After that makes no sense, or is over already, is as none."""

    source = "practice: back off as without it"
    broken_by = "stumbles over nonsense"
    polls = 5

    def retry(self, at: float) -> tuple[str, str]:
        ways = ("soon", "-30", "", http_date(at - 86_400), "1e999", "Thu, 32 Foo 2026 99:99:99 GMT")
        return "Retry-After", ways[int(at) % len(ways)]

    def answer(self, asked: Asked) -> Reply:
        answer = error(503) if asked.number % 2 else feed()
        return answer.with_(self.retry(asked.at))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        yield from too_late(self.main(seen), self.pace.cap)


class WithoutRetryAfter(_Patience):
    """After 429s without a Retry-After, the waits grow."""

    source = "RFC 6585, 4"
    broken_by = "never backs off"

    def answer(self, asked: Asked) -> Reply:
        return error(429) if asked.number else feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), 1.8 * self.pace.beat, after=lambda each: each.asked.number >= 3)
