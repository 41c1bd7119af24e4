"""A refresh of 300 varied feeds on loopback: what is good is stored, and no source touches another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.farm import FEEDS, Farm
from tests.farm_kinds import kinds
from tests.outputs.atom_rules import ATOM, violations

MEMORY = 250 * 1024
"""KiB that the largest process of a refresh may take."""
TIME = 60.0
"""Seconds for all 300, of which some never end by themselves."""
PROJECT = Path(__file__).parent.parent


@dataclass
class Ran:
    """What one refresh did, and what it took."""

    code: int
    err: str
    seconds: float
    memory: int
    sources: dict[int, dict[str, Any]] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)

    def total(self, key: str) -> int:
        return sum(source[key] for source in self.sources.values())


MEASURED = """
import pathlib, resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
pathlib.Path("memory").write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
"""Runs a command and notes its memory. A process starts with the peak of the one it is forked from: a test's
own is large, this one's is not.
"""


@dataclass
class Site:
    """A site whose sources are the farm's feeds."""

    root: Path

    def configure(self, farm: Farm) -> None:
        configuration = {
            "site": {"url": "https://site.example/", "timezone": "Asia/Shanghai"},
            "fetch": {
                "timeout": "3s", "host_delay": "0s", "max_bytes": "1MiB", "allow_private": ["127.0.0.0/8"],
            },
            "output": {"entries": 10_000, "max_entries": 10_000},
            "sources": [
                {
                    "id": f"feed-{feed}", "type": "feed", "url": farm.url(feed), "title": f"Feed {feed}",
                    "category": f"group-{feed % 7}",
                }
                for feed in range(FEEDS)
            ],
        }  # fmt: skip
        self.root.mkdir()
        (self.root / "aggregator.yaml").write_text(json.dumps(configuration))

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        environ = os.environ | {"PYTHONPATH": str(PROJECT), "AGGREGATOR_CONFIG": "aggregator.yaml"}
        with (self.root / "out").open("wb") as out, (self.root / "err").open("wb") as err:
            command = [*before, sys.executable, "-m", "aggregator", "refresh", "--force", "--json"]
            return subprocess.Popen(command, cwd=self.root, env=environ, stdout=out, stderr=err)

    def refresh(self) -> Ran:
        start = time.monotonic()
        process = self.start(sys.executable, "-c", MEASURED)
        code = process.wait()
        memory = int((self.root / "memory").read_text())
        ran = Ran(code, (self.root / "err").read_text(), time.monotonic() - start, memory)
        assert "Traceback" not in ran.err, ran.err[-3000:]
        said = json.loads((self.root / "out").read_bytes())
        ran.sources = {int(source["id"].removeprefix("feed-")): source for source in said["sources"]}
        ran.totals = said["totals"]
        return ran

    def outputs(self) -> dict[str, bytes]:
        folder = self.root / "feeds"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != ".aggregator.json"
        }

    def entries(self) -> list[tuple[str, str, str]]:
        """Source, id and title of everything published."""
        root = etree.fromstring((self.root / "feeds" / "all.xml").read_bytes())
        return sorted(
            (
                each.findtext(f"{ATOM}source/{ATOM}title") or "",
                each.findtext(f"{ATOM}id") or "",
                each.findtext(f"{ATOM}title") or "",
            )
            for each in root.iterfind(f"{ATOM}entry")
        )


HEALTH = {"health.json", "health.html"}
"""What tells the state of each source, and so follows it."""


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    with Farm(kinds()) as serving:
        yield serving


@pytest.fixture(scope="module")
def first(farm: Farm, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Ran]:
    """A site after its first refresh."""
    site = Site(tmp_path_factory.mktemp("farm") / "site")
    site.configure(farm)
    return site, site.refresh()


def test_what_is_good_is_stored_and_what_is_not_says_why(farm: Farm, first: tuple[Site, Ran]) -> None:
    _, ran = first

    wrong = []
    for feed in range(FEEDS):
        kind, source = farm.kind(feed), ran.sources[feed]
        error = source["error"] or ""
        entries = 0 if kind.error else kind.entries
        fails = bool(kind.error)
        if (
            (source["state"] == "failed") != fails
            or kind.error.lower() not in error.lower()
            or source["new"] != entries
        ):
            wrong.append(f"{feed} {kind.name}: {source['state']}, {source['new']} new, {error}")

    assert wrong == []
    assert ran.code == 0


def test_no_source_touches_another(farm: Farm, first: tuple[Site, Ran]) -> None:
    site, _ = first

    found: dict[str, int] = {}
    for source, _, _ in site.entries():
        found[source] = found.get(source, 0) + 1

    good = {f"Feed {feed}": farm.kind(feed).entries for feed in range(FEEDS) if not farm.kind(feed).error}
    assert found == {source: entries for source, entries in good.items() if entries}
    assert len({id_ for _, id_, _ in site.entries()}) == sum(good.values())


def test_every_output_is_valid(first: tuple[Site, Ran]) -> None:
    site, _ = first

    outputs = site.outputs()

    feeds = {name: body for name, body in outputs.items() if name.endswith(".xml")}
    assert {name: found for name, body in feeds.items() if (found := violations(body))} == {}
    assert len(feeds) == 8
    for name, body in outputs.items():
        if name.endswith(".json"):
            json.loads(body)


def test_time_and_memory_stay_in_bounds(first: tuple[Site, Ran]) -> None:
    _, ran = first

    assert ran.seconds < TIME
    assert ran.memory < MEMORY


def test_a_second_refresh_asks_politely_and_doubles_nothing(farm: Farm, first: tuple[Site, Ran]) -> None:
    site, _ = first
    before, entries = site.outputs(), site.entries()
    asked, conditions, statuses = farm.asked.copy(), farm.conditions.copy(), farm.statuses.copy()

    again = site.refresh()

    assert (again.total("new"), again.total("updated"), again.total("removed")) == (0, 0, 0)
    assert site.entries() == entries
    # A source that says a second time that it is gone for good is believed: that is news of its health.
    assert {name for name, body in site.outputs().items() if before.get(name) != body} <= {
        "health.html",
        "health.json",
    }
    conditional = [feed for feed in range(FEEDS) if farm.kind(feed).conditional]
    assert all(farm.conditions[feed] == conditions[feed] + 1 for feed in conditional)
    assert farm.statuses["304"] - statuses["304"] == len(conditional) > 10
    held = [feed for feed in range(FEEDS) if not farm.kind(feed).again]
    assert {feed: farm.asked[feed] - asked[feed] for feed in held} == dict.fromkeys(held, 0)


def test_a_refresh_that_is_killed_loses_and_doubles_nothing(
    farm: Farm, first: tuple[Site, Ran], tmp_path: Path
) -> None:
    undisturbed, _ = first
    site = Site(tmp_path / "site")
    site.configure(farm)
    asked = farm.asked.total()
    process = site.start()
    while farm.asked.total() - asked < FEEDS // 3 and process.poll() is None:
        os.sched_yield()

    process.send_signal(signal.SIGKILL)
    process.wait()
    ran = site.refresh()

    assert process.returncode == -signal.SIGKILL
    assert ran.code == 0
    assert site.entries() == undisturbed.entries()
    assert {
        name: found
        for name, body in site.outputs().items()
        if name.endswith(".xml") and (found := violations(body))
    } == {}


def test_offline_nothing_is_lost(farm: Farm, first: tuple[Site, Ran], tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    shutil.copytree(first[0].root, site.root)
    before = site.outputs()

    with farm.offline():
        offline = site.refresh()

    assert offline.code == 1
    assert {source["state"] for source in offline.sources.values()} <= {"failed", "not-due", "gone"}
    after = site.outputs()
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} <= {"health.html", "health.json"}
