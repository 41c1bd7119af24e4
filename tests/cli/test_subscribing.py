"""``add``, ``import-opml`` and ``export-opml``, as they are typed, against a server on loopback."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.app import App
from aggregator.errors import UsageError
from aggregator.sources import outlines
from tests.cli.loopback import RSS

if TYPE_CHECKING:
    from tests.cli.conftest import Site
    from tests.cli.loopback import Server

PAGE = "<!DOCTYPE html><html><head><title>Home</title>{links}</head></html>"
LINK = '<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'
CONFIGURATION = """\
# What this site reads.
site: {title: Test site, url: "https://feeds.example/"}
fetch: {allow_private: [127.0.0.1], host_delay: 0s}

sources:
  - {id: posts, type: jekyll, path: seeds}   # mine
  # - {type: feed, url: "https://off.example/"}

# the end
"""


@pytest.fixture
def config(site: Site) -> Path:
    site.configure(CONFIGURATION)
    return site.root / "config" / "aggregator.yaml"


def added(config: Path) -> str:
    """The lines that are new in the configuration, the rest being as it was."""
    lines = config.read_text("utf-8").splitlines()
    old = CONFIGURATION.splitlines()
    assert [line for line in lines if line in old] == old
    return "\n".join(line for line in lines if line not in old)


# ── add ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_feed_is_added_and_read(site: Site, config: Path, server: Server) -> None:
    ran = site.run("add", f"{server.url}/feed.xml", "--category", "news", "--id", "new", "--title", "Mine")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "added new to config/aggregator.yaml\nnext: aggregator refresh new\n"
    assert added(config) == (
        f'  - {{id: new, type: feed, url: "{server.url}/feed.xml", category: news, title: Mine}}'
    )
    refreshed = site.run("refresh", "new", "--json")
    assert refreshed.json["totals"]["new"] == 1
    assert (site.root / "feeds" / "category" / "news.xml").exists()


@pytest.mark.parametrize(
    "sources",
    ["", "sources:\n", "sources:  # none yet\n  # - {type: jekyll, path: seeds}\n", "sources: []\n"],
)
def test_the_first_source_of_a_site_is_added(site: Site, server: Server, sources: str) -> None:
    rest = "# What this site reads.\nfetch: {allow_private: [127.0.0.1], host_delay: 0s}\n"
    site.configure(rest + sources)

    ran = site.run("add", f"{server.url}/feed.xml", "--id", "new")

    text = (site.root / "config" / "aggregator.yaml").read_text("utf-8")
    assert (ran.code, ran.err) == (0, "")
    assert text.startswith(rest + sources.replace("[]", "").rstrip())
    assert site.run("refresh", "--json").json["totals"]["new"] == 1


def test_a_list_fills_a_site_that_reads_nothing_yet(site: Site) -> None:
    site.configure("site: {title: Test site}\n")
    (site.root / "my.opml").write_text(OPML)

    ran = site.run("import-opml", "my.opml")

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "my.opml: 3 new, 0 read already"
    assert site.run("validate").code == 0


def test_what_else_is_wrong_with_a_site_without_sources_is_told(site: Site, server: Server) -> None:
    site.configure("site: {titel: x}\n")

    ran = site.run("add", f"{server.url}/feed.xml")

    assert ran.code == 78
    assert "site.titel" in ran.err
    assert "is required" not in ran.err


def test_an_id_is_made_from_the_address(site: Site, config: Path, server: Server) -> None:
    ran = site.run("add", f"{server.url}/feed.xml")

    port = server.url.rpartition(":")[2]
    assert ran.out.startswith(f"added 127.0.0.1-{port}-feed.xml to ")
    assert added(config) == f'  - {{type: feed, url: "{server.url}/feed.xml"}}'


def test_a_dry_run_shows_the_lines_and_changes_nothing(site: Site, config: Path, server: Server) -> None:
    ran = site.run("add", f"{server.url}/feed.xml", "--dry-run")

    assert ran.out == f'  - {{type: feed, url: "{server.url}/feed.xml"}}\n'
    assert config.read_text("utf-8") == CONFIGURATION


def test_a_feed_that_is_read_already_is_refused(site: Site, config: Path, server: Server) -> None:
    site.run("add", f"{server.url}/feed.xml", "--id", "new")
    server.pages.clear()
    before = config.read_bytes()

    ran = site.run("add", f"{server.url}/feed.xml#top")

    assert ran.code == 2
    assert ran.err == (
        f"aggregator: {server.url}/feed.xml: is read already: source new (config/aggregator.yaml:8)\n"
    )
    assert config.read_bytes() == before


def test_a_page_leads_to_its_only_feed(site: Site, config: Path, server: Server) -> None:
    server.pages["/"] = PAGE.format(links=LINK.format(title="All", href="/feed.xml"))

    ran = site.run("add", server.url)

    assert ran.code == 0
    assert f'url: "{server.url}/feed.xml"' in added(config)
    assert site.run("add", server.url).code == 2


def test_of_several_feeds_one_is_chosen(site: Site, config: Path, server: Server) -> None:
    links = LINK.format(title="All", href="/feed.xml") + LINK.format(title="Other", href="/other.xml")
    server.pages["/"] = PAGE.format(links=links)

    asked = site.run("add", server.url)
    wrong = site.run("add", server.url, "--pick", "3")

    assert (asked.code, asked.out) == (2, "")
    assert asked.err == (
        "the page names 2 feeds:\n"
        f"  1. {server.url}/feed.xml  All\n"
        f"  2. {server.url}/other.xml  Other\n"
        "aggregator: choose one of them with --pick N, or subscribe to its own address\n"
    )
    assert wrong.code == 2
    assert config.read_text("utf-8") == CONFIGURATION
    assert site.run("add", server.url, "--pick", "2").code == 0
    assert "other.xml" in added(config)
    assert site.run("add", server.url, "--yes").code == 0
    assert "feed.xml" in added(config)


def test_a_list_at_an_address_is_subscribed_to_as_a_list(site: Site, config: Path, server: Server) -> None:
    server.pages["/my.opml"] = f'<opml><body><outline xmlUrl="{server.url}/feed.xml"/></body></opml>'

    ran = site.run("add", f"{server.url}/my.opml", "--id", "list", "--category", "news")

    assert ran.code == 0
    assert added(config) == f'  - {{id: list, type: opml, url: "{server.url}/my.opml", category: news}}'
    assert site.run("refresh", "--json").json["totals"]["new"] == 1
    assert (site.root / "feeds" / "category" / "news.xml").exists()


def test_a_host_that_asked_for_a_pause_is_not_asked_by_add_either(
    site: Site, config: Path, server: Server
) -> None:
    server.retry_after["/busy.xml"] = "3600"
    config.write_text(
        CONFIGURATION.replace("\n# the end", f'  - {{id: busy, type: feed, url: "{server.url}/busy.xml"}}\n')
    )
    assert "pause until" in site.run("refresh").err
    before = [*server.asked]

    ran = site.run("add", f"{server.url}/feed.xml")

    assert (ran.code, server.asked) == (1, before)
    assert "not asked: 127.0.0.1:" in ran.err
    assert " wants a pause until " in ran.err


def test_what_is_no_feed_is_told(site: Site, config: Path, server: Server) -> None:
    server.pages.clear()
    server.pages["/page"] = PAGE.format(links="")

    gone = site.run("add", f"{server.url}/gone")
    page = site.run("add", f"{server.url}/page")
    nonsense = site.run("add", "nonsense")

    assert (gone.code, page.code, nonsense.code) == (1, 1, 2)
    assert "404" in gone.err
    assert "advertises none; nor is there one at /feed, /rss" in page.err
    assert "nonsense: is no web address" in nonsense.err
    assert config.read_text("utf-8") == CONFIGURATION


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--id", "posts"], "is the id of sources[0] too"), (["--id", "a/b"], "must be printable")],
)
def test_what_would_be_a_mistake_is_not_written(
    site: Site, config: Path, server: Server, options: list[str], words: str
) -> None:
    ran = site.run("add", f"{server.url}/feed.xml", *options)

    assert ran.code == 78
    assert words in ran.err
    assert config.read_text("utf-8") == CONFIGURATION


def test_no_id_that_is_there_changes(site: Site, config: Path, server: Server) -> None:
    first = site.run("add", f"{server.url}/feed.xml").out.split()[1]
    server.pages["/feed/xml"] = server.pages["/feed-xml"] = RSS
    second = site.run("add", f"{server.url}/feed/xml").out.split()[1]

    third = site.run("add", f"{server.url}/feed-xml").out.split()[1]

    assert len({first, second, third}) == 3
    assert third.startswith(f"{second}-")
    assert f"id: {third}" in added(config)


def test_the_file_keeps_its_permissions_its_mark_and_what_links_to_it(
    site: Site, config: Path, server: Server
) -> None:
    real = site.root / "real.yaml"
    real.write_bytes(b"\xef\xbb\xbf" + CONFIGURATION.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    config.unlink()
    config.symlink_to(real)

    assert site.run("add", f"{server.url}/feed.xml").code == 0

    body = real.read_bytes()
    assert config.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert body.startswith(b"\xef\xbb\xbf#")
    assert body.count(b"\n") == body.count(b"\r\n") == CONFIGURATION.count("\n") + 1
    assert [path.name for path in (site.root / "config").iterdir()] == ["aggregator.yaml"]


def test_what_others_added_meanwhile_counts(site: Site, config: Path, server: Server) -> None:
    server.pages["/other.xml"] = server.pages["/feed/xml"] = RSS
    first = App.open(config, {}, {})
    second = App.open(config, {}, {})
    site.run("add", f"{server.url}/feed.xml")

    with pytest.raises(UsageError, match=r"feed\.xml \(source .*\): is read already"):
        first.add(f"{server.url}/feed.xml", lambda found: 0)
    alike = second.add(f"{server.url}/feed/xml", lambda found: 0)
    other = second.add(f"{server.url}/other.xml", lambda found: 0)

    assert [len(each.ids) for each in (alike, other)] == [1, 1]
    assert other.ids[0].endswith("-other.xml")
    assert added(config).count("url:") == 3
    assert site.run("validate").code == 0


# ── OPML ──────────────────────────────────────────────────────────────────────────────────────────────────

OPML = """\
<opml version="2.0"><body>
<outline text="Tech"><outline text="Py &amp; co" xmlUrl="https://py.example/feed"/>
<outline text="C" xmlUrl="https://c.example/" category="Other"/></outline>
<outline text="Own" xmlUrl="https://own.example/"/><outline text="Bad" xmlUrl="ftp://x/"/>
</body></opml>
"""


def test_every_feed_of_a_list_is_added(site: Site, config: Path) -> None:
    site.configure(
        CONFIGURATION.replace("# mine", '# mine\n  - {id: own, type: feed, url: "https://own.example"}')
    )
    (site.root / "my.opml").write_text(OPML)

    dry = site.run("import-opml", "my.opml", "--dry-run")
    ran = site.run("import-opml", "my.opml", "-v")
    again = site.run("import-opml", "my.opml", "-q")

    lines = [
        '  - {type: feed, url: "https://py.example/feed", category: Tech, title: "Py & co"}',
        '  - {type: feed, url: "https://c.example/", category: [Other, Tech], title: C}',
    ]
    assert dry.out.splitlines() == lines
    assert dry.err.splitlines()[-1] == "my.opml: 2 new, 1 read already"
    assert [line for line in lines if line in config.read_text("utf-8")] == lines
    assert ran.out.splitlines() == [
        "added py.example-feed to config/aggregator.yaml",
        "added c.example to config/aggregator.yaml",
        "next: aggregator refresh",
        "my.opml: 2 new, 1 read already",
    ]
    assert "https://own.example/ (source own): is read already" in ran.err
    assert "ftp://x/" in ran.err
    assert (again.code, again.out) == (0, "")


def test_a_list_that_cannot_be_read_is_told(site: Site, config: Path) -> None:
    ran = site.run("import-opml", "/proc/self/mem")

    assert (ran.code, ran.err) == (2, "aggregator: /proc/self/mem: cannot be read: Input/output error\n")


def test_a_list_that_would_make_the_configuration_unreadable_is_refused(site: Site, config: Path) -> None:
    feeds = (f'<outline text="{"t" * 400}" xmlUrl="https://a.example/{n}{"a" * 1000}"/>' for n in range(4000))
    (site.root / "my.opml").write_text(f"<opml><body>{''.join(feeds)}</body></opml>")

    ran = site.run("import-opml", "my.opml")

    assert ran.code == 78
    assert ran.err.startswith(
        "config/aggregator.yaml: would be larger than 4 MiB, the most that is read of it;"
    )
    assert ran.err.count("\n") == 1
    assert config.read_text("utf-8") == CONFIGURATION


@pytest.mark.parametrize(
    ("body", "code"),
    [("<html>", 1), ("", 1), ("<opml><body>", 1), (None, 2), ("x" * (8 * 1024 * 1024 + 1), 2)],
)
def test_what_is_no_list_is_told(site: Site, config: Path, body: str | None, code: int) -> None:
    if body is not None:
        (site.root / "my.opml").write_text(body)

    ran = site.run("import-opml", "my.opml")

    assert ran.code == code
    assert "my.opml" in ran.err
    assert config.read_text("utf-8") == CONFIGURATION


def test_what_is_read_is_exported_and_can_be_read_back(site: Site, config: Path) -> None:
    (site.root / "my.opml").write_text(OPML)
    site.run("import-opml", "my.opml")
    extra = '  - {type: feed, url: "https://me:hush@secret.example/"}\n  - {type: opml, path: live.opml}\n'
    site.configure(config.read_text("utf-8").replace("# the end", extra + "# the end"))
    (site.root / "live.opml").write_text(
        '<opml><body><outline xmlUrl="http://127.0.0.1:9/live"/></body></opml>'
    )
    site.run("refresh")

    ran = site.run("export-opml")
    written = site.run("export-opml", "out.opml")

    reading = outlines.read(ran.out, "out")
    assert {(each.url, each.title, each.categories) for each in reading.sources} == {
        ("https://py.example/feed", "Py & co", ("Tech",)),
        ("https://c.example/", "C", ("Other", "Tech")),
        ("https://own.example/", "Own", ()),
        ("http://127.0.0.1:9/live", "127.0.0.1-9-live", ()),
    }
    assert "1 private source left out" in ran.err
    assert "hush" not in ran.out
    assert (site.root / "out.opml").read_text("utf-8") == ran.out
    assert written.out == "wrote out.opml\n"


def test_a_dry_run_waits_for_nobody(site: Site, config: Path, server: Server) -> None:
    folder = os.open(config.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)

        assert site.run("add", f"{server.url}/feed.xml", "--dry-run").code == 0
    finally:
        os.close(folder)


def test_an_export_to_a_pipe_is_all_that_is_written_there(site: Site, config: Path) -> None:
    reads, writes = os.pipe()
    with os.fdopen(reads, "rb") as pipe:
        ran = site.run("export-opml", f"/dev/fd/{writes}")
        os.close(writes)

        assert ran.code == 0, ran.err
        assert pipe.read().decode() == site.run("export-opml").out
    assert ran.out == ""


def test_an_export_needs_no_store_and_says_where_it_cannot_write(site: Site, config: Path) -> None:
    assert outlines.read(site.run("export-opml").out, "out").sources == ()

    ran = site.run("export-opml", "no/such/folder.opml")

    assert ran.code == 2
    assert "no/such/folder.opml: cannot be written" in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write to")
def test_an_export_to_a_full_disk_is_a_failure_and_no_wrong_usage(site: Site, config: Path) -> None:
    ran = site.run("export-opml", "/dev/full")

    assert ran.code == 1
    assert ran.err == "aggregator: /dev/full: cannot be written: No space left on device\n"


def test_what_to_type_next_can_be_typed(site: Site, config: Path, server: Server) -> None:
    ran = site.run("add", f"{server.url}/feed.xml", "--id", "my feed's")

    assert ran.out.splitlines()[-1] == """next: aggregator refresh 'my feed'"'"'s'"""
    assert added(config)


def test_no_address_at_all_is_told_as_such(site: Site, config: Path) -> None:
    before = config.read_text("utf-8")

    assert site.run("add", " ").err == (
        "aggregator: ' ': is no web address, such as https://example.org/feed.xml\n"
    )
    assert config.read_text("utf-8") == before
