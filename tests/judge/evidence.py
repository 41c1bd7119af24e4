"""What was asked of a rule's feeds, exactly as it came. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.judge.replies import Reply


@dataclass(frozen=True)
class Asked:
    """One request. ``at``: Unix time; ``host``: which of the rule's; ``headers``: verbatim and in order."""

    at: float
    host: int
    connection: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    number: int
    """How many requests for the same target of the same host came before."""
    version: str = "HTTP/1.1"

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, whatever its name's case."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    def header(self, name: str) -> str | None:
        """The value of a header that comes once; several are shown as they are, with a bar between."""
        return " | ".join(self.all(name)) if self.all(name) else None

    def has(self, name: str) -> bool:
        """Whether a header came."""
        return bool(self.all(name))


@dataclass
class Exchange:
    """A request and its answer. ``ended``: when the last byte was sent or the client went; None: never."""

    asked: Asked
    reply: Reply
    ended: float | None = None
    sent: int = 0
    """Bytes of the body that went out."""


@dataclass
class Connection:
    """One connection, whether or not anything was asked on it."""

    number: int
    host: int
    opened: float
    closed: float | None = None


@dataclass
class Seen:
    """Everything that happened at the hosts of one rule, in order."""

    exchanges: list[Exchange] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    titles: frozenset[str] | None = None
    """Titles of the entries that the client has kept of the rule's feeds; None: it cannot say."""

    def of(self, target: str | None = None, host: int | None = None) -> list[Exchange]:
        """The exchanges for one target, or at one host, or both."""
        return [
            each
            for each in self.exchanges
            if target in (None, each.asked.target) and host in (None, each.asked.host)
        ]

    def tries(self, host: int = 0) -> list[Connection]:
        """The connections to a host, one after another."""
        return [each for each in self.connections if each.host == host]

    def story(self, most: int = 14) -> str:
        """All of it in a few lines, for a person who has to see why."""
        start = self.exchanges[0].asked.at if self.exchanges else 0.0
        lines = [
            f"{each.asked.at - start:7.2f} s  host {each.asked.host}  {each.asked.method} {each.asked.target}"
            f" → {each.reply.status or each.reply.manner.name.lower()}  {_conditions(each.asked)}".rstrip()
            for each in self.exchanges[:most]
        ]
        if len(self.exchanges) > most:
            lines.append(f"… and {len(self.exchanges) - most} more")
        return "\n".join(lines) or "nothing was asked"


_TELLING = ("if-none-match", "if-modified-since", "a-im", "authorization", "cookie", "referer")


def _conditions(asked: Asked) -> str:
    return " ".join(f"{name}: {value}" for name, value in asked.headers if name.lower() in _TELLING)


def gaps(exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, float]]:
    """Each exchange with the seconds from its request to the next one."""
    for before, after in itertools.pairwise(exchanges):
        yield before, after.asked.at - before.asked.at


def too_soon(
    exchanges: Sequence[Exchange], least: float, after: Callable[[Exchange], bool] = lambda _: True
) -> Iterator[str]:
    """Complain of requests that follow one another faster than ``least`` seconds."""
    for before, gap in gaps(exchanges):
        if after(before) and gap < least:
            yield (
                f"asked for {before.asked.target} again {gap:.2f} s after request {before.asked.number + 1}, "
                f"which was answered {before.reply.status}; not before {least:.2f} s were over"
            )


def too_late(
    exchanges: Sequence[Exchange], most: float, after: Callable[[Exchange], bool] = lambda _: True
) -> Iterator[str]:
    """Complain if requests are farther apart than ``most`` seconds; a busy machine may delay some."""
    found = sorted(gap for before, gap in gaps(exchanges) if after(before))
    if found and (median := found[(len(found) - 1) // 2]) > most:
        yield (
            f"asked again only after {median:.2f} s, as the median of {len(found)} times; "
            f"nothing was to keep it longer than {most:.2f} s"
        )
