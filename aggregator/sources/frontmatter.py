"""Read the front matter of a post, leniently: what can be understood is, and every repair is told. Pure.

YAML readers refuse a whole front matter for one stray quote; archives are full of them. So the head of a
file is taken apart line by line here, and :mod:`aggregator.sources.scalars` reads each value by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.sources.scalars import Value, read_value, texts
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

_KNOWN = (
    *("layout", "title", "date", "category", "categories", "tag", "tags", "published", "draft", "infocode"),
    *("author", "authors", "link", "original_url", "source_url", "permalink", "lang", "language"),
    *("summary", "excerpt", "description", "updated", "last_modified_at"),
)
_OPEN = re.compile(r"---\s*(?:#.*)?")
_CLOSE = re.compile(r"(?:---|\.\.\.)\s*")
_CLOSE_THEN_BODY = re.compile(r"---\s*(?=[^\s-])")
_KEY = re.compile(r"""(["']?)([^\W\d][\w .-]{0,60}?)\1[ \t]{0,9}:(?:[ \t](.*))?""")
_KNOWN_KEY = re.compile(rf"""["']?({"|".join(_KNOWN)})["']?[ \t]{{0,9}}[:：](.*)""", re.IGNORECASE)
_CONTINUES = re.compile(r"\s|-(?:\s|$)|[\]}]")
_NEWLINES = re.compile(r"\r++\n?+")
_MAX_QUOTED_LINES = 10


@dataclass(frozen=True, slots=True)
class Repair:
    """What was wrong, and in which line of the file (from 1)."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Field:
    """One value and the line (from 1) of its key."""

    value: Value
    line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The head of a file, keys in lower case, and the body below it, line ends made line feeds."""

    fields: Mapping[str, Field]
    body: str
    body_line: int
    """The line (from 1) of the file in which the body begins."""
    repairs: tuple[Repair, ...] = ()
    closed: bool = True
    """Whether the line that ends the front matter is there."""

    def line(self, *keys: str) -> int:
        """The line of the first of these keys that is there, else that of the front matter itself."""
        return next((self.fields[key].line for key in keys if key in self.fields), 1)

    def texts(self, *keys: str) -> list[str]:
        """Every text below these keys, in their order."""
        return [text for key in keys if key in self.fields for text in texts(self.fields[key].value)]

    def text(self, *keys: str) -> str:
        """The first text below these keys, or an empty one; lists are joined by commas."""
        for key in keys:
            if key in self.fields:
                found = [text.strip() for text in self.texts(key) if text.strip()]
                if found:
                    return ", ".join(found)
        return ""


def read(text: str) -> FrontMatter | None:
    """Part a file into front matter and body; None where it has no front matter."""
    lines = (_NEWLINES.sub(_as_line_feeds, text) if "\r" in text else text).lstrip("\ufeff").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip("\ufeff \t")), len(lines))
    if start == len(lines) or not _OPEN.fullmatch(lines[start].strip("\ufeff")):
        return None
    return _Head(lines, start).read()


def _as_line_feeds(ends: re.Match[str]) -> str:
    """Any carriage returns before a line feed end one line, as programs double them; else each ends one."""
    return "\n" if ends[0].endswith("\n") else "\n" * len(ends[0])


@dataclass(slots=True)
class _Entry:
    key: str
    number: int
    first: str
    rest: list[str] = field(default_factory=list)


class _Head:
    """Takes one file apart. Line numbers are indices here, and from 1 in what is told."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines, self.start = lines, start
        self.entries: list[_Entry] = []
        self.repairs: list[Repair] = []
        self.quoted_until = start
        inside = range(start + 1, len(lines))
        self.close = next((n for n in inside if _CLOSE.fullmatch(lines[n])), None)
        before_close = range(start + 1, len(lines) if self.close is None else self.close)
        self.indent = self._common_indent(before_close)
        self.last_known = max((n for n in before_close if _KNOWN_KEY.match(self._line(n))), default=start)

    def read(self) -> FrontMatter | None:
        if self.start > 0:
            self._note(self.start, "the front matter does not begin in the first line")
        end, closed = self._walk()
        if not self.entries and (
            not closed or any(line.strip() for line in self.lines[self.start + 1 : end])
        ):
            return None
        if not closed:
            if self.last_known == self.start:
                return None
            self._note(self.start, "the front matter is not closed by '---'")
        body_start = end
        if closed:
            rest = _CLOSE_THEN_BODY.match(self.lines[end])
            if rest is None:
                body_start = end + 1
            else:
                self._note(end, "text follows '---' in its line: taken as the body")
                self.lines[end] = self.lines[end][rest.end() :]
        fields = self._fields()
        return FrontMatter(
            fields=fields,
            body="\n".join(self.lines[body_start:]),
            body_line=body_start + 1,
            repairs=tuple(sorted(self.repairs, key=lambda repair: repair.line)),
            closed=closed,
        )

    def _common_indent(self, inside: range) -> str:
        """Some front matters are indented as a whole."""
        first = next((self.lines[n] for n in inside if self.lines[n].strip()), "")
        return first[: len(first) - len(first.lstrip())]

    def _line(self, number: int) -> str:
        return self.lines[number].removeprefix(self.indent)

    def _note(self, number: int, what: str) -> None:
        self.repairs.append(Repair(number + 1, what))

    def _walk(self) -> tuple[int, bool]:
        """Collect the entries; return the index of the line where they end, and whether that closes them."""
        for number in range(self.start + 1, len(self.lines)):
            line = self._line(number)
            if number == self.close or _CLOSE_THEN_BODY.match(line):
                return number, True
            if self._belongs(number, line):
                continue
            if self._is_body(number, line):
                return number, False
            self._note(number, "not understood: ignored")
        return len(self.lines), False

    def _belongs(self, number: int, line: str) -> bool:
        if number <= self.quoted_until:
            self.entries[-1].rest.append(line)
            return True
        if self.close is None and self._after_blank(number) and line.strip() and not _KNOWN_KEY.match(line):
            return False
        key = _KEY.fullmatch(line)
        loose = None if key else _KNOWN_KEY.fullmatch(line)
        if key:
            self._add(_Entry(key[2].strip(), number, key[3] or ""))
        elif loose:
            self._note(number, f"'{loose[1]}' is not followed by a colon and a blank")
            self._add(_Entry(loose[1], number, loose[2]))
        elif not line.strip() or line.startswith("#"):
            if self.entries and not line.strip():
                self.entries[-1].rest.append("")
        elif self.entries and _CONTINUES.match(line):
            self.entries[-1].rest.append(line)
        else:
            return False
        return True

    def _add(self, entry: _Entry) -> None:
        """Begin an entry; a quoted value may end some lines further down, whatever these look like."""
        self.entries.append(entry)
        first = entry.first.strip()
        quote = first[:1]
        if quote not in ('"', "'") or quote in first[1:]:
            return
        following = range(entry.number + 1, min(entry.number + 1 + _MAX_QUOTED_LINES, len(self.lines)))
        for number in following:
            line = self._line(number).rstrip()
            if not line or number == self.close or _KEY.fullmatch(line) or _KNOWN_KEY.match(line):
                return
            if line.endswith(quote):
                self.quoted_until = number
                return

    def _after_blank(self, number: int) -> bool:
        return not self.lines[number - 1].strip()

    def _is_body(self, number: int, line: str) -> bool:
        """Whether the body begins here, its front matter never having been closed."""
        if self.close is None:
            return True
        return number > self.last_known and (self._after_blank(number) or line.startswith("<"))

    def _fields(self) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for entry in self.entries:
            key = entry.key.lower()

            def note(what: str, entry: _Entry = entry) -> None:
                self._note(entry.number, f"{entry.key} {what}")

            if key in _KNOWN and key not in ("infocode", entry.key):
                note(f"is written in capitals: read as {key}")
            value = read_value(key, entry.first, entry.rest, note)
            if key in fields:
                note("is there twice: the last one counts")
            if key not in fields or texts(value):
                fields[key] = Field(value, entry.number + 1)
        return fields
