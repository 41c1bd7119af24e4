"""Strangers' titles, names, slugs and bodies in a real browser: nothing of theirs runs, and nothing is asked for.

A canary sings where a script of theirs runs (a dialog, an error, a message) or where anything but their own
pictures on their own pages is asked for.
"""

# ruff: noqa: E501 - attacks are not broken where a line of code would be
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium, visit
from tests.soup import FRAGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SING = "alert(document.domain+1)"
BODIES = f"""
<script>{SING}</script>
"><img src=x onerror={SING}>
<img src=x:x onerror={SING}>
<svg onload={SING}>
<svg><script>{SING}</script></svg>
<svg><a xlink:href="javascript:{SING}"><text>x</text></a></svg>
<svg><style><img src=x onerror={SING}></style>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={SING}&gt;">
<math><annotation-xml encoding="text/html"><img src=x onerror={SING}></annotation-xml></math>
<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror={SING} src>">
<noscript><p title="</noscript><img src=x onerror={SING}>">
<a href="javascript:{SING}" autofocus onfocus={SING}>x</a>
<a href="jav&#x09;ascript:{SING}">x</a>
<a href="&#1;javascript:{SING}">x</a>
<a href="data:text/html,<script>{SING}</script>">x</a>
<a href="vbscript:{SING}">x</a>
<iframe srcdoc="<script>parent.{SING}</script>"></iframe>
<iframe src="javascript:{SING}"></iframe>
<iframe src="https://canary.example/"></iframe>
<object data="data:text/html,<script>{SING}</script>"></object>
<embed src="https://canary.example/x.swf">
<form action="javascript:{SING}"><input autofocus onfocus={SING}><button formaction="javascript:{SING}">x</button></form>
<meta http-equiv="refresh" content="0;url=javascript:{SING}">
<base href="https://canary.example/">
<link rel="stylesheet" href="https://canary.example/x.css">
<style>@import url(https://canary.example/x.css); body {{ background: url(https://canary.example/x.png) }}</style>
<p style="background:url(https://canary.example/x.png)" onmouseover={SING}>x</p>
<details open ontoggle={SING}><summary>x</summary></details>
<video src="https://canary.example/x.mp4" autoplay onerror={SING}><source onerror={SING} src=x></video>
<audio src=x onerror={SING} autoplay></audio>
<body onload={SING}><frameset onload={SING}>
<marquee onstart={SING}>x</marquee>
<img srcset="javascript:{SING} 1x, https://pictures.example/a.png 2x" src="https://pictures.example/b.png" alt=x>
<picture><source srcset="https://pictures.example/c.png" onerror={SING}><img src="https://pictures.example/d.png"></picture>
<template><script>{SING}</script></template><textarea><script>{SING}</script>
</textarea></title></style></script></noscript></template><script>{SING}</script>
<table background="javascript:{SING}"><td background="https://canary.example/x.png">x
<a title="<table tabindex=1 onfocus={SING} autofocus>" href="https://a.example/">x</a>
<!--><img src=x onerror={SING}>-->
<![CDATA[><img src=x onerror={SING}>]]>
<?xml-stylesheet href="javascript:{SING}"?>
]]><script xmlns="http://www.w3.org/1999/xhtml">{SING}</script>
""".strip().splitlines()
LINES = [
    f"<script>{SING}</script>",
    f"\"'><img src=x onerror={SING}>",
    f"</title></script></style><svg onload={SING}>",
    f"javascript:{SING}",
    f"]]><script xmlns='http://www.w3.org/1999/xhtml'>{SING}</script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    f"\\u003cscript\\u003e{SING}",
    f"--><script>{SING}</script>",
    "..; url(https://canary.example/x) }} * { background: url(https://canary.example/y)",
    "\u202e\u2028</script>\x07",
    "../../../canary",
    "aux.html",
]
PICTURES = ("https://pictures.example/", "https://a.example/")
"""Where an item's own pictures may be: as written, and beside its original."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a site whose every post is hostile in every field."""
    root = tmp_path_factory.mktemp("site")
    (root / "seeds").mkdir()
    bodies = [*BODIES, "\n".join(FRAGMENTS), "\n".join(reversed(FRAGMENTS)), "\n".join(BODIES)]
    for number, body in enumerate(bodies):
        line = LINES[number % len(LINES)]
        said = json.dumps(line, ensure_ascii=False)
        (root / "seeds" / f"2026-01-{number % 28 + 1:02}-{number}.html").write_text(
            f"---\ntitle: {said}\ncategories: [{said}, all]\ntags: [{said}]\nauthor: {said}\n"
            f"date: 2026-{number % 9 + 1:02}-01 10:00:00\nlang: en\n---\n"
            f"{body}\n<p>（文章来源：{line}）</p>\n\n<https://a.example/?{number}>\n",
            "utf-8",
        )
    configuration = {
        "site": {"title": LINES[1], "url": "https://feeds.example/", "author": LINES[0]},
        "sources": [{"id": "posts", "type": "jekyll", "path": "seeds", "title": LINES[2]}],
        "output": {"item_pages": True, "entries": 5, "window": "1h"},
    }
    (root / "aggregator.yaml").write_text(json.dumps(configuration), "utf-8")
    command = [sys.executable, "-m", "aggregator", "-c", str(root / "aggregator.yaml"), "-q", "refresh"]
    subprocess.run(command, check=True)
    return root / "feeds"


def test_the_canary_sings_where_it_can(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(f"<script>{SING}</script><img src=https://canary.example/x onerror={SING}>", "utf-8")

    with visit(browser, page) as visited:
        assert visited.asked == ["https://canary.example/x"]
        assert [said for said in visited.said if said.startswith("dialog")] == ["dialog: 1", "dialog: 1"]


def kind_of(path: Path, feeds: Path) -> str:
    return path.relative_to(feeds).parts[0] + path.suffix


def test_no_page_or_feed_runs_what_a_stranger_wrote(browser: Browser, feeds: Path) -> None:
    probe = """() => [...document.querySelectorAll('*')].flatMap(each => [
        ...[...each.attributes].filter(one => one.name.startsWith('on')).map(one => one.name),
        ...['href', 'src', 'action', 'formaction', 'data', 'poster'].map(name => each[name])
            .filter(url => typeof url == 'string' && url && !/^(https?|file):/.test(url)),
        ...(['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'BASE'].includes(each.tagName) ? [each.tagName] : []),
    ])"""
    paths = sorted(path for path in feeds.rglob("*.*") if path.suffix in (".html", ".xml", ".json", ".opml"))
    sung: list[str] = []
    with visit(browser, feeds / "index.html") as visited:
        for path in paths:
            visited.said.clear()
            visited.asked.clear()
            visited.page.goto(path.as_uri(), wait_until="load")
            name = path.relative_to(feeds).as_posix()
            own = PICTURES if name.startswith("item/") else ()
            # A picture that cannot be had is a message of the browser's, not of the page's.
            sung += [f"{name}: {said}" for said in visited.said if "net::ERR_FAILED" not in said]
            sung += [f"{name} asked for {url}" for url in visited.asked if not url.startswith(own)]
            if path.suffix == ".html":
                sung += [f"{name} holds {found}" for found in visited.page.evaluate(probe)]

    assert {kind_of(path, feeds) for path in paths} >= {
        "index.html.html", "category.html", "category.xml", "category.json", "item.html", "feeds.opml.opml",
    }  # fmt: skip
    assert sung == []


def test_no_file_is_written_outside_or_under_a_name_that_no_system_takes(feeds: Path) -> None:
    names = {part for path in feeds.rglob("*") for part in path.relative_to(feeds).parts}

    assert {name for name in names if not name.isprintable() or set('<>:"|?*\\') & set(name)} == set()
    assert sorted(path.name for path in feeds.parent.iterdir()) == [
        "aggregator.yaml", "feeds", "seeds", "var",
    ]  # fmt: skip


def test_strangers_are_shown_as_they_wrote(browser: Browser, feeds: Path) -> None:
    with visit(browser, feeds / "index.html") as visited:
        assert visited.page.title() == LINES[1]
        assert visited.page.locator("h1").inner_text().strip() == LINES[1]
