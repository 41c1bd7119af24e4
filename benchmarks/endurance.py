"""A daemon before 300 feeds with every kind of fault: does it keep its limits, and is its status true?

    python -m benchmarks.endurance [--minutes 10]

Prints what it takes, minute by minute, and whatever is wrong at the end; then the exit code is 1. Linux only.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.processes import Usage, connections, family, usage
from tests.farm import FEEDS, Farm, Kind
from tests.farm_kinds import kinds
from tests.judge.clients.contract import Feed
from tests.judge.clients.ours import Site, stop
from tests.judge.rule import Pace

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping

LOOK = 0.1
"""Seconds between two looks at connections."""
PER_HOST = 1
TIMEOUT = "10s"
"""Long enough for a farm on a busy machine."""
GONE, HELD = "status-410", "retry-after-"
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "fetch": {"timeout": TIMEOUT, "host_delay": "50ms", "max_bytes": "1MiB", "per_host": PER_HOST},
    "schedule": {"interval": "5s", "min": "2s", "max": "20s", "jitter": "10%"},
}


@dataclass
class Endured:
    """What was seen of it."""

    usages: list[Usage] = field(default_factory=list)
    most: Counter[str] = field(default_factory=Counter)
    """Of each host, the most connections to it at once."""
    asked: Counter[int] = field(default_factory=Counter)
    status: dict[int, dict[str, Any]] = field(default_factory=dict)
    code: int | None = None
    stopping: float = 0.0
    """Seconds that it took to stop."""
    said: str = ""


def endure(folder: Path, seconds: float, tell: Callable[[str], None] = lambda _: None) -> Endured:
    """Let a daemon run for so long."""
    endured = Endured()
    with Farm(_kinds()) as farm:
        site = Site(folder / "site", Pace(beat=5.0))
        feeds = [
            Feed(f"feed-{feed}", farm.url(feed), farm.host(feed), {}, adapting=True, delay=0.0)
            for feed in range(FEEDS)
        ]
        site.configure(feeds, **SETTINGS)
        with site.daemon() as process:
            _watch(process, endured, farm, seconds, tell)
            status = site.run("status")
            endured.status = {int(each["id"].removeprefix("feed-")): each for each in status["sources"]}
            began = time.monotonic()
            endured.code = stop(process)
            endured.stopping = time.monotonic() - began
        endured.said = site.said()
        endured.asked = farm.asked.copy()
    return endured


def _watch(
    process: subprocess.Popen[bytes],
    endured: Endured,
    farm: Farm,
    seconds: float,
    tell: Callable[[str], None],
) -> None:
    idle, start, looks = threading.Event(), time.monotonic(), 0
    while (passed := time.monotonic() - start) < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"the daemon stopped by itself with {process.returncode}")
        pids = family(process.pid)
        found = connections(pids, farm.port)
        if any(len(several) > PER_HOST for several in found.values()):
            again = connections(pids, farm.port)
            found = {host: several & again[host] for host, several in found.items()}
        for host, several in found.items():
            endured.most[host] = max(endured.most[host], len(several))
        if passed >= len(endured.usages):
            endured.usages.append(usage(pids))
        if passed >= 60 * looks:
            looks += 1
            tell(f"{passed / 60:4.1f} min  {endured.usages[-1]}  {farm.asked.total()} requests")
        idle.wait(LOOK)


def _kinds() -> dict[str, Kind]:
    return {name: replace(kind, error=kind.error.replace("3s", TIMEOUT)) for name, kind in kinds().items()}


def wrong(endured: Endured) -> list[str]:
    """Everything that is not as it should be."""
    found = list(_grown(endured.usages))
    found += [
        f"{count} connections to {host} at once" for host, count in endured.most.items() if count > PER_HOST
    ]
    if endured.code != 0:
        found.append(f"stopped with {endured.code}")
    if "Traceback" in endured.said:
        found.append(endured.said)
    farm = Farm(_kinds())
    for feed in range(FEEDS):
        kind, source = farm.kind(feed), endured.status.get(feed)
        if source is None:
            found.append(f"feed-{feed} ({kind.name}) is not in the status")
            continue
        found += [f"feed-{feed} ({kind.name}): {what}" for what in _untrue(kind, source)]
        found += [f"feed-{feed} ({kind.name}): {what}" for what in _asked(kind.name, endured.asked[feed])]
    return found


def _grown(usages: list[Usage]) -> Iterator[str]:
    """After a first third to warm up, the last third must take no more than the middle one."""
    third = len(usages) // 3
    for what, slack in (("memory", 8.0), ("files", 8.0), ("threads", 3.0), ("processes", 1.0)):
        middle = statistics.median(getattr(each, what) for each in usages[third : 2 * third])
        last = statistics.median(getattr(each, what) for each in usages[2 * third :])
        if last > middle * 1.05 + slack:
            yield f"{what} grew from {middle:.0f} to {last:.0f}"


def _untrue(kind: Kind, source: Mapping[str, Any]) -> Iterator[str]:
    state, error, items = source["state"], source["error"] or "", source["items"]
    states = {"gone"} if kind.name == GONE else {"failing", "blocked"} if kind.error else {"ok", "late"}
    if state not in states:
        yield f"its state is {state}, not one of {', '.join(sorted(states))}"
    if kind.error.lower() not in error.lower() or bool(error) != bool(kind.error):
        yield f"its error is {error!r}, which should tell of {kind.error!r}"
    if items != (0 if kind.error else kind.entries):
        yield f"it has {items} items"
    if not source["why"]:
        yield "nothing tells why it is read when it is read"


def _asked(name: str, times: int) -> Iterator[str]:
    most = 1 if name.startswith(HELD) else 2 if name == GONE else None
    if most is not None and times > most:
        yield f"was asked {times} times"
    if most is None and times < 2:
        yield f"was asked {times} times only"


def main() -> int:
    """Run, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        endured = endure(Path(folder), options.minutes * 60, print)
    print(f"stopped in {endured.stopping:.1f} s with {endured.code}; {endured.asked.total()} requests")
    found = wrong(endured)
    print("\n".join(found) or "nothing is wrong")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
