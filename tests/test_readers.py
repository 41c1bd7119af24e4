"""Real feed readers, pointed at what a refresh wrote, over HTTP."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from reader import EntrySort, make_reader

from tests.cli.conftest import Site, site
from tests.conftest import need

__all__ = ["site"]
TITLES = ["标题 <一> & 二", "Plain title"]


class QuietHandler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".xml": "application/atom+xml"}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """The address of the site's output folder, served while the test runs."""
    (site.root / "feeds").mkdir()
    handler = partial(QuietHandler, directory=str(site.root / "feeds"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def feed(site: Site, address: str) -> str:
    site.configure(
        f"site: {{url: '{address}/', language: zh-CN}}\nsources: [{{id: posts, type: jekyll, path: seeds}}]\n"
    )
    site.write_post(
        "a.md", "202201122245264451", title=TITLES[0].replace("<", "&lt;"), body="正文 &amp; more"
    )
    site.write_post("b.md", "202206132410063351", title=TITLES[1], date="2022-06-13 11:03:16 +0800")
    assert site.run("refresh").code == 0
    return f"{address}/category/macro.xml"


def test_reader_sees_every_entry_whole(feed: str, site: Site) -> None:
    with make_reader(":memory:") as reader:
        reader.add_feed(feed)
        reader.update_feeds(scheduled=False)
        first, second = reader.get_entries(sort=EntrySort.RECENT)
        shown = reader.get_feed(feed)

        assert shown.title == "宏观"
        assert shown.link == feed.replace(".xml", ".html")
        assert [first.title, second.title] == TITLES[::-1]
        assert second.content[0].value == "<p>正文 &amp; more</p>"
        assert second.link == "https://example.org/news?infoCode=NW202201122245264451"
        assert second.published is not None
        assert second.published.isoformat() == "2022-01-12T07:23:02+00:00"
        assert second.id.startswith("urn:uuid:")

        site.write_post("a.md", "202201122245264451", title="Edited")
        site.run("refresh")
        # This server tells changes by the second; the test is faster than that.
        written = site.root / "feeds" / "category" / "macro.xml"
        os.utime(written, (written.stat().st_atime, written.stat().st_mtime + 5))
        reader.update_feeds(scheduled=False)

        assert sorted(str(entry.title) for entry in reader.get_entries()) == ["Edited", TITLES[1]]


def test_newsboat_sees_every_entry_whole(feed: str, tmp_path: Path) -> None:
    program = need("newsboat")
    home = tmp_path / "newsboat"
    home.mkdir()
    (home / "urls").write_text(f"{feed}\n")
    (home / "config").write_text("")
    files = ["-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(home / "cache.db")]

    subprocess.run([program, *files, "-x", "reload"], check=True, capture_output=True, timeout=60)

    connection = sqlite3.connect(home / "cache.db")
    title, link = connection.execute("select title, url from rss_feed").fetchone()
    items = connection.execute(
        "select title, url, pubDate, content, author from rss_item order by pubDate"
    ).fetchall()
    connection.close()
    assert (title, link) == ("宏观", feed.replace(".xml", ".html"))
    assert [item[0] for item in items] == TITLES
    assert items[0][1] == "https://example.org/news?infoCode=NW202201122245264451"
    assert items[0][2] == 1641972182
    assert items[0][3] == "<p>正文 &amp; more</p>"
