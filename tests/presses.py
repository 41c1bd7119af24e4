"""Publishers in memory: what each says at its address now, and whatever else a server may answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from aggregator.errors import FetchError
from aggregator.exchange import Answer, Validators
from aggregator.sources.feed import Feed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aggregator.contracts import Web
    from aggregator.exchange import Exchange, Request
    from aggregator.model import Batch, Bookmark, Listing, Source

MODES = ("ok", "not modified", "error", "busy", "gone", "silent", "redirected", "moved", "unvalidated")
"""What a server may do: the second and the last say how far it knows its own versions."""
GOOD = frozenset({"ok", "not modified", "redirected", "moved", "unvalidated"})


@dataclass
class Written:
    """An entry as its publisher sees it."""

    number: int
    start: str
    guid: str | None
    published: datetime | None
    revision: int = 0
    body: int = 0
    renamed: int = 0

    @property
    def title(self) -> str:
        return f"{self.start}{self.number}.{self.revision}"

    @property
    def id(self) -> str | None:
        return f"{self.guid}?{self.renamed}" if self.guid and self.renamed else self.guid

    def rss(self) -> str:
        guid = f'<guid isPermaLink="false">{self.id}</guid>' if self.id else ""
        date = f"<pubDate>{format_datetime(self.published)}</pubDate>" if self.published else ""
        body = escape(f"<p>Body {self.body} of {self.number}.</p>")
        return (
            f"<item><title>{self.title}</title><link>https://press.example/{self.number}</link>{guid}{date}"
            f"<description>{body}</description></item>"
        )


@dataclass
class Press:
    """One publisher: its feed, newest entry first, and how it answers."""

    name: str
    entries: list[Written] = field(default_factory=list)
    mode: str = "ok"
    built: int = 0

    @property
    def url(self) -> str:
        return f"https://{self.name}.example/feed"

    def body(self) -> bytes:
        items = "".join(each.rss() for each in self.entries)
        stamp = f"<lastBuildDate>Mon, 13 Jun 2022 11:{self.built % 60:02}:16 GMT</lastBuildDate>"
        return (
            f'<rss version="2.0"><channel><title>{self.name}</title><link>https://{self.name}.example/</link>'
            f"{stamp}{items}</channel></rss>"
        ).encode()


class Presses:
    """All of them, as a web. ``served``: numbers of the entries that each answer told."""

    def __init__(self, presses: list[Press], clock: Callable[[], datetime]) -> None:
        self.by_url = {each.url: each for each in presses} | {f"{each.url}/new": each for each in presses}
        self._clock = clock
        self.requests: list[str] = []

    async def get(self, request: Request) -> Answer:
        self.requests.append(request.url)
        press = self.by_url[request.url]
        match press.mode:
            case "error":
                raise FetchError("answered 500", status=500)
            case "busy":
                later = self._clock() + timedelta(hours=2)
                raise FetchError("answered 429", status=429, retry_after=later)
            case "gone":
                raise FetchError("answered 410", status=410)
            case "silent":
                raise FetchError("took too long")
        body = press.body()
        found = hashlib.sha256(body).hexdigest()
        validators = Validators() if press.mode == "unvalidated" else Validators(etag=f'"{found}"')
        url = {"redirected": "https://elsewhere.example/feed", "moved": f"{press.url}/new"}.get(
            press.mode, request.url
        )
        moved = url if press.mode == "moved" and url != request.url else None
        if press.mode == "not modified" and request.validators.etag == validators.etag:
            return Answer(status=304, url=url, validators=validators)
        return Answer(
            status=200, url=url, body=body, raw_hash=found, validators=validators,
            content_type="application/rss+xml", moved=moved, received=len(body),
        )  # fmt: skip


class PressFeed(Feed):
    """The adapter for feeds, with another web than the one it is given."""

    def __init__(self, web: Web) -> None:
        super().__init__()
        self._web = web

    async def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        async for part in super().fetch(source, bookmark, self._web):
            yield part
