"""The tables of a race, in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.cost import Cost, Spread
from benchmarks.machine import table

PHASES: Mapping[str, str] = {
    "cold": "the first reading",
    "warm": "nothing changed: 304",
    "new": "one new entry in 10 % of the feeds, 304 from the others",
    "same": "200 with the same bytes",
    "comment": "200 with another comment in each",
    "date": "200 with another date of each feed (`lastBuildDate`, `updated`)",
}
MEMORY = 150.0
"""MiB that ours may take at its peak."""
_CAVEATS = """\
- Everything is on one machine: the farm takes its part of the processor beside whoever is measured, and
  loopback has no latency, which favours who asks one feed after the other.
- The start of each program is in its figures; with few feeds it is most of them.
- Memory that processes share counts for each of them; it is looked at twenty times a second, so that a
  shorter peak goes unseen.\
"""


@dataclass(frozen=True)
class Lap:
    """One phase of one run. ``answers``: how often each status; ``items``: how many it then held."""

    racer: str
    phase: str
    cost: Cost
    answers: Mapping[str, int]
    items: int

    def __str__(self) -> str:
        cost = self.cost
        told = f"{cost.wall:7.2f} s wall {cost.processor:7.2f} s processor {cost.peak:6.1f} MiB"
        ended = f"  exit {cost.code}" if cost.code else ""
        return f"{self.racer:<10} {self.phase:<8} {told}  {self.items} items {dict(self.answers)}{ended}"


@dataclass(frozen=True, kw_only=True)
class Race:
    """Everything that was measured. ``size``: bytes of a feed; ``entries``: of all before the new ones."""

    feeds: int
    hosts: int
    runs: int
    connections: int
    size: float
    entries: int
    machine: str
    racers: Mapping[str, tuple[str, str]]
    """Of each its version and how it is run."""
    laps: tuple[Lap, ...]

    def of(self, racer: str, phase: str) -> list[Lap]:
        """Its runs of a phase, if all went well; else none."""
        found = [lap for lap in self.laps if (lap.racer, lap.phase) == (racer, phase)]
        return [] if any(lap.cost.code for lap in found) else found

    def spread(self, racer: str, phase: str, figure: Callable[[Cost], float]) -> Spread | None:
        """Of a figure over its runs; None: it did not end well."""
        found = self.of(racer, phase)
        return Spread.of([figure(lap.cost) for lap in found]) if found else None


@dataclass(frozen=True)
class Goal:
    """At most so many times what another takes."""

    phase: str
    other: str
    most: float


GOALS = (
    Goal("cold", "newsboat", 0.5),
    Goal("cold", "prototype", 1.5),
    Goal("warm", "reader", 0.4),
    Goal("warm", "prototype", 2.0),
    Goal("new", "reader", 0.25),
    Goal("same", "prototype", 2.0),
    Goal("comment", "prototype", 2.0),
)


def report(race: Race) -> str:
    """All of it."""
    about = (
        f"{race.feeds} feeds of {race.size / 1024:.0f} KiB (RSS 55 %, Atom 40 %, RDF 5 %;"
        f" {race.entries:,} entries) on {race.hosts} loopback addresses, gzip, {race.connections} requests at"
        f" once; {_runs(race.runs)}. {race.machine}."
    )
    parts = [
        about,
        "\n".join(f"- `{phase}`: {what}" for phase, what in PHASES.items()),
        "Processor, seconds of user and system with all children:",
        _figures(race, lambda cost: cost.processor, 2),
        "Wall clock, seconds:",
        _figures(race, lambda cost: cost.wall, 2),
        "Resident memory of all processes at the peak, MiB:",
        _figures(race, lambda cost: cost.peak, 0),
        "Items held, and how often each asked for nothing (the feeds that could have been answered 304):",
        _came(race),
    ]
    if "ours" in race.racers:
        parts += ["What is aimed at, ours beside others, by medians:", _goals(race)]
    parts += ["Who was measured, and what to keep in mind:", _notes(race)]
    return "\n\n".join(parts)


def _runs(runs: int) -> str:
    return "one run" if runs == 1 else f"medians of {runs} runs, which alternate (lowest–highest)"


def _figures(race: Race, figure: Callable[[Cost], float], digits: int) -> str:
    rows = []
    for racer in race.racers:
        spreads = [race.spread(racer, phase, figure) for phase in PHASES]
        rows.append([racer, *("failed" if each is None else each.told(digits) for each in spreads)])
    return table(["", *(f"`{phase}`" for phase in PHASES)], rows)


def _came(race: Race) -> str:
    rows = []
    for racer in race.racers:
        cells = [racer]
        for phase in ("cold", "new"):
            found = race.of(racer, phase)
            cells.append(f"{found[-1].items:,}" if found else "failed")
        for phase in ("warm", "new"):
            found = race.of(racer, phase)
            cells.append(f"{found[-1].answers.get('304', 0):,}" if found else "failed")
        rows.append(cells)
    heads = ["items after `cold`", "items after `new`", "304 in `warm`", "304 in `new`"]
    return table(["", *heads], rows)


def _goals(race: Race) -> str:
    rows = []
    for goal in GOALS:
        if goal.other not in race.racers:
            continue
        cells = [_ratio(race, goal, each) for each in (lambda c: c.processor, lambda c: c.wall)]
        rows.append([f"`{goal.phase}`, at most {goal.most:g} × {goal.other}", *cells])
    peaks = [race.spread("ours", phase, lambda cost: cost.peak) for phase in PHASES]
    most = max((each.median for each in peaks if each is not None), default=0.0)
    rows.append([f"memory, at most {MEMORY:g} MiB", f"{most:.0f} MiB {_mark(most <= MEMORY)}", ""])
    return table(["goal", "processor", "wall clock"], rows)


def _ratio(race: Race, goal: Goal, figure: Callable[[Cost], float]) -> str:
    ours, theirs = (race.spread(racer, goal.phase, figure) for racer in ("ours", goal.other))
    if ours is None or theirs is None:
        return "failed"
    ratio = ours.median / theirs.median
    return f"{ratio:.2f} {_mark(ratio <= goal.most)}"


def _mark(kept: bool) -> str:
    return "✓" if kept else "✗"


def _notes(race: Race) -> str:
    lines = [f"- **{name}** ({told}): {note}." for name, (told, note) in race.racers.items()]
    return "\n".join([*lines, _CAVEATS])
