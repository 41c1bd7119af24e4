"""What several sources came to, kept in one transaction: each commit waits for the disk, and all wait for it.

Who saves waits until its own is kept, so nothing is told of that a crash could still lose; and what is wrong
with one save costs no other.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.contracts import RefreshStore
    from aggregator.records import Save

TOGETHER = 64
"""How many at most are kept in one transaction."""
MOST_ITEMS = 256
"""With how many items at most, give or take the last: they are in memory until then."""
DELAY = 0.02
"""Seconds that the first waits for others."""
_ENOUGH = 2
"""Saves in a row that fail as all of them together did, after which no other is tried."""


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
        """Keep it, with whatever else comes within a moment. Raises StoreError.

        Where the waiting is cancelled, it is kept at once.
        """
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append((save, kept))
        self._items += len(save.changes.new) + len(save.changes.updated)
        if len(self._waiting) >= min(TOGETHER, self._at_work) or self._items >= MOST_ITEMS:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(DELAY, self.flush)
        try:
            await kept
        except asyncio.CancelledError:
            self.flush()
            raise

    def flush(self) -> None:
        """Keep what waits, now: whoever is about to change what it is of goes second."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting, self._items = self._waiting, [], 0
        for (_, kept), error in zip(waiting, self._kept([save for save, _ in waiting]), strict=True):
            if kept.done():
                continue
            if error is None:
                kept.set_result(None)
            else:
                kept.set_exception(error)

    def _kept(self, saves: Sequence[Save]) -> Sequence[BaseException | None]:
        """Keep these; for each, why it could not be: where one is at fault, the others are kept."""
        error = self._keep(saves) if saves else None
        if not isinstance(error, Exception) or len(saves) == 1:
            return [error] * len(saves)
        errors: list[BaseException | None] = []
        for save in saves:
            if len(errors) >= _ENOUGH and all(map(partial(_alike, error), errors[-_ENOUGH:])):
                return [*errors, *[error] * (len(saves) - len(errors))]  # it is the store's, not one save's
            errors.append(self._keep([save]))
        return errors

    def _keep(self, saves: Sequence[Save]) -> BaseException | None:
        try:
            self._store.save(*saves)
        except BaseException as failed:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            return failed
        return None


def _alike(one: BaseException, other: BaseException | None) -> bool:
    return type(one) is type(other) and str(one) == str(other)
