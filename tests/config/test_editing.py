from __future__ import annotations

import resource
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.config import editing
from aggregator.config.document import MAX_BYTES
from aggregator.errors import AggregatorError, ConfigError, LockedError
from tests.refusals import unprivileged


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


def test_a_disk_without_room_is_no_mistake_in_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    before = whole(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))  # as on a disk that is full

    try:
        with pytest.raises(AggregatorError, match="cannot be written: File too large") as caught:
            editing.replace(path, before, "a: 1\nb: 2\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert caught.value.exit_code == 1
    assert path.read_text() == "a: 1\n"


def test_a_file_in_a_folder_that_cannot_be_written_is_written_to() -> None:
    """As one that is mounted into a container by itself is."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.yaml"
        path.write_text("a: 1\n")
        path.chmod(0o666)
        path.parent.chmod(0o555)
        before = whole(path)
        with unprivileged():
            editing.replace(path, before, "a: 2\n")
        path.parent.chmod(0o700)

        assert path.read_text() == "a: 2\n"


def test_what_several_write_at_once_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("")

    def add(who: int) -> None:
        for number in range(20):
            with editing.alone(path, "a.yaml", monotonic=lambda: 0.0):
                before = whole(path)
                editing.replace(path, before, f"{before.text}k{who}-{number}: x\n")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(4)))

    assert sorted(path.read_text().splitlines()) == sorted(
        f"k{w}-{n}: x" for w in range(4) for n in range(20)
    )


def test_who_changes_it_is_waited_for_a_while_and_then_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    now, slept = 100.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    with (
        editing.alone(path, "a.yaml"),
        pytest.raises(LockedError, match=r"a\.yaml: another process is changing it; try again in a moment"),
        editing.alone(path, "a.yaml", sleep=sleep, monotonic=lambda: now),
    ):
        pass

    assert sum(slept) == pytest.approx(10)


@pytest.mark.parametrize("folder", ["gone", "hidden"])
def test_a_folder_that_cannot_be_opened_is_not_locked(tmp_path: Path, folder: str) -> None:
    """What is wrong with the file is told when it is read; who else changed it, when it is replaced."""
    (tmp_path / "hidden").mkdir(0o311)

    with unprivileged(), editing.alone(tmp_path / folder / "a.yaml", "x"):
        pass


def test_what_could_not_be_read_again_is_refused() -> None:
    editing.refuse_large("a" * MAX_BYTES, "x")
    with pytest.raises(ConfigError, match="x: would be larger than 4 MiB"):
        editing.refuse_large("é" * (MAX_BYTES // 2 + 1), "x")
