"""Wishes that stand in the document: ttl, skipHours, skipDays, the syndication module."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from tests.judge.evidence import gaps, too_late, too_soon
from tests.judge.replies import Reply as _Reply
from tests.judge.replies import conditional, document, feed
from tests.judge.rule import CLOCK, EARLY, SECOND, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Seen
    from tests.judge.replies import Reply

HOUR, DAY = 3600, 86_400
_SYNDICATION = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
_RSS = "RSS 2.0, "


class _Held(Rule):
    """A wish that is longer than ``schedule.max``, which is then what is to be waited."""

    area = "wishes in the document"

    def inside(self, at: float) -> str:
        del at
        return ""

    def answer(self, asked: Asked) -> Reply:
        return feed("One", inside=self.inside(asked.at))

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.cap * (1 - EARLY) - CLOCK)


class _AfterNotModified(_Held):
    def answer(self, asked: Asked) -> Reply:
        return conditional(asked, super().answer(asked), tag='"v1"')

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from super().verdict(seen)
        if not any(each.reply.status == 304 for each in self.main(seen)):
            yield "never sent the ETag back, so that there was no 304"


class _NotHeld(_Held):
    """What keeps nobody from asking at the interval."""

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), self.pace.beat * (1 - EARLY))
        yield from too_late(self.main(seen), self.pace.soon)


def _ttl(_: float) -> str:
    return "<ttl>600</ttl>"


class Ttl(_Held):
    """A feed is not asked for again before its ttl is over, up to schedule.max."""

    source = _RSS + "ttl"
    broken_by = "ignores ttl"

    def inside(self, at: float) -> str:
        return _ttl(at)


class TtlThroughNotModified(_AfterNotModified):
    """A ttl holds after a 304 as after a 200."""

    source = _RSS + "ttl"
    broken_by = "forgets wishes at a 304"

    def inside(self, at: float) -> str:
        return _ttl(at)


class TtlOfNoSense(_NotHeld):
    """A ttl that makes no sense is as none."""

    source = _RSS + "ttl"
    broken_by = "stumbles over nonsense"

    def answer(self, asked: Asked) -> Reply:
        ways = ("-5", "often", "", "0", "1e9x")
        return feed("One", inside=f"<ttl>{ways[asked.number % len(ways)]}</ttl>")


def _hours(*starts: float) -> str:
    hours = dict.fromkeys(time.gmtime(start).tm_hour for start in starts)
    return "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in hours) + "</skipHours>"


def _days(*starts: float) -> str:
    days = dict.fromkeys(time.strftime("%A", time.gmtime(start)) for start in starts)
    return "<skipDays>" + "".join(f"<day>{day}</day>" for day in days) + "</skipDays>"


class SkipHours(_Held):
    """A feed is not asked for in hours that it names in skipHours, up to schedule.max."""

    source = _RSS + "skipHours"
    broken_by = "ignores skipHours and skipDays"

    def inside(self, at: float) -> str:
        return _hours(at, at + HOUR)


class SkipHoursThroughNotModified(_AfterNotModified):
    """skipHours hold after a 304 as after a 200."""

    source = _RSS + "skipHours"
    broken_by = "forgets wishes at a 304"

    def inside(self, at: float) -> str:
        return _hours(at, at + HOUR)


class OtherHours(_NotHeld):
    """skipHours are hours in GMT, and other hours hold nobody: the client's clock is in another zone."""

    source = _RSS + "skipHours"
    broken_by = "reads skipHours and skipDays in its own zone"

    def inside(self, at: float) -> str:
        return _hours(*(at + hours * HOUR for hours in range(2, 24)))


class SkipDays(_Held):
    """A feed is not asked for on days that it names in skipDays, up to schedule.max."""

    source = _RSS + "skipDays"
    broken_by = "ignores skipHours and skipDays"

    def inside(self, at: float) -> str:
        return _days(at, at + DAY)


class OtherDays(_NotHeld):
    """Days that skipDays does not name hold nobody."""

    source = _RSS + "skipDays"
    broken_by = "skips every day"

    def inside(self, at: float) -> str:
        return _days(*(at + days * DAY for days in range(2, 7)))


class UpdatePeriod(_Held):
    """sy:updatePeriod alone is one update in it: hourly is a wish of an hour, up to schedule.max."""

    source = "RDF Site Summary 1.0, Syndication"
    broken_by = "ignores the syndication module"

    def answer(self, asked: Asked) -> Reply:
        period = ("hourly", "daily", "weekly", "monthly", "yearly")[asked.number % 5]
        return feed("One", inside=f"<sy:updatePeriod>{period}</sy:updatePeriod>", spaces=_SYNDICATION)

    def verdict(self, seen: Seen) -> Iterator[str]:
        # Periods may be counted from the default base, 1970: then one may begin just now.
        yield from too_soon(
            self.main(seen),
            self.pace.cap * (1 - EARLY) - CLOCK,
            after=lambda each: each.asked.at % HOUR < HOUR - self.pace.cap - SECOND,
        )


class UpdateFrequency(Rule):
    """sy:updateFrequency divides its period: no two requests fall into one part of it."""

    area = "wishes in the document"
    source = "RDF Site Summary 1.0, Syndication"
    broken_by = "ignores sy:updateFrequency"

    def answer(self, asked: Asked) -> Reply:
        del asked
        inside = (
            "<sy:updatePeriod> hourly\n</sy:updatePeriod>"
            f"<sy:updateFrequency>{round(HOUR / (2 * self.pace.beat))}</sy:updateFrequency>"
        )
        return feed("One", inside=inside, spaces=_SYNDICATION)

    def verdict(self, seen: Seen) -> Iterator[str]:
        period = 2 * self.pace.beat
        for before, gap in gaps(self.main(seen)):
            at = before.asked.at + CLOCK
            # Counted from the last request, or from the default base, 1970.
            if gap < period - CLOCK and math.floor(at / period) == math.floor((at + gap) / period):
                which = f"request {before.asked.number + 1}"
                yield f"asked again {gap:.2f} s after {which}, in one part of {period} s"
        yield from too_late(self.main(seen), period + 1.5 * self.pace.beat)


class UpdateBase(Rule):
    """With sy:updateBase the next update is known: a feed is asked for after it, and not before."""

    area = "wishes in the document"
    source = "RDF Site Summary 1.0, Syndication"
    broken_by = "ignores sy:updateBase"

    def next(self, at: float) -> int:
        return math.ceil(at + 2 * self.pace.beat)

    def answer(self, asked: Asked) -> Reply:
        base = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.next(asked.at) - 1000 * HOUR))
        inside = f"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateBase>{base}</sy:updateBase>"
        return feed("One", inside=inside, spaces=_SYNDICATION)

    def verdict(self, seen: Seen) -> Iterator[str]:
        yield from too_soon(self.main(seen), 2 * self.pace.beat - CLOCK)
        yield from too_late(self.main(seen), 3.5 * self.pace.beat + SECOND)


class TtlElsewhere(_NotHeld):
    """A ttl inside an entry, or of another vocabulary, is no wish of the feed."""

    source = _RSS + "ttl"
    broken_by = "looks for ttl anywhere"

    def answer(self, asked: Asked) -> Reply:
        del asked
        body = document("One", spaces=' xmlns:x="https://judge.example/other"', inside="<x:ttl>600</x:ttl>")
        body = body.replace(b"<item>", b"<item><ttl>600</ttl>")
        return _Reply(headers=(("Content-Type", "application/rss+xml"),), body=body)
