"""A server of feeds on many loopback addresses, for a race.

    python -m benchmarks.feedfarm --feeds 500 --hosts 100 [--tiny]

It answers conditional requests, packs with gzip, and counts what it was asked. Its first line names the port;
it ends with its standard input. ``/list`` names the feeds; ``/admin/…`` is what
:mod:`benchmarks.farmed` calls.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from benchmarks import feedtexts

Stamp = Literal["", "comment", "date"]
"""What differs in every answer though no entry does: nothing, a comment, the date of the feed."""
_STAMPS: tuple[Stamp, ...] = get_args(Stamp)
_TYPES: dict[str, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
}
_BUILT = re.compile(rb"<(lastBuildDate|updated|dc:date)>([^<]*)<")
_PAGE = b"<!doctype html><title>Page</title><p>High water at noon.</p>"


@dataclass(frozen=True, slots=True)
class Served:
    """A version of a feed, ready to be sent."""

    newest: int
    plain: bytes
    packed: bytes
    tag: str
    modified: str
    type: str


@dataclass
class Farm:
    """What is served, and how. ``tiny``: feeds of one short entry each."""

    feeds: int
    hosts: int
    port: int
    tiny: bool = False
    conditional: bool = True
    stamp: Stamp = ""
    published: int = 0
    stamped: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    newest: list[int] = field(default_factory=list)
    _made: dict[tuple[int, int], Served] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As it was before the first request."""
        self.newest = [feedtexts.FIRST] * self.feeds
        self.conditional, self.stamp, self.published, self.stamped = True, "", 0, 0
        self.answers.clear()

    def host(self, feed: int) -> str:
        """The address that the feed is on."""
        number = feed % self.hosts
        return f"127.0.{1 + number // 250}.{1 + number % 250}"

    def url(self, feed: int) -> str:
        """Where the feed is."""
        return f"http://{self.host(feed)}:{self.port}/{feed}.xml"

    def served(self, feed: int) -> Served:
        """The feed as it is now; made once a version."""
        newest = self.newest[feed]
        if (feed, newest) not in self._made:
            write = feedtexts.note if self.tiny else feedtexts.document
            body = write(feed, newest, self.url(feed), f"http://{self.host(feed)}:{self.port}")
            modified = feedtexts.START + timedelta(hours=5 * newest + 24)
            kind = "atom" if self.tiny else feedtexts.kind_of(feed)
            self._made[feed, newest] = Served(
                newest,
                body,
                gzip.compress(body, 6, mtime=0),
                f'"{feed:x}-{newest:x}"',
                format_datetime(modified, usegmt=True),
                f"{_TYPES[kind]}; charset=utf-8",
            )
        return self._made[feed, newest]

    def publish(self, percent: int) -> int:
        """Add an entry to every so many feeds; returns to how many."""
        step = max(1, round(100 / percent))
        self.published += 1
        chosen = [feed for feed in range(self.feeds) if (feed + self.published) % step == 0]
        for feed in chosen:
            self.newest[feed] += 1
            self.served(feed)
        return len(chosen)

    # ── requests ──

    def answer(self, target: str, headers: dict[str, str]) -> bytes:
        """The whole answer to a GET."""
        asked = urlsplit(target)
        name = asked.path.strip("/")
        if name.endswith(".xml"):
            return self._feed(int(name.removesuffix(".xml")), headers)
        if name == "list":
            return _whole(
                json.dumps([self.url(feed) for feed in range(self.feeds)]).encode(), "application/json"
            )
        if name.startswith("admin/"):
            told = self._told(
                name.removeprefix("admin/"), dict(parse_qsl(asked.query, keep_blank_values=True))
            )
            return _whole(json.dumps(told).encode(), "application/json")
        return _whole(_PAGE, "text/html")

    def _told(self, what: str, values: dict[str, str]) -> Any:
        if what == "reset":
            self.reset()
        elif what == "publish":
            return self.publish(int(values["percent"]))
        elif what == "behave":
            self.conditional = values["conditional"] == "True"
            self.stamp = next(each for each in _STAMPS if each == values["stamp"])
        elif what == "warm":
            for feed in range(self.feeds):
                self.served(feed)
            return sum(len(self.served(feed).plain) for feed in range(self.feeds)) / self.feeds
        told = dict(self.answers)
        self.answers.clear()
        return told

    def _feed(self, feed: int, headers: dict[str, str]) -> bytes:
        now = self.served(feed)
        lines = [
            f"Content-Type: {now.type}",
            "Vary: Accept-Encoding",
            "Cache-Control: max-age=0",
            f"ETag: {now.tag}",
            f"Last-Modified: {now.modified}",
        ]
        if self.conditional and _is_known(now, headers):
            self.answers["304"] += 1
            return "\r\n".join(["HTTP/1.1 304 Not Modified", *lines, "", ""]).encode()
        self.answers["200"] += 1
        plain, packed = now.plain, now.packed
        is_packed = "gzip" in headers.get("accept-encoding", "")
        if self.stamp:
            self.stamped += 1
            plain = stamped(plain, self.stamp, self.stamped)
            packed = zlib.compress(plain, 1, 31) if is_packed else b""
        return (
            _whole(packed, "", [*lines, "Content-Encoding: gzip"]) if is_packed else _whole(plain, "", lines)
        )


def stamped(body: bytes, how: Stamp, serial: int) -> bytes:
    """The document with another comment, or another date of the feed itself; no entry differs."""
    if how == "comment":
        at = body.index(b"?>") + 2
        return b"%s<!-- %d -->%s" % (body[:at], serial, body[at:])
    built = _BUILT.search(body)
    assert built is not None
    moment = feedtexts.START + timedelta(days=365, seconds=serial)
    text = format_datetime(moment) if built[1] == b"lastBuildDate" else moment.isoformat()
    return body[: built.start(2)] + text.encode() + body[built.end(2) :]


def _is_known(now: Served, headers: dict[str, str]) -> bool:
    """RFC 9110, 13.2.2: the entity tag counts, and only without one the date."""
    if (tags := headers.get("if-none-match")) is not None:
        return now.tag in tags
    since = headers.get("if-modified-since", "")
    try:
        return bool(since) and parsedate_to_datetime(since) >= parsedate_to_datetime(now.modified)
    except ValueError:
        return False


def _whole(body: bytes, kind: str, lines: list[str] | None = None) -> bytes:
    head = ["HTTP/1.1 200 OK", *(lines or [f"Content-Type: {kind}"]), f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, farm: Farm) -> None:
        self._farm, self._came = farm, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while b"\r\n\r\n" in self._came:
            request, _, self._came = self._came.partition(b"\r\n\r\n")
            first, *lines = request.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            _, target, version = first.split(" ")
            self._transport.write(self._farm.answer(target, headers))
            if version == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
                self._transport.close()


async def _serve(farm: Farm) -> None:
    loop = asyncio.get_running_loop()
    for host in dict.fromkeys(["127.0.0.1", *(farm.host(number) for number in range(farm.hosts))]):
        server = await loop.create_server(lambda: _Connection(farm), host, farm.port, backlog=4096)
        farm.port = server.sockets[0].getsockname()[1]
    print(farm.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--tiny", action="store_true", help="one short entry a feed")
    options = parser.parse_args()
    asyncio.run(_serve(Farm(options.feeds, options.hosts, options.port, options.tiny)))


if __name__ == "__main__":
    main()
