"""A folder like those that are written, beside what must never be served."""

from __future__ import annotations

from pathlib import Path

import pytest

ATOM = (
    b"<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'><title>All</title></feed>\n"
    + b"<!-- . -->" * 100
)
SECRET = b"SECRET: not yours"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output folder; around it and in it lie secrets."""
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "feeds-secret").mkdir()
    (tmp_path / "feeds-secret" / "x.html").write_bytes(SECRET)
    root = tmp_path / "feeds"
    (root / "category" / "deep").mkdir(parents=True)
    (root / "item").mkdir()
    (root / "all.xml").write_bytes(ATOM)
    (root / "all.json").write_bytes(b'{"version": "https://jsonfeed.org/version/1.1"}')
    (root / "health.json").write_bytes(b"{}")
    (root / "feeds.opml").write_bytes(b"<opml/>")
    (root / "index.html").write_bytes(b"<!DOCTYPE html><p>Home</p>" + b"<p>more</p>" * 100)
    (root / "style.css").write_bytes(b"p{}")
    (root / "category" / "macro.xml").write_bytes(b"<feed/>")
    (root / "category" / "a b(c).xml").write_bytes(b"<feed><id>odd</id></feed>")
    (root / "category" / "deep" / "index.html").write_bytes(b"deep home")
    (root / "item" / "1.html").write_bytes(b"<img src='https://a.example/1.png'>")
    (root / "empty.txt").write_bytes(b"")
    (root / ".aggregator.json").write_bytes(SECRET)
    (root / ".tmp-1-1").write_bytes(SECRET)
    (root / "category" / ".hidden.xml").write_bytes(SECRET)
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "linked").symlink_to(tmp_path / "feeds-secret")
    return root
