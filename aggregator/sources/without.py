"""Load a library without another one that it can do without."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without(name: str) -> Iterator[None]:
    """While the block runs, importing ``name`` raises ModuleNotFoundError, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # documented, though its type does not say so
    try:
        yield
    finally:
        del sys.modules[name]
