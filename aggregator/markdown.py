"""Markdown as HTML; the only door of the library that reads it. Pure.

Its rule: nothing is shown to it that would take it minutes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_MARKDOWN = 300_000
"""Characters beside blocks of HTML that are read as Markdown: its parser takes up to 50 µs for each."""


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - most posts hold no Markdown

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def from_markdown(source: str) -> str:
    """Markdown (CommonMark, tables, strikethrough; HTML allowed inside) as HTML, not yet clean.

    A text with more than ``MAX_MARKDOWN`` characters that are not HTML comes back as it is.
    """
    parts = re.split(r"\n[^\S\n]*\n", source) if len(source) > MAX_MARKDOWN else []
    if sum(len(part) for part in parts if not part.lstrip().startswith("<")) > MAX_MARKDOWN:
        return source
    return str(_reader().render(source))
