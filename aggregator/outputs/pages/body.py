"""The body of an item as a page of ours shows it. Pure; what comes in is clean already.

The one rule: only elements and attributes that a cleaner lets through are written, each anew, so that nothing
can come out that did not come in.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from aggregator import markup

_HEADING = re.compile(r"h([1-6])", re.ASCII)
_LOWEST = 6
_VOID = frozenset({"br", "col", "hr", "img", "source", "wbr"})
_LINKS = frozenset({"cite", "href", "poster", "src"})
_ATTRIBUTES = frozenset(
    {
        "abbr", "alt", "colspan", "datetime", "dir", "height", "hreflang", "lang", "media", "open",
        "reversed", "rowspan", "scope", "sizes", "span", "srcset", "start", "title", "type", "value", "width",
    }
)  # fmt: skip


def as_shown(html: str) -> str:
    """Fit a clean body into a page: headings in order below the page's own, words or none for each picture.

    Pictures wait until they are scrolled to, and links tell nobody where they were followed from.
    """
    shown = _Shown(html)
    shown.feed(html)
    shown.close()
    return "".join(shown.written)


def is_wide(html: str) -> bool:
    """Whether it may be wider than a page, and is to be scrolled by itself."""
    return "<table" in html


class _Shown(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        levels = sorted(set(re.findall(r"<h([1-6])\b", html)))
        self._levels = {f"h{level}": place for place, level in enumerate(levels, start=2)}
        self._above = 1
        self._open: list[tuple[str, str]] = []
        self.written: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in markup.TAGS:
            return
        stated = {name: value or "" for name, value in attrs if _is_fit(name, value or "")}
        if tag == "img":
            stated = {"alt": "", "loading": "lazy", "decoding": "async"} | stated
        elif tag == "a":
            stated["rel"] = "noreferrer"
        elif tag in ("audio", "video"):
            stated |= {"controls": "", "preload": "none"}
        name = self._name(tag)
        if tag not in _VOID:
            self._open.append((tag, name))
        attributes = "".join(f' {each}="{escape(value)}"' for each, value in stated.items())
        self.written.append(f"<{name}{attributes}>")

    def handle_endtag(self, tag: str) -> None:
        """Close what is open in order; a clean body leaves nothing open, and what is not open stays so."""
        if tag not in (each for each, _ in self._open):
            return
        while self._open:
            opened, name = self._open.pop()
            self.written.append(f"</{name}>")
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        self.written.append(escape(data, quote=False))

    def close(self) -> None:
        super().close()
        while self._open:
            self.written.append(f"</{self._open.pop()[1]}>")

    def _name(self, tag: str) -> str:
        if not _HEADING.fullmatch(tag):
            return tag
        self._above = min(self._levels.get(tag, _LOWEST), self._above + 1, _LOWEST)
        return f"h{self._above}"


def _is_fit(name: str, value: str) -> bool:
    return name in _ATTRIBUTES or (name in _LINKS and value.startswith(("http://", "https://")))
