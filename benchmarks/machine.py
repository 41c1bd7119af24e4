"""On what something was measured, and where the figures are written."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path


def machine(folder: Path) -> str:
    """The machine in one line; ``folder``: on whose disk the measured kept their state."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}, {_disk(folder)};"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {datetime.now(UTC):%Y-%m-%d},"
        f" load {load:.1f} at the end"
    )


def _disk(folder: Path) -> str:
    """The kind of the file system that a folder is on."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    held = [(place, kind) for place, kind in mounts if folder.resolve().is_relative_to(place)]
    return max(held, key=lambda mount: len(mount[0]))[1]


def write_section(page: Path, name: str, text: str) -> None:
    """Replace what a page has between ``<!-- begin: name -->`` and ``<!-- end: name -->``."""
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{page}: no section between {begin} and {end}")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """In Markdown; all but the first column are figures."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
