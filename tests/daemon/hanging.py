"""A daemon whose server reads from a disk that hangs; to be run, with a folder for its site, as a program."""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aggregator.app import App
from aggregator.daemon import Surroundings, run
from tests.daemon.sources import World


class Door:
    """Waits for nothing as it closes."""

    def __init__(self, app: App) -> None:
        self._threads = ThreadPoolExecutor(1)

    async def start(self) -> None:
        self._threads.submit(threading.Event().wait)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()

    async def use(self, app: App) -> None:
        pass

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


if __name__ == "__main__":
    world = World(Path(sys.argv[1]), remote="a")
    sys.exit(run(world.app(), Surroundings(reload=world.app, doors=(Door,))))
