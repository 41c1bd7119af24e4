"""One document and what must be found in it, and short ways to write documents. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

URL = "https://feeds.example/news/feed"
"""Where documents come from unless they say otherwise."""
SITE = "https://news.example/"
TITLE = "Harbour News"
ATOM = "http://www.w3.org/2005/Atom"
ATOM_03 = "http://purl.org/atom/ns#"
NAMESPACES = {
    "a10": ATOM,
    "atom": ATOM,
    "atom03": ATOM_03,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES = {
    "xml": "application/xml",
    "json": "application/feed+json",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "bin": "application/octet-stream",
}


@dataclass(frozen=True)
class Case:
    """One document: its path below the corpus, its bytes, its expectation."""

    name: str
    body: bytes
    expected: dict[str, Any] = field(default_factory=dict)


def said(**keys: Any) -> dict[str, Any]:
    """What an item must be: only the keys that matter."""
    return keys


def case(name: str, body: str | bytes, *items: dict[str, Any], **expected: Any) -> Case:
    """Say what a document holds: these items, no more, without any problem unless ``problems`` says so.

    ``problems=None``: they don't matter here. ``error``: it is no feed, and the message says this.
    ``count``: how many items there may be. ``outcome="any"``: a feed or an error, in good time.
    """
    whole: dict[str, Any] = {"url": URL, "content_type": _TYPES[name.rpartition(".")[2]]} | expected
    if not whole.keys() & {"error", "outcome"}:
        whole.setdefault("problems", [])
        if items or "count" not in whole:
            whole["items"] = list(items)
    return Case(name, body.encode() if isinstance(body, str) else body, whole)


# ── RSS ───────────────────────────────────────────────────────────────────────────────────────────────────


def namespaces(text: str) -> str:
    """Declarations of the prefixes that a text uses."""
    used = {prefix: uri for prefix, uri in NAMESPACES.items() if f"{prefix}:" in text}
    return "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in used.items())


def rss(items: str, channel: str = "", version: str = "2.0", head: str = DECLARATION) -> str:
    """Write an RSS document."""
    about = "" if "<title" in channel else f"<title>{TITLE}</title>"
    about += "" if "<link>" in channel else f"<link>{SITE}</link>"
    about += "" if "<description" in channel else "<description>News from the harbour</description>"
    spaces = namespaces(channel + items)
    return (
        f'{head}<rss version="{version}"{spaces}>\n<channel>\n{about}{channel}\n{items}\n</channel>\n</rss>\n'
    )


def item(inner: str = "", number: int = 1) -> str:
    """Write an RSS item; title, link and guid are filled in where ``inner`` has none."""
    filled = "" if "<title" in inner else f"<title>Tide table {number}</title>"
    filled += "" if "<link" in inner else f"<link>{SITE}{number}</link>"
    filled += "" if "<guid" in inner else f'<guid isPermaLink="false">tag:news.example,2026:{number}</guid>'
    return f"<item>{filled}{inner}</item>"


def in_rss(name: str, inner: str, channel: str = "", *, bare: bool = False, **keys: Any) -> Case:
    """Make a case of one RSS item with ``inner``, and nothing else where it is ``bare``.

    Keys of the document's expectation are sorted out from the item's.
    """
    whole = {key: keys.pop(key) for key in _WHOLE if key in keys}
    items = f"<item>{inner}</item>" if bare else item(inner)
    return case(f"{name}.xml", rss(items, channel), keys, **whole)


# ── Atom ──────────────────────────────────────────────────────────────────────────────────────────────────


def atom(entries: str, head: str = "", attributes: str = "") -> str:
    """Write an Atom 1.0 document."""
    about = "" if "<title" in head else f"<title>{TITLE}</title>"
    about += "" if "<id>" in head else "<id>tag:news.example,2026:feed</id>"
    about += "" if "<updated>" in head else "<updated>2026-03-01T09:00:00Z</updated>"
    about += "" if "<link" in head else f'<link href="{SITE}"/>'
    spaces = namespaces(head + entries)
    return f'{DECLARATION}<feed xmlns="{ATOM}"{spaces}{attributes}>\n{about}{head}\n{entries}\n</feed>\n'


def entry(inner: str = "", number: int = 1, attributes: str = "") -> str:
    """Write an Atom entry; title, id, link and time are filled in where ``inner`` has none."""
    filled = "" if "<title" in inner else f"<title>Tide table {number}</title>"
    filled += "" if "<id>" in inner else f"<id>tag:news.example,2026:{number}</id>"
    filled += "" if "<link" in inner else f'<link href="{SITE}{number}"/>'
    filled += "" if "<updated>" in inner else "<updated>2026-03-01T08:00:00Z</updated>"
    return f"<entry{attributes}>{filled}{inner}</entry>"


def in_atom(name: str, inner: str, head: str = "", attributes: str = "", on: str = "", **keys: Any) -> Case:
    """Make a case of one Atom entry; ``attributes`` of the feed, ``on`` the entry's."""
    whole = {key: keys.pop(key) for key in _WHOLE if key in keys}
    return case(f"{name}.xml", atom(entry(inner, attributes=on), head, attributes), keys, **whole)


_WHOLE = ("url", "content_type", "problems", "error", "info", "timezone")


def html(text: str) -> str:
    """HTML as it is written in XML."""
    return escape(text)


def cdata(text: str) -> str:
    """A text in a character data section."""
    return f"<![CDATA[{text}]]>"
