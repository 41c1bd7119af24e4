"""``aggregator serve`` as a process of its own, which a test asks over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path


@dataclass
class Serving:
    """A running server."""

    process: subprocess.Popen[str]
    first_line: str

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return self.first_line.split(" at ")[1].strip().removesuffix("/")

    def get(self, target: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=20)
        connection.request(
            "GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code, and what it wrote to stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@contextmanager
def serving(site: Path, *options: str) -> Iterator[Serving]:
    """Serve this site on a free port of loopback."""
    options = options or ("--listen", "127.0.0.1:0")
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "serve", *options],
        cwd=site,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield Serving(process, process.stdout.readline())
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)
