"""From an address that a person has to a feed: the address itself, what its page advertises, or a guess.

Whatever is requested is requested through the web that is handed in; nothing is a feed until it was read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

from aggregator import sourcekeys, text
from aggregator.errors import FetchError, ParseError, UsageError
from aggregator.exchange import Request
from aggregator.sources.decoding import decode
from aggregator.sources.recognise import Format, advertised, recognise, refusal
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.contracts import Web
    from aggregator.exchange import Answer

FEEDS = frozenset({Format.RSS, Format.ATOM, Format.JSON_FEED})
COMMON_PATHS = ("feed", "rss", "atom.xml", "feed.xml", "index.xml", "rss.xml", "feed.json")
"""Where feeds are on many sites that do not say so."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something to subscribe to. ``sure``: it was read, and is what it is said to be."""

    url: str
    title: str = ""
    type: Literal["feed", "opml"] = "feed"
    sure: bool = False


def as_address(written: str) -> str:
    """What a person typed, as a URL; ``example.org/feed`` is taken for one. Raises UsageError."""
    bare = written.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", bare) and re.match(r"[^\s/@]+\.[^\s/@]+", bare):
        bare = f"https://{bare}"
    if (url := sourcekeys.address(bare)) is None:
        raise UsageError(
            f"{text.plain(written, 200) or repr(written)}: is no web address, such as https://example.org/feed.xml"
        )
    return url


async def find(url: str, web: Web) -> tuple[Found, ...]:
    """The feeds at this address or on its page, best first; at least one.

    Raises FetchError where there is no answer, ParseError where there is no feed, in words for a person.
    """
    answer, document = await _get(url, web)
    found = recognise(document)
    if found.format in FEEDS or found.format is Format.OPML:
        kind: Literal["feed", "opml"] = "opml" if found.format is Format.OPML else "feed"
        return (Found(_lasting(url, answer), type=kind, sure=True),)
    if found.format is Format.HTML:
        if feeds := advertised(document, answer.url):
            return tuple(Found(feed.url, feed.title) for feed in feeds)
        if guess := await _guess(answer.url, web):
            return (guess,)
    where = sourcekeys.without_credentials(url)
    said = refusal(found.format, document, answer.url)
    tried = f"; nor is there one at /{', /'.join(COMMON_PATHS)}" if found.format is Format.HTML else ""
    raise ParseError(f"{where}: {said}{tried}")


async def confirm(found: Found, web: Web) -> Found:
    """What was found, after reading it. Raises FetchError, or ParseError where it is no feed."""
    if found.sure:
        return found
    try:
        answer, document = await _get(found.url, web)
    except FetchError as error:  # of an address that nobody typed
        raise FetchError(f"{found.url}: {error}", status=error.status) from error
    kind = recognise(document).format
    if kind not in FEEDS:
        raise ParseError(f"{found.url}: {refusal(kind, document, answer.url)}")
    return replace(found, url=_lasting(found.url, answer), sure=True)


async def _guess(page: str, web: Web) -> Found | None:
    for url in _guesses(page):
        try:
            answer, document = await _get(url, web)
        except FetchError as error:
            if error.status is None:
                return None  # the host does not answer: it won't for the next guess
            continue
        if recognise(document).format in FEEDS:
            return Found(_lasting(url, answer), sure=True)
    return None


def _guesses(page: str) -> Iterator[str]:
    """Beside the page first, then at the top of its site."""
    folder = urljoin(page, ".") if urlsplit(page).path.endswith("/") else f"{page.partition('?')[0]}/"
    bases = dict.fromkeys((folder, urljoin(page, "/")))
    yield from (urljoin(base, path) for base in bases for path in COMMON_PATHS)


async def _get(url: str, web: Web) -> tuple[Answer, str]:
    answer = await web.get(Request(url=url))
    return answer, decode(answer.body, answer.content_type).text


def _lasting(url: str, answer: Answer) -> str:
    """Where to ask from now on: where permanent redirects led, but never without what opened the door."""
    moved = sourcekeys.address(answer.moved) if answer.moved else None
    return url if moved is None or sourcekeys.has_credentials(url) else moved
