"""This program beside other aggregators, on the same feeds: what a refresh costs each of them.

    python -m benchmarks.race [--feeds 500] [--runs 3] [--peers ours,newsboat,…] [--write docs/figures.md]

A farm on loopback serves RSS, Atom and RDF of 20 to 30 entries. Everybody reads them through the same phases;
runs alternate, so that what else the machine does falls on all. Who is not installed is told and left out.
Linux only; takes half an hour as it stands.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import rivals
from benchmarks.cost import run
from benchmarks.farmed import farmed
from benchmarks.feedtexts import count_of
from benchmarks.machine import machine, write_section
from benchmarks.racereport import PHASES, Lap, Race, report
from benchmarks.racers import Ours, Prototype, Racer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.farmed import Farmed
    from benchmarks.feedfarm import Stamp

RACERS: Mapping[str, type[Racer]] = {
    racer.name: racer
    for racer in (
        rivals.Newsboat,
        rivals.Reader,
        rivals.Sfeed,
        rivals.Rss2email,
        rivals.Osmosfeed,
        Prototype,
        Ours,
    )
}
NEW = 10
"""Of 100 feeds, those that have a new entry in one phase."""
_STAMPS: Mapping[str, Stamp] = {"comment": "comment", "date": "date"}
_CHANGING = frozenset({"same", "comment", "date"})
"""Phases in which everybody gets the whole document, whatever it asks."""


def laps(racer: type[Racer], farm: Farmed, folder: Path, options: argparse.Namespace) -> Iterator[Lap]:
    """All phases once, with fresh state in an empty folder."""
    farm.reset()
    runs = racer(folder, farm.urls(), options.connections)
    runs.prepare()
    wanted = sum(map(count_of, range(options.feeds)))
    for phase in PHASES:
        farm.behave(conditional=phase not in _CHANGING, stamp=_STAMPS.get(phase, ""))
        if phase == "new":
            wanted += farm.publish(NEW)
        farm.answers()
        out = folder / f"{phase}.log"
        cost = run(
            runs.command(),
            out=out,
            folder=folder,
            environment=racer.environment,
            patience=options.patience,
        )
        lap = Lap(racer.name, phase, cost, farm.answers(), _held(runs))
        print(f"{lap}", file=sys.stderr)
        if racer in (Ours, Prototype) and (cost.code or lap.items != wanted):
            sys.exit(f"{lap.items} items where there are {wanted}: {out.read_text()[-2000:]}")
        yield lap


def _held(runs: Racer) -> int:
    """How many items it has; none where it failed and left nothing that can be read."""
    try:
        return runs.items()
    except (OSError, LookupError, ValueError, sqlite3.Error):
        return 0


def present(names: Sequence[str]) -> list[type[Racer]]:
    """Those of the named that are installed; of the others it is told how to install them."""
    found = []
    for name in names:
        racer = RACERS[name]
        if racer.version():
            found.append(racer)
        else:
            print(f"{name} is missing: {racer.install}", file=sys.stderr)
    return found


def main() -> None:
    """Race, and print or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", default=",".join(RACERS), help=f"some of {', '.join(RACERS)}")
    parser.add_argument("--connections", type=int, default=50, help="requests at once")
    parser.add_argument("--hosts", type=int, default=100, help="loopback addresses that the feeds are on")
    parser.add_argument("--osmosfeed", type=Path, help="the folder where npm installed it")
    parser.add_argument(
        "--patience", type=float, default=1800, help="seconds after which a refresh is killed"
    )
    parser.add_argument("--write", type=Path, help="the page whose section is to be replaced")
    options = parser.parse_args()
    names = options.peers.split(",")
    if unknown := [name for name in names if name not in RACERS]:
        parser.error(f"no peer {unknown[0]!r}: there are {', '.join(RACERS)}")
    rivals.Osmosfeed.place = options.osmosfeed
    racers = present(names)
    run_laps: list[Lap] = []
    with farmed(options.feeds, min(options.hosts, options.feeds)) as farm:
        size = farm.warm()
        for _ in range(options.runs):
            for racer in racers:
                with tempfile.TemporaryDirectory() as folder:
                    run_laps += laps(racer, farm, Path(folder), options)
    text = report(
        Race(
            feeds=options.feeds,
            hosts=min(options.hosts, options.feeds),
            runs=options.runs,
            connections=options.connections,
            size=size,
            entries=sum(map(count_of, range(options.feeds))),
            machine=machine(Path(tempfile.gettempdir())),
            racers={racer.name: (racer.version(), racer.note) for racer in racers},
            laps=tuple(run_laps),
        )
    )
    if options.write is None:
        print(text)
    else:
        write_section(options.write, "race", text)


if __name__ == "__main__":
    main()
