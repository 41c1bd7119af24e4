"""``aggregator status``: how the sources are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.common import common_options, current, echo, echo_json
from aggregator.dates import rfc3339

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.polls import SourceState


@click.command(epilog="Example: aggregator status --failing")
@click.option("--failing", is_flag=True, help="Only sources that fail.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def status(*, failing: bool, as_json: bool) -> None:
    """Show the state of every configured source, failing ones first."""
    with current().app().library() as library:
        states = [state for state in library.states() if state.active]
    totals = {
        "sources": len(states),
        "items": sum(state.items for state in states),
        "failing": sum(1 for state in states if state.state == "failing"),
    }
    shown = sorted(states, key=lambda state: state.state != "failing")
    if failing:
        shown = [state for state in shown if state.state == "failing"]
    if as_json:
        echo_json({"sources": [_as_object(state) for state in shown], "totals": totals})
        return
    for state in shown:
        _show(state)
    echo(f"{totals['sources']} sources, {totals['items']} items, {totals['failing']} failing")


def _as_object(state: SourceState) -> dict[str, Any]:
    return {
        "id": state.id,
        "type": state.type,
        "title": state.title or None,
        "state": state.state,
        "enabled": state.enabled,
        "items": state.items,
        "last_success": _time(state.last_success),
        "attempted": _time(state.attempted),
        "failing_since": _time(state.first_failure),
        "failures": state.failures,
        "error": state.error,
        "notice": state.notice,
        "problems": state.problems,
        "status": state.status,
        "next_check": _time(state.next_check),
        "why": "switched off in the configuration" if not state.enabled else state.why or "due",
    }


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment is not None else None


def _show(state: SourceState) -> None:
    word = state.state if state.enabled else "off"
    seen = f"last read {rfc3339(state.last_success)}" if state.last_success else "never read"
    echo(f"{state.id}: {word}, {state.items} items, {seen}")
    if state.next_check is not None and state.enabled:
        echo(f"  next check {rfc3339(state.next_check)}: {state.why}")
    if state.error is not None:
        since = f" since {rfc3339(state.first_failure)}" if state.first_failure else ""
        echo(f"  failing{since}: {state.error}")
    if state.notice is not None:
        echo(f"  notice: {state.notice}")
    if state.problems:
        echo(f"  {state.problems} documents with problems; `aggregator list sources -v` names them")
