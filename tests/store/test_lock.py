"""One process writes; the other is told who it is."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import LockedError, StoreError
from aggregator.store import SiteLock
from aggregator.store.lock import holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import pathlib, sys
from aggregator.store import SiteLock
with SiteLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "var" / "aggregator.db"


@pytest.fixture
def other(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds the lock."""
    command = [sys.executable, "-c", HOLD, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


def test_another_process_is_named_with_how_to_reach_it(store: Path, other: subprocess.Popen[str]) -> None:
    with pytest.raises(LockedError) as caught, SiteLock(store):
        pass

    assert f"process {other.pid} " in str(caught.value)
    assert f"kill -TERM {other.pid}" in str(caught.value)
    assert "--wait 5m" in str(caught.value)
    assert caught.value.exit_code == 75


def test_waiting_ends_when_the_other_process_does(store: Path, other: subprocess.Popen[str]) -> None:
    time = Time()

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        if len(time.slept) == 3:
            other.kill()
            other.wait()

    with SiteLock(store, 60, sleep=sleep, monotonic=time.monotonic) as lock:
        assert lock.path.read_text(encoding="ascii") == f"{os.getpid()}\n"
    assert len(time.slept) == 3


def test_waiting_ends_after_the_time_given(store: Path) -> None:
    time = Time()

    with (
        SiteLock(store),
        pytest.raises(LockedError),
        SiteLock(store, 0.5, sleep=time.sleep, monotonic=time.monotonic),
    ):
        pass

    assert sum(time.slept) == pytest.approx(0.5)


def test_the_lock_is_free_again_after_its_block_and_after_a_failure(store: Path) -> None:
    with pytest.raises(ZeroDivisionError), SiteLock(store):
        raise ZeroDivisionError

    with SiteLock(store):
        pass
    with SiteLock(store) as lock:
        assert lock.path == store.with_name("aggregator.db.lock")


def test_what_a_dead_process_left_locks_nothing(store: Path) -> None:
    store.parent.mkdir()
    store.with_name("aggregator.db.lock").write_text("1\n", encoding="ascii")

    with SiteLock(store) as lock:
        assert lock.path.read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_a_holder_that_did_not_say_its_pid_is_told_as_another_process(store: Path) -> None:
    with SiteLock(store) as lock:
        lock.path.write_text("", encoding="ascii")

        with pytest.raises(LockedError, match="another process is working on this site"), SiteLock(store):
            pass


def test_a_lock_file_removed_while_it_was_held_is_made_anew(store: Path) -> None:
    with SiteLock(store) as lock:
        lock.path.unlink()

        with SiteLock(store) as second:
            assert second.path.exists()


def test_a_lock_file_removed_between_opening_and_locking_locks_nothing(store: Path) -> None:
    lock = SiteLock(store)
    store.parent.mkdir()
    handle = os.open(lock.path, os.O_CREAT | os.O_RDWR)
    try:
        before = lock._is_current(handle)
        lock.path.unlink()

        assert (before, lock._is_current(handle)) == (True, False)
    finally:
        os.close(handle)


def test_a_removed_lock_file_of_another_is_no_name(store: Path) -> None:
    assert "another process" in SiteLock(store)._who()


def test_the_lock_is_not_handed_to_programs_started_meanwhile(store: Path) -> None:
    with SiteLock(store) as lock:
        assert lock._handle is not None
        assert not os.get_inheritable(lock._handle)


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").touch()

    with pytest.raises(StoreError, match="cannot be locked"), SiteLock(tmp_path / "var" / "aggregator.db"):
        pass


def test_a_lock_file_that_cannot_hold_a_pid_is_told(store: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(StoreError, match=r"cannot be locked: .* raise the limit"), SiteLock(store):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with SiteLock(store):  # the failure left nothing locked
        pass


def test_a_lock_file_without_end_is_not_read_to_its_end(store: Path) -> None:
    store.parent.mkdir()
    lock = store.with_name("aggregator.db.lock")
    with lock.open("wb") as file:
        file.truncate(1 << 42)

    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="another process is working on this site"), SiteLock(store):
            pass


def test_a_link_in_the_place_of_the_lock_is_refused_and_what_it_leads_to_stays(store: Path) -> None:
    store.parent.mkdir()
    precious = store.with_name("precious")
    precious.write_text("123\n")
    store.with_name("aggregator.db.lock").symlink_to(precious)

    with pytest.raises(StoreError, match="cannot be locked: it is a link: remove it"), SiteLock(store):
        pass

    assert holder(store) is None
    assert precious.read_text() == "123\n"


def test_a_pipe_in_the_place_of_the_lock_is_told_and_not_waited_for(store: Path) -> None:
    store.parent.mkdir()
    os.mkfifo(store.with_name("aggregator.db.lock"))

    with pytest.raises(StoreError, match="cannot be locked"), SiteLock(store):
        pass
    assert holder(store) is None
