"""A bar over the sources while they are read, for whoever looks at a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.cli.common import current, is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(
    sources: int, *, enabled: bool
) -> Iterator[tuple[Callable[[str, int], None], Callable[[str], None]]]:
    """What to call with a source and how many documents of it were read, and with a source that is done."""
    if not enabled or not is_terminal(sys.stderr):
        yield (lambda _source, _documents: None), (lambda _source: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from aggregator.text import terminal_safe

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sources, {task.fields[documents]} posts"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[source]}"),
    )
    console = Console(stderr=True, no_color=not current().wants_color(sys.stderr))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=sources, documents=0, source="")

        def read(source: str, documents: int) -> None:
            so_far = bar.tasks[0].fields["documents"] + documents
            bar.update(task, documents=so_far, source=Text(terminal_safe(source)))

        def done(source: str) -> None:
            bar.update(task, advance=1, source=Text(terminal_safe(source)))

        yield read, done
