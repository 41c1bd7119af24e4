"""``python -m aggregator.config reference|annotated|schema``: print what is made from the models."""

from __future__ import annotations

import json
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from aggregator.config.editors import json_schema
from aggregator.config.reference import reference
from aggregator.config.template import annotated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.contracts import Adapter, SourceList

_USAGE = 2


def installed() -> dict[str, Adapter | SourceList]:
    """Every adapter in the entry-point group, by name."""
    adapters: dict[str, Adapter | SourceList] = {}
    for point in entry_points(group="aggregator.sources"):
        make: Callable[[], Adapter | SourceList] = point.load()
        adapters[point.name] = make()
    return adapters


def main(arguments: Sequence[str]) -> int:
    """Print one of them; without an argument, the reference."""
    makers: dict[str, Callable[[], str]] = {
        "reference": lambda: reference(installed()),
        "annotated": annotated,
        "schema": lambda: json.dumps(json_schema(installed()), ensure_ascii=False, indent=2) + "\n",
    }
    wanted = arguments[0] if arguments else "reference"
    if wanted not in makers or len(arguments) > 1:
        sys.stderr.write(f"usage: python -m aggregator.config {'|'.join(makers)}\n")
        return _USAGE
    sys.stdout.write(makers[wanted]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
