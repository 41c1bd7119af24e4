"""``aggregator refresh``: the main job, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.common import Duration, common_options, current, echo_json, tell
from aggregator.cli.complete import source_ids
from aggregator.cli.outcome import show
from aggregator.cli.progress import progress
from aggregator.dates import rfc3339

if TYPE_CHECKING:
    from aggregator.reports import RefreshReport


@click.command(epilog="Example: aggregator refresh posts --dry-run")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", shell_complete=source_ids)
@click.option(
    "--force", is_flag=True, help="Read everything, due and changed or not; a Retry-After is obeyed."
)
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
            tell(f"warning: {warning}", fg="yellow")
    talks = not as_json and current().verbosity >= 0
    with progress(len(set(sources)) or len(app.settings.sources), enabled=talks) as (read, done):
        report = app.refresh(
            sources,
            force=force,
            dry_run=dry_run,
            wait=wait,
            accept_removals=accept_removals,
            new_store=new_store,
            progress=read,
            done=done,
        )
    if as_json:
        echo_json(as_object(report))
    else:
        show(report, [str(app.settings.path), str(app.shown_path(app.settings.output_dir))], sources)
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
                "skip": result.skip or None,
                "same": result.same,
                "error": result.error,
                "failing_since": rfc3339(result.failing_since) if result.failing_since else None,
                "notice": result.notice,
                "problems": [{"where": each.where, "what": each.what} for each in result.problems],
                "skipped": dict(sorted(result.skipped.items())),
                "next_check": rfc3339(result.next_check) if result.next_check else None,
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
