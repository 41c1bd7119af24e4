"""Make HTML of a post's body, which may be HTML, plain text, Markdown, or a mix of them. Pure.

The rule: each block is read in the dialect it is written in. What begins with a block of HTML is never shown
to the Markdown reader (which would take ``*`` for emphasis and indented tags for code), and a plain text is
never shown to either. The result is not yet safe: cleaning comes later.
"""

from __future__ import annotations

import html
import re
from typing import Literal

from aggregator import markdown
from aggregator.values import dataclass, field

Dialect = Literal["markdown", "html", "text"]

MAX_DEFINITIONS = 300_000
"""Characters of link definitions that are repeated for the parts of one body that use them."""

_BLOCK_TAGS = (
    "address|article|aside|audio|blockquote|body|br|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|meta|nav|ol|p|pre|script|"
    "section|style|summary|svg|table|tbody|td|tfoot|th|thead|title|tr|ul|video"
)
_CONTAINERS = (
    "article|aside|blockquote|center|details|div|dl|figure|footer|form|header|main|nav|ol|pre|script|section|"
    "style|table|ul"
)
_BLOCK_START = re.compile(rf"\s*(?:<!--|<!doctype\b|<\?|</?(?:{_BLOCK_TAGS})(?=[\s/>]|$))", re.IGNORECASE)
_CONTAINER = re.compile(rf"<(/?)(?:{_CONTAINERS})(?=[\s/>])[^<>]*?(/?)>", re.IGNORECASE)
_CLOSED_BLOCK = re.compile(rf"</(?:{_BLOCK_TAGS})\s*>|<(?:br|hr)\b[^<>]*>", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_INDENTED = re.compile(r"(?: {4}| {0,3}\t)[ \t]*")
_QUOTE = re.compile(r"^\s{0,3}[>＞]", re.MULTILINE)
_MARKDOWN = re.compile(
    r"^ {0,3}(?:#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|\||~{3}|={3,}\s*$|-{3,}\s*$|\[[^\]\n]+\]:)"
    r"|\]\(|\*\*|__|`",
    re.MULTILINE,
)
_MARKDOWN_IN_LINE = re.compile(
    r"(?:^|[\s(（])\*[^\s*](?:[^*\n]*[^\s*])?\*(?=[\s.,;:!?)，。；：）]|$)", re.MULTILINE
)
_AUTOLINK = re.compile(r"<([Hh][Tt][Tt][Pp][Ss]?://[^\s<>\"]+)>")
_DEFINITION = re.compile(r" {0,3}\[([^\[\]\n]+)\]:\s*\S")
_NAME = re.compile(r"\[([^\[\]]+)\]")
_CJK_PROSE = re.compile(r"[。，；：？！、]")
_CJK_END = re.compile(r"[。！？；：…”」』）]\s*$")
_PARAGRAPH_INDENT = re.compile(r"[\u3000\u00a0]|  ")


@dataclass(slots=True)
class _Block:
    """Lines without a gap that is theirs to keep: HTML, or what is not (``html`` False)."""

    html: bool
    lines: list[str] = field(default_factory=list)


def to_html(body: str, dialect: Dialect) -> str:
    """Make HTML of a body; ``dialect`` is what the file claims to be, where a block does not show another."""
    blocks = _Blocks(body.split("\n"), dialect).parted()
    has_html = any(block.html for block in blocks)
    is_markdown = dialect == "markdown" and (not has_html or any(map(_shows_markdown, blocks)))
    definitions = _Definitions(blocks if has_html else [])
    done: list[str] = []
    for block in blocks:
        text = "\n".join(block.lines).strip("\n")
        if block.html:
            done.append(_AUTOLINK.sub(r'<a href="\1">\1</a>', text))
        elif not text.strip():
            continue
        elif dialect == "text":
            done.append(_text_to_html(text))
        elif is_markdown:
            done.append(_markdown(text, definitions))
        else:
            done += _beside_html(text)
    return "\n".join(each for each in done if each.strip())


# ── parting ───────────────────────────────────────────────────────────────────────────────────────────────


class _Blocks:
    """Parts a body into HTML and the rest, in one pass."""

    def __init__(self, lines: list[str], dialect: Dialect) -> None:
        self.lines, self.dialect = lines, dialect
        self.blocks: list[_Block] = []
        self.containers_close = self.comments_close = True
        self.indent_is_code = dialect == "markdown" and not self._html_at_margin()

    def _html_at_margin(self) -> bool:
        """Whether HTML stands at the margin too: then indenting it is a matter of taste, else a sample."""
        at = 0
        while at < len(self.lines):
            end = self._fence_end(at)
            if end == at and _BLOCK_START.match(self.lines[at]) and not self.lines[at][:1].isspace():
                return True
            at = max(end, at + 1)
        return False

    def parted(self) -> list[_Block]:
        at = 0
        while at < len(self.lines):
            end = self._fence_end(at)
            if end > at:
                self._rest().lines += self.lines[at:end]
            elif self._begins_html(at):
                end = self._html_end(at)
                self.blocks.append(_Block(html=True, lines=self.lines[at:end]))
            else:
                end = at + 1
                self._rest().lines.append(self.lines[at])
            at = end
        return self.blocks

    def _rest(self) -> _Block:
        if not self.blocks or self.blocks[-1].html:
            self.blocks.append(_Block(html=False))
        return self.blocks[-1]

    def _fence_end(self, at: int) -> int:
        """The end of the fenced code that begins here, else ``at``."""
        fence = _FENCE.match(self.lines[at]) if self.dialect == "markdown" else None
        if fence is None:
            return at
        closing = re.compile(rf" {{0,3}}{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*")
        inside = range(at + 1, len(self.lines))
        return next((n + 1 for n in inside if closing.fullmatch(self.lines[n])), len(self.lines))

    def _begins_html(self, at: int) -> bool:
        line = self.lines[at]
        if not _BLOCK_START.match(line):
            return False
        if self.dialect == "text":
            return bool(_CLOSED_BLOCK.search(line))
        return not (self.indent_is_code and _INDENTED.match(line))

    def _html_end(self, at: int) -> int:
        """HTML goes on to a blank line outside comments and elements that hold blocks."""
        depth, in_comment = 0, False
        for number in range(at, len(self.lines)):
            line = self.lines[number]
            if not line.strip() and not in_comment and depth <= 0:
                return number
            in_comment = self.comments_close and _in_comment(line, in_comment)
            if self.containers_close:
                depth += sum(-1 if tag[1] else not tag[2] for tag in _CONTAINER.finditer(line))
        if depth <= 0 and not in_comment:
            return len(self.lines)
        # Something is never closed: for the rest of the body it decides nothing, so that no two blocks
        # make this loop run to the end in vain.
        self.containers_close = self.containers_close and depth <= 0
        self.comments_close = self.comments_close and not in_comment
        return self._html_end(at)


def _in_comment(line: str, before: bool) -> bool:
    opened, closed = line.rfind("<!--"), line.rfind("-->")
    if opened < 0 and closed < 0:
        return before
    return opened > closed


# ── one block ─────────────────────────────────────────────────────────────────────────────────────────────


def _shows_markdown(block: _Block) -> bool:
    """Whether somebody wrote Markdown here: more than the quoted digest that stands above much HTML."""
    text = "" if block.html else "\n".join(block.lines)
    return bool(_MARKDOWN.search(text) or _MARKDOWN_IN_LINE.search(text))


def _beside_html(text: str) -> list[str]:
    """What stands beside HTML: a quoted digest, else a paragraph of HTML whose tags were left out."""
    done: list[str] = []
    for paragraph in re.split(r"\n(?:[ \t]*+\n)++", text):
        if _QUOTE.match(paragraph) or _AUTOLINK.search(paragraph):
            done.append(_markdown(paragraph, _Definitions([])))
        elif paragraph.strip():
            done.append(f"<p>{paragraph.strip()}</p>")
    return done


class _Definitions:
    """Link definitions (``[1]: https://…``), which count for the whole body, the first of each name."""

    def __init__(self, blocks: list[_Block]) -> None:
        self._lines: dict[str, str] = {}
        self._room = MAX_DEFINITIONS
        for line in (line for block in blocks if not block.html for line in block.lines):
            if found := _DEFINITION.match(line):
                self._lines.setdefault(_name(found[1]), line)

    def of(self, text: str) -> list[str]:
        """Those that a text uses, as long as there is room for them."""
        if not self._lines:
            return []
        names = dict.fromkeys(map(_name, _NAME.findall(text)))
        used = [self._lines[name] for name in names if name in self._lines]
        self._room -= sum(map(len, used))
        return used if self._room >= 0 else []


def _name(written: str) -> str:
    """As names of definitions are compared (CommonMark, 4.7)."""
    return " ".join(written.split()).casefold()


def _markdown(text: str, definitions: _Definitions) -> str:
    if len(text) > markdown.MAX_MARKDOWN:
        return _text_to_html(text)  # the Markdown reader would need minutes
    text = re.sub(r"(?m)^(\s{0,3})＞", r"\1>", text)
    if not (_MARKDOWN.search(text) or _QUOTE.search(text)):
        text = _as_paragraphs(text)
    if used := definitions.of(text):
        text = "\n".join([text, "", *used])
    return markdown.from_markdown(text)


def _as_paragraphs(text: str) -> str:
    """Chinese prose without Markdown has a paragraph a line, and indents it; neither is Markdown's."""
    lines: list[str] = []
    for written in text.split("\n"):
        prose = bool(_CJK_PROSE.search(written))
        line = written.lstrip(" \t") if prose and _INDENTED.match(written) else written
        if lines and prose and (line[:1] == "\u3000" or _CJK_END.search(lines[-1])):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def _text_to_html(text: str) -> str:
    """A paragraph for each gap or indented line; other line breaks are kept."""
    paragraphs: list[list[str]] = [[]]
    for line in text.split("\n"):
        if not line.strip():
            paragraphs.append([])
            continue
        if paragraphs[-1] and (_PARAGRAPH_INDENT.match(line) or _CJK_END.search(paragraphs[-1][-1])):
            paragraphs.append([])
        paragraphs[-1].append(html.escape(line.strip(), quote=False))
    return "\n".join(f"<p>{'<br>'.join(lines)}</p>" for lines in paragraphs if lines)
