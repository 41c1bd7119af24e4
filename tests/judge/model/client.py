"""Whoever keeps every rule: schedules, asks, and draws its conclusions, in virtual time. Pure."""

from __future__ import annotations

import base64
import gzip
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from tests.judge.evidence import Asked, Connection, Exchange, Seen
from tests.judge.model.reading import Reader, StumbledError, is_feed, titles
from tests.judge.replies import DAY, Manner
from tests.judge.rule import Place

if TYPE_CHECKING:
    from tests.judge.rule import Pace, Rule, Subscription

START = 1_800_000_000.25
"""When virtual time begins: 2027-01-15, 08:00 GMT."""
AGENT = "model/1.0 (+https://judge.example/model)"
ACCEPT = "application/atom+xml, application/rss+xml, */*;q=0.1"
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_MOST = 10


@dataclass
class Kept:
    """What the client knows of one feed."""

    feed: Subscription
    url: str
    host: str
    due: float = START
    tag: str | None = None
    day: str | None = None
    of: str = ""
    """The URL that gave the validators."""
    failures: int = 0
    gone: int = 0
    moves: tuple[str, int] = ("", 0)
    fresh: float = 0.0
    text: str = ""
    """The last document, for the wishes in it."""
    unchanged: int = 0
    answered: int = 0
    titles: set[str] = field(default_factory=set)


@dataclass
class Polled:
    """How one poll went: its last exchange and the way there."""

    exchange: Exchange
    url: str
    at: float
    statuses: list[int]
    """Of the redirects."""


class Model:
    """To be run once for each rule."""

    def __init__(self, *flaws: str) -> None:
        self.flaws = frozenset(flaws)
        self.reader = Reader(self.flaws)

    def run(self, kind: type[Rule], pace: Pace) -> Seen:
        """Follow a rule's feeds; what was seen of it."""
        self.place = Place(tuple(f"127.1.0.{1 + host}" for host in range(kind.hosts)), 80, pace)
        self.rule, self.pace, self.seen = kind(self.place), pace, Seen()
        self.free = dict.fromkeys(self.place.hosts, 0.0)
        self.open: dict[str, Connection] = {}
        self.cookies: dict[str, str] = {}
        feeds = [
            Kept(feed, self.place.url(feed.path, feed.host), self.place.hosts[feed.host])
            for feed in kind.feeds
        ]
        end = START + pace.beats * pace.beat
        while True:
            kept = min(feeds, key=lambda each: (self._start(each), each.due))
            if self._start(kept) >= end:
                break
            self._poll(kept)
        self.seen.titles = frozenset().union(*(kept.titles for kept in feeds))
        return self.seen

    def flawed(self, flaw: str) -> bool:
        """Whether the client has this flaw."""
        return flaw in self.flaws

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, kept: Kept) -> float:
        if self.flawed("asks a host in parallel"):
            return kept.due
        return max(kept.due, self.free[kept.host])

    def _poll(self, kept: Kept) -> None:
        at, due = self._start(kept), kept.due
        if self.flawed("asks by HEAD before"):
            at = self._ask(kept, kept.url, at, 0, "HEAD").ended or at
        polled = self._follow(kept, at)
        pause = self.pace.delay if self.rule.paused and not self.flawed("makes no pause") else 0.02
        self.free[kept.host] = max(self.free[kept.host], polled.at + pause)
        if self.flawed("counts from before its turn"):
            polled.at = due
        try:
            self._conclude(kept, polled)
        except StumbledError:
            kept.due = math.inf

    def _follow(self, kept: Kept, at: float) -> Polled:
        url, statuses = kept.url, list[int]()
        most = (
            60
            if self.flawed("follows redirects for ever")
            else 1
            if self.flawed("follows no chain")
            else _MOST
        )
        while True:
            exchange = self._ask(kept, url, at, len(statuses))
            at = exchange.ended or at
            to = exchange.reply.header("Location")
            if exchange.reply.status not in _REDIRECTS or to is None or len(statuses) >= most:
                return Polled(exchange, url, at, statuses)
            if self.flawed("cannot resolve Location") and not to.startswith("http"):
                return Polled(exchange, url, at, statuses)
            statuses.append(exchange.reply.status)
            url = urljoin(url, to)

    def _ask(self, kept: Kept, url: str, at: float, hop: int, method: str = "GET") -> Exchange:
        parts = urlsplit(url)
        name = parts.hostname or ""
        host = self.place.hosts.index(name)
        target = parts.path + ("?" + parts.query if parts.query else "")
        if self.flawed("rewrites URLs"):
            target = unquote(target)
        connection = self._connect(name, host, at)
        headers = tuple(self._headers(kept, url, name, hop))
        before = len(self.seen.of(target, host))
        asked = Asked(at, host, connection.number, method, target, headers, before)
        exchange = Exchange(asked, self.rule.answer(asked))
        exchange.ended = at + self._takes(exchange)
        if not (self.rule.slams and host == 0):
            self.seen.exchanges.append(exchange)
        if self.flawed("closes every connection") or self.flawed("asks a host in parallel"):
            connection.closed = exchange.ended
        if self.flawed("returns cookies") and (cookie := exchange.reply.header("Set-Cookie")):
            self.cookies[name] = cookie.split(";")[0]
        return exchange

    def _connect(self, name: str, host: int, at: float) -> Connection:
        old = self.open.get(name)
        if old and old.closed is None and not self.rule.slams:
            return old
        self.open[name] = Connection(
            len(self.seen.connections) + 1, host, at, at if self.rule.slams else None
        )
        self.seen.connections.append(self.open[name])
        return self.open[name]

    def _takes(self, exchange: Exchange) -> float:
        manner, timeout = exchange.reply.manner, self.pace.timeout
        exchange.sent = len(exchange.reply.body)
        if manner is Manner.ENDLESS:
            exchange.sent = 64 * 1024**2 if self.flawed("reads for ever") else self.pace.max_bytes
        if manner is Manner.SILENT:
            return 10 * timeout if self.flawed("waits for ever") else timeout
        if manner is Manner.DRIP:
            return 10 * timeout if self.flawed("has no deadline for the whole") else timeout
        return exchange.reply.takes + 0.01

    def _headers(self, kept: Kept, url: str, name: str, hop: int) -> list[tuple[str, str]]:
        parts = urlsplit(kept.url if self.flawed("keeps Host through redirects") else url)
        headers = [
            ("Host", f"{parts.hostname}:80"),
            ("User-Agent", "fetcher" if self.flawed("is anonymous") else AGENT),
        ]
        headers.append(("Accept", "*/*" if self.flawed("accepts everything alike") else ACCEPT))
        if not self.flawed("takes no compression"):
            headers.append(("Accept-Encoding", "gzip"))
        headers += self._credentials(kept, name, hop) + self._validators(kept, url)
        if self.flawed("returns cookies") and name in self.cookies:
            headers.append(("Cookie", self.cookies[name]))
        if self.flawed("sends Referer"):
            headers.append(("Referer", kept.url))
        if self.flawed("tells caches to step aside"):
            headers.append(("Cache-Control", "no-cache"))
        return headers

    def _credentials(self, kept: Kept, name: str, hop: int) -> list[tuple[str, str]]:
        if self.flawed("sends no credentials") or (hop and self.flawed("drops credentials at any redirect")):
            return []
        if name != kept.host and not self.flawed("sends credentials anywhere"):
            return []
        own = list(kept.feed.headers.items())
        if kept.feed.userinfo:
            own.append(
                ("Authorization", "Basic " + base64.b64encode(unquote(kept.feed.userinfo).encode()).decode())
            )
        return own

    def _validators(self, kept: Kept, url: str) -> list[tuple[str, str]]:
        tag, day = kept.tag, kept.day
        if self.flawed("makes up validators") and kept.answered:
            tag, day = tag or '"made-up"', day or DAY
        elif self.flawed("sends no validators") or (
            url != kept.of and not self.flawed("sends validators anywhere")
        ):
            return []
        if self.flawed("tidies validators"):
            tag = tag and f'"{re.sub(r"[^a-z0-9-]", "", tag.removeprefix("W/"))}"'
            day = day and DAY
        if tag and self.flawed("sends one validator"):
            day = None
        sent = [("If-None-Match", tag or "")] * bool(tag) + [("If-Modified-Since", day or "")] * bool(day)
        return sent + [("A-IM", "feed")] * (bool(sent) and not self.flawed("knows no deltas"))

    # ── concluding ────────────────────────────────────────────────────────────────────────────────────────

    def _conclude(self, kept: Kept, polled: Polled) -> None:
        reply = polled.exchange.reply
        body = gzip.decompress(reply.body) if reply.header("Content-Encoding") else reply.body
        good = self._is_good(polled, body)
        kept.answered += good
        self._count(kept, polled, good=good)
        if good and reply.status != 304:
            self._take(kept, polled, body.decode())
        elif reply.status == 304 or self.flawed("believes any answer"):
            self._refresh(kept, polled)
        elif self.flawed("forgets validators when it fails"):
            kept.tag = kept.day = None
        self._schedule(kept, polled, good=good)

    def _is_good(self, polled: Polled, body: bytes) -> bool:
        reply = polled.exchange.reply
        if reply.status == 226 and self.flawed("takes a 226 for a failure"):
            return False
        if reply.status == 200 and self.flawed("believes any 200"):
            return reply.manner in (Manner.WHOLE, Manner.CUT)
        if reply.status == 304:
            return True
        return reply.status in (200, 226) and reply.manner is Manner.WHOLE and is_feed(body)

    def _count(self, kept: Kept, polled: Polled, *, good: bool) -> None:
        """Streaks: of failures, of 410s, of redirects to one and the same place."""
        forgives = not self.flawed("never forgives")
        kept.failures = 0 if good and forgives else kept.failures + (not good)
        gone = polled.exchange.reply.status == 410
        kept.gone = kept.gone + 1 if gone else kept.gone if self.flawed("counts any 410") else 0
        before, count = kept.moves
        if self._permanent(polled.statuses) and (good or self.flawed("moves to anything")):
            same = polled.url == before or self.flawed("counts any redirects")
            kept.moves = polled.url, count + 1 if same else 1
        elif not self.flawed("counts any redirects"):
            kept.moves = "", 0
        if kept.moves[1] >= (1 if self.flawed("moves at once") else 2) and not self.flawed("never moves"):
            kept.url, kept.moves = kept.moves[0], ("", 0)
            kept.host = urlsplit(kept.url).hostname or ""

    def _permanent(self, statuses: list[int]) -> bool:
        if self.flawed("moves on any redirect"):
            return bool(statuses)
        found = [status in _PERMANENT for status in statuses]
        return bool(found) and (
            any(found) if self.flawed("moves if any redirect is permanent") else all(found)
        )

    def _take(self, kept: Kept, polled: Polled, text: str) -> None:
        reply = polled.exchange.reply
        new = titles(text)
        kept.unchanged = kept.unchanged + 1 if new <= kept.titles else 0
        adds = not (reply.status == 226 and self.flawed("takes a delta for everything"))
        kept.titles = kept.titles | new if adds else new
        kept.text = text
        kept.fresh = self.reader.freshness(reply, polled.at)
        if self.flawed("keeps the first validators") and (kept.tag or kept.day):
            return
        kept.tag, kept.day, kept.of = reply.header("ETag"), reply.header("Last-Modified"), polled.url
        control = reply.header("Cache-Control") or ""
        if self.flawed("sends no validators after no-store") and "no-store" in control:
            kept.tag = kept.day = None

    def _refresh(self, kept: Kept, polled: Polled) -> None:
        reply = polled.exchange.reply
        kept.unchanged += 1
        if self.flawed("forgets wishes at a 304"):
            kept.fresh, kept.text = 0.0, ""
        if self.flawed("reads nothing in a 304"):
            return
        if self.reader.says_freshness(reply):
            kept.fresh = self.reader.freshness(reply, polled.at)
        if self.flawed("takes a 304 for a new answer"):
            kept.tag, kept.day = reply.header("ETag"), reply.header("Last-Modified")
        kept.tag, kept.day = reply.header("ETag") or kept.tag, reply.header("Last-Modified") or kept.day

    def _schedule(self, kept: Kept, polled: Polled, *, good: bool) -> None:
        now, pace = polled.at, self.pace
        wait = self._interval(kept)
        if not good and not self.flawed("never backs off"):
            wait = max(wait, pace.beat * 2.0 ** min(kept.failures - 1, 9))
        wishes = max(now + kept.fresh, self.reader.document(kept.text, now)) - now if good else 0.0
        if self.flawed("never forgives") and kept.failures:
            wait = pace.beat * 2.0 ** min(kept.failures - 1, 9)
        if self.flawed("is hurried by short wishes") and self.reader.says_freshness(polled.exchange.reply):
            wait = 0.5
        longest = math.inf if self.flawed("heeds any wish") else pace.cap
        kept.due = now + max(min(wait, pace.cap), min(wishes, longest))
        self._hold(kept, polled)
        if kept.gone >= (1 if self.flawed("retires at once") else 2) and not self.flawed("never retires"):
            kept.due = math.inf

    def _interval(self, kept: Kept) -> float:
        if self.flawed("asks before a feed is due"):
            return 0.5 * self.pace.beat
        adapts = kept.feed.adapting and not self.flawed("never adapts")
        if adapts or self.flawed("adapts every interval"):
            return float(self.pace.beat * 1.5 ** min(kept.unchanged, 9))
        return self.pace.beat

    def _hold(self, kept: Kept, polled: Polled) -> None:
        for exchange in self.seen.exchanges[-1 - len(polled.statuses) :]:
            until = self.reader.retry_after(exchange.reply, polled.at)
            if until is None:
                continue
            kept.due = max(kept.due, until)
            if exchange.reply.status in (429, 503) and not self.flawed("holds only the feed"):
                name = self.place.hosts[exchange.asked.host]
                self.free[name] = max(self.free[name], until)
