"""What runs beside the refreshing for as long as the daemon does, such as a server of the outputs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from aggregator.app import App
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.config.settings import ServerSettings


class Door(Protocol):
    """One of them. No method may take long."""

    async def start(self) -> None:
        """Open it. Raises AggregatorError where it cannot be."""
        ...

    async def use(self, app: App) -> None:
        """Have another configuration in force, under which it is where it was."""
        ...

    async def stop(self) -> None:
        """Close it."""
        ...


MakeDoor = Callable[[App], Door]
"""Makes one as the configuration has it; called again where it is to be elsewhere."""


class Doors:
    """All of them, opened and closed together."""

    def __init__(self, kinds: tuple[MakeDoor, ...]) -> None:
        self._kinds = kinds
        self._open: list[Door] = []
        self._at: ServerSettings | None = None
        """Where they are, while they are open."""

    async def start(self, app: App) -> None:
        """Open them. Where one cannot be, none is."""
        self._open = await _opened(self._kinds, app)
        self._at = app.settings.server

    @asynccontextmanager
    async def following(self, before: App, after: App) -> AsyncIterator[None]:
        """Have them as the configuration is now; where they cannot be or the block fails, as they were.

        Both raise AggregatorError. At another address the new ones are opened before the former are closed,
        unless those are in the way.
        """
        await self._follow(before, after)
        try:
            yield
        except AggregatorError:
            await self._follow(after, before)
            raise

    async def _follow(self, before: App, after: App) -> None:
        if self._at == after.settings.server:
            for each in self._open:
                await each.use(after)
            return
        former, at = self._open, self._at
        try:
            self._open = await _opened(self._kinds, after)
        except AggregatorError:
            if at is None or at.port != after.settings.server.port:
                raise
            await self.stop()
            try:
                await self.start(after)
            except AggregatorError:
                await self.start(before)
                raise
            return
        self._at = after.settings.server
        await _close(former)

    async def stop(self) -> None:
        """Close what is open, the last one first."""
        self._at = None
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
