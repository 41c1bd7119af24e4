"""What the shell offers when an argument is half typed. Never fails: no configuration, no offers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    import click

    from aggregator.app import App


def _app(context: click.Context) -> App | None:
    from aggregator.app import App

    config = context.find_root().params.get("config") or context.params.get("config")
    try:
        return App.open(Path(config) if config else None, os.environ, {})
    except AggregatorError:
        return None


def source_ids(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Ids of configured sources."""
    app = _app(context)
    return [] if app is None else [s.id for s in app.settings.sources if s.id.startswith(incomplete)]


def category_slugs(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Slugs of categories in the store."""
    app = _app(context)
    if app is None:
        return []
    try:
        with app.library() as library:
            names = [output.name for output in library.outputs() if output.kind == "category"]
    except AggregatorError:
        return []
    return [name for name in names if name.startswith(incomplete)]
