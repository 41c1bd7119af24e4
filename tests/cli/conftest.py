"""A site on disk, and commands run in it as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aggregator.cli import main
from tests.cli.loopback import RSS, Server

POST = """\
---
layout: post
title: "{title}"
date: {date}
categories: {category}
tags: {tag}
---
<p>{body}</p>

<https://example.org/news?infoCode=NW{code}>

[返回{tag}](//feeds.example/category/{category}.html)｜[返回首页](//feeds.example/)"""


@dataclass
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Site:
    """A site folder, with commands run in it."""

    root: Path
    run: Callable[..., Ran]

    def write_post(self, name: str = "a.md", code: str = "202201122245264451", **values: str) -> Path:
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fields = {
            "title": f"Title of {name}",
            "date": "2022-01-12 15:23:02 +0800",
            "category": "macro",
            "tag": "宏观",
            "body": f"Body of {name}.",
        } | values
        path.write_text(POST.format(code=code, **fields), "utf-8")
        return path

    def configure(self, text: str) -> None:
        path = self.root / "config" / "aggregator.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def files(self) -> dict[str, bytes]:
        feeds = self.root / "feeds"
        return {
            p.relative_to(feeds).as_posix(): p.read_bytes() for p in sorted(feeds.rglob("*")) if p.is_file()
        }


CONFIGURATION = """\
site: {title: Test site, url: "https://feeds.example/", timezone: Asia/Shanghai}
sources:
  - {id: posts, type: jekyll, path: seeds}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    root = tmp_path / "site"
    (root / "seeds").mkdir(parents=True)
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR", "AGGREGATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    made = Site(root, run)
    made.configure(CONFIGURATION)
    return made


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.pages |= {"/feed.xml": RSS, "/other.xml": RSS}
    yield server
    server.stop()
