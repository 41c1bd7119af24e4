"""``aggregator source``: care of single sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.asking import WAIT, told
from aggregator.cli.common import common_options, current, echo, echo_json
from aggregator.cli.complete import source_ids
from aggregator.dates import rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.commands import Action
    from aggregator.model import Problem
    from aggregator.records import SourceState

_ID = click.argument("id_", metavar="ID", shell_complete=source_ids)


@click.group(epilog="Example: aggregator source show posts")
@common_options
def source() -> None:
    """Show one source, pause it, resume it, or have it read from the start."""


@source.command(epilog="Example: aggregator source show posts --json")
@_ID
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def show(id_: str, *, as_json: bool) -> None:
    """Tell everything that is known of a source: how it is, when it is next read, what is wrong with it."""
    app = current().app()
    state, problems = app.source_state(id_)
    about = _about(state, app.source_address(state.id))
    if as_json:
        told_problems = [{"where": each.where, "what": each.what} for each in problems]
        echo_json({"source": {**about, "problems": told_problems}})
        return
    _show(about, problems)


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


@source.command(epilog="Example: aggregator source reset posts")
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


def _about(state: SourceState, address: str | None) -> dict[str, Any]:
    return {
        "id": state.id,
        "type": state.type,
        "title": state.title or None,
        "address": address,
        "configured": state.active,
        "enabled": state.enabled,
        "state": state.state,
        "items": state.items,
        "last_success": _time(state.last_success),
        "attempted": _time(state.attempted),
        "status": state.status,
        "next_check": _time(state.next_check),
        "why": _why(state),
        "held_until": _time(state.held_until),
        "failing_since": _time(state.first_failure),
        "failures": state.failures,
        "error": state.error,
        "notice": state.notice,
    }


def _why(state: SourceState) -> str:
    if not state.active:
        return "not configured any more"
    if not state.enabled:
        return "switched off in the configuration"
    return "paused by hand" if state.paused else state.why or "due"


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment is not None else None


def _show(about: dict[str, Any], problems: Sequence[Problem]) -> None:
    """One line a fact that there is."""
    for name, value in about.items():
        goes_without_saying = value is True or value in (None, "") or (name == "failures" and not value)
        if not goes_without_saying:
            echo(f"{name.replace('_', ' ')}: {'no' if value is False else value}")
    for problem in problems:
        echo(f"problem: {problem}")
