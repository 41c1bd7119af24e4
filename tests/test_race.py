"""The races of ``benchmarks/race.py``: what is served, what is kept, and what is told of it."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest

from benchmarks import feedtexts, prototype
from benchmarks.cost import Cost, Spread, memory, run
from benchmarks.feedfarm import Farm, stamped
from benchmarks.machine import write_section
from benchmarks.racereport import PHASES, Lap, Race, report

if TYPE_CHECKING:
    from benchmarks.feedfarm import Stamp

KINDS = {feedtexts.kind_of(feed): feed for feed in range(100)}


def a_document(feed: int, newest: int = feedtexts.FIRST) -> bytes:
    return feedtexts.document(feed, newest, "http://127.0.1.1/x.xml", "http://127.0.1.1")


def asked(farm: Farm, feed: int, **headers: str) -> tuple[str, dict[str, str], bytes]:
    head, _, body = farm.answer(
        f"/{feed}.xml", {name.replace("_", "-"): value for name, value in headers.items()}
    ).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status.split(" ")[1], dict(line.split(": ", 1) for line in lines), body


@pytest.mark.parametrize("feed", KINDS.values(), ids=KINDS)
def test_a_feed_of_a_race_is_well_formed_whole_and_the_same_each_time(feed: int) -> None:
    body = a_document(feed)

    parsed = feedparser.parse(body)

    assert not parsed.bozo
    assert len({entry.id for entry in parsed.entries}) == feedtexts.count_of(feed)
    assert all(entry.title and entry.link for entry in parsed.entries)
    assert all({"published_parsed", "updated_parsed"} & entry.keys() for entry in parsed.entries)
    assert body == a_document(feed)


def test_feeds_have_the_formats_that_are_told() -> None:
    kinds = [feedtexts.kind_of(feed) for feed in range(100)]

    assert {kind: kinds.count(kind) for kind in kinds} == {"rss": 55, "atom": 40, "rdf": 5}


@pytest.mark.parametrize("feed", KINDS.values(), ids=KINDS)
def test_the_prototype_reads_every_entry(feed: int) -> None:
    entries = list(prototype.entries(a_document(feed)))

    assert len({name for name, *_ in entries}) == feedtexts.count_of(feed)
    assert all(
        link and title and author and when and content for _, link, title, author, when, _, content in entries
    )


@pytest.mark.parametrize("feed", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("how", ["comment", "date"])
def test_a_stamp_changes_a_document_and_none_of_its_entries(feed: int, how: Stamp) -> None:
    body = a_document(feed)

    one, two = stamped(body, how, 1), stamped(body, how, 2)

    assert len({body, one, two}) == 3
    assert list(prototype.entries(one)) == list(prototype.entries(body))


def test_an_entry_that_is_published_pushes_the_oldest_out() -> None:
    farm = Farm(feeds=10, hosts=2, port=1)
    before = [list(prototype.entries(farm.served(feed).plain)) for feed in range(10)]

    count = farm.publish(10)

    after = [list(prototype.entries(farm.served(feed).plain)) for feed in range(10)]
    changed = [feed for feed in range(10) if before[feed] != after[feed]]
    assert len(changed) == count == 1
    assert after[changed[0]][1:] == before[changed[0]][:-1]


def test_the_farm_answers_who_knows_a_feed_with_304() -> None:
    farm = Farm(feeds=3, hosts=2, port=1)
    _, headers, body = asked(farm, 1)

    by_tag = asked(farm, 1, if_none_match=headers["ETag"])
    by_date = asked(farm, 1, if_modified_since=headers["Last-Modified"])
    farm.conditional = False
    never = asked(farm, 1, if_none_match=headers["ETag"])

    assert (by_tag[0], by_tag[2], by_date[0]) == ("304", b"", "304")
    assert (never[0], never[2]) == ("200", body)
    assert farm.answers == {"200": 2, "304": 2}


def test_the_farm_packs_for_who_can_unpack() -> None:
    farm = Farm(feeds=3, hosts=2, port=1)
    plain = asked(farm, 1)[2]

    _, headers, packed = asked(farm, 1, accept_encoding="gzip, deflate")
    farm.stamp = "comment"
    other = asked(farm, 1, accept_encoding="gzip")[2]

    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert gzip.decompress(other) == stamped(plain, "comment", 1)


def test_the_prototype_keeps_what_is_new_once(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "db", isolation_level=None)
    kept = prototype.Prototype(database)
    kept.follow(["http://127.0.1.1/x.xml"])

    for newest in (100, 101):
        kept.keep(1, None, None, b"", a_document(1, newest))
    kept.commit()

    (count,) = database.execute("select count(*) from items").fetchone()
    database.close()
    assert count == feedtexts.count_of(1) + 1


def test_what_a_command_costs_counts_its_children(tmp_path: Path) -> None:
    child = "import time\nwhile time.process_time() < 0.3: pass\nprint('here')"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); sys.exit(3)"

    cost = run([sys.executable, "-c", code], out=tmp_path / "out")

    assert (tmp_path / "out").read_text() == "here\n"
    assert cost.code == 3
    assert cost.processor >= 0.3
    assert cost.wall > 0
    assert cost.peak > 0


def test_memory_is_that_of_a_process_and_its_children() -> None:
    child = "held = b'x' * (128 * 2**20); print('here', flush=True); input()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = [sys.executable, "-c", code]

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        taken = memory(process.pid)
        process.communicate("\n")

    assert 128 < taken < 256


def test_a_command_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    cost = run(
        [sys.executable, "-c", "input = __import__('threading').Event().wait()"],
        out=tmp_path / "out",
        patience=0,
    )

    assert cost.code < 0


def test_a_report_sets_ours_beside_the_others() -> None:
    def laps(racer: str, *seconds: float, code: int = 0) -> list[Lap]:
        costs = [Cost(wall=2 * each, processor=each, peak=100.0, code=code) for each in seconds]
        return [Lap(racer, phase, cost, {"304": 4}, 1234) for phase in PHASES for cost in costs]

    race = Race(
        feeds=5,
        hosts=2,
        runs=3,
        connections=7,
        size=2048,
        entries=1200,
        machine="A machine",
        racers=dict.fromkeys(("newsboat", "reader", "prototype", "ours"), ("1.0", "A note")),
        laps=(
            *laps("ours", 1.0, 3.0, 2.0),
            *laps("prototype", 1.0, 1.0, 1.0),
            *laps("reader", 10.0, 10.0, 10.0),
            *laps("newsboat", 10.0, code=1),
        ),
    )

    told = report(race)

    assert "| ours | 2.00 (1.00–3.00) |" in told
    assert "| `cold`, at most 0.5 × newsboat | failed | failed |" in told
    assert "| `cold`, at most 1.5 × prototype | 2.00 ✗ | 2.00 ✗ |" in told
    assert "| `same`, at most 2 × prototype | 2.00 ✓ | 2.00 ✓ |" in told
    assert "| `new`, at most 0.25 × reader | 0.20 ✓ | 0.20 ✓ |" in told
    assert "| memory, at most 150 MiB | 100 MiB ✓ |" in told
    assert "| ours | 1,234 | 1,234 | 4 | 4 |" in told


def test_a_section_is_replaced_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- begin: race -->\nold\n<!-- end: race -->\nbelow\n")

    write_section(page, "race", "new\n")

    assert page.read_text() == "above\n<!-- begin: race -->\n\nnew\n\n<!-- end: race -->\nbelow\n"
    with pytest.raises(ValueError, match="no section"):
        write_section(page, "micro", "new")


def test_the_spread_of_one_run_is_not_told() -> None:
    assert Spread.of([1.0]).told() == "1.00"
    assert Spread.of([3.0, 1.0, 1.5]).told(1) == "1.5 (1.0–3.0)"
