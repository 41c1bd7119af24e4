"""What a command has to tell when it is done: frozen values, shown by the front doors. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from aggregator.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from aggregator.exchange import Skip
    from aggregator.model import Problem

State = Literal["first-read", "changed", "unchanged", "not-due", "failed", "gone", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source's refresh ended; items are counted once each, by what subscribers would see."""

    source_id: str
    state: State
    new: int = 0
    updated: int = 0
    removed: int = 0
    seconds: float = 0.0
    status: int | None = None
    """The HTTP status, where there is one."""
    skip: Skip = ""
    """Why its document was not parsed; empty: it was, or there was none."""
    same: int = 0
    """Items that were in it as they were known, and of which nothing more was to be done."""
    error: str | None = None
    failing_since: datetime | None = None
    """When it began to fail, if it did before this time too; aware."""
    notice: str | None = None
    problems: tuple[Problem, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    """What was read but is no item, by reason."""
    next_check: datetime | None = None
    """When it is next due, aware; None where it is always due, gone or paused."""
    why: str = ""
    """Why then."""
    held: bool = False
    """Whether a Retry-After holds it back, whoever asks."""
    left: str = ""
    """The host, or group of hosts, of which too much was due at once: it stays due, and nobody was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateReport:
    """What was written: paths below the output folder, in order."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Pages of what left the outputs, and what was pruned."""
    unneeded: tuple[str, ...] = ()
    """Files of ours that no output needs any more; ``--prune`` removes them."""
    categories: tuple[str, ...] = ()
    """Titles of categories that are new."""
    feeds: int = 0
    """How many category feeds there are."""
    errors: tuple[str, ...] = ()
    """What could not be written; it is due again the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """A whole refresh: each source's result in configuration order, and what was written."""

    sources: tuple[SourceResult, ...]
    generated: GenerateReport
    at: datetime
    """When it began, aware."""
    dry_run: bool = False

    @property
    def next_due(self) -> SourceResult | None:
        """Where nothing was due: the source that is due first."""
        waiting = [each for each in self.sources if each.state == "not-due" and each.next_check]
        waiting = [each for each in waiting if not each.left]
        idle = all(result.state in ("not-due", "paused", "gone") for result in self.sources)
        return min(waiting, key=lambda each: each.next_check or self.at) if idle and waiting else None

    @property
    def failed(self) -> int:
        """How many sources failed."""
        return sum(1 for result in self.sources if result.state == "failed")


def together(reports: Sequence[GenerateReport]) -> GenerateReport:
    """Several writings, one after the other, as one: what is still amiss is what the last one says."""
    if len(reports) < 2:  # noqa: PLR2004 - one, or none
        return reports[0] if reports else GenerateReport()
    written = {path for each in reports for path in each.written}
    removed = {path for each in reports for path in each.removed}
    return replace(
        reports[-1],
        written=tuple(sorted(written)),
        removed=tuple(sorted(removed - written)),
        categories=tuple(dict.fromkeys(title for each in reports for title in each.categories)),
    )


def without_addresses(problems: Iterable[Problem], source_id: str) -> tuple[Problem, ...]:
    """Problems of a private source, where the name of a document is an address that is told nowhere."""
    return tuple(replace(each, where=source_id) if "://" in each.where else each for each in problems)
