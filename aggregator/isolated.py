"""The child's side of isolation: read one document after the other until the pipe ends.

It never outlives its parent, nor a document's deadline: whatever it is doing then, the system ends it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.passing import pack_read, unpack_errand
from aggregator.reading import failure, read_document
from aggregator.wire import Wire

if TYPE_CHECKING:
    from types import TracebackType

READY, READ, CRASHED = b"\0", b"\1", b"\2"
"""How a message begins: it may be asked; what a document said; where and why it is ending."""
OUT_OF_MEMORY = 77
"""Its exit code where there was no memory left."""

LARGEST = 32 * 1024 * 1024
"""Bytes of an answer: what its parent has to hold."""
_LARGEST_REQUEST = 1 << 40
"""Our own parent's: whatever was fetched."""
_LONGEST_CONFESSION = 100_000
_PR_SET_PDEATHSIG = 1


def main(handle: int, parent: int, memory: int, deadline: float) -> None:
    """Serve ``parent`` over the socket ``handle``; ``memory`` in bytes, ``deadline``: seconds a document."""
    from aggregator import tidy  # noqa: F401, PLC0415 - loaded here, since later it would be a document's time

    _confine(memory)
    _die_with(parent)
    pipe = Wire.inherited(handle)
    sys.excepthook = _Confession(pipe)
    pipe.send(READY)
    serve(pipe, deadline)


def serve(pipe: Wire, deadline: float) -> None:
    """Answer until the parent is gone.

    An exception that no parser may raise ends the process: what state it would be in is anyone's guess.
    """
    while True:
        try:
            request = pipe.receive(_LARGEST_REQUEST)
        except (EOFError, ConnectionResetError):
            return
        try:
            answer = _answer(request, deadline)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        pipe.send(READ + answer)


def _answer(request: bytes, deadline: float) -> bytes:
    """All that the document said; the document itself the parent has."""
    adapter, source, document, now = unpack_errand(request)
    # Its default action ends the process even inside a C library, orphaned or not.
    signal.setitimer(signal.ITIMER_REAL, deadline)
    answer = pack_read(read_document(adapter, source, document, now))
    signal.setitimer(signal.ITIMER_REAL, 0)
    if len(answer) <= LARGEST:
        return answer
    size = LARGEST // 1024 // 1024
    return pack_read(failure(document, f"what it says is larger than {size} MiB and cannot be taken in"))


def _confine(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # not every system has this limit, or lets it be lowered
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _die_with(parent: int) -> None:
    """Have Linux end this process together with its parent; elsewhere the pipe and the deadline do."""
    if sys.platform == "linux":
        with suppress(ImportError):  # a Python that was built without it
            import ctypes  # noqa: PLC0415 - only here, and only where it is of use

            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we could ask
        os._exit(0)


class _Confession:
    """The last words of a process that ends by an exception: type and place on a line, then the traceback."""

    def __init__(self, pipe: Wire) -> None:
        self._pipe = pipe

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        frame = traceback.extract_tb(trace)[-1]
        place = f"{kind.__name__} at {Path(frame.filename).name}:{frame.lineno}"
        told = "".join(traceback.format_exception(kind, error, trace))
        with suppress(OSError):  # nobody is left to listen
            confession = f"{place}\n{told[-_LONGEST_CONFESSION:]}"
            self._pipe.send(CRASHED + confession.encode("utf-8", "backslashreplace"))
