from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from aggregator.config import editing
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def whole(path: Path) -> editing.Whole:
    return editing.read_whole(path, str(path))


def test_a_file_is_replaced_with_its_permissions_and_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    path.chmod(0o600)

    before = whole(path)
    editing.replace(path, before, before.text + "b: é\r\n")

    assert before.text == "a: 1\r\n"
    assert path.read_bytes() == b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa9\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    before = whole(path)
    path.write_text("a: 2\n")

    with pytest.raises(ConfigError, match="somebody else changed it meanwhile"):
        editing.replace(path, before, "a: 3\n")

    assert path.read_text() == "a: 2\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"

    with pytest.raises(ConfigError, match="there is no such file"):
        whole(path)
    with pytest.raises(ConfigError, match="cannot be written: No such file"):
        editing.replace(path, editing.Whole(b"", ""), "a: 1\n")
