"""What can be read: source adapters and lists of sources, built in or added by other packages.

Both come in by the same door, the entry-point group ``aggregator.sources``.
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, cast

from aggregator.errors import ConfigError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.contracts import Adapter, SourceList

GROUP = "aggregator.sources"


def adapters(entry_points: Iterable[metadata.EntryPoint] | None = None) -> dict[str, Adapter]:
    """Load every adapter, by the name that a source's ``type`` gives.

    Raises ConfigError that names each plug-in which cannot be used, and why.
    """
    return installed(entry_points).adapters


@dataclass(frozen=True, slots=True)
class Installed:
    """Everything that a source's ``type`` can name."""

    adapters: dict[str, Adapter]
    """What yields items."""
    lists: dict[str, SourceList]
    """What yields sources."""

    @property
    def kinds(self) -> dict[str, Adapter | SourceList]:
        """Both, by name."""
        return {**self.adapters, **self.lists}


def installed(entry_points: Iterable[metadata.EntryPoint] | None = None) -> Installed:
    """Load every adapter and every list of sources.

    Raises ConfigError that names each plug-in which cannot be used, and why.
    """
    found = Installed({}, {})
    loaded_from: dict[str, str] = {}
    problems: list[str] = []
    for entry_point in metadata.entry_points(group=GROUP) if entry_points is None else entry_points:
        name, value = entry_point.name, entry_point.value
        if loaded_from.setdefault(name, value) != value:
            problems.append(
                f"source type {name!r}: both {loaded_from[name]} and {value} claim it; uninstall one"
            )
            continue
        try:
            kind = _load(entry_point)
        except _UnusableError as error:
            problems.append(f"source type {name!r} ({value}): {error}; update or uninstall it")
            continue
        if hasattr(kind, "parse"):
            found.adapters[name] = cast("Adapter", kind)
        else:
            found.lists[name] = cast("SourceList", kind)
    if not (found.kinds or problems):
        problems.append("no source types are installed; install the package again (pip install aggregator)")
    if problems:
        raise ConfigError(problems)
    return found


class _UnusableError(Exception):
    """A plug-in that is no adapter."""


def _load(entry_point: metadata.EntryPoint) -> object:
    try:
        kind: object = entry_point.load()()
    except Exception as error:  # importing and making a plug-in runs foreign code, which may raise anything
        raise _UnusableError(f"cannot be loaded: {type(error).__name__}: {error}") from error
    last = "sources" if hasattr(kind, "sources") else "parse"
    lacking = [part for part in ("options", "fetch", last) if not hasattr(kind, part)]
    if lacking:
        raise _UnusableError(f"is no source adapter: it lacks {', '.join(lacking)}")
    if getattr(kind, "name", None) != entry_point.name:
        raise _UnusableError(f"calls itself {getattr(kind, 'name', None)!r}")
    return kind
