"""A list of feeds followed live, as an operator sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Site
    from tests.cli.loopback import Server

CONFIGURATION = """\
site: {title: Test site, url: "https://feeds.example/"}
fetch: {allow_private: [127.0.0.1], host_delay: 0s}
categories: [{slug: listed, include: {sources: [mine]}}]
sources:
  - {id: mine, type: opml, path: my.opml, filters: [{drop: {title_matches: Never}}]}
"""


@pytest.fixture
def listed(site: Site, server: Server) -> Path:
    """A list of three feeds, two of them in folders."""
    for name in ("one", "two", "three"):
        server.pages[f"/{name}"] = server.pages["/feed.xml"].replace("a.example/1", f"a.example/{name}")
    site.configure(CONFIGURATION)
    path = site.root / "my.opml"
    write(path, server, one="Tech", two="Économie", three="")
    return path


def write(path: Path, server: Server, **feeds: str) -> None:
    outlines = "".join(
        f'<outline text="{folder}"><outline text="Feed {name}" xmlUrl="{server.url}/{name}"/></outline>'
        if folder
        else f'<outline text="Feed {name}" xmlUrl="{server.url}/{name}"/>'
        for name, folder in feeds.items()
    )
    path.write_text(f"<opml><body>{outlines}</body></opml>", "utf-8")


def links(site: Site, name: str = "all") -> int:
    path = site.root / "feeds" / f"{name}.xml"
    return path.read_text("utf-8").count("<entry>") if path.exists() else 0


def test_folders_become_categories_and_what_is_said_of_the_list_holds_for_its_feeds(
    site: Site, listed: Path
) -> None:
    ran = site.run("refresh", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["totals"]["new"] == 3
    assert links(site) == links(site, "category/listed") == 3
    assert links(site, "category/Tech") == links(site, "category/Economie") == 1
    titles = {each["title"] for each in site.run("list", "sources", "--json").json["sources"]}
    assert {"Feed one", "Feed two", "Feed three"} <= titles


def test_a_list_is_read_anew_at_every_refresh(site: Site, listed: Path, server: Server) -> None:
    site.run("refresh")
    write(listed, server, one="Tech", three="Tech")

    ran = site.run("refresh")

    assert ran.code == 0
    assert (links(site), links(site, "category/Tech")) == (2, 2)


def test_most_of_a_list_vanishing_is_held_back_and_shown(site: Site, listed: Path, server: Server) -> None:
    site.run("refresh")
    write(listed, server, one="Tech")

    held = site.run("refresh")
    before = links(site)
    let_go = site.run("refresh", "--accept-removals")

    assert "2 of 3 feeds vanished from the list at once; none was removed" in held.err
    assert before == 3
    assert let_go.code == 0
    assert links(site) == 1


@pytest.mark.parametrize("broken", ["<opml><body>", "<html>", None])
def test_a_list_that_cannot_be_read_lets_nothing_go(site: Site, listed: Path, broken: str | None) -> None:
    site.run("refresh")
    listed.unlink() if broken is None else listed.write_text(broken)

    ran = site.run("refresh")

    assert "my.opml" in ran.err
    assert links(site) == 3
    assert site.run("generate", "--all").code == 0
    assert links(site) == 3


def test_feeds_of_a_list_that_is_configured_no_more_return_with_it(site: Site, listed: Path) -> None:
    site.run("refresh")
    site.write_post()
    site.configure("sources: [{id: posts, type: jekyll, path: seeds}]\n")
    site.run("refresh")
    without = links(site)
    site.configure(CONFIGURATION)

    site.run("generate")

    assert (without, links(site)) == (1, 3)


def test_the_user_is_told_of_what_is_left(site: Site, server: Server) -> None:
    server.pages["/other.xml"] = server.pages["/feed.xml"]
    site.configure(
        "site: {url: 'https://feeds.example/'}\nschedule: {min: 1m}\n"
        "fetch: {allow_private: [127.0.0.1], host_delay: 10m}\nsources:\n"
        f"  - {{id: one, type: feed, url: '{server.url}/feed.xml'}}\n"
        f"  - {{id: two, type: feed, url: '{server.url}/other.xml'}}\n"
    )

    ran = site.run("-q", "refresh")

    assert ran.code == 0
    assert ran.err == "left for the next run: 1 source of 127.0.0.1\n"
    assert server.asked == ["/feed.xml"]


def test_a_feed_of_another_list_takes_nothing_of_one_that_was_let_go(site: Site, server: Server) -> None:
    rss, lists = server.pages["/feed.xml"], ("good", "other")
    server.pages["/a/b"] = rss
    server.pages["/a-b"] = rss.replace("One", "Replaced")
    site.configure(
        f"{CONFIGURATION.partition('categories:')[0]}sources:\n"
        + "".join(f"  - {{id: {name}, type: opml, path: {name}.opml}}\n" for name in lists)
    )
    good, other = (site.root / f"{name}.opml" for name in lists)
    server.pages |= {
        "/one": rss.replace("a.example/1", "a.example/2"),
        "/two": rss.replace("a.example/1", "x:2"),
    }
    write(good, server, **{"one": "", "two": "", "a/b": ""})
    write(other, server, one="")
    assert site.run("refresh").code == 0

    write(good, server, one="", two="")
    assert site.run("refresh").code == 0
    write(other, server, **{"one": "", "a-b": ""})
    assert site.run("refresh").code == 0
    alone = site.files()["all.xml"]
    write(good, server, **{"one": "", "two": "", "a/b": ""})
    assert site.run("refresh").code == 0
    together = site.files()["all.xml"]

    assert b">Replaced</title>" in alone
    assert b"<id>http://a.example/1</id>" not in alone  # it is of who had it first
    assert b">Replaced</title>" in together
    (told,) = (each for each in together.split(b"<entry>") if b"<id>http://a.example/1</id>" in each)
    assert b">One</title>" in told
