"""Files as they are now, held in bounded memory."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from aggregator.server.files import Files, UnreadableError
from tests.builders import NOW
from tests.fakes import FakeClock
from tests.server.house import run

LATER = FakeClock(NOW.replace(year=NOW.year + 50))


@asynccontextmanager
async def files_of(folder: Path, **settings: Any) -> AsyncIterator[Files]:
    files = Files(folder, settings.pop("clock", LATER), **settings)
    yield files
    files.close()


def replace(path: Path, body: bytes) -> None:
    temporary = path.with_name("next")
    temporary.write_bytes(body)
    temporary.replace(path)


def test_a_file_is_read_once_while_it_stays_as_it_is(folder: Path) -> None:
    async def work() -> None:
        async with files_of(folder) as files:
            one, *others = await asyncio.gather(*(files.find("all.xml") for _ in range(20)))
            assert one is not None
            assert all(other is one for other in others)
            assert files.held("all.xml") is one
            replace(folder / "all.xml", b"<feed/>")
            assert files.held("all.xml") is None
            two = await files.find("all.xml")
            assert two is not None
            assert two.body == b"<feed/>"

    run(work())


def test_a_body_is_compressed_once_and_again_only_if_it_changed(folder: Path) -> None:
    async def work() -> None:
        async with files_of(folder) as files:
            file = await files.find("all.xml")
            assert file is not None
            assert file.body is not None
            one, two = await asyncio.gather(files.encoded(file, "gzip"), files.encoded(file, "gzip"))
            assert one is two
            assert gzip.decompress(one) == file.body

            replace(folder / "all.xml", file.body)
            same = await files.find("all.xml")
            assert same is not None
            assert same is not file
            assert await files.encoded(same, "gzip") is one

    run(work())


def test_memory_is_bounded_and_keeps_what_was_asked_for_last(folder: Path) -> None:
    for number in range(50):
        (folder / f"{number}.txt").write_bytes(os.urandom(10_000))

    async def work() -> None:
        async with files_of(folder, memory=100_000) as files:
            for number in range(50):
                file = await files.find(f"{number}.txt")
                assert file is not None
                await files.encoded(file, "br")
                await files.find("all.xml")
                assert 0 < files.size <= 100_000
            assert files.held("all.xml") is not None
            assert files.held("49.txt") is not None
            assert files.held("0.txt") is None

    run(work())


def test_what_is_forgotten_takes_no_memory(folder: Path) -> None:
    async def work() -> None:
        async with files_of(folder) as files:
            for coding in ("gzip", "br"):
                file = await files.find("all.xml")
                assert file is not None
                await files.encoded(file, coding)
            assert files.size > 0
            (folder / "all.xml").unlink()
            assert await files.find("all.xml") is None
            assert files.size == 0

    run(work())


def test_a_file_larger_than_is_kept_is_opened_for_each_request_and_only_that_file(folder: Path) -> None:
    (folder / "all.xml").write_bytes(b"x" * 1000)

    async def work() -> None:
        async with files_of(folder, largest=999) as files:
            file = await files.find("all.xml")
            assert file is not None
            assert file.body is None
            assert file.length == 1000
            descriptor = await files.open(file)
            assert descriptor is not None
            replace(folder / "all.xml", b"y" * 1000)
            assert await files.chunk(descriptor, 990, 100) == b"x" * 10
            os.close(descriptor)
            assert await files.open(file) is None
            (folder / "all.xml").unlink()
            assert await files.open(file) is None

    run(work())


@pytest.mark.parametrize(
    "path", ["link.txt", "linked/x.html", "category", "nothing", "all.xml/x", "a" * 300, "pipe"]
)
def test_what_is_no_file_of_the_folder_is_not_there(folder: Path, path: str) -> None:
    os.mkfifo(folder / "pipe")

    async def work() -> None:
        async with files_of(folder) as files:
            assert await files.find(path) is None

    run(work())


def test_a_folder_swapped_for_a_link_leads_nowhere(folder: Path) -> None:
    async def work() -> None:
        async with files_of(folder) as files:
            assert await files.find("item/1.html") is not None
            (folder / "item").rename(folder / "was")
            (folder / "item").symlink_to(folder.parent / "feeds-secret")
            assert await files.find("item/x.html") is None
            assert await files.find("item/1.html") is None

    run(work())


def test_a_folder_that_is_gone_is_told_apart_from_a_file_that_is(folder: Path) -> None:
    async def work() -> None:
        async with files_of(folder.with_name("nowhere")) as files:
            with pytest.raises(UnreadableError, match="the folder is not there"):
                await files.find("all.xml")

    run(work())


def test_what_cannot_be_read_is_told_apart_from_what_is_not_there() -> None:
    async def work() -> None:
        async with files_of(Path("/proc/self")) as files:
            with pytest.raises(UnreadableError, match="/mem: Input/output error"):
                await files.find("mem")

    run(work())


def test_a_file_that_changed_just_now_is_looked_at_again(folder: Path) -> None:
    async def work() -> None:
        moment = int(NOW.timestamp() * 10**9)
        os.utime(folder / "all.xml", ns=(moment, moment))
        async with files_of(folder, clock=FakeClock(NOW)) as files:
            young = await files.find("all.xml")
            assert young is not None
            assert young.modified is None
            await asyncio.sleep(0.06)  # how long it is trusted
            assert files.held("all.xml") is None

    run(work())
