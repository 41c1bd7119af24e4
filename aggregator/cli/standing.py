"""How one source is, told to people and to programs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from aggregator import due, health
from aggregator.cli.common import counted
from aggregator.dates import rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.polls import Poll, SourceState

_COLORS = {"failing": "red", "blocked": "red", "gone": "red", "late": "yellow", "paused": "yellow"}
_OFF = "switched off in the configuration"


def colored_state(state: SourceState) -> dict[str, Any]:
    """The colour of its state, for ``echo``."""
    return {"fg": _COLORS[state.state]} if state.state in _COLORS and state.enabled else {}


def lines(state: SourceState, now: datetime, *, wholly: bool = False) -> list[str]:
    """What there is to say of it: the first line whole in itself, the others where there is more.

    ``wholly``: what is wrong with its documents is told as well, and not only where it is.
    """
    said = [f"{state.id}: {_word(state)}", counted(state.items, "item")]
    said.append(f"last read {ago(now, state.last_success)}" if state.last_success else "never read")
    if state.next_check is not None and state.enabled and not state.paused:
        said.append(f"next {ahead(now, state.next_check)}: {state.why}")
    told = [", ".join(said)]
    if state.error is not None:
        since = f" since {_moment(state.first_failure)}" if state.first_failure else ""
        times = f" ({counted(state.failures, 'time')} in a row)" if state.failures > 1 else ""
        word = state.state if state.state in health.TROUBLED else "failing"
        told.append(f"{word}{since}{times}: {state.error}")
    if state.state == "gone":
        told.append(state.why)
    if state.state == "late" and state.recent:
        told.append(f"late: nothing new since {_moment(state.recent[0])}, unlike before")
    if state.notice is not None:
        told.append(f"notice: {state.notice}")
    if state.problems and not wholly:
        shown = shlex.quote(state.id)
        told.append(f"{counted(state.problems, 'document')} with problems: aggregator source show {shown}")
    return told


def _word(state: SourceState) -> str:
    if not state.enabled:
        return "off"
    return f"{state.state} since {_moment(state.since)}" if state.since else state.state


def ago(now: datetime, moment: datetime) -> str:
    """``5 min ago``; the moment itself where it is not past."""
    seconds = (now - moment).total_seconds()
    return f"{due.in_words(seconds)} ago" if seconds >= 0 else _moment(moment)


def ahead(now: datetime, moment: datetime) -> str:
    """``in 52 min``, or ``now``."""
    seconds = (moment - now).total_seconds()
    return f"in {due.in_words(seconds)}" if seconds > 0 else "now"


def _moment(moment: datetime | None) -> str:
    """To the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "?"


def as_object(state: SourceState, now: datetime) -> dict[str, Any]:
    """The same for programs."""
    daily, share = health.items_a_day(now, state), health.unchanged_share(state)
    return {
        "id": state.id,
        "type": state.type,
        "title": state.title or None,
        "state": state.state,
        "since": _time(state.since),
        "enabled": state.enabled,
        "items": state.items,
        "items_a_day": None if daily is None else round(daily, 3),
        "last_success": _time(state.last_success),
        "attempted": _time(state.attempted),
        "failing_since": _time(state.first_failure),
        "failures": state.failures,
        "error": state.error,
        "notice": state.notice,
        "problems": state.problems,
        "status": state.status,
        "moved_to": _moved_to(state),
        "polls": state.polls,
        "unchanged_share": None if share is None else round(share, 3),
        "bytes": state.received,
        "next_check": _time(state.next_check),
        "why": _why(state),
    }


def _moved_to(state: SourceState) -> str | None:
    if state.private:
        return None
    return state.url or (state.move.url if state.move else None)


def _why(state: SourceState) -> str:
    if not state.active:
        return "not configured any more"
    if not state.enabled:
        return _OFF
    return "paused by hand" if state.paused else state.why or "due"


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment is not None else None


# ── one source, wholly ────────────────────────────────────────────────────────────────────────────────────

_POLLS_SHOWN = 10


def whole_story(state: SourceState, polls: Sequence[Poll], now: datetime, address: str | None) -> list[str]:
    """Everything that is known of one source, a fact a line, and its last polls."""
    first, *more = lines(state, now, wholly=True)
    daily, share = health.items_a_day(now, state), health.unchanged_share(state)
    facts = [
        ("title", state.title),
        ("address", address),
        ("configured", "" if state.active else "no"),
        ("brings", "" if daily is None else f"about {daily:.3g} items a day"),
        ("newest item", _moment(state.recent[0]) if state.recent else ""),
        ("held until", _moment(state.held_until) if due.is_held(now, state.held_until) else ""),
        ("asked at", "" if state.private else state.url or ""),
        ("requests", _requests(state, share)),
    ]
    told = [first, *more, *(f"{name}: {fact}" for name, fact in facts if fact)]
    told += [f"poll {_moment(poll.at)}: {_poll(poll)}" for poll in polls[:_POLLS_SHOWN]]
    return told


def _requests(state: SourceState, share: float | None) -> str:
    if share is None:
        return ""
    return f"{state.polls:,}, {share:.0%} answered 304, {state.received:,} bytes in all"


def _poll(poll: Poll) -> str:
    said = [str(poll.status or "no answer"), poll.result, f"{poll.seconds:.1f} s", f"{poll.received:,} bytes"]
    said += [f"{count} {what}" for count, what in ((poll.new, "new"), (poll.updated, "updated")) if count]
    return ", ".join([*said, *([poll.error] if poll.error else [])])


def poll_object(poll: Poll) -> dict[str, Any]:
    """One poll for programs."""
    return {
        "at": rfc3339(poll.at),
        "status": poll.status,
        "result": poll.result,
        "seconds": poll.seconds,
        "bytes": poll.received,
        "new": poll.new,
        "updated": poll.updated,
        "error": poll.error,
    }
