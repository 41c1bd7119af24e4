"""What runs beside the refreshing for as long as the daemon does, such as a server of the outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from aggregator.app import App

if TYPE_CHECKING:
    from aggregator.config import Settings


class Door(Protocol):
    """One of them. Neither method may take long."""

    async def start(self) -> None:
        """Open it. Raises AggregatorError where it cannot be."""
        ...

    async def stop(self) -> None:
        """Close it."""
        ...


MakeDoor = Callable[[App], Door]
"""Makes one as the configuration has it; called again where that changed."""


class Doors:
    """All of them, opened and closed together."""

    def __init__(self, kinds: tuple[MakeDoor, ...]) -> None:
        self._kinds = kinds
        self._open: list[Door] = []

    async def start(self, app: App) -> None:
        """Open them. Where one cannot be, none is."""
        self._open = await _opened(self._kinds, app)

    async def follow(self, before: App, after: App) -> None:
        """Have them as the configuration is now. Where one cannot be, all are as they were: AggregatorError.

        At another address the new ones are opened before the former are closed.
        """
        if _what_counts(before.settings) == _what_counts(after.settings):
            return
        if before.settings.server != after.settings.server:
            former, self._open = self._open, await _opened(self._kinds, after)
            await _close(former)
            return
        await self.stop()
        await self.start(after)

    async def stop(self) -> None:
        """Close what is open, the last one first."""
        await _close(self._open)


async def _opened(kinds: tuple[MakeDoor, ...], app: App) -> list[Door]:
    doors: list[Door] = []
    try:
        for kind in kinds:
            door = kind(app)
            await door.start()
            doors.append(door)
    except BaseException:
        await _close(doors)
        raise
    return doors


async def _close(doors: list[Door]) -> None:
    while doors:
        await doors.pop().stop()


def _what_counts(settings: Settings) -> tuple[object, ...]:
    """What a door can depend on: not on what is read."""
    return settings.server, settings.site, settings.site_url, settings.index, settings.output
