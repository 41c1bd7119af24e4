"""The stores that every contract test runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aggregator.store import SqliteStore, open_store
from tests.builders import NOW, a_source
from tests.fakes import FakeStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.contracts import CleaningStore, Library, PublishStore, RefreshStore, RoutingStore

Store = SqliteStore | FakeStore


def _as_contracts(store: Store) -> tuple[RefreshStore, CleaningStore, RoutingStore, PublishStore, Library]:
    """Held by mypy: both stores are all five contracts."""
    return store, store, store, store, store


@pytest.fixture(params=["sqlite", "memory"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield FakeStore()
    else:
        with open_store(tmp_path / "aggregator.db", clock=lambda: NOW) as store:
            yield store


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A store that knows the source ``posts``."""
    empty_store.sync([a_source("posts")], NOW)
    return empty_store
