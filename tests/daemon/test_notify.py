"""What a service manager hears, over a socket of its own."""

from __future__ import annotations

import os
import socket
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from aggregator.daemon.notify import Notify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Manager:
    """Listens as systemd does."""

    def __init__(self, listens: socket.socket) -> None:
        self._listens = listens

    def heard(self) -> list[str]:
        lines: list[str] = []
        while True:
            try:
                lines.append(self._listens.recv(4096).decode())
            except BlockingIOError:
                return lines


@contextmanager
def listening(address: str) -> Iterator[Manager]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listens:
        listens.bind(address)
        listens.setblocking(False)
        yield Manager(listens)


@pytest.mark.parametrize("abstract", [False, True])
def test_what_goes_on_is_told(tmp_path: Path, abstract: bool) -> None:
    name = f"@aggregator-{tmp_path.name}-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with listening(name.replace("@", "\0", 1) if abstract else name) as manager:
        notify = Notify({"NOTIFY_SOCKET": name}, monotonic=lambda: 12.5)

        notify.ready()
        notify.status("two\nlines")
        notify.status("two\nlines")
        notify.reloading()
        notify.stopping()

        assert manager.heard() == [
            "READY=1",
            "STATUS=two lines",
            "RELOADING=1\nMONOTONIC_USEC=12500000",
            "STOPPING=1",
        ]


def test_the_watchdog_is_told_twice_in_its_time(tmp_path: Path) -> None:
    now = 0.0
    with listening(str(tmp_path / "notify")) as manager:
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000000"}
        notify = Notify(environ, monotonic=lambda: now)
        times = []
        for now in range(21):
            notify.alive()
            times += [now] * len(manager.heard())

        assert notify.watchdog == 10
        assert times == [0, 5, 10, 15, 20]


@pytest.mark.parametrize(
    "watchdog",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}],
)
def test_a_watchdog_of_nobody_or_of_another_process_is_none(watchdog: dict[str, str]) -> None:
    notify = Notify(watchdog, pid=2)

    notify.alive()

    assert notify.watchdog is None


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all", "@nobody-listens-here"])
def test_where_nobody_listens_work_goes_on(address: str) -> None:
    Notify({"NOTIFY_SOCKET": address}).ready()


def test_a_manager_that_does_not_listen_stops_no_work(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")):
        notify = Notify({"NOTIFY_SOCKET": str(tmp_path / "notify")})

        for _ in range(3000):
            notify.ready()
