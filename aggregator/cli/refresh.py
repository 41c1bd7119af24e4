"""``aggregator refresh``: the main job, once."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.common import Duration, common_options, current, echo, echo_json, is_terminal, tell
from aggregator.cli.complete import source_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aggregator.reports import RefreshReport, SourceResult

_PROBLEMS_SHOWN = 5


@click.command(epilog="Example: aggregator refresh posts --dry-run")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=source_ids)
@click.option("--force", is_flag=True, help="Read every source, due or not.")
@click.option("--dry-run", is_flag=True, help="Read and show; keep and write nothing.")
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@click.option("--accept-removals", is_flag=True, help="Let go what vanished, however much it is.")
@click.option("--new-store", is_flag=True, help="Start a new store beside existing outputs.")
@click.option(
    "--fail-on",
    type=click.Choice(["any", "all", "never"]),
    default="all",
    show_default=True,
    help="When failing sources make the exit code 1.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def refresh(
    sources: tuple[str, ...],
    *,
    force: bool,
    dry_run: bool,
    wait: float,
    accept_removals: bool,
    new_store: bool,
    fail_on: str,
    as_json: bool,
) -> int:
    """Read every source that is due, keep what is new, and write the outputs that change.

    Local posts are always due. With SOURCE, only those.
    """
    app = current().app()
    for warning in app.settings.warnings:
        if not as_json and current().verbosity >= 0:
            tell(f"warning: {warning}")
    with _progress(enabled=not as_json and current().verbosity >= 0) as progress:
        report = app.refresh(
            sources,
            dry_run=dry_run,
            wait=wait,
            accept_removals=accept_removals,
            new_store=new_store,
            progress=progress,
        )
    if as_json:
        echo_json(as_object(report))
    else:
        _show(report, [str(app.settings.path), str(app.shown_path(app.settings.output_dir))])
    return _exit_code(report, fail_on, configured=len(app.settings.sources))


def _exit_code(report: RefreshReport, fail_on: str, *, configured: int) -> int:
    if report.generated.errors:
        return 1
    tried = [result for result in report.sources if result.state not in ("not-due", "paused", "gone")]
    failed = sum(1 for result in tried if result.state == "failed")
    if not failed or fail_on == "never":
        return 0
    if fail_on == "any":
        return 1
    return 1 if failed == len(tried) and (failed > 1 or configured == 1) else 0


@contextmanager
def _progress(*, enabled: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar of documents read on a terminal; nothing elsewhere."""
    if not enabled or not is_terminal(sys.stderr):
        yield lambda _source, _documents: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=not current().wants_color(sys.stderr))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} read"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def advance(source: str, documents: int) -> None:
            bar.update(task, description=source, advance=documents)

        yield advance


# ── for programs ──


def as_object(report: RefreshReport) -> dict[str, Any]:
    """The report as ``--json`` prints it."""
    results = report.sources
    return {
        "sources": [
            {
                "id": result.source_id,
                "state": result.state,
                "new": result.new,
                "updated": result.updated,
                "removed": result.removed,
                "seconds": round(max(result.seconds, 0.0), 3),
                "status": result.status,
                "error": result.error,
                "notice": result.notice,
                "problems": [{"where": each.where, "what": each.what} for each in result.problems],
                "skipped": dict(sorted(result.skipped.items())),
                "next_check": result.next_check.isoformat() if result.next_check else None,
                "why": result.why,
            }
            for result in results
        ],
        "written": list(report.generated.written),
        "categories": list(report.generated.categories),
        "errors": list(report.generated.errors),
        "dry_run": report.dry_run,
        "totals": {
            "sources": len(results),
            "new": sum(result.new for result in results),
            "updated": sum(result.updated for result in results),
            "removed": sum(result.removed for result in results),
            "failed": report.failed,
        },
    }


# ── for people ──


def _show(report: RefreshReport, paths: list[str]) -> None:
    quiet, verbose = current().verbosity < 0, current().verbosity > 0
    for result in report.sources:
        _show_troubles(result, verbose=verbose)
        if not quiet:
            echo(f"{result.source_id}: {_in_words(result)}")
    for error in report.generated.errors:
        tell(f"error: {error}")
    if not quiet:
        _show_outcome(report, paths)


def _show_troubles(result: SourceResult, *, verbose: bool) -> None:
    if result.error is not None:
        tell(f"{result.source_id}: error: {result.error}")
    if result.notice is not None:
        tell(f"{result.source_id}: notice: {result.notice}")
    shown = result.problems if verbose else result.problems[:_PROBLEMS_SHOWN]
    for problem in shown:
        tell(f"  {problem}")
    hidden = len(result.problems) - len(shown)
    if hidden:
        tell(f"  … and {hidden} more; -v shows all")


def _in_words(result: SourceResult) -> str:
    if result.state == "failed":
        return "failed"
    if result.state == "paused":
        return result.why or "paused"
    counts = [(result.new, "new"), (result.updated, "updated"), (result.removed, "removed")]
    words = [f"{count} {what}" for count, what in counts if count] or ["nothing new"]
    words += [f"{count} skipped ({why})" for why, count in sorted(result.skipped.items())]
    return ", ".join(words)


def _show_outcome(report: RefreshReport, paths: list[str]) -> None:
    config, folder = paths
    generated = report.generated
    if report.dry_run:
        echo("dry run: nothing was kept or written")
        return
    for category in generated.categories:
        echo(f"new category: {category}")
    if not generated.written:
        if not generated.errors:
            echo("nothing to write: every output is as it should be")
        return
    feeds = [path for path in generated.written if path.endswith(".xml")]
    echo(f"wrote {len(generated.written)} files ({len(feeds)} Atom feeds) in {folder}")
    echo(f"{generated.feeds} category feeds: {folder}/category/   everything: {folder}/all.xml")
    if generated.categories:
        echo(f"next: open {folder}/index.html, or edit {config} and run `aggregator refresh` again")
