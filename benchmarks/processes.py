"""What a process and its children take: memory, files, threads, connections. From /proc, so Linux only."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROC = Path("/proc")
_ESTABLISHED, _ASKING = "01", "02"


@dataclass(frozen=True)
class Usage:
    """At one moment. ``memory``: MiB, with shared pages counted once."""

    memory: float
    files: int
    threads: int
    processes: int

    def __str__(self) -> str:
        counts = f"{self.files:4} files  {self.threads:3} threads  {self.processes} processes"
        return f"{self.memory:6.1f} MiB  {counts}"


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for task in (PROC / str(each) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def usage(pids: Iterable[int]) -> Usage:
    """What they take together; one that has just ended takes nothing."""
    memory = files = threads = processes = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            rolled = (PROC / str(pid) / "smaps_rollup").read_text()
            memory += next(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))
            files += sum(1 for _ in (PROC / str(pid) / "fd").iterdir())
            threads += sum(1 for _ in (PROC / str(pid) / "task").iterdir())
            processes += 1
    return Usage(memory / 1024, files, threads, processes)


def connections(pids: Iterable[int], port: int) -> dict[str, set[str]]:
    """Their connections to each address at a port, open or being opened.

    The list is no snapshot: one that closes while it is read may stand beside its successor. What is in two
    lists, read one after the other, was there at once.
    """
    own = set(_sockets(pids))
    found: dict[str, set[str]] = defaultdict(set)
    for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        address, _, number = fields[2].partition(":")
        if int(number, 16) == port and fields[3] in (_ESTABLISHED, _ASKING) and fields[9] in own:
            found[socket.inet_ntoa(struct.pack("=I", int(address, 16)))].add(fields[9])
    return found


def _sockets(pids: Iterable[int]) -> Iterator[str]:
    for pid in pids:
        with contextlib.suppress(OSError):
            for file in (PROC / str(pid) / "fd").iterdir():
                with contextlib.suppress(OSError):
                    name = str(file.readlink())
                    if name.startswith("socket:["):
                        yield name[8:-1]
