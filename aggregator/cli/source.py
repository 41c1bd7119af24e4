"""``aggregator source``: care of single sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aggregator.cli.asking import WAIT, told
from aggregator.cli.common import common_options, current, echo, echo_json
from aggregator.cli.complete import source_ids
from aggregator.cli.standing import as_object, poll_object, whole_story

if TYPE_CHECKING:
    from aggregator.commands import Action

_ID = click.argument("id_", metavar="ID", shell_complete=source_ids)


@click.group(epilog="Example: aggregator source show posts")
@common_options
def source() -> None:
    """Show one source, pause it, resume it, or have it read from the start."""


@source.command(
    short_help="Tell everything that is known of a source.",
    epilog="Example: aggregator source show posts --json",
)
@_ID
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def show(id_: str, *, as_json: bool) -> None:
    """Tell everything that is known of a source: how it is, when it is next read, what is wrong with it."""
    app = current().app()
    about = app.source_state(id_)
    now, address = app.clock(), app.source_address(about.state.id)
    if as_json:
        told_problems = [{"where": each.where, "what": each.what} for each in about.problems]
        polls = [poll_object(poll) for poll in about.polls]
        known = {**as_object(about.state, now), "address": address, "configured": about.state.active}
        echo_json({"source": {**known, "problems": told_problems, "polls": polls}})
        return
    for line in whole_story(about.state, about.polls, now, address):
        echo(line)
    for problem in about.problems:
        echo(f"problem: {problem}")


@source.command(epilog="Example: aggregator source pause posts")
@_ID
@WAIT
@common_options
def pause(id_: str, *, wait: float) -> int:
    """Have a source not be read until it is resumed; its items stay."""
    return _steer("pause", id_, "paused", wait)


@source.command(epilog="Example: aggregator source resume posts")
@_ID
@WAIT
@common_options
def resume(id_: str, *, wait: float) -> int:
    """Have a paused source be read again."""
    return _steer("resume", id_, "resumed", wait)


@source.command(
    short_help="Have a source be read from the start.", epilog="Example: aggregator source reset posts"
)
@_ID
@WAIT
@common_options
def reset(id_: str, *, wait: float) -> int:
    """Forget how far a source was read and that it failed, so that all of it is read anew; its items stay."""
    return _steer("reset", id_, "reset", wait)


def _steer(action: Action, source_id: str, word: str, wait: float) -> int:
    done = current().app().steer_source(action, source_id, wait=wait)
    if current().verbosity >= 0 and done.left is None:
        echo(f"{word}: {source_id}")
    return told(done)
