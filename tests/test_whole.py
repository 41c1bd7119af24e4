from __future__ import annotations

import os
import resource
import stat
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator import whole
from tests.refusals import NOBODY, unprivileged

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hardly_any_room() -> Iterator[None]:
    """No file may be larger than four bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_new_file_is_as_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    other = tmp_path / "b"
    other.touch()

    whole.write(path, b"one")

    assert path.read_bytes() == b"one"
    assert path.stat().st_mode == other.stat().st_mode


def test_a_file_that_is_replaced_keeps_its_permissions_and_what_links_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    path.chmod(0o640)
    (tmp_path / "link").symlink_to(path)

    whole.write(tmp_path / "link", b"two")

    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "link"]


@pytest.mark.usefixtures("hardly_any_room")
def test_what_does_not_fit_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")

    with pytest.raises(OSError, match="File too large") as caught:
        whole.write(path, b"too much")

    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    whole.write(pipe, b"one")

    reader.join()
    assert read == [b"one"]
    assert pipe.is_fifo()


def test_a_pipe_that_has_no_name_in_any_folder_is_written_to() -> None:
    """As ``/dev/stdout`` leads to in a pipeline, and what a shell makes of ``>(command)``."""
    reads, writes = os.pipe()
    try:
        whole.write(Path(f"/dev/fd/{writes}"), b"one")

        assert os.read(reads, 10) == b"one"
    finally:
        os.close(reads)
        os.close(writes)


@pytest.fixture
def a_file_alone() -> Iterator[Path]:
    """A file that everybody may write to, in a folder that nobody may."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a"
        path.write_bytes(b"two")
        path.chmod(0o666)
        path.parent.chmod(0o555)
        yield path
        path.parent.chmod(0o700)


@pytest.mark.parametrize("body", [b"one", b"seven", b""])
def test_a_file_that_cannot_be_replaced_is_written_to(a_file_alone: Path, body: bytes) -> None:
    number = a_file_alone.stat().st_ino

    with unprivileged():
        whole.write(a_file_alone, body)

    assert a_file_alone.read_bytes() == body
    assert a_file_alone.stat().st_ino == number


@pytest.mark.usefixtures("hardly_any_room")
def test_a_file_that_cannot_be_replaced_stays_where_the_new_one_does_not_fit(a_file_alone: Path) -> None:
    with unprivileged(), pytest.raises(OSError, match="File too large"):
        whole.write(a_file_alone, b"too much")

    assert a_file_alone.read_bytes() == b"two"


def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch(0o600)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    before = path.stat()

    whole.write(path, b"one")

    after = path.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        whole.write(tmp_path / "no" / "a", b"one")

    assert caught.value.filename == str(tmp_path / "no" / "a")
