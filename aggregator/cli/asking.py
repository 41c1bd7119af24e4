"""What commands share that another process may have to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aggregator.cli.common import Duration, current, echo, tell

if TYPE_CHECKING:
    from aggregator.app.control import Done

WAIT = click.option(
    "--wait",
    type=Duration(),
    default=10.0,
    metavar="DURATION",
    help="Wait so long for another process at work to do it (10s).",
)


def told(done: Done) -> int:
    """Tell what was written, or that it is left to another process; returns the exit code."""
    if done.left is not None:
        tell("left to the process that is at work on this site, which does it as soon as it can")
        return 0
    report = done.report
    if report is None:
        return 0
    if current().verbosity >= 0:
        for path in report.written:
            echo(f"wrote {path}")
    for error in report.errors:
        tell(f"error: {error}", fg="red")
    return 1 if report.errors else 0
