"""``aggregator item``: care of single items."""

from __future__ import annotations

import click

from aggregator.cli.asking import WAIT, told
from aggregator.cli.common import common_options, current, echo
from aggregator.cli.complete import posts


@click.group(epilog="Example: aggregator item hide https://example.org/a-mistake")
@common_options
def item() -> None:
    """Hide one item from every output, or show it again."""


@item.command(epilog="Example: aggregator item hide https://example.org/a-mistake")
@click.argument("id_", metavar="ID", shell_complete=posts)
@WAIT
@common_options
def hide(id_: str, *, wait: float) -> int:
    """Take one item out of every output until it is shown again. It stays stored. ID as in `explain`."""
    return _set(id_, hidden=True, wait=wait)


@item.command(epilog="Example: aggregator item show https://example.org/a-mistake")
@click.argument("id_", metavar="ID", shell_complete=posts)
@WAIT
@common_options
def show(id_: str, *, wait: float) -> int:
    """Let a hidden item back into the outputs. ID as in `explain`."""
    return _set(id_, hidden=False, wait=wait)


def _set(needle: str, *, hidden: bool, wait: float) -> int:
    title, done = current().app().set_hidden(needle, hidden=hidden, wait=wait)
    if current().verbosity >= 0 and done.left is None:
        echo(f"{'hidden' if hidden else 'shown again'}: {title}")
    return told(done)
