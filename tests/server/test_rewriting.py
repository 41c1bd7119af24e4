"""Files are rewritten while they are served; every answer is one of them, whole."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from aggregator.outputs.files import OutputFolder
from tests.conftest import need
from tests.server.house import House, a_house, read_one, run

SECONDS = 1.5
UUID = "00000000-0000-4000-8000-000000000000"


def a_body(number: int) -> bytes:
    """Says its own hash; of many sizes."""
    filling = b"%d " % number * (100 + number * 7919 % 20_000)
    return hashlib.sha256(filling).hexdigest().encode() + filling


def is_whole(body: bytes) -> bool:
    return hashlib.sha256(body[64:]).hexdigest().encode() == body[:64]


def rewrite(folder: OutputFolder, until: float) -> int:
    """As a refresh does, again and again."""
    number = 0
    while time.monotonic() < until:
        number += 1
        folder.write({"all.xml": a_body(number), "category/macro.xml": a_body(number + 1)})
    return number


async def check(house: House, target: str, coding: str, until: float) -> set[str]:
    """Read until then on one connection; the tags seen, each of which stood for the same bytes always."""
    reader, writer = await house.connect()
    seen: dict[str, bytes] = {}
    while time.monotonic() < until:
        held = next(reversed(seen), "x")
        fields = f"Host: h\r\nAccept-Encoding: {coding}\r\nIf-None-Match: {held}\r\n"
        writer.write(f"GET {target} HTTP/1.1\r\n{fields}\r\n".encode())
        got = await read_one(reader)
        assert got.status in (200, 304)
        if got.status == 304:
            assert got["ETag"] == held
            continue
        body = gzip.decompress(got.body) if coding else got.body
        assert is_whole(body)
        assert got["ETag"].startswith(f'"{hashlib.sha256(body).hexdigest()[:32]}')
        assert seen.setdefault(got["ETag"], body) == body
    writer.close()
    return set(seen)


def test_no_answer_is_torn_while_files_are_rewritten(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "feeds", UUID)
    folder.write({"all.xml": a_body(0), "category/macro.xml": a_body(1)})
    folder.claim(known_files=True)

    async def work() -> None:
        async with a_house(tmp_path / "feeds") as house:
            until = time.monotonic() + SECONDS
            writing = asyncio.to_thread(rewrite, folder, until)
            written, *seen = await asyncio.gather(
                writing,
                *(
                    check(house, target, coding, until)
                    for target in ("/all.xml", "/category/macro.xml")
                    for coding in ("", "gzip")
                ),
            )
            assert isinstance(written, int)
            assert written > 10
            assert all(isinstance(tags, set) and len(tags) > 5 for tags in seen)

    run(work())


def test_a_hundred_clients_at_once_see_no_error(tmp_path: Path) -> None:
    program = need("wrk")
    folder = OutputFolder(tmp_path / "feeds", UUID)
    folder.write({"all.xml": a_body(0), "category/macro.xml": a_body(1)})
    folder.claim(known_files=True)

    async def work() -> None:
        async with a_house(tmp_path / "feeds") as house:
            until = time.monotonic() + SECONDS
            command = [
                program,
                "-t1",
                "-c100",
                f"-d{SECONDS + 0.5:.0f}s",
                f"http://127.0.0.1:{house.port}/all.xml",
            ]
            ran, _ = await asyncio.gather(
                asyncio.to_thread(
                    subprocess.run, command, capture_output=True, text=True, check=True, timeout=60
                ),
                asyncio.to_thread(rewrite, folder, until),
            )
            assert "requests in" in ran.stdout
            assert "Socket errors" not in ran.stdout
            assert "Non-2xx" not in ran.stdout

    run(work())


@pytest.mark.parametrize("size", [0, 10, 2**16, 9 * 2**20])
def test_a_file_that_grows_or_shrinks_in_place_is_never_sent_under_a_false_length(
    tmp_path: Path, size: int
) -> None:
    path = tmp_path / "all.xml"
    path.write_bytes(os.urandom(size))

    async def work() -> None:
        async with a_house(tmp_path) as house:
            for change in (size + 5, size // 2, size * 2 + 1):
                os.truncate(path, change)
                got = await house.get()
                assert (got.status, len(got.body)) == (200, int(got["Content-Length"]))
                assert got["ETag"] == f'"{hashlib.sha256(got.body).hexdigest()[:32]}"'

    run(work())
