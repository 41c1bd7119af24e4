"""What a document is, told from the document alone: never from a header or a name. Pure.

Its rule: whatever is no feed is named in one line that says what to do, with the feeds a page advertises.
"""

from __future__ import annotations

import html
import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aggregator import text, urls
from aggregator.errors import ParseError
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


class Format(StrEnum):
    """What there is. Only the first three are feeds."""

    RSS = "RSS"
    ATOM = "Atom"
    JSON_FEED = "JSON Feed"
    OPML = "OPML"
    HTML = "a web page"
    XML = "XML"
    JSON = "JSON"
    TEXT = "plain text"
    BINARY = "binary data"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format, and where the document really begins: what stands before is not part of it."""

    format: Format
    start: int = 0
    root: str = ""
    """The name of the outermost element, as written."""


@dataclass(frozen=True, slots=True)
class Advertised:
    """A feed that a page names: ``<link rel="alternate" type="application/rss+xml" href="…">``."""

    url: str
    title: str = ""
    type: str = ""


_MAGIC = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "compressed data (gzip)"),
    (b"\x28\xb5\x2f\xfd", "compressed data (zstd)"), (b"BZh", "compressed data (bzip2)"),
    (b"\x89PNG", "a picture (PNG)"), (b"GIF8", "a picture (GIF)"), (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"RIFF", "a media file"), (b"ID3", "a sound file (MP3)"), (b"OggS", "a media file (Ogg)"),
    (b"\x7fELF", "a program"),
)  # fmt: skip
_PROLOGUE = re.compile(
    r"(?:\s++|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^<>\[]*+(?:\[.*?\]\s*)?>)*+",
    re.DOTALL | re.IGNORECASE,
)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+html\b", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FEED_WITHIN = re.compile(
    r"<\?xml\b[^<>]*\?>\s*+<|<rss\b[^<>]*>\s*<channel\b|<feed\b[^<>]*\bxmlns|<rdf:RDF\b[^<>]*\bxmlns",
    re.IGNORECASE,
)
_FORMATS = {
    "rss": Format.RSS, "rdf": Format.RSS, "channel": Format.RSS, "item": Format.RSS,
    "feed": Format.ATOM, "entry": Format.ATOM, "opml": Format.OPML,
}  # fmt: skip
_HTML_NAMES = re.compile(
    r"html|head|body|title|meta|script|style|link|div|p|span|table|a|h[1-4]|center|img|form|br|b|font|noscript"
    r"|iframe|base|section|main|header|article|frameset|ul|pre|strong"
)
_LOOKED_AT = 65_536
_PAGE = 524_288
"""Characters of a page in which advertised feeds are looked for."""
_MOSTLY_CONTROLS = 50
_MAX_NAMED = 5


def recognise_bytes(body: bytes) -> str | None:
    """What the bytes are that are no text at all, in words; None for what may be text."""
    kind = next((name for magic, name in _MAGIC if body.startswith(magic)), None)
    if kind is None and body[4:8] == b"ftyp":
        kind = "a film (MP4)"
    return kind


def recognise(document: str) -> Recognised:
    """Tell the format of a decoded document."""
    lead = len(document) - len(document.lstrip("\ufeff\0 \t\r\n\f\v"))
    if lead == len(document):
        return Recognised(Format.EMPTY)
    if document[lead] in "{[":
        return Recognised(_json_format(document, lead), lead)
    found = _markup(document, lead)
    if found.format in (Format.TEXT, Format.HTML) and not _DOCTYPE.search(document, lead, lead + 1000):
        within = _FEED_WITHIN.search(document, lead, lead + _LOOKED_AT)
        inner = _markup(document, within.start()) if within and found.root.lower() != "html" else found
        if inner.format in (Format.RSS, Format.ATOM):
            return inner
    if found.format is Format.TEXT and _is_binary(document):
        return Recognised(Format.BINARY)
    return found


def _markup(document: str, start: int) -> Recognised:
    prologue = _PROLOGUE.match(document, start)
    position = prologue.end() if prologue else start
    root = _ROOT.match(document, position)
    if root is None:
        return Recognised(Format.HTML if _DOCTYPE.search(document, start, position) else Format.TEXT, start)
    name = root[1].rpartition(":")[2].lower()
    found = _FORMATS.get(name)
    if found is None:
        is_page = (
            _HTML_NAMES.fullmatch(name) is not None or _DOCTYPE.search(document, start, position) is not None
        )
        found = Format.HTML if is_page else Format.XML
    return Recognised(found, start, root[1])


def _json_format(document: str, start: int) -> Format:
    head = document[start : start + _LOOKED_AT]
    if not re.match(r"\{\s*(?:\"|\})|\[\s*(?:[\[{\"\d\]tfn-]|\Z)", head):
        return Format.TEXT
    if re.search(r"\"version\"\s*:\s*\"[^\"]*jsonfeed\.org", document):
        return Format.JSON_FEED
    if document[start] == "{" and re.search(r"\"items\"\s*:\s*\[", document):
        says = re.search(
            r"\"(?:home_page_url|feed_url|content_html|content_text|date_published)\"\s*:", document
        )
        return Format.JSON_FEED if says else Format.JSON
    return Format.JSON


def _is_binary(document: str) -> bool:
    head = document[:_LOOKED_AT]
    odd = sum(
        1 for character in head if character == "\ufffd" or (character < " " and character not in "\t\n\r\f")
    )
    return "\0" in head or odd * _MOSTLY_CONTROLS > len(head) * 5


# ── what is no feed, in words ─────────────────────────────────────────────────────────────────────────────


def refusal(found: Format, document: str, url: str | None) -> ParseError:
    """Say in one line why this is no feed."""
    said: dict[Format, Callable[[], str]] = {
        Format.EMPTY: lambda: "is empty: nothing was sent",
        Format.OPML: lambda: "is a list of feeds (OPML), no feed: make it a source of type opml",
        Format.JSON: lambda: _json_refusal(document),
        Format.HTML: lambda: _page_refusal(document, url),
        Format.TEXT: lambda: f"is plain text, no feed: {_quoted(document[:500])}",
        Format.XML: lambda: _xml_refusal(document),
    }
    say = said.get(found)
    return ParseError(say() if say else "is binary data, no feed")


def _quoted(words: str) -> str:
    return f"“{text.terminal_safe(text.excerpt(text.plain(words), 100))}”"


def _xml_refusal(document: str) -> str:
    root = text.plain(_markup(document, 0).root, 60)
    kinds = {
        "urlset": "a sitemap",
        "sitemapindex": "a sitemap",
        "svg": "a picture (SVG)",
        "envelope": "a SOAP answer",
    }
    kind = kinds.get(root.rpartition(":")[2].lower(), f"XML (<{root}>)")
    words = _words(document)
    said = (
        f": {_quoted(words)}" if root.lower() in ("error", "errors", "message", "response") and words else ""
    )
    return f"is {kind}, no feed{said}"


def _json_refusal(document: str) -> str:
    try:
        value = json.loads(document.lstrip("\ufeff\0 \t\r\n\f\v"), strict=False)
    except (ValueError, RecursionError):
        return "is broken or cut off JSON, no feed"
    message = _message(value)
    return f"is JSON, no feed; it says {_quoted(message)}" if message else "is JSON, no feed"


def _message(value: Any, depth: int = 0) -> str:
    """What an error in JSON says, as programs write it."""
    if isinstance(value, list) and value and depth < _MAX_NAMED:
        return _message(value[0], depth + 1)
    if isinstance(value, str):
        return value if depth else ""
    if not isinstance(value, dict) or depth >= _MAX_NAMED:
        return ""
    keys = ("message", "error_description", "detail", "msg", "error", "errmsg", "errors", "title", "reason")
    return next(filter(None, (_message(value[key], depth + 1) for key in keys if key in value)), "")


_TITLE = re.compile(r"<title[^<>]*>([^<]{0,500})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_WALLS = (
    (
        "Cloudflare",
        re.compile(r"cf-browser-verification|challenge-platform|cf_chl_|/cdn-cgi/challenge", re.IGNORECASE),
    ),
    ("a captcha", re.compile(r"g-recaptcha|h-captcha|hcaptcha\.com|captcha-delivery|geetest", re.IGNORECASE)),
    (
        "a script that must run first",
        re.compile(r"enable javascript and cookies|checking your browser", re.IGNORECASE),
    ),
)


def _page_refusal(document: str, url: str | None) -> str:
    page = document[:_PAGE]
    feeds = advertised(document, url)
    title = _TITLE.search(page)
    name = _quoted(html.unescape(title[1])) if title and title[1].strip() else "without a title"
    if feeds:
        more = f" and {len(feeds) - _MAX_NAMED} more" if len(feeds) > _MAX_NAMED else ""
        named = ", ".join(feed.url for feed in feeds[:_MAX_NAMED])
        return f"is an HTML page ({name}), no feed; the page advertises {named}{more}"
    wall = next((who for who, look in _WALLS if look.search(page)), None)
    if wall is not None:
        return f"is an HTML page ({name}), no feed: probably a bot wall ({wall})"
    if _PASSWORD.search(page):
        return f"is a log-in page ({name}), no feed: it wants a user name and a password"
    return f"is an HTML page ({name}), no feed, and advertises none"


def _words(document: str) -> str:
    return text.plain(html.unescape(re.sub(r"<[^>]*>", " ", document[:2000])))


# ── the feeds a page advertises ───────────────────────────────────────────────────────────────────────────

_LINK = re.compile(r"<(link|base|a)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FEED_TYPES = frozenset(
    f"{kind}/{name}"
    for kind in ("application", "text")
    for name in ("rss+xml", "atom+xml", "rdf+xml", "feed+json", "rss", "atom")
)


def advertised(page: str, url: str | None) -> tuple[Advertised, ...]:
    """The feeds that a page names in its head, absolute, each once, in order."""
    found: dict[str, Advertised] = {}
    base = url
    for link in _LINK.finditer(_COMMENT.sub("", page[:_PAGE])):
        said = {
            each[1].lower(): html.unescape(each[2] or each[3] or each[4] or "")
            for each in reversed(list(_ATTRIBUTE.finditer(link[2])))
        }
        if link[1].lower() == "base":
            base = urls.absolute(said.get("href"), url) or base
        kind = said.get("type", "").partition(";")[0].strip().lower()
        rels = said.get("rel", "").lower().split()
        is_feed = ("alternate" in rels and (kind in _FEED_TYPES)) or "feed" in rels
        if kind == "application/json":  # what JSON Feed was advertised as before it had a type
            is_feed = "alternate" in rels and "feed" in (said.get("title", "") + said.get("href", "")).lower()
        target = urls.absolute(said.get("href"), base) if is_feed and link[1].lower() == "link" else None
        if target is not None:
            found.setdefault(target, Advertised(target, text.plain(said.get("title", ""), 200), kind))
    return tuple(found.values())
