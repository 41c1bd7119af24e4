"""Make an item of one post: what can be saved is, and every repair is told with file and line. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from aggregator import beginning, dates, markup, text, urls
from aggregator.model import WEAK_ID, Item, Person, Problem, Reading, Tag, Text
from aggregator.sources import dialects, frontmatter, postbody, scalars

if TYPE_CHECKING:
    from datetime import tzinfo

    from aggregator.model import Document, Source
    from aggregator.sources.dialects import Dialect
    from aggregator.sources.frontmatter import FrontMatter
    from aggregator.sources.postbody import Body
    from aggregator.sources.scalars import Value

NO_FRONT_MATTER, CUT_OFF, NO_DATE = "no front matter", "cut off", "no date, and none in its name or id"

_NOT_POST_LIKE = frozenset(
    {"page", "pages", "default", "home", "index", "archive", "category", "tag", "about", "search", "404"}
)
_NO = frozenset({"false", "no", "off"})
_YES = frozenset({"true", "yes", "on"})
_LINK_KEYS = (
    "original_url", "original_link", "source_url", "source_link", "original", "link", "external_url",
    "canonical_url", "url", "source",
)  # fmt: skip
_ID_KEYS = ("infocode", "info_code")
_UPDATED_KEYS = ("updated", "last_modified_at", "last-modified-at", "lastmod", "modified", "updated_at")
_LANGUAGE_KEYS = ("lang", "language", "locale")
_SUMMARY_KEYS = ("summary", "excerpt", "description")
_DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII)
_ORIGIN = re.compile(r"文章(?:\s++|<[^<>]*+>)*+来源")
_UNSEEN = re.compile(r"[<hHdD](?i:(?<=<)(?:!--|script|template)|(?<=h)idden|(?<=d)isplay\s*:)")
"""Begins with what is looked for first: else every character of a long page would be tried five times."""
_DATED_ID = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DIALECTS: dict[str, Dialect] = {".txt": "text", ".html": "html"}


def read(source: Source, document: Document) -> Reading:
    """Read one post; ``skipped`` says why it is none. Raises nothing."""
    decoded, assumed = text.decode(document.body)
    problems = [Problem(f"{document.name}:1", f"is not UTF-8; read as {assumed}")] if assumed else []
    head = frontmatter.read(decoded)
    if head is None:
        return _skipped(document.name, 1, NO_FRONT_MATTER, problems, keeps=True)
    problems += [Problem(f"{document.name}:{repair.line}", repair.what) for repair in head.repairs]
    if not head.closed and not head.body.strip():
        return _skipped(document.name, head.body_line, CUT_OFF, problems, keeps=True)
    declined = _declined(head)
    if declined is not None:
        return _skipped(document.name, declined[0], declined[1], problems)
    post = _Post(source, document.name, head, problems)
    if not post.is_post:
        return _skipped(document.name, 1, NO_DATE, problems)
    return Reading(items=(post.item(),), problems=tuple(problems), waits=True)


def _skipped(name: str, line: int, reason: str, problems: list[Problem], *, keeps: bool = False) -> Reading:
    told = (*problems, Problem(f"{name}:{line}", f"skipped: {reason}"))
    return Reading(problems=told, skipped=reason, keeps=keeps, waits=True)


def _declined(head: FrontMatter) -> tuple[int, str] | None:
    """Its line and reason, where the author says that it is no post, or not to be shown."""
    layout = head.text("layout")
    if layout.casefold() in _NOT_POST_LIKE:
        return head.line("layout"), f"layout: {text.plain(layout, 40)}"
    if head.text("published").casefold() in _NO:
        return head.line("published"), "published: false"
    if head.text("draft").casefold() in _YES:
        return head.line("draft"), "draft: true"
    return None


class _Post:
    """One post while it is read; each part is found when the first other part asks for it."""

    def __init__(self, source: Source, name: str, head: FrontMatter, problems: list[Problem]) -> None:
        self.source, self.name, self.head, self.problems = source, name, head, problems
        self.path = PurePosixPath(name)

    @property
    def is_post(self) -> bool:
        """A post has a date, a dated file name or an infoCode."""
        return "date" in self.head.fields or self._date_in_name is not None or self.info_code is not None

    def item(self) -> Item:
        """Make the item; what had to be repaired is added to the problems."""
        identity = self._identity()
        content = self._content()
        if not self.head.text("title"):
            self._tell(self.head.line("title"), "no title: the first words of the body stand in")
        summary = self.head.text(*_SUMMARY_KEYS)
        return Item(
            source_id=self.source.id,
            native_id=identity,
            seed=identity,
            title=Text(self.head.text("title"), "html"),
            link=self.link,
            content=Text(content, "html"),
            summary=Text(summary, "html"),
            published=self._published(),
            updated=self._date(_UPDATED_KEYS),
            authors=self._authors(),
            tags=tuple(Tag(tag) for tag in self._names("tag", "tags")),
            categories=self._names("category", "categories"),
            origin=_origin(content),
            language=self.head.text(*_LANGUAGE_KEYS).replace("_", "-") or self.source.language,
        )

    def _tell(self, line: int, what: str) -> None:
        self.problems.append(Problem(f"{self.name}:{line}", what))

    # ── who it is ──

    def _identity(self) -> str:
        """What never changes: its infoCode, else the original URL, else the file's name."""
        if self.info_code is not None:
            return f"infocode:{self.info_code}"
        if self.link is not None:
            return f"url:{urls.canonical(self.link)}"
        return f"{WEAK_ID}{unicodedata.normalize('NFC', self.path.name)}"

    @cached_property
    def info_code(self) -> str | None:
        return postbody.info_code(self.link, self.head.text(*_ID_KEYS), self.path.stem)

    @cached_property
    def link(self) -> str | None:
        written = self._body.link
        found = urls.absolute(written)
        if written is not None and found is None:
            self._tell(
                self._body.link_line, f"the original link is no web address: {text.plain(written, 80)}"
            )
        return found or next(filter(None, map(urls.absolute, self.head.texts(*_LINK_KEYS))), None)

    # ── its body ──

    @cached_property
    def _body(self) -> Body:
        body = postbody.part(self.head.body, self.head.body_line)
        for line, what in body.notes:
            self._tell(line, what)
        return body

    def _content(self) -> str:
        return dialects.to_html(self._body.text, _DIALECTS.get(self.path.suffix.lower(), "markdown"))

    # ── its dates ──

    def _published(self) -> datetime | None:
        stated = self._date(("date",))
        if stated is not None:
            return stated
        found = self._date_in_name or self._date_in_id
        where = "its file's name" if self._date_in_name else "the digits of its id"
        if "date" in self.head.fields or self._date_in_name is None:
            what = f"no date: taken from {where}" if found else NO_DATE
            self._tell(self.head.line("date"), what)
        return found

    def _date(self, keys: tuple[str, ...]) -> datetime | None:
        written = self.head.text(*keys)
        found = dates.parse(written, self._zone) if written else None
        if found is not None and found >= dates.EARLIEST:
            return found
        if written:
            what = "unreadable date" if found is None else "no date, but what programs write for none"
            self._tell(self.head.line(*keys), f"{what}: {text.plain(written, 80)}")
        return None

    @cached_property
    def _zone(self) -> tzinfo:
        return dates.zone(self.source.timezone)

    @cached_property
    def _date_in_name(self) -> datetime | None:
        found = _DATED_NAME.match(self.path.name)
        return self._midnight(*found.groups()) if found else None

    @property
    def _date_in_id(self) -> datetime | None:
        found = _DATED_ID.match(self.info_code or "")
        return self._midnight(*found.groups()) if found else None

    def _midnight(self, year: str, month: str, day: str) -> datetime | None:
        try:
            return datetime(int(year), int(month), int(day), tzinfo=self._zone)
        except ValueError:
            return None

    # ── its names ──

    def _names(self, *keys: str) -> tuple[str, ...]:
        """A string is one name, whole; a list several. None twice."""
        return tuple(dict.fromkeys(name.strip() for name in self.head.texts(*keys) if name.strip()))

    def _authors(self) -> tuple[Person, ...]:
        fields = (self.head.fields[key] for key in ("author", "authors", "byline") if key in self.head.fields)
        people: dict[str, Person] = {}
        for person in (person for each in fields for person in _people(each.value)):
            people.setdefault(person.name, person)
        return tuple(people.values())


def _origin(content: str) -> str | None:
    """The stated origin, which may hold tags; it mostly stands at the end of a long page."""
    first = _ORIGIN.search(content)
    if first is None:
        return None
    if _UNSEEN.search(content):
        shown = markup.clean(content)
    else:
        shown = content[max(content.rfind("<p", 0, first.start()), 0) :]
    # Written as HTML again, as all names of an item may be: it is decoded once more, when it is cleaned.
    stated = postbody.origin(beginning.to_text(shown, len(shown)))
    return html.escape(stated or "", quote=False) or None


def _people(value: Value) -> list[Person]:
    if isinstance(value, list):
        return [person for part in value for person in _people(part)]
    if isinstance(value, str):
        return [Person(value)] if value.strip() else []
    stated = {key.lower(): " ".join(scalars.texts(part)) for key, part in value.items()}
    name = stated.get("name") or stated.get("nickname") or stated.get("email")
    url = stated.get("url") or stated.get("uri") or stated.get("link")
    return [Person(name, urls.absolute(url), stated.get("email"))] if name else []
