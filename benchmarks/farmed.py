"""A farm of feeds in a process of its own, for whoever measures what reading them costs."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.feedfarm import Stamp


@dataclass(frozen=True)
class Farmed:
    """A farm that runs in a process of its own."""

    port: int

    def _get(self, path: str, **values: object) -> Any:
        url = f"http://127.0.0.1:{self.port}/{path}?{urlencode(values)}"
        with urllib.request.urlopen(url, timeout=300) as answer:
            return json.load(answer)

    def urls(self) -> list[str]:
        """Where the feeds are."""
        found: list[str] = self._get("list")
        return found

    def warm(self) -> float:
        """Make every document now; returns how many bytes one has, on average."""
        return float(self._get("admin/warm"))

    def reset(self) -> None:
        """As it was before the first request."""
        self._get("admin/reset")

    def publish(self, percent: int) -> int:
        """Add an entry to so many of 100 feeds; returns to how many."""
        return int(self._get("admin/publish", percent=percent))

    def behave(self, *, conditional: bool, stamp: Stamp) -> None:
        """Answer 304 or never; differ in this with every answer."""
        self._get("admin/behave", conditional=conditional, stamp=stamp)

    def answers(self) -> dict[str, int]:
        """How often each status was answered since this was last asked."""
        found: dict[str, int] = self._get("admin/answers")
        return found


@contextmanager
def farmed(feeds: int, hosts: int, *, tiny: bool = False) -> Iterator[Farmed]:
    """A farm while the block runs."""
    command = [sys.executable, "-m", "benchmarks.feedfarm", "--feeds", str(feeds), "--hosts", str(hosts)]
    command += ["--tiny"] * tiny
    # It ends with its standard input, which is closed at the end of the block.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Farmed(int(process.stdout.readline()))
