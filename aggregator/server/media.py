"""What a file is, by its path: media type, whether compressing helps, what a page may load. Pure."""

from __future__ import annotations

import posixpath

from aggregator.values import dataclass

ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_ALWAYS = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; {_ALWAYS}"
"""Content-Security-Policy: our pages have a stylesheet of their own, and neither scripts nor forms."""
ITEM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: http:; media-src 'self' https: http:;"
    f" {_ALWAYS}"
)
"""Of a page with an item's body, which may show its publisher's pictures and play its recordings."""
NOT_FOUND = "404.html"
NOT_FOUND_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; {_ALWAYS}"
"""Of the page that is sent at any address, from which no relative link leads anywhere: its style is in it."""

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "xml": XML,
    "json": "application/json; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "txt": TEXT,
    "svg": "image/svg+xml",
    "ico": "image/x-icon",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_COMPRESSIBLE = frozenset({"html", "css", "xml", "json", "opml", "txt", "svg", "ico"})
_FEEDS = {"xml": ATOM, "json": "application/feed+json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Media:
    """What a file is."""

    type: str
    compressible: bool
    policy: str

    @property
    def readable(self) -> bool:
        """Whether browsers show it only as something else: a feed, which they show by its stylesheet."""
        return self.type == ATOM


def media(path: str) -> Media:
    """What the file at this path is."""
    folder, name = posixpath.split(path)
    suffix = name.rpartition(".")[2].lower()
    kind = _TYPES.get(suffix, "application/octet-stream")
    if folder == "category" or path in ("all.xml", "all.json"):
        kind = _FEEDS.get(suffix, kind)
    return Media(kind, suffix in _COMPRESSIBLE, _policy(path))


def _policy(path: str) -> str:
    if path == NOT_FOUND:
        return NOT_FOUND_POLICY
    return ITEM_POLICY if path.startswith("item/") else POLICY
