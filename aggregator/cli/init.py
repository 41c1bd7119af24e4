"""``aggregator init``: a new site, ready for its first refresh."""

from __future__ import annotations

import os
import shlex
from importlib.resources import files
from pathlib import Path

import click

from aggregator.cli.common import common_options, current, echo
from aggregator.errors import UsageError

_SAMPLE = "2026-01-05-welcome.md"
_IGNORED = """\
# State: back it up with `aggregator db backup`, not with git.
/var/
# Output: `aggregator generate --all` rebuilds it.
/feeds/
"""


@click.command(epilog="Example: aggregator init mysite")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Replace files that exist.")
@common_options
def init(folder: Path, *, force: bool) -> None:
    """Write a new site into DIR: an annotated configuration, a sample post, folders.

    Nothing that exists is replaced without --force.
    """
    from aggregator.config.template import annotated

    sample = (files("aggregator.cli") / "site" / _SAMPLE).read_text("utf-8")
    contents = {
        folder / "config" / "aggregator.yaml": annotated(),
        folder / "seeds" / _SAMPLE: sample,
        folder / ".gitignore": _IGNORED,
    }
    taken = [path for path in contents if os.path.lexists(path)]
    if taken and not force:
        shown = ", ".join(str(path) for path in taken)
        raise UsageError(f"{shown} exists already; --force replaces it")
    try:
        for name in ("config", "seeds", "var", "feeds"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for path, text in contents.items():
            path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: cannot be written: {error.strerror}") from error
    if current().verbosity >= 0:
        for path in contents:
            echo(f"wrote {path}")
        go = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
        echo(f"next: {go}aggregator refresh")
