"""What stands around the text of a post: original link, navigation, stated origin, infoCode. Pure."""

from __future__ import annotations

import re

from aggregator.values import dataclass, field

_TAIL = 4096
"""How much of a line is looked at from its end: bodies of one line may be megabytes long."""
_LINES_AFTER_LINK = 3
_MAX_COMMENT_LINES = 200

_LINK = (
    r"(?:!?\[\s*返回(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]"  # [返回…], brackets inside
    r"\((?:[^()\n]|\([^()\n]*\))*\)(?:\{:[^{}\n]*\})?"  # (…): paths hold blanks and brackets too
    r"|<a\b[^<>]*>\s*(?:<(?:b|strong|span|em)\b[^<>]*>\s*)?返回[^<>]*(?:</(?:b|strong|span|em)\s*>\s*)?</a\s*>)"
)
_BETWEEN = (
    r"(?:[\s｜|丨│┃¦·•/、,，*_>»←\\-]++|&nbsp;|&emsp;|&ensp;|&#124;|<br\s*/?>"
    r"|</?(?:p|div|span|center|nav|small|strong|b|em|font|hr)\b[^<>]*>)*+"
)
_NAVIGATION = re.compile(rf"{_BETWEEN}{_LINK}(?:{_BETWEEN}{_LINK})*{_BETWEEN}", re.IGNORECASE)
_NAVIGATION_AFTER_TAG = re.compile(
    rf"(?<=>){_BETWEEN}{_LINK}(?:{_BETWEEN}{_LINK})*{_BETWEEN}$", re.IGNORECASE
)
_ONLY_SEPARATORS = re.compile(r"[\s｜|丨│┃¦]+")
_BLANK = re.compile(r"(?:[\s\u200b\ufeff]++|&nbsp;|<br\s*+/?>|<p>\s*+</p>)*+", re.IGNORECASE)

_IN_PARAGRAPH = r"(?:<(?:p|div|span)\b[^<>]*>\s*)*{}\s*(?:<br\s*/?>\s*)?(?:</(?:p|div|span)\s*>\s*)*\\?"
_AUTOLINK = re.compile(
    r"\s*" + _IN_PARAGRAPH.format(r"(?:<|&lt;)\s*+((?:https?:)?//[^<>]*?|)\s*(?:>|&gt;)"), re.IGNORECASE
)
_AUTOLINK_AFTER_TAG = re.compile(r"(?<=>)\s*<(https?://[^\s<>]+)>\s*$", re.IGNORECASE)
_BARE = re.compile(r"\s*(https?://[^\s<>()\[\]\"]+(?:\([^\s<>()]*\)[^\s<>()\[\]\"]*)*)\s*", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"\s*\[([^\[\]]*)\]\(\s*+<?([^<>\n]*?)>?\s*+(?:\"[^\"]*\"\s*+)?+\)(?:\{:[^{}]*\})?\s*"
)
_ANCHOR = re.compile(
    r"\s*"
    + _IN_PARAGRAPH.format(
        r"<a\b[^<>]{0,500}?\bhref\s*=\s*[\"']?([^\"'<>\s]++)[\"']?[^<>]*+>([^<>]*)</a\s*>"
    ),
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"https?://|原文|来源|出处|阅读全文|查看全文"
    r"|original|source|full (?:text|story|article)|read (?:more|the)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\s*(?:原文|原文链接|原文地址|来源链接|original(?: (?:article|link|text))?|source|link)\s*[:：]\s*"
    r"<?(https?://[^\s<>]+)>?\s*",
    re.IGNORECASE,
)

_ORIGIN = re.compile(r"[（(]\s*文章\s*来源\s*[:：]")
_ORIGIN_LINE = re.compile(r"^[^\S\n]*+文章来源\s*[:：]\s*+([^\n]{1,60}?)[^\S\n]*+$", re.MULTILINE)
_MAX_ORIGIN = 200
_OPENS, _CLOSES = "（(", "）)"

_ID_IN_URL = re.compile(r"(?:^|[?&;#/])infocode=(?:nw)?(\d{1,40})(?!\d)", re.IGNORECASE | re.ASCII)
_ID_IN_NAME = re.compile(r"(?<![a-z0-9])nw(\d{8,40})(?!\d)", re.IGNORECASE | re.ASCII)
_ID_AS_NAME = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}-)?(\d{14,40})", re.ASCII)
_ID = re.compile(r"(?:nw)?(\d{1,40})", re.IGNORECASE | re.ASCII)


@dataclass(slots=True)
class Body:
    """A body without what stands below it. ``notes``: line (from 1, of the file) and what was wrong."""

    lines: list[str]
    first_line: int = 1
    link: str | None = None
    """The original link as written."""
    link_line: int = 0
    notes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is left."""
        return "\n".join(self.lines)


def part(text: str, first_line: int = 1) -> Body:
    """Take the original link and the navigation off the end of a body."""
    body = Body(text.split("\n"), first_line)
    _drop_navigation(body)
    _take_link(body)
    _drop_navigation(body)
    return body


def origin(text: str) -> str | None:
    """Who published it first: what the last ``（文章来源：…）`` in a plain text says."""
    for start in reversed(list(_ORIGIN.finditer(text))):
        stated = " ".join(_bracketed(text[start.end() : start.end() + _MAX_ORIGIN]).split())
        if stated:
            return stated
    lines = _ORIGIN_LINE.findall(text)
    return str(lines[-1]) if lines else None


def info_code(url: str | None, stated: str, stem: str) -> str | None:
    """The digits of the post's infoCode: from its link, else its front matter, else its file's name."""
    found = _ID_IN_URL.search(url) if url else None
    found = found or _ID.fullmatch(stated.strip()) or _ID_IN_NAME.search(stem) or _ID_AS_NAME.fullmatch(stem)
    return found[1] if found else None


# ── the end of the body ───────────────────────────────────────────────────────────────────────────────────


def _drop_navigation(body: Body) -> None:
    """Drop navigation, and the comments below and between it, from the end."""
    lines, end = body.lines, len(body.lines)
    while end:
        before = _before_invisible(lines, end)
        if not before:
            break
        line = lines[before - 1]
        bars = bool(_ONLY_SEPARATORS.fullmatch(line)) and before > 1 and _navigation(lines[before - 2]) == ""
        rest = "" if bars else _navigation(line)
        if rest is None:
            break
        end = before - 1
        if rest:
            lines[end] = rest
            end += 1
        del lines[end:]
    while lines and _BLANK.fullmatch(lines[-1][-_TAIL:]) and _BLANK.fullmatch(lines[-1]):
        lines.pop()


def _navigation(line: str) -> str | None:
    """What of a line stands before the navigation at its end; None where there is none."""
    tail = line[-_TAIL:]
    if "返回" not in tail:
        return None
    if len(line) <= _TAIL and _NAVIGATION.fullmatch(line):
        return ""
    found = _NAVIGATION_AFTER_TAG.search(tail)
    return line[: len(line) - len(tail) + found.start()] if found else None


def _before_invisible(lines: list[str], end: int) -> int:
    """Where the lines end that show something: blank ones and comments below are passed over."""
    while end:
        line = lines[end - 1]
        if len(line) <= _TAIL and _BLANK.fullmatch(line):
            end -= 1
        elif line.rstrip().endswith("-->"):
            first = _comment_start(lines, end)
            if first is None:
                return end
            end = first
        else:
            return end
    return end


def _comment_start(lines: list[str], end: int) -> int | None:
    """Where the comment begins that ends in line ``end - 1``; None where text stands before it."""
    for number in range(end - 1, max(end - _MAX_COMMENT_LINES, 0) - 1, -1):
        if "<!--" in lines[number]:
            return number if lines[number].lstrip().startswith("<!--") else None
    return None


def _take_link(body: Body) -> None:
    """Find the original link among the last lines: an autolink alone, else what else is a link and alone."""
    candidates: list[int] = []
    end = _before_invisible(body.lines, len(body.lines))
    while end and len(candidates) <= _LINES_AFTER_LINK:
        candidates.append(end - 1)
        end = _before_invisible(body.lines, end - 1)
    autolinks = [(n, m[1]) for n in candidates if (m := _short_match(_AUTOLINK, body.lines[n]))]
    stated = [(n, url) for n, url in autolinks if url]
    if stated:
        number, body.link = next((each for each in stated if _ID_IN_URL.search(each[1])), stated[0])
        _remove(body, number)
        return
    for number in candidates[:1]:
        found = _AUTOLINK_AFTER_TAG.search(body.lines[number][-_TAIL:])
        if found:
            body.link, body.link_line = found[1], body.first_line + number
            body.lines[number] = body.lines[number].rstrip()[: -len(found[0].rstrip())]
            return
    for number in candidates:
        url = _other_link(body.lines, number)
        if url:
            body.link = url
            _remove(body, number)
            return
    _take_labelled(body, candidates)
    for number, _nothing in autolinks:
        body.notes.append((body.first_line + number, "the original link is empty (<>)"))
        body.lines[number] = ""


def _remove(body: Body, number: int) -> None:
    body.link_line = body.first_line + number
    body.lines[number] = ""


def _other_link(lines: list[str], number: int) -> str | None:
    """The address of a link that is a paragraph of its own, without an autolink's brackets."""
    line = lines[number]
    before_is_blank = number == 0 or not lines[number - 1].strip()
    found = _short_match(_BARE, line) if before_is_blank else None
    if found:
        return found[1]
    markdown = _short_match(_MARKDOWN_LINK, line) if before_is_blank else None
    if markdown and _ORIGINAL.search(markdown[1]):
        return markdown[2]
    anchor = _short_match(_ANCHOR, line)
    return anchor[1] if anchor and _ORIGINAL.search(anchor[2]) else None


def _take_labelled(body: Body, candidates: list[int]) -> None:
    """``原文链接：https://…`` tells the link, but is a sentence of the body and stays there."""
    for number in candidates:
        found = _short_match(_LABELLED, body.lines[number])
        if found:
            body.link, body.link_line = found[1], body.first_line + number
            return


def _short_match(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    return pattern.fullmatch(line) if len(line) <= _TAIL else None


def _bracketed(text: str) -> str:
    """The text up to the bracket that closes, or to the end of its line."""
    depth = 0
    for at, character in enumerate(text):
        if character in _OPENS:
            depth += 1
        elif character in _CLOSES:
            if depth == 0:
                return text[:at]
            depth -= 1
    return text.strip().partition("\n")[0]
