"""How the sources are, as numbers for a monitor: the Prometheus text format, version 0.0.4. Pure.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aggregator.health import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from aggregator.polls import SourceState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_OF_A_SOURCE: tuple[tuple[str, str, str, Callable[[SourceState], float | None]], ...] = (
    ("items", "gauge", "Items that are kept and have not left.", lambda state: state.items),
    ("failures", "gauge", "Failures in a row.", lambda state: state.failures),
    (
        "last_success_timestamp_seconds",
        "gauge",
        "When it was last read well.",
        lambda state: _seconds(state.last_success),
    ),
    (
        "next_check_timestamp_seconds",
        "gauge",
        "When it is next due.",
        lambda state: _seconds(state.next_check),
    ),
    ("polls_total", "counter", "Requests that were made for it.", lambda state: state.polls),
    (
        "polls_unchanged_total",
        "counter",
        "Requests that were answered with a 304.",
        lambda state: state.polls_unchanged,
    ),
    (
        "polls_same_total",
        "counter",
        "Requests that were answered with the bytes that were known.",
        lambda state: state.polls_same,
    ),
    (
        "polls_restamped_total",
        "counter",
        "Requests whose document differed in nothing but comments and dates outside of its entries.",
        lambda state: state.polls_restamped,
    ),
    (
        "received_bytes_total",
        "counter",
        "Bytes of bodies that came over the wire.",
        lambda state: state.received,
    ),
)


def render(states: Sequence[SourceState], named: Sequence[SourceState], *, version: str, is_up: bool) -> str:
    """The numbers of all sources together, and of each that is ``named``, by its id."""
    counts = Counter(state.state for state in states)
    last = max((state.last_success for state in states if state.last_success), default=None)
    lines = [
        *_family("up", "gauge", "Whether files are served and the store can be read.", [("", is_up)]),
        *_family("info", "gauge", "Which version runs.", [(f'{{version="{_escaped(version)}"}}', 1)]),
        *_family(
            "sources",
            "gauge",
            "Sources in the configuration, by state.",
            [(f'{{state="{state}"}}', counts[state]) for state in ORDER],
        ),
        *_family(
            "items", "gauge", "Items that are kept and have not left.", [("", sum(s.items for s in states))]
        ),
        *_family(
            "last_success_timestamp_seconds",
            "gauge",
            "When a source was last read well.",
            [("", _seconds(last))],
        ),
    ]
    for name, kind, text, value in _OF_A_SOURCE:
        known = [(f'{{source="{_escaped(state.id)}"}}', value(state)) for state in named]
        lines += _family(f"source_{name}", kind, text, known)
    return "\n".join(lines) + "\n"


def _family(name: str, kind: str, text: str, samples: Iterable[tuple[str, float | None]]) -> list[str]:
    name = f"aggregator_{name}"
    said = [f"{name}{labels} {number:.16g}" for labels, number in samples if number is not None]
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *said] if said else []


def _escaped(value: str) -> str:
    return value.encode("utf-8", "replace").decode().translate(_ESCAPES)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
