"""``aggregator item``: care of single items."""

from __future__ import annotations

import click

from aggregator.cli.common import Duration, common_options, current, echo


@click.group(epilog="Example: aggregator item hide https://example.org/a-mistake")
@common_options
def item() -> None:
    """Hide one item from every output, or show it again."""


_WAIT = click.option(
    "--wait", type=Duration(), default=10.0, metavar="DURATION", help="Wait for the lock (10s)."
)


@item.command(epilog="Example: aggregator item hide https://example.org/a-mistake")
@click.argument("id_", metavar="ID")
@_WAIT
@common_options
def hide(id_: str, *, wait: float) -> int:
    """Take one item out of every output, for ever; it stays stored. ID as in `explain`."""
    return _set(id_, hidden=True, wait=wait)


@item.command(epilog="Example: aggregator item show https://example.org/a-mistake")
@click.argument("id_", metavar="ID")
@_WAIT
@common_options
def show(id_: str, *, wait: float) -> int:
    """Let a hidden item back into the outputs. ID as in `explain`."""
    return _set(id_, hidden=False, wait=wait)


def _set(needle: str, *, hidden: bool, wait: float) -> int:
    title, report = current().app().set_hidden(needle, hidden=hidden, wait=wait)
    if current().verbosity >= 0:
        echo(f"{'hidden' if hidden else 'shown again'}: {title}")
        for path in report.written:
            echo(f"wrote {path}")
    for error in report.errors:
        echo(f"error: {error}")
    return 1 if report.errors else 0
