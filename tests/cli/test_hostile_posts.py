"""A folder of posts that holds everything a disk can: posts are published, and the rest hurts nobody."""

# ruff: noqa: E501 - one attempt a line, however long: so they are looked through
from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregator.slugs import LONGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Site

LINE_OF_ANOTHER = "root:x:0:0"
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
HEADS = {
    "tag": "tags: !!python/object/apply:os.system ['touch taken-over']",
    "tag-of-the-whole": "--- !!python/object/new:os.system {}",
    "tag-on-a-title": "title: !!python/name:os.system",
    "bomb": BOMB + "tags: *a11",
    "alias-of-itself": "tags: &a [*a]",
    "merge": "base: &b {title: merged}\n<<: *b",
    "merge-of-merges": "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9) if n else ''}]}}\n" for n in range(12)),
    "deep": "tags: " + "[" * 50_000,
    "deep-closed": "tags: " + "[" * 50_000 + "]" * 50_000,
    "deep-mappings": "tags: " + "{a: " * 50_000,
    "deep-blocks": "tags:\n" + "".join(f"{' ' * n}-\n" for n in range(1, 3000)),
    "many-keys": "".join(f"k{n}: v\n" for n in range(100_000)),
    "many-tags": "tags: [" + "t, " * 100_000 + "]",
    "long-key": "k" * 1_000_000 + ": v",
    "long-value": "layout: " + "v" * 1_000_000,
    "quotes": "title: " + "\"'" * 200_000,
    "backslashes": 'title: "' + "\\" * 400_001,
    "anchors": "".join(f"k{n}: &a{n} v\n" for n in range(50_000)),
    "block-scalar": "tags: |\n" + "  line\n" * 100_000,
    "nul": "title: a\0b",
    "dates": "date: " + "9" * 100_000,
}  # fmt: skip


def test_a_folder_of_everything_costs_no_good_post(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = site.root / "seeds"
    site.write_post("good.md", title="The good one")
    outside = site.root.parent / "outside"
    outside.mkdir()
    (outside / "2026-01-01-secret.md").write_text("---\ntitle: Secret\ndate: 2026-01-01\n---\nx", "utf-8")
    (seeds / "outside").symlink_to(outside)
    (seeds / "2026-01-01-secret.md").symlink_to(outside / "2026-01-01-secret.md")
    (seeds / "passwd.md").symlink_to("/etc/passwd")
    (seeds / "etc").symlink_to("/etc")
    (seeds / "zero.md").symlink_to("/dev/zero")
    (seeds / "up").symlink_to("..")
    (seeds / "round").symlink_to("round")
    os.mkfifo(seeds / "pipe.md")
    with (seeds / "sparse.md").open("wb") as file:
        file.truncate(1 << 40)
    (seeds / "folder.md").mkdir()
    monkeypatch.chdir(seeds)
    for _ in range(3000):
        os.mkdir("d")  # noqa: PTH102 - relative, because the whole path is too long for any call
        os.chdir("d")
    os.chdir(site.root)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("seeds/socket.md")
            ran = site.run("refresh", "-v")
    finally:
        subprocess.run(["rm", "-rf", "seeds/d"], check=True)  # deeper than shutil.rmtree gets

    assert ran.code == 0, ran.err
    assert titles(site) == ["The good one"]
    assert not any(LINE_OF_ANOTHER.encode() in body for body in site.files().values())
    for name in ("passwd.md", "zero.md", "pipe.md", "sparse.md", "socket.md"):
        assert name in ran.err + ran.out


@pytest.mark.parametrize("name", HEADS)
def test_no_front_matter_costs_another_post_or_runs_anything(site: Site, name: str) -> None:
    site.write_post("good.md", title="The good one")
    body = f"---\ntitle: odd\ndate: 2026-01-01\n{HEADS[name]}\n---\n<p>text</p>\n"
    (site.root / "seeds" / "2026-01-01-odd.md").write_text(body, "utf-8")

    ran = site.run("refresh")

    assert ran.code == 0, ran.err
    assert "The good one" in titles(site)
    assert len(titles(site)) == 2, "whatever is odd about a post, it is kept"
    assert not (site.root / "taken-over").exists()
    assert all(len(line) < 1000 for line in (ran.out + ran.err).splitlines())


NAMES = [
    "../../up", "..", ".", "/etc/passwd", "a/../../b", "..\\..\\b", "C:\\x", "~", "~root", "-rf", "con", "NUL.txt",
    "com1", "a.", "a ", " a", "Case", "case", "CASE", "caf\u00e9", "cafe\u0301", "CAFE\u0301", "%2e%2e%2fx", "%00",
    "a%2Fb", "x" * 5000, "x" * 5001, "\u4e2d" * 300, "\u202egpj.exe", "\u200b", ".htaccess", ".git/config", "index",
    "all", "item", "a.html", "a.xml", "a", "\U0001f600", "?q", "#f", "*", '"', "<b>", "|", "a\tb", "a\u2028b",
    "\ufb01", "fi", "\u017f", "s", "\u0130", "i\u0307", "\u212a", "k",
]  # fmt: skip


def test_no_name_leaves_the_folder_or_takes_the_file_of_another(site: Site) -> None:
    for number, name in enumerate(NAMES):
        (site.root / "seeds" / f"2026-01-01-{number}.html").write_text(
            f"---\ntitle: Post {number}\ndate: 2026-01-01\ncategories: [{json.dumps(name)}]\n---\n<p>x</p>",
            "utf-8",
        )

    ran = site.run("refresh")

    assert ran.code == 0, ran.err
    files = site.files()
    feeds = {
        path.removeprefix("category/")
        for path in files
        if path.startswith("category/") and path.endswith(".xml")
    }
    slugs = {each["slug"] for each in site.run("list", "categories", "--json").json["categories"]}
    assert {f"{slug}.xml" for slug in slugs} == feeds
    assert len({feed.casefold() for feed in feeds}) == len(feeds)
    assert all(len(feed) <= LONGEST + 4 and feed[0] not in ".- " for feed in feeds)
    assert not set('\\:*?"<>|%#/') & set("".join(feeds))
    shown = [json.loads(files[f"category/{slug}.json"])["items"] for slug in slugs]
    assert sorted(item["title"] for items in shown for item in items) == sorted(
        f"Post {n}" for n in range(len(NAMES))
    )
    assert sorted(path.name for path in site.root.iterdir()) == ["config", "feeds", "seeds", "var"]
    assert {part.name for part in Path(site.root).parent.iterdir()} == {"site"}


def titles(site: Site) -> list[str]:
    return [each["title"] for each in json.loads(site.files()["all.json"])["items"]]
