"""From what was seen of a site to what an operator is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import EADDRINUSE, EIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.app import doctor_findings as findings
from aggregator.app.doctor_findings import AtWork, Disk, Finding, Listening, LookedUp
from tests.builders import NOW

MIB = 1024**2
DISK = Disk(
    what="the store",
    path=Path("/site/var"),
    free=1024 * MIB,
    files_left=10**6,
    writable=True,
    read_only=False,
)
WORDS = {EADDRINUSE: ("another program listens there", "stop that")}


def the(mark: str, finding: Finding | None) -> str:
    """What it says, once it is sure that it says how bad it is and what to do."""
    assert finding is not None
    assert finding.mark == mark
    assert (finding.fix is None) is (mark == "ok")
    return finding.said


def test_an_error_that_says_what_to_do_is_told_in_two_parts() -> None:
    found = findings.trouble("store", "/a.db: is damaged; restore it; soon", "anything")

    assert (found.said, found.fix) == ("/a.db: is damaged", "restore it; soon")
    assert findings.trouble("store", "/a.db: is damaged", "look").fix == "look"


# ── clock ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_clock_after_all_that_is_stored_is_fine() -> None:
    assert the("ok", findings.of_clock(NOW, NOW - timedelta(days=1))) == (
        "2026-11-22T12:00:00Z, later than all that is stored"
    )
    assert the("ok", findings.of_clock(NOW, None)) == "2026-11-22T12:00:00Z"


def test_a_clock_behind_the_store_is_wrong() -> None:
    assert "but the store was written at" in the("fail", findings.of_clock(NOW, NOW + timedelta(minutes=3)))
    the("ok", findings.of_clock(NOW, NOW + timedelta(minutes=1)))


@pytest.mark.parametrize("year", [1970, 2000, 2025, 2101, 9999])
def test_a_year_that_cannot_be_is_told(year: int) -> None:
    assert "which cannot be" in the("fail", findings.of_clock(datetime(year, 1, 1, tzinfo=UTC), None))


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (NOW - timedelta(hours=8), "is 8 h ahead of that of a.example"),
        (NOW + timedelta(minutes=3), "is 3 min behind that of a.example"),
    ],
)
def test_a_server_with_another_time_is_only_a_hint(theirs: datetime, said: str) -> None:
    assert the("warn", findings.of_server_time(NOW, theirs, "a.example")) == said


def test_a_server_that_agrees_or_says_nothing_is_fine() -> None:
    the("ok", findings.of_server_time(NOW, NOW + timedelta(minutes=1), "a.example"))
    assert findings.of_server_time(NOW, None, "a.example") is None


# ── disk ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("seen", "store", "mark", "part"),
    [
        ({}, 0, "ok", "1.0 GiB free"),
        ({"free": 8 * MIB}, 0, "fail", "nothing can be kept"),
        ({"free": 100 * MIB}, 0, "warn", "100.0 MiB free"),
        ({}, 600 * MIB, "warn", "the store has 600.0 MiB"),
        ({"files_left": 9}, 0, "warn", "room for 9 more files"),
        ({"files_left": None}, 0, "ok", "free"),
        ({"writable": False}, 0, "fail", "feeds may not write there"),
        ({"read_only": True, "writable": False}, 0, "fail", "read-only"),
    ],
)
def test_room_is_measured_by_what_is_done_with_a_store(
    seen: dict[str, Any], store: int, mark: str, part: str
) -> None:
    said = the(mark, findings.of_disk(replace(DISK, **seen), store, "feeds"))

    assert said.startswith("/site/var (the store)")
    assert part in said


@pytest.mark.parametrize(
    ("mode", "marks"),
    [(0o600, []), (0o640, ["warn"]), (0o604, ["warn"]), (0o620, ["fail"]), (0o666, ["fail"])],
)
def test_a_store_is_for_its_owner(mode: int, marks: list[str]) -> None:
    found = list(findings.of_owner(Path("/a.db"), mode, "feeds", "feeds"))

    assert [each.mark for each in found] == marks
    assert all(each.fix == "chmod 600 /a.db" for each in found)


def test_work_as_another_user_is_warned_of() -> None:
    (found,) = findings.of_owner(Path("/a.db"), 0o600, "feeds", "root")

    assert the("warn", found) == "/a.db: belongs to feeds, and this is root"
    assert "sudo -u feeds" in (found.fix or "")


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 1024**4, "5.0 TiB")]
)
def test_sizes_are_told_in_words(count: int, words: str) -> None:
    assert findings.size(count) == words


@given(st.integers(min_value=0, max_value=2**70))
def test_every_size_has_words(count: int) -> None:
    number, unit = findings.size(count).split(" ")

    assert float(number) >= 0
    assert unit in ("B", "KiB", "MiB", "GiB", "TiB")


# ── lock ──────────────────────────────────────────────────────────────────────────────────────────────────


def at_work(command: str, *, hours: float = 0.5, here: bool = True) -> AtWork:
    return AtWork(7, NOW - timedelta(hours=hours), command, here)


def test_a_daemon_may_hold_the_lock_for_ever() -> None:
    said = the("ok", findings.of_lock(at_work("daemon", hours=500), NOW))

    assert said.startswith("process 7 (aggregator daemon) has been working on the site for 21 d")


def test_a_refresh_may_not() -> None:
    the("ok", findings.of_lock(at_work("refresh"), NOW))
    finding = findings.of_lock(at_work("refresh", hours=3), NOW)

    assert "process 7 (aggregator refresh)" in the("warn", finding)
    assert "kill -TERM 7" in (finding.fix or "")


def test_of_a_process_that_tells_nothing_nothing_is_suspected() -> None:
    the("ok", findings.of_lock(at_work("", hours=30), NOW))
    the("ok", findings.of_lock(None, NOW))


def test_a_process_that_is_not_to_be_seen_is_pointed_out() -> None:
    assert "not to be seen from here" in the("warn", findings.of_lock(at_work("", here=False), NOW))


def test_a_lock_of_the_future_has_no_age() -> None:
    assert " for " not in the("ok", findings.of_lock(at_work("daemon", hours=-1), NOW))


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_names_that_are_known_are_one_line() -> None:
    (found,) = findings.of_names([LookedUp("a.example"), LookedUp("b.example")], 3)

    assert the("ok", found) == "a.example, b.example (and 3 not tried)"


def test_one_unknown_name_is_the_sources_trouble() -> None:
    well, bad = findings.of_names([LookedUp("a.example"), LookedUp("b.example", "no host b.example")], 0)

    assert the("ok", well) == "a.example"
    assert the("warn", bad) == "no host b.example"


def test_no_known_name_is_the_networks_trouble() -> None:
    (found,) = findings.of_names([LookedUp("a.example", "no answer"), LookedUp("b.example", "no answer")], 0)

    assert the("fail", found) == "none can be looked up: no answer"
    assert "resolv.conf" in (found.fix or "")


def test_a_name_that_the_guard_refuses_was_looked_up() -> None:
    (found,) = findings.of_names([LookedUp("lan", "lan is 10.0.0.1, a private address", refused=True)], 0)

    the("warn", found)
    assert "fetch.allow_private" in (found.fix or "")


def test_without_remote_sources_there_are_no_names() -> None:
    (found,) = findings.of_names([], 0)

    the("ok", found)


# ── fetch and listen ──────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_answers_shows_that_the_network_works() -> None:
    the("warn", findings.of_failed_fetch("pboc", "the server answered 404", answered=True))
    the("fail", findings.of_failed_fetch("pboc", "a.example refuses the connection", answered=False))


def listening(outcome: int, *, given: bool = True, ours: bool = False, well: bool = False) -> Finding:
    seen = Listening(address="127.0.0.1:8080", outcome=outcome, given=given, ours=ours, well=well)
    return findings.of_listening(replace(seen, health="ok: 3 sources"), WORDS)


def test_an_address_is_free_or_ours() -> None:
    assert the("ok", listening(0)) == "127.0.0.1:8080 is free"
    assert the("ok", listening(EADDRINUSE, ours=True, well=True)) == (
        "this site is served at 127.0.0.1:8080: ok: 3 sources"
    )
    the("fail", listening(EADDRINUSE, ours=True))


def test_an_address_that_somebody_chose_must_be_free() -> None:
    assert the("fail", listening(EADDRINUSE)) == "127.0.0.1:8080: another program listens there"
    assert the("fail", listening(EIO)) == f"127.0.0.1:8080: cannot be listened at (error {EIO})"


def test_an_address_that_nobody_chose_need_not() -> None:
    the("warn", listening(EADDRINUSE, given=False))
