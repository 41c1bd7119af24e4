from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from aggregator.sources import folders
from aggregator.sources.folders import MAX_BYTES, Found
from tests.sources.posts import write


def find(root: Path, *paths: str) -> Found:
    return folders.find(root, paths or ("seeds",))


def told(found: Found) -> dict[str, str]:
    return {problem.where: problem.what for problem in found.problems}


def test_posts_are_found_in_all_folders_below(tmp_path: Path) -> None:
    for name in ("b.md", "a/x.MD", "a/b/y.markdown", "z.html", "_posts/t.txt", "a/_posts/u.Txt", "c.md/d.md"):
        write(tmp_path / "seeds" / name)
    for name in ("image.png", "noextension", "x.mdx", ".md", "..md", "md", "x.md."):
        write(tmp_path / "seeds" / name)

    found = find(tmp_path)

    assert sorted(found.files) == [
        f"seeds/{name}"
        for name in (
            "_posts/t.txt",
            "a/_posts/u.Txt",
            "a/b/y.markdown",
            "a/x.MD",
            "b.md",
            "c.md/d.md",
            "z.html",
        )
    ]
    assert (found.problems, found.missing, found.skipped) == ([], [], {})


def test_what_is_no_post_by_its_name_is_passed_over_and_counted(tmp_path: Path) -> None:
    for name in (
        ".git/a.md",
        ".hidden.md",
        "_drafts/a.md",
        "_x/y/a.md",
        "README.md",
        "readme.zh.md",
        "a/ReadMe.txt",
    ):
        write(tmp_path / "seeds" / name)

    found = find(tmp_path)

    assert found.files == {}
    assert found.skipped == {folders.HIDDEN: 2, folders.UNDERSCORE: 2, folders.README: 3}
    assert found.problems == []


@pytest.mark.parametrize("path", [".seeds", "_drafts", "site/_site"])
def test_the_name_of_a_configured_folder_does_not_matter(tmp_path: Path, path: str) -> None:
    write(tmp_path / path / "a.md")

    assert list(find(tmp_path, path).files) == [f"{path}/a.md"]


@pytest.mark.parametrize("path", ["seeds", "seeds/", "./seeds", "x/../seeds"])
def test_names_begin_with_the_folder_as_configured(tmp_path: Path, path: str) -> None:
    write(tmp_path / "seeds/a.md")
    write(tmp_path / "x/b.txt")

    (name,) = find(tmp_path, path).files

    assert name == f"{folders.configured_name(path)}/a.md"


def test_the_site_itself_and_absolute_folders_can_be_read(tmp_path: Path) -> None:
    write(tmp_path / "a.md")

    assert list(find(tmp_path, ".").files) == ["a.md"]
    assert list(find(tmp_path / "elsewhere", str(tmp_path)).files) == [f"{tmp_path}/a.md"]


def test_a_folder_that_is_missing_or_a_file_is_told(tmp_path: Path) -> None:
    write(tmp_path / "file")
    write(tmp_path / "seeds/a.md")

    found = find(tmp_path, "nowhere", "seeds", "file", "file/below")

    assert found.missing == ["nowhere", "file", "file/below"]
    assert list(found.files) == ["seeds/a.md"]


def test_a_file_in_overlapping_folders_is_found_once(tmp_path: Path) -> None:
    write(tmp_path / "seeds/2022/a.md")
    write(tmp_path / "seeds/_drafts/b.md")

    assert list(find(tmp_path, "seeds", "seeds/2022", "seeds").files) == ["seeds/2022/a.md"]
    assert list(find(tmp_path, "seeds/2022", "seeds").files) == ["seeds/2022/a.md"]
    assert list(find(tmp_path, "seeds", "seeds/_drafts").files) == ["seeds/2022/a.md", "seeds/_drafts/b.md"]


def test_links_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "secret/a.md")
    write(tmp_path / "seeds-2/b.md")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.md").symlink_to(tmp_path / "secret/a.md")
    (tmp_path / "seeds/folder").symlink_to("../secret")
    (tmp_path / "seeds/b.md").symlink_to("../seeds-2/b.md")
    (tmp_path / "seeds/image.png").symlink_to(tmp_path / "secret/a.md")

    found = find(tmp_path)

    assert found.files == {}
    assert found.skipped == {folders.LEAVES: 3}
    assert set(told(found)) == {"seeds/a.md", "seeds/b.md", "seeds/folder"}


def test_links_inside_the_folder_give_each_file_once_by_its_own_name(tmp_path: Path) -> None:
    write(tmp_path / "seeds/z/real.md")
    write(tmp_path / "seeds/..version/mounted.md")
    (tmp_path / "seeds/a.md").symlink_to("z/real.md")
    (tmp_path / "seeds/a-folder").symlink_to("z")
    (tmp_path / "seeds/z/loop").symlink_to("..")
    (tmp_path / "seeds/self").symlink_to("self")
    (tmp_path / "seeds/post.md").symlink_to("..version/mounted.md")

    found = find(tmp_path)

    assert sorted(found.files) == ["seeds/post.md", "seeds/z/real.md"]
    assert set(told(found)) == {"seeds/self"}


def test_a_configured_folder_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/a.md")
    (tmp_path / "seeds").symlink_to("elsewhere")

    assert list(find(tmp_path).files) == ["seeds/a.md"]


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.md").symlink_to("gone.md")
    (tmp_path / "seeds/folder").symlink_to("gone")

    assert told(find(tmp_path)) == {"seeds/a.md": "a link to nothing"}


def test_pipes_and_sockets_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds").mkdir()
    os.mkfifo(tmp_path / "seeds/pipe.md")
    os.mkfifo(tmp_path / "seeds/pipe")
    monkeypatch.chdir(tmp_path)  # a socket's address has room for some hundred characters only
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("seeds/socket.md")

        found = find(tmp_path)

    assert found.files == {}
    assert found.skipped == {folders.NO_FILE: 2}
    assert set(told(found)) == {"seeds/pipe.md", "seeds/socket.md"}


def test_a_file_that_is_too_large_is_there_but_not_read(tmp_path: Path) -> None:
    write(tmp_path / "seeds/large.md")
    os.truncate(tmp_path / "seeds/large.md", MAX_BYTES + 1)
    write(tmp_path / "seeds/just.md")
    os.truncate(tmp_path / "seeds/just.md", MAX_BYTES)

    found = find(tmp_path)

    assert list(found.files) == ["seeds/just.md"]
    assert found.present(()) == {"seeds/just.md", "seeds/large.md"}
    assert told(found) == {"seeds/large.md": "larger than 8 MiB: not read"}


def test_a_name_that_is_no_utf8_is_read_and_shown_with_its_bytes(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/seeds")  # noqa: PTH102 - bytes that pathlib does not take
    with open(os.fsencode(tmp_path) + b"/seeds/\xd6\xd0.md", "wb") as file:  # noqa: PTH123
        file.write(b"x")

    found = find(tmp_path)

    assert list(found.files) == ["seeds/\\xd6\\xd0.md"]
    assert set(told(found)) == {"seeds/\\xd6\\xd0.md"}
    with open(found.files["seeds/\\xd6\\xd0.md"].path, "rb") as file:  # noqa: PTH123
        assert file.read() == b"x"


def test_two_names_that_look_alike_are_one_file_and_told(tmp_path: Path) -> None:
    write(tmp_path / "seeds/\\xd6.md")
    with open(os.fsencode(tmp_path) + b"/seeds/\xd6.md", "wb"):  # noqa: PTH123
        pass

    found = find(tmp_path)

    assert list(found.files) == ["seeds/\\xd6.md"]
    assert found.skipped == {folders.UNREADABLE: 1}


def test_folders_may_be_nested_deeper_than_any_path_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "seeds/a.md")
    write(tmp_path / "seeds/deep/b.md")
    monkeypatch.chdir(tmp_path / "seeds/deep")
    length = len(os.fsencode(tmp_path / "seeds/deep"))
    for _ in range(1_500):
        os.mkdir("dd")  # noqa: PTH102 - relative, because the whole path is too long for any call
        os.chdir("dd")
        length += len("/dd")
        if 4090 <= length < 4093:
            write(Path("post.md"))
    monkeypatch.chdir(tmp_path)

    try:
        found = find(tmp_path)
    finally:
        subprocess.run(["rm", "-rf", "seeds/deep"], check=True)  # deeper than shutil.rmtree gets

    assert list(found.files) == ["seeds/a.md", "seeds/deep/b.md"]
    assert list(told(found).values()) == ["cannot be read: File name too long"] * 2
    assert found.present(["seeds/deep/" + "dd/" * 1_400 + "x.md"]) > set(found.files)


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_what_is_in_an_unreadable_folder_is_not_taken_for_gone(tmp_path: Path) -> None:
    write(tmp_path / "seeds/closed/a.md")
    write(tmp_path / "seeds/closed-not/b.md")
    (tmp_path / "seeds/closed").chmod(0)

    found = find(tmp_path)
    (tmp_path / "seeds/closed").chmod(0o755)

    assert found.closed == ["seeds/closed"]
    assert found.present(["seeds/closed/a.md", "seeds/gone.md"]) == {
        "seeds/closed",
        "seeds/closed/a.md",
        "seeds/closed-not/b.md",
    }


def test_a_configured_folder_that_cannot_be_looked_into_keeps_all_its_names(tmp_path: Path) -> None:
    too_long = "x" * 300

    found = find(tmp_path, too_long)

    assert found.missing == []
    assert found.present([f"{too_long}/a.md", "b.md"]) == {f"{too_long}/a.md"}
    assert told(found) == {too_long: "cannot be read: File name too long"}


def test_a_site_that_cannot_be_looked_into_keeps_every_name() -> None:
    found = Found(closed=["."])

    assert found.present(["a.md", "b/c.md"]) == {"a.md", "b/c.md"}


def test_a_name_no_system_takes_is_told(tmp_path: Path) -> None:
    assert told(find(tmp_path, "a\0b")) == {"a\0b": "cannot be read: embedded null byte"}
