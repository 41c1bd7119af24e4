from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aggregator.sources.files import read
from aggregator.sources.folders import MAX_BYTES, FoundFile
from tests.sources.posts import LONG_AGO, write

if TYPE_CHECKING:
    from pathlib import Path

TIME = int(LONG_AGO * 1_000_000_000)


def found(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(str(path), status.st_size, status.st_mtime_ns)


def test_a_file_is_read_whole_with_its_stamp(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", b"body")

    file = read([("a", found(path))]).read["a"]

    assert file.body == b"body"
    assert (file.size, file.mtime_ns) == (4, TIME)
    assert len(file.stamp("a", TIME + 1).hash) == 64
    assert file.stamp("a", TIME + 1).mtime_ns == TIME


def test_the_time_of_a_file_changed_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    file = read([("a", found(write(tmp_path / "a.md")))]).read["a"]

    assert file.stamp("a", TIME).mtime_ns == 0


def test_but_it_is_where_it_looked_the_same_for_longer_than_a_tick_of_the_clock(tmp_path: Path) -> None:
    coarse = read([("a", found(write(tmp_path / "a.md")))]).read["a"]
    fine = read([("a", found(write(tmp_path / "a.md", at=LONG_AGO + 0.25)))]).read["a"]

    assert coarse.stamp("a", TIME, waited=True).mtime_ns == 0  # this disk may count seconds, or two
    assert fine.stamp("a", TIME, waited=True).mtime_ns == TIME + 250_000_000


def test_a_file_that_looks_otherwise_than_when_it_was_found_is_changing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", b"half")
    before = found(path)
    write(path, b"half and half")

    result = read([("a", before)])

    assert result.read == {}
    assert result.changing == {"a": found(path)}


def test_a_file_that_is_gone_is_left_to_the_next_look(tmp_path: Path) -> None:
    result = read([("a", FoundFile(str(tmp_path / "gone.md"), 1, 1))])

    assert (result.read, result.changing, result.problems) == ({}, {}, [])


def test_what_became_a_link_a_pipe_or_a_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "secret.md")
    (tmp_path / "link.md").symlink_to("secret.md")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()

    result = read(
        [(name, FoundFile(str(tmp_path / f"{name}.md"), 1, 1)) for name in ("link", "pipe", "folder")]
    )

    assert result.read == {}
    assert [problem.where for problem in result.problems] == ["link", "pipe", "folder"]


def test_a_file_that_grew_too_large_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    before = found(path)
    os.truncate(path, MAX_BYTES + 1)

    result = read([("a", before)])

    assert result.read == {}
    assert [problem.what for problem in result.problems] == ["larger than 8 MiB: not read"]
