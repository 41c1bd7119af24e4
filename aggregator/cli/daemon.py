"""``aggregator daemon``: the main job, again and again."""

from __future__ import annotations

import logging

import click

from aggregator.cli.common import Duration, common_options, current, log_with_time


@click.command(epilog="Example: aggregator daemon --log-format json")
@click.option(
    "--wait", type=Duration(), default=0.0, metavar="DURATION", help="Wait for the lock, such as 5m."
)
@click.option("--no-serve", is_flag=True, help="Serve nothing over HTTP.")
@common_options
def daemon(*, wait: float, no_serve: bool) -> int:
    """Read sources when they are due, watch local posts, keep the outputs up to date and serve them.

    \b
    SIGTERM, SIGINT  finish what is under way within 10 s and stop; once more: stop at once
    SIGHUP           read the configuration again (it is also noticed when it is saved)
    SIGUSR1          read every source now
    """  # noqa: D301 - the backspace is how click is told to keep lines
    from aggregator.cli.untaken import untaken_errors_logged
    from aggregator.daemon import Surroundings, run
    from aggregator.daemon.telling import tell
    from aggregator.server import OutputServer

    common = current()
    log_with_time(common)
    app = common.app()
    common.config = app.settings.path
    for warning in app.settings.warnings:
        tell("warning", warning, level=logging.WARNING)
    doors = () if no_serve else (OutputServer,)
    with untaken_errors_logged():
        return run(app, Surroundings(reload=common.app, doors=doors), wait=wait)
