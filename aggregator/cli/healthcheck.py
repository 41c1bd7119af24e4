"""``aggregator healthcheck``: an exit code for a container."""

from __future__ import annotations

import click

from aggregator.cli.common import common_options, current, echo


@click.command(epilog="Example: aggregator healthcheck http://127.0.0.1:8080/-/healthy")
@click.argument("url", metavar="[URL]", required=False)
@common_options
def healthcheck(url: str | None) -> int:
    """Ask the running server whether it is well; exit 0 if it says so within 5 s, else 1.

    Without a URL the one that the configuration has it listen at is asked.
    """
    from aggregator.app import healthcheck as asking

    health = asking.check(url or asking.own_url(current().app().settings.server))
    if current().verbosity >= 0 or not health.well:
        echo(f"{'healthy' if health.well else 'not healthy'}: {health.url}: {health.said}")
    return 0 if health.well else 1
