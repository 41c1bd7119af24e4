"""``aggregator validate``: is the configuration right?"""

from __future__ import annotations

import json
import os

import click

from aggregator.cli.common import common_options, current, echo, put, tell


@click.command(epilog="Example: aggregator validate --show")
@click.option("--schema", is_flag=True, help="Print a JSON Schema of the configuration, for editors.")
@click.option("--show", is_flag=True, help="Print the effective values and where each came from.")
@common_options
def validate(*, schema: bool, show: bool) -> None:
    """Check the configuration and show every problem, each with file, line and column."""
    from aggregator.app import App

    if schema:
        put(json.dumps(App.schema(), ensure_ascii=False, indent=2))
        return
    app = App.open(current().config, os.environ, {})
    for warning in app.settings.warnings:
        tell(f"warning: {warning}")
    if show:
        for key, value, origin in app.effective():
            echo(f"{key}: {value}  # {origin}")
    elif current().verbosity >= 0:
        count = len(app.settings.sources)
        echo(f"{app.settings.path}: fine, {count} source{'' if count == 1 else 's'}")
