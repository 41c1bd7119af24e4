"""What grows with a site, and what does not: ten thousand sources, a million items.

    python -m benchmarks.scale [--sources 10000] [--items 1000000] [--write docs/figures.md]

First a farm of feeds with one short entry each, of which every one answers 304 at the second reading. Then
two sites that differ in nothing but how many items their stores hold, and whole commands in each. Linux only;
needs some GB of disk, and takes half an hour as it stands.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.cost import Cost, run
from benchmarks.farmed import farmed
from benchmarks.machine import machine, table, write_section
from benchmarks.manyitems import configure, fill

MEMORY = 200.0
"""MiB that a refresh of many sources may take at its peak."""
FEW = 10_000
"""Items of the site that the large one is compared with."""
SOURCES, CATEGORIES = 1000, 100
"""Of the sites that differ in their items."""
HOSTS = 250


def command(configuration: Path, *arguments: str) -> Cost:
    """Run one command of a site."""
    out = configuration.parent / "said.log"
    called = [sys.executable, "-m", "aggregator", "-c", str(configuration), *arguments]
    cost = run(called, out=out, folder=configuration.parent)
    told = f"{cost.wall:8.2f} s wall {cost.processor:8.2f} s processor {cost.peak:7.1f} MiB"
    print(f"{' '.join(arguments):<40} {told}", file=sys.stderr)
    if cost.code:
        sys.exit(f"{' '.join(arguments)}: exit {cost.code}\n{out.read_text()[-2000:]}")
    return cost


def many_sources(count: int) -> str:
    """Read so many feeds, again when none has changed, and once more when none is due."""
    rows = []
    with farmed(count, min(HOSTS, count), tiny=True) as farm, tempfile.TemporaryDirectory() as folder:
        farm.warm()
        configuration = configure(Path(folder), farm.urls(), CATEGORIES)
        for what, arguments, wanted in (
            ("first reading, one entry each", ["--force"], {"200": count}),
            ("nothing changed: 304 from all", ["--force"], {"304": count}),
            ("nothing due", [], {}),
        ):
            farm.answers()
            cost = command(configuration, "refresh", "--json", *arguments)
            if (answers := farm.answers()) != wanted:
                sys.exit(f"{what}: answered {answers}")
            rows.append([what, *_figures(cost), f"{cost.processor / count * 1000:.2f} ms"])
            if "304" in wanted:
                kept = "✓" if cost.peak < MEMORY else "✗"
                rows[-1][3] += f" (less than {MEMORY:.0f}: {kept})"
    head = [f"{count:,} sources", "wall clock", "processor", "memory at the peak", "processor, a source"]
    return table(head, rows)


def many_items(counts: list[int], *, pages: bool) -> str:
    """The same commands on sites with so many items."""
    rows: dict[str, list[str]] = {}
    with farmed(SOURCES, min(HOSTS, SOURCES), tiny=True) as farm:
        farm.warm()
        for count in counts:
            with tempfile.TemporaryDirectory() as folder:
                configuration = configure(Path(folder), farm.urls(), CATEGORIES, pages=pages)
                some = fill(configuration, count)
                for what, arguments, requests in (
                    ("`generate`, for the first time", ["generate"], 0),
                    ("`generate`, nothing to write", ["generate"], 0),
                    ("`refresh`, nothing due", ["refresh"], 0),
                    ("`refresh f0`, one new item", ["refresh", "f0"], 1),
                    ("`status`", ["status"], 0),
                    ("`list items`", ["list", "items"], 0),
                    ("`list categories`", ["list", "categories"], 0),
                    ("`explain`", ["explain", some], 0),
                ):
                    wall, processor, peak = _figures(command(configuration, *arguments))
                    rows.setdefault(what, [what]).extend([wall, processor, peak])
                    if (asked := sum(farm.answers().values())) != requests:
                        sys.exit(f"{what}: {asked} requests")
                size = (Path(folder) / "var" / "aggregator.db").stat().st_size / 2**20
                rows.setdefault("the store on disk", ["the store on disk"]).extend(
                    ["", "", f"{size:,.0f} MiB"]
                )
    head = [""]
    for count in counts:
        head += [f"{count:,} items: wall clock", "processor", "memory"]
    return table(head, list(rows.values()))


def _figures(cost: Cost) -> list[str]:
    return [f"{cost.wall:,.2f} s", f"{cost.processor:,.2f} s", f"{cost.peak:,.0f} MiB"]


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=10_000, help="0: leave that part out")
    parser.add_argument("--items", type=int, default=1_000_000, help="0: leave that part out")
    parser.add_argument("--without-pages", action="store_true", help="feeds alone, in the second part")
    parser.add_argument("--write", type=Path, help="the page whose section is to be replaced")
    options = parser.parse_args()
    parts = []
    if options.sources:
        parts.append(many_sources(options.sources))
    if options.items:
        counts = [min(FEW, max(1, options.items // 10)), options.items]
        pages = "without pages" if options.without_pages else "with pages"
        parts += [
            f"{SOURCES:,} sources, {CATEGORIES} categories, {pages}; the items lie a minute apart:",
            many_items(counts, pages=not options.without_pages),
        ]
    parts.append(f"One run; {machine(Path(tempfile.gettempdir()))}.")
    text = "\n\n".join(parts)
    if options.write is None:
        print(text)
    else:
        write_section(options.write, "scale", text)


if __name__ == "__main__":
    main()
