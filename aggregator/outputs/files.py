"""The output folder: only whole files, and only ours.

The one rule: a file is written beside its place, synced and renamed, so that a reader and a power cut find
either the old one or the new one. A manifest says whose the folder is.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections import deque
from contextlib import ExitStack, suppress
from itertools import count
from typing import TYPE_CHECKING

from aggregator.errors import PublishError
from aggregator.outputs import disk
from aggregator.outputs.disk import Tree, publishing
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MANIFEST = ".aggregator.json"
_LARGEST_MANIFEST = 64 * 1024
_FOLDERS = ("category", "item")
_TOP = (
    "index.html", "all.xml", "all.json", "feeds.opml", "sources.opml", "health.html", "health.json",
    "subscribe.html", "404.html", "style.css", "feed.css", "icon.svg", "icon.png", *_FOLDERS,
)  # fmt: skip
_TEMPORARY = re.compile(r"\.tmp-[0-9]+-[0-9]+")


@dataclass(frozen=True, slots=True)
class _Temporary:
    """A file that is written but not yet in its place."""

    path: str
    folders: tuple[str, ...]
    name: str
    written_as: str


class OutputFolder:
    """The output folder of one site. One process writes it at a time: whoever holds the site's lock."""

    def __init__(self, path: Path, site_uuid: str) -> None:
        self.path = path
        self.site_uuid = site_uuid
        self._numbers = count(1)

    def claim(self, *, known_files: bool) -> None:
        """Make the folder this site's, and clear away what an interrupted run left half-written.

        Raises PublishError where it is another site's, or holds files like ours that nobody is known to have
        written; ``known_files`` says that the store remembers writing there. Call it holding the site's lock.
        """
        with publishing(self.path):
            self.path.mkdir(0o755, parents=True, exist_ok=True)
            names = frozenset(entry.name for entry in self.path.iterdir())
        owner = self._owner(known_files=known_files)
        if owner is None:
            self._refuse_strangers(names, known_files=known_files)
            manifest = {"version": 1, "site": self.site_uuid, "generator": "aggregator"}
            self.write({MANIFEST: json.dumps(manifest).encode() + b"\n"})
        self._refuse_other(owner)
        with publishing(self.path), Tree(self.path) as tree:
            self._sweep(tree, ())

    def write(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write those whose bytes differ from what is there; return their paths, in order.

        If it raises, every file is either as it was or as it was to be. A folder that is gone is made anew.
        """
        if not self._exists():
            self.claim(known_files=True)
        self._look_whose()
        with publishing(self.path), Tree(self.path) as tree:
            changed = [(path, body) for path, body in files.items() if not self._holds(tree, path, body)]
            waiting: deque[_Temporary] = deque()
            try:
                together = disk.open_at_once()
                for start in range(0, len(changed), together):
                    self._write_temporaries(tree, changed[start : start + together], waiting)
                self._move_into_place(tree, waiting)
            finally:
                self._discard(tree, waiting)
        return [path for path, _ in changed]

    def differing(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Paths that ``write`` would write."""
        for path in files:
            disk.split(path)
        if not self._exists():
            return list(files)
        with publishing(self.path), Tree(self.path) as tree:
            return [path for path, body in files.items() if not self._holds(tree, path, body)]

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none that can be read."""
        found = [disk.read(folder, name) for _, folder, name, _ in self._each([path])]
        return found[0] if found else None

    def sizes(self, paths: Iterable[str]) -> Mapping[str, int]:
        """Size in bytes of each of these that is there as a regular file."""
        sizes = {}
        for path, _, _, state in self._each(paths):
            if stat.S_ISREG(state.st_mode):
                sizes[path] = state.st_size
        return sizes

    def remove(self, paths: Iterable[str]) -> Sequence[str]:
        """Remove these files, and folders that become empty; return the paths that were there.

        A folder in a file's place is not ours, and stays.
        """
        removed = []
        self._look_whose()
        for path, folder, name, state in self._each(paths):
            if not stat.S_ISDIR(state.st_mode):
                with publishing(self.path / path):
                    os.unlink(name, dir_fd=folder)
                removed.append(path)
        with publishing(self.path):
            self._prune({disk.split(path)[0] for path in removed})
        return removed

    # ── whose it is ──

    def _owner(self, *, known_files: bool) -> str | None:
        try:
            return read_manifest(self.path)
        except _DamagedManifestError:
            if known_files:  # the store knows better than a damaged file
                return None
            raise

    def _look_whose(self) -> None:
        """Raise PublishError where another site's folder came into the place of the one that was claimed."""
        with publishing(self.path), suppress(FileNotFoundError, NotADirectoryError):
            self._refuse_other(_site_in(disk.beginning(self.path / MANIFEST, _LARGEST_MANIFEST)))

    def _refuse_other(self, owner: str | None) -> None:
        if owner not in {None, self.site_uuid}:
            raise PublishError(
                f"{self.path} belongs to another site ({owner}): choose another output.dir,"
                f" or remove {self.path / MANIFEST} if that site is no more"
            )

    def _refuse_strangers(self, names: frozenset[str], *, known_files: bool) -> None:
        strange = [name for name in _TOP if name in names]
        if strange and not known_files:
            raise PublishError(
                f"{self.path} already holds {', '.join(strange)}, which this site did not write:"
                " choose another output.dir, or move them away"
            )

    def _sweep(self, tree: Tree, folders: tuple[str, ...]) -> None:
        """Remove temporaries of runs that were interrupted; look into no folder but ours."""
        with os.scandir(tree.folder(folders)) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        for name, is_folder in found:
            if is_folder and (folders or name in _FOLDERS):
                self._sweep(tree, (*folders, name))
            elif not is_folder and _TEMPORARY.fullmatch(name):
                os.unlink(name, dir_fd=tree.folder(folders))

    # ── writing ──

    def _holds(self, tree: Tree, path: str, body: bytes) -> bool:
        folders, name = disk.split(path)
        with publishing(self.path / path):
            try:
                folder = tree.folder(folders)
            except FileNotFoundError:
                return False
            if disk.is_folder(folder, name):
                raise PublishError(f"{self.path / path}: a folder is in its place: move that away")
            return disk.holds(folder, name, body)

    def _write_temporaries(
        self, tree: Tree, changed: Sequence[tuple[str, bytes]], waiting: deque[_Temporary]
    ) -> None:
        with ExitStack() as opened:
            written = []
            for path, body in changed:
                with publishing(self.path / path):
                    written.append((path, self._write_temporary(tree, path, body, waiting, opened)))
            for path, file in written:
                with publishing(self.path / path):
                    os.fsync(file)

    def _write_temporary(
        self, tree: Tree, path: str, body: bytes, waiting: deque[_Temporary], opened: ExitStack
    ) -> int:
        folders, name = disk.split(path)
        file, written_as = self._new_file(tree.folder(folders, create=True))
        opened.callback(os.close, file)
        waiting.append(_Temporary(path, folders, name, written_as))
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(file, rest) :]
        return file

    def _new_file(self, folder: int) -> tuple[int, str]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        while True:
            name = f".tmp-{os.getpid()}-{next(self._numbers)}"
            with suppress(FileExistsError):  # in a container every run has the same process id
                return os.open(name, flags, 0o644, dir_fd=folder), name

    def _move_into_place(self, tree: Tree, waiting: deque[_Temporary]) -> None:
        touched: dict[tuple[str, ...], None] = {}
        while waiting:
            each = waiting[0]
            with publishing(self.path / each.path):
                folder = tree.folder(each.folders)
                os.rename(each.written_as, each.name, src_dir_fd=folder, dst_dir_fd=folder)
            waiting.popleft()
            touched[each.folders] = None
        for folders in touched:
            disk.sync(tree.folder(folders))

    def _discard(self, tree: Tree, waiting: Iterable[_Temporary]) -> None:
        for each in waiting:
            with suppress(OSError):  # the next claim clears what stays
                os.unlink(each.written_as, dir_fd=tree.folder(each.folders))

    # ── reading and removing ──

    def _exists(self) -> bool:
        with publishing(self.path):
            return self.path.exists()

    def _each(self, paths: Iterable[str]) -> Iterator[tuple[str, int, str, os.stat_result]]:
        """Each path that is there, with its open folder, its name, and what it is; none behind a link."""
        split = [(path, *disk.split(path)) for path in paths]
        if not self._exists():
            return
        with publishing(self.path), Tree(self.path) as tree:
            for path, folders, name in split:
                try:
                    folder = tree.folder(folders)
                except (FileNotFoundError, disk.NotAFolderError):
                    continue
                state = disk.kind(folder, name)
                if state is not None:
                    yield path, folder, name, state

    def _prune(self, emptied: set[tuple[str, ...]]) -> None:
        """Remove folders that became empty, deepest first, and sync what they were in."""
        candidates = {folders[:depth] for folders in emptied for depth in range(1, len(folders) + 1)}
        if not emptied:
            return
        with Tree(self.path) as tree:
            for folders in sorted(candidates, key=len, reverse=True):
                with suppress(OSError):  # not empty
                    os.rmdir(folders[-1], dir_fd=tree.folder(folders[:-1]))
            for folders in sorted({()} | emptied | {each[:-1] for each in candidates}):
                with suppress(FileNotFoundError):
                    disk.sync(tree.folder(folders))


class _DamagedManifestError(PublishError):
    """There is a manifest, but it cannot be read as one."""


def read_manifest(path: Path) -> str | None:
    """Return the uuid of the site an output folder belongs to; None where nobody claimed it.

    Raises PublishError where there is a manifest that cannot be read.
    """
    manifest = path / MANIFEST
    with publishing(manifest):
        try:
            body = disk.beginning(manifest, _LARGEST_MANIFEST)
        except FileNotFoundError:
            return None
    site = _site_in(body)
    if site is None:
        raise _DamagedManifestError(
            f"{manifest} is damaged: remove it if {path} is this site's, else choose another output.dir"
        )
    return site


def _site_in(manifest: bytes) -> str | None:
    """The uuid that a manifest names; None where it names none."""
    try:
        value = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    site = value.get("site") if isinstance(value, dict) else None
    return site if isinstance(site, str) and site else None
