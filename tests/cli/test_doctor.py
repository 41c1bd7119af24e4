"""A site is looked at, and left as it was."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aggregator.app.doctor import examine
from aggregator.store import SiteLock
from aggregator.store.care import check
from tests.cli.conftest import CONFIGURATION, Site
from tests.cli.loopback import Server
from tests.fakes import FakeClock

HOLD = """
import pathlib, sys
from aggregator.store import SiteLock
with SiteLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def configuration(server: Server | None = None, more: str = "") -> str:
    feed = f'  - {{id: feed, type: feed, url: "{server.url}/feed.xml"}}\n' if server else ""
    opened = "fetch: {allow_private: [127.0.0.1], host_delay: 0s}\n" if server else ""
    return f'{CONFIGURATION}{feed}{opened}server: {{listen: "127.0.0.1:{free_port()}"}}\n{more}'


@pytest.fixture
def filled(site: Site, server: Server) -> Site:
    site.configure(configuration(server))
    site.write_post()
    assert site.run("refresh").code == 0
    server.asked.clear()
    return site


def found(site: Site, code: int = 0, *options: str) -> list[dict[str, Any]]:
    ran = site.run("doctor", "--json", *options)
    assert (ran.code, ran.json["version"]) == (code, 1), ran.out
    findings: list[dict[str, Any]] = ran.json["findings"]
    assert ran.json["totals"] == {
        mark: sum(1 for each in findings if each["mark"] == mark) for mark in ("ok", "warn", "fail")
    }
    assert all((each["fix"] is None) is (each["mark"] == "ok") for each in findings)
    return findings


def only(findings: list[dict[str, Any]], name: str, mark: str | None = None) -> dict[str, Any]:
    (each,) = [one for one in findings if one["check"] == name and mark in (None, one["mark"])]
    return each


def contents(root: Path) -> dict[str, bytes]:
    """Every file but SQLite's own beside the store."""
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix not in (".db-wal", ".db-shm")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_sources_whose_items_keep_changing_are_told_with_what_to_do(filled: Site) -> None:
    with closing(sqlite3.connect(filled.root / "var" / "aggregator.db")) as raw, raw:
        raw.execute("update items set revision = 60")
        raw.execute("update revisions set revision = 60")

    told = [each for each in found(filled) if each["check"] == "revisions"]

    assert [each["said"] for each in told] == [
        f"{source}: 1 item kept changing: of each the newest 50 revisions are kept,"
        " and one a day of older ones"
        for source in ("feed", "posts")
    ]
    assert "`aggregator list items --source feed`" in told[0]["fix"]


def test_a_site_that_is_well_is_told_so(filled: Site) -> None:
    ran = filled.run("doctor")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line[:6] for line in lines[:-1]] == ["✓ ok  "] * (len(lines) - 1)
    assert [line[8:].partition(":")[0] for line in lines[:-1]] == [
        *("configuration", "versions", "store", "lock", "disk", "disk", "clock"),
        *("names", "fetch", "clock", "listen"),
    ]
    assert lines[-1] == "11 ok, 0 warn, 0 fail"


def test_one_source_is_asked_once_and_nothing_is_kept(filled: Site, server: Server) -> None:
    server.pages["/feed.xml"] = server.pages["/feed.xml"].replace("One", "Another")
    before = contents(filled.root)

    fetch = only(found(filled), "fetch")

    assert server.asked == ["/feed.xml"]
    assert fetch["said"].startswith("feed: 127.0.0.1 answered 200, ")
    assert contents(filled.root) == before
    assert check(filled.root / "var" / "aggregator.db") == []


def test_the_test_fetch_is_conditional(site: Site, server: Server) -> None:
    site.configure(configuration(server))
    server.etag = '"v1"'
    site.run("refresh")

    assert only(found(site), "fetch")["said"] == "feed: 127.0.0.1 answered 304, unchanged"


def test_a_source_that_is_not_to_be_asked_is_not(site: Site, server: Server) -> None:
    site.configure(configuration(server))
    server.retry_after = {"/feed.xml": "3600"}
    site.run("refresh")
    server.asked.clear()

    assert "held by a Retry-After" in only(found(site), "fetch")["said"]
    assert server.asked == []


def test_a_source_that_is_switched_off_is_not_asked(site: Site, server: Server) -> None:
    site.configure(configuration(server).replace('/feed.xml"', '/feed.xml", enabled: false'))

    findings = found(site)

    assert "no source is read over the network" in only(findings, "fetch")["said"]
    assert server.asked == []


def test_of_several_sources_one_that_was_well_is_asked(site: Site, server: Server) -> None:
    broken = f'  - {{id: broken, type: feed, url: "{server.url}/none.xml"}}\n'
    site.configure(configuration(server).replace("  - {id: feed", broken + "  - {id: feed"))
    site.run("refresh")
    server.asked.clear()

    assert only(found(site), "fetch")["said"].startswith("feed: ")
    assert server.asked == ["/feed.xml"]


def test_a_server_that_refuses_a_source_is_the_sources_trouble(site: Site, server: Server) -> None:
    site.configure(configuration(server))
    del server.pages["/feed.xml"]

    assert "404" in only(found(site), "fetch", "warn")["said"]


def test_a_network_that_does_not_work_fails(site: Site) -> None:
    feed = f'  - {{id: feed, type: feed, url: "http://127.0.0.1:{free_port()}/"}}\n'
    site.configure(
        configuration(more="fetch: {allow_private: [127.0.0.1]}\n").replace("server:", feed + "server:")
    )

    assert "refuses the connection" in only(found(site, 1), "fetch", "fail")["said"]


def test_a_clock_that_differs_from_a_servers_is_pointed_out(site: Site, server: Server) -> None:
    site.configure(configuration(server))
    server.date = "Sun, 06 Nov 1994 08:49:37 GMT"

    assert "ahead of that of 127.0.0.1" in only(found(site), "clock", "warn")["said"]


def test_a_clock_that_went_back_is_told(filled: Site) -> None:
    diagnosis = examine(None, os.environ, FakeClock())  # which stands days before now

    (said,) = [each.said for each in diagnosis.findings if each.check == "clock" and each.mark == "fail"]
    assert said.startswith("it says 2026-11-22T12:00:00Z, but the store was written at 2026-")
    assert diagnosis.exit_code == 1


def test_what_can_be_looked_at_is_looked_at_beside_a_broken_configuration(filled: Site) -> None:
    config = filled.root / "config" / "aggregator.yaml"
    config.write_text(config.read_text() + "nonsense: 1\nschedule: {interval: soon}\n")

    findings = found(filled, 78)

    wrong = [each["said"] for each in findings if each["check"] == "configuration"]
    assert [line.split(":")[3].strip() for line in wrong] == ["nonsense", "schedule.interval"]
    assert only(findings, "store")["mark"] == "ok"
    assert only(findings, "listen")["mark"] == "ok"
    assert only(findings, "clock")["mark"] == "ok"
    assert only(findings, "fetch")["mark"] == "warn"


@pytest.mark.parametrize("text", ["a: [", "store: [1]\noutput: 1\nserver: 1\n"])
def test_a_configuration_that_tells_nothing_leaves_little_to_look_at(site: Site, text: str) -> None:
    site.configure(text)

    findings = found(site, 78)

    assert only(findings, "store")["said"] == "where the store is cannot be told"
    assert {each["check"] for each in findings} == {"configuration", "versions", "store", "clock", "fetch"}


def test_no_configuration_at_all_is_told(site: Site) -> None:
    (site.root / "config" / "aggregator.yaml").unlink()

    told = only(found(site, 78), "configuration")

    assert "aggregator init" in told["said"]
    assert told["fix"] == "go to the site's folder, or name its file with -c FILE"


def test_a_site_that_was_never_refreshed_is_well(site: Site) -> None:
    site.configure(configuration())

    assert "not there yet" in only(found(site), "store", "warn")["said"]
    assert not (site.root / "var").exists()


def test_a_store_that_is_lost_beside_its_outputs_fails(filled: Site) -> None:
    (filled.root / "var" / "aggregator.db").unlink()

    lost = only(found(filled, 1), "store", "fail")

    assert "outputs made from one are" in lost["said"]
    assert "db restore" in lost["fix"]


def test_a_store_of_another_site_fails(filled: Site, server: Server) -> None:
    manifest = filled.root / "feeds" / ".aggregator.json"
    manifest.write_text(manifest.read_text().replace('"site": "', '"site": "not-'))

    assert "another site" in only(found(filled, 1), "store", "fail")["said"]


def test_a_damaged_store_fails_and_the_rest_goes_on(filled: Site) -> None:
    store = filled.root / "var" / "aggregator.db"
    store.write_bytes(b"damaged" * 1000)

    findings = found(filled, 1)

    assert "is not a database" in only(findings, "store", "fail")["said"]
    assert only(findings, "fetch")["mark"] == "ok"


def test_a_store_that_others_may_read_is_pointed_out(filled: Site) -> None:
    (filled.root / "var" / "aggregator.db").chmod(0o644)

    assert "chmod 600" in only(found(filled), "store", "warn")["fix"]


def test_whoever_is_at_work_is_named(filled: Site) -> None:
    store = filled.root / "var" / "aggregator.db"
    command = [sys.executable, "-c", HOLD, str(store), "daemon"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"

        findings = found(filled)
        process.kill()

    assert f"process {process.pid} (aggregator daemon)" in only(findings, "lock")["said"]


def test_the_lock_is_left_to_whoever_holds_it(filled: Site) -> None:
    with SiteLock(filled.root / "var" / "aggregator.db"):
        assert f"process {os.getpid()}" in only(found(filled), "lock")["said"]


def test_a_listen_address_that_another_program_has_fails(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        site.configure(CONFIGURATION + f'server: {{listen: "127.0.0.1:{other.getsockname()[1]}"}}\n')

        assert "another program listens there" in only(found(site, 1), "listen", "fail")["said"]


def test_a_listen_address_that_serves_this_site_is_ours(filled: Site, server: Server) -> None:
    listen(filled, server)
    server.pages["/-/healthy"] = "ok: 2 sources"
    server.pages["/feeds.opml"] = (filled.root / "feeds" / "feeds.opml").read_text()

    assert only(found(filled), "listen")["said"].endswith(": ok: 2 sources")


def test_a_server_of_this_site_that_is_not_well_fails(filled: Site, server: Server) -> None:
    listen(filled, server)
    server.pages["/feeds.opml"] = (filled.root / "feeds" / "feeds.opml").read_text()

    assert "is not well" in only(found(filled, 1), "listen", "fail")["said"]


def test_a_listen_address_that_serves_another_site_is_not_ours(filled: Site, server: Server) -> None:
    listen(filled, server)
    server.pages["/-/healthy"] = "ok: 2 sources"
    server.pages["/feeds.opml"] = "<opml/>"

    assert "another program" in only(found(filled, 1), "listen", "fail")["said"]


def listen(site: Site, server: Server) -> None:
    config = site.root / "config" / "aggregator.yaml"
    head, _, _ = config.read_text().partition("server:")
    config.write_text(f'{head}server: {{listen: "{server.url.removeprefix("http://")}"}}\n')


def test_credentials_are_never_shown(site: Site, server: Server) -> None:
    site.configure(configuration(server).replace("http://127", "http://user:secret@127"))

    ran = site.run("doctor", "--json")

    assert "secret" not in ran.out + ran.err


def test_quiet_tells_what_is_not_well_alone(site: Site) -> None:
    site.configure(configuration())

    ran = site.run("-q", "doctor")

    assert ran.out.splitlines() == [
        f"! warn  store: {site.root}/var/aggregator.db: is not there yet",
        "        fix: `aggregator refresh` makes it",
    ]


def test_a_terminal_without_our_shapes_is_shown_others(site: Site) -> None:
    site.configure(configuration())
    command = [sys.executable, "-m", "aggregator", "doctor"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}

    ran = subprocess.run(command, cwd=site.root, env=environ, capture_output=True, check=False)

    assert ran.returncode == 0
    assert {line[:6] for line in ran.stdout.decode("ascii").splitlines()} >= {"+ ok  ", "! warn"}
