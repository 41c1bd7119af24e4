"""Regular expressions that somebody else wrote: checked before use, and never allowed to run long."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]  # it ships no types

TIME_LIMIT = 0.1
"""Seconds that one search may take."""
MAX_LENGTH = 2000
"""Characters a pattern may have."""

_log = logging.getLogger(__name__)


def check(pattern: str) -> str | None:
    """Say in one line what is wrong with a pattern, or return None."""
    if len(pattern) > MAX_LENGTH:
        return f"the pattern is longer than {MAX_LENGTH} characters"
    try:
        _compiled(pattern)
    except regex.error as error:
        return _explained(error)
    return None


def _explained(error: regex.error) -> str:
    position = "" if error.pos is None else f" at position {error.pos + 1}"
    return f"not a regular expression: {error.msg}{position}"


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern, regex.VERSION0)


def found(pattern: str, value: str) -> bool:
    """Whether the pattern matches anywhere in ``value``; False, and one warning, if that takes too long."""
    try:
        return _compiled(pattern).search(value, timeout=TIME_LIMIT) is not None
    except TimeoutError:
        _warn_of_slowness(pattern)
        return False


@lru_cache(maxsize=1024)
def _warn_of_slowness(pattern: str) -> None:
    _log.warning(
        "the pattern %r takes longer than %g s and counts as not found; simplify it", pattern, TIME_LIMIT
    )
