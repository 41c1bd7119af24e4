"""What hangs keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from aggregator.apart import MOST, apart
from aggregator.daemon.watching import Watching
from aggregator.errors import FetchError
from aggregator.model import Batch, Bookmark
from aggregator.sources.jekyll import Jekyll
from aggregator.sources.opml import Opml
from tests.builders import a_source
from tests.fakes import FakeWeb
from tests.sources.posts import HEAD, a_folder_source, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def taken(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Every thread that all share waits for something that hangs."""
    goes_on = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        loop.set_default_executor(pool)
        pool.submit(goes_on.wait)
        try:
            yield
        finally:
            goes_on.set()


def test_it_tells_what_came_of_it() -> None:
    async def both() -> None:
        assert await apart(lambda: 1) == 1
        with pytest.raises(ZeroDivisionError):
            await apart(lambda: 1 // 0)

    asyncio.run(both())


def test_what_hangs_keeps_neither_others_waiting_nor_the_end() -> None:
    goes_on = threading.Event()

    async def many() -> None:
        hang = [asyncio.create_task(apart(goes_on.wait)) for _ in range(64)]
        assert await asyncio.to_thread(lambda: 1) == 1
        assert await apart(lambda: 2) == 2
        for each in hang:
            each.cancel()
        await asyncio.wait(hang)

    asyncio.run(many())
    goes_on.set()


def test_so_many_hang_for_one_purpose_and_no_more() -> None:
    goes_on, one_goes_on = threading.Event(), threading.Event()

    async def many() -> None:
        hang = [asyncio.create_task(apart(goes_on.wait)) for _ in range(MOST - 1)]
        one = asyncio.create_task(apart(one_goes_on.wait))
        late = asyncio.create_task(apart(lambda: "at last"))
        assert await apart(lambda: "a name", "lookup") == "a name"
        one.cancel()  # nobody waits for it, but its thread hangs on
        await asyncio.wait([one])
        assert not late.done()

        one_goes_on.set()

        assert await late == "at last"
        goes_on.set()
        await asyncio.gather(*hang)

    asyncio.run(many())


def test_where_the_system_has_no_thread_it_says_so() -> None:
    before = threading.stack_size(1 << 47)  # more than there are addresses
    try:
        with pytest.raises(FetchError, match="no thread could be started"):
            asyncio.run(apart(lambda: 1))
    finally:
        threading.stack_size(before)


def test_local_sources_wait_for_no_thread_that_others_hold(tmp_path: Path) -> None:
    posts, told = a_folder_source(tmp_path), asyncio.Event()
    write(tmp_path / "seeds/a.md", HEAD)
    (tmp_path / "my.opml").write_text("<opml/>")
    options = Opml.options(path="my.opml")
    feeds = a_source("list", type="opml", location="my.opml", options=options, root=tmp_path)

    async def read() -> None:
        with taken(asyncio.get_running_loop()):
            async with asyncio.timeout(20):
                fetched = [part async for part in Jekyll().fetch(posts, Bookmark(), FakeWeb())]
                fetched += [part async for part in Opml().fetch(feeds, Bookmark(), FakeWeb())]
                watching = Watching(lambda _: told.set(), "poll")
                watching.watch({tmp_path / "seeds": frozenset({"posts"})})
                at_work = asyncio.create_task(watching.run())
                await told.wait()
                at_work.cancel()
                await asyncio.wait([at_work])
        assert sum(len(part.documents) for part in fetched if isinstance(part, Batch)) == 2

    asyncio.run(read())
