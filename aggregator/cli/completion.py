"""``aggregator completion``: the shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from aggregator.cli.common import common_options, put


@click.command(epilog='Example: eval "$(aggregator completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common_options
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, sources and categories."""
    from aggregator.cli import cli

    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(f"no completion for {shell}")
    put(maker(cli, {}, "aggregator", "_AGGREGATOR_COMPLETE").source())
