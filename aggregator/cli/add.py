"""``aggregator add``: subscribe to a feed."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING

import click

from aggregator.cli.common import common_options, current, echo, is_terminal, tell
from aggregator.cli.complete import category_slugs
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.app.discovery import Found
    from aggregator.app.subscribing import Addition, Pick

_USERINFO = re.compile(r"(?<=://)[^/@\s'\"]+@")
"""Credentials in a URL: used, and never shown."""


@click.command(epilog="Example: aggregator add https://example.org/ --category news")
@click.argument("url")
@click.option(
    "--category", "categories", multiple=True, metavar="C", help="Its category; may be repeated.",
    shell_complete=category_slugs,
)  # fmt: skip
@click.option("--id", "source_id", metavar="ID", help="Its name in commands. Unset: made from its address.")
@click.option("--title", metavar="T", help="Its name for readers. Unset: what it calls itself.")
@click.option("--pick", type=click.IntRange(min=1), metavar="N", help="Of several feeds, the Nth.")
@click.option("--yes", "-y", is_flag=True, help="Of several feeds, the first.")
@click.option("--dry-run", is_flag=True, help="Show the lines; change nothing.")
@common_options
def add(
    url: str,
    *,
    categories: tuple[str, ...],
    source_id: str | None,
    title: str | None,
    pick: int | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Subscribe to the feed at URL, or to one that the page at URL names.

    The source is written at the end of the configuration's list, whose comments and order stay. A list of
    feeds (OPML) at URL is subscribed to as a list.
    """
    app = current().app(may_be_none=True)
    addition = app.add(
        url,
        _pick(1 if yes and pick is None else pick),
        source_id=source_id,
        title=title,
        categories=categories,
        dry_run=dry_run,
    )
    show(addition, str(app.settings.path), dry_run=dry_run)


def show(addition: Addition, path: str, *, dry_run: bool) -> None:
    """Tell what was, or would be, added."""
    if dry_run:
        for line in addition.lines:
            echo(_USERINFO.sub("***@", line))
    elif current().verbosity >= 0:
        for name in addition.ids:
            echo(f"added {name} to {path}")
        if addition.ids:
            name = shlex.quote(addition.ids[0]) if len(addition.ids) == 1 else ""
            echo(f"next: aggregator refresh {name}".rstrip())


def _pick(number: int | None) -> Pick:
    """How one of several feeds is chosen: by a flag, by a person, or not at all."""

    def picked(found: Sequence[Found]) -> int:
        if number is not None and number <= len(found):
            return number - 1
        tell(f"the page names {len(found)} feeds:")
        for place, each in enumerate(found, start=1):
            tell(f"  {place}. {each.url}" + (f"  {each.title}" if each.title else ""))
        if number is not None:
            raise UsageError(f"there is no number {number}")
        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            raise UsageError("choose one of them with --pick N, or subscribe to its own address")
        return int(click.prompt("which", type=click.IntRange(1, len(found)), default=1, err=True)) - 1

    return picked
