"""Look for posts in folders: nothing outside the folders, nothing that is no plain file.

A name that cannot be looked at now is never taken for one that is gone.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from aggregator.model import Problem
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

EXTENSIONS = frozenset({"md", "markdown", "html", "txt"})
MAX_BYTES = 8 * 1024 * 1024

HIDDEN, UNDERSCORE, README = "hidden", "in a folder that begins with _", "README"
LEAVES, NO_FILE = "link that leaves the folder", "not a plain file"
UNREADABLE, TOO_LARGE = "unreadable", "too large"


class FoundFile(NamedTuple):
    """A file that may be a post: its real path, its size in bytes, nanoseconds since the epoch."""

    path: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Found:
    """What stands in the folders."""

    files: dict[str, FoundFile] = field(default_factory=dict)
    """What can be read, by name, in no order: of 50,000 hardly one is to be read."""
    kept: set[str] = field(default_factory=set)
    """Names of what is there, but cannot be read."""
    missing: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    """Names of folders that could not be looked into."""

    def present(self, known: Iterable[str]) -> frozenset[str]:
        """Every name that is there, and of those ``known`` all that may be there unseen."""
        if not self.closed:
            return frozenset(self.files) | self.kept
        prefixes = tuple(f"{name}/" for name in self.closed)
        unseen = {name for name in known if name.startswith(prefixes) or "." in self.closed}
        return frozenset(self.files) | self.kept | unseen


def configured_name(path: str) -> str:
    """A configured folder as names begin with it: ``./seeds/`` is ``seeds``."""
    return str(PurePosixPath(path))


def find(root: Path, paths: Sequence[str]) -> Found:
    """Look through the folders ``paths`` below ``root``, and all below them; blocking."""
    search = _Search()
    for path in paths:
        search.folder(str(root / path), configured_name(path))
    search.found.problems.sort(key=lambda problem: (problem.where, problem.what))
    return search.found


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    """Its real path: so the paths of files in it are real too."""
    name: str
    real_top: str
    """The real path of the configured folder, which links must not leave."""


class _Search:
    """One search through all folders of a source. No recursion: folders may be nested thousands deep."""

    def __init__(self) -> None:
        self.found = Found()
        self.seen_folders: set[str] = set()
        self.seen_files: set[str] = set()

    def folder(self, path: str, name: str) -> None:
        """Look through one configured folder; what an earlier one holds is not looked at again."""
        try:
            status = os.stat(path)  # noqa: PTH116 - paths are strings here: a site holds 50,000 of them
        except (FileNotFoundError, NotADirectoryError):
            self.found.missing.append(name)
            return
        except (OSError, ValueError) as error:
            self._closed(name, error)
            return
        if not stat.S_ISDIR(status.st_mode):
            self.found.missing.append(name)
            return
        real = os.path.realpath(path)
        top = _Folder(real, name, real)
        # Links are followed last: whatever is inside the folder is known by its own name, not by a link's.
        waiting, links = [top], list[tuple[_Folder, os.DirEntry[str]]]()
        while waiting or links:
            if waiting:
                self._look_into(waiting.pop(), waiting, links)
            else:
                self._follow(*links.pop(0), waiting)

    def _look_into(
        self, folder: _Folder, waiting: list[_Folder], links: list[tuple[_Folder, os.DirEntry[str]]]
    ) -> None:
        if folder.path in self.seen_folders:
            return
        self.seen_folders.add(folder.path)
        try:
            with os.scandir(folder.path) as found:
                entries = list(found)
        except OSError as error:
            self._closed(folder.name, error)
            return
        beginning = _join(folder.name, "")
        ordinary, others = is_text(beginning), list[os.DirEntry[str]]()
        for entry in entries:
            name = entry.name
            try:
                if not (ordinary and entry.is_file(follow_symlinks=False) and is_text(name)):
                    others.append(entry)
                elif _may_be_post(name):
                    self._offer(beginning + name, name, entry.path, entry.stat(follow_symlinks=False))
            except OSError as error:
                self._unreadable(beginning + name, error)
        # What may stand in another one's way is looked at in an order that is always the same.
        for entry in sorted(others, key=lambda entry: entry.name):
            try:
                self._look_at(folder, entry, waiting, links)
            except OSError as error:
                self._unreadable(beginning + entry.name, error)

    def _look_at(
        self,
        folder: _Folder,
        entry: os.DirEntry[str],
        waiting: list[_Folder],
        links: list[tuple[_Folder, os.DirEntry[str]]],
    ) -> None:
        """One that is no plain file, or has no plain name. Raises OSError."""
        name = entry.name
        if entry.is_symlink():
            links.append((folder, entry))
        elif entry.is_dir(follow_symlinks=False):
            self._enter(folder, name, entry.path, waiting)
        elif _may_be_post(name):
            self._offer(_join(folder.name, name), name, entry.path, entry.stat(follow_symlinks=False))

    def _enter(self, folder: _Folder, name: str, path: str, waiting: list[_Folder]) -> None:
        if name.startswith("."):
            self.found.skipped[HIDDEN] += 1
        elif name.startswith("_") and name != "_posts":
            self.found.skipped[UNDERSCORE] += 1
        else:
            waiting.append(_Folder(path, _join(folder.name, name), folder.real_top))

    def _follow(self, folder: _Folder, entry: os.DirEntry[str], waiting: list[_Folder]) -> None:
        """Take a link for what it leads to, if that is inside the configured folder."""
        name = _join(folder.name, entry.name)
        try:
            target = os.path.realpath(entry.path, strict=True)
            status = os.stat(target)  # noqa: PTH116
        except FileNotFoundError:
            if _may_be_post(entry.name):
                self._skip(name, NO_FILE, "a link to nothing")
            return
        except OSError as error:
            self._unreadable(name, error)
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if not is_folder and not _may_be_post(entry.name):
            return
        if not _is_inside(target, folder.real_top):
            self._skip(name, LEAVES, "a link that leaves the folder: not followed")
        elif is_folder:
            self._enter(folder, entry.name, target, waiting)
        else:
            self._offer(name, entry.name, target, status)

    def _offer(self, full_name: str, name: str, path: str, status: os.stat_result) -> None:
        """Take one file that may be a post; ``name`` is the last part of its ``full_name``."""
        if name[0] == ".":
            self.found.skipped[HIDDEN] += 1
        elif name[0] in "Rr" and name.casefold().startswith("readme"):
            self.found.skipped[README] += 1
        elif not stat.S_ISREG(status.st_mode):
            self._skip(full_name, NO_FILE, "not a plain file: not read")
        else:
            self._take(full_name, path, status)

    def _take(self, name: str, path: str, status: os.stat_result) -> None:
        if path in self.seen_files:
            return
        self.seen_files.add(path)
        if not is_text(name):
            shown = escaped(name)
            self.found.problems.append(
                Problem(shown, "the file's name is not UTF-8: its bytes are shown as \\x..")
            )
            name = shown
        if name in self.found.files:
            self._skip(name, UNREADABLE, "another file has this name")
        elif status.st_size > MAX_BYTES:
            self.found.kept.add(name)
            self._skip(name, TOO_LARGE, f"larger than {MAX_BYTES // 1024**2} MiB: not read")
        else:
            self.found.files[name] = FoundFile(path, status.st_size, status.st_mtime_ns)

    def _skip(self, name: str, reason: str, what: str) -> None:
        self.found.skipped[reason] += 1
        self.found.problems.append(Problem(escaped(name), what))

    def _unreadable(self, name: str, error: OSError) -> None:
        """What could not be looked at may be a file or a folder: neither is taken for gone."""
        self.found.kept.add(escaped(name))
        self._closed(name, error)

    def _closed(self, name: str, error: OSError | ValueError) -> None:
        self.found.closed.append(escaped(name))
        self.found.skipped[UNREADABLE] += 1
        self.found.problems.append(Problem(escaped(name), f"cannot be read: {why(error)}"))


def why(error: OSError | ValueError) -> str:
    """The operating system's words, without the path."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder.rstrip('/')}/{name}"


def _may_be_post(name: str) -> bool:
    stem, _, extension = name.rpartition(".")
    return (extension in EXTENSIONS or extension.lower() in EXTENSIONS) and stem.strip(".") != ""


def _is_inside(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def is_text(name: str) -> bool:
    """Whether a name is UTF-8 on the disk."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(name: str) -> str:
    """A name that can be stored and shown, whatever bytes the disk holds."""
    return name if is_text(name) else os.fsencode(name).decode("utf-8", "backslashreplace")
