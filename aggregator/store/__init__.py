"""Where everything is kept: one SQLite file. All SQL of the program is in this package."""

from __future__ import annotations

from aggregator.store.opening import open_store
from aggregator.store.sqlite import SqliteStore

__all__ = ["SqliteStore", "open_store"]
