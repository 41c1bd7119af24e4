"""What a rule is: a sentence, where it comes from, the feeds that test it, and a verdict."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.judge.evidence import Asked, Exchange, Seen
    from tests.judge.replies import Reply

EARLY = 0.1
"""The part of our own interval that counts as due: an hourly cron agrees with an interval of an hour."""
CLOCK = 0.1
"""Seconds by which two clocks, or a timer and the clock, may differ."""
SECOND = 1.0
"""What a client may lose by dates that are written to the second (RFC 9111, 4.2.3)."""


@dataclass(frozen=True)
class Pace:
    """How fast things go, in seconds; everything follows from the interval at which a feed is asked."""

    beat: float = 2.0
    beats: int = 26
    """How long a run lasts."""

    @property
    def wish(self) -> int:
        """What publishers ask for: longer than the interval, shorter than the cap."""
        return round(4 * self.beat)

    @property
    def soon(self) -> float:
        """Later than the interval, and sooner than any wish: for feeds that nothing holds back."""
        return 2.5 * self.beat

    @property
    def cap(self) -> float:
        """``schedule.max``: how far wishes and back-off may go."""
        return 5 * self.beat

    @property
    def patience(self) -> int:
        """What Retry-After asks for: longer than the cap, which does not bound it."""
        return round(6 * self.beat)

    @property
    def timeout(self) -> float:
        """``fetch.timeout``."""
        return min(1.5 * self.beat, max(3.0, 0.4 * self.beat))

    @property
    def delay(self) -> float:
        """``fetch.host_delay``, where a rule is about it."""
        return 0.2 * self.beat

    max_bytes: int = 256 * 1024


@dataclass(frozen=True)
class Subscription:
    """One feed that a client is to follow."""

    path: str = "/feed"
    host: int = 0
    userinfo: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    adapting: bool = False
    """Whether the client may choose the interval; else it is that of the pace."""


@dataclass(frozen=True)
class Place:
    """Where a rule's feeds are: addresses of its own, so that no rule touches another."""

    hosts: tuple[str, ...] = ("127.1.0.1",)
    port: int = 80
    pace: Pace = Pace()

    def url(self, path: str = "/feed", host: int = 0, userinfo: str = "") -> str:
        """The URL of a path on one of the hosts."""
        return f"http://{userinfo}{'@' if userinfo else ''}{self.hosts[host]}:{self.port}{path}"


class Rule(ABC):
    """To be derived from: the docstring is the sentence. Answers depend on the request alone."""

    source: ClassVar[str]
    """The section of an RFC, or whose practice it is."""
    area: ClassVar[str]
    broken_by: ClassVar[str]
    """The flaw of the model client that breaks it."""
    hosts: ClassVar[int] = 1
    feeds: ClassVar[tuple[Subscription, ...]] = (Subscription(),)
    polls: ClassVar[int] = 5
    """How often at least the feed must have been asked before anything can be told."""
    paused: ClassVar[bool] = False
    """Whether there is to be a pause between requests to its hosts."""
    slams: ClassVar[bool] = False
    """Whether its first host resets every connection at once."""
    needs: ClassVar[frozenset[str]] = frozenset()
    """What a client must offer for the rule to be about it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.pace = place.pace

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not inspect.isabstract(cls) and not cls.__name__.startswith("_"):
            RULES.append(cls)

    @classmethod
    def sentence(cls) -> str:
        """What it demands."""
        return " ".join((inspect.getdoc(cls) or "").split("\n\n", maxsplit=1)[0].split()).removesuffix(".")

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """What is answered to a request."""

    @abstractmethod
    def verdict(self, seen: Seen) -> Iterator[str]:
        """Every way in which it was broken."""

    def polled(self, seen: Seen) -> int:
        """How often the feed was asked."""
        return len(seen.of(self.feeds[0].path, self.feeds[0].host))

    def judge(self, seen: Seen) -> list[str]:
        """The complaints; none: it was kept."""
        count = self.polled(seen)
        if count < self.polls:
            return [f"asked {count} times, where {self.polls} were to be seen"]
        return list(self.verdict(seen))

    def url(self, path: str = "/feed", host: int = 0) -> str:
        """An address of its own."""
        return self.place.url(path, host)

    def main(self, seen: Seen) -> list[Exchange]:
        """The exchanges about its first feed."""
        return seen.of(self.feeds[0].path, self.feeds[0].host)


RULES: list[type[Rule]] = []
"""Every rule, in the order in which they are defined."""
