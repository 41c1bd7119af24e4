"""Small builders for tests of remote feeds: sources, documents, RSS and Atom around what matters."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from aggregator.model import Document, Item, Reading, Source, Stamp
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.tidy import tidy
from tests.builders import NOW, a_source

if TYPE_CHECKING:
    from collections.abc import Sequence

URL = "https://news.example/feed.xml"
SITE = "https://news.example/"
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
}
_DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())


def a_feed_source(url: str = URL, **only_what_matters: Any) -> Source:
    """Build a source of type ``feed`` in Shanghai's time zone."""
    fields: dict[str, Any] = {
        "type": "feed",
        "location": url,
        "options": FeedOptions(url=url),
        "timezone": "Asia/Shanghai",
    }
    return a_source(**{"id": "news"} | fields | only_what_matters)


def a_document(body: str | bytes, url: str | None = URL, content_type: str | None = None) -> Document:
    """Build a document as it was fetched."""
    content = body.encode() if isinstance(body, str) else body
    stamp = Stamp(url or "news", len(content), 0, hashlib.sha256(content).hexdigest())
    return Document(stamp, content, url=url, content_type=content_type)


def rss(items: str, channel: str = "", attributes: str = "") -> str:
    """Write RSS 2.0 with every usual namespace declared."""
    head = f"<title>News</title><link>{SITE}</link>{channel}"
    return f'<rss version="2.0"{_DECLARED}{attributes}><channel>{head}{items}</channel></rss>'


def atom(entries: str, head: str = "", attributes: str = "") -> str:
    """Write Atom 1.0."""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{_DECLARED}{attributes}><title>News</title>'
        f"<id>tag:news.example,2026:feed</id>{head}{entries}</feed>"
    )


def json_feed(*items: Any, **feed: Any) -> str:
    """Write JSON Feed 1.1."""
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "home_page_url": SITE}
    return json.dumps(head | feed | {"items": items}, ensure_ascii=False)


def reading(
    body: str | bytes, content_type: str | None = None, url: str | None = URL, **source: Any
) -> Reading:
    """Parse a document."""
    return Feed().parse(a_feed_source(**source), a_document(body, url, content_type))


def clean(body: str | bytes, content_type: str | None = None, **source: Any) -> Sequence[Item]:
    """Parse a document, and tidy its items."""
    return [tidy(item, NOW) for item in reading(body, content_type, **source).items]


def of_rss(inner: str, **source: Any) -> Item:
    """Parse one RSS item with ``inner``, and tidy it."""
    return clean(rss(f"<item>{inner}</item>"), **source)[0]


def of_atom(inner: str, attributes: str = "", head: str = "") -> Item:
    """Parse one Atom entry with ``inner``, and tidy it."""
    return clean(atom(f"<entry>{inner}</entry>", head, attributes))[0]


def told(body: str | bytes, content_type: str | None = None, **source: Any) -> list[str]:
    """What is told about a document."""
    return [problem.what for problem in reading(body, content_type, **source).problems]
