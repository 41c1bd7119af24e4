"""A daemon as a process of its own, in a site folder, and what it tells, line by line."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds until a test gives up on something that takes a fraction of one where nothing else runs."""

POST = """\
---
title: "{title}"
date: 2022-01-12 15:23:02 +0800
categories: {category}
---
<p>{body}</p>
"""

HEAD = {
    "site": {"title": "Site", "url": "https://site.example/"},
    "fetch": {"allow_private": ["127.0.0.0/8"], "host_delay": "0s"},
    "schedule": {"min": "1s", "jitter": "0%"},
}


def environment(**more: str) -> dict[str, str]:
    """Nothing of whoever runs the tests reaches a daemon's decisions."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NOTIFY", "WATCHDOG"))}
    return kept | {"PYTHONPATH": str(PROJECT), "AGGREGATOR_CONFIG": "aggregator.yaml"} | more


@dataclass
class Site:
    """A site folder."""

    root: Path

    def configure(self, *sources: dict[str, Any], **sections: Any) -> None:
        """Write the configuration."""
        lines = [f"{name}: {json.dumps(about)}" for name, about in {**HEAD, **sections}.items()]
        lines += ["sources:", *(f"  - {json.dumps(source)}" for source in sources)]
        text = "\n".join(lines) + "\n"
        path = self.root / "aggregator.yaml"
        path.with_name(".new").write_text(text)
        path.with_name(".new").replace(path)

    def post(self, name: str, body: str = "body", title: str = "", category: str = "macro") -> Path:
        """Write a post."""
        path = self.root / "seeds" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(POST.format(title=title or f"Title {name}", body=body, category=category))
        return path

    def feed(self, path: str = "all.xml") -> str:
        """An output; empty where there is none."""
        file = self.root / "feeds" / path
        return file.read_text() if file.exists() else ""

    def start(self, *arguments: str, serves: bool = False, **environ: str) -> Daemon:
        """A daemon; it is at work when this returns. It ``serves`` only where the test has a port for it."""
        arguments = arguments if serves else ("--no-serve", *arguments)
        daemon = Daemon(self, environment(**environ), arguments)
        daemon.wait_for("ready")
        return daemon


@dataclass
class Daemon:
    """One process; to be entered, or it outlives the test."""

    site: Site
    environ: dict[str, str]
    arguments: tuple[str, ...] = ()
    told: list[dict[str, Any]] = field(default_factory=list)
    """Everything that it logged."""

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "aggregator", "daemon", "--log-format", "json", *self.arguments]
        self.process = subprocess.Popen(
            command, cwd=self.site.root, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._seen: set[int] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put(None)

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first line that tells this, told since :meth:`forget` and not waited for before."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for place, line in enumerate(self.told):
                if place not in self._seen and line.get("event") == event and fields.items() <= line.items():
                    self._seen.add(place)
                    return line
            self._hear(deadline, f"{event} {fields}")

    def publishes(self, condition: Callable[[], bool]) -> None:
        """Wait until something is published that makes this true."""
        while not condition():
            self.wait_for("published")

    def forget(self) -> None:
        """Nothing that was told until now is waited for any more."""
        self._seen.update(range(len(self.hear_all())))

    def _hear(self, deadline: float, what: str) -> None:
        try:
            line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
        except queue.Empty:
            line = None
        assert line is not None, f"never told: {what}; told were {self.told}"
        self._understand(line)

    def hear_all(self) -> list[dict[str, Any]]:
        """Everything that was told until now; after the end, everything."""
        while True:
            try:
                line = self._lines.get(timeout=5 if self.process.poll() is not None else 0.01)
            except queue.Empty:
                return self.told
            if line is None:
                return self.told
            self._understand(line)

    def _understand(self, line: bytes) -> None:
        """Take a line of the log; what is none, such as a traceback, is told with all that follows."""
        try:
            self.told.append(json.loads(line))
        except ValueError as error:
            with suppress(queue.Empty):
                while (more := self._lines.get(timeout=1)) is not None:
                    line += more
            message = f"is no line of a log: {line.decode(errors='replace')}"
            raise AssertionError(message) from error

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and how many seconds it took to end."""
        began = time.monotonic()
        self.send(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - began
