"""The store in one SQLite file: its parts put together. Single writer; used from one thread at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from aggregator.dates import from_micros
from aggregator.errors import MISTAKES
from aggregator.store.commands import Commands
from aggregator.store.folding import Folding
from aggregator.store.history import History
from aggregator.store.library import Reading
from aggregator.store.lists import Lists
from aggregator.store.polling import Polling
from aggregator.store.publishing import Publishing
from aggregator.store.rebuilding import Rebuilding
from aggregator.store.refreshing import Refreshing
from aggregator.store.routing import Routing
from aggregator.store.saving import Saving
from aggregator.store.shifting import Shifting
from aggregator.store.states import States
from aggregator.store.syncing import Syncing

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from aggregator.store.connection import Connection


class SqliteStore(
    Syncing,
    Lists,
    Commands,
    Shifting,
    Refreshing,
    Polling,
    Saving,
    Routing,
    Publishing,
    History,
    States,
    Reading,
    Rebuilding,
    Folding,
):
    """Every contract of a store, on one connection; ``open_store`` opens it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        with connection.reading() as raw:
            meta: dict[str, str] = dict(raw.execute("select key, value from meta").fetchall())
            self._site, self._created = meta["site"], from_micros(int(meta["created"]))

    @property
    def path(self) -> Path:
        """The file."""
        return self._connection.path

    @property
    def in_place(self) -> bool:
        """Whether the file is still there, and no other in its place."""
        return self._connection.in_place()

    @property
    def site_uuid(self) -> str:
        """Whose store this is; the output folder's manifest names the same."""
        return self._site

    @property
    def created(self) -> datetime:
        """When the store was made; UTC."""
        return self._created

    def blamed(self) -> AbstractContextManager[None]:
        """For whoever uses it as long as he lives: have what stumbles over what is in it raise StoreError."""
        return self._connection.blaming()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file; whoever stumbled over what is in it is told so."""
        try:
            if isinstance(error, MISTAKES):
                self._connection.blame(error)
        finally:
            self.close()
