"""Whatever system call a refresh dies at, or is refused, the next one ends where an undisturbed one ends."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import POST
from tests.conftest import need

POINTS = int(os.environ.get("AGGREGATOR_CRASH_POINTS", "5"))
"""How many system calls each test tries; a run by hand may well ask for a thousand."""
CALLS = (
    "openat,write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir,mkdirat"
)
RUNNER = [sys.executable, str(Path(__file__).with_name("crash_runner.py"))]
CONFIGURATION = """\
site: {title: Test site, url: "https://feeds.example/"}
sources: [{id: posts, type: jekyll, path: seeds}]
"""


class Call(NamedTuple):
    """A system call of a run: its name, which one of that name, and the line that shows it."""

    name: str
    nth: int
    line: str


def write_post(site: Path, name: str, number: int, category: str, body: str = "body") -> None:
    date = f"2022-01-{number:02d} 15:23:02 +0800"
    about = {"title": f"Title {number}", "date": date, "category": category, "tag": category, "body": body}
    (site / "seeds" / name).write_text(POST.format(code=f"2022011222452644{number:02d}", **about), "utf-8")


def a_fresh_site(site: Path) -> None:
    (site / "config").mkdir(parents=True)
    (site / "seeds").mkdir()
    (site / "config" / "aggregator.yaml").write_text(CONFIGURATION)
    for number in range(1, 6):
        write_post(site, f"{number}.md", number, f"category-{number % 2}")


def a_site_with_changes(site: Path) -> None:
    """Something new, edited, moved and deleted since the last refresh."""
    a_fresh_site(site)
    assert run(site).returncode == 0
    write_post(site, "6.md", 6, "category-new")
    write_post(site, "1.md", 1, "category-1", "edited")
    (site / "seeds" / "2.md").rename(site / "seeds" / "renamed.md")
    (site / "seeds" / "3.md").unlink()


def run(site: Path, *before: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environ |= {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*before, *RUNNER], cwd=site, env=environ, capture_output=True, text=True, check=False, timeout=120
    )


def outputs(site: Path) -> dict[str, bytes]:
    feeds = site / "feeds"
    found = {path.relative_to(feeds).as_posix(): path for path in feeds.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".aggregator.json"}


def calls(site: Path) -> list[Call]:
    """The calls of a refresh that touch the site, some of each kind on each kind of file first."""
    log = site.parent / "trace"
    run(site, need("strace"), "-f", "-y", "-qq", "-s", "0", "-e", f"trace={CALLS}", "-o", str(log))
    counts: dict[str, int] = {}
    kinds: dict[tuple[str, str], list[Call]] = {}
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(?:\d+\s+)?(\w+)\(", line)
        if not found:
            continue
        name = found[1]
        counts[name] = counts.get(name, 0) + 1
        reads = name == "openat" and not re.search(r"O_(CREAT|WRONLY|RDWR|TRUNC)", line)
        if str(site) in line and not reads:
            ending = (re.findall(r"\.([\w-]+)[>\"]", line) or [""])[-1]
            kinds.setdefault((name, ending), []).append(Call(name, counts[name], line))
    shuffle = random.Random(1).shuffle  # noqa: S311 - a sample, not a secret
    for of_kind in kinds.values():
        shuffle(of_kind)
    turns = list(itertools.chain.from_iterable(itertools.zip_longest(*kinds.values())))
    return [call for call in turns if call is not None][:POINTS]


def sound(site: Path) -> str:
    """What is wrong with the store and the outputs; empty if nothing."""
    store = site / "var" / "aggregator.db"
    if store.exists() and store.stat().st_size:
        connection = sqlite3.connect(store)
        (found,) = connection.execute("pragma integrity_check").fetchone()
        broken = connection.execute("pragma foreign_key_check").fetchone()
        connection.close()
        if found != "ok" or broken:
            return f"store: {found} {broken}"
    endings = {".xml": b"</feed>\n", ".html": b"</html>\n", ".json": b"}\n", ".opml": b"</opml>\n"}
    for name, body in outputs(site).items():
        ending = endings.get(Path(name).suffix)
        if not name.split("/")[-1].startswith(".tmp") and ending and not body.endswith(ending):
            return f"{name} is half-written"
    return ""


@pytest.mark.parametrize("make", [a_fresh_site, a_site_with_changes])
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO"])
def test_a_refresh_that_is_disturbed_ends_as_an_undisturbed_one(
    tmp_path: Path, make: object, fault: str
) -> None:
    assert callable(make)
    need("strace")
    template, undisturbed = tmp_path / "template", tmp_path / "undisturbed"
    make(template)
    shutil.copytree(template, undisturbed)
    assert run(undisturbed).returncode == 0
    expected = outputs(undisturbed)
    traced = tmp_path / "traced"
    shutil.copytree(template, traced)
    disturbed = 0

    for call in calls(traced):
        site = tmp_path / "site"
        shutil.copytree(template, site)
        inject = ("-e", f"trace={call.name}", "-e", f"inject={call.name}:{fault}:when={call.nth}")
        broken = run(site, need("strace"), "-f", "-qq", "-o", "/dev/null", *inject)
        disturbed += broken.returncode != 0
        assert "Traceback" not in broken.stderr, f"{call.line}\n{broken.stderr}"
        assert sound(site) == "", call.line
        healed = run(site)
        assert healed.returncode == 0, f"{call.line}\n{healed.stderr}"
        assert outputs(site) == expected, call.line
        shutil.rmtree(site)

    assert disturbed > 0
