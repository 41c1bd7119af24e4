"""How the texts of feeds are to be read: as plain text or as HTML. Pure.

Its rule: every reader asks here, so that the same words mean the same whoever reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from aggregator.values import replace

if TYPE_CHECKING:
    from aggregator.sources.entries import EntryText

IANA = "http://www.iana.org/assignments/relation/"
"""How relations of links may be written out (RFC 4287, 4.2.7.2)."""

_HTML = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
_PLAIN = frozenset({"text/plain", "text", "plain", ""})
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|p|pre|q|ruby|s"
    r"|script|small|span|strike|strong|style|sub|sup|svg|tt|u|ul|wbr)(?=[\s/>])[^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]\w*);",
    re.IGNORECASE,
)


def kind(media_type: str) -> Literal["text", "html", "other"]:
    """What a media type, in small letters, or a word of Atom's comes to."""
    if media_type in _HTML:
        return "html"
    is_text = media_type in _PLAIN or (media_type.startswith("text/") and media_type != "text/xml")
    return "text" if is_text else "other"  # RFC 4287, 4.1.3.3: what is text and no markup is shown as written


def guessed(title: EntryText) -> EntryText:
    """RSS does not say whether titles are HTML: they are where they hold its tags or a reference."""
    found = kind_of_title(title.value)
    return title if title.kind == found else replace(title, kind=found)


def kind_of_title(value: str) -> Literal["text", "html"]:
    """The same of a bare value."""
    holds_markup = ("<" in value or "&" in value) and _MARKUP.search(value) is not None
    return "html" if holds_markup else "text"
