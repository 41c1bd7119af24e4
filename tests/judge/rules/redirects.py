"""Redirects: followed for now, remembered only when they are permanent, confirmed, and lead to a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.judge.evidence import too_soon
from tests.judge.replies import conditional, error, feed, page, redirect
from tests.judge.rule import EARLY, Rule
from tests.judge.rules.validators import not_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

MOST = 10
"""Redirects that may be followed one after another."""


class _Moved(Rule):
    """Asked at its old URL until the move is confirmed, and then at the new one alone."""

    area = "redirects"
    source = "RFC 9110, 15.4.2"
    broken_by = "never moves"
    hosts = 2
    status: ClassVar[int] = 301

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0:
            return redirect(self.status, self.url("/new", 1))
        return conditional(asked, feed(), tag='"v1"')

    def polled(self, seen: Seen) -> int:
        return len(seen.of("/new"))

    def verdict(self, seen: Seen) -> Iterator[str]:
        old, new = len(self.main(seen)), len(seen.of("/new"))
        if old == new:
            yield f"still asks the old URL, after {old} permanent redirects"
        elif old > 4:
            yield f"asked the old URL {old} times before it believed the move"
        if old < 2:
            yield "moved without a second confirmation"
        yield from not_sent(seen.of("/new")[1:], '"v1"', None)
        yield from too_soon(seen.of("/new"), self.pace.beat * (1 - EARLY))


class MovedPermanently(_Moved):
    """A feed that answers 301 again and again is asked at its new URL from then on."""


class PermanentRedirect(_Moved):
    """A feed that answers 308 again and again is asked at its new URL from then on."""

    source = "RFC 9110, 15.4.9"
    status = 308


class MovedOnce(_Moved):
    """A single 301 moves nothing: it may be a slip of the server."""

    source = "practice: two confirmations"
    broken_by = "moves at once"

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0 and asked.number > 0:
            return feed("Old")
        return super().answer(asked)

    def polled(self, seen: Seen) -> int:
        return len(seen.exchanges) - 1

    def verdict(self, seen: Seen) -> Iterator[str]:
        if len(seen.of("/new")) != 1:
            yield f"asked the new URL {len(seen.of('/new'))} times, where one redirect led to it"


class MovedAllTheWay(_Moved):
    """After a chain of permanent redirects, a feed is asked at its end."""

    source = "RFC 9110, 15.4.2 and 15.4.9"

    def answer(self, asked: Asked) -> Reply:
        if asked.target == "/feed":
            return redirect(301, self.url("/between", 1))
        if asked.target == "/between":
            return redirect(308, "/new")
        return conditional(asked, feed(), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        if len(seen.of("/between")) != len(self.main(seen)):
            yield "stays on the way, at a URL that has moved itself"


class _Stays(Rule):
    """Asked at its own URL at every poll."""

    area = "redirects"
    source = "RFC 9110, 15.4"
    broken_by = "moves on any redirect"
    hosts = 2
    status: ClassVar[int] = 302

    def answer(self, asked: Asked) -> Reply:
        return redirect(self.status, self.url("/new", 1)) if asked.host == 0 else feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        old, new = len(self.main(seen)), len(seen.of("/new"))
        if new > old:
            yield f"asked the new URL {new} times, where {old} redirects led to it"
        if not new:
            yield "never followed the redirect"


class FoundElsewhere(_Stays):
    """A 302 moves nothing, however often it comes."""

    source = "RFC 9110, 15.4.3"


class SeeOther(_Stays):
    """A 303 moves nothing, however often it comes."""

    source = "RFC 9110, 15.4.4"
    status = 303


class TemporaryRedirect(_Stays):
    """A 307 moves nothing, however often it comes."""

    source = "RFC 9110, 15.4.8"
    status = 307


class PermanentThenTemporary(_Stays):
    """A permanent redirect that leads on by a temporary one moves nothing."""

    source = "RFC 9110, 15.4; practice"
    broken_by = "moves if any redirect is permanent"
    chain: ClassVar[tuple[int, int]] = (301, 302)

    def answer(self, asked: Asked) -> Reply:
        if asked.target == "/feed":
            return redirect(self.chain[0], "/between")
        if asked.target == "/between":
            return redirect(self.chain[1], self.url("/new", 1))
        return feed()


class TemporaryThenPermanent(PermanentThenTemporary):
    """A temporary redirect that leads on by a permanent one moves nothing."""

    chain = (302, 301)


class MovedToAPage(_Stays):
    """A permanent redirect to a page that is no feed moves nothing, however often it comes."""

    source = "practice: only to what is a feed"
    broken_by = "moves to anything"
    polls = 4

    def answer(self, asked: Asked) -> Reply:
        return redirect(301, self.url("/new", 1)) if asked.host == 0 else page()


class MovedToAnError(_Stays):
    """A permanent redirect to an error moves nothing, however often it comes."""

    source = "practice: only to what is a feed"
    broken_by = "moves to anything"
    polls = 4

    def answer(self, asked: Asked) -> Reply:
        return redirect(308, self.url("/new", 1)) if asked.host == 0 else error(404)


class MovedNowAndThen(_Stays):
    """A permanent redirect that comes and goes is never confirmed."""

    source = "practice: two confirmations"
    broken_by = "counts any redirects"

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0:
            return feed("Old") if asked.number % 2 else redirect(301, self.url("/new", 1))
        return feed()


class MovedHereAndThere(_Stays):
    """Permanent redirects to ever other URLs confirm nothing."""

    source = "practice: two confirmations"
    broken_by = "counts any redirects"

    def answer(self, asked: Asked) -> Reply:
        if asked.host == 0:
            return redirect(301, self.url(("/new", "/newer")[asked.number % 2], 1))
        return feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        old, new = len(self.main(seen)), len(seen.of(host=1))
        if new > old:
            yield f"asked new URLs {new} times, where {old} redirects led to them"


class RelativeLocation(_Stays):
    """A relative Location is resolved against the URL that gave it."""

    source = "RFC 9110, 10.2.2; RFC 3986, 5"
    broken_by = "cannot resolve Location"
    feeds = _Stays.feeds

    def answer(self, asked: Asked) -> Reply:
        ways = {"/feed": f"//{self.place.hosts[1]}:{self.place.port}/a/b?c#d", "/a/b?c": "../new"}
        return redirect(302, ways[asked.target]) if asked.target in ways else feed()


class EndlessRedirects(Rule):
    """Redirects without an end are followed ten times at most, and are a failure."""

    area = "redirects"
    source = "RFC 9110, 15.4: detect cyclical redirection"
    broken_by = "follows redirects for ever"
    polls = 3

    def answer(self, asked: Asked) -> Reply:
        step = int(asked.target.removeprefix("/feed").removeprefix("/") or 0)
        return redirect(302, f"/feed/{step + 1}") if step < 40 else feed()

    def verdict(self, seen: Seen) -> Iterator[str]:
        polls = max(len(self.main(seen)), 1)
        hops = len(seen.exchanges) / polls
        if hops > MOST + 1:
            yield f"followed {hops - 1:.0f} redirects in a row"
        yield from too_soon(self.main(seen)[2:], 1.6 * self.pace.beat)


class RedirectLoop(Rule):
    """A redirect to itself ends, and is a failure."""

    area = "redirects"
    source = "RFC 9110, 15.4: detect cyclical redirection"
    broken_by = "follows redirects for ever"
    polls = 3

    def answer(self, asked: Asked) -> Reply:
        return redirect(301, "/again" if asked.target == "/feed" else "/feed")

    def polled(self, seen: Seen) -> int:
        return len(self.polls_of(seen))

    def polls_of(self, seen: Seen) -> list[int]:
        """How many requests each poll took: those that follow one another without a wait are one poll."""
        counts, last = [0], 0.0
        for each in seen.exchanges:
            if each.asked.at - last > 0.8 * self.pace.beat:
                counts.append(0)
            counts[-1] += 1
            last = each.asked.at
        return [count for count in counts if count]

    def verdict(self, seen: Seen) -> Iterator[str]:
        for count in self.polls_of(seen):
            if count > MOST + 1:
                yield f"followed {count - 1} redirects in a row"


class FiveRedirects(Rule):
    """A chain of five temporary redirects is followed to its end."""

    area = "redirects"
    source = "RFC 9110, 15.4"
    broken_by = "follows no chain"

    def answer(self, asked: Asked) -> Reply:
        step = int(asked.target.removeprefix("/feed").removeprefix("/") or 0)
        return redirect(302, f"/feed/{step + 1}") if step < 5 else conditional(asked, feed(), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        if len(seen.of("/feed/5")) < len(self.main(seen)) - 1:
            yield "did not arrive each time"
        yield from not_sent(seen.of("/feed/5")[1:], '"v1"', None)
