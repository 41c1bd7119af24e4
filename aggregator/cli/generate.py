"""``aggregator generate``: outputs from what is stored, without reading a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aggregator.cli.common import Duration, common_options, counted, current, echo, tell
from aggregator.cli.complete import category_slugs

if TYPE_CHECKING:
    from aggregator.reports import GenerateReport

_ALL_IS_WELL = "nothing to write: every output is as it should be"


@click.command(epilog="Example: aggregator generate --check")
@click.argument("categories", nargs=-1, metavar="[CATEGORY]...", shell_complete=category_slugs)
@click.option("--all", "every", is_flag=True, help="Render every output, outdated or not.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if any file would change.")
@click.option("--prune", is_flag=True, help="Remove files of ours that no output needs any more.")
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@common_options
def generate(categories: tuple[str, ...], *, every: bool, check: bool, prune: bool, wait: float) -> int:
    """Write the outputs that are outdated; with CATEGORY, only those."""
    if check and (every or prune or categories):
        raise click.UsageError("--check looks at every output and goes with nothing else")
    if check:
        return _check()
    report = current().app().generate(categories, every=every, prune=prune, wait=wait)
    for error in report.errors:
        tell(f"error: {error}")
    if current().verbosity >= 0:
        _show(report)
    return 1 if report.errors else 0


def _check() -> int:
    differing = current().app().check_outputs()
    for path in differing:
        echo(f"would change: {path}")
    if not differing and current().verbosity >= 0:
        echo(_ALL_IS_WELL)
    return 1 if differing else 0


def _show(report: GenerateReport) -> None:
    for path in report.written:
        echo(f"wrote {path}")
    for path in report.removed:
        echo(f"removed {path}")
    if not (report.written or report.removed or report.errors):
        echo(_ALL_IS_WELL)
    if report.unneeded:
        echo(f"no longer needed: {counted(len(report.unneeded), 'file')}; --prune removes what is not needed")
