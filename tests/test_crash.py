"""Whatever system call a job dies at, or is refused, the next refresh ends where an undisturbed one ends.

``AGGREGATOR_CRASH_POINTS=all pytest tests/test_crash.py`` tries every fault at every call. Every one that
does not hold is told, and its site stays.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.loopback import Server
from tests.crashes import (
    FEEDS,
    RSS,
    Call,
    a_fresh_site,
    a_site_of_an_older_program,
    a_site_that_lost_its_store,
    a_site_to_restore,
    a_site_to_write_anew,
    a_site_with_changes,
    calls,
    injecting,
    outputs,
    run,
    sound,
)

POINTS = os.environ.get("AGGREGATOR_CRASH_POINTS", "6")
"""How many faults each test tries, or ``all``."""
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO", "error=EDQUOT")

Make = Callable[[Path], None]


SHARDS = 10 if POINTS == "all" else 1
shards = pytest.mark.parametrize("shard", range(SHARDS))
"""Parts of a test, for several processes to share. Which of them tries a call follows from the call alone."""


def points(found: Iterable[Call], shard: int) -> Iterator[tuple[Call, str]]:
    """Calls with the fault each of them meets: one each in turn, or every one at every call."""
    if POINTS == "all":
        yield from itertools.product((call for call in found if call.nth % SHARDS == shard), FAULTS)
    else:
        yield from itertools.islice(zip(found, itertools.cycle(FAULTS), strict=False), int(POINTS))


def try_each(chosen: Iterable[tuple[Call, str]], attempt: Callable[[Call, str], bool]) -> None:
    """Have each call meet its fault; an attempt tells whether that disturbed anything, which some must."""
    disturbed, failures = 0, []
    for call, fault in chosen:
        try:
            disturbed += attempt(call, fault)
        except (AssertionError, sqlite3.Error) as failure:
            failure.add_note(f"{fault} at {call.line}")
            failures.append(failure)
    if failures:
        raise ExceptionGroup("what does not hold", failures)
    assert disturbed > 0


def copy_for(call: Call, fault: str, template: Path) -> Path:
    return shutil.copytree(template, template.with_name(f"{call.name}-{call.nth}-{fault}"))


def disturb(tmp_path: Path, make: Make, job: str, shard: int) -> None:
    template, undisturbed = tmp_path / "template", tmp_path / "undisturbed"
    make(template)
    shutil.copytree(template, undisturbed)
    assert run(undisturbed, job=job).returncode == 0
    assert run(undisturbed).returncode == 0
    expected = outputs(undisturbed)
    traced = tmp_path / "traced"
    shutil.copytree(template, traced)

    def attempt(call: Call, fault: str) -> bool:
        site = copy_for(call, fault, template)
        broken = run(site, *injecting(call, fault), job=job)
        what = f"{fault} at {call.line}\n{broken.stderr}"
        assert "Traceback" not in broken.stderr, what
        if fault != "signal=KILL":
            assert broken.returncode in (0, 1), what
            assert bool(broken.stderr) == (broken.returncode == 1), what
            assert broken.stderr.count("\n") <= 2, what
        assert sound(site) == "", what
        if job != "refresh":
            again = run(site, job=job)
            assert again.returncode == 0 or "is sound; there is nothing to rebuild" in again.stderr, what
        healed = run(site)
        assert healed.returncode == 0, f"{what}\n{healed.stderr}"
        assert outputs(site) == expected, what
        shutil.rmtree(site)
        return broken.returncode != 0

    try_each(points(calls(traced, job), shard), attempt)


@shards
@pytest.mark.parametrize("make", [a_fresh_site, a_site_with_changes])
def test_a_refresh_that_is_disturbed_ends_as_an_undisturbed_one(
    tmp_path: Path, make: Make, shard: int
) -> None:
    disturb(tmp_path, make, "refresh", shard)


@shards
def test_so_does_writing_every_output_anew(tmp_path: Path, shard: int) -> None:
    disturb(tmp_path, a_site_to_write_anew, "generate", shard)


@shards
def test_so_does_bringing_the_store_of_an_older_program_up_to_date(tmp_path: Path, shard: int) -> None:
    disturb(tmp_path, a_site_of_an_older_program, "refresh", shard)


@shards
def test_so_does_making_a_lost_store_anew(tmp_path: Path, shard: int) -> None:
    disturb(tmp_path, a_site_that_lost_its_store, "rebuild", shard)


def stores(site: Path) -> list[Path]:
    """The store that is in its place, if one is, and those that are kept beside."""
    names = sorted((site / "var").glob("aggregator.db*"))
    return [each for each in names if not each.name.endswith(("-wal", "-shm", ".lock"))]


def knows_more(store: Path) -> bool:
    """Whether it is the store from before it was restored, with its log."""
    with closing(sqlite3.connect(store)) as raw:
        return raw.execute("select 1 from meta where key = 'since'").fetchone() is not None


@shards
def test_a_restore_that_is_disturbed_can_be_done_again_and_neither_store_is_lost(
    tmp_path: Path, shard: int
) -> None:
    template, traced = tmp_path / "template", tmp_path / "traced"
    a_site_to_restore(template)
    shutil.copytree(template, traced)

    def attempt(call: Call, fault: str) -> bool:
        site = copy_for(call, fault, template)
        broken = run(site, *injecting(call, fault), job="restore")
        what = f"{fault} at {call.line}\n{broken.stderr}"
        assert "Traceback" not in broken.stderr, what
        refreshed = shutil.copytree(site, site.with_name(f"refreshed-{site.name}"))
        run(refreshed)
        assert any(knows_more(each) for each in stores(refreshed)), what
        shutil.rmtree(refreshed)
        assert run(site, job="restore").returncode == 0, what
        restored, *kept = stores(site)
        assert not knows_more(restored), what
        assert sound(site) == "", what
        assert any(knows_more(each) for each in kept), what
        assert run(site).returncode == 0, what
        shutil.rmtree(site)
        return broken.returncode != 0

    try_each(points(calls(traced, "restore"), shard), attempt)


# ── several sources, kept in one transaction ──────────────────────────────────────────────────────────────


@pytest.fixture
def site_of_feeds(tmp_path: Path) -> Iterator[Path]:
    server = Server()
    site = tmp_path / "template"
    (site / "config").mkdir(parents=True)
    lines = ["site: {title: Test site, url: 'https://feeds.example/'}", "sources:"]
    for number in range(FEEDS):
        server.pages[f"/{number}.xml"] = RSS.replace("NUMBER", str(number))
        lines.append(
            f"  - {{id: feed-{number}, type: feed, url: '{server.url}/{number}.xml', category: all}}"
        )
    lines.append("fetch: {allow_private: [127.0.0.1], host_delay: 0s, per_host: 8}")
    (site / "config" / "aggregator.yaml").write_text("\n".join(lines))
    yield site
    server.stop()


def kept(site: Path) -> dict[str, int]:
    """Sources that were read well, as far as the store knows, with how many items each has."""
    store = site / "var" / "aggregator.db"
    if not store.exists():
        return {}
    with closing(sqlite3.connect(store)) as raw:
        if raw.execute("select 1 from sqlite_master where name = 'lists'").fetchone() is None:
            return {}
        rows = raw.execute(
            "select s.key, (select count(*) from items where source_id = s.id) from sources s"
            " where s.last_success is not null"
        )
        return dict(rows.fetchall())


@shards
def test_no_source_that_was_told_is_lost(tmp_path: Path, site_of_feeds: Path, shard: int) -> None:
    template, undisturbed, traced = site_of_feeds, tmp_path / "undisturbed", tmp_path / "traced"
    for each in (undisturbed, traced):
        shutil.copytree(template, each)
    assert run(undisturbed).stdout.count("\n") == FEEDS
    expected = outputs(undisturbed)

    def attempt(call: Call, fault: str) -> bool:
        site = copy_for(call, fault, template)
        broken = run(site, *injecting(call, fault))
        what = f"{fault} at {call.line}\n{broken.stderr}"
        assert "Traceback" not in broken.stderr, what
        assert sound(site) == "", what
        assert dict.fromkeys(broken.stdout.split(), 2).items() <= kept(site).items(), what
        # What was being read counts as read for a while, so that nobody is asked again at once.
        healed = run(site, later=86400)
        assert healed.returncode == 0, f"{what}\n{healed.stderr}"
        healed_outputs = outputs(site)
        assert healed_outputs == expected, what
        shutil.rmtree(site)
        return broken.returncode != 0

    found = [each for each in calls(traced) if "aggregator.db" in each.line]
    try_each(points(found, shard), attempt)
