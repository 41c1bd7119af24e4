from __future__ import annotations

import json
import os
import resource
import stat
import threading
from contextlib import closing, contextmanager
from socket import AF_UNIX, socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.errors import PublishError
from aggregator.outputs.files import MANIFEST, OutputFolder, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = "0a5e1c1e-0000-4000-8000-000000000001"
OTHER = "0a5e1c1e-0000-4000-8000-000000000002"


@pytest.fixture
def folder(tmp_path: Path) -> OutputFolder:
    folder = OutputFolder(tmp_path / "feeds", SITE)
    folder.claim(known_files=False)
    return folder


def leftovers(folder: OutputFolder) -> list[str]:
    return sorted(path.name for path in folder.path.rglob(".tmp-*"))


@contextmanager
def limited(what: int, soft: int) -> Iterator[None]:
    before, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (before, hard))


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_files_are_written_and_their_paths_returned_in_order(folder: OutputFolder) -> None:
    written = folder.write({"b.xml": b"two", "category/a.xml": b"one", "item/a/b/c.html": b"three"})

    assert written == ["b.xml", "category/a.xml", "item/a/b/c.html"]
    assert (folder.path / "category/a.xml").read_bytes() == b"one"
    assert (folder.path / "item/a/b/c.html").read_bytes() == b"three"
    assert leftovers(folder) == []


def test_what_is_there_already_is_not_touched(folder: OutputFolder) -> None:
    folder.write({"all.xml": b"same", "all.json": b"old"})
    before = (folder.path / "all.xml").stat()

    written = folder.write({"all.xml": b"same", "all.json": b"new"})

    after = (folder.path / "all.xml").stat()
    assert written == ["all.json"]
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_change_of_the_same_length_is_written(folder: OutputFolder) -> None:
    folder.write({"all.xml": b"aaa"})

    assert folder.write({"all.xml": b"bbb"}) == ["all.xml"]
    assert (folder.path / "all.xml").read_bytes() == b"bbb"


def test_whoever_has_the_old_file_open_reads_it_to_its_end(folder: OutputFolder) -> None:
    folder.write({"all.xml": b"old"})

    with (folder.path / "all.xml").open("rb") as reader:
        folder.write({"all.xml": b"new and longer"})

        assert reader.read() == b"old"


def test_readers_see_only_whole_files(folder: OutputFolder) -> None:
    bodies = [bytes([letter]) * 300_000 for letter in b"abcdefgh"]
    folder.write({"all.xml": bodies[0]})
    stop = threading.Event()
    seen: list[bytes] = []

    def read() -> None:
        while not stop.is_set():
            body = (folder.path / "all.xml").read_bytes()
            seen.append(body[:1] if body in bodies else b"torn")

    reader = threading.Thread(target=read)
    reader.start()
    for body in bodies * 3:
        folder.write({"all.xml": body})
    stop.set()
    reader.join()

    assert b"torn" not in seen


def test_more_files_than_may_be_open_are_written(folder: OutputFolder) -> None:
    files = {f"category/{number}.xml": str(number).encode() for number in range(300)}

    with limited(resource.RLIMIT_NOFILE, 200):
        assert folder.write(files) == list(files)

    assert (folder.path / "category/299.xml").read_bytes() == b"299"
    assert leftovers(folder) == []


def test_new_files_are_for_everybody_to_read_as_far_as_the_umask_lets_them(folder: OutputFolder) -> None:
    before = os.umask(0o027)
    try:
        folder.write({"category/a.xml": b"one"})
    finally:
        os.umask(before)

    assert stat.S_IMODE((folder.path / "category/a.xml").stat().st_mode) == 0o640
    assert stat.S_IMODE((folder.path / "category").stat().st_mode) == 0o750


def test_a_folder_that_was_removed_meanwhile_is_made_anew_with_its_manifest(folder: OutputFolder) -> None:
    (folder.path / MANIFEST).unlink()
    folder.path.rmdir()

    folder.write({"all.xml": b"one"})

    assert (folder.path / "all.xml").read_bytes() == b"one"
    assert read_manifest(folder.path) == SITE


def test_a_pipe_in_a_files_place_is_replaced_and_never_waited_for(folder: OutputFolder) -> None:
    os.mkfifo(folder.path / "all.xml")

    folder.write({"all.xml": b""})

    assert (folder.path / "all.xml").is_file()


def test_a_temporary_of_the_same_name_is_not_written_into(folder: OutputFolder) -> None:
    for number in range(50):
        (folder.path / f".tmp-{os.getpid()}-{number}").write_bytes(b"of another run")

    folder.write({"all.xml": b"one"})

    assert (folder.path / "all.xml").read_bytes() == b"one"
    assert {path.read_bytes() for path in folder.path.glob(".tmp-*")} == {b"of another run"}


@given(st.dictionaries(st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h"]), st.binary(max_size=20)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_writing_nothing_differs(folder: OutputFolder, files: dict[str, bytes]) -> None:
    differing = folder.differing(files)

    assert folder.write(files) == differing
    assert folder.differing(files) == []
    assert folder.write(files) == []
    assert folder.sizes(files) == {path: len(body) for path, body in files.items()}


# ── what cannot be written ────────────────────────────────────────────────────────────────────────────────


def test_when_a_write_fails_every_old_file_stays_and_nothing_half_written(folder: OutputFolder) -> None:
    old = {f"category/{number}.xml": b"old" for number in range(200)}
    folder.write(old)
    new = dict.fromkeys(old, b"new") | {"category/199.xml": b"x" * 100_000}

    with limited(resource.RLIMIT_FSIZE, 50_000), pytest.raises(PublishError) as caught:
        folder.write(new)

    assert str(caught.value) == (
        f"{folder.path / 'category/199.xml'}: the file is larger than this user may write:"
        " raise the limit (ulimit -f)"
    )
    assert folder.differing(old) == []
    assert leftovers(folder) == []


def test_a_name_too_long_is_told_with_what_to_do(folder: OutputFolder) -> None:
    with pytest.raises(PublishError, match=r"x\.xml: the name is too long .* choose a shorter slug"):
        folder.write({f"category/{'x' * 300}.xml": b""})


def test_a_folder_in_a_files_place_is_told_and_stays(folder: OutputFolder) -> None:
    (folder.path / "all.xml").mkdir()

    for attempt in (folder.write, folder.differing):
        with pytest.raises(PublishError, match=r"all\.xml: a folder is in its place: move that away"):
            attempt({"index.html": b"new", "all.xml": b""})

    assert not (folder.path / "index.html").exists()


def test_a_file_in_a_folders_place_is_told_and_stays(folder: OutputFolder) -> None:
    (folder.path / "category").write_bytes(b"mine")

    with pytest.raises(PublishError, match=r"category: a link or a file is where a folder must be"):
        folder.write({"category/a.xml": b"one"})

    assert (folder.path / "category").read_bytes() == b"mine"


def test_a_linked_folder_is_never_followed(folder: OutputFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.xml").write_bytes(b"theirs")
    (elsewhere / ".tmp-1-1").write_bytes(b"theirs")
    (folder.path / "category").symlink_to(elsewhere)

    folder.claim(known_files=True)
    with pytest.raises(
        PublishError, match="category: a link or a file is where a folder must be: move it away"
    ):
        folder.write({"category/a.xml": b"ours"})

    assert folder.remove(["category/a.xml"]) == []
    assert folder.sizes(["category/a.xml"]) == {}
    assert sorted(path.name for path in elsewhere.iterdir()) == [".tmp-1-1", "a.xml"]
    assert (elsewhere / "a.xml").read_bytes() == b"theirs"


def test_a_link_in_a_files_place_is_replaced_and_its_target_left_alone(
    folder: OutputFolder, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"same")
    (folder.path / "all.xml").symlink_to(target)

    assert folder.write({"all.xml": b"same"}) == ["all.xml"]

    assert not (folder.path / "all.xml").is_symlink()
    assert target.read_bytes() == b"same"


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "feeds").symlink_to(tmp_path / "disk")
    folder = OutputFolder(tmp_path / "feeds", SITE)

    folder.claim(known_files=False)
    folder.write({"all.xml": b"one"})

    assert (tmp_path / "disk/all.xml").read_bytes() == b"one"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../all.xml", "category/../../x", "./x", "a//b", "", "a/", "a/\0", "."]
)
def test_a_path_that_leads_elsewhere_is_refused(folder: OutputFolder, path: str) -> None:
    with pytest.raises(ValueError, match="not a path below the output folder"):
        folder.write({path: b""})
    with pytest.raises(ValueError, match="not a path below the output folder"):
        folder.differing({path: b""})
    with pytest.raises(ValueError, match="not a path below the output folder"):
        folder.sizes([path])
    with pytest.raises(ValueError, match="not a path below the output folder"):
        folder.remove([path])


# ── looking and removing ──────────────────────────────────────────────────────────────────────────────────


def test_looking_makes_nothing(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "feeds", SITE)

    assert folder.differing({"all.xml": b"", "category/a.xml": b""}) == ["all.xml", "category/a.xml"]
    assert folder.sizes(["all.xml"]) == {}
    assert folder.remove(["all.xml"]) == []
    assert read_manifest(folder.path) is None
    assert not folder.path.exists()


def test_sizes_are_those_of_regular_files_that_are_there(folder: OutputFolder) -> None:
    folder.write({"all.xml": b"four", "category/a.xml": b""})
    (folder.path / "index.html").symlink_to("all.xml")
    (folder.path / "all.json").mkdir()

    sizes = folder.sizes(
        ["all.xml", "category/a.xml", "category/b.xml", "item/c.html", "index.html", "all.json"]
    )

    assert sizes == {"all.xml": 4, "category/a.xml": 0}


def test_removing_takes_files_and_the_folders_they_leave_empty(folder: OutputFolder) -> None:
    folder.write({"all.xml": b"", "item/a/b/c.html": b"", "category/a.xml": b"", "category/b.xml": b""})

    removed = folder.remove(["item/a/b/c.html", "category/a.xml", "category/gone.xml", "all.xml"])

    assert removed == ["item/a/b/c.html", "category/a.xml", "all.xml"]
    assert sorted(path.name for path in folder.path.iterdir()) == [MANIFEST, "category"]
    assert [path.name for path in (folder.path / "category").iterdir()] == ["b.xml"]


def test_removing_leaves_what_others_put_there(folder: OutputFolder) -> None:
    folder.write({"category/a.xml": b""})
    (folder.path / "category/notes").mkdir()
    (folder.path / "category/b.xml").symlink_to(folder.path / MANIFEST)

    assert folder.remove(["category/notes", "category/a.xml", "category/b.xml"]) == [
        "category/a.xml",
        "category/b.xml",
    ]

    assert (folder.path / "category/notes").is_dir()
    assert (folder.path / MANIFEST).is_file()


# ── whose folder it is ────────────────────────────────────────────────────────────────────────────────────


def test_claiming_makes_the_folder_and_says_whose_it_is(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "deep/feeds", SITE)

    folder.claim(known_files=False)
    folder.claim(known_files=False)

    assert json.loads((folder.path / MANIFEST).read_bytes()) == {
        "version": 1,
        "site": SITE,
        "generator": "aggregator",
    }
    assert read_manifest(folder.path) == SITE


def test_another_sites_folder_is_refused(folder: OutputFolder) -> None:
    with pytest.raises(PublishError) as caught:
        OutputFolder(folder.path, OTHER).claim(known_files=True)

    assert str(caught.value) == (
        f"{folder.path} belongs to another site ({SITE}): choose another output.dir,"
        f" or remove {folder.path / MANIFEST} if that site is no more"
    )
    assert read_manifest(folder.path) == SITE


def test_another_sites_folder_that_came_in_its_place_is_left_alone(
    folder: OutputFolder, tmp_path: Path
) -> None:
    other = OutputFolder(tmp_path / "other", OTHER)
    other.claim(known_files=False)
    other.write({"all.xml": b"theirs"})
    folder.path.rename(tmp_path / "away")
    other.path.rename(folder.path)

    with pytest.raises(PublishError, match="belongs to another site"):
        folder.write({"all.xml": b"ours"})
    with pytest.raises(PublishError, match="belongs to another site"):
        folder.remove(["all.xml"])

    assert (folder.path / "all.xml").read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["index.html", "all.xml", "category", "health.json"])
def test_files_that_look_like_ours_and_are_not_are_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(PublishError, match=f"already holds {name}, which this site did not write"):
        OutputFolder(tmp_path, SITE).claim(known_files=False)

    assert read_manifest(tmp_path) is None


def test_a_folder_the_store_remembers_is_claimed_again(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"ours")

    OutputFolder(tmp_path, SITE).claim(known_files=True)

    assert read_manifest(tmp_path) == SITE


def test_other_peoples_files_do_not_prevent_claiming(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_bytes(b"feeds.example")

    OutputFolder(tmp_path, SITE).claim(known_files=False)

    assert read_manifest(tmp_path) == SITE


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"site": 1}', b'{"site": ""}', b"[" * 100_000])
def test_a_damaged_manifest_is_told_unless_the_store_knows_better(tmp_path: Path, body: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(body)
    folder = OutputFolder(tmp_path, SITE)

    with pytest.raises(PublishError, match=r"\.aggregator\.json is damaged: remove it if"):
        folder.claim(known_files=False)
    folder.claim(known_files=True)

    assert read_manifest(tmp_path) == SITE


@pytest.mark.parametrize("what", ["pipe", "device", "socket", "sparse"])
def test_what_is_no_manifest_is_neither_waited_for_nor_read_to_its_end(tmp_path: Path, what: str) -> None:
    manifest = tmp_path / MANIFEST
    with closing(socket(AF_UNIX)) as listening:
        if what == "pipe":
            os.mkfifo(manifest)
        elif what == "device":
            manifest.symlink_to("/dev/zero")
        elif what == "socket":
            listening.bind(str(manifest))
        else:
            with manifest.open("wb") as file:
                file.truncate(1 << 40)
        folder = OutputFolder(tmp_path, SITE)

        with pytest.raises(PublishError, match=r"\.aggregator\.json is damaged: remove it if"):
            folder.claim(known_files=False)
        folder.claim(known_files=True)

    assert read_manifest(tmp_path) == SITE


def test_a_file_in_the_output_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "feeds").write_bytes(b"")

    with pytest.raises(PublishError, match="feeds: a file is where a folder must be"):
        OutputFolder(tmp_path / "feeds", SITE).claim(known_files=False)
    with pytest.raises(PublishError, match="feeds/below: a file is where a folder must be"):
        OutputFolder(tmp_path / "feeds/below", SITE).claim(known_files=False)


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "feeds").symlink_to(tmp_path / "feeds")

    with pytest.raises(PublishError):
        OutputFolder(tmp_path / "feeds", SITE).claim(known_files=False)


def test_claiming_clears_away_what_interrupted_runs_left(folder: OutputFolder) -> None:
    folder.write({"item/a/b.html": b"", "category/a.xml": b""})
    for path in (".tmp-1-1", "category/.tmp-99-12", "item/a/.tmp-5-5"):
        (folder.path / path).write_bytes(b"half")
    for path in (".tmp-notes", "category/.tmp-1-1.bak", "photos"):
        (folder.path / path).mkdir()
    (folder.path / "photos/.tmp-1-1").write_bytes(b"not ours")
    (folder.path / "category/.tmp-7-7").mkdir()

    folder.claim(known_files=True)

    assert sorted(str(path.relative_to(folder.path)) for path in folder.path.rglob(".tmp-*")) == [
        ".tmp-notes",
        "category/.tmp-1-1.bak",
        "category/.tmp-7-7",
        "photos/.tmp-1-1",
    ]
