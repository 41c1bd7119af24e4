"""What a command costs: wall clock, processor and memory, those of its children included. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.processes import PROC, family

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOK = 0.05
"""Seconds between two looks at memory."""


@dataclass(frozen=True)
class Cost:
    """Of one process with all that come from it. ``code``: its exit code; negative: a signal's number."""

    wall: float
    """Seconds."""
    processor: float
    """Seconds, of the user and of the system."""
    peak: float
    """MiB of resident memory; pages that processes share count for each."""
    code: int


def run(
    command: Sequence[str],
    *,
    out: Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    patience: float = 3600,
) -> Cost:
    """Run a command in a folder; what it says goes to a file. It is killed after so many seconds."""
    peak, ended = [0.0], threading.Event()
    began = time.perf_counter()
    with out.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def watch() -> None:
        while not ended.is_set():
            peak[0] = max(peak[0], memory(process.pid))
            ended.wait(LOOK)
            if time.perf_counter() - began > patience:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    ended.set()
    watching.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        wall=wall,
        processor=usage.ru_utime + usage.ru_stime,
        peak=peak[0],
        code=process.returncode,
    )


def memory(pid: int) -> float:
    """MiB that a process and its children have now, or that it had itself at its peak, if that is more.

    What the system says of one that has ended is of no use: it counts what the caller had when it began.
    """
    now, peak = 0, 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            said = (PROC / str(each) / "status").read_text()
            sizes = {line.partition(":")[0]: line.split()[1:2] for line in said.splitlines()}
            now += int(sizes.get("VmRSS", ["0"])[0])
            peak = peak if each != pid else int(sizes.get("VmHWM", ["0"])[0])
    return max(now, peak) / 1024


@dataclass(frozen=True)
class Spread:
    """The middle of several figures, with the lowest and the highest."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Of these, of which there is at least one."""
        return cls(statistics.median(figures), min(figures), max(figures))

    def told(self, digits: int = 2) -> str:
        """As tables have it; the spread only where there is one."""
        text = f"{self.median:,.{digits}f}"
        lowest, highest = (f"{each:,.{digits}f}" for each in (self.lowest, self.highest))
        return text if lowest == highest else f"{text} ({lowest}–{highest})"
