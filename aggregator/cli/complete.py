"""What the shell offers when an argument is half typed. Never fails: no configuration, no offers.

The one rule: what a shell would act on is not offered. Some put it on the line as it is, and the names of
categories may be a stranger's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click
    from click.shell_completion import CompletionItem

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
    return [] if app is None else _offered([source.id for source in app.settings.sources], incomplete)


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
    return _offered(names, incomplete)


def posts(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, by the shell itself: an item may be named by the path of its post."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _offered(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete) and all(map(_is_literal, name))]


def _is_literal(character: str) -> bool:
    """Whether every shell takes it for itself, anywhere in a word."""
    if character.isascii():
        return character.isalnum() or character in "._-+@:,/="
    return character.isprintable()
