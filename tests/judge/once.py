"""Something that takes long is done once for all workers of a test run, in whatever order its tests come."""

from __future__ import annotations

import fcntl
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

T = TypeVar("T")


def once(factory: pytest.TempPathFactory, name: str, work: Callable[[Path], T]) -> T:
    """What ``work`` came to; it is given an empty folder. A worker that comes later waits for it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    result = shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            folder = shared / name
            folder.mkdir()
            result.write_bytes(pickle.dumps(work(folder)))
    done: T = pickle.loads(result.read_bytes())  # noqa: S301 - written above
    return done
