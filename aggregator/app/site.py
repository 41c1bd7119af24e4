"""One site: its settings, its lock, and its store, for writing and for reading."""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from aggregator.dates import utc_now
from aggregator.errors import StoreError, UsageError
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aggregator.config import Settings
    from aggregator.contracts import Adapter, Clock, SourceList
    from aggregator.records import RememberedList
    from aggregator.store import SqliteStore
    from aggregator.subscriptions import Subscriptions


@dataclass(frozen=True)
class SiteAccess:
    """What every command needs of a site."""

    settings: Settings
    adapters: Mapping[str, Adapter]
    environ: Mapping[str, str]
    clock: Clock = utc_now
    lists: Mapping[str, SourceList] = field(default_factory=dict)
    """The types that name other sources."""
    _gathered: dict[str, tuple[Mapping[str, RememberedList], Subscriptions]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The sources there are, and what lists said when they were last gathered: a second for 10,000 feeds."""

    @classmethod
    def open(
        cls,
        config: Path | None,
        environ: Mapping[str, str],
        overrides: Mapping[str, str],
        *,
        may_be_none: bool = False,
    ) -> Self:
        """The application of a site; ``may_be_none``: one that reads nothing yet.

        Raises ConfigError with every problem of its configuration.
        """
        from aggregator.config import find, load
        from aggregator.sources import installed

        known = installed()
        settings = load(find(config, environ), known.kinds, environ, overrides, may_be_none=may_be_none)
        return cls(settings, known.adapters, environ, lists=known.lists)

    @staticmethod
    def schema() -> dict[str, Any]:
        """The JSON Schema of the configuration."""
        from aggregator.config.editors import json_schema
        from aggregator.sources import installed

        return json_schema(installed().kinds)

    def effective(self) -> Sequence[tuple[str, str, str]]:
        """Every setting in force: key, value, where it came from; secrets are not shown."""
        from aggregator.config.show import show

        return show(self.settings.path, {**self.adapters, **self.lists}, self.environ)

    def shown_path(self, path: Path) -> Path:
        """The path as a person here would type it."""
        try:
            return path.relative_to(Path.cwd())
        except (ValueError, FileNotFoundError):  # elsewhere; the working directory was removed
            return path

    def refuse_own(self, target: Path) -> None:
        """Raise UsageError where what is written to ``target`` would take the place of what the site is."""
        from aggregator.store.care import company

        store = self.settings.store
        own = dict.fromkeys(company(store), "belongs to the store (its log or lock)")
        own |= {self.settings.path: "is the configuration", store: "is the store itself"}
        for path, what in own.items():
            if _same(target, path):
                raise UsageError(f"{target}: {what}; name another file")

    @contextmanager
    def library(self) -> Iterator[SqliteStore]:
        """The store, read-only; beside whoever writes."""
        from aggregator.store import open_store

        with open_store(self.settings.store, read_only=True) as store:
            yield store

    def blame(self, error: Exception) -> None:
        """Raise StoreError where the store is damaged, and what looks like a mistake of ours came of that."""
        from aggregator.store.connection import raise_if_damaged

        raise_if_damaged(self.settings.store, error)

    def _subscriptions(self, store: SqliteStore) -> Subscriptions:
        """The sources there are: configured ones, and what lists named when they were last read well."""
        from aggregator.subscriptions import FEED, gather

        listed = any(source.type in self.lists for source in self.settings.sources)
        remembered = store.lists() if listed else {}
        before = self._gathered.get("last")
        if before is not None and before[0] == remembered:
            return before[1]
        gathered = gather(self.settings.sources, self.lists, self.adapters[FEED], remembered)
        self._gathered["last"] = remembered, gathered
        return gathered

    def private_sources(self, store: SqliteStore) -> frozenset[str]:
        """Ids of the sources that this configuration has nobody told of; others may have become private."""
        return frozenset(each.id for each in self._subscriptions(store).everything if each.private)

    def lock(self, wait: float) -> AbstractContextManager[object]:
        """The lock of the one process that writes; ``wait`` seconds for it at most. Raises LockedError."""
        from aggregator.store.lock import SiteLock

        return SiteLock(self.settings.store, wait_seconds=wait)

    @contextmanager
    def writing(
        self, *, wait: float, new_store: bool = False, dry_run: bool = False, patience: float = 10.0
    ) -> Iterator[SqliteStore]:
        """The store, for the one process that writes; for a dry run a copy of it that is thrown away."""
        from aggregator.outputs.files import read_manifest
        from aggregator.store import care, open_store

        outputs = read_manifest(self.settings.output_dir)
        path = self.settings.store
        if not dry_run:
            with (
                self.lock(wait),
                open_store(
                    path, outputs=outputs, anew=new_store, patience=patience, clock=self.clock
                ) as store,
            ):
                yield store
            return
        with tempfile.TemporaryDirectory(prefix="aggregator-") as folder:
            copy = Path(folder) / "dry-run.db"
            if path.exists() and path.stat().st_size:
                care.backup(path, copy)
            try:
                with open_store(copy, outputs=outputs, anew=True, clock=self.clock) as store:
                    yield store
            except StoreError as error:
                raise StoreError(str(error).replace(str(copy), str(path))) from error


def _same(one: Path, other: Path) -> bool:
    """Whether both are one file, or would be; what cannot be looked at is told by who writes there."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    with suppress(OSError):
        return one.samefile(other)
    return False
