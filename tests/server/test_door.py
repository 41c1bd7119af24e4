"""A site's server: it looks at the store now and then, whatever one look comes to."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from aggregator.app import App
from aggregator.server import OutputServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aggregator.store import SqliteStore

looks: list[str] = []


class Faulty(App):
    """The second look at its store goes wrong."""

    @contextmanager
    def library(self) -> Iterator[SqliteStore]:
        looks.append("look")
        if len(looks) == 2:
            raise ZeroDivisionError
        with super().library() as store:
            yield store


@pytest.fixture
def app(tmp_path: Path) -> App:
    looks.clear()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "aggregator.yaml").write_text("sources: [{type: jekyll, path: seeds}]\n")
    app = Faulty.open(tmp_path / "aggregator.yaml", {}, {})
    app.refresh()
    app.settings.output_dir.mkdir(exist_ok=True)
    return app


def test_a_look_that_goes_wrong_ends_neither_the_looking_nor_keeps_it_from_ending(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> tuple[str, int]:
        server = OutputServer(app, (("127.0.0.1", 0),), pause=0.001)
        await server.start()
        os.utime(app.settings.store, ns=(1, 1))
        async with asyncio.timeout(20):
            while len(looks) < 3:  # noqa: ASYNC110 - it comes from a thread
                await asyncio.sleep(0.001)
        await server.stop()
        return server.addresses[0]

    address = asyncio.run(run())

    assert "a bug; please report it" in caplog.text
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
