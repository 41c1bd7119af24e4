"""A store that was altered by hand costs no traceback and no file outside of the output folder."""

from __future__ import annotations

import gc
import os
import sqlite3
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.app import App
from aggregator.app.serving import Serving
from tests.store.altering import alter, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Site
    from tests.cli.loopback import Server

TABLES = (
    "aliases", "commands", "documents", "fetches", "files", "hosts", "items", "lists", "members", "meta",
    "names", "outdated", "outputs", "revisions", "slugs", "sources", "terms", "touched",
)  # fmt: skip
COMMANDS = (
    ("refresh",),
    ("status", "--json"),
    ("generate", "--all", "--prune"),
    ("explain", "1"),
    ("serve",),
    ("refresh", "--force"),
    ("list", "items", "--json"),
    ("generate", "--check"),
    ("list", "categories"),
    ("source", "show", "posts"),
    ("refresh", "--dry-run"),
    ("list", "sources", "--json"),
    ("item", "hide", "1"),
    ("doctor",),
    ("export-opml",),
    ("db", "check"),
    ("db", "vacuum"),
    ("db", "backup", "--force", "backup.db"),
)
VALUES: tuple[object, ...] = (
    None, 2**63 - 1, -1, 253_402_214_400_000_000, "words", b"\xff\xfe", '[[1, 2]]', '{"native_id": 1,',
    '{"native_id": 1, "seed": [2], "title": 7, "link": 3}', "../../etc/x", "/abs", "\ufdd0zz", "9" * 30,
)  # fmt: skip
ALL = os.environ.get("AGGREGATOR_ALTERED") == "all"
"""Every command is run on every altered store; else one on every third, and with each it is another."""

CONFIGURATION = """\
site: {{title: Test site, url: "https://feeds.example/", timezone: Asia/Shanghai}}
fetch: {{allow_private: [127.0.0.1], host_delay: 0s}}
output: {{item_pages: true}}
sources:
  - {{id: posts, type: jekyll, path: seeds}}
  - {{id: far, type: feed, url: "{url}/feed.xml", category: far}}
  - {{id: list, type: opml, path: list.opml}}
"""
ROWS = """
    insert into commands (at, action, argument) values (1, 'reset', 'far');
    insert into hosts values ('192.0.2.1', 4000000000000000);
    insert into aliases select source_id, 'native', 'former', min(id) from items;
    insert into slugs select 'former', 'former', min(id), 0 from outputs where kind = 'category';
    insert or ignore into outdated (output_id, generation, whole) select id, generation, 0 from outputs;
    insert or ignore into touched select output_id, item_id, sort from members;
    update documents set problems = '[["a.md:1", "repaired"]]' where item_id is not null;
"""


@pytest.fixture
def store(site: Site, server: Server) -> Path:
    """The store of a site, with a row in every table."""
    site.configure(CONFIGURATION.format(url=server.url))
    (site.root / "list.opml").write_text(
        '<opml version="2.0"><body><outline text="x">'
        f'<outline type="rss" text="other" xmlUrl="{server.url}/other.xml"/></outline></body></opml>'
    )
    site.write_post("a.md")
    site.write_post("b.md", code="202201122245264452", category="other", tag="別")
    assert site.run("refresh").code == 0
    site.write_post("b.md", code="202201122245264452", category="other", tag="別", body="Other words.")
    path = site.root / "var" / "aggregator.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(ROWS)
    assert site.run("db", "check").out == "the store is sound\n"
    return path


def elsewhere(site: Site) -> dict[str, bytes]:
    """What is in every file that is neither an output nor of the store."""
    outside = (path for path in site.root.parent.rglob("*") if path.is_file())
    ours = ("site/feeds/", "site/var/", "site/backup.db")
    named = ((path.relative_to(site.root.parent).as_posix(), path) for path in outside)
    return {name: path.read_bytes() for name, path in named if not name.startswith(ours)}


def said(site: Site, command: tuple[str, ...]) -> tuple[int, str]:
    """The exit code of a command, and what it said of its troubles."""
    if command == ("serve",):
        serving = Serving(App.open(None, os.environ, {}))
        serving.look()
        serving.metrics()
        return 0, serving.snapshot.trouble or ""
    ran = site.run(*command)
    return ran.code, ran.err


def altered_stores(path: Path, table: str) -> Iterator[tuple[str, object]]:
    sound = path.read_bytes()
    every = [(column, value) for name, column in columns_of(path) if name == table for value in VALUES]
    for column, value in every if ALL else every[::3]:
        gc.collect()  # a statement that was broken off holds the store open as long as its traceback lives
        for log in ("-wal", "-shm"):
            path.with_name(path.name + log).unlink(missing_ok=True)
        path.write_bytes(sound)
        if alter(path, table, column, value):
            yield column, value


def test_no_table_is_forgotten(store: Path) -> None:
    assert {table for table, _ in columns_of(store)} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_an_altered_value_costs_no_traceback_and_nothing_outside_of_the_outputs(
    site: Site, store: Path, table: str
) -> None:
    for name in ("etc/x", "abs"):
        path = site.root.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("not ours")
    before, commands = elsewhere(site), cycle(COMMANDS)

    for column, value in altered_stores(store, table):
        for command in islice(commands, len(COMMANDS) if ALL else 1):
            code, err = said(site, command)

            about = f"{table}.{column} = {value!r}: {command} said {err}"
            assert code in {0, 1, 2}, about
            assert "Traceback" not in err, about
            if "is damaged" in err:
                assert "`aggregator db restore FILE` brings a backup back" in err, about
                assert "`aggregator db rebuild` makes do without one" in err, about

    assert elsewhere(site) == before


@pytest.mark.parametrize(
    ("damage", "row", "command"),
    [
        ("documents set published = 1 << 62", "documents 1, 'seeds/a.md': published: ", "refresh --force"),
        ("or ignore files set path = '../../etc/x'", "files '../../etc/x': path: ", "generate --prune"),
        ("outputs set name = '../x' where id = 3", "outputs 3: name: '../x' ", "generate --check"),
        ("revisions set clean = json_set(clean, '$.title[0]', 7)", "revisions 1, 1: clean", "generate --all"),
        ("lists set sources = '[[1, 2]]'", "lists 'list.opml': sources: '[[1, 2]]' ", "refresh"),
        ("meta set value = 'then' where key = 'created'", "meta created is no time", "status"),
    ],
)  # fmt: skip
def test_whoever_stumbles_over_it_names_table_row_and_column_and_what_to_do(
    site: Site, store: Path, damage: str, row: str, command: str
) -> None:
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute(f"update {damage}")

    ran = site.run(*command.split())

    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert f"aggregator.db: is damaged: {row}" in ran.err
    assert "`aggregator db restore FILE`" in ran.err
    assert row in site.run("db", "check").out


def test_db_check_tells_the_first_rows_of_a_table_and_how_many_there_are(site: Site) -> None:
    for number in range(9):
        site.write_post(f"{number}.md", code=f"20220112224526445{number}")
    assert site.run("refresh").code == 0
    with closing(sqlite3.connect(site.root / "var" / "aggregator.db")) as raw, raw:
        raw.execute("update documents set published = -9000000000000000000, problems = 'none'")
        raw.execute("update revisions set raw = x'28b52ffd'")

    ran = site.run("db", "check")

    assert ran.code == 1
    lines = ran.out.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == [f"documents 1, 'seeds/{n}.md'" for n in range(3)]
    assert "documents: 9 rows in all hold what nobody wrote there" in lines
    assert "revisions: 9 rows in all hold what nobody wrote there" in lines
    assert len(lines) == 8


def test_a_backup_that_was_altered_replaces_nothing(site: Site, store: Path) -> None:
    assert site.run("db", "backup", "backup.db").code == 0
    with closing(sqlite3.connect("backup.db")) as raw, raw:
        raw.execute("update items set zone = 90000")
    before = store.read_bytes()

    ran = site.run("db", "restore", "backup.db")

    assert ran.code == 1
    assert "nothing was restored: items 1: zone: 90000" in ran.err
    assert store.read_bytes() == before


def test_an_altered_store_is_rebuilt(site: Site, store: Path) -> None:
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute("update items set published = -9000000000000000000, hidden = 1")

    ran = site.run("db", "rebuild")

    assert ran.code == 0, ran.err
    assert site.run("db", "check").out == "the store is sound\n"
