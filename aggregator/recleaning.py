"""Clean again what another version of the cleaner cleaned: outputs follow, nothing counts as updated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.model import CLEANER

if TYPE_CHECKING:
    from aggregator.contracts import CleaningStore, Clock

_BATCH = 200


def reclean(store: CleaningStore, clock: Clock) -> int:
    """Clean every such item from its raw form; returns how many there were."""
    done = 0
    while stale := store.stale(CLEANER, _BATCH):
        from aggregator.tidy import tidy  # noqa: PLC0415 - not before there is something to clean

        store.recleaned([(item_id, tidy(raw, first_seen)) for item_id, raw, first_seen in stale], clock())
        done += len(stale)
    return done
