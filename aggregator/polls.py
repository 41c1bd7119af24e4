"""What is remembered of reading a source, poll by poll: frozen values. Pure. Times are aware, UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.values import dataclass
from aggregator.wishes import NO_CALENDAR, Calendar

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.exchange import Exchange
    from aggregator.wishes import Freshness

Standing = Literal["waiting", "ok", "late", "failing", "blocked", "gone", "paused"]


@dataclass(frozen=True, slots=True)
class Move:
    """Where permanent redirects lead: ``count`` readings in a row led there, the first ``since`` then."""

    url: str
    since: datetime
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the refresh of one source ended. ``error`` None: it succeeded."""

    at: datetime
    error: str | None = None
    notice: str | None = None
    """What an operator should know though nothing failed: items held back, a folder that is missing."""
    seconds: float = 0.0
    new: int = 0
    updated: int = 0
    removed: int = 0
    exchange: Exchange | None = None
    """What its request came to; its validators and hash are kept only when it succeeded."""
    status: int | None = None
    """The HTTP status it ended with, a failure's too; None: there was no answer."""
    next_check: datetime | None = None
    """When it is next due; None: always, or never again where it is gone."""
    due_from: datetime | None = None
    """From when on it counts as due for who comes by only now and then."""
    why: str = ""
    """Why then."""
    held_until: datetime | None = None
    """Until when a Retry-After of its publisher holds it back, whoever asks."""
    held: bool = False
    """It was not asked, since its host wants a pause: only when it may be asked is kept of this."""
    wall: str | None = None
    """Who keeps programs out, where the answer names it."""
    gone: int = 0
    """How many times in a row its server said that it is gone for good."""
    is_gone: bool = False
    """It was said often enough: it is not asked again."""
    late: bool = False
    """It brought nothing for much longer than it used to."""
    recent: tuple[datetime, ...] | None = None
    """When its newest items were published, newest first; None: as was known."""
    freshness: Freshness | None = None
    """How long its last answer is fresh; kept when it succeeded."""
    calendar: Calendar | None = None
    """What its document says of when it changes; None: as was known."""
    move: Move | None = None
    """Where permanent redirects lead so far; kept when it succeeded."""
    url: str | None = None
    """Where it is asked from now on, if not where it is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What tells whether a source is to be read now, and no more: it is asked of all for each that is due.

    Each as in :class:`SourceState`.
    """

    id: str
    paused: bool = False
    gone_since: datetime | None = None
    attempted: datetime | None = None
    next_check: datetime | None = None
    due_from: datetime | None = None
    held_until: datetime | None = None
    status: int | None = None
    why: str = ""
    location: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store knows of a source."""

    id: str
    type: str
    title: str
    active: bool = True
    """Configured now."""
    enabled: bool = True
    private: bool = False
    """No address of it is told."""
    paused: bool = False
    items: int = 0
    """Items that are not gone."""
    last_success: datetime | None = None
    attempted: datetime | None = None
    first_failure: datetime | None = None
    failures: int = 0
    error: str | None = None
    notice: str | None = None
    problems: int = 0
    """Documents with problems."""
    status: int | None = None
    """The HTTP status of its last request; None: there was no answer, or no request."""
    next_check: datetime | None = None
    """When it is next due; None: always, or never read as it is configured now, or gone."""
    due_from: datetime | None = None
    """From when on it counts as due for who comes by only now and then."""
    why: str = ""
    """Why then."""
    held_until: datetime | None = None
    """Until when a Retry-After of its publisher holds it back, whoever asks."""
    wall: str | None = None
    """Who keeps programs out, where its last answer named it."""
    gone: int = 0
    """How many times in a row its server said that it is gone for good."""
    gone_since: datetime | None = None
    """Since when it is not asked any more for that."""
    late_since: datetime | None = None
    """Since when it has brought nothing for much longer than it used to."""
    paused_since: datetime | None = None
    recent: tuple[datetime, ...] = ()
    """When its newest items were published, newest first."""
    freshness: Freshness | None = None
    calendar: Calendar = NO_CALENDAR
    location: str = ""
    """Its URL or folders, as configured."""
    move: Move | None = None
    """Where permanent redirects lead so far."""
    url: str | None = None
    """Where it is asked instead of where it is configured, since it moved for good."""
    polls: int = 0
    """Requests that were made for it."""
    polls_unchanged: int = 0
    """Those of them that were answered with a 304."""
    polls_same: int = 0
    """Those that were answered with the bytes that were known."""
    polls_restamped: int = 0
    """Those whose document differed in nothing but comments and dates outside of its entries."""
    received: int = 0
    """Bytes of bodies that came over the wire for it."""

    @property
    def state(self) -> Standing:
        """In one word; the first that holds."""
        if self.paused:
            return "paused"
        if self.gone_since is not None:
            return "gone"
        if self.failures:
            return "blocked" if self.wall else "failing"
        if self.last_success is None:
            return "waiting"
        return "late" if self.late_since is not None else "ok"

    @property
    def since(self) -> datetime | None:
        """Since when; None where it is as it should be."""
        return {
            "paused": self.paused_since,
            "gone": self.gone_since,
            "blocked": self.first_failure,
            "failing": self.first_failure,
            "late": self.late_since,
        }.get(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of a source, as it is remembered for a while."""

    at: datetime
    status: int | None
    result: str
    """``ok``, ``unchanged`` or ``failed``."""
    seconds: float
    received: int
    new: int
    updated: int
    error: str | None = None
