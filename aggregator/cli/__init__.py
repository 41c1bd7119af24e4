"""The command line: reads arguments, calls the application, shows the result; decides nothing.

Commands are imported when they are called, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from aggregator import __version__
from aggregator.cli.common import cannot_be_written, common_options, current, let_go_of, refuses, tell
from aggregator.errors import MISTAKES, AggregatorError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = 130
_CRAMPED = ("start new thread", "map segment", "allocate memory")
"""In what Python and the loader of libraries say where the system gives no more."""


_TOO_LITTLE = "there is too little memory, or too few threads: raise the limits (ulimit -v, ulimit -u)"


class _Commands(click.Group):
    """The commands, each with its one-line help, so that none is imported to list them all."""

    COMMANDS: ClassVar[dict[str, tuple[str, str]]] = {
        "init": ("aggregator.cli.init:init", "Write a new site: configuration, sample post, folders."),
        "validate": (
            "aggregator.cli.validate:validate",
            "Check the configuration; show every problem at once.",
        ),
        "refresh": (
            "aggregator.cli.refresh:refresh",
            "Read every source that is due and write what changed.",
        ),
        "generate": ("aggregator.cli.generate:generate", "Write outputs from what is stored."),
        "daemon": (
            "aggregator.cli.daemon:daemon",
            "Refresh when sources are due, watch local posts, until stopped.",
        ),
        "serve": ("aggregator.cli.serve:serve", "Serve the outputs over HTTP."),
        "status": ("aggregator.cli.status:status", "Show how the sources are, failing ones first."),
        "list": ("aggregator.cli.listing:list_", "List sources, categories or items."),
        "explain": ("aggregator.cli.explain:explain", "Tell the way of one item, from file to feed."),
        "source": (
            "aggregator.cli.source:source",
            "Show one source, pause it, resume it, or read it anew.",
        ),
        "item": ("aggregator.cli.item:item", "Hide one item from every output, or show it again."),
        "add": ("aggregator.cli.add:add", "Subscribe to a feed, or to one that a page names."),
        "import-opml": (
            "aggregator.cli.opml:import_opml",
            "Make every feed that an OPML file lists a source.",
        ),
        "export-opml": ("aggregator.cli.opml:export_opml", "Write the feeds that are read as OPML."),
        "doctor": (
            "aggregator.cli.doctor:doctor",
            "Look whether all that a site needs is as it should be.",
        ),
        "healthcheck": (
            "aggregator.cli.healthcheck:healthcheck",
            "Ask the server whether it is well; for containers.",
        ),
        "db": ("aggregator.cli.db:db", "Back up, restore, check, compact or rebuild the store."),
        "completion": ("aggregator.cli.completion:completion", "Print the shell's completion script."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.COMMANDS:
            return None
        module, _, name = self.COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, which guesses only at commands that it holds: it holds none of these."""
        name = args[0]
        if name not in self.COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from aggregator.config.suggest import closest

            meant = closest(name, self.COMMANDS)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {meant!r}?" if meant else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; that whoever read the output has seen enough is no failure.

        What looks like a mistake of ours may come of a damaged store: then that is told.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            let_go_of(sys.stdout)
            return 0
        except (click.exceptions.Exit, click.Abort):  # RuntimeErrors, but no mistakes
            raise
        except MISTAKES as error:
            if not _is_cramped(error):
                _blame_the_store(error)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self.COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: aggregator init mysite",
)
@click.version_option(__version__, prog_name="aggregator")
@common_options
def cli(**_options: Any) -> None:
    """Read local posts and feeds, and write one Atom feed per category.

    The main job, once:  aggregator refresh
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 fine · 1 failure · 2 usage · 75 locked · 78 configuration · 130 interrupted.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal that lacks letters is no reason to stop
    try:
        result = _run(arguments)
    except click.exceptions.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except AggregatorError as error:
        # A mistake in the configuration begins with its place, so that editors can jump there.
        prefix = "" if isinstance(error, ConfigError) else "aggregator: "
        for line in str(error).splitlines():
            tell(f"{prefix}{line}")
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    return result if isinstance(result, int) else 0


def _run(arguments: Sequence[str] | None) -> object:
    try:
        result: object = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="aggregator",
            standalone_mode=False,
        )
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        let_go_of(sys.stdout)
        return 0
    except OSError as error:
        if _is_nowhere():
            raise AggregatorError("the working directory is no more: change to another one") from error
        # click writes help and versions itself.
        if refuses(sys.stdout):
            raise cannot_be_written(error) from error
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise AggregatorError("too many open files: raise the limit (ulimit -n)") from error
        if error.errno == errno.ENOMEM:
            raise AggregatorError(_TOO_LITTLE) from error
        raise
    except (MemoryError, RuntimeError, ImportError) as error:
        if _is_cramped(error):
            raise AggregatorError(_TOO_LITTLE) from error
        raise
    return result


def _is_cramped(error: Exception) -> bool:
    """Whether the system gave no more memory or threads."""
    return isinstance(error, MemoryError) or any(each in str(error) for each in _CRAMPED)


def _blame_the_store(error: Exception) -> None:
    """Raise StoreError where the site's store is damaged."""
    with suppress(ConfigError):
        current().app(may_be_none=True).blame(error)


def _is_nowhere() -> bool:
    """Whether the working directory was removed."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False
