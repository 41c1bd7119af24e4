"""Where everything is kept: one SQLite file. All SQL of the program is in this package."""

from __future__ import annotations

from aggregator.store.care import backup, check, restore, vacuum
from aggregator.store.lock import SiteLock
from aggregator.store.opening import beside, open_store
from aggregator.store.sqlite import SqliteStore

__all__ = ["SiteLock", "SqliteStore", "backup", "beside", "check", "open_store", "restore", "vacuum"]
