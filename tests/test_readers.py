"""Real feed readers, subscribed to the server."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from reader import EntrySort, make_reader

from tests.cli.conftest import Site, site
from tests.conftest import need
from tests.serving import Serving, serving

__all__ = ["site"]
TITLES = ["标题 <一> & 二", "Plain title"]


@pytest.fixture
def served(site: Site) -> Iterator[Serving]:
    """The site's output folder, served while the test runs."""
    (site.root / "feeds").mkdir()
    with serving(site.root) as served:
        yield served


def answers(served: Serving) -> dict[str, int]:
    """How many answers of the server had each status until now; to be asked once."""
    _, body = served.get("/-/metrics")
    found = re.findall(r'http_responses_total{status="(\d+)"} (\d+)', body.decode())
    return {status: int(count) for status, count in found}


@pytest.fixture
def feed(site: Site, served: Serving) -> str:
    sources = "sources: [{id: posts, type: jekyll, path: seeds}]\n"
    site.configure(f"site: {{url: '{served.url}/', language: zh-CN}}\n{sources}")
    site.write_post(
        "a.md", "202201122245264451", title=TITLES[0].replace("<", "&lt;"), body="正文 &amp; more"
    )
    site.write_post("b.md", "202206132410063351", title=TITLES[1], date="2022-06-13 11:03:16 +0800")
    assert site.run("refresh").code == 0
    return f"{served.url}/category/macro.xml"


def test_reader_sees_every_entry_whole(feed: str, site: Site, served: Serving) -> None:
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

        reader.update_feeds(scheduled=False)
        site.write_post("a.md", "202201122245264451", title="Edited")
        site.run("refresh")
        reader.update_feeds(scheduled=False)

        assert sorted(str(entry.title) for entry in reader.get_entries()) == ["Edited", TITLES[1]]
        assert answers(served) == {"200": 2, "304": 1}


class Newsboat:
    """A newsboat with one subscription."""

    def __init__(self, feed: str, home: Path) -> None:
        self.program = need("newsboat")
        self.home = home
        home.mkdir()
        (home / "urls").write_text(f"{feed}\n")
        (home / "config").write_text("")

    def reload(self) -> None:
        home = self.home
        files = ["-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(home / "cache.db")]
        subprocess.run([self.program, *files, "-x", "reload"], check=True, capture_output=True, timeout=60)

    def select(self, sql: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.home / "cache.db")
        rows = connection.execute(sql).fetchall()
        connection.close()
        return rows


def test_newsboat_sees_every_entry_whole(feed: str, site: Site, served: Serving, tmp_path: Path) -> None:
    newsboat = Newsboat(feed, tmp_path / "newsboat")

    newsboat.reload()

    assert newsboat.select("select title, url from rss_feed") == [("宏观", feed.replace(".xml", ".html"))]
    first, second = newsboat.select("select title, url, pubDate, content from rss_item order by pubDate")
    assert [first[0], second[0]] == TITLES
    assert first[1] == "https://example.org/news?infoCode=NW202201122245264451"
    assert first[2] == 1641972182
    assert first[3] == "<p>正文 &amp; more</p>"

    newsboat.reload()  # it has a place for validators only by now
    newsboat.reload()
    site.write_post("a.md", "202201122245264451", title="Edited")
    site.run("refresh")
    newsboat.reload()

    assert newsboat.select("select title from rss_item order by pubDate") == [("Edited",), (TITLES[1],)]
    assert answers(served) == {"200": 3, "304": 1}
