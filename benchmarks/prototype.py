"""The least that reading feeds can cost in Python: a floor to compare with, and not a design.

    python -m benchmarks.prototype DATABASE URLS.json [--connections 50]

aiohttp, lxml, nh3 and SQLite, and nothing else: no encodings but what lxml knows, no broken documents, no
dates, no retries, no politeness, no revisions, no rules, no outputs, and no wait for the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import aiohttp
import nh3
from lxml import etree

TOGETHER = 50
"""Feeds that are kept in one transaction."""
_SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists feeds (
  id integer primary key, url text unique, etag text, modified text, hash blob
);
create table if not exists items (
  id integer primary key, feed integer, name text, link text, title text, author text, published text,
  hash blob, summary text, content text, unique (feed, name)
);
"""
_ATOM, _RSS1 = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC = "{http://purl.org/dc/elements/1.1/}"

Fields = tuple[str | None, ...]
"""Of an entry: name, link, title, author, published, summary, content."""


def entries(body: bytes) -> Iterator[Fields]:
    """What a well-formed RSS, RDF or Atom document holds."""
    root = etree.fromstring(body)
    if root.tag == f"{_ATOM}feed":
        for entry in root.iterchildren(f"{_ATOM}entry"):
            said = {str(child.tag).removeprefix(_ATOM): child for child in entry}
            author = said.get("author")
            text = {name: child.text for name, child in said.items()}
            yield (
                text.get("id"),
                said["link"].get("href") if "link" in said else None,
                text.get("title"),
                author.findtext(f"{_ATOM}name") if author is not None else None,
                text.get("published"),
                text.get("summary"),
                text.get("content"),
            )
        return
    space = _RSS1 if str(root.tag).endswith("RDF") else ""
    for item in root.iter(f"{space}item"):
        text = {str(child.tag).removeprefix(space): child.text for child in item}
        summary, link = text.get("description"), text.get("link")
        yield (
            text.get("guid") or link,
            link,
            text.get("title"),
            text.get(f"{_DC}creator"),
            text.get("pubDate") or text.get(f"{_DC}date"),
            summary,
            text.get(_CONTENT) or summary,
        )


@dataclass
class Prototype:
    """One refresh."""

    database: sqlite3.Connection
    waiting: int = 0
    """Feeds in the open transaction."""
    feeds: list[tuple[int, str, str | None, str | None, bytes | None]] = field(default_factory=list)

    def follow(self, urls: Sequence[str]) -> None:
        """Know these feeds, and what came of each."""
        self.database.executescript(_SCHEMA)
        self.database.executemany("insert or ignore into feeds (url) values (?)", [(url,) for url in urls])
        self.feeds = self.database.execute("select id, url, etag, modified, hash from feeds").fetchall()

    async def refresh(self, connections: int) -> None:
        """Ask for every feed, so many at once."""
        left = iter(self.feeds)
        opens = aiohttp.TCPConnector(limit=connections)
        async with aiohttp.ClientSession(connector=opens, auto_decompress=False) as session:

            async def work() -> None:
                for feed, url, etag, modified, known in left:
                    headers = {"Accept-Encoding": "gzip"}
                    headers |= {"If-None-Match": etag} if etag else {}
                    headers |= {"If-Modified-Since": modified} if modified else {}
                    async with session.get(url, headers=headers) as answer:
                        body = await answer.read()
                    if answer.status == 200 and (hashed := _hash(body)) != known:
                        if answer.headers.get("Content-Encoding") == "gzip":
                            body = zlib.decompress(body, 31)
                        said = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
                        self.keep(feed, *said, hashed, body)

            await asyncio.gather(*(work() for _ in range(connections)))
        self.commit()

    def keep(self, feed: int, etag: str | None, modified: str | None, hashed: bytes, body: bytes) -> None:
        """Clean and keep the entries that are new or changed."""
        if not self.waiting:
            self.database.execute("begin")
        self.waiting += 1
        known = dict(self.database.execute("select name, hash from items where feed = ?", (feed,)))
        rows = []
        for entry in entries(body):
            name, *said, summary, content = entry
            mark = _hash("\0".join(text or "" for text in entry).encode())
            if known.get(name) != mark:
                cleaned = (nh3.clean(summary or ""), nh3.clean(content or ""))
                rows.append((feed, name, *said, mark, *cleaned))
        self.database.executemany(
            "insert into items (feed, name, link, title, author, published, hash, summary, content)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (feed, name) do update set link = excluded.link,"
            " title = excluded.title, author = excluded.author, published = excluded.published,"
            " hash = excluded.hash, summary = excluded.summary, content = excluded.content",
            rows,
        )
        self.database.execute(
            "update feeds set etag = ?, modified = ?, hash = ? where id = ?", (etag, modified, hashed, feed)
        )
        if self.waiting >= TOGETHER:
            self.commit()

    def commit(self) -> None:
        """End the open transaction."""
        if self.waiting:
            self.database.execute("commit")
            self.waiting = 0


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def main() -> None:
    """Refresh once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("database", type=Path)
    parser.add_argument("urls", type=Path)
    parser.add_argument("--connections", type=int, default=50)
    options = parser.parse_args()
    prototype = Prototype(sqlite3.connect(options.database, isolation_level=None))
    prototype.follow(json.loads(options.urls.read_text()))
    asyncio.run(prototype.refresh(options.connections))
    prototype.database.close()


if __name__ == "__main__":
    main()
