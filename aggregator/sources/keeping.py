"""feedparser's parsers, made to keep apart what they mix up; for :mod:`aggregator.sources.tolerant` alone.

Its rule: whatever feedparser would resolve, clean or guess (links, ids, HTML, dates) is kept as the document
has it, with the base and the language it stands in. Keys of our own begin with a blank, as no element's name
does.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import LooseFeedParser, StrictFeedParser

from aggregator import urls
from aggregator.sources.entries import MAX_SKIPS

if TYPE_CHECKING:
    from collections.abc import Callable

BASE, LANGUAGE, HAS_ID, HOURS, DAYS = " base", " language", " id", " hours", " days"
_VOID = re.compile(
    r"<(/?)(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)(?=[\s/>])[^<>]*>\Z"
)
MAX_ATTRIBUTES = 500
"""Of one element; feedparser takes quadratic time over them."""
_OUTERMOST = 2
"""Elements that begin every feed, and tell which namespace is its own: ``rdf:RDF`` and ``channel``."""
_LINKING = frozenset({"href", "src", "poster", "cite"})

Attributes = dict[str, str]
Name = tuple[str | None, str]


class _Keeping:
    """Mixed in before feedparser's own classes."""

    # What feedparser's classes provide.
    baseuri: str
    lang: str | None
    infeed: int
    entries: list[Any]
    elementstack: list[Any]
    contentparams: Any
    guidislink: bool
    incontent: int
    inauthor: int
    category_is_named = False
    push: Callable[[str, int], None]
    pop: Callable[[str], str | None]
    push_content: Callable[[str, Attributes, str, int], None]
    pop_content: Callable[[str], str | None]
    _get_context: Callable[[], Any]

    resolve_relative_uris = False
    sanitize_html = False

    def resolve_uri(self, uri: str) -> str:
        """Leave links as they are."""
        return uri

    def strattrs(self, attributes: list[tuple[str, str]]) -> str:
        """Write attributes of XHTML; links under an ``xml:base`` of their own are made absolute here."""
        if self.baseuri != self.contentparams.get("base"):
            attributes = [
                (name, (urls.absolute(value, self.baseuri) or value) if name in _LINKING else value)
                for name, value in attributes
            ]
        return str(super().strattrs(attributes))  # type: ignore[misc]

    def handle_data(self, text: str, escape: int = 1) -> None:
        """Write empty elements of XHTML as one tag: HTML reads ``</br>`` as another line end."""
        void = None if escape else _VOID.match(text)
        if void is not None and void[1]:
            return
        super().handle_data(f"{text[:-1]} />" if void else text, escape)  # type: ignore[misc]

    # ── where things stand ──

    def _start_item(self, attributes: Attributes) -> None:
        super()._start_item(attributes)  # type: ignore[misc]
        self.entries[-1][BASE] = self.baseuri
        self.entries[-1][LANGUAGE] = self.lang or ""

    _start_entry = _start_item

    def _start_channel(self, attributes: Attributes) -> None:
        super()._start_channel(attributes)  # type: ignore[misc]
        self._get_context()[BASE] = self.baseuri

    def _start_feed(self, attributes: Attributes) -> None:
        super()._start_feed(attributes)  # type: ignore[misc]
        self._get_context()[BASE] = self.baseuri

    def _start_link(self, attributes: Attributes) -> None:
        context = self._get_context()
        before = len(context.get("links", ()))
        super()._start_link(attributes)  # type: ignore[misc]
        for link in context.get("links", ())[before:]:
            link[BASE] = self.baseuri

    def _start_enclosure(self, attributes: Attributes) -> None:
        super()._start_enclosure(attributes | {BASE: self.baseuri})  # type: ignore[misc]

    def _start_media_content(self, attributes: Attributes) -> None:
        super()._start_media_content(attributes | {BASE: self.baseuri})  # type: ignore[misc]

    def _start_media_thumbnail(self, attributes: Attributes) -> None:
        super()._start_media_thumbnail(attributes | {BASE: self.baseuri})  # type: ignore[misc]

    def _start_itunes_image(self, attributes: Attributes) -> None:
        super()._start_itunes_image(attributes)  # type: ignore[misc]
        image = self._get_context().get("image")
        if isinstance(image, dict):
            image[BASE] = self.baseuri

    _start_itunes_link = _start_itunes_image

    # ── ids: byte for byte ──

    def _start_guid(self, attributes: Attributes) -> None:
        super()._start_guid(attributes)  # type: ignore[misc]
        self.guidislink = attributes.get("ispermalink", "").strip().lower() not in ("false", "no", "0")

    _start_id = _start_guid

    def _end_guid(self) -> None:
        is_link, self.guidislink = self.guidislink, False
        value = self.pop("id")
        self.guidislink = is_link
        context = self._get_context()
        if value and HAS_ID not in context:
            context[HAS_ID] = value
            context["guidislink"] = is_link

    _end_id = _end_guid

    # ── when not to come ──

    def _start_hour(self, _attributes: Attributes) -> None:
        self.push("hour", 1)

    def _start_day(self, _attributes: Attributes) -> None:
        self.push("day", 1)

    def _end_hour(self) -> None:
        self._keep_skip("hour", HOURS)

    def _end_day(self) -> None:
        self._keep_skip("day", DAYS)

    def _keep_skip(self, element: str, key: str) -> None:
        value = self.pop(element)
        known = self._get_context().setdefault(key, [])
        if value and len(known) < MAX_SKIPS:
            known.append(value)

    # ── people and categories: as written ──

    def _sync_author_detail(self, key: str = "author") -> None:
        """Take no names and addresses apart."""

    def _end_author(self) -> None:
        value = self.pop("author")
        self.inauthor = 0
        authors = self._get_context().get("authors")
        if value and authors and not authors[-1]:
            authors[-1]["name"] = value

    _end_managingeditor = _end_author

    def _start_category(self, attributes: Attributes) -> None:
        self.category_is_named = bool(attributes.get("term"))
        super()._start_category(attributes)  # type: ignore[misc]

    _start_keywords = _start_category

    def _end_category(self) -> None:
        if self.category_is_named:
            self.pop("category")
        else:
            super()._end_category()  # type: ignore[misc]

    _end_keywords = _end_category

    # ── dates: as written, each under its own name ──

    def _end_published(self) -> None:
        self.pop("published")

    _end_issued = _end_pubdate = _end_dcterms_issued = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_dcterms_modified = _end_updated

    def _end_created(self) -> None:
        self.pop("created")

    _end_dcterms_created = _end_created

    def _start_dc_date(self, _attributes: Attributes) -> None:
        self.push("dc_date", 1)

    def _end_dc_date(self) -> None:
        self.pop("dc_date")

    # ── texts of other vocabularies: not mixed with the feed's own ──

    def _start_itunes_summary(self, attributes: Attributes) -> None:
        self.push_content("itunes_summary", attributes, "text/html", 1)

    def _end_itunes_summary(self) -> None:
        self.pop_content("itunes_summary")

    def _start_media_description(self, attributes: Attributes) -> None:
        self.push_content("media_description", attributes, "text/plain", 1)

    def _end_media_description(self) -> None:
        self.pop_content("media_description")

    def _start_dc_description(self, attributes: Attributes) -> None:
        self.push_content("dc_description", attributes, "text/html", 1)

    def _end_dc_description(self) -> None:
        self.pop_content("dc_description")

    def _start_media_title(self, attributes: Attributes) -> None:
        self.push_content("media_title", attributes, "text/plain", 1)

    def _end_media_title(self) -> None:
        self.pop_content("media_title")

    def _start_itunes_title(self, attributes: Attributes) -> None:
        self.push_content("itunes_title", attributes, "text/plain", 1)

    def _end_itunes_title(self) -> None:
        self.pop_content("itunes_title")

    def _start_dc_title(self, attributes: Attributes) -> None:
        self.push_content("dc_title", attributes, "text/plain", 1)

    def _end_dc_title(self) -> None:
        self.pop_content("dc_title")


class Strict(_Keeping, StrictFeedParser):  # type: ignore[misc]
    """For well-formed documents. An element of another vocabulary is not taken for one of the feed's own."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._own: set[str | None] = set()
        self._begun = 0

    def startElementNS(self, name: Name, qname: str | None, attributes: Any) -> None:  # noqa: N802 - SAX's
        """Begin an element."""
        self._begun += 1
        if self._begun <= _OUTERMOST:
            self._own.add(name[0])
        if len(attributes) > MAX_ATTRIBUTES:
            attributes = AttributesNSImpl(dict(islice(attributes.items(), MAX_ATTRIBUTES)), {})
        super().startElementNS(self._told_apart(name), qname, attributes)

    def endElementNS(self, name: Name, qname: str | None) -> None:  # noqa: N802 - SAX's
        """End an element."""
        super().endElementNS(self._told_apart(name), qname)

    def _told_apart(self, name: Name) -> Name:
        namespace, local = name
        if namespace is None or namespace in self._own or self.incontent:
            return name
        lower = namespace.lower()
        is_known = lower in self._matchnamespaces or "backend.userland.com/rss" in lower
        return name if is_known else (None, f"foreign:{local}")


class Loose(_Keeping, LooseFeedParser):  # type: ignore[misc]
    """For everything else."""
