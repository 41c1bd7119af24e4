"""The outputs of a site, served for as long as whoever opened this door runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from aggregator.app.serving import Serving
from aggregator.server.listening import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.app import App
    from aggregator.server.listening import Address

log = logging.getLogger(__name__)

_LOOK = 5.0


class OutputServer:
    """Serves a site's output folder, and tells how the whole is as far as the store tells it."""

    def __init__(
        self,
        app: App,
        listen: Sequence[Address] = (),
        *,
        access_log: bool = False,
        pause: float = _LOOK,
    ) -> None:
        """``pause``: seconds between looks at the store."""
        self._serving, self._pause = Serving(app), pause
        settings = app.settings
        self._server = Server(
            settings.output_dir,
            listen or ((settings.server.host, settings.server.port),),
            max_age=self._serving.max_age,
            moved=self._serving.moved,
            vitals=self._serving,
            access_log=access_log,
        )
        self._looking: asyncio.Task[None] | None = None
        self.addresses: Sequence[Address] = ()
        """Where it listens, once it does."""

    async def start(self) -> None:
        """Listen. Raises ListenError."""
        self.addresses = await self._server.start()
        await asyncio.to_thread(self._serving.look)
        self._looking = asyncio.create_task(self._look())

    async def use(self, app: App) -> None:
        """Have another configuration in force, with the same output folder; it listens where it did."""
        self._serving.use(app)
        await asyncio.to_thread(self._serving.look)

    async def stop(self) -> None:
        """Finish what is under way, within seconds, and listen no more."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        await self._server.stop()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await asyncio.to_thread(self._serving.look)
            except Exception:  # a bug in one look must not end the looking, nor keep the server from ending
                log.exception("the store was not looked at: a bug; please report it")
