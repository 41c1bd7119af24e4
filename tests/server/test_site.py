"""What is answered, over a real connection."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
from pathlib import Path
from urllib.parse import urljoin

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOW
from tests.fakes import FakeClock
from tests.server.conftest import ATOM, SECRET
from tests.server.house import FakeVitals, Got, a_house, parsed, run
from tests.server.test_targets import NOTHING

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def ask(folder: Path, target: str = "/all.xml", method: str = "GET", **headers: str) -> Got:
    """The answer to one request to a new server."""
    found: list[Got] = []

    async def work() -> None:
        async with a_house(folder) as house:
            found.append(await house.get(target, method, **headers))

    run(work())
    return found[0]


def test_a_feed_is_sent_whole(folder: Path) -> None:
    got = ask(folder)

    assert (got.status, got.body) == (200, ATOM)
    assert got["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert got["Content-Length"] == str(len(ATOM))
    assert got["ETag"] == f'"{hashlib.sha256(ATOM).hexdigest()[:32]}"'
    assert got["Vary"] == "Accept, Accept-Encoding"
    assert got["Cache-Control"] == "public, max-age=360"
    assert got["Date"] == "Sun, 22 Nov 2076 12:00:00 GMT"
    assert got["Last-Modified"].endswith(" GMT")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Referrer-Policy"] == "no-referrer"
    assert "Server" not in got
    assert "Set-Cookie" not in got


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/all.json", "application/feed+json; charset=utf-8"),
        ("/health.json", "application/json; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/category/macro.xml", "application/atom+xml; charset=utf-8"),
        ("/category/a%20b(c).xml", "application/atom+xml; charset=utf-8"),
        ("/empty.txt", "text/plain; charset=utf-8"),
        ("/category/deep/", "text/html; charset=utf-8"),
    ],
)
def test_each_file_has_its_type(folder: Path, target: str, kind: str) -> None:
    got = ask(folder, target)

    assert (got.status, got["Content-Type"]) == (200, kind)


def test_a_browser_is_sent_a_feed_as_what_it_can_show(folder: Path) -> None:
    shown, read = ask(folder, Accept=BROWSER), ask(folder, Accept="application/atom+xml")

    assert shown["Content-Type"] == "application/xml; charset=utf-8"
    assert read["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert shown.body == read.body
    assert shown["ETag"] != read["ETag"]
    assert shown["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("target", ["/", "/all.xml", "/style.css", "/nothing", "/-/healthy"])
def test_pages_may_load_nothing_but_their_own_stylesheet_and_pictures(folder: Path, target: str) -> None:
    assert ask(folder, target)["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def test_the_page_of_an_item_may_show_its_publishers_pictures(folder: Path) -> None:
    assert "img-src 'self' https: http:;" in ask(folder, "/item/1.html")["Content-Security-Policy"]


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_body_is_compressed_for_whoever_accepts_it(folder: Path, coding: str) -> None:
    plain, coded = ask(folder), ask(folder, Accept_Encoding=coding)

    unpacked = gzip.decompress(coded.body) if coding == "gzip" else brotli.decompress(coded.body)
    assert coded["Content-Encoding"] == coding
    assert unpacked == ATOM
    assert len(coded.body) < len(ATOM)
    assert coded["ETag"] != plain["ETag"]


def test_what_is_small_is_never_compressed(folder: Path) -> None:
    got = ask(folder, "/style.css", Accept_Encoding="br, gzip")

    assert "Content-Encoding" not in got
    assert "Vary" not in got
    assert got.body == b"p{}"


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "br"}, {"Accept": BROWSER}])
def test_each_form_is_known_again_by_its_tag(folder: Path, headers: dict[str, str]) -> None:
    first = ask(folder, **headers)
    again = ask(folder, If_None_Match=f'W/{first["ETag"]}, "x"', **headers)

    assert (again.status, again.body) == (304, b"")
    assert {name: again[name] for name in ("ETag", "Vary", "Cache-Control", "Last-Modified")} == {
        name: first[name] for name in ("ETag", "Vary", "Cache-Control", "Last-Modified")
    }
    assert "Content-Type" not in again
    assert "Content-Length" not in again


def test_a_file_is_known_again_by_its_date(folder: Path) -> None:
    first = ask(folder)
    again = ask(folder, If_Modified_Since=first["Last-Modified"])

    assert again.status == 304


def test_a_file_that_changed_just_now_tells_no_date_since_it_may_change_again(folder: Path) -> None:
    async def work() -> None:
        os.utime(folder / "all.xml", ns=(0, int(NOW.timestamp() * 10**9)))
        clock = FakeClock(NOW)
        async with a_house(folder, clock=clock) as house:
            young = await house.get()
            assert "Last-Modified" not in young
            assert (await house.get(If_Modified_Since="Sun, 22 Nov 2076 12:00:00 GMT")).status == 200
            assert (await house.get(If_None_Match=young["ETag"])).status == 304

            clock.advance(seconds=3)
            await asyncio.sleep(0.06)  # how long a file is trusted whose times are of this very moment
            settled = await house.get()
            assert settled["Last-Modified"] == "Sun, 22 Nov 2026 12:00:00 GMT"

    run(work())


def test_a_precondition_that_fails_is_told(folder: Path) -> None:
    assert ask(folder, If_Match='"x"').status == 412


def test_a_part_is_sent_of_the_form_that_is_asked_for(folder: Path) -> None:
    got = ask(folder, Range="bytes=10-19")
    coded = ask(folder, Accept_Encoding="gzip")
    rest = ask(folder, Accept_Encoding="gzip", Range="bytes=20-", If_Range=coded["ETag"])
    changed = ask(folder, Range="bytes=10-19", If_Range='"other"')

    assert (got.status, got.body) == (206, ATOM[10:20])
    assert got["Content-Range"] == f"bytes 10-19/{len(ATOM)}"
    assert got["Content-Length"] == "10"
    assert (rest.status, coded.body[:20] + rest.body) == (206, coded.body)
    assert (changed.status, changed.body) == (200, ATOM)


def test_a_part_beyond_the_end_is_refused(folder: Path) -> None:
    got = ask(folder, Range=f"bytes={len(ATOM)}-")

    assert (got.status, got["Content-Range"]) == (416, f"bytes */{len(ATOM)}")


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "gzip"}, {"Range": "bytes=0-1"}])
def test_head_tells_what_get_would(folder: Path, headers: dict[str, str]) -> None:
    whole = {name: value for name, value in headers.items() if name != "Range"}
    head, got = ask(folder, "/all.xml", "HEAD", **headers), ask(folder, **whole)

    assert head.body == b""
    assert (head.status, head.headers) == (got.status, got.headers)


@pytest.mark.parametrize("target", ["/nothing", "/-/healthy", "/-/metrics", "/category/deep", "/"])
def test_head_has_no_body_whatever_is_asked(folder: Path, target: str) -> None:
    assert ask(folder, target, "HEAD").body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND"])
def test_other_methods_are_refused(folder: Path, method: str) -> None:
    got = ask(folder, "/all.xml", method)

    assert (got.status, got["Allow"]) == (405, "GET, HEAD")
    assert ATOM not in got.body


@pytest.mark.parametrize(
    "target",
    [
        *(each for each in NOTHING if each.startswith("/") and each.isprintable() and len(each) < 8000),
        "/category", "/category/", "/item/", "/linked/x.html", "/link.txt", "/all.xml/", "/all.xml/x",
        "/.tmp-1-1", "/nothing.xml", "/-/", "/-/other", "/-",
        "/%2d/metrics", "/%2D/healthy", "/-/metric%73", "/%2d/metrics?/-/metrics", "/all.xml/../secret.txt",
    ],
)  # fmt: skip
def test_nothing_is_listed_and_nothing_else_is_found(folder: Path, target: str) -> None:
    got = ask(folder, target)

    assert got.status == 404
    assert SECRET not in got.raw
    assert got["Cache-Control"] == "no-store"


def test_the_sites_own_page_says_that_nothing_is_there(folder: Path) -> None:
    page = b"<!DOCTYPE html><p>nothing here</p>" * 20
    (folder / "404.html").write_bytes(page)

    got, coded = ask(folder, "/nothing"), ask(folder, "/nothing", Accept_Encoding="gzip")

    assert (got.status, got["Content-Type"], got.body) == (404, "text/html; charset=utf-8", page)
    assert (coded.status, gzip.decompress(coded.body)) == (404, page)
    assert "style-src 'unsafe-inline';" in got["Content-Security-Policy"]
    assert "ETag" not in got
    assert ask(folder, "/nothing", If_None_Match="*").status == 404


def test_a_folder_leads_to_its_index_wherever_it_is_published(folder: Path) -> None:
    got = ask(folder, "/category/deep")

    assert got.status == 301
    assert urljoin("https://a.example/below/category/deep", got["Location"]) == (
        "https://a.example/below/category/deep/"
    )


def test_a_former_address_leads_to_the_present_one_even_if_a_file_is_there(folder: Path) -> None:
    async def work() -> None:
        def moved(path: str) -> str | None:
            return {"category/macro.xml": "category/a b(c).xml"}.get(path)

        async with a_house(folder, moved=moved) as house:
            got = await house.get("/category/macro.xml")
            assert (got.status, got["Location"]) == (301, "a%20b(c).xml")
            assert got["Cache-Control"] == "public, max-age=360"
            assert (await house.get("/category/a%20b(c).xml")).status == 200

    run(work())


def test_health_is_told_and_asked_for_once_a_second_at_most(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            got = await house.get("/-/healthy")
            assert (got.status, got.body, got["Cache-Control"]) == (200, b"ok: 2 sources\n", "no-store")
            for _ in range(20):
                await house.get("/-/healthy")
            assert house.vitals.asked < 20
        async with a_house(folder, vitals=FakeVitals(well=False)) as house:
            got = await house.get("/-/healthy")
            assert (got.status, got.body) == (503, b"failing: no store\n")

    run(work())


def test_metrics_are_those_of_the_whole_and_the_servers_own(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            await house.get("/all.xml")
            await house.get("/nothing")
            got = await house.get("/-/metrics")

        text = got.body.decode()
        assert got["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "aggregator_up 1\n" in text
        assert 'aggregator_http_responses_total{status="200"} 1\n' in text
        assert 'aggregator_http_responses_total{status="404"} 1\n' in text
        assert "aggregator_http_connections 1\n" in text
        assert text.endswith("\n")

    run(work())


def move(folder: Path, name: str) -> None:
    folder.rename(folder.with_name(name))


def test_a_folder_that_is_gone_is_no_reason_to_forget_a_feed(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            assert (await house.get()).status == 200
            move(folder, "away")
            got = await house.get()
            assert (got.status, got["Retry-After"]) == (503, "30")
            assert str(folder).encode() not in got.raw
            move(folder.with_name("away"), folder.name)
            assert (await house.get()).status == 200

    run(work())


def test_a_replaced_file_is_seen_at_once(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            for number in range(30):
                body = f"<feed>{number:05}</feed>".encode()  # of one size, and faster than clocks tick
                (folder / "next").write_bytes(body)
                (folder / "next").replace(folder / "all.xml")
                got = await house.get()
                assert got["ETag"] == f'"{hashlib.sha256(got.body).hexdigest()[:32]}"'
                if got.body != body:
                    await asyncio.sleep(
                        0.06
                    )  # how long a file is trusted whose times are of this very moment
                    assert (await house.get()).body == body

    run(work())


def test_a_large_file_is_sent_from_disk(folder: Path) -> None:
    body = os.urandom(1000) * 9000
    (folder / "all.xml").write_bytes(body)

    got, part_ = ask(folder, Accept_Encoding="br"), ask(folder, Range="bytes=5000000-5000009")

    assert (got.status, got.body) == (200, body)
    assert "Content-Encoding" not in got
    assert got["ETag"] == f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    assert (part_.status, part_.body) == (206, body[5000000:5000010])
    assert ask(folder, If_None_Match=got["ETag"]).status == 304
    assert ask(folder, "/all.xml", "HEAD")["Content-Length"] == str(len(body))
    assert ask(folder, Range=f"bytes={len(body)}-").status == 416


def test_a_request_needs_exactly_one_host(folder: Path) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            for hosts in (b"", b"Host: a\r\nHost: b\r\n"):
                got = parsed(await house.talk(b"GET /all.xml HTTP/1.1\r\n" + hosts + b"\r\n"))
                assert got.status == 400
                assert got["Connection"] == "close"

    run(work())


TARGETS = st.one_of(
    st.binary(max_size=60).map(b"/".__add__),
    st.lists(
        st.sampled_from(
            [
                b"..", b".", b"/", b"//", b"%2e%2e", b"%2f", b"%5c", b"\\", b"%00", b"%", b"%252e%252e",
                b"all.xml", b"secret.txt", b"linked", b"x.html", b"link.txt", b".aggregator.json",
                b"category", b"?", b"#", b";", b"\xff", b"~", b"http://h", b"%c0%af", b"-", b"healthy",
            ]
        ),
        max_size=8,
    ).map(b"".join),
)  # fmt: skip


@given(targets=st.lists(TARGETS, min_size=1, max_size=20))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_target_gets_anything_from_outside_and_none_is_a_mistake_of_ours(
    folder: Path, targets: list[bytes]
) -> None:
    async def work() -> None:
        async with a_house(folder) as house:
            for target in targets:
                raw = await house.talk(
                    b"GET " + target + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                )
                assert SECRET not in raw
                assert raw[9:12] in (b"200", b"301", b"400", b"404"), (target, raw[:200])

    run(work())


@given(
    names=st.lists(
        st.sampled_from(
            [
                "Accept",
                "Accept-Encoding",
                "If-None-Match",
                "If-Modified-Since",
                "If-Match",
                "Range",
                "If-Range",
            ]
        ),
        min_size=1,
        max_size=5,
    ),
    values=st.lists(
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30), min_size=5, max_size=5
    ),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_field_is_a_mistake_of_ours(folder: Path, names: list[str], values: list[str]) -> None:
    fields = [f"{name}: {value}\r\n".encode() for name, value in zip(names, values, strict=False)]

    async def work() -> None:
        async with a_house(folder) as house:
            raw = await house.talk(
                b"GET /all.xml HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + b"".join(fields) + b"\r\n"
            )
            assert raw[9:12] in (b"200", b"206", b"304", b"400", b"412", b"416"), raw[:200]

    run(work())
