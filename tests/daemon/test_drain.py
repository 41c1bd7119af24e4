"""Whatever a daemon dies at, or is refused, while it ends: nothing that it had read is lost."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import need
from tests.crashes import CALLS, outputs, sound, touching
from tests.daemon.process import PATIENCE, Daemon
from tests.test_crash import points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crashes import Call
    from tests.daemon.conftest import Terminal
    from tests.daemon.process import Site

POSTS = {"id": "posts", "type": "jekyll", "path": "seeds"}
CATEGORIES = "abcd"


def traced(daemon: Daemon, *arguments: str) -> subprocess.Popen[bytes]:
    """Trace it from now on."""
    pid = daemon.process.pid
    tracer = subprocess.Popen(
        [need("strace"), "-f", "-qq", *arguments, "-p", str(pid)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE
    while "TracerPid:\t0" in Path(f"/proc/{pid}/status").read_text():
        assert tracer.poll() is None, "strace cannot attach"
        assert time.monotonic() < deadline, "strace does not attach"
        time.sleep(0.005)
    return tracer


def drain(site: Site, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    """Have it read posts that are new, and end: its exit code, and what it told."""
    site.configure(POSTS, schedule={"watch": "poll"})
    site.post("old")
    with site.start() as daemon:
        daemon.publishes(lambda: "Title old" in site.feed())
        tracer = traced(daemon, *arguments)
        try:
            for category in CATEGORIES:
                site.post(f"new-{category}", category=category)
            daemon.send(signal.SIGUSR1)
            daemon.send(signal.SIGTERM)
            code = daemon.process.wait(PATIENCE)
        finally:
            tracer.terminate()
            tracer.wait()
        return code, daemon.hear_all()


def calls_of(site: Site) -> Sequence[Call]:
    log = site.root.parent / "trace"
    code, _ = drain(site, "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(log))
    assert code == 0
    return touching(log.read_text(errors="replace"), site.root)


def test_a_drain_that_is_disturbed_loses_nothing(site: Site, run: Terminal) -> None:
    found = calls_of(site)
    assert run("refresh").code == 0
    expected = outputs(site.root)
    assert sum("Title new" in site.feed(f"category/{each}.xml") for each in CATEGORIES) == len(CATEGORIES)
    disturbed = 0

    # Its threads write to pipes and open modules too, in no fixed order: those calls are other jobs' to try.
    for call, fault in points(each for each in found if each.name not in ("write", "openat")):
        for folder in ("var", "feeds", "seeds"):
            for path in sorted((site.root / folder).rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        inject = f"inject={call.name}:{fault}:when={call.nth}"
        code, told = drain(site, "-o", "/dev/null", "-e", f"trace={call.name}", "-e", inject)
        disturbed += code != 0 or any(each.get("level") in ("warning", "error") for each in told)
        what = f"{fault} at {call.line}: exit {code}\n{told}"
        assert code in ((0, 1) if fault.startswith("error") else (0, -signal.SIGKILL)), what
        assert not any(each.get("exception") for each in told), what
        assert sound(site.root) == "", what
        assert run("refresh").code == 0, what
        assert outputs(site.root) == expected, what
        assert run("db", "check").code == 0, what

    assert disturbed > 0
