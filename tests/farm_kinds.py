"""What there is on a farm: each kind of feed, and what must come of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests import farm
from tests import farm_feeds as feeds
from tests.farm import Kind
from tests.farm_feeds import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RSS = partial(feeds.rss, words=Words())
_ATOM = partial(feeds.atom, words=Words("chinese"))
_DAY = "Sun, 01 Mar 2026 08:00:00 GMT"
_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
_PAGE = "<!DOCTYPE html><html><head><title>Farm</title>{}</head><body>{}</body></html>"
_BOMB_OF_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><rss version="2.0"><channel><title>&i;</title></channel></rss>'
)


def kinds() -> dict[str, Kind]:
    """Every kind, by its name, in an order in which good and bad ones alternate."""
    good, bad = list(_good()), list(_bad())
    mixed: list[Kind] = []
    while good or bad:
        mixed += [each.pop(0) for each in (good, bad) if each]
    return {kind.name: kind for kind in mixed}


def _good() -> Iterator[Kind]:
    for name, document in _documents():
        yield Kind(name, partial(farm.plain, document=document))
    for coding in ("gzip", "deflate", "br", "zstd"):
        yield Kind(f"packed-{coding}", partial(farm.packed, document=_ATOM, coding=coding))
    for name, tag, day in (
        ("etag", '"v1"', ""), ("etag-weak", 'W/"v1"', ""), ("etag-odd", "no-quotes", ""),
        ("modified", "", _DAY), ("modified-odd", "", "2026-03-01 08:00"), ("both-validators", '"v1"', _DAY),
    ):  # fmt: skip
        yield Kind(name, partial(farm.conditional, document=_RSS, tag=tag, day=day), conditional=True)
    yield Kind("type-wrong", partial(_typed, kind="text/html"))
    yield Kind("type-missing", partial(farm.until_closed, document=_RSS))
    yield Kind("http-1.0", partial(farm.until_closed, document=_ATOM, protocol="HTTP/1.0"))
    yield Kind("chunked", partial(farm.in_pieces, document=_RSS, pause=0.0))
    yield Kind("slow-but-in-time", partial(farm.in_pieces, document=_RSS, pause=0.05))
    for status in ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        yield Kind(f"redirect-{status[:3]}", partial(farm.redirected, document=_RSS, status=status))
    yield Kind(
        "redirect-relative", partial(farm.redirected, document=_RSS, status="302 Found", relative=True)
    )
    yield Kind("redirect-three-times", partial(farm.redirected, document=_ATOM, status="302 Found", steps=3))
    yield Kind("empty-feed", partial(farm.plain, document=_no_entries), entries=0)


def _documents() -> Iterator[tuple[str, Callable[[int], bytes]]]:
    english, chinese = Words(), Words("chinese")
    yield "rss-2.0", partial(feeds.rss, words=chinese)
    yield "rss-0.91", partial(feeds.rss, words=english, version="0.91")
    yield "rss-0.92", partial(feeds.rss, words=english, version="0.92")
    yield "rss-1.0", partial(feeds.rdf, words=chinese)
    yield "rss-0.90", partial(feeds.rdf, words=english, namespace="http://my.netscape.com/rdf/simple/0.9/")
    yield "atom-1.0", partial(feeds.atom, words=chinese)
    yield "atom-0.3", partial(feeds.atom, words=english, version="0.3")
    yield "json-1.1", partial(feeds.json_feed, words=chinese)
    yield "json-1.0", partial(feeds.json_feed, words=english, version="1.0")
    for name, words in (
        ("utf-8-mark", Words("chinese", "utf-8-sig")), ("utf-16", Words("chinese", "utf-16", "utf-16")),
        ("gbk", Words("chinese", "gbk", "gb2312")), ("gb18030", Words("chinese", "gb18030", "gb18030")),
        ("gbk-called-utf-8", Words("chinese", "gbk")), ("gbk-not-declared", Words("chinese", "gbk", None)),
        ("big5", Words("traditional", "big5", "big5")),
        ("shift-jis", Words("japanese", "shift_jis", "shift_jis")),
        ("euc-kr", Words("korean", "euc-kr", "euc-kr")),
        ("western", Words("western", "cp1252", "windows-1252")),
    ):  # fmt: skip
        yield name, partial(feeds.rss, words=words)
    yield "one-bad-byte", lambda feed: feeds.rss(feed, chinese).replace(b"<b>", b"\xff<b>", 1)
    yield "bare-ampersand", lambda feed: feeds.rss(feed, english).replace(b"Farm", b"Farm & sons", 1)
    yield "text-before", lambda feed: b"Warning: line 3\n" + feeds.rss(feed, english)
    yield "control-character", lambda feed: feeds.rss(feed, english).replace(b"Farm", b"Farm\x08", 1)


def _bad() -> Iterator[Kind]:
    for status, words in (
        ("404 Not Found", "404"), ("410 Gone", "410"), ("403 Forbidden", "403"), ("401 Unauthorized", "401"),
        ("500 Internal Server Error", "500"), ("502 Bad Gateway", "502"), ("400 Bad Request", "400"),
        ("204 No Content", "204"), ("999 Odd", "999"),
    ):  # fmt: skip
        yield Kind(f"status-{status[:3]}", partial(farm.plain, document=_nothing, status=status), words)
    for status in ("429 Too Many Requests", "503 Service Unavailable"):
        answer = partial(_held, status=status)
        yield Kind(f"retry-after-{status[:3]}", answer, status[:3], again=False)
    yield from _no_feeds()
    yield from _broken_answers()
    for coding in ("gzip", "br", "zstd"):
        answer = partial(_sent, body=feeds.bomb(coding), headers=(f"Content-Encoding: {coding}",))
        yield Kind(f"bomb-{coding}", answer, "large")
    yield Kind("redirect-loop", partial(farm.elsewhere, to="{here}"), "redirect")
    yield Kind(
        "redirect-too-often", partial(farm.redirected, document=_RSS, status="302 X", steps=30), "redirect"
    )
    yield Kind("redirect-to-a-file", partial(farm.elsewhere, to="file:///etc/passwd"), "no http")
    yield Kind("redirect-to-nobody", partial(farm.elsewhere, to="http://127.0.0.250:1/"), "127.0.0.250")
    yield Kind("redirect-inside", partial(farm.elsewhere, to="http://10.255.255.1/"), "allow_private")
    yield Kind("redirect-nowhere", partial(farm.plain, document=_nothing, status="302 Found"), "redirect")


def _no_feeds() -> Iterator[Kind]:
    advertising = '<link rel="alternate" type="application/rss+xml" href="/real.xml">'
    for name, text, words in (
        ("page", _PAGE.format("", "<p>Welcome</p>"), "HTML"),
        ("page-advertising", _PAGE.format(advertising, ""), "/real.xml"),
        ("login-page", _PAGE.format("", '<form><input type="password"></form>'), "log-in"),
        ("empty", "", "empty"),
        ("blanks", " \r\n ", "empty"),
        ("json-error", '{"error": "no such feed"}', "no such feed"),
        ("plain-text", "Not here.", "no feed"),
        ("opml", '<opml version="2.0"><body/></opml>', "OPML"),
        ("truncated-at-once", '<?xml version="1.0"?><rss version="2.0"><channel><ti', "truncated"),
        ("binary", "\x89PNG\r\n\x1a\n\x00\x00", ""),
    ):
        yield Kind(name, partial(_sent, body=text.encode("latin-1")), words or "feed")
    yield Kind("bomb-of-entities", partial(_sent, body=_BOMB_OF_ENTITIES.encode()), "well-formed")


def _broken_answers() -> Iterator[Kind]:
    late = "3s"
    yield Kind("never-answers", farm.silent, late)
    yield Kind("stops-in-the-header", partial(farm.silent, before=b"HTTP/1.1 200 OK\r\nContent-"), late)
    yield Kind("stops-in-the-body", partial(farm.silent, before=_HEAD + b"\r\n<rss><channel>"), late)
    yield Kind("drips", partial(farm.endless, head=_HEAD + b"\r\n<rss>", piece=b" ", pause=0.1), late)
    yield Kind("endless", partial(farm.endless, head=_HEAD + b"\r\n<rss>", piece=b" " * 65536), "large")
    yield Kind(
        "endless-header", partial(farm.endless, head=_HEAD, piece=b"X-Odd: " + b"y" * 900 + b"\r\n"), "header"
    )
    yield Kind("cut-off", partial(farm.cut, document=_ATOM, part=0.5), "breaks off")
    yield Kind("garbage", partial(farm.garbage, what=b"\x00\x01SSH-2.0-farm\r\n\r\n"), "HTTP")
    yield Kind("closes-at-once", partial(farm.garbage, what=b""), "closed")
    yield Kind(
        "broken-gzip",
        partial(_sent, body=b"\x1f\x8b\x08nonsense", headers=("Content-Encoding: gzip",)),
        "gzip",
    )
    yield Kind("unknown-coding", partial(_sent, body=b"x", headers=("Content-Encoding: farm",)), "farm")


def _nothing(feed: int) -> bytes:
    del feed
    return b""


def _no_entries(feed: int) -> bytes:
    return f'<rss version="2.0"><channel><title>Feed {feed}</title></channel></rss>'.encode()


async def _sent(asked: farm.Asked, body: bytes, headers: tuple[str, ...] = ()) -> None:
    asked.send(body, *headers)


async def _typed(asked: farm.Asked, kind: str) -> None:
    asked.send(_ATOM(asked.feed), f"Content-Type: {kind}")


async def _held(asked: farm.Asked, status: str) -> None:
    asked.send(b"", "Retry-After: 3600", status=status)
