"""``aggregator list``: what is stored."""

from __future__ import annotations

from typing import Any

import click

from aggregator.cli.common import common_options, counted, current, echo, echo_json, tell
from aggregator.cli.complete import category_slugs, source_ids
from aggregator.dates import rfc3339
from aggregator.urls import quote_path


@click.group(name="list", epilog="Example: aggregator list categories")
@common_options
def list_() -> None:
    """List sources, categories or items."""


_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@list_.command(short_help="List every source ever read.", epilog="Example: aggregator list sources -v")
@_JSON
@common_options
def sources(*, as_json: bool) -> None:
    """List every source ever read; -v adds what is wrong with its documents."""
    with current().app().library() as library:
        states = library.states()
        verbose = current().verbosity > 0
        problems = {state.id: library.problems(state.id) for state in states} if verbose or as_json else {}
    if as_json:
        echo_json(
            {
                "sources": [
                    {
                        "id": state.id,
                        "type": state.type,
                        "title": state.title or None,
                        "configured": state.active,
                        "items": state.items,
                        "state": state.state,
                        "problems": [{"where": p.where, "what": p.what} for p in problems[state.id]],
                    }
                    for state in states
                ]
            }
        )
        return
    for state in states:
        gone = "" if state.active else "(not configured any more)"
        words = (state.id, state.type, counted(state.items, "item"), state.title, gone)
        echo("  ".join(word for word in words if word))
        for problem in problems.get(state.id, ()):
            echo(f"  {problem}")


@list_.command(
    short_help="List categories, their counts and feeds.", epilog="Example: aggregator list categories --json"
)
@_JSON
@common_options
def categories(*, as_json: bool) -> None:
    """List categories with how many items each has and its feed's URL."""
    app = current().app()
    with app.library() as library:
        outputs = [each for each in library.outputs() if each.kind == "category" and each.updated is not None]
    about: list[dict[str, Any]] = [
        {
            "slug": output.name,
            "title": output.title,
            "items": output.items,
            "updated": rfc3339(output.updated) if output.updated else None,
            "feed": app.settings.site.base_url + quote_path(f"category/{output.name}.xml"),
        }
        for output in outputs
    ]
    if as_json:
        echo_json({"categories": about})
        return
    for each in about:
        echo(f"{each['slug']}  {each['title']}  {counted(each['items'], 'item')}  {each['feed']}")
    if not about:
        echo("no categories yet; `aggregator refresh` reads the sources")


@list_.command(epilog="Example: aggregator list items --category macro")
@click.option("--category", metavar="CATEGORY", help="Only of this category.", shell_complete=category_slugs)
@click.option("--source", metavar="ID", help="Only of this source.", shell_complete=source_ids)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@_JSON
@common_options
def items(*, category: str | None, source: str | None, limit: int, as_json: bool) -> None:
    """List items, newest first."""
    app = current().app()
    with app.library() as library:
        records = library.items(
            category=None if category is None else app.category(library, category),
            source_id=None if source is None else app.source(library, source),
            limit=limit,
        )
    if as_json:
        echo_json(
            {
                "items": [
                    {
                        "number": record.item_id,
                        "id": record.public_id,
                        "title": record.clean.title.value,
                        "url": record.clean.link,
                        "source": record.raw.source_id,
                        "origin": record.clean.origin,
                        "published": rfc3339(record.published),
                        "updated": rfc3339(record.updated),
                        "categories": [name for kind, name, _ in record.memberships if kind == "category"],
                        "hidden": record.hidden,
                        "live": record.live,
                    }
                    for record in records
                ]
            }
        )
        return
    if not records:
        tell("no items")
    for record in records:
        state = " (hidden)" if record.hidden else "" if record.live else " (left)"
        echo(f"{record.item_id:>6}  {record.published:%Y-%m-%d %H:%M}  {record.clean.title.value}{state}")
