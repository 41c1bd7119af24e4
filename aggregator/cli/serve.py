"""``aggregator serve``: the output folder over HTTP."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.common import common_options, current, echo
from aggregator.cli.untaken import untaken_errors_logged
from aggregator.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.app import App
    from aggregator.server import Address


class Listen(click.ParamType["Address"]):
    """``HOST:PORT``, an IPv6 address in brackets; port 0 is any that is free."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Read one; click tells the user what is wrong with it."""
        from aggregator.config.fields import listen

        if not isinstance(value, str):
            address: Address = value
            return address
        try:
            host, _, port = listen(value).rpartition(":")
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return host.removeprefix("[").removesuffix("]"), int(port)


@click.command(epilog="Example: aggregator serve --listen 127.0.0.1:8080")
@click.option(
    "--listen",
    type=Listen(),
    multiple=True,
    metavar="HOST:PORT",
    help="Where to listen, in place of server.listen; may be repeated. [::1]:8080 for IPv6, port 0 for any.",
)
@click.option("--access-log", is_flag=True, help="Log each request to stderr.")
@common_options
def serve(*, listen: tuple[Address, ...], access_log: bool) -> None:
    """Serve the output folder over HTTP, read-only, until interrupted."""
    app = current().app()
    folder = app.settings.output_dir
    if not folder.is_dir():
        shown = app.shown_path(folder)
        raise PublishError(f"{shown}: the output folder is not there; `aggregator refresh` writes it")
    if access_log:
        logging.getLogger("aggregator.access").setLevel(logging.INFO)
    with untaken_errors_logged():
        asyncio.run(_serve(app, listen, access_log=access_log))


async def _serve(app: App, listen: Sequence[Address], *, access_log: bool) -> None:
    from aggregator.server import OutputServer

    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = OutputServer(app, listen, access_log=access_log)
    try:
        await server.start()
        if current().verbosity >= 0:
            for host, port in server.addresses:
                where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                echo(f"serving {app.shown_path(app.settings.output_dir)} at http://{where}/")
            sys.stdout.flush()
        await stopping.wait()
    finally:
        await server.stop()
