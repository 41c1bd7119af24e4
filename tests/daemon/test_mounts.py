"""Which folders send no events."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.daemon.mounts import is_silent

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / {root}/nas rw,relatime shared:2 master:1 - nfs4 nas:/posts rw
31 30 8:2 / {root}/nas/local rw - ext4 /dev/sdb1 rw
32 22 0:41 / {root}/with\\040blank rw - fuse.sshfs me@there: rw
33 22 0:42 / {root}/nasty rw - tmpfs tmpfs rw
nonsense
"""


@pytest.mark.parametrize(
    ("folder", "silent"),
    [
        ("posts", False),
        ("nas", True),
        ("nas/deep/below", True),
        ("nas/local/posts", False),
        ("with blank/posts", True),
        ("nasty", False),
    ],
)
def test_disks_of_other_machines_are_silent(tmp_path: Path, folder: str, silent: bool) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(root=tmp_path))

    assert is_silent(tmp_path / folder, mounts) == silent


def test_where_mounts_cannot_be_told_events_are_trusted(tmp_path: Path) -> None:
    assert not is_silent(tmp_path, tmp_path / "none")
    (tmp_path / "empty").touch()
    assert not is_silent(tmp_path, tmp_path / "empty")


def test_the_mounts_of_this_machine_can_be_read() -> None:
    assert not is_silent(Path("/proc/self"))
