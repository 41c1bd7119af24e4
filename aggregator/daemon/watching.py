"""Which local sources changed on disk: told by the system, or looked for where it does not tell.

What is told is only that something changed. A folder that appears, vanishes or becomes another one has
changed too; so a look at each by name, once in a while, goes with it.
"""

from __future__ import annotations

import asyncio
import logging
import stat
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator.apart import apart
from aggregator.daemon.backoff import Backoff
from aggregator.daemon.mounts import is_silent
from aggregator.daemon.telling import tell
from aggregator.errors import FetchError
from aggregator.sources.folders import escaped, is_text
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

_QUIET, _TOGETHER = 100, 400
"""Milliseconds without a change after which those before are told, and after which they are in any case."""
_LOOKS = 1000
"""Milliseconds between two looks where no events come."""
_PROOF = 500
"""Milliseconds after which a watch that saw nothing says that it watches."""
_ONCE_MORE = 2.0
"""Seconds after which what a look found is told again: watchfiles compares times in whole seconds, no sizes
(notify's PollWatcher), and never sees the second of two changes within one where it looked between them."""


class Sign(NamedTuple):
    """By what a change of a file, or that a folder is another one, is seen from outside."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    is_folder: bool


def sign(path: Path) -> Sign | None:
    """The sign of what is there; None: nothing is, or it may not be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    is_folder = stat.S_ISDIR(status.st_mode)
    size, mtime_ns = (0, 0) if is_folder else (status.st_size, status.st_mtime_ns)
    return Sign(status.st_dev, status.st_ino, size, mtime_ns, is_folder)


Signs = Mapping[Path, Sign | None]


def signs(paths: Iterable[Path]) -> Signs:
    """The sign of each."""
    return {path: sign(path) for path in paths}


class Files:
    """Single files: one is told when it changed and then stayed as it is for a look."""

    def __init__(self) -> None:
        self._known: dict[Path, Sign | None] = {}
        self._moving: set[Path] = set()

    def watch(self, now: Signs) -> list[Path]:
        """Watch these and no others, and tell which are new: what those are now is taken for known."""
        new = [path for path in now if path not in self._known]
        self._known = {path: self._known.get(path, each) for path, each in now.items()}
        self._moving &= self._known.keys()
        return new

    def look(self, now: Signs | None = None) -> list[Path]:
        """Those that changed and have settled; ``now``: how they look, where that is known."""
        settled: list[Path] = []
        for path, after in (signs(self._known) if now is None else now).items():
            if path not in self._known:
                continue
            if after != self._known[path]:
                self._known[path] = after
                self._moving.add(path)
            elif path in self._moving:
                self._moving.discard(path)
                settled.append(path)
        return settled


class Watching:
    """Folders and files of local sources. ``changed`` is told the ids of sources.

    ``how``: ``auto``, ``events``, or ``poll``. Nothing at or below ``ignored`` counts, nor what is hidden:
    there we write ourselves.
    """

    def __init__(
        self, changed: Callable[[frozenset[str]], None], how: str = "auto", ignored: Collection[Path] = ()
    ) -> None:
        self.how = how
        self._changed = changed
        self._ignored = tuple(ignored)
        self._wanted: dict[Path, frozenset[str]] = {}
        self._folders: dict[Path, Sign | None] = {}
        self._files = Files()
        self._anew = asyncio.Event()
        self._backoff = Backoff()
        self._distrusted = False
        """Events could not be had."""

    def watch(self, wanted: Mapping[Path, frozenset[str]]) -> None:
        """Watch these and no others."""
        if self._wanted != wanted:
            self._wanted = dict(wanted)
            self._anew.set()

    async def run(self) -> None:
        """Watch, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._look_for_ever())
            while True:
                await self._watch()

    async def _look_for_ever(self) -> None:
        """See what no event tells, from a thread: a disk that hangs holds up that alone."""
        while True:
            await asyncio.sleep(_LOOKS / 1000)
            with suppress(FetchError):  # the system has no thread for it now
                self.look(await apart(partial(signs, tuple(self._wanted))))

    def look(self, now: Signs) -> None:
        """Take notice of how everything looks."""
        changed = self._files.look(now)
        replaced = [path for path, before in self._folders.items() if path in now and now[path] != before]
        if replaced or any(_is_folder(now[path]) for path in changed):
            self._anew.set()
        self._tell_of((*changed, *replaced))

    async def _watch(self) -> None:
        """Watch what is there, until something else is to be watched."""
        self._anew.clear()
        now = await apart(partial(signs, tuple(self._wanted)))
        self._folders = {path: each for path, each in now.items() if _is_folder(each)}
        files = {path: each for path, each in now.items() if path not in self._folders}
        self._tell_of(self._files.watch(files))  # what changed before nobody saw
        # Of others watchfiles cannot be told.
        nameable = {path for path in self._folders if is_text(str(path))}
        self._leave_unwatched(self._folders.keys() - nameable)
        polled = await apart(lambda: {path for path in nameable if self._is_polled(path)})
        groups = [
            _Group(frozenset(paths), polls, self._began, self._heard, self._failed)
            for paths, polls in ((polled, True), (nameable - polled, False))
            if paths
        ]
        for group in groups:
            group.start()
        try:
            await self._anew.wait()
        finally:
            for group in groups:
                group.stop.set()

    def _is_polled(self, path: Path) -> bool:
        if self.how == "auto":
            return self._distrusted or is_silent(path)
        return self.how == "poll"

    def _leave_unwatched(self, folders: Collection[Path]) -> None:
        """What is in these is seen when their sources are read next."""
        for path in sorted(folders):
            shown = escaped(str(path))
            text = f"{shown}: cannot be watched, its name is not UTF-8; its source is read at its interval"
            tell("watching", text, level=logging.WARNING)
        self._tell_of(folders)

    def _began(self, folders: Collection[Path], *, polls: bool) -> None:
        """These are watched from now on; what changed before nobody saw."""
        self._backoff.went_well()
        how = "looked at every second" if polls else "told by the system"
        tell("watching", f"watching {', '.join(map(str, sorted(folders)))}: {how}", polls=polls)
        self._tell_surely(self._ids_of(folders), polls=polls)

    def _heard(self, paths: Collection[str], *, polls: bool) -> None:
        """These changed."""
        concerned = (
            ids for folder, ids in self._wanted.items() if any(self._concerns(path, folder) for path in paths)
        )
        self._tell_surely(frozenset[str]().union(*concerned), polls=polls)

    def _concerns(self, changed: str, folder: Path) -> bool:
        path = Path(changed)
        if not path.is_relative_to(folder) or any(path.is_relative_to(each) for each in self._ignored):
            return False
        return not any(part.startswith(".") for part in path.relative_to(folder).parts)

    def _failed(self, why: str, *, polls: bool) -> None:
        wait = self._backoff.failed().total_seconds() if polls or self._distrusted else 0.0
        self._distrusted = True
        then = f"tried again in {wait:g} s" if polls else "looked at every second from now on"
        text = f"folders cannot be watched: {why}; {then}"
        tell("watching", text, level=logging.WARNING, error=why)
        asyncio.get_running_loop().call_later(wait, self._anew.set)

    def _tell_of(self, paths: Iterable[Path]) -> None:
        self._tell(self._ids_of(paths))

    def _ids_of(self, paths: Iterable[Path]) -> frozenset[str]:
        return frozenset[str]().union(*(self._wanted.get(path, frozenset()) for path in paths))

    def _tell_surely(self, source_ids: frozenset[str], *, polls: bool) -> None:
        """Tell it, and what may have been changed since the look that found it."""
        self._tell(source_ids)
        if polls:
            asyncio.get_running_loop().call_later(_ONCE_MORE, self._tell, source_ids)

    def _tell(self, source_ids: frozenset[str]) -> None:
        if source_ids:
            self._changed(source_ids)


def _is_folder(there: Sign | None) -> bool:
    return there is not None and there.is_folder


@dataclass(frozen=True)
class _Group:
    """Folders that are watched together, in a thread: to begin to watch may take long."""

    folders: frozenset[Path]
    polls: bool
    began: Callable[..., None]
    heard: Callable[..., None]
    failed: Callable[..., None]
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Watch, until told to stop."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(loop,), name="watching", daemon=True).start()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        from watchfiles import watch

        first = True
        try:
            for changes in watch(
                *sorted(self.folders),
                watch_filter=None,
                step=_QUIET,
                debounce=_TOGETHER,
                stop_event=self.stop,
                rust_timeout=_PROOF,
                yield_on_timeout=True,
                force_polling=self.polls,
                poll_delay_ms=_LOOKS,
                ignore_permission_denied=True,
                raise_interrupt=False,
            ):
                if first:
                    self._pass_on(loop, partial(self.began, self.folders, polls=self.polls))
                elif changes:
                    self._pass_on(loop, partial(self.heard, [path for _, path in changes], polls=self.polls))
                first = False
        except (OSError, RuntimeError) as error:  # what watchfiles raises where it cannot watch
            self._pass_on(loop, partial(self.failed, str(error), polls=self.polls))

    def _pass_on(self, loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
        if not self.stop.is_set():
            with suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(call)
