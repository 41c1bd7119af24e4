"""What runs beside the refreshing for as long as the daemon does, such as a server of the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.app import App


class Door(Protocol):
    """One of them. Neither method may take long."""

    async def start(self) -> None:
        """Open it. Raises AggregatorError where it cannot be."""
        ...

    async def stop(self) -> None:
        """Close it."""
        ...


if TYPE_CHECKING:
    MakeDoor = Callable[[App], Door]
    """Makes one as the configuration has it; called again where that changed."""


class Doors:
    """All of them, opened and closed together."""

    def __init__(self, kinds: tuple[MakeDoor, ...]) -> None:
        self._kinds = kinds
        self._open: list[Door] = []

    async def start(self, app: App) -> None:
        """Open them. Where one cannot be, none is."""
        try:
            for kind in self._kinds:
                door = kind(app)
                await door.start()
                self._open.append(door)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close what is open, the last one first."""
        while self._open:
            await self._open.pop().stop()
