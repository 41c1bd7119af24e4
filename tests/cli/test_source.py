"""Care of single sources, where nobody else is at work. Beside a daemon: tests/daemon/test_process.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import CONFIGURATION
from tests.cli.loopback import RSS

if TYPE_CHECKING:
    from tests.cli.conftest import Site
    from tests.cli.loopback import Server

FETCH = 'fetch: {allow_private: ["127.0.0.1"], host_delay: 0s}\nschedule: {adaptive: false}\n'


@pytest.fixture
def filled(site: Site, server: Server) -> Site:
    address = server.url.replace("://", "://me:secret@")
    feeds = f"""\
  - {{id: news, type: feed, url: "{server.url}/feed.xml", title: 新闻}}
  - {{id: mine, type: feed, url: "{address}/other.xml"}}
  - {{id: gone, type: feed, url: "{server.url}/nothing.xml"}}
"""
    site.configure(FETCH + CONFIGURATION + feeds)
    site.write_post()
    assert site.run("refresh").code == 0
    return site


def test_show_tells_what_is_known_of_a_source(filled: Site, server: Server) -> None:
    about = filled.run("source", "show", "news", "--json").json["source"]
    lines = filled.run("source", "show", "news").out.splitlines()

    assert (about["id"], about["title"], about["state"], about["items"]) == ("news", "新闻", "ok", 1)
    assert (about["address"], about["status"], about["why"]) == (f"{server.url}/feed.xml", 200, "every 1h")
    assert about["last_success"] < about["next_check"]
    assert lines[0].startswith("news: ok, 1 item, last read ")
    assert lines[0].endswith(": every 1h")
    assert {"title: 新闻", f"address: {server.url}/feed.xml"} <= set(lines)
    assert [poll["status"] for poll in about["polls"]] == [200]
    assert lines[-1].startswith("poll ")
    assert not any(line.startswith(("error", "held until")) for line in lines)


def test_show_tells_what_is_wrong_with_a_source(filled: Site) -> None:
    about = filled.run("source", "show", "gone", "--json").json["source"]
    (filled.root / "seeds" / "a.md").write_text("---\ntitle: x\ndate: never\n---\n")
    filled.run("refresh")
    problems = filled.run("source", "show", "posts").out

    assert (about["state"], about["failures"], about["status"]) == ("failing", 1, 404)
    assert "404" in about["error"]
    assert "problem: seeds/a.md" in problems
    assert "with problems: " not in problems
    assert "  1 document with problems: aggregator source show posts\n" in filled.run("status").out


def test_no_line_of_a_list_ends_in_blanks(filled: Site) -> None:
    listed = filled.run("list", "sources").out.splitlines()

    assert "gone  feed  0 items" in listed


def test_an_address_with_credentials_is_not_shown(filled: Site) -> None:
    assert filled.run("source", "show", "mine", "--json").json["source"]["address"] is None
    assert "secret" not in filled.run("source", "show", "mine").out
    assert "address: seeds\n" in filled.run("source", "show", "posts").out


def test_a_private_address_is_told_nowhere_though_it_moved_and_its_feed_is_odd(
    site: Site, server: Server
) -> None:
    odd = RSS.replace("<item>", "<item><title>Two</title><pubDate>never</pubDate></item><item>")
    server.pages |= {"/hush.xml?key=hush": odd, "/new.xml?key=hush": odd}
    server.redirects["/hush.xml?key=hush"] = "/new.xml?key=hush"
    server.redirect_status = 301
    site.configure(
        FETCH
        + f"sources:\n  - {{id: hidden, type: feed, url: '{server.url}/hush.xml?key=hush', private: true}}\n"
    )

    told = [site.run("refresh", "--force", "--json") for _ in range(3)]
    told += [
        site.run(*command, *form)
        for command in (["refresh", "--force"], ["status"], ["source", "show", "hidden"])
        for form in ([], ["--json"])
    ]

    assert server.asked[-1] == "/new.xml?key=hush"
    assert "moved for good" in told[-1].out
    assert "never" in told[0].out
    assert [ran.out + ran.err for ran in told if "hush" in ran.out + ran.err] == []


def test_a_paused_source_is_not_read_until_it_is_resumed(filled: Site) -> None:
    paused = filled.run("source", "pause", "news")
    results = filled.run("refresh", "--force", "--json").json["sources"]
    why = filled.run("source", "show", "news", "--json").json["source"]["why"]
    resumed = filled.run("source", "resume", "news")
    again = filled.run("refresh", "--force", "--json").json["sources"]

    assert (paused.code, paused.out.splitlines()[0]) == (0, "paused: news")
    assert next(each["state"] for each in results if each["id"] == "news") == "paused"
    assert why == "paused by hand"
    assert (resumed.code, resumed.out.splitlines()[0]) == (0, "resumed: news")
    assert next(each["state"] for each in again if each["id"] == "news") == "unchanged"


def test_what_fails_is_not_said_to_be_paused_since_it_fails(filled: Site) -> None:
    filled.run("source", "pause", "gone")

    first, error, *_ = filled.run("source", "show", "gone").out.splitlines()

    assert first.startswith("gone: paused since ")
    assert error.startswith("failing since ")


def test_a_source_that_was_reset_is_due_and_its_items_stay(filled: Site) -> None:
    reset = filled.run("source", "reset", "gone")
    filled.run("source", "reset", "news")
    about = filled.run("source", "show", "news", "--json").json["source"]

    assert (reset.code, reset.out.splitlines()[0]) == (0, "reset: gone")
    assert filled.run("source", "show", "gone", "--json").json["source"]["failures"] == 0
    assert (about["next_check"], about["why"], about["items"]) == (None, "due", 1)


def test_a_source_that_is_no_more_is_shown_as_such(filled: Site) -> None:
    filled.configure(CONFIGURATION)
    filled.run("refresh")

    about = filled.run("source", "show", "news", "--json").json["source"]
    lines = filled.run("source", "show", "news").out.splitlines()

    assert "configured: no" in lines
    assert lines[0].startswith("news: ok, 1 item, ")
    assert (about["configured"], about["address"], about["why"]) == (False, None, "not configured any more")


def test_an_unknown_source_is_a_mistake_with_a_hint(filled: Site) -> None:
    for command in ("show", "pause", "resume", "reset"):
        ran = filled.run("source", command, "newz")
        assert (ran.code, ran.err) == (2, "aggregator: no source 'newz' (did you mean news?)\n")


def test_of_a_source_that_is_named_it_is_told_why_it_is_not_asked(filled: Site, server: Server) -> None:
    server.retry_after["/feed.xml"] = "3600"
    filled.run("refresh", "news")

    ran = filled.run("refresh", "news")

    assert ran.code == 0
    assert re.fullmatch(
        r"news: not due before [0-9T:-]{19}Z: Retry-After of its \w+\n"
        r"nothing to write: every output is as it should be\n",
        ran.out,
    )


def test_of_a_source_that_is_gone_it_is_told_what_has_it_asked_again(filled: Site, server: Server) -> None:
    server.gone.add("/nothing.xml")
    filled.run("refresh", "gone")
    filled.run("refresh", "gone")

    ran = filled.run("refresh", "gone")

    assert ran.out.startswith("gone: gone for good")
    assert "`source reset gone`" in ran.out.splitlines()[0]


def test_a_source_that_is_switched_off_is_counted_as_off(filled: Site) -> None:
    off = '  - {id: off, type: feed, url: "https://off.example/", enabled: false}\n'
    filled.configure(FETCH + CONFIGURATION + off)
    filled.run("refresh")

    assert filled.run("status").out.splitlines()[-1] == "2 sources, 1 item, 0 failing, 1 off"


def test_moments_are_told_alike_in_every_report(filled: Site) -> None:
    told = [
        filled.run("refresh", "--json").json["sources"][1]["next_check"],
        filled.run("status", "--json").json["sources"][-1]["next_check"],
    ]

    assert [moment[-1] for moment in told] == ["Z", "Z"]
