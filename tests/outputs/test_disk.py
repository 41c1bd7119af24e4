from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.outputs import disk


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full: free some space, then run again"),
        (errno.EACCES, "permission denied: let this user write there, or choose another output.dir"),
        (errno.EROFS, "the file system is read-only: mount it writable, or choose another output.dir"),
        (errno.EIO, "the disk reports an error: check it before running again"),
        (errno.EBUSY, os.strerror(errno.EBUSY)),
    ],
)
def test_what_the_system_says_becomes_a_path_and_what_to_do(number: int, advice: str) -> None:
    with pytest.raises(PublishError) as caught, disk.publishing(Path("feeds/all.xml")):
        raise OSError(number, os.strerror(number))

    assert str(caught.value) == f"feeds/all.xml: {advice}"


def test_an_error_without_a_number_still_gets_a_line() -> None:
    with pytest.raises(PublishError, match=r"^all\.xml: OSError$"), disk.publishing(Path("all.xml")):
        raise OSError


def test_other_exceptions_are_bugs_and_pass() -> None:
    with pytest.raises(ZeroDivisionError), disk.publishing(Path("all.xml")):
        raise ZeroDivisionError


def test_a_descriptor_that_cannot_be_synced_is_let_be_but_a_wrong_one_is_not() -> None:
    read, write = os.pipe()
    disk.sync(read)
    os.close(read)
    os.close(write)

    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.sync(read)


def test_descriptors_are_closed_again(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    with disk.Tree(tmp_path) as tree:
        tree.folder(("a", "b", "c"), create=True)
        tree.folder(("a",))
        tree.folder(("a", "b"))
        with pytest.raises(FileNotFoundError):
            tree.folder(("a", "x", "y"))
        (tmp_path / "a/file").touch()
        with pytest.raises(disk.NotAFolderError, match="a/file: a link or a file is where a folder must be"):
            tree.folder(("a", "file", "y"))
        assert tree.folder(()) == tree.folder(())

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_cannot_be_read_is_not_known_to_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"body")
    with disk.Tree(tmp_path) as tree:
        assert disk.holds(tree.folder(()), "file", b"body")
        assert not disk.holds(tree.folder(()), "file", b"bodx")
        assert not disk.holds(tree.folder(()), "nothing", b"body")
        assert not disk.is_folder(tree.folder(()), "nothing")


def test_a_file_that_cannot_be_opened_is_not_known_to_hold_anything(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"body")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    with disk.Tree(tmp_path) as tree:
        folder = tree.folder(())
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            found = disk.holds(folder, "file", b"body")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert not found
