"""Errors that nobody takes, as lines of the log like all others: whoever reads the log can read them too."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger("aggregator")


@contextmanager
def untaken_errors_logged() -> Iterator[None]:
    """Log, while the block runs, what Python would write to stderr in a form of its own.

    That is an error in a thread, and one while an object is let go of.
    """
    before = sys.unraisablehook, threading.excepthook
    sys.unraisablehook, threading.excepthook = _while_let_go_of, _in_a_thread
    try:
        yield
    finally:
        sys.unraisablehook, threading.excepthook = before


def _while_let_go_of(told: sys.UnraisableHookArgs) -> None:
    where = f"{told.err_msg or 'an error that cannot be raised'}: {told.object!r}"
    _tell(where, told.exc_value)


def _in_a_thread(told: threading.ExceptHookArgs) -> None:
    _tell(f"an error in the thread {told.thread.name if told.thread else ''}", told.exc_value)


def _tell(where: str, error: BaseException | None) -> None:
    _log.error("%s: a bug; please report it", where, exc_info=error)
