"""Regular expressions that somebody else wrote: checked before use, and never allowed to run long."""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from functools import lru_cache
from typing import Any

TIME_LIMIT = 0.1
"""Seconds that one search may take."""
SLOW_AFTER = 10
"""So often may a pattern take that long; then it gets ``SHORT_LIMIT``, or many items would take hours."""
SHORT_LIMIT = 0.002
MAX_LENGTH = 2000
"""Characters a pattern may have."""

MAX_STEPS = 100_000
"""Steps a pattern may have once its repetitions are written out, as compiling it does: more fill memory."""

_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|(?P<open>\()|(?P<close>\))"
    r"|\{(?P<least>\d*)(?:,(?P<most>\d*))?\}|.",
    re.DOTALL,
)
_DIGITS = 9

_log = logging.getLogger(__name__)
_timeouts: Counter[str] = Counter()


def check(pattern: str) -> str | None:
    """Say in one line what is wrong with a pattern, or return None."""
    if len(pattern) > MAX_LENGTH:
        return f"the pattern is longer than {MAX_LENGTH} characters"
    if _steps(pattern) > MAX_STEPS:
        return f"the pattern repeats something more than {MAX_STEPS:,} times in all"
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - not before there is a pattern

    try:
        _compiled(pattern)
    except regex.error as error:
        position = "" if error.pos is None else f" at character {error.pos + 1}"
        return f"not a regular expression: {error.msg}{position}"
    except (ValueError, OverflowError) as error:  # flags that contradict each other; numbers too large
        return f"not a regular expression: {error}"
    except RecursionError:
        return "the pattern has too many groups inside each other"
    return None


def _steps(pattern: str) -> int:
    """How many steps a pattern has, about, with its repetitions written out."""
    around: list[int] = []
    here = last = 0
    for token in _TOKEN.finditer(pattern):
        if token["open"]:
            around.append(here)
            here = last = 0
        elif token["close"]:
            last = max(here, 1)
            here = last + (around.pop() if around else 0)
        elif token["least"] is not None:
            times = max(int((token[each] or "0")[:_DIGITS]) for each in ("least", "most"))
            here += last * max(times - 1, 0)
            last *= max(times, 1)
        else:
            here, last = here + 1, 1
    return here


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import regex  # noqa: PLC0415 - as above

    with warnings.catch_warnings():
        # It warns of what newer syntax would read otherwise; we stay with what Python's own module reads.
        warnings.simplefilter("ignore", FutureWarning)
        return regex.compile(pattern, regex.VERSION0)


def found(pattern: str, value: str) -> bool:
    """Whether a pattern that :func:`check` approves of matches anywhere in ``value``.

    False, and one warning, if finding out takes longer than ``TIME_LIMIT``.
    """
    limit = TIME_LIMIT if _timeouts[pattern] < SLOW_AFTER else SHORT_LIMIT
    try:
        return _compiled(pattern).search(value, timeout=limit) is not None
    except TimeoutError:
        _timeouts[pattern] += 1
        _warn_of_slowness(pattern)
        return False


@lru_cache(maxsize=1024)
def _warn_of_slowness(pattern: str) -> None:
    _log.warning(
        "the pattern %r takes longer than %g s and counts as not found; simplify it", pattern, TIME_LIMIT
    )
