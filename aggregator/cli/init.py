"""``aggregator init``: a new site, ready for its first refresh."""

from __future__ import annotations

import os
import shlex
from importlib.resources import files
from pathlib import Path

import click

from aggregator import whole
from aggregator.cli.common import common_options, current, echo
from aggregator.errors import UsageError

_FOLDERS = {"config": 0o755, "seeds": 0o755, "var": 0o700, "feeds": 0o755}
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

    Nothing that exists is replaced without --force: a site that is there is refused, other files are kept.
    """
    from aggregator.config.load import PLACES
    from aggregator.config.template import annotated

    sample = (files("aggregator.cli") / "site" / _SAMPLE).read_text("utf-8")
    contents = {
        folder / "config" / "aggregator.yaml": annotated(),
        folder / "seeds" / _SAMPLE: sample,
        folder / ".gitignore": _IGNORED,
    }
    for config in (folder / place for place in PLACES):
        if os.path.lexists(config) and not force:
            raise UsageError(f"{config} exists already: this is a site; --force replaces it")
    kept = [] if force else [path for path in contents if os.path.lexists(path)]
    for path in contents.keys() - set(kept):
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: cannot be replaced: it is no plain file; move it away")
    try:
        for name, mode in _FOLDERS.items():
            (folder / name).mkdir(mode, parents=True, exist_ok=True)
        for path in contents.keys() - set(kept):
            whole.write(path, contents[path].encode())
    except OSError as error:
        raise whole.refusal(error.filename or folder, error, UsageError) from error
    if current().verbosity >= 0:
        for path in contents:
            echo(f"{'kept' if path in kept else 'wrote'} {path}")
        go = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
        echo(f"next: {go}aggregator refresh")
