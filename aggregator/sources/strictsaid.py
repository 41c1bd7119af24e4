"""What the strict reader has heard so far of the feed, an entry or an entry's source; then as an entry. Pure.

Its rule: where an element comes more than once, the same one counts as with the tolerant reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aggregator.sources import constructs
from aggregator.sources.entries import (
    MAX_FILES,
    MAX_LINKS,
    MAX_PEOPLE,
    MAX_TERMS,
    MAX_TEXTS,
    EntryLink,
    EntryPerson,
    EntryTerm,
    EntryText,
    FeedCalendar,
    FeedDocument,
    FeedEntry,
)
from aggregator.sources.strictnames import DeclinedError, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.sources.entries import Family

_Value = TypeVar("_Value")

_NO_TEXT = EntryText()
_RELATIONS = frozenset({"alternate", "self", "enclosure"})


class Said:
    """Values by name, and lists of what may come more than once."""

    __slots__ = (
        "authors", "base", "contents", "guid", "guid_is_link", "images", "language", "links", "media",
        "skips", "source", "terms", "texts", "thumbnails", "values",
    )  # fmt: skip

    def __init__(self, base: str, language: str) -> None:
        """``base`` and ``language``: stated where it begins; "": none."""
        self.base, self.language = base, language
        self.values: dict[str, str] = {}
        self.texts: dict[str, EntryText] = {}
        self.contents: list[EntryText] = []
        self.links: list[EntryLink] = []
        self.media: list[EntryLink] = []
        self.thumbnails: list[EntryLink] = []
        self.images: tuple[EntryLink, ...] = ()
        self.authors: list[dict[str, str]] = []
        self.terms: list[list[str | None]] = []
        self.guid = ""
        self.guid_is_link = False
        self.source: Said | None = None
        self.skips: dict[str, list[str]] = {}
        """Hours and days in which nobody is to come."""

    def add_term(self, term: str | None, scheme: str | None, label: str | None) -> None:
        """Add a category, unless there is the same or nothing in it."""
        value = [term, scheme, label]
        if any(value) and value not in self.terms:
            self.terms.append(value)

    def name_term(self, term: str) -> None:
        """Give the last category that has no name this one, or add one."""
        if self.terms and not self.terms[-1][0]:
            self.terms[-1][0] = term
        else:
            self.add_term(term, None, None)

    # ── as what they are ──

    def entry(self, family: Family) -> FeedEntry:
        """The entry. One that nothing identifies is for the tolerant reader."""
        values, texts = self.values, self.texts
        links = tuple([link for link in self.links if link.href and link.rel in _RELATIONS])
        original = values.get("origlink")
        if original or self.media:
            files = tuple(file for file in self.media if file.href)
            links = (*((EntryLink(original),) if original else ()), *links, *files)
        entry_id = self.guid or values.get("id", "")
        if not entry_id and not any(link.rel == "alternate" for link in links):
            raise DeclinedError(Why.UNKNOWN_ENTRY)
        self._within_limits()
        title = self._title(family, texts.get("title"), texts.get("dc_title"), texts.get("media_title"))
        if not title and "itunes_title" in values:  # it might stand for one
            raise DeclinedError(Why.ELEMENT)
        return FeedEntry(
            id=entry_id,
            id_is_link=self.guid_is_link and bool(self.guid),
            title=title,
            links=links,
            contents=tuple([text for text in self.contents if text.value]),
            summary=texts.get("summary", _NO_TEXT),
            abstract=_first(
                texts.get("dc_description"), texts.get("media_description"), texts.get("itunes_summary")
            ),
            published=values.get("published") or values.get("dc_date", ""),
            updated=values.get("updated", ""),
            created=values.get("created", ""),
            authors=self.people(),
            terms=self._terms() if self.terms else (),
            images=(*[each for each in self.thumbnails if each.href], *self.images),
            source_title=self.source.values.get("title", "") if self.source else "",
            source_authors=self.source.people() if self.source else (),
            language=values.get("language") or self.language,
            base=self.base,
        )

    def document(self, family: Family, entries: Sequence[FeedEntry]) -> FeedDocument:
        """The whole feed, of which this is what it says of itself."""
        values, texts = self.values, self.texts
        self._within_limits()
        return FeedDocument(
            family=family,
            id=self.guid,
            title=self._title(family, texts.get("title"), texts.get("dc_title")),
            links=tuple(link for link in self.links if link.href and link.rel in _RELATIONS),
            updated=values.get("updated") or values.get("dc_date") or values.get("published", ""),
            language=values.get("language", ""),
            authors=self.people(),
            base=self.base,
            calendar=FeedCalendar(
                ttl=values.get("ttl", ""),
                skip_hours=tuple(self.skips.get("hours", ())),
                skip_days=tuple(self.skips.get("days", ())),
                period=values.get("period", ""),
                frequency=values.get("frequency", ""),
                base=values.get("update_base", ""),
            ),
            entries=tuple(entries),
            bounded=True,
        )

    def people(self) -> tuple[EntryPerson, ...]:
        """Its authors, each once."""
        found = [
            EntryPerson(said.get("name", ""), said.get("href", ""), said.get("email", ""))
            for said in self.authors
            if any(said.values())
        ]
        return _each_once(found)

    def _terms(self) -> tuple[EntryTerm, ...]:
        found = [
            EntryTerm(term or "", label or "", scheme or "")
            for term, scheme, label in self.terms
            if term or label
        ]
        return _each_once(found)

    def _title(self, family: Family, *found: EntryText | None) -> EntryText:
        title = _first(*found)
        return constructs.guessed(title) if family == "rss" else title

    def _within_limits(self) -> None:
        if (
            len(self.links) > MAX_LINKS
            or len(self.media) > MAX_FILES
            or len(self.thumbnails) > MAX_FILES
            or len(self.authors) > MAX_PEOPLE
            or len(self.terms) > MAX_TERMS
            or len(self.contents) > MAX_TEXTS
        ):
            raise DeclinedError(Why.SHAPE)


def _first(*found: EntryText | None) -> EntryText:
    for each in found:
        if each is not None and each.value:
            return each
    return _NO_TEXT


def _each_once(found: list[_Value]) -> tuple[_Value, ...]:
    # One alone comes once; to compare several, all of their values are hashed.
    return tuple(dict.fromkeys(found) if len(found) > 1 else found)
