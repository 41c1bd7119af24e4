"""What may hang, in a thread of its own: it keeps neither others waiting nor the process from ending.

A disk or a name server that hangs cannot be let go of; in a pool a few of them would take up every thread.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from aggregator.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


async def apart(work: Callable[[], _Result], name: str = "apart") -> _Result:
    """What ``work`` comes to, or raises; where the waiting is cancelled, it goes on unheard.

    Raises FetchError where the system has no thread for it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def run() -> None:
        found: Future[_Result] = Future()
        try:
            found.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who waits
            found.set_exception(error)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(partial(_settle, done, found))

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError as error:
        raise FetchError("no thread could be started to read it in") from error
    return await done


def _settle(done: asyncio.Future[_Result], found: Future[_Result]) -> None:
    if done.done():
        return
    if (error := found.exception()) is not None:
        done.set_exception(error)
    else:
        done.set_result(found.result())
