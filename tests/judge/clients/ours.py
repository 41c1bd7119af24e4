"""This program, as its users run it: the daemon, and the one-off command in a loop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.judge.clients.contract import Feed
    from tests.judge.rule import Pace

PROJECT = Path(__file__).parents[3]
DRAINS = 15.0
"""Seconds within which a daemon that is told to stop has stopped."""


@dataclass
class Site:
    """A site folder whose sources are a rule's feeds, and commands run in it."""

    folder: Path
    pace: Pace
    environ: dict[str, str] = field(default_factory=dict)

    def configure(self, feeds: Sequence[Feed], **more: object) -> None:
        """Write the configuration. Headers go by way of the environment, as secrets should."""
        sources: list[dict[str, object]] = []
        hosts: dict[str, object] = {}
        beat = seconds(self.pace.beat)
        for feed in feeds:
            headers = {}
            for number, (name, value) in enumerate(feed.headers.items()):
                variable = f"JUDGE_{feed.id.upper().replace('-', '_')}_{number}"
                self.environ[variable] = value
                headers[name] = f"${{{variable}}}"
            source: dict[str, object] = {"id": feed.id, "type": "feed", "url": feed.url, "title": feed.id}
            source |= {"headers": headers} if headers else {}
            source |= {} if feed.adapting else {"interval": beat}
            sources.append(source)
            if feed.delay:
                hosts[feed.host] = {"host_delay": seconds(feed.delay)}
        configuration: dict[str, Any] = {
            "site": {"url": "https://judge.example/", "timezone": "Asia/Shanghai"},
            "fetch": {
                "timeout": seconds(self.pace.timeout), "host_delay": "0s", "max_bytes": self.pace.max_bytes,
                "allow_private": ["127.0.0.0/8"], "hosts": hosts,
            },
            "schedule": {
                "interval": beat, "min": beat, "max": seconds(self.pace.cap),
                "jitter": "0%", "adaptive": True,
            },
            "server": {"listen": f"127.0.0.1:{_free_port()}"},
            "output": {"entries": 10_000, "max_entries": 10_000, "window": "0s"},
            "sources": sources,
        }  # fmt: skip
        for key, part in more.items():
            configuration[key] = configuration.get(key, {}) | part if isinstance(part, dict) else part
        self.folder.mkdir(exist_ok=True)
        (self.folder / "aggregator.yaml").write_text(json.dumps(configuration))

    def start(self, *arguments: str, log: str = "log") -> subprocess.Popen[bytes]:
        """Start a command; what it says is appended to a log, its result written to ``out``."""
        environ = os.environ | {"PYTHONPATH": str(PROJECT), "TZ": "Asia/Shanghai"} | self.environ
        environ |= {"AGGREGATOR_CONFIG": "aggregator.yaml"}
        with (self.folder / "out").open("wb") as out, (self.folder / log).open("ab") as err:
            command = [sys.executable, "-m", "aggregator", *arguments]
            return subprocess.Popen(command, cwd=self.folder, env=environ, stdout=out, stderr=err)

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that runs; at the end it is killed if it still does."""
        process = self.start("daemon")
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run a command that prints JSON."""
        code = self.start(*arguments, "--json").wait(120)
        said = (self.folder / "out").read_text()
        assert said, f"exit {code}: {self.said()}"
        result: dict[str, Any] = json.loads(said)
        return result

    def said(self) -> str:
        """The end of the log."""
        log = self.folder / "log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""

    def titles(self) -> dict[str, frozenset[str]]:
        """The titles of what the store holds, by source."""
        found: dict[str, set[str]] = {}
        for item in self.run("list", "items", "--limit", "100000")["items"]:
            found.setdefault(item["source"], set()).add(item["title"])
        return {source: frozenset(titles) for source, titles in found.items()}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def seconds(value: float) -> str:
    """A duration as the configuration writes it."""
    return f"{value:g}s" if value >= 1 else f"{round(value * 1000)}ms"


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask a daemon to stop; its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(DRAINS)


@dataclass
class Daemon:
    """``aggregator daemon``."""

    name: str = "aggregator daemon"
    offers: frozenset[str] = frozenset({"headers", "adapting", "titles"})
    code: int | None = None

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Configure the site."""
        self.site = Site(folder / "site", pace)
        self.site.configure(feeds)
        self.pace = pace

    def run(self) -> None:
        """Run it for as long as the pace says, and stop it."""
        with self.site.daemon() as process:
            try:
                process.wait(self.pace.beats * self.pace.beat)
            except subprocess.TimeoutExpired:
                self.code = stop(process)
            else:
                raise AssertionError(f"the daemon stopped by itself: {self.site.said()}")

    def titles(self) -> Mapping[str, frozenset[str]]:
        """What the store holds."""
        return self.site.titles()


@dataclass
class Refresh:
    """``aggregator refresh`` again and again, as cron would."""

    name: str = "aggregator refresh"
    offers: frozenset[str] = frozenset({"headers", "adapting", "titles"})

    def subscribe(self, folder: Path, feeds: Sequence[Feed], pace: Pace) -> None:
        """Configure the site."""
        self.site = Site(folder / "site", pace)
        self.site.configure(feeds)
        self.pace = pace

    def run(self) -> None:
        """Start it at every beat; one that takes longer delays the next."""

        def once() -> None:
            code = self.site.start("-q", "refresh", "--fail-on", "never").wait(120)
            assert code == 0, f"exit {code}: {self.site.said()}"

        every(self.pace.beat, self.pace.beats, once)

    def titles(self) -> Mapping[str, frozenset[str]]:
        """What the store holds."""
        return self.site.titles()


def every(beat: float, beats: int, work: Callable[[], object]) -> None:
    """Do something at every beat, for so many; what takes longer delays the next."""
    idle, start = threading.Event(), time.monotonic()
    for number in range(beats):
        idle.wait(max(0.0, start + number * beat - time.monotonic()))
        if time.monotonic() - start > beats * beat:
            return
        work()
