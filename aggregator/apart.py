"""What may hang, in a thread of its own: it keeps neither others waiting nor the process from ending.

A disk or a name server that hangs cannot be let go of; in a pool a few of them would take up every thread.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from aggregator.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 128
"""Threads for one purpose at once, hanging ones too: service managers allow a process some hundreds."""

_Result = TypeVar("_Result")
_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()


async def apart(work: Callable[[], _Result], purpose: str = "disk") -> _Result:
    """What ``work`` comes to, or raises; where the waiting is cancelled, it goes on unheard.

    Where there are many for the same ``purpose``, it waits. Raises FetchError where the system has no thread.
    """
    loop = asyncio.get_running_loop()
    room = _rooms.setdefault(loop, {}).setdefault(purpose, asyncio.Semaphore(MOST))
    await room.acquire()
    done: asyncio.Future[_Result] = loop.create_future()

    def settle(found: Future[_Result]) -> None:
        room.release()
        _settle(done, found)

    def run() -> None:
        found: Future[_Result] = Future()
        try:
            found.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who waits
            found.set_exception(error)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found)

    try:
        threading.Thread(target=run, name=purpose, daemon=True).start()
    except RuntimeError as error:
        room.release()
        raise FetchError("no thread could be started to read it in") from error
    return await done


def _settle(done: asyncio.Future[_Result], found: Future[_Result]) -> None:
    if done.done():
        return
    if (error := found.exception()) is not None:
        done.set_exception(error)
    else:
        done.set_result(found.result())
