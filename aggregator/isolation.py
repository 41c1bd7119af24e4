"""Documents of strangers are read in a process of its own: what one breaks there costs that document alone.

A child is a fresh interpreter, never a fork: it has none of our descriptors, locks or threads. It starts with
the first document, reads one after the other, and is replaced when it hangs, crashes or eats memory.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, Self

from aggregator import text
from aggregator.errors import ParseError
from aggregator.isolated import CRASHED, LARGEST, OUT_OF_MEMORY, READ
from aggregator.mistrust import UnfitError, refit
from aggregator.passing import Errand, GarbledError, pack_errand, unpack_read
from aggregator.reading import failure
from aggregator.smallestfirst import SmallestFirst
from aggregator.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from aggregator.contracts import Adapter
    from aggregator.model import Batch, Document, Source
    from aggregator.reading import Read

_log = logging.getLogger(__name__)

_RETIRES_AFTER = 500
"""Documents: before what parsers leak, and what they leave in pieces, is missed."""
_START = 60.0
"""Seconds that a new process has before its first document."""
_LEAVE = 1.0
"""Seconds to end in when there is nothing more to read."""
_MEBIBYTE = 1024 * 1024
_LONGEST_PLACE = 300
_CROWDED = "was not read: too many large documents wait to be read; it is asked for again when it is due"
_GARBLED = "its reader answered with what makes no sense"


class Isolation:
    """Reads documents in child processes while its block runs, each under a deadline and a memory limit.

    ``deadline``: seconds a document, which the child keeps itself; ``grace``: seconds past it until the child
    is stopped from here; ``memory``: bytes of address space a process; ``processes``: how many at once, each
    started when it is first needed.
    """

    def __init__(
        self,
        *,
        deadline: float = 20.0,
        grace: float = 5.0,
        memory: int = 1024 * _MEBIBYTE,
        processes: int = 1,
        python: str = sys.executable,
    ) -> None:
        self._limits = _Limits(python, deadline, grace, memory)
        # The system ends a child with the thread that started it; these threads last as long as this does.
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="isolation")
        self._turns: SmallestFirst[Read] = SmallestFirst(self._threads)
        self._lock = Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._busy:
                child.kill()
        for child in idle:
            child.close()
        self._turns.close()
        self._threads.shutdown(cancel_futures=True)

    async def read(self, adapter: Adapter, source: Source, batch: Batch, now: datetime) -> list[Read]:
        """Parse and tidy every document; whatever goes wrong becomes that document's problem.

        Of those that wait the smallest is read first; see :class:`~aggregator.smallestfirst.SmallestFirst`.
        """
        reads = []
        for document in batch.documents:
            work = partial(self._read, adapter, source, document, now)
            found = self._turns.take(len(document.body), work, partial(failure, document, _CROWDED))
            # What is refused is let go of at once: the loop may have much else to do first.
            reads.append(found.result() if found.done() else await asyncio.wrap_future(found))
        return reads

    def _read(self, adapter: Adapter, source: Source, document: Document, now: datetime) -> Read:
        request = pack_errand(Errand(adapter, source, document, now))
        try:
            child = self._take()
            try:
                return child.ask(request, source, document, now)
            finally:
                self._give_back(child)
        except ParseError as error:
            _log.debug("%s: %s", source.id, error, exc_info=True)
            return failure(document, str(error))

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise ParseError("was not read: the program is ending")
            child = self._idle.pop() if self._idle else _Child(self._limits)
            if not child.usable:  # the system ended it meanwhile
                child.close()
                child = _Child(self._limits)
            self._busy.add(child)
            return child

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            self._busy.discard(child)
            if child.usable and not self._closed:
                self._idle.append(child)
                return
        child.close()


class _Limits(NamedTuple):
    python: str
    deadline: float
    grace: float
    memory: int


class _Child:
    """One process, asked by one thread at a time."""

    def __init__(self, limits: _Limits) -> None:
        self._limits = limits
        self._asked = 0
        self._failed = False
        self._pipe, theirs = Wire.pair()
        try:
            self._process = _start(theirs.fileno(), limits)
        except OSError as error:
            self._pipe.close()
            raise ParseError(f"no process could be started to read it in: {error.strerror}") from error
        finally:
            theirs.close()

    @property
    def usable(self) -> bool:
        """Whether it can be asked again."""
        return not self._failed and self._asked < _RETIRES_AFTER and self._process.poll() is None

    def ask(self, request: bytes, source: Source, document: Document, now: datetime) -> Read:
        """What the document said. Raises ParseError, and is of no more use then."""
        self._failed = True  # until it has answered
        if not self._asked:
            self._receive(_START, lambda _: "no process to read it in came up")
        self._asked += 1
        answer = self._receive(self._limits.deadline + self._limits.grace, self._why_it_ended, request)
        kind, told = answer[:1], answer[1:]
        if kind == CRASHED:
            place, _, more = told.decode("utf-8", "replace").partition("\n")
            place = text.plain(place, _LONGEST_PLACE)
            raise ParseError(f"the parser crashed ({place})") from _ParserError(more)
        try:
            read = refit(unpack_read(told if kind == READ else b"", source, document), now)
        except (GarbledError, UnfitError) as error:
            self.kill()
            raise ParseError(_GARBLED) from error
        self._failed = False
        return read

    def _receive(self, seconds: float, why: Callable[[int | None], str], request: bytes = b"") -> bytes:
        """The next message; ``why`` is asked with the exit code, None: it had to be stopped."""
        until = monotonic() + seconds
        try:
            if request:
                self._pipe.send(request, seconds)
            return self._pipe.receive(1 + LARGEST, until - monotonic())
        except TimeoutError as error:
            self.kill()
            raise ParseError(why(None)) from error
        except (EOFError, OSError) as error:
            raise ParseError(why(self._exit_code())) from error
        except ValueError as error:
            self.kill()
            raise ParseError(_GARBLED) from error

    def _exit_code(self) -> int:
        """It has closed its end, so it has ended or is about to."""
        try:
            return self._process.wait(_LEAVE)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """End it now, from any thread."""
        self._process.kill()

    def close(self) -> None:
        """Have it end, and leave nothing of it behind."""
        self._pipe.close()
        self._exit_code()

    def _why_it_ended(self, code: int | None) -> str:
        if code in {None, -signal.SIGALRM}:
            return f"took longer than {self._limits.deadline:g} s to read and was stopped"
        if code == OUT_OF_MEMORY:
            return f"needed more than {_size(self._limits.memory)} of memory to read"
        if code == -signal.SIGKILL:
            return "was stopped by the system while it was read, probably for want of memory"
        return f"the parser crashed ({_ending(code or 0)})"


class _ParserError(Exception):
    """The traceback of another process."""


def _start(pipe: int, limits: _Limits) -> subprocess.Popen[bytes]:
    """A fresh interpreter that finds what we find and inherits one end of the pipe only.

    The main module is not imported again. In a process group of its own no Ctrl-C reaches it.
    """
    path = [str(each) for each in sys.path]
    arguments = (pipe, os.getpid(), limits.memory, limits.deadline)
    code = f"import sys; sys.path[:] = {path!r}; from aggregator.isolated import main; main{arguments!r}"
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [limits.python, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(pipe,),
        process_group=0,
    )


def _size(count: int) -> str:
    whole = count // _MEBIBYTE
    return f"{whole // 1024} GiB" if whole % 1024 == 0 else f"{whole} MiB"


def _ending(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
