"""``aggregator explain``: why is this item where it is?"""

from __future__ import annotations

import dataclasses

import click

from aggregator.cli.common import common_options, current, echo, echo_json
from aggregator.cli.complete import posts


@click.command(epilog="Example: aggregator explain seeds/2022-06-13-NW202206132410063351.md")
@click.argument("item", metavar="ITEM|URL", shell_complete=posts)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common_options
def explain(item: str, *, as_json: bool) -> None:
    """Tell the way of one item: read from where, repaired how, which rules met it, in which outputs.

    ITEM is its id, its number, its original link, or the path of its file.
    """
    app = current().app()
    stories = app.explain(item)
    if as_json:
        echo_json(
            {
                "items": [
                    {"id": key, "steps": [dataclasses.asdict(s) for s in story]} for key, story in stories
                ]
            }
        )
        return
    for number, (_, story) in enumerate(stories):
        if number:
            echo()
        width = max(len(step.about) for step in story)
        for step in story:
            echo(f"{step.about:<{width}}  {step.what}")
