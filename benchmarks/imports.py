"""Import an archive, look at it again, add one post: wall clock, processor time and peak memory of each.

    python -m benchmarks.imports [--posts 5000] [--categories 300] [--runs 3]

Each figure is of a whole process, as an operator would start it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import archive

_CONFIGURATION = "site: {url: 'https://feeds.example/'}\nsources: [{id: posts, type: jekyll, path: seeds}]\n"


@dataclass(frozen=True)
class Figure:
    """What one process cost: seconds, and mebibytes at its peak."""

    wall: float
    processor: float
    peak: float


def run(site: Path, *arguments: str) -> tuple[Figure, str]:
    """Run one command in a site; its cost and what it printed."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        command = [sys.executable, "-m", "aggregator", *arguments]
        child = os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "AGGREGATOR_CONFIG": str(site / "config" / "aggregator.yaml")},
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - began
        if status:
            sys.exit(f"{' '.join(arguments)}: exit {os.waitstatus_to_exitcode(status)}")
        out.seek(0)
        return Figure(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), out.read().decode()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=5000)
    parser.add_argument("--categories", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    figures: dict[str, list[Figure]] = {}
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder)
            (site / "config").mkdir()
            (site / "config" / "aggregator.yaml").write_text(_CONFIGURATION)
            archive.write(site / "seeds", options.posts, options.categories)
            figure, out = run(site, "refresh", "--json")
            figures.setdefault("import", []).append(figure)
            new = json.loads(out)["totals"]["new"]
            if new != options.posts:
                sys.exit(f"{options.posts} posts, but {new} items")
            figures.setdefault("idle rescan", []).append(run(site, "refresh", "--json")[0])
            archive.write(site / "seeds", options.posts + 1, options.categories)
            figures.setdefault("one new post", []).append(run(site, "refresh", "--json")[0])
    print(
        f"{options.posts} posts, {options.categories} categories, median of {options.runs} (lowest–highest)"
    )
    for phase, measured in figures.items():
        walls = sorted(figure.wall for figure in measured)
        processor = statistics.median(figure.processor for figure in measured)
        peak = max(figure.peak for figure in measured)
        print(
            f"{phase:<14} {statistics.median(walls):6.2f} s wall ({walls[0]:.2f}–{walls[-1]:.2f})"
            f"  {processor:6.2f} s processor  {peak:5.0f} MiB peak"
        )


if __name__ == "__main__":
    main()
