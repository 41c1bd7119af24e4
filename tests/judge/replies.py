"""What a rule answers: status, headers, body, and the manner in which a server may fail. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from email.utils import formatdate
from enum import Enum, auto
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.judge.evidence import Asked

RSS = "application/rss+xml"
DAY = "Sun, 01 Mar 2026 08:00:00 GMT"


class Manner(Enum):
    """How an answer is given."""

    WHOLE = auto()
    CUT = auto()
    """The connection ends before the announced length."""
    SILENT = auto()
    """Nothing comes, ever."""
    DRIP = auto()
    """A byte now and then, without end."""
    ENDLESS = auto()
    """As many bytes as the other side takes."""
    RESET = auto()
    """The connection is reset."""


@dataclass(frozen=True)
class Reply:
    """One answer. ``takes``: seconds before it begins."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    manner: Manner = Manner.WHOLE
    takes: float = 0.0

    def with_(self, *headers: tuple[str, str]) -> Reply:
        """The same with more headers."""
        return replace(self, headers=(*self.headers, *headers))

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def complete(self, at: float) -> tuple[tuple[str, str], ...]:
        """All headers: with the date (RFC 9110, 6.6.1) and the length that belong to every answer."""
        date = () if self.header("Date") else (("Date", http_date(at)),)
        if self.manner in (Manner.DRIP, Manner.ENDLESS):
            return (*date, *self.headers)
        length = len(self.body) * 2 + 64 if self.manner is Manner.CUT else len(self.body)
        return (*date, *self.headers, *(() if self.status == 304 else (("Content-Length", str(length)),)))


def http_date(at: float) -> str:
    """A moment as HTTP writes it, to the second; a part of one is rounded up."""
    return formatdate(math.ceil(at), usegmt=True)


def document(*titles: str, inside: str = "", spaces: str = "") -> bytes:
    """An RSS feed with an entry a title. ``inside``: what its channel holds besides."""
    items = "".join(
        f"<item><title>{escape(title)}</title>"
        f'<guid isPermaLink="false">tag:judge.example,2026:{escape(title)}</guid>'
        f"<link>https://judge.example/{number}</link><pubDate>{DAY}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"{spaces}><channel><title>Judge</title>'
        f"<link>https://judge.example/</link><description>Judge</description>{inside}{items}</channel></rss>"
    ).encode()


def feed(*titles: str, inside: str = "", spaces: str = "") -> Reply:
    """A good answer."""
    body = document(*(titles or ("One",)), inside=inside, spaces=spaces)
    return Reply(headers=(("Content-Type", RSS),), body=body)


def page(*headers: tuple[str, str], status: int = 200) -> Reply:
    """A page for people, where a feed should be."""
    body = b"<!DOCTYPE html><html><head><title>Page</title></head><body><p>Welcome.</p></body></html>"
    return Reply(status, (("Content-Type", "text/html; charset=utf-8"), *headers), body)


def error(status: int, *headers: tuple[str, str]) -> Reply:
    """An answer that is an error."""
    return Reply(status, (("Content-Type", "text/plain"), *headers), b"No.\n")


def redirect(status: int, to: str, *headers: tuple[str, str]) -> Reply:
    """A redirect."""
    return Reply(status, (("Location", to), *headers))


def failing(manner: Manner) -> Reply:
    """An answer that never becomes one."""
    return Reply(0, (), b"", manner)


def conditional(asked: Asked, reply: Reply, *, tag: str | None = None, day: str | None = None) -> Reply:
    """304 to whoever sends back all of what it was given, byte for byte (RFC 9110, 13.2.2)."""
    given = [("ETag", tag)] * (tag is not None) + [("Last-Modified", day)] * (day is not None)
    validators = tuple((name, value) for name, value in given if value is not None)
    same = [asked.header("If-None-Match") == tag] * (tag is not None)
    same += [asked.header("If-Modified-Since") == day] * (day is not None)
    return Reply(304, validators) if all(same) else reply.with_(*validators)
