"""The feeds that an OPML document lists (http://opml.org/spec2.opml): listparser's only door. Pure.

One rule: a document that is not whole says nothing; half a list would let the feeds of the other half go.
listparser judges outlines; they reach it through a strict parser of our own choosing, since its lenient one
neither tells a truncated document nor bounds what a hostile one costs.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from html.entities import html5
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from aggregator import sourcekeys, text
from aggregator.errors import ParseError
from aggregator.model import ListedSource, ListReading, Problem
from aggregator.sources.recognise import Format, recognise
from aggregator.sources.without import without

with without("requests"):  # with which it would fetch lists, were it asked to: loading that takes 0.1 s
    from listparser.opml import OpmlMixin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_CHARACTERS = 8_000_000
MAX_FEEDS = 20_000
MAX_DEPTH = 50
MAX_CATEGORIES = 20
"""Folders that one feed may be in."""
_LONGEST = 500
"""Characters of a title or a folder's name."""
_LONGEST_CATEGORIES = 2000
_PROBLEMS = 100

_CLOSED = re.compile(r"</\s*opml\s*>(?>\s|<!--.*?-->)*+\Z", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,500}\?>")
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:([0-9]{1,9})|[xX]([0-9A-Fa-f]{1,7}));|([A-Za-z][A-Za-z0-9]{0,31};))?"
)


def read(document: str, where: str) -> ListReading:
    """Every feed once, in order; ``where`` is what problems are said of.

    Raises ParseError where it is no OPML, or not whole.
    """
    whole, repairs = _repair(document)
    outlines = _Outlines()
    try:
        _refuse_others(document)
        _parse(whole, outlines)
    except _UnfitError as error:
        raise ParseError(f"{where}: {error}") from error
    except expat.ExpatError as error:
        raise ParseError(f"{where}: {_broken(error, document)}") from error
    sources, problems = _sources(outlines.harvest["feeds"])
    told = _few([*repairs, *_told(outlines), *problems])
    return ListReading(sources, tuple(Problem(where, what) for what in told))


class _UnfitError(Exception):
    """Why a document is not read, to be said of it."""


# ── what it is ────────────────────────────────────────────────────────────────────────────────────────────


def _refuse_others(document: str) -> None:
    if len(document) > MAX_CHARACTERS:
        raise _UnfitError(f"is larger than {MAX_CHARACTERS // 1_000_000} million characters: not read")
    found = recognise(document)
    if found.format is Format.OPML:
        return
    if found.format in {Format.RSS, Format.ATOM, Format.JSON_FEED}:
        what = f"is a feed ({found.format}), not a list of feeds; make it a source of type feed"
    elif found.format is Format.XML:
        root = text.plain(found.root, 60)
        what = f"is XML, but not a list of feeds: it begins with <{root}>, not with <opml>"
    elif found.format is Format.EMPTY:
        what = "is empty: not a list of feeds"
    else:
        what = f"is {found.format}, not a list of feeds (OPML)"
    raise _UnfitError(what)


def _broken(error: expat.ExpatError, document: str) -> str:
    place = f"line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}"
    if not _CLOSED.search(document[-10_000:]):
        return f"was cut off, nothing of it is used ({place})"
    return f"is broken, nothing of it is used: {place}"


# ── repair ────────────────────────────────────────────────────────────────────────────────────────────────


def _repair(document: str) -> tuple[str, list[str]]:
    """What programs and people write that XML forbids, put right; lines stay. And what was, in words."""
    found: Counter[str] = Counter()

    def put_right(reference: re.Match[str]) -> str:
        decimal, hexadecimal, name = reference.groups()
        if decimal or hexadecimal:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            character = html.unescape(f"&#{code};")
            return "" if character == "\ufffd" else html.escape(text.xml_safe(character))
        if name and name in html5:
            return html.escape(html5[name])
        found["&"] += 1
        return "&amp;" + (name or "")

    document = _DECLARATION.sub(_only_lines, document.lstrip("\ufeff"), count=1)
    document = _AMPERSAND.sub(put_right, text.xml_safe(document))
    return document, _repaired(found["&"])


def _repaired(ampersands: int) -> list[str]:
    times = "once" if ampersands == 1 else f"{ampersands} times"
    return [f"& stands {times} where &amp; belongs"] if ampersands else []


def _only_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


# ── parse ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Outlines(OpmlMixin):
    """listparser's reading of outlines, with bounds on what one document can cost."""

    def __init__(self) -> None:
        super().__init__()
        self.harvest = {"feeds": [], "lists": [], "opportunities": [], "meta": {}, "version": ""}
        self.depth = 0
        self.ignored = 0
        self._times: Counter[str] = Counter()

    def start_element(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _UnfitError(f"is nested more than {MAX_DEPTH} deep: not read")
        known: dict[str, str] = {}
        for name, value in attributes.items():
            known.setdefault(name.lower(), value[: _LONGEST_CATEGORIES if name == "category" else None])
        url = known.get("xmlurl", "").strip()
        self._times[url] += 1
        if url and (self._times[url] > MAX_CATEGORIES or len(self._times) > MAX_FEEDS + 1):
            self.ignored += len(self._times) > MAX_FEEDS + 1
            known = {}
        self.start(tag.lower(), known)

    def end_element(self, tag: str) -> None:
        self.depth -= 1
        self.end(tag.lower())


def _parse(document: str, outlines: _Outlines) -> None:
    parser: Any = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = outlines.start_element
    parser.EndElementHandler = outlines.end_element
    parser.CharacterDataHandler = outlines.data
    parser.EntityDeclHandler = _refuse_entity
    parser.Parse(document.encode("utf-8"), True)


def _refuse_entity(name: str, *_: object) -> None:
    raise _UnfitError(f"declares the entity &{text.plain(name, 40)};, which no list of feeds needs: not read")


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────────────────


def _told(outlines: _Outlines) -> Iterable[str]:
    """What is listed but is no feed."""
    for other in outlines.harvest["lists"]:
        yield f"lists another list, {_shown(other['url'])}: configure that one as a source of its own"
    for page in outlines.harvest["opportunities"]:
        yield f"lists {_shown(page['title'] or page['url'])} without its feed's address (xmlUrl)"
    if outlines.ignored:
        yield f"lists more than {MAX_FEEDS} feeds; {outlines.ignored} are left out"
    if not outlines.harvest["feeds"]:
        yield "lists no feeds"


def _sources(feeds: Iterable[Mapping[str, Any]]) -> tuple[tuple[ListedSource, ...], list[str]]:
    found: dict[str, ListedSource] = {}
    problems: list[str] = []
    for feed in feeds:
        url = sourcekeys.address(feed["url"])
        if url is None:
            problems.append(f"lists {_shown(feed['url'])}, which is no http(s) address")
            continue
        key = sourcekeys.same_feed(url)
        title, categories = text.plain(feed["title"], _LONGEST), _folders(feed["categories"])
        if (before := found.get(key)) is None:
            found[key] = ListedSource(url, title, categories)
        else:
            together = tuple(dict.fromkeys((*before.categories, *categories)))[:MAX_CATEGORIES]
            found[key] = ListedSource(before.url, before.title or title, together)
    return tuple(found.values()), problems


def _folders(paths: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The innermost folder of each path: the one a feed lies in."""
    named = ([name for part in path if (name := text.plain(part, _LONGEST))] for path in paths)
    return tuple(dict.fromkeys(path[-1] for path in named if path))[:MAX_CATEGORIES]


def _shown(value: str) -> str:
    return text.plain(sourcekeys.without_credentials(value), 200)


def _few(problems: list[str]) -> list[str]:
    problems = list(dict.fromkeys(problems))
    if len(problems) <= _PROBLEMS:
        return problems
    return [*problems[:_PROBLEMS], f"… and {len(problems) - _PROBLEMS} more like these"]
