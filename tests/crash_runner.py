"""One refresh of the site in the current folder, at a fixed time: what the crash tests kill."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aggregator.app import App
from aggregator.errors import AggregatorError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def main() -> int:
    try:
        app = replace(App.open(Path("config/aggregator.yaml"), os.environ, {}), clock=lambda: NOW)
        report = app.refresh()
    except AggregatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 1 if report.failed or report.generated.errors else 0


if __name__ == "__main__":
    sys.exit(main())
