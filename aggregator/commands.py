"""What one process asks of the one that writes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.values import dataclass

if TYPE_CHECKING:
    from datetime import datetime

Action = Literal["pause", "resume", "reset", "hide", "show"]
"""The first three of a source by its id, the last two of an item by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One of them, as it was left. ``action`` may be one that only a newer program knows."""

    id: int
    at: datetime
    action: str
    argument: str
