"""How a refresh went, told to people."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from aggregator import due
from aggregator.cli.common import counted, current, echo, is_terminal, tell
from aggregator.dates import to_the_second

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from rich.text import Text

    from aggregator.exchange import Skip
    from aggregator.reports import RefreshReport, SourceResult

_PROBLEMS_SHOWN = 5
_NARROWEST = 60
"""Columns that a terminal has on which the table is shown."""
_SKIPS: Mapping[Skip, str] = {
    "not modified": "not modified (304)",
    "same bytes": "with the bytes that were known",
    "same entries": "with nothing new but a date or comment of the feed",
}
_COLORS = {"first-read": "green", "changed": "green", "failed": "red", "gone": "red", "paused": "yellow"}


def show(report: RefreshReport, paths: list[str], named: Sequence[str] = ()) -> None:
    """Tell how it went: troubles first, then every source, as a table on a terminal and else a line each.

    ``paths``: the configuration and the output folder, as the user would type them. ``named``: the sources
    that the user named; of these it is told as well why one was not asked.
    """
    quiet, verbose = current().verbosity < 0, current().verbosity > 0
    for result in report.sources:
        _show_troubles(result, report.at, verbose=verbose)
    _show_left(report)
    if not quiet:
        told = verbose or bool(named)
        shown = [each for each in report.sources if told or each.state != "not-due"]
        (_show_table if _has_room(sys.stdout) else _show_lines)(shown)
        if not named:
            _show_waiting(report)
    if verbose:
        _show_stages(report)
    for error in report.generated.errors:
        tell(f"error: {error}", fg="red")
    if not quiet:
        _show_outcome(report, paths, named)


def _show_troubles(result: SourceResult, now: datetime, *, verbose: bool) -> None:
    if result.error is not None:
        tell(f"{result.source_id}: error: {result.error}{_since(result.failing_since, now)}", fg="red")
    if result.notice is not None:
        tell(f"{result.source_id}: notice: {result.notice}", fg="yellow")
    shown = result.problems if verbose else result.problems[:_PROBLEMS_SHOWN]
    for problem in shown:
        tell(f"  {problem}")
    hidden = len(result.problems) - len(shown)
    if hidden:
        tell(f"  … and {hidden} more; -v shows all")


def _since(began: datetime | None, now: datetime) -> str:
    """``; since Tuesday``, ``; since 14:05`` or ``; since 3 May 2026``, in UTC."""
    if began is None:
        return ""
    age = now - began
    if age < timedelta(days=1):
        return f"; since {began:%H:%M} UTC"
    return f"; since {began:%A}" if age < timedelta(days=6) else f"; since {began.day} {began:%B %Y}"


def _show_left(report: RefreshReport) -> None:
    for host, count in sorted(Counter(each.left for each in report.sources if each.left).items()):
        tell(f"left for the next run: {counted(count, 'source')} of {host}", fg="yellow")


def _show_waiting(report: RefreshReport) -> None:
    first = report.next_due
    waiting = [each for each in report.sources if each.state == "not-due" and not each.left]
    held = sum(each.held for each in waiting)
    free = len(waiting) - held
    if first is not None and first.next_check is not None:
        wait = due.in_words((first.next_check - report.at).total_seconds())
        force = "; --force reads all" if free else ""
        echo(f"nothing is due; next: {first.source_id} in {wait}{force}")
    elif free:
        echo(f"{counted(free, 'source')} not yet due; --force reads all")
    if held:
        echo(f"{counted(held, 'source')} held back by a Retry-After, which --force does not override")


def _show_lines(results: Sequence[SourceResult]) -> None:
    for result in results:
        color = _COLORS.get(result.state)
        echo(f"{result.source_id}: {_in_words(result)}", **({"fg": color} if color else {}))


def _in_words(result: SourceResult) -> str:
    if result.state == "failed":
        return "failed"
    if result.state in ("paused", "gone"):
        return result.why or result.state
    if result.state == "not-due":
        return (
            f"not due before {to_the_second(result.next_check)}: {result.why}"
            if result.next_check
            else "not due"
        )
    counts = [(result.new, "new"), (result.updated, "updated"), (result.removed, "removed")]
    words = [f"{count} {what}" for count, what in counts if count] or ["nothing new"]
    return ", ".join([*words, *_skipped(result)])


def _skipped(result: SourceResult) -> list[str]:
    return [f"{count} skipped ({why})" for why, count in sorted(result.skipped.items())]


def _show_stages(report: RefreshReport) -> None:
    """How far what came had to be looked at."""
    asked = [each for each in report.sources if each.status is not None]
    skips: Counter[Skip] = Counter(each.skip for each in asked)
    told = [f"{skips[skip]} {words}" for skip, words in _SKIPS.items() if skips[skip]]
    read = sum(not each.skip and each.error is None for each in asked)
    told += [f"{read} read"] if read else []
    if told:
        echo(f"answers: {', '.join(told)}")
    same = sum(each.same for each in report.sources)
    changed = sum(each.new + each.updated for each in report.sources)
    if same or changed:
        echo(f"items in what was read: {same} as they were, {changed} new or updated")


def _has_room(stream: TextIO | None) -> bool:
    """Whether a table is fit for it: a terminal whose columns would not have to be cut."""
    return is_terminal(stream) and get_terminal_size().columns >= _NARROWEST


def _show_table(results: Sequence[SourceResult]) -> None:
    if not results:
        return
    from rich.console import Console
    from rich.table import Table

    colored = current().wants_color(sys.stdout)
    strong = "bold" if colored else ""
    table = Table(box=None, pad_edge=False, header_style=strong)
    table.add_column("source", overflow="fold")
    table.add_column("state")
    for count in ("new", "updated", "removed"):
        table.add_column(count, justify="right")
    table.add_column("besides", overflow="fold")
    for result in results:
        table.add_row(*_cells(result))
    if len(results) > 1:
        table.add_section()
        totals = (sum(getattr(each, count) for each in results) for count in ("new", "updated", "removed"))
        table.add_row(f"{len(results)} sources", "", *map(str, totals), "", style=strong)
    Console(no_color=not colored).print(table)


def _cells(result: SourceResult) -> list[Text]:
    """The row of one source; nothing that a document says is taken for markup."""
    from rich.text import Text

    from aggregator.text import terminal_safe

    besides = _skipped(result)
    if result.problems:
        besides.insert(0, counted(len(result.problems), "problem"))
    if result.state in ("paused", "gone", "not-due") and result.why:
        besides.insert(0, result.why)
    counts = (str(count or "") for count in (result.new, result.updated, result.removed))
    return [
        Text(terminal_safe(result.source_id)),
        Text(result.state, style=_COLORS.get(result.state, "")),
        *map(Text, counts),
        Text(terminal_safe(", ".join(besides))),
    ]


def _show_outcome(report: RefreshReport, paths: list[str], named: Sequence[str]) -> None:
    config, folder = paths
    generated = report.generated
    if report.dry_run:
        echo("dry run: nothing was kept or written")
        return
    for category in generated.categories:
        echo(f"new category: {category}")
    if not generated.written:
        if not generated.errors and (named or report.next_due is None):
            echo("nothing to write: every output is as it should be")
        return
    feeds = [path for path in generated.written if path.endswith(".xml")]
    atom = f" ({counted(len(feeds), 'Atom feed')})" if feeds else ""
    echo(f"wrote {counted(len(generated.written), 'file')}{atom} in {folder}")
    told = counted(generated.feeds, "category feed")
    echo(f"{told}: {folder}/category/   everything: {folder}/all.xml")
    if generated.categories:
        echo(f"next: open {folder}/index.html, or edit {config} and run `aggregator refresh` again")
