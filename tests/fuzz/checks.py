"""What holds for all that targets yield: HTML is safe by another parser, feeds are as RFC 4287 has them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.outputs.atom import Atom
from aggregator.tidy import tidy
from tests.builders import NOW, an_entry
from tests.outputs.atom_rules import violations
from tests.outputs.builders import a_feed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.model import Item
    from aggregator.views import Entry

# Written down here once more and on purpose: what the cleaner believes is not asked.
_FORBIDDEN = re.compile(
    "applet|base|body|button|embed|fieldset|form|frame|frameset|head|html|iframe|input|link|math|meta|noscript"
    "|object|option|param|plaintext|script|select|style|svg|template|textarea|title|xmp"
)
_ADDRESSES = frozenset(
    {"action", "background", "cite", "data", "formaction", "href", "longdesc", "poster", "src"}
)
_FORBIDDEN_ATTRIBUTE = re.compile(r"on.*|style|class|id|name|srcdoc|xmlns.*|.*:.*|formaction|action|hidden")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# WHATWG HTML, 4.8.4.2.2: a comma inside an address is part of it, one at its end or behind its size is not.
_CANDIDATES = re.compile(r"[\s,]*(\S+?)(?:,+(?=\s|$)|(?=\s|$)[^,]*(?:,|$))")


class _Watcher(HTMLParser):
    """Notes whatever it reads that no safe HTML holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _FORBIDDEN.fullmatch(tag):
            self.found.append(f"<{tag}>")
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.found.append(f"an attribute twice: {names}")
        for name, value in attrs:
            if _FORBIDDEN_ATTRIBUTE.fullmatch(name):
                self.found.append(f"{name}=")
            if name in _ADDRESSES and not is_of_the_web(value or ""):
                self.found.append(f"{name}={value!r}")
            if name == "srcset":
                self.found += [
                    f"srcset: {each}" for each in _CANDIDATES.findall(value or "") if not is_of_the_web(each)
                ]

    def handle_comment(self, data: str) -> None:
        self.found.append(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"a declaration: {decl!r}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"a section: {data!r}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"an instruction: {data!r}")


def is_of_the_web(address: str) -> bool:
    """Whether it is an absolute http(s) address without a password."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and "@" not in parts.netloc


def unsafe(html: str) -> list[str]:
    """What in HTML that was cleaned could do harm, as the parser of Python's library reads it."""
    watcher = _Watcher()
    watcher.feed(html)
    watcher.close()
    return watcher.found + [f"{each!r}" for each in _UNFIT.findall(html)]


def check_safe(html: str) -> None:
    found = unsafe(html)
    assert not found, (found, html)


def check_items(items: Iterable[Item]) -> None:
    """As clean items they are safe, stay as they are, and make a feed that breaks no rule."""
    entries = []
    for number, item in enumerate(items):
        clean = tidy(item, NOW)
        check_safe(clean.content.value)
        check_safe(clean.summary.value)
        entries.append(an_entry(clean, item_id=number + 1, id=f"urn:example:{number}"))
    check_entries(entries)


def check_entries(entries: Iterable[Entry]) -> None:
    (body,) = Atom().feed(a_feed(*entries)).values()
    broken = violations(body)
    assert not broken, broken
