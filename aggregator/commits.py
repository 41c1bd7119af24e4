"""What several sources came to, kept in one transaction: each commit waits for the disk, and all wait for it.

Who saves waits until its own is kept, so nothing is told of that a crash could still lose.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.contracts import RefreshStore
    from aggregator.records import Save

TOGETHER = 64
"""How many at most are kept in one transaction."""
MOST_ITEMS = 256
"""With how many items at most, give or take the last: they are in memory until then."""
DELAY = 0.02
"""Seconds that the first waits for others."""


class GroupCommit:
    """Saves of one store; to be used on one loop."""

    def __init__(self, store: RefreshStore) -> None:
        self._store = store
        self._waiting: list[tuple[Save, asyncio.Future[None]]] = []
        self._items = 0
        self._at_work = 0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count somebody who may save something while the block runs: nobody else is waited for."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    async def save(self, save: Save) -> None:
        """Keep it, with whatever else comes within a moment. Raises StoreError, as all of those then do.

        Where the waiting is cancelled, it is kept at once.
        """
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append((save, kept))
        self._items += len(save.changes.new) + len(save.changes.updated)
        if len(self._waiting) >= min(TOGETHER, self._at_work) or self._items >= MOST_ITEMS:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(DELAY, self._flush)
        try:
            await kept
        except asyncio.CancelledError:
            self._flush()
            raise

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting, self._items = self._waiting, [], 0
        if not waiting:
            return
        error: BaseException | None = None
        try:
            self._store.save(*(save for save, _ in waiting))
        except BaseException as failed:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            error = failed
        for _, kept in waiting:
            if kept.done():
                continue
            if error is None:
                kept.set_result(None)
            else:
                kept.set_exception(error)
