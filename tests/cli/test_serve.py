"""``aggregator serve`` as a user runs it."""

from __future__ import annotations

import re
import signal
import socket

import pytest

from tests.cli.conftest import Site
from tests.serving import serving


def test_the_outputs_are_served_until_it_is_told_to_stop(site: Site) -> None:
    site.write_post()
    site.run("refresh")

    for number in (signal.SIGTERM, signal.SIGINT):
        with serving(site.root) as served:
            assert re.fullmatch(r"serving feeds at http://127\.0\.0\.1:\d+/\n", served.first_line)
            answer, body = served.get("/category/macro.xml")
            assert answer.status == 200
            assert body == site.files()["category/macro.xml"]
            assert answer.headers["Cache-Control"] == "public, max-age=360"  # a tenth of an hour
            answer, body = served.get("/-/healthy")
            assert answer.status == 200
            assert re.fullmatch(rb"ok: 1 source, 0 failing; last read \S{19}Z\n", body)
            answer, body = served.get("/-/metrics")
            assert b'\naggregator_sources{state="ok"} 1\n' in body
            assert b"\naggregator_items 1\n" in body

            assert served.stop(number) == (0, "")


def test_it_listens_at_each_address_it_is_told(site: Site) -> None:
    site.write_post()
    site.run("refresh")

    with serving(site.root, "--listen", "[::1]:0", "--listen", "localhost:0", "--access-log") as served:
        assert served.first_line.startswith("serving feeds at http://[::1]:")
        answer, _ = served.get("/\x1b[31m".replace("\x1b", "%1b"))
        assert answer.status == 404

        code, err = served.stop()
    assert code == 0
    assert re.fullmatch(r'info: ::1 "GET /%1b\[31m" 404 \d+ "-"\n', err)


def test_without_a_store_files_are_served_and_health_says_so(site: Site) -> None:
    (site.root / "feeds").mkdir()
    (site.root / "feeds" / "index.html").write_text("<p>home")

    with serving(site.root) as served:
        assert served.get("/")[1] == b"<p>home"
        answer, body = served.get("/-/healthy")
        assert answer.status == 200
        assert b"there is no store" in body
    assert not (site.root / "var").exists()


def test_a_damaged_store_is_told_by_health_and_files_are_served_all_the_same(site: Site) -> None:
    site.write_post()
    site.run("refresh")
    (site.root / "var" / "aggregator.db").write_bytes(b"nonsense" * 1000)

    with serving(site.root) as served:
        assert served.get("/all.xml")[0].status == 200
        answer, body = served.get("/-/healthy")
        assert (answer.status, body) == (503, b"failing: the store cannot be read; the log says why\n")
        code, err = served.stop()
    assert code == 0
    assert err.startswith("warning: ")
    assert err.count("\n") == 1


def test_a_former_slug_leads_to_the_present_one(site: Site) -> None:
    sources = "sources: [{id: posts, type: jekyll, path: seeds, category: economy}]\n"
    site.configure(f"categories: [{{slug: economy}}]\n{sources}")
    site.write_post()
    site.run("refresh")
    site.configure(f"categories: [{{slug: the economy, was: [economy]}}]\n{sources}")
    assert site.run("refresh").code == 0

    with serving(site.root) as served:
        answer, _ = served.get("/category/economy.xml")
        assert (answer.status, answer.headers["Location"]) == (301, "the%20economy.xml")
        assert served.get("/category/the%20economy.xml")[0].status == 200


def test_what_is_refreshed_meanwhile_is_served(site: Site) -> None:
    site.write_post("a.md")
    site.run("refresh")

    with serving(site.root) as served:
        before, body = served.get("/all.xml")
        assert served.get("/all.xml", If_None_Match=before.headers["ETag"])[0].status == 304
        site.write_post("b.md", "202206132410063351", title="Something new")
        site.run("refresh")
        after, body = served.get("/all.xml", If_None_Match=before.headers["ETag"])
        assert after.status == 200
        assert b"Something new" in body


def test_a_folder_that_is_not_there_is_told_in_a_line(site: Site) -> None:
    ran = site.run("serve")

    assert ran.code == 1
    assert ran.err == "aggregator: feeds: the output folder is not there; `aggregator refresh` writes it\n"


def test_an_address_in_use_is_told_in_a_line(site: Site) -> None:
    (site.root / "feeds").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = site.run("serve", "--listen", f"127.0.0.1:{port}")

    assert ran.code == 1
    assert ran.err == (
        f"aggregator: 127.0.0.1:{port} is in use: stop what listens there,"
        " or choose another with --listen HOST:PORT\n"
    )


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", "::1:80", "127.0.0.1:99999", ""])
def test_what_is_no_address_is_wrong_usage(site: Site, address: str) -> None:
    ran = site.run("serve", "--listen", address)

    assert ran.code == 2
    assert "must be HOST:PORT" in ran.err
