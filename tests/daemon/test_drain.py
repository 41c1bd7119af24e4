"""Whatever a daemon dies at, or is refused, while it ends: nothing that it had read is lost."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.crashes import injecting, listing, outputs, sound, touching, traced
from tests.daemon.process import PATIENCE
from tests.test_crash import points, shards, try_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.crashes import Call
    from tests.daemon.conftest import Terminal
    from tests.daemon.process import Site

POSTS = {"id": "posts", "type": "jekyll", "path": "seeds"}
CATEGORIES = "abcd"


def drain(site: Site, tracer: Sequence[str]) -> tuple[int, list[dict[str, object]]]:
    """Have it read posts that are new, and end: its exit code, and what it told."""
    site.configure(POSTS, schedule={"watch": "poll"})
    site.post("old")
    with site.start() as daemon:
        daemon.publishes(lambda: "Title old" in site.feed())
        with traced(daemon.process.pid, *tracer):
            for category in CATEGORIES:
                site.post(f"new-{category}", category=category)
            daemon.send(signal.SIGUSR1)
            daemon.send(signal.SIGTERM)
            code = daemon.process.wait(PATIENCE)
        return code, daemon.hear_all()


def calls_of(site: Site) -> Sequence[Call]:
    log = site.root.parent / "trace"
    code, _ = drain(site, listing(log))
    assert code == 0
    return touching(log.read_text(errors="replace"), site.root)


@shards
def test_a_drain_that_is_disturbed_loses_nothing(site: Site, run: Terminal, shard: int) -> None:
    # Its threads write to pipes and open modules too, in no fixed order: those calls are other jobs' to try.
    found = [call for call in calls_of(site) if call.name not in ("write", "openat")]
    assert run("refresh").code == 0
    expected = outputs(site.root)
    assert sum("Title new" in site.feed(f"category/{each}.xml") for each in CATEGORIES) == len(CATEGORIES)

    def attempt(call: Call, fault: str) -> bool:
        for folder in ("var", "feeds", "seeds"):
            for path in sorted((site.root / folder).rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        code, told = drain(site, injecting(call, fault))
        what = f"{fault} at {call.line}: exit {code}\n{told}"
        assert code in ((0, 1) if fault.startswith("error") else (0, -signal.SIGKILL)), what
        assert not any(each.get("exception") for each in told), what
        assert sound(site.root) == "", what
        assert run("refresh").code == 0, what
        assert outputs(site.root) == expected, what
        assert run("db", "check").code == 0, what
        return code != 0 or any(each.get("level") in ("warning", "error") for each in told)

    try_each(points(found, shard), attempt)
