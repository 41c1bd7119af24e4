"""One job on the site in the current folder, at a fixed time: what the crash tests kill.

``crash_runner.py refresh|generate|rebuild|restore [SECONDS]``: so much later. Who is done is told.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.app import App
from aggregator.errors import AggregatorError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def main(job: str, seconds: str = "0") -> int:
    now = NOW + timedelta(seconds=int(seconds))
    try:
        app = replace(App.open(Path("config/aggregator.yaml"), os.environ, {}), clock=lambda: now)
        if job == "rebuild":
            app.rebuild()
            return 0
        if job == "restore":
            app.restore(Path("backup.db"))
            return 0
        if job == "generate":
            generated, failed = app.generate(every=True), 0
        else:
            report = app.refresh(done=tell)
            generated, failed = report.generated, report.failed
    except AggregatorError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    for problem in generated.errors:
        sys.stderr.write(f"{problem}\n")
    return 1 if failed or generated.errors else 0


def tell(source_id: str) -> None:
    os.write(1, f"{source_id}\n".encode())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
