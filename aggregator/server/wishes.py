"""What the header fields of a request ask for. Pure.

Clients send the same fields again and again; they are read once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from aggregator.server import conditions, negotiation
from aggregator.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.server.negotiation import Coding

_CONDITIONS = {name.lower().encode(): name for name in conditions.FIELDS}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a client would like a file."""

    hosts: int
    """How many ``Host`` fields there are."""
    html: bool
    """HTML is preferred to Atom."""
    coding: Coding
    conditions: Mapping[str, str] = field(default_factory=dict)
    """The fields of preconditions and ranges that there are, by name."""

    def without_range(self) -> Wishes:
        """The same where a part cannot be asked for: ranges are defined for GET alone (RFC 9110, 14.2)."""
        if "Range" not in self.conditions:
            return self
        rest = {name: value for name, value in self.conditions.items() if name != "Range"}
        return replace(self, conditions=rest)


@lru_cache(1024)
def wishes(raw_headers: tuple[tuple[bytes, bytes], ...]) -> Wishes:
    """Read header fields; those of one name count as one in a line (RFC 9110, 5.3)."""
    values: defaultdict[bytes, list[str]] = defaultdict(list)
    for name, value in raw_headers:
        values[name.lower()].append(value.decode("utf-8", "surrogateescape"))
    joined = {name: ",".join(each) for name, each in values.items()}
    return Wishes(
        hosts=len(values[b"host"]),
        html=negotiation.prefers_html(joined.get(b"accept", "")),
        coding=negotiation.coding(joined.get(b"accept-encoding", "")),
        conditions={title: joined[name] for name, title in _CONDITIONS.items() if name in joined},
    )
