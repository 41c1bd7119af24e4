"""What each element does that the strict reader expects, for :mod:`aggregator.sources.stricttables` alone.

Its rule: the same as the tolerant reader makes of it; where that depends on more than is known here, the
document is declined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.sources import constructs
from aggregator.sources.entries import MAX_FIELD, EntryLink
from aggregator.sources.strictnames import ATOM, DeclinedError, Why
from aggregator.sources.strictsaid import Said

if TYPE_CHECKING:
    from aggregator.sources.strictplaces import Attributes, Element
    from aggregator.sources.strictreading import StrictReading

_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_PERHAPS_HTML = re.compile(r"</(\w+)>|&#?\w+;")
"""What makes feedparser look more closely whether a plain text is HTML."""
_TYPES = {
    "text": "text", "text/plain": "text", "plain": "text", "html": "html", "text/html": "html",
    "xhtml": "xhtml", "application/xhtml+xml": "xhtml",
}  # fmt: skip
_SECOND = 2
_FILES_ATTRIBUTES = frozenset({"href", "url"})


def within(value: str) -> str:
    """The value, unless it is longer than the tolerant reader keeps."""
    if len(value) > MAX_FIELD:
        raise DeclinedError(Why.SHAPE)
    return value


# ── values ──


def value(reading: StrictReading, element: Element, _: Attributes) -> None:
    """A text of which the last one counts."""
    reading.collect(element.key, _keep)


def _keep(reading: StrictReading, key: str, value: str) -> None:
    reading.said.values[key] = within(value)


def bare_value(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same where the tolerant reader keeps either the text or the attributes."""
    if attributes:
        raise DeclinedError(Why.ATTRIBUTE)
    reading.collect(element.key, _keep)


def ignored(reading: StrictReading, element: Element, _: Attributes) -> None:
    """A text of no use."""
    reading.collect(element.key, forget)


def forget(_reading: StrictReading, _key: str, _value: str) -> None:
    """Of no use."""


def ignored_or_empty(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same where the tolerant reader takes the text of one with attributes for its surrounding's."""
    reading.collect(element.key, _no_text if attributes else forget)


def _no_text(_reading: StrictReading, _key: str, value: str) -> None:
    if value:
        raise DeclinedError(Why.TEXT)


def identifier(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """An id: the first that is one."""
    if attributes.get("ispermalink", "true") not in ("true", "false"):
        raise DeclinedError(Why.ATTRIBUTE)
    reading.collect(element.key, _keep_id, attributes)


def _keep_id(reading: StrictReading, key: str, value: str) -> None:
    said = reading.said
    said.values[key] = within(value)
    if value and not said.guid:
        said.guid = value
        said.guid_is_link = reading.attributes.get("ispermalink", "true") == "true"


# ── texts ──


def construct(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """A text construct of Atom; plain where it does not say."""
    _typed(reading, element.key, attributes, "text")


def html(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same of RSS and its modules; HTML where it does not say."""
    _typed(reading, element.key, attributes, "html")


def _typed(reading: StrictReading, key: str, attributes: Attributes, kind: str) -> None:
    if key in ("title", "summary") and key in reading.said.texts:
        raise DeclinedError(Why.TWICE)
    if attributes:
        kind = _stated(reading, key, attributes) or kind
        if kind == "xhtml":
            reading.collect_xhtml(key, _keep_html)
            return
    reading.collect(key, _keep_html if kind == "html" else _keep_text)


def _stated(reading: StrictReading, key: str, attributes: Attributes) -> str:
    """How the text is written, where it says so; RSS has no words for it."""
    if "src" in attributes or attributes.get("mode") == "base64":
        raise DeclinedError(Why.TYPE)
    stated = attributes.get("type")
    kind = _TYPES.get(stated, "") if stated is not None else ""
    unusual = reading.family == "rss" and key != "media_description"
    if stated is not None and (not kind or unusual or (kind == "xhtml" and reading.names.own != ATOM)):
        raise DeclinedError(Why.TYPE)
    return kind


def _keep_text(reading: StrictReading, key: str, value: str) -> None:
    if key == "media_description" and reading.family == "rss" and _PERHAPS_HTML.search(value):
        raise DeclinedError(Why.MARKUP)
    reading.keep_text(key, value, "text")


def _keep_html(reading: StrictReading, key: str, value: str) -> None:
    reading.keep_text(key, value, "html")


# ── links and files ──


def link(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """A link, as an attribute or as text."""
    if not attributes:
        reading.said.links.append(EntryLink("", "alternate", "text/html", "", reading.stated_base()))
        reading.collect(element.key, _keep_link)
        return
    if "url" in attributes or "uri" in attributes:
        raise DeclinedError(Why.ATTRIBUTE)
    rel = attributes.get("rel", "alternate")
    media_type = attributes.get("type")
    if media_type is None:
        media_type = "application/atom+xml" if rel == "self" else "text/html"
    href = attributes.get("href")
    found = EntryLink(
        href or "",
        rel.removeprefix(constructs.IANA) or "alternate",
        media_type,
        _length(attributes),
        reading.stated_base(),
    )
    reading.said.links.append(found)
    reading.collect(element.key, _keep_link if href is None else forget)


def _length(attributes: Attributes) -> str:
    return attributes.get("length") or attributes.get("filesize", "")


def _keep_link(reading: StrictReading, _key: str, value: str) -> None:
    if not value:
        return
    if "&" in value:
        if reading.said is not reading.feed:
            value = value.replace("&amp;", "&")
        value = _REFERENCE.sub(r"&\1", value)
    written = reading.said.links[-1]
    reading.said.links[-1] = EntryLink(within(value), written.rel, written.type, written.length, written.base)


def _attached(reading: StrictReading, attributes: Attributes, rel: str) -> EntryLink:
    if "uri" in attributes or attributes.keys() >= _FILES_ATTRIBUTES:
        raise DeclinedError(Why.ATTRIBUTE)
    href = attributes.get("url") or attributes.get("href", "")
    return EntryLink(href, rel, attributes.get("type", ""), _length(attributes), reading.stated_base())


def enclosure(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """A file that comes with the entry."""
    reading.said.links.append(_attached(reading, attributes, "enclosure"))
    reading.collect(element.key, _no_text)


def media_content(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same in Media RSS, where it may hold more about itself."""
    reading.said.media.append(_attached(reading, attributes, "enclosure"))
    reading.go_in(element, reading.said)


def thumbnail(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """A picture of the entry."""
    reading.said.thumbnails.append(_attached(reading, attributes, "image"))
    reading.collect(element.key, _no_text)


def itunes_image(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The same of a podcast; the last one counts."""
    href = attributes.get("href")
    if not href or "url" in attributes:
        raise DeclinedError(Why.ATTRIBUTE)
    reading.said.images = (EntryLink(href, "image", "", "", reading.stated_base()),)
    reading.collect(element.key, _no_text)


# ── what holds others ──


def holds(reading: StrictReading, element: Element, _: Attributes) -> None:
    """It says nothing itself."""
    reading.go_in(element, reading.said)


def source(reading: StrictReading, element: Element, _: Attributes) -> None:
    """Atom: the feed that an entry was copied from."""
    if reading.said.source is not None:
        raise DeclinedError(Why.TWICE)
    reading.said.source = Said("", "")
    reading.go_in(element, reading.said.source)


def source_title(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """Its title, of which only the words count."""
    if "title" in reading.said.values:
        raise DeclinedError(Why.TWICE)
    if attributes and _stated(reading, element.key, attributes) == "xhtml":
        raise DeclinedError(Why.TYPE)
    reading.collect(element.key, _keep)


def rss_source(reading: StrictReading, element: Element, _: Attributes) -> None:
    """RSS: the same, by title alone."""
    if reading.said.source is not None:
        raise DeclinedError(Why.TWICE)
    reading.said.source = Said("", "")
    reading.collect(element.key, _keep_rss_source)


def _keep_rss_source(reading: StrictReading, key: str, value: str) -> None:
    if reading.said.source is not None:
        reading.said.source.values[key] = within(value)


def entry(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """An item of RSS, an entry of Atom."""
    said = Said(reading.stated_base(), reading.language)
    if attributes:
        _only(attributes, "rdf:about")
        if attributes.get("rdf:about"):
            said.values["id"] = within(attributes["rdf:about"])
    reading.go_in(element, said, leave=reading.end_entry)


def _only(attributes: Attributes, *names: str) -> None:
    if not attributes.keys() <= {"xml:base", "xml:lang", "xml:space", *names}:
        raise DeclinedError(Why.ATTRIBUTE)


def rdf(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The root of RSS 0.90 and 1.0."""
    _only(attributes)
    reading.go_in(element, reading.feed)


def rss(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The root of RSS 0.91 and from there on."""
    _only(attributes, "version")
    reading.state_language()
    reading.go_in(element, reading.feed)


def channel(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """What RSS says of itself."""
    _only(attributes, "rdf:about")
    if reading.seen != _SECOND:  # else titles before it would count
        raise DeclinedError(Why.ELEMENT)
    reading.feed.base = reading.stated_base()
    reading.go_in(element, reading.feed)


def feed(reading: StrictReading, element: Element, attributes: Attributes) -> None:
    """The root of Atom."""
    _only(attributes, "version")
    reading.feed.base = reading.stated_base()
    reading.state_language()
    reading.go_in(element, reading.feed)
