"""An adapter whose documents do to their reader what they say."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import ParseError
from aggregator.model import CLEANER, Document, Reading, SourceInfo, Stamp, Text
from aggregator.passing import pack_read
from aggregator.reading import Read
from tests.builders import an_item

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aggregator.contracts import Web
    from aggregator.exchange import Exchange
    from aggregator.model import Batch, Bookmark, Listing, Source


def hang() -> None:
    threading.Event().wait()


def hang_in_c() -> None:
    """Holds the interpreter's lock: nothing written in Python could end it."""
    ctypes.PyDLL(None).pause()


def allocate() -> None:
    """More than any limit that tests set; else the system grants it, for none of it is touched."""
    bytes(3 << 30)


def exit_at_once() -> None:
    os._exit(3)


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise ParseError("is no feed")


def surprise() -> None:
    raise AttributeError("never\ud800 expected")


def recurse() -> None:
    recurse()


def leave() -> None:
    sys.exit("goodbye")


def write() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write("noise " * 100_000)


def hang_deaf() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    hang()


def let_go() -> None:
    os.closerange(3, 256)
    hang()


def say_much() -> None:
    """What :meth:`Hostile.parse` does."""


def answer(said: bytes, length: int | None = None) -> None:
    """Say it in the place of the reader, whose pipe is the only socket there is."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    (pipe,) = (n for n in range(3, 256) if is_open(n) and stat.S_ISSOCK(os.fstat(n).st_mode))
    os.write(pipe, (len(said) if length is None else length).to_bytes(8, "big") + said)


class _Touch:
    """Pickled, it is a command that whoever unpickles it runs."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return exec, ("import os; os.environ['AGGREGATOR_WAS_TAKEN_OVER'] = '1'",)


def take_over() -> None:
    answer(b"\1" + pickle.dumps(_Touch()))


def garble() -> None:
    answer(b"\1" + b"[" * 100_000)


def say_nothing() -> None:
    answer(b"")


def say_something_unknown() -> None:
    answer(b"\7[]")


def speak_for_another() -> None:
    item = an_item("1", source_id="another")
    answer(b"\1" + pack_read(Read(Document(Stamp("", 0, 0, ""), b""), Reading(), ((item, item),))))


def hand_over_script() -> None:
    """As what its cleaner made of it."""
    clean = an_item(
        "script",
        source_id="strange",
        title=Text("<script>alert(1)</script>", "html"),
        content=Text("<p>Hi<script>alert(1)</script></p>", "html"),
        link="javascript:alert(1)",
        cleaner=CLEANER,
    )
    info = SourceInfo(site_url="javascript:alert(1)", title="a\x1b[31m\nb")
    document = Document(Stamp("", 0, 0, ""), b"")
    answer(b"\1" + pack_read(Read(document, Reading(info=info), ((clean, clean),))))
    leave()


def announce_more_than_there_is_memory() -> None:
    answer(b"\1", 1 << 60)


def never_come_to_an_end() -> None:
    answer(b"\1", 1000)
    hang()


def confess_a_lot() -> None:
    answer(b"\2" + b"\x1b[2J" * 1000 + b"\nno traceback \xff")


DEEDS: dict[str, Callable[[], None]] = {
    deed.__name__: deed
    for deed in (
        hang,
        hang_in_c,
        hang_deaf,
        let_go,
        allocate,
        exit_at_once,
        segfault,
        be_killed,
        refuse,
        surprise,
        recurse,
        leave,
        write,
        say_much,
        take_over,
        garble,
        say_nothing,
        say_something_unknown,
        speak_for_another,
        hand_over_script,
        announce_more_than_there_is_memory,
        never_come_to_an_end,
        confess_a_lot,
    )
}


class Hostile:
    """A document's body names a deed; any other is an item of that title, and tells of the process."""

    name = "hostile"
    options = object
    remote = True
    isolated = True

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        nothing: tuple[Batch, ...] = ()
        for part in nothing:
            yield part

    def parse(self, source: Source, document: Document) -> Reading:
        said = document.body.decode()
        if said in DEEDS:
            DEEDS[said]()
        if said.startswith("meet "):
            way, path = said.split()[1:]
            Path(path).open(way).close()  # waits for the other end
        content = Text("x" * (40 << 20 if said == "say_much" else 10))
        item = an_item(said, source_id=source.id, title=Text(f"<b>{said}</b>", "html"), content=content)
        return Reading(items=(item,), info=SourceInfo(id=str(os.getpid()), title=self.surroundings()))

    def surroundings(self) -> str:
        names = [name for name in ("pytest", "aiohttp", "asyncio", "aggregator.cli") if name in sys.modules]
        links = [os.readlink(f"/dev/fd/{number}").split(":")[0] for number in range(256) if is_open(number)]  # noqa: PTH115
        ignores = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        return repr((names, links, os.getpgrp() == os.getpid(), ignores))


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
