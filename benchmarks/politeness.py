"""Let this program and others run against the judge of ``tests/judge``: the table of docs/politeness.md.

    python -m benchmarks.politeness [--client NAME …] [--keep FOLDER] [--write docs/politeness.md]

Needs curl and newsboat. Takes most of an hour, for reader, whose intervals are whole minutes. Results are
kept in a folder, a file a client, so that one can be measured again without the others.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import Curl, Feedparser, Newsboat, Reader
from tests.judge.clients.ours import Daemon, Refresh
from tests.judge.judging import judge
from tests.judge.rule import Pace
from tests.judge.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.judge.clients.contract import Client

CLIENTS: Mapping[str, tuple[Callable[[], Client], float]] = {
    "daemon": (Daemon, 2.0),
    "refresh": (Refresh, 15.0),
    "curl": (Curl, 15.0),
    "newsboat": (Newsboat, 15.0),
    "reader": (Reader, 60.0),
    "feedparser": (Feedparser, 15.0),
}
"""Each with the interval at which it is run, in seconds: what takes a process a round needs longer ones."""
ENDLESS = "bodies"
"""The area that is judged by itself: who waits for such a body may read nothing else meanwhile."""
BEGIN, END = "<!-- begin: measured -->", "<!-- end: measured -->"
Marks = dict[str, list[str] | None]
"""Of each rule the complaints; None: it is not about this client."""


def measure(name: str, keep: Path) -> None:
    """Run one client against every rule that is about it."""
    make, beat = CLIENTS[name]
    marks: Marks = {}
    for rules in (
        [rule for rule in RULES if rule.area != ENDLESS],
        [rule for rule in RULES if rule.area == ENDLESS],
    ):
        client = make()
        mine = [rule for rule in rules if rule.needs <= client.offers]
        with tempfile.TemporaryDirectory() as folder:
            served = judge(client, mine, Path(folder), Pace(beat))
        for rule in rules:
            found = served.get(rule.__name__)
            marks[rule.__name__] = None if found is None else found.rule.judge(found.seen)
    (keep / f"{name}.json").write_text(json.dumps(marks, indent=1))


def table(results: Mapping[str, Marks]) -> str:
    """All of it in Markdown."""
    lines = []
    head = "| rule | source | test | " + " | ".join(results) + " |"
    rows = "|---|---|---|" + ":-:|" * len(results)
    for area, rules in groupby(RULES, key=lambda rule: rule.area):
        lines += [f"### {area[0].upper()}{area[1:]}", "", head, rows]
        for rule in rules:
            cells = [_mark(marks.get(rule.__name__)) for marks in results.values()]
            lines.append(
                f"| {rule.sentence()} | {rule.source} | `{rule.__name__}` | " + " | ".join(cells) + " |"
            )
        lines.append("")
    lines += ["### All together", "", "| | " + " | ".join(results) + " |", "|---|" + "--:|" * len(results)]
    kept = [[wrong for wrong in marks.values() if wrong is not None] for marks in results.values()]
    counts = [(sum(not wrong for wrong in each), len(each)) for each in kept]
    lines.append(
        "| kept, of those that apply | " + " | ".join(f"{good} of {all_}" for good, all_ in counts) + " |"
    )
    shares = [f"**{good / all_:.0%}**" if all_ else "" for good, all_ in counts]
    lines.append("| | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def _mark(wrong: list[str] | None) -> str:
    return "·" if wrong is None else "✗" if wrong else "✓"


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--client", action="append", choices=list(CLIENTS), help="only this one; repeatable")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "politeness")
    parser.add_argument("--at-once", type=int, default=2, help="clients that run side by side")
    parser.add_argument("--write", type=Path, help="the page whose table is to be replaced")
    options = parser.parse_args()
    options.keep.mkdir(exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(options.at_once, maxtasksperchild=1) as pool:
        jobs = [(name, options.keep) for name in options.client or CLIENTS]
        pool.starmap(measure, jobs, chunksize=1)
    found = {
        name: json.loads(path.read_text())
        for name in CLIENTS
        if (path := options.keep / f"{name}.json").exists()
    }
    if options.write is None:
        print(table(found))
        return
    before, rest = options.write.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    options.write.write_text(f"{before}{BEGIN}\n\n{table(found)}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
