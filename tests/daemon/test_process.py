"""The real process: what happens on disk, on the web and by signals, and how it ends."""

from __future__ import annotations

import http.client
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.store.lock import SiteLock
from tests.daemon.origin import Origin, Page, rss
from tests.daemon.process import PATIENCE, Daemon, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.conftest import Terminal
    from tests.daemon.process import Site

POSTS = {"id": "posts", "type": "jekyll", "path": "seeds"}
LOADED = 6.0
"""Seconds in which a post is published even where much else is going on; two where nothing is."""
HUNTER = "hunter2"


def a_feed(name: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "feed", "url": url, **more}


def is_published(daemon: Daemon, text: str) -> float:
    """Seconds until this is in the feed of everything."""
    began = time.monotonic()
    daemon.publishes(lambda: text in daemon.site.feed())
    return time.monotonic() - began


def is_gone(daemon: Daemon, text: str) -> float:
    """Seconds until it is not there any more."""
    began = time.monotonic()
    daemon.publishes(lambda: text not in daemon.site.feed())
    return time.monotonic() - began


# ── local posts ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["events", "poll"])
def test_a_new_edited_or_deleted_post_is_published_at_once(site: Site, how: str) -> None:
    site.configure(POSTS, schedule={"watch": how})
    for name in "abc":
        site.post(name)
    with site.start() as daemon:
        is_published(daemon, "Title c")
        daemon.wait_for("watching")

        post = site.post("new", title="Brand new")
        took = [is_published(daemon, "Brand new")]
        site.post("new", title="Edited once")
        took += [is_published(daemon, "Edited once"), is_gone(daemon, "Brand new")]
        post.unlink()
        took += [is_gone(daemon, "Edited once")]

        assert max(took) < LOADED, took
        assert daemon.stop()[0] == 0


def test_a_folder_that_is_replaced_by_another_is_watched_as_before(site: Site) -> None:
    site.configure(POSTS, {"id": "more", "type": "jekyll", "path": "later"})
    site.post("a")
    with site.start() as daemon:
        daemon.wait_for("watching")
        daemon.wait_for("refreshed", source="more", state="failed")
        site.post("b")
        (site.root / "seeds").rename(site.root / "was")
        (site.root / "seeds").mkdir()
        site.post("a")
        site.post("b")
        (site.root / "was").rename(site.root / "later")
        daemon.wait_for("refreshed", source="more", state="first-read")
        daemon.forget()

        site.post("c", title="The newest")
        daemon.publishes(lambda: "The newest" in site.feed())


def test_what_is_quick_is_published_while_others_are_slow(site: Site) -> None:
    with Origin("127.0.0.2") as quick, Origin("127.0.0.3") as slow:
        quick.pages["/"] = Page(rss("Quick"))
        slow.pages["/"] = Page(rss("Slow"), slow=True)
        site.configure(POSTS, a_feed("slow", slow.url + "/"), a_feed("quick", quick.url + "/"))
        with site.start() as daemon:
            assert slow.reached.wait(PATIENCE)
            is_published(daemon, "Quick")
            daemon.wait_for("watching")
            site.post("new", title="Meanwhile")

            assert is_published(daemon, "Meanwhile") < LOADED
            feed = site.feed()
            assert ("Quick" in feed, "Meanwhile" in feed, "Slow" in feed) == (True, True, False)
            slow.let_go.set()
            is_published(daemon, "Slow")


# ── from another terminal ─────────────────────────────────────────────────────────────────────────────────


def test_commands_from_another_terminal_are_taken_up(site: Site, run: Terminal, tmp_path: Path) -> None:
    with Origin() as origin:
        origin.pages["/"] = Page(rss("One"))
        site.configure(POSTS, a_feed("one", origin.url + "/"))
        site.post("a", title="A mistake")
        with site.start() as daemon:
            daemon.wait_for("refreshed", source="posts", new=1)
            daemon.wait_for("refreshed", source="one", new=1)

            second = run("daemon")
            assert second.code == 75, second.err
            hidden = run("item", "hide", "seeds/a.md")
            assert (hidden.code, hidden.out) == (0, "hidden: A mistake\n"), hidden.err
            daemon.wait_for("command", action="hide")
            daemon.publishes(lambda: "A mistake" not in site.feed())
            shown = run("item", "show", "seeds/a.md")
            paused = run("source", "pause", "one")
            about = run("source", "show", "one")
            daemon.forget()
            daemon.send(signal.SIGUSR1)
            daemon.wait_for("refreshed", source="posts")
            asked_while_paused = origin.asked["/"]
            resumed = run("source", "resume", "one")
            reset = run("source", "reset", "one")
            daemon.wait_for("refreshed", source="one")
            backup = run("db", "backup", str(tmp_path / "copy.db"))
            status = run("status", "--json")
            daemon.stop(signal.SIGINT)

    assert f"process {daemon.process.pid} is working on this site" in second.err
    assert (shown.code, shown.out) == (0, "shown again: A mistake\n")
    assert "A mistake" in site.feed()
    assert (paused.code, paused.out) == (0, "paused: one\n")
    assert about.out.startswith("one: paused since ")
    assert asked_while_paused == 1
    assert (resumed.out, reset.out) == ("resumed: one\n", "reset: one\n")
    assert origin.asked["/"] == 2
    assert (backup.code, status.code) == (0, 0)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_the_configuration_is_followed_and_a_broken_one_is_not(site: Site, run: Terminal) -> None:
    with Origin() as origin:
        for name in ("/one", "/two", "/three"):
            origin.pages[name] = Page(rss(name[1:].title()))
        (site.root / "list.opml").write_text("<opml version='2.0'><body/></opml>")
        lists = {"id": "list", "type": "opml", "path": "list.opml"}
        site.post("a")
        site.configure(POSTS, lists)
        with site.start() as daemon:
            daemon.wait_for("published")

            added = run("add", origin.url + "/one", "--id", "one")
            assert added.code == 0, added.err
            daemon.wait_for("reloaded")
            daemon.wait_for("refreshed", source="one", new=1)
            configuration = (site.root / "aggregator.yaml").read_text()
            (site.root / "aggregator.yaml").write_text(configuration + "\nnonsense: 1\nmore: [")
            daemon.send(signal.SIGHUP)
            daemon.wait_for("refused")
            daemon.wait_for("reload-refused")
            outline = f"<outline type='rss' text='Two' xmlUrl='{origin.url}/two'/>"
            (site.root / "list.opml").write_text(f"<opml version='2.0'><body>{outline}</body></opml>")
            daemon.wait_for("refreshed", source="list", state="changed")
            daemon.wait_for("refreshed", new=1, state="first-read")
            site.configure(POSTS, lists, a_feed("three", origin.url + "/three"))
            daemon.send(signal.SIGHUP)
            daemon.wait_for("refreshed", source="three", new=1)
            daemon.publishes(lambda: "Three" in site.feed())
            code, _ = daemon.stop()

    assert code == 0
    feed = site.feed()
    assert ("One" in feed, "Two" in feed) == (False, True)


def test_every_source_is_read_on_request_but_for_those_that_asked_for_patience(site: Site) -> None:
    with Origin("127.0.0.2") as ready, Origin("127.0.0.3") as tired:
        ready.pages["/"] = Page(rss("One"))
        tired.pages["/"] = Page(status=503, headers={"Retry-After": "3600"})
        site.configure(POSTS, a_feed("ready", ready.url + "/"), a_feed("tired", tired.url + "/"))
        with site.start() as daemon:
            daemon.wait_for("refreshed", source="tired", state="failed")
            daemon.wait_for("refreshed", source="ready")

            daemon.send(signal.SIGUSR1)
            daemon.wait_for("refreshed", source="ready")

            assert daemon.stop()[0] == 0
        assert (ready.asked["/"], tired.asked["/"]) == (2, 1)


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────────


def test_it_ends_in_time_though_bodies_are_slow_and_loses_nothing(site: Site, run: Terminal) -> None:
    with Origin("127.0.0.2") as quick, Origin("127.0.0.3") as slow:
        quick.pages["/"] = Page(rss("Quick"))
        slow.pages["/"] = Page(rss("Slow"), slow=True)
        site.configure(
            POSTS, a_feed("slow", slow.url + "/"), a_feed("quick", quick.url + "/"), schedule={"min": "15m"}
        )
        with site.start() as daemon:
            assert slow.reached.wait(PATIENCE)
            daemon.wait_for("refreshed", source="quick")

            code, seconds = daemon.stop()

            told = daemon.hear_all()
        assert (code, told[-1]["event"]) == (0, "stopped")
        assert seconds < 10
        assert any(line.get("event") == "cut-off" for line in told)
        assert not any(line.get("exception") for line in told)
        assert "Quick" in site.feed()
        assert run("db", "check").code == 0
        with site.start() as again:
            again.wait_for("watching")
            again.stop()
        assert (quick.asked["/"], slow.asked["/"]) == (1, 1)


def test_a_second_signal_ends_it_at_once(site: Site, run: Terminal) -> None:
    with Origin() as slow:
        slow.pages["/"] = Page(rss("Slow"), slow=True)
        site.configure(a_feed("slow", slow.url + "/"))
        with site.start() as daemon:
            assert slow.reached.wait(PATIENCE)
            daemon.send(signal.SIGTERM)
            daemon.wait_for("stopping")

            code, seconds = daemon.stop()

        assert code == 130
        assert seconds < 3
        assert run("db", "check").code == 0


def test_killed_it_leaves_the_lock_and_asks_nobody_again_before_the_time(site: Site) -> None:
    with Origin("127.0.0.2") as quick, Origin("127.0.0.3") as slow:
        quick.pages["/"] = Page(rss("Quick"))
        slow.pages["/"] = Page(rss("Slow"), slow=True)
        site.configure(
            POSTS, a_feed("quick", quick.url + "/"), a_feed("slow", slow.url + "/"), schedule={"min": "15m"}
        )
        with site.start() as daemon:
            daemon.wait_for("refreshed", source="quick")
            assert slow.reached.wait(PATIENCE)
            daemon.process.kill()
            daemon.process.wait()
            with site.start() as again:
                again.wait_for("watching")
                again.wait_for("refreshed", source="posts")
                is_published(again, "Quick")
                code, _ = again.stop()

        assert code == 0
        assert (quick.asked["/"], slow.asked["/"]) == (1, 1)


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────────────


HOLD = """
import sqlite3, sys
raw = sqlite3.connect("var/aggregator.db", isolation_level=None)
raw.execute("begin immediate")
print("held", flush=True)
sys.stdin.read()
"""


def test_it_ends_where_another_store_is_put_in_the_place_of_its_own_and_begins_anew_with_that(
    site: Site,
) -> None:
    site.configure(POSTS)
    site.post("a")
    store = site.root / "var" / "aggregator.db"
    copy = site.root / "copy.db"
    with site.start() as daemon:
        daemon.wait_for("published")
        with closing(sqlite3.connect(store)) as raw, closing(sqlite3.connect(copy)) as other:
            raw.backup(other)
        copy.replace(store)
        daemon.wait_for("store-gone")
        code = daemon.process.wait(PATIENCE)
        daemon.hear_all()

    assert code == 1
    site.post("b", title="Written meanwhile")
    with site.start() as daemon:
        daemon.publishes(lambda: "Written meanwhile" in site.feed())
        assert daemon.stop()[0] == 0
    assert "Title a" in site.feed()


def test_what_is_changed_while_it_waits_to_begin_is_taken_up(site: Site) -> None:
    site.configure(POSTS)
    site.post("one")

    with (
        ExitStack() as held,
        Daemon(site, environment(), ("--no-serve", "--wait", "1m")) as daemon,
    ):
        held.enter_context(SiteLock(site.root / "var" / "aggregator.db"))
        daemon.wait_for("starting")
        site.configure(POSTS, site={"title": "Another", "url": "https://site.example/"})
        held.close()
        daemon.wait_for("reloaded")
        daemon.publishes(lambda: "Another" in site.feed())


def test_a_store_that_is_locked_for_a_while_is_waited_for(site: Site) -> None:
    site.configure(POSTS)
    site.post("a")
    with site.start() as daemon:
        daemon.wait_for("published")
        daemon.wait_for("watching")
        command = [sys.executable, "-c", HOLD]
        with subprocess.Popen(
            command, cwd=site.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            site.post("b", title="In the meantime")
            retry = daemon.wait_for("retry")
            other.communicate("")
        daemon.publishes(lambda: "In the meantime" in site.feed())
        code, _ = daemon.stop()

        assert "busy" in retry["error"]
        assert code == 0
        assert not any(line.get("exception") for line in daemon.hear_all())


def test_a_store_that_is_altered_under_it_is_told_and_no_other_source_waits(site: Site) -> None:
    site.configure(POSTS, {"id": "more", "type": "jekyll", "path": "more"})
    (site.root / "more").mkdir()
    site.post("a")
    with site.start() as daemon:
        daemon.publishes(lambda: "Title a" in site.feed())
        with closing(sqlite3.connect(site.root / "var" / "aggregator.db")) as raw, raw:
            raw.execute("update documents set published = 1 << 62")

        site.post("a", "other words")

        told = daemon.wait_for("retry")
        assert "posts: could not be kept: " in told["message"]
        assert "is damaged: documents 1, 'seeds/a.md': published: " in told["message"]
        (site.root / "more" / "b.md").write_bytes(site.post("b", title="Of more").read_bytes())
        daemon.wait_for("refreshed", source="more", state="changed")
        assert daemon.stop()[0] == 0
        assert not any(line.get("exception") for line in daemon.hear_all())


def test_signals_that_come_while_it_waits_for_the_lock_are_taken_up_afterwards(site: Site) -> None:
    site.configure(POSTS)
    site.post("a")
    with site.start() as first, Daemon(site, environment(), ("--wait", "60s", "--no-serve")) as second:
        second.wait_for("starting")
        second.send(signal.SIGHUP)
        second.send(signal.SIGUSR1)
        first.stop()
        second.wait_for("ready")
        second.wait_for("signal", signal="SIGUSR1")
        second.wait_for("reloaded")

        assert second.stop()[0] == 0


def test_what_cannot_be_published_is_tried_again(site: Site) -> None:
    site.configure(POSTS)
    site.post("a")
    with site.start() as daemon:
        daemon.wait_for("published")
        daemon.wait_for("watching")
        (site.root / "feeds" / "category" / "other.xml").mkdir()
        site.post("b", category="other")
        retry = daemon.wait_for("retry")
        (site.root / "feeds" / "category" / "other.xml").rmdir()
        daemon.publishes(lambda: "Title b" in site.feed("category/other.xml"))

        assert "category/other.xml" in retry["error"]


def test_no_log_line_holds_a_secret(site: Site) -> None:
    with Origin("127.0.0.2") as one, Origin("127.0.0.3") as two:
        one.pages["/"] = Page(rss("One"))
        two.pages["/"] = Page(status=500)
        secret = one.url.replace("://", f"://user:{HUNTER}@")
        failing = two.url.replace("://", f"://user:{HUNTER}@")
        site.configure(
            a_feed("one", f"{secret}/", headers={"X-Token": "${TOKEN}"}), a_feed("two", f"{failing}/")
        )
        with site.start(TOKEN=HUNTER) as daemon:
            daemon.wait_for("refreshed", source="one", new=1)
            daemon.wait_for("refreshed", source="two", state="failed")
            daemon.stop()
            told = daemon.hear_all()

    assert HUNTER not in str(told)


def test_it_serves_what_it_publishes_and_follows_to_another_address(site: Site) -> None:
    ports = free_ports(2)
    site.configure(POSTS, server={"listen": f"127.0.0.1:{ports[0]}"})
    site.post("a", title="Served")
    with site.start(serves=True) as daemon:
        is_published(daemon, "Served")
        feed = got(ports[0], "/all.xml")
        healthy, metrics = got(ports[0], "/-/healthy"), got(ports[0], "/-/metrics")
        site.configure(POSTS, server={"listen": f"127.0.0.1:{ports[1]}"})
        daemon.send(signal.SIGHUP)
        daemon.wait_for("reloaded")
        moved = got(ports[1], "/all.xml")
        private = {**POSTS, "private": True}
        site.configure(private, server={"listen": f"localhost:{ports[1]}"})  # where it is in its own way
        daemon.send(signal.SIGHUP)
        daemon.wait_for("reloaded")
        anew = got(ports[1], "/-/metrics")
        daemon.stop()

    assert feed[0] == moved[0] == healthy[0] == 200
    assert "Served" in feed[1]
    assert feed[1] == moved[1]
    assert healthy[1].startswith("ok: ")
    assert 'aggregator_source_items{source="posts"}' in metrics[1]
    assert "aggregator_items 1" in anew[1]
    assert "posts" not in anew[1]


def got(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def free_ports(count: int) -> list[int]:
    """Nobody listened there a moment ago."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]
