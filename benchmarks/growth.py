"""What a large site costs: posts imported a second, a look at nothing new, one new post and what it rewrites.

    python -m benchmarks.growth [--posts 50000] [--categories 2000] [--item-pages]

Each figure is of a whole process, as an operator would start it: the import, then a look at nothing new, one
new post in the newest month, one in a month that is over, and writing alone with nothing to write. Beside
other work processor time tells more than the wall clock.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import archive
from benchmarks.imports import Figure, run

_CONFIGURATION = """\
site: {{url: 'https://feeds.example/', timezone: Asia/Shanghai}}
sources: [{{id: posts, type: jekyll, path: seeds}}]
output: {{item_pages: {item_pages}}}
"""
_LATE = """\
---
title: late
date: {date} 12:00:00 +0800
categories: zhuanlan0
---
<p>late</p>
"""


def written(out: str) -> list[str]:
    """The paths a refresh says it wrote."""
    found: list[str] = json.loads(out)["written"]
    return found


def kinds(paths: list[str]) -> str:
    """How many of which kind."""
    counts = Counter(map(_kind, paths))
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _kind(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{Path(name).suffix} of {'a month' if '/' in folder else folder or 'the site'}"


def show(phase: str, figure: Figure, files: str) -> None:
    """Print one line."""
    cost = f"{figure.wall:7.2f} s wall {figure.processor:7.2f} s processor {figure.peak:5.0f} MiB"
    print(f"{phase:<22} {cost}  {files}", flush=True)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--categories", type=int, default=2000)
    parser.add_argument("--item-pages", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "config").mkdir()
        configuration = _CONFIGURATION.format(item_pages=str(options.item_pages).lower())
        (site / "config" / "aggregator.yaml").write_text(configuration)
        archive.write(site / "seeds", options.posts, options.categories)
        figure, out = run(site, "refresh", "--json")
        if json.loads(out)["totals"]["new"] != options.posts:
            sys.exit("a post was lost")
        by_wall, by_processor = options.posts / figure.wall, options.posts / figure.processor
        rate = f"{by_wall:.0f} posts/s, {by_processor:.0f} a second of processor time"
        show("import", figure, f"{len(written(out))} files, {rate}")
        figure, out = run(site, "refresh", "--json")
        show("nothing new", figure, f"{len(written(out))} files")
        for phase, date in (("one new post", "2026-01-02"), ("one late post", "2019-01-15")):
            (site / "seeds" / f"{date}-{phase.replace(' ', '-')}.md").write_text(_LATE.format(date=date))
            figure, out = run(site, "refresh", "--json")
            show(phase, figure, f"{len(written(out))} files: {kinds(written(out))}")
        figure, out = run(site, "generate")
        show("writing alone, nothing", figure, out.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
