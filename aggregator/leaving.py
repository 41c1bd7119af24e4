"""Decide which items leave with the documents that are gone. Pure: no clock, no store, no disk.

A missing folder and a source that loses more than half of its items at once are taken for accidents:
nothing leaves until the operator says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.model import Listing


@dataclass(frozen=True, slots=True)
class Leaving:
    """Items that leave, documents to forget, and what to tell the operator if something was held back."""

    items: frozenset[int] = frozenset()
    forgotten: tuple[str, ...] = ()
    notice: str | None = None


def decide(
    listing: Listing,
    vanished: Sequence[str],
    gone: Collection[int],
    *,
    live: int,
    keep: bool,
    accept: bool,
) -> Leaving:
    """Which items leave.

    ``vanished``: documents that are no longer listed; ``gone``: live items no document holds any more;
    ``live``: how many live items the source had; ``keep``: ``on_delete: keep``; ``accept``: the operator
    said that removals are meant.
    """
    if listing.missing and not accept:
        missing = ", ".join(listing.missing)
        return Leaving(
            notice=f"{missing}: not there; nothing was removed (--accept-removals lets its items go)"
        )
    if keep:
        return Leaving(forgotten=tuple(sorted(vanished)))
    if len(gone) * 2 > live and not accept:
        return Leaving(
            notice=f"{len(gone)} of {live} items vanished at once; none was removed "
            "(--accept-removals lets them go)"
        )
    return Leaving(frozenset(gone), tuple(sorted(vanished)))
