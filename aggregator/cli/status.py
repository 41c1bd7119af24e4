"""``aggregator status``: how the sources are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.common import common_options, counted, current, echo, echo_json
from aggregator.cli.standing import as_object, colored_state, lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.polls import SourceState


@click.command(epilog="Example: aggregator status --failing")
@click.option("--failing", is_flag=True, help="Only sources that fail, are blocked or gone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def status(*, failing: bool, as_json: bool) -> None:
    """Show how every source is, failing ones first: since when, and when it is next read and why."""
    from aggregator.health import TROUBLED, by_urgency

    app = current().app()
    with app.library() as library:
        states = [state for state in library.states() if state.active]
    totals = {
        "sources": len(states),
        "items": sum(state.items for state in states),
        "failing": sum(1 for state in states if state.state in TROUBLED),
    }
    shown = [state for state in by_urgency(states) if not failing or state.state in TROUBLED]
    now = app.clock()
    if as_json:
        echo_json({"sources": [as_object(state, now) for state in shown], "totals": totals})
        return
    for state in shown:
        first, *more = lines(state, now)
        echo(first, **colored_state(state))
        for line in more:
            echo(f"  {line}")
    echo(_totals(states, totals))


def _totals(states: Sequence[SourceState], totals: Mapping[str, Any]) -> str:
    counts = Counter(state.state if state.enabled else "off" for state in states)
    others = {word: counts[word] for word in ("late", "paused", "waiting", "off")}
    words = [
        counted(totals["sources"], "source"),
        counted(totals["items"], "item"),
        f"{totals['failing']} failing",
        *(f"{count} {word}" for word, count in others.items() if count),
    ]
    return ", ".join(words)
