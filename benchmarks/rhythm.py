"""How late entries come, and for how many requests: the adaptive interval against fixed ones, simulated.

Run ``python -m benchmarks.rhythm``: no network, no clock; the very functions that a refresh asks. Each source
publishes for 60 days by one law; the simulated reader polls when ``due`` says, and learns of items then.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import mean

from aggregator.due import NEIGHBOURS, Pace, after_success

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
DAYS = 60
HOUR, DAY = 3_600.0, 86_400.0

Law = Callable[[random.Random], Iterator[float]]


def poisson(daily: float) -> Law:
    def law(chance: random.Random) -> Iterator[float]:
        at = 0.0
        while True:
            at += chance.expovariate(daily / DAY)
            yield at

    return law


def bursty(chance: random.Random) -> Iterator[float]:
    """About every four days, a dozen items within two hours."""
    at = 0.0
    while True:
        at += chance.expovariate(1 / (4 * DAY))
        yield from sorted(at + chance.uniform(0, 2 * HOUR) for _ in range(12))
        at += 2 * HOUR


def weekdays(chance: random.Random) -> Iterator[float]:
    """Ten a day between 8 and 18 o'clock, Monday to Friday."""
    for day in range(10_000):
        if day % 7 < 5:
            yield from sorted(day * DAY + chance.uniform(8 * HOUR, 18 * HOUR) for _ in range(10))


def dead(_: random.Random) -> Iterator[float]:
    """Ten items, then nothing any more."""
    yield from (number * HOUR for number in range(10))


LAWS: dict[str, Law] = {
    "100 a day": poisson(100),
    "4 a day": poisson(4),
    "2 a week": poisson(2 / 7),
    "bursts": bursty,
    "weekdays only": weekdays,
    "dead": dead,
}
PACES = {
    "fixed 15 min": Pace(interval=900, adaptive=False),
    "fixed 1 h": Pace(adaptive=False),
    "fixed 24 h": Pace(interval=DAY, adaptive=False),
    "adaptive": Pace(),
}


def simulate(law: Law, pace: Pace, seed: int) -> tuple[float, float]:
    """The mean delay in seconds until an item is read, and requests a day."""
    end = DAYS * DAY
    items = []
    for at in law(random.Random(seed)):  # noqa: S311 - chance, no secret
        if at > end:
            break
        items.append(at)
    now, seen, polls, delays = 0.0, 0, 0, []
    while now <= end:
        polls += 1
        while seen < len(items) and items[seen] <= now:
            delays.append(now - items[seen])
            seen += 1
        recent = [START + timedelta(seconds=at) for at in items[max(seen - NEIGHBOURS, 0) : seen]]
        due = after_success(START + timedelta(seconds=now), pace, seed=str(seed), recent=recent)
        now = (due.at - START).total_seconds()
    return mean(delays) if delays else 0.0, polls / DAYS


def main() -> None:
    print(f"| source | {' | '.join(PACES)} |")
    print(f"|---|{'---|' * len(PACES)}")
    for name, law in LAWS.items():
        cells = []
        for pace in PACES.values():
            runs = [simulate(law, pace, seed) for seed in range(10)]
            delay, polls = (mean(column) for column in zip(*runs, strict=True))
            cells.append(f"{delay / 60:,.0f} min, {polls:.1f} a day")
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
