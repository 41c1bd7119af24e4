"""Full disks, folders that cannot be written, too few handles, several at once, wrong clocks."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.app import App
from aggregator.store import backup, check
from tests.cli.loopback import RSS, Server
from tests.conftest import need
from tests.crash_runner import NOW
from tests.crashes import (
    RUNNER,
    a_fresh_site,
    a_refreshed_site,
    a_site_to_write_anew,
    a_site_with_changes,
    environment,
    half_written,
    outputs,
    run,
    sound,
    write_post,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.pages["/feed.xml"] = RSS
    yield server
    server.stop()


def expected_of(site: Path) -> dict[str, bytes]:
    """What its outputs are after an undisturbed refresh."""
    copy = site.parent / "undisturbed"
    shutil.copytree(site, copy)
    assert run(copy).returncode == 0
    return outputs(copy)


def in_mounts(script: str, site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell in mounts of its own; ``$site`` and ``$run`` are there."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    need("mount")
    command = [need("unshare"), "--mount", "sh", "-euc", script, "sh", *arguments]
    environ = environment() | {"site": str(site), "run": " ".join([*RUNNER, "refresh", "0"])}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)


def said(ran: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    """The exit code of what was disturbed, and what it told."""
    assert ran.returncode == 0, ran.stderr
    code = re.search(r"^exit (\d+)$", ran.stdout, re.MULTILINE)
    assert code is not None, ran.stdout
    return int(code[1]), ran.stderr


# ── disks ─────────────────────────────────────────────────────────────────────────────────────────────────

SMALL = """
mkdir "$site.kept"; cp -a "$site/." "$site.kept"
mount -t tmpfs -o size=$(( $(du -sk "$site" | cut -f1) + $1 ))k none "$site"
cp -a "$site.kept/." "$site"; cd "$site"
code=0; $run || code=$?; echo "exit $code"
rm -rf "$site.kept"; cp -a "$site" "$site.kept"
mount -o remount,size=64m "$site"
$run; cp -a "$site" "$site.healed"
"""


@pytest.mark.parametrize("kibibytes", [4, 64, 160])
@pytest.mark.parametrize("make", [a_fresh_site, a_site_with_changes])
def test_a_disk_that_is_full_costs_nothing_but_time(
    tmp_path: Path, make: Callable[[Path], None], kibibytes: int
) -> None:
    site = tmp_path / "site"
    make(site)
    expected = expected_of(site)

    code, told = said(in_mounts(SMALL, site, str(kibibytes)))

    assert code == 1
    assert "Traceback" not in told
    assert re.search("full|space", told)
    assert 1 <= told.count("\n") <= 3
    assert sound(tmp_path / "site.kept") == ""
    assert outputs(tmp_path / "site.healed") == expected


BACKUP = """
mkdir "$1"; mount -t tmpfs -o size=$3k none "$1"; cd "$site"
code=0; "$2" -m aggregator db backup "$1/copy.db" || code=$?; echo "exit $code"
ls -A "$1" >&2
"""


@pytest.mark.parametrize(("megabytes", "kibibytes"), [(0, 16), (4, 64), (4, 3000)])
def test_a_backup_onto_a_full_disk_names_the_file_that_cannot_be_written(
    tmp_path: Path, megabytes: int, kibibytes: int
) -> None:
    site = tmp_path / "site"
    a_fresh_site(site)
    for number in range(megabytes):  # of what cannot be packed; what is large is not copied in one go
        body = base64.b64encode(os.urandom(700_000)).decode()
        write_post(site, f"large{number}.md", 100 + number, "category-1", body)
    assert run(site).returncode == 0

    code, told = said(in_mounts(BACKUP, site, str(tmp_path / "small"), sys.executable, str(kibibytes)))

    assert code == 1
    (line,) = told.splitlines()  # and no name of what would be left
    assert f"{tmp_path}/small/copy.db: cannot grow: the disk is full" in line
    assert "aggregator.db" not in line


READ_ONLY = """
mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; cd "$site"
code=0; $run || code=$?; echo "exit $code"
"""


@pytest.mark.parametrize("folder", ["var", "feeds", "."])
def test_a_folder_that_cannot_be_written_is_told_and_all_stays_as_it_was(tmp_path: Path, folder: str) -> None:
    site = tmp_path / "site"
    a_site_with_changes(site)
    expected, before = expected_of(site), outputs(site)

    code, told = said(in_mounts(READ_ONLY, site, str(site / folder)))

    assert code == 1
    assert "Traceback" not in told
    assert re.search("read-only|writable|cannot be written", told, re.IGNORECASE), told
    assert told.count("\n") <= 3
    assert outputs(site) == before
    assert sound(site) == ""
    assert run(site).returncode == 0
    assert outputs(site) == expected


# ── handles ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("handles", [6, 9, 31, 32, 40])
def test_too_few_handles_are_told_and_cost_nothing(tmp_path: Path, handles: int) -> None:
    site = tmp_path / "site"
    a_fresh_site(site)
    for number in range(6, 26):
        write_post(site, f"{number}.md", number, f"category-{number}")
    configuration = site / "config" / "aggregator.yaml"
    configuration.write_text(f"{configuration.read_text()}output: {{item_pages: true}}\n")
    expected = expected_of(site)

    cramped = ["sh", "-c", f'ulimit -n {handles}; exec "$0" -m aggregator refresh -q', sys.executable]
    broken = subprocess.run(
        cramped, cwd=site, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )

    assert broken.returncode == (handles < 32)
    assert broken.stderr.count("\n") == (handles < 32)
    assert handles >= 32 or "raise the limit (ulimit -n)" in broken.stderr
    assert sound(site) == ""
    assert run(site).returncode == 0
    assert outputs(site) == expected


# ── several at once ───────────────────────────────────────────────────────────────────────────────────────


def start(site: Path, job: str = "refresh") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*RUNNER, job],
        cwd=site,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("make", [a_fresh_site, a_site_with_changes])
def test_of_four_at_once_one_does_it_and_the_others_are_told_who(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    site = tmp_path / "site"
    make(site)
    expected = expected_of(site)

    started = [start(site) for _ in range(4)]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in started]

    assert {code for _, code in ended} <= {0, 75}
    assert any(code == 0 for _, code in ended)
    pids = [str(process.pid) for process in started]
    assert all(any(pid in told for pid in pids) for told, code in ended if code == 75)
    assert sound(site) == ""
    assert outputs(site) == expected


def test_who_reads_all_the_time_never_sees_a_half_or_a_missing_file(tmp_path: Path) -> None:
    site = tmp_path / "site"
    a_site_to_write_anew(site)
    names = outputs(site).keys()
    wrong: set[str] = set()
    over = threading.Event()
    reads = 0

    def read() -> None:
        nonlocal reads
        while not over.is_set():
            for name in names:
                try:
                    body = (site / "feeds" / name).read_bytes()
                except FileNotFoundError:
                    wrong.add(f"{name} is not there")
                    continue
                reads += 1
                if half_written(name, body):
                    wrong.add(f"{name} is half-written")

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(4):
        write_post(site, "1.md", 1, "category-1", f"edited {number}")
        assert run(site, job="generate", later=number).returncode == 0
        assert run(site, later=number).returncode == 0
    over.set()
    reader.join()

    assert wrong == set()
    assert reads > 4 * len(names)


def test_a_backup_while_others_write_is_whole_and_of_one_moment(tmp_path: Path) -> None:
    site = tmp_path / "site"
    a_refreshed_site(site)
    for number in range(300):
        write_post(site, f"more-{number}.md", number % 28 + 1, f"category-{number % 9}")
    store = site / "var" / "aggregator.db"

    writer = start(site)
    copies: list[Path] = []
    while writer.poll() is None:
        copies.append(tmp_path / f"copy-{len(copies)}.db")
        backup(store, copies[-1])
    told = writer.communicate()[1]

    assert (writer.returncode, told) == (0, "")
    assert len(copies) > 1
    assert [check(copy) for copy in copies] == [[] for _ in copies]


# ── clocks ────────────────────────────────────────────────────────────────────────────────────────────────

DECADE = timedelta(days=3653)
CLOCKS = {
    "fast by ten years": (NOW, NOW + DECADE, NOW + timedelta(minutes=1)),
    "slow by ten years": (NOW, NOW - DECADE, NOW + timedelta(minutes=1)),
    "of 1970": (NOW, datetime.fromtimestamp(5, tz=NOW.tzinfo), NOW + timedelta(minutes=1)),
    "stopped": (NOW, NOW, NOW),
    "put forward for the summer": tuple(
        datetime.fromisoformat(each)
        for each in ("2026-03-29T00:59:58Z", "2026-03-29T01:00:01Z", "2026-03-29T01:00:02Z")
    ),
    "put back for the winter": tuple(
        datetime.fromisoformat(each)
        for each in ("2026-10-25T00:59:58Z", "2026-10-25T01:00:01Z", "2026-10-25T01:59:59Z")
    ),
    "beyond 2038": (NOW, datetime.fromisoformat("2038-01-19T03:14:09Z"), NOW + timedelta(minutes=1)),
}


def times(site: Path) -> tuple[datetime, dict[str, datetime]]:
    """When the feed of everything was updated, and each entry of it, by title."""
    body = (site / "feeds" / "all.xml").read_text()
    feed = re.search(r"<updated>(.*?)</updated>", body)
    assert feed is not None
    entries = re.findall(
        r"<title type=\"text\">(Title .*?)</title>.*?<updated>(.*?)</updated>", body, re.DOTALL
    )
    return datetime.fromisoformat(feed[1]), {title: datetime.fromisoformat(at) for title, at in entries}


@pytest.mark.parametrize("clock", CLOCKS)
def test_whatever_the_clock_says_times_of_update_only_grow_and_nothing_is_lost(
    tmp_path: Path, clock: str
) -> None:
    site = tmp_path / "site"
    a_fresh_site(site)
    config = site / "config" / "aggregator.yaml"
    config.write_text(config.read_text().replace("site: {", "site: {timezone: Europe/Berlin, "))
    seen: list[tuple[datetime, dict[str, datetime]]] = []

    for number, now in enumerate(CLOCKS[clock]):
        write_post(site, "1.md", 1, "category-1", f"edited {number}")
        write_post(site, f"{number + 6}.md", number + 6, "category-new")
        app = replace(App.open(config, {}, {}), clock=lambda now=now: now)  # type: ignore[misc]
        report = app.refresh()
        assert (report.failed, report.generated.errors) == (0, ())
        seen.append(times(site))

    feeds, entries = [feed for feed, _ in seen], [entry for _, entry in seen]
    assert feeds == sorted(feeds)
    # A post of the future waits, as one of today does for a clock that is slow.
    assert all(before["Title 1"] <= after["Title 1"] for before, after in pairwise(entries))
    assert entries[0]["Title 1"] < entries[-1]["Title 1"]
    assert all(before.keys() <= after.keys() for before, after in pairwise(entries))
    assert check(site / "var" / "aggregator.db") == []


@pytest.mark.parametrize("clock", ["fast by ten years", "slow by ten years", "of 1970"])
def test_a_source_that_was_read_by_a_clock_of_another_decade_is_read_again(
    tmp_path: Path, server: Server, clock: str
) -> None:
    config = tmp_path / "aggregator.yaml"
    config.write_text(
        "fetch: {allow_private: [127.0.0.1], host_delay: 0s}\nschedule: {interval: 1h, jitter: 0%}\n"
        f"sources: [{{id: web, type: feed, url: '{server.url}/feed.xml'}}]\n"
    )
    read: list[tuple[str, int]] = []
    right, wrong, _ = CLOCKS[clock]

    for now in (right, wrong, right + timedelta(days=2), right + timedelta(days=4)):
        app = replace(App.open(config, {}, {}), clock=lambda now=now: now)  # type: ignore[misc]
        (result,) = app.refresh().sources
        read.append((result.state, len(server.asked)))

    assert [state for state, _ in read[2:]] == ["unchanged", "unchanged"]
    assert read[-1][1] == read[1][1] + 2
