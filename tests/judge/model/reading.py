"""What the model client makes of headers and documents: until when it is to wait. Pure."""

from __future__ import annotations

import math
import re
import time
from calendar import timegm
from dataclasses import dataclass
from email.utils import parsedate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.judge.replies import Reply

_ZONE = 8 * 3600
"""Where the client lives."""
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


class StumbledError(Exception):
    """The client with this flaw dies of what it cannot read."""


@dataclass(frozen=True)
class Reader:
    """Reads wishes, with or without flaws."""

    flaws: frozenset[str]

    def date(self, text: str | None) -> float | None:
        """Unix time of a date as HTTP writes it."""
        parsed = parsedate(text or "")
        if parsed and parsed[2] < 32:
            return float(timegm(parsed))
        self._nonsense(text)
        return None

    def _nonsense(self, text: str | None) -> None:
        if text is not None and "stumbles over nonsense" in self.flaws:
            raise StumbledError

    def retry_after(self, reply: Reply, now: float) -> float | None:
        """Until when; None: it asks for nothing."""
        text = reply.header("Retry-After")
        if text is None or "ignores Retry-After" in self.flaws:
            return None
        if "obeys Retry-After on 429 and 503 alone" in self.flaws and reply.status not in (429, 503):
            return None
        if re.fullmatch(r"[0-9]+", text):
            return now + int(text)
        return None if "reads only seconds in Retry-After" in self.flaws else self.date(text)

    def says_freshness(self, reply: Reply) -> bool:
        """Whether an answer says anything of how long it is good for."""
        return reply.header("Cache-Control") is not None or reply.header("Expires") is not None

    def freshness(self, reply: Reply, now: float) -> float:
        """For how many seconds an answer is good."""
        if "ignores freshness" in self.flaws:
            return 0.0
        age = 0.0 if "forgets Age" in self.flaws else float(reply.header("Age") or 0)
        seconds = self._max_age(reply.header("Cache-Control") or "")
        if seconds is None or ("prefers Expires" in self.flaws and reply.header("Expires")):
            expires, date = self.date(reply.header("Expires")), self.date(reply.header("Date"))
            if "measures Expires by its own clock" in self.flaws or date is None:
                date = now
            seconds = 0.0 if expires is None else expires - date
        return seconds - age

    def _max_age(self, control: str) -> float | None:
        if "reads Cache-Control by the letter" in self.flaws:
            found = re.match(r"max-age=([0-9]+)", control)
            return float(found[1]) if found else None
        name = "s-maxage" if "heeds s-maxage" in self.flaws else "max-age"
        found = re.search(rf'(?:^|[,\s]){name}="?([0-9]+)"?(?=$|[,\s])', control, re.IGNORECASE)
        if found is None:
            if "max-age" in control:
                self._nonsense(control)
            return None
        return float(found[1][:10])

    def document(self, body: str, now: float) -> float:
        """The earliest moment at which the document wants to be asked for again."""
        head = body.split("<item>", maxsplit=1)[0]
        return max(now, self._ttl(head, body, now), self._syndication(head, now), self._skipped(head, now))

    def _ttl(self, head: str, body: str, now: float) -> float:
        if "ignores ttl" in self.flaws:
            return now
        anywhere = "looks for ttl anywhere" in self.flaws
        found = re.search(r"<(?:\w+:)?ttl>(.*?)</", body) if anywhere else re.search(r"<ttl>(.*?)</", head)
        if found is None:
            return now
        if not re.fullmatch(r"[0-9]+", found[1]):
            self._nonsense(found[1])
            return now
        return now + 60 * int(found[1])

    def _syndication(self, head: str, now: float) -> float:
        period = re.search(r"<sy:updatePeriod>\s*(\w+)", head)
        if period is None or "ignores the syndication module" in self.flaws:
            return now
        frequency = re.search(r"<sy:updateFrequency>(\d+)", head)
        often = 1 if frequency is None or "ignores sy:updateFrequency" in self.flaws else int(frequency[1])
        length = _PERIODS[period[1]] / often
        base = re.search(r"<sy:updateBase>([^<]+)", head)
        if base is None or "ignores sy:updateBase" in self.flaws:
            return now + length
        since = now - timegm(time.strptime(base[1], "%Y-%m-%dT%H:%M:%SZ"))
        return now + length * math.ceil(since / length) - since

    def _skipped(self, head: str, now: float) -> float:
        if "ignores skipHours and skipDays" in self.flaws:
            return now
        hours = {int(hour) for hour in re.findall(r"<hour>(\d+)", head)}
        days = set(re.findall(r"<day>(\w+)", head))
        if days and "skips every day" in self.flaws:
            return math.inf
        zone = _ZONE if "reads skipHours and skipDays in its own zone" in self.flaws else 0
        then = now
        for _ in range(24 * 8):
            clock = time.gmtime(then + zone)
            if clock.tm_hour not in hours and time.strftime("%A", clock) not in days:
                return then
            then = (then // 3600 + 1) * 3600
        return math.inf


def is_feed(body: bytes) -> bool:
    """Whether a document is a feed."""
    return b"<rss" in body and b"</rss>" in body


def titles(body: str) -> set[str]:
    """The titles of its entries."""
    return set(re.findall(r"<item>(?:<ttl>\d+</ttl>)?<title>(.*?)</title>", body))
