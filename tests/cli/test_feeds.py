"""Remote feeds, from a server on loopback, through the real command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aggregator.cli import outcome
from tests.builders import NOW
from tests.cli.conftest import Site

FEED = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Example news</title><link>https://news.example/</link>
<item><title>One</title><link>https://news.example/1</link><guid>https://news.example/1</guid>
<pubDate>Mon, 13 Jun 2022 11:03:16 +0800</pubDate><description>&lt;p&gt;Text&lt;/p&gt;</description></item>
{more}</channel></rss>
"""
SECOND = "<item><title>Two</title><guid>https://news.example/2</guid></item>"


class Server:
    """A folder, served; ``asked`` tells each request and its answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.pause = ""
        """A Retry-After; then it answers 503."""
        server = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                if not server.pause:
                    super().do_GET()
                    return
                self.send_response(503)
                self.send_header("Retry-After", server.pause)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_request(self, code: object = "-", size: object = "-") -> None:
                server.asked.append(f"{self.path} {getattr(code, 'value', code)}")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def publish(self, text: str) -> None:
        """Change the feed; this server tells changes by the second, and tests are faster than that."""
        path = self.folder / "feed.xml"
        later = path.stat().st_mtime + 5
        path.write_text(text)
        os.utime(path, (later, later))

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "feed.xml").write_text(FEED.format(more=""))
    server = Server(folder)
    site.configure(
        "site: {url: 'https://feeds.example/'}\n"
        "fetch: {allow_private: [127.0.0.1], host_delay: 0s, timeout: 5s}\n"
        f"sources: [{{id: news, type: feed, url: '{server.url}/feed.xml', category: news}}]\n"
    )
    yield server
    server.close()


def test_a_feed_becomes_entries_of_its_category(site: Site, server: Server) -> None:
    report = site.run("refresh", "--json").json

    (source,) = report["sources"]
    assert (source["state"], source["new"], source["status"]) == ("first-read", 1, 200)
    assert source["next_check"] is not None
    assert source["why"].startswith("about every 24 h: an item in ")
    body = site.files()["category/news.xml"].decode()
    assert "<id>https://news.example/1</id>" in body
    assert "<published>2022-06-13T11:03:16+08:00</published>" in body
    assert '<title type="text">Example news</title>' in body


def test_the_way_of_an_entry_begins_at_its_feed(site: Site, server: Server) -> None:
    site.run("refresh")

    ran = site.run("explain", "https://news.example/1")

    assert f"read from   {server.url}/feed.xml\n" in ran.out


def test_what_is_not_due_is_not_asked_for_and_the_wait_is_told(site: Site, server: Server) -> None:
    site.run("refresh")
    server.asked.clear()

    ran = site.run("refresh")
    report = site.run("refresh", "--json").json

    assert ran.out.startswith("nothing is due; next: news in ")
    assert ran.out.endswith("; --force reads all\n")
    assert report["sources"][0]["state"] == "not-due"
    assert server.asked == []


def test_a_named_source_is_read_now_and_an_unchanged_one_is_a_304(site: Site, server: Server) -> None:
    site.run("refresh")

    source = site.run("refresh", "news", "--json").json["sources"][0]

    assert (source["state"], source["status"]) == ("unchanged", 304)
    assert server.asked == ["/feed.xml 200", "/feed.xml 304"]


def test_an_unchanged_feed_keeps_what_it_said_of_itself(site: Site, server: Server) -> None:
    site.run("refresh")
    before = site.files()["sources.opml"]

    assert site.run("refresh", "--force", "--json").json["sources"][0]["status"] == 304

    assert site.run("list", "sources", "--json").json["sources"][0]["title"] == "Example news"
    site.run("generate", "--all")
    assert site.files()["sources.opml"] == before
    assert b"Example news" in before


def test_an_entry_that_left_the_feed_stays_and_a_new_one_joins_it(site: Site, server: Server) -> None:
    site.run("refresh")
    server.publish(FEED.split("<item>", maxsplit=1)[0] + SECOND + "</channel></rss>")

    site.run("refresh", "--force")

    titles = sorted(item["title"] for item in site.run("list", "items", "--json").json["items"])
    assert titles == ["One", "Two"]


def test_a_dry_run_keeps_nothing_but_when_it_asked(site: Site, server: Server) -> None:
    site.run("refresh")
    server.publish(FEED.format(more=SECOND))
    before = site.files()

    dry = site.run("refresh", "--force", "--dry-run", "--json").json

    assert dry["totals"]["new"] == 1
    assert site.files() == before
    assert site.run("refresh", "--json").json["sources"][0]["state"] == "not-due"
    assert site.run("refresh", "news", "--json").json["totals"]["new"] == 1


def test_a_pause_that_a_dry_run_was_asked_for_counts_as_any_other(site: Site, server: Server) -> None:
    site.run("refresh")
    server.pause = "3600"

    site.run("refresh", "--force", "--dry-run")
    ran = site.run("refresh", "--force", "--json").json["sources"][0]

    assert (ran["state"], ran["why"]) == ("not-due", "Retry-After of its host")
    assert len(server.asked) == 2


def test_what_a_retry_after_holds_back_is_not_said_to_be_read_by_force(site: Site, server: Server) -> None:
    site.run("refresh")
    server.pause = "3600"
    site.run("refresh", "--force")
    held = "1 source held back by a Retry-After, which --force does not override\n"

    alone = site.run("refresh", "--force").out
    site.write_post()
    path = site.root / "config/aggregator.yaml"
    path.write_text(
        path.read_text().replace("[{id: news", "[{id: posts, type: jekyll, path: seeds}, {id: news")
    )
    beside = site.run("refresh", "--force").out

    assert alone.startswith("nothing is due; next: news in ")
    assert alone.endswith(f" min\n{held}")
    assert held in beside
    assert "--force reads all" not in beside


def test_a_server_that_refuses_is_told_in_words_and_tried_later(site: Site, server: Server) -> None:
    (server.folder / "feed.xml").unlink()

    ran = site.run("refresh")
    status = site.run("status", "--json").json["sources"][0]

    assert ran.code == 1
    assert "news: error: the server answered 404" in ran.err
    assert "since" not in ran.err
    assert "; since " in site.run("refresh", "--force").err
    assert status["state"] == "failing"
    assert status["next_check"] is not None


def test_a_private_address_is_refused_unless_it_is_opened(site: Site, server: Server) -> None:
    path = site.root / "config" / "aggregator.yaml"
    path.write_text(path.read_text().replace("allow_private: [127.0.0.1], ", ""))

    ran = site.run("refresh")

    assert ran.code == 1
    assert "fetch.allow_private" in ran.err
    assert server.asked == []


def test_a_list_is_followed_and_its_folders_are_categories(site: Site, server: Server) -> None:
    (server.folder / "list.opml").write_text(
        '<opml version="2.0"><body><outline text="Press">'
        f'<outline type="rss" text="News" xmlUrl="{server.url}/feed.xml"/></outline></body></opml>'
    )
    path = site.root / "config" / "aggregator.yaml"
    text = path.read_text().split("sources:")[0]
    path.write_text(text + f"sources: [{{id: list, type: opml, url: '{server.url}/list.opml'}}]\n")

    report = site.run("refresh", "--json").json

    assert [source["state"] for source in report["sources"]] == ["first-read", "first-read"]
    assert report["totals"]["new"] == 1
    assert "category/Press.xml" in site.files()


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(hours=2), "; since 10:00 UTC"),
        (timedelta(days=3), "; since Thursday"),
        (timedelta(days=30), "; since 23 October 2026"),
    ],
)
def test_how_long_a_source_has_failed_is_told_as_people_say_it(ago: timedelta, words: str) -> None:
    assert outcome._since(NOW - ago, NOW) == words
    assert outcome._since(None, NOW) == ""


def test_a_document_that_is_no_feed_tells_the_status_it_came_with_and_is_asked_for_anew(
    site: Site, server: Server
) -> None:
    (server.folder / "feed.xml").write_text("<!doctype html><title>Home</title><p>Welcome</p>")

    source = site.run("refresh", "--json").json["sources"][0]
    again = site.run("refresh", "--force", "--json").json["sources"][0]

    assert (source["state"], source["status"]) == ("failed", 200)
    assert (again["state"], again["status"]) == ("failed", 200)


def test_what_would_be_added_is_shown_without_credentials(site: Site, server: Server) -> None:
    url = server.url.replace("://", "://reader:secret@")
    (server.folder / "other.xml").write_text(FEED.format(more=""))

    ran = site.run("add", f"{url}/other.xml", "--dry-run")

    assert ran.code == 0
    assert "***@" in ran.out
    assert "secret" not in ran.out + ran.err


def test_how_far_answers_had_to_be_looked_at_is_told_on_request(site: Site, server: Server) -> None:
    def told() -> str:
        return site.run("refresh", "--force", "-v").out

    first, second = told(), told()
    server.publish(FEED.format(more="<!-- made in 0.2 s -->"))
    stamped = told()
    server.publish(FEED.format(more=SECOND))
    changed = site.run("refresh", "--force", "--json").json

    assert "answers: 1 read\nitems in what was read: 0 as they were, 1 new or updated\n" in first
    assert "answers: 1 not modified (304)\n" in second
    assert "answers: 1 with nothing new but a date or comment of the feed\n" in stamped
    (source,) = changed["sources"]
    assert (source["skip"], source["same"], source["new"]) == (None, 1, 1)
    assert "answers:" not in site.run("refresh", "--force").out


def test_an_entry_that_is_cut_only_as_it_is_put_right_is_told(site: Site, server: Server) -> None:
    links = "&lt;p&gt;&lt;a href='b'&gt;more&lt;/a&gt;&lt;/p&gt;" * 400
    link = f"http://a.example/{'p' * 5000}/"
    entry = f"<item><title>Long</title><link>{link}</link><description>{links}</description></item>"
    (server.folder / "feed.xml").write_text(FEED.format(more=entry))

    (source,) = site.run("refresh", "--json").json["sources"]

    (problem,) = source["problems"]
    assert problem["what"] == "“Long”: has HTML of more than 1,000,000 characters; the rest is cut off"
