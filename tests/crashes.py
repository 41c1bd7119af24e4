"""Sites to disturb, the system calls of what is done to them, and what must hold afterwards."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET  # reads only what this program wrote
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator.store import backup
from aggregator.store.connection import connect
from aggregator.store.migrating import migrate, migrations
from tests.builders import NOW
from tests.cli.conftest import POST
from tests.conftest import need
from tests.crash_runner import PATIENCE, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CALLS = (
    "openat,write,pwrite64,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir,mkdirat"
)
PROJECT = Path(__file__).parent.parent
RUNNER = [sys.executable, str(Path(__file__).with_name("crash_runner.py"))]
CONFIGURATION = """\
site: {title: Test site, url: "https://feeds.example/"}
sources: [{id: posts, type: jekyll, path: seeds}]
"""
RSS = """<rss version="2.0"><channel><title>Feed NUMBER</title><link>http://NUMBER.example/</link>
<item><title>A NUMBER</title><link>http://NUMBER.example/a</link><guid>http://NUMBER.example/a</guid>
<pubDate>Sun, 15 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>B NUMBER</title><link>http://NUMBER.example/b</link><guid>http://NUMBER.example/b</guid>
<pubDate>Mon, 16 Nov 2026 10:00:0NUMBER GMT</pubDate></item></channel></rss>"""
FEEDS = 6


class Call(NamedTuple):
    """A system call of a run: its name, which one of that name, and the line that shows it."""

    name: str
    nth: int
    line: str


# ── sites ─────────────────────────────────────────────────────────────────────────────────────────────────


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


def a_refreshed_site(site: Path) -> None:
    a_fresh_site(site)
    assert run(site).returncode == 0


def a_site_with_changes(site: Path) -> None:
    """Something new, edited, moved and deleted since the last refresh."""
    a_refreshed_site(site)
    write_post(site, "6.md", 6, "category-new")
    write_post(site, "1.md", 1, "category-1", "edited")
    (site / "seeds" / "2.md").rename(site / "seeds" / "renamed.md")
    (site / "seeds" / "3.md").unlink()


def a_site_of_an_older_program(site: Path) -> None:
    """The same, with the store as an older version of the program left it."""
    a_site_with_changes(site)
    store = site / "var" / "aggregator.db"
    as_of_version(store, 6)
    assert sound(site) == ""


def a_site_to_write_anew(site: Path) -> None:
    """Its title is another one now, so every output is."""
    a_refreshed_site(site)
    text = CONFIGURATION.replace("Test site", "Another title")
    (site / "config" / "aggregator.yaml").write_text(text)


def a_site_that_lost_its_store(site: Path) -> None:
    a_refreshed_site(site)
    (site / "var" / "aggregator.db").write_bytes(b"lost" * 5000)


def a_site_to_restore(site: Path) -> None:
    """With a backup, and a store that knows more, the last of it in its log alone, as a crash leaves it."""
    a_refreshed_site(site)
    store = site / "var" / "aggregator.db"
    backup(store, site / "backup.db")
    files = [store.with_name(store.name + ending) for ending in ("", "-wal")]
    with closing(sqlite3.connect(store)) as raw:
        raw.execute("pragma wal_autocheckpoint = 0")
        raw.execute("insert into meta (key, value) values ('since', 'the backup')")
        raw.commit()
        bodies = [each.read_bytes() for each in files]
    for path, body in zip(files, bodies, strict=True):
        path.write_bytes(body)


def as_of_version(store: Path, version: int) -> None:
    """Make a store what it was at that version of its schema."""
    older = store.with_name("older.db")
    older.touch(0o600)
    connection = connect(older)
    migrate(connection, NOW, files=migrations()[:version])
    connection.close()
    with closing(sqlite3.connect(older)) as raw, raw:
        raw.execute("attach ? as newer", (str(store),))
        named = "select name from {} where type = 'table' and name not like 'sqlite_%'"
        tables = [name for (name,) in raw.execute(named.format("main.sqlite_master"))]
        # Counts are kept by triggers on members, so outputs come last.
        for table in sorted(tables, key=lambda name: name == "outputs"):
            columns = ", ".join(f'"{row[1]}"' for row in raw.execute(f"pragma main.table_info({table})"))
            raw.execute(f"delete from main.{table}")  # noqa: S608 - names of our own schema
            raw.execute(f"insert into main.{table} ({columns}) select {columns} from newer.{table}")  # noqa: S608
    older.replace(store)
    for ending in ("-wal", "-shm"):
        store.with_name(store.name + ending).unlink(missing_ok=True)


# ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────


def environment() -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return environ | {"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}


class Ran(NamedTuple):
    """How a job ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@cache
def server() -> subprocess.Popen[str]:
    """Where jobs are done; it ends with us."""
    pipe = subprocess.PIPE
    return subprocess.Popen(RUNNER, stdin=pipe, stdout=pipe, text=True, bufsize=1, env=environment())


def run(site: Path, *tracer: str, job: str = "refresh", later: int = 0) -> Ran:
    """Do a job in a process of its own, with a tracer that is there from its beginning."""
    orders, answers = server().stdin, server().stdout
    assert orders is not None
    assert answers is not None
    orders.write(json.dumps([str(site), job, str(later)]) + "\n")
    child = int(answers.readline())
    with traced(child, *tracer) if tracer else nullcontext():
        orders.write("\n")
        code = int(answers.readline())
    outputs = [said(site, output) for output in ("stdout", "stderr")]
    ran = Ran(code, *(path.read_text() for path in outputs))
    for path in outputs:
        path.unlink()
    return ran


@contextmanager
def traced(process: int, *tracer: str) -> Iterator[None]:
    """Have a process and its children traced, from now on and until they end."""
    with subprocess.Popen([*tracer, "-p", str(process)], stderr=subprocess.PIPE, text=True) as tracing:
        assert tracing.stderr is not None
        first = tracing.stderr.readline()
        assert "attached" in first, first
        try:
            yield
            tracing.communicate(timeout=PATIENCE)
        finally:
            tracing.terminate()


def strace(*options: str) -> list[str]:
    return [need("strace"), "-f", *options]


def injecting(call: Call, fault: str) -> list[str]:
    """A tracer that has this call fail."""
    inject = f"inject={call.name}:{fault}:when={call.nth}"
    return strace("-o", "/dev/null", "-e", f"trace={call.name}", "-e", inject)


def listing(log: Path) -> list[str]:
    """A tracer that writes down what is called."""
    return strace("-y", "-s", "0", "-e", f"trace={CALLS}", "-o", str(log))


def calls(site: Path, job: str = "refresh") -> Sequence[Call]:
    """The calls of a job that touch the site, some of each kind on each kind of file first."""
    log = site.parent / "trace"
    run(site, *listing(log), job=job)
    return touching(log.read_text(errors="replace"), site)


def touching(log: str, site: Path) -> Sequence[Call]:
    counts: dict[tuple[str, str], int] = {}
    kinds: dict[tuple[str, str], list[Call]] = {}
    for line in log.splitlines():
        found = re.match(r"(?:(\d+)\s+)?(\w+)\(", line)
        if not found:
            continue
        process, name = found[1] or "", found[2]
        nth = counts[process, name] = counts.get((process, name), 0) + 1
        reads = name == "openat" and not re.search(r"O_(CREAT|WRONLY|RDWR|TRUNC)", line)
        if str(site) in line and not reads:
            # What is written beside its place has a number, and is of one kind all the same.
            ending = (re.findall(r"\.(tmp|[\w-]+)[\w-]*[>\"]", line) or [""])[-1]
            kinds.setdefault((name, ending), []).append(Call(name, nth, line))
    shuffle = random.Random(51).shuffle  # noqa: S311 - a sample, not a secret
    order = list(kinds.values())
    shuffle(order)  # so that a small sample meets the store and the outputs
    for of_kind in order:
        shuffle(of_kind)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*order))
    return [call for call in turns if call is not None]


# ── what must hold ────────────────────────────────────────────────────────────────────────────────────────


def outputs(site: Path) -> dict[str, bytes]:
    feeds = site / "feeds"
    found = {path.relative_to(feeds).as_posix(): path for path in feeds.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".aggregator.json"}


def half_written(name: str, body: bytes) -> bool:
    """Whether an output is not whole and valid, as far as its form tells."""
    endings = {".xml": b"</feed>\n", ".html": b"</html>\n", ".json": b"}\n", ".opml": b"</opml>\n"}
    ending = endings.get(Path(name).suffix)
    if ending and name.endswith((".xml", ".opml")):
        try:
            ET.fromstring(body)  # noqa: S314 - our own output
        except ET.ParseError:
            return True
    return ending is not None and not body.endswith(ending)


def sound(site: Path) -> str:
    """What is wrong with the store and the outputs; empty if nothing."""
    store = site / "var" / "aggregator.db"
    if store.exists() and store.read_bytes()[:15] == b"SQLite format 3":
        try:
            with closing(sqlite3.connect(store)) as connection:
                (found,) = connection.execute("pragma integrity_check").fetchone()
                broken = connection.execute("pragma foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            return f"store: {error}"
        if found != "ok" or broken:
            return f"store: {found} {broken}"
    for name, body in outputs(site).items():
        if not name.split("/")[-1].startswith(".tmp") and half_written(name, body):
            return f"{name} is half-written"
    return ""
