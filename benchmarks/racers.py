"""Who takes part in a race, and the two of them that are here: this program and a prototype."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent
CATEGORIES = 20
"""Into which our sources are spread."""


@dataclass(frozen=True)
class Racer(ABC):
    """One that reads feeds: with its state in a folder, so many requests at once."""

    folder: Path
    urls: Sequence[str]
    connections: int

    name: ClassVar[str]
    note: ClassVar[str]
    """How it is run, and what it does and does not."""
    install: ClassVar[str] = ""
    environment: ClassVar[Mapping[str, str]] = {}

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """What is measured; empty: it is not installed."""

    @abstractmethod
    def prepare(self) -> None:
        """Subscribe to the feeds, in an empty folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """The refresh, to be run in the folder."""

    @abstractmethod
    def items(self) -> int:
        """How many it holds."""

    def count(self, database: str, query: str) -> int:
        """The one number that a query gives."""
        with closing(sqlite3.connect(self.folder / database)) as connection:
            return int(connection.execute(query).fetchone()[0])


def said(*command: str) -> str:
    """The first line of what a program says; empty where there is none such."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return next(iter(done.stdout.splitlines()), "").strip()


def package(name: str) -> str:
    """An installed package with its version; empty where there is none such."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


class Ours(Racer):
    """This program."""

    name = "ours"
    note = (
        f"`aggregator refresh --force`, {CATEGORIES} categories, `host_delay: 0s`; cleans, keeps revisions"
        " and raw forms, waits for the disk (`synchronous=FULL`), and writes Atom, JSON Feed and pages"
    )

    @classmethod
    def version(cls) -> str:
        """With the commit, and whether there is more than it."""
        commit = said("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
        more = said("git", "-C", str(ROOT), "status", "--porcelain", "--", "aggregator")
        return f"aggregator {version('aggregator')} ({commit}{' with changes' if more else ''})"

    def prepare(self) -> None:
        """Write a configuration."""
        connections = self.connections
        lines = [
            "site: {url: 'https://race.example/'}",
            "fetch:",
            f"  {{allow_private: [127.0.0.0/8], per_host: 4, host_delay: 0s, concurrency: {connections}}}",
            "sources:",
        ]
        lines += [
            f"  - {{id: f{number}, type: feed, url: '{url}', category: c{number % CATEGORIES}}}"
            for number, url in enumerate(self.urls)
        ]
        (self.folder / "aggregator.yaml").write_text("\n".join(lines) + "\n")

    def command(self) -> list[str]:
        """By the interpreter that runs this."""
        return [sys.executable, "-m", "aggregator", "-c", "aggregator.yaml", "refresh", "--force", "--json"]

    def items(self) -> int:
        """From its store."""
        return self.count("var/aggregator.db", "select count(*) from items")


class Prototype(Racer):
    """The floor: see :mod:`benchmarks.prototype`."""

    name = "prototype"
    note = (
        "`benchmarks/prototype.py`: a floor, not a design; cleans, but knows no encodings, no broken"
        " documents, no retries, no politeness, no revisions and no outputs, and does not wait for the disk"
    )

    @classmethod
    def version(cls) -> str:
        """Of what it is made from."""
        return ", ".join(map(package, ("aiohttp", "lxml", "nh3")))

    def prepare(self) -> None:
        """Write a list."""
        (self.folder / "urls.json").write_text(json.dumps(self.urls))

    def command(self) -> list[str]:
        """By the interpreter that runs this."""
        module = [sys.executable, str(ROOT / "benchmarks" / "prototype.py")]
        return [*module, "prototype.db", "urls.json", "--connections", str(self.connections)]

    def items(self) -> int:
        """From its database."""
        return self.count("prototype.db", "select count(*) from items")
