"""``aggregator import-opml`` and ``export-opml``: subscriptions from and for other readers."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from aggregator import whole
from aggregator.cli.add import show
from aggregator.cli.common import common_options, current, echo, put, tell
from aggregator.errors import UsageError

_LARGEST = 8 * 1024 * 1024


@click.command(name="import-opml", epilog="Example: aggregator import-opml subscriptions.opml --dry-run")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Show the lines; change nothing.")
@common_options
def import_opml(file: BinaryIO, *, dry_run: bool) -> None:
    """Make every feed that FILE lists a source of the configuration; folders become categories.

    Feeds that are configured already are left as they are. To follow a list as it changes, configure the list
    itself instead: {type: opml, path: FILE}.
    """
    app = current().app(may_be_none=True)
    name = getattr(file, "name", "FILE")
    try:
        body = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error
    if len(body) > _LARGEST:
        raise UsageError(f"{name}: is larger than {_LARGEST // 1024**2} MiB: not read")
    addition = app.import_opml(body, str(name), dry_run=dry_run)
    for problem in addition.problems:
        tell(f"  {problem}")
    if current().verbosity > 0:
        for there in addition.present:
            tell(f"  {there}: is read already")
    show(addition, str(app.settings.path), dry_run=dry_run)
    if current().verbosity >= 0:
        counts = f"{len(addition.ids)} new, {len(addition.present)} read already"
        (tell if dry_run else echo)(f"{name}: {counts}")


@click.command(name="export-opml", epilog="Example: aggregator export-opml subscriptions.opml")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@common_options
def export_opml(file: Path | None) -> None:
    """Write every feed that is read as OPML, in folders by category; to stdout unless FILE is named.

    Private sources are left out.
    """
    app = current().app()
    if file is not None:
        app.refuse_own(file)
    body, private = app.export_opml()
    if file is None:
        put(body.decode().removesuffix("\n"))
    else:
        try:
            whole.write(file, body)
        except OSError as error:
            raise whole.refusal(file, error, UsageError) from error
        if current().verbosity >= 0 and file.is_file():  # never into what it was written to, as /dev/stdout
            echo(f"wrote {file}")
    if private and current().verbosity >= 0:
        tell(f"{private} private source{'' if private == 1 else 's'} left out")
