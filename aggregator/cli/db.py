"""``aggregator db``: care of the store."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.common import Duration, common_options, counted, current, echo, tell

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog="Example: aggregator db backup /backups/feeds.db")
@common_options
def db() -> None:
    """Back up, restore, check, compact or rebuild the store."""


@db.command(
    short_help="Copy the store to FILE, also beside a writer.",
    epilog="Example: aggregator db backup /backups/feeds.db",
)
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@common_options
def backup(file: Path, *, force: bool) -> None:
    """Copy the store to FILE, whole and consistent, also while another process writes."""
    current().app().backup(file, force=force)
    echo(f"backed up to {file}")


@db.command(epilog="Example: aggregator db restore /backups/feeds.db")
@click.argument("file", type=_FILE)
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@common_options
def restore(file: Path, *, wait: float) -> None:
    """Make FILE the store. What was the store before is kept beside it."""
    app = current().app()
    kept = app.restore(file, wait=wait)
    if kept is not None:
        echo(f"the store as it was: {app.shown_path(kept)}")
    echo("restored; the next refresh, or `aggregator generate --all`, writes the outputs from it")


@db.command(
    short_help="Make a lost store anew from posts and feeds.", epilog="Example: aggregator db rebuild"
)
@click.option("--force", is_flag=True, help="Rebuild a store that is sound, too.")
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@common_options
def rebuild(*, force: bool, wait: float) -> None:
    """Make a damaged or lost store anew from local posts and the written feeds, where there is no backup.

    Published ids stay as they are. What was the store before is kept beside it.
    """
    app = current().app()
    rebuilt = app.rebuild(wait=wait, force=force)
    for problem in rebuilt.problems:
        tell(problem, fg="yellow")
    if rebuilt.kept is not None:
        echo(f"the store as it was: {app.shown_path(rebuilt.kept)}")
    echo(
        f"rebuilt: {counted(rebuilt.items, 'item')} from {counted(rebuilt.feeds, 'feed')} and local posts;"
        " `aggregator refresh` reads every source anew"
    )


@db.command(epilog="Example: aggregator db check")
@common_options
def check() -> int:
    """Look through the whole store for damage; exit 1 if there is any."""
    problems = current().app().check_store()
    for problem in problems:
        echo(problem)
    if not problems and current().verbosity >= 0:
        echo("the store is sound")
    return 1 if problems else 0


@db.command(epilog="Example: aggregator db vacuum")
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@common_options
def vacuum(*, wait: float) -> None:
    """Rewrite the store as small as it can be."""
    before, after = current().app().vacuum(wait=wait)
    echo(f"{before:,} → {after:,} bytes")
