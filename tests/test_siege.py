"""Hostile servers, a few good ones among them, and the usual limits: memory and time stay in bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests import farm
from tests import farm_feeds as feeds
from tests.farm import Asked, Farm, Kind
from tests.test_farm import Ran, Site

MEMORY = 300 * 1024
"""KiB."""
TIMEOUT = 6
SIEGE = 144
"""Sources, each on a host of its own or beside one other."""
GOOD = 6
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
_MUCH = 64 * 1024
_RSS = partial(feeds.rss, words=feeds.Words())


async def flood(asked: Asked, piece: bytes, head: bytes = _HEAD) -> None:
    """Send as fast as it is taken, for ever."""
    asked.raw(head)
    while True:
        asked.raw(piece)
        await asked.writer.drain()


async def sent(asked: Asked, body: bytes, coding: str) -> None:
    asked.send(body, f"Content-Encoding: {coding}")


def nested(*codings: str) -> bytes:
    """A bomb within a bomb."""
    body = feeds.bomb(codings[0])
    for coding in codings[1:]:
        body = feeds.packed(body, coding)
    return body


def attackers() -> dict[str, Kind]:
    kinds = [
        Kind("good", partial(farm.plain, document=_RSS)),
        Kind("small-fields", partial(flood, piece=b"a:b\r\n" * (_MUCH // 5)), "header"),
        Kind("empty-fields", partial(flood, piece=b"a:\r\n" * (_MUCH // 4)), "header"),
        Kind("other-fields", other_fields, "header"),
        Kind("one-field", partial(flood, piece=b"y" * _MUCH, head=_HEAD + b"X: "), "header"),
        Kind("status-line", partial(flood, piece=b"y" * _MUCH, head=b"HTTP/1.1 200 "), ""),
        Kind("folded-field", partial(flood, piece=b" folded\r\n" * 8192, head=_HEAD + b"X: y\r\n"), ""),
        Kind("cookies", partial(flood, piece=b"Set-Cookie: a=b\r\n" * 4096), "header"),
        Kind("continue", partial(flood, piece=b"HTTP/1.1 100 Continue\r\n\r\n" * 2048, head=b""), ""),
        Kind("chunks-of-one", partial(flood, piece=b"1\r\ny\r\n" * 8192, head=_CHUNKED), ""),
        Kind("chunk-extensions", partial(flood, piece=b";a=b" * 8192, head=_CHUNKED + b"1"), ""),
        Kind("trailers", partial(flood, piece=b"a:b\r\n" * 8192, head=_CHUNKED + b"0\r\n"), ""),
        Kind("endless", partial(flood, piece=b" " * _MUCH, head=_HEAD + b"\r\n<rss>"), ""),
        Kind(
            "dripping", partial(farm.endless, head=_HEAD + b"\r\n<rss>", piece=b" ", pause=0.2), f"{TIMEOUT}s"
        ),
        Kind("silent", farm.silent, f"{TIMEOUT}s"),
        Kind("truncated", partial(farm.cut, document=_RSS, part=0.5), "breaks off"),
    ]
    for codings in (
        ("gzip",),
        ("br",),
        ("zstd",),
        ("gzip", "gzip"),
        ("zstd", "br"),
        ("br", "gzip"),
        ("gzip",) * 3,
    ):
        name = ", ".join(codings)
        kinds.append(Kind(f"bomb {name}", partial(sent, body=nested(*codings), coding=name), ""))
    kinds.append(Kind("members", partial(sent, body=feeds.packed(b"x", "gzip") * 200_000, coding="gzip"), ""))
    return {kind.name: kind for kind in kinds}


_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def other_fields(asked: Asked) -> None:
    """Each of another name."""
    asked.raw(_HEAD)
    number = 0
    while True:
        asked.raw(b"".join(b"x%d:y\r\n" % each for each in range(number, number + 4096)))
        number += 4096
        await asked.writer.drain()


class Besieged(Site):
    """A site whose sources are all of these."""

    def configure(self, farm: Farm) -> None:
        sources = [
            {"id": f"feed-{feed}", "type": "feed", "url": farm.url(feed), "title": f"Feed {feed}"}
            for feed in range(SIEGE)
        ]
        self.root.mkdir()
        fetch = {"timeout": f"{TIMEOUT}s", "host_delay": "0s", "allow_private": ["127.0.0.0/8"]}
        (self.root / "aggregator.yaml").write_text(json.dumps({"fetch": fetch, "sources": sources}))


@pytest.fixture(scope="module")
def besieging() -> Iterator[Farm]:
    with Farm(attackers()) as serving:
        yield serving


@pytest.fixture(scope="module")
def ran(besieging: Farm, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    site = Besieged(Path(tmp_path_factory.mktemp("siege")) / "site")
    site.configure(besieging)
    return site.refresh()


def test_memory_stays_in_bounds(ran: Ran) -> None:
    assert ran.memory < MEMORY


def test_good_sources_are_read_in_time(besieging: Farm, ran: Ran) -> None:
    good = [each for feed, each in ran.sources.items() if besieging.kind(feed).name == "good"]

    assert [each["state"] for each in good] == ["first-read"] * GOOD


def test_every_attacker_is_told_in_one_line_and_costs_no_more_than_its_deadline(
    besieging: Farm, ran: Ran
) -> None:
    bad = {feed: each for feed, each in ran.sources.items() if besieging.kind(feed).name != "good"}

    assert {each["state"] for each in bad.values()} == {"failed"}
    untold = {
        besieging.kind(feed).name: each["error"]
        for feed, each in bad.items()
        if besieging.kind(feed).error not in each["error"] or "\n" in each["error"]
    }
    assert untold == {}
    assert max(each["seconds"] for each in bad.values()) < TIMEOUT * 6
