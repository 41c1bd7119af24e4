"""An Atom feed as feedgen alone writes it, entries and all, put right where it drops or misplaces something.

What :mod:`aggregator.outputs.atomfeed` writes is held to be the same, byte for byte.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from feedgen.entry import FeedEntry
from lxml import etree

from aggregator import urls
from aggregator.outputs import shown
from aggregator.outputs.atomfeed import generator

if TYPE_CHECKING:
    from aggregator.views import Entry, Feed, Site

_MEDIA = "http://search.yahoo.com/mrss/"
_THUMBNAIL = f"{{{_MEDIA}}}thumbnail"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Readers stumble over a summary that follows the content; the rest is in the order of RFC 4287, 4.1.2.
_ORDER = (
    "id", "title", "link", _THUMBNAIL, "published", "updated", "author", "category", "source", "summary",
    "content",
)  # fmt: skip


def by_feedgen(feed: Feed) -> bytes:
    """Write the whole feed."""
    whole = generator(feed)
    for entry in feed.entries:
        whole.add_entry(_entry(feed, entry), order="append")
    return bytes(whole.atom_str(pretty=True))


def _entry(feed: Feed, entry: Entry) -> FeedEntry:
    content = shown.content(entry)
    summary = shown.summary(entry)
    # RFC 4287, 4.1.2: an entry without content must have an alternate link.
    link = shown.link(entry) or ("" if content else shown.place(feed, entry))
    written = FeedEntry()
    written.id(shown.iri(entry.id))
    written.title(shown.title(entry))
    written.updated(entry.updated)
    written.published(entry.published)
    people = shown.authors(entry, feed.site)
    written.author([{"name": person.name, "email": person.email, "uri": person.url} for person in people])
    # All at once: feedgen takes quadratic time over them one by one.
    written.category([asdict(term) for term in shown.terms(entry, feed.site)])
    if link:
        written.link(href=link, rel="alternate")
    if summary:
        written.summary(summary, type="text")
    if content:
        written.content(content, type="html")
    written.register_extension("corrections", partial(_EntryCorrections, feed, entry), rss=False)
    return written


class _EntryCorrections:
    """What feedgen drops from an entry (python-feedgen#135), cannot say, or puts out of order."""

    def __init__(self, feed: Feed, entry: Entry) -> None:
        self.feed = feed
        self.entry = entry

    def extend_atom(self, element: etree._Element) -> None:
        """Put the entry right before it is serialised."""
        entry = self.entry
        _set(element, "title", type="text")
        _set(element, "link", rel="alternate")
        _set_text(element, "updated", shown.time(entry.updated))
        _set_text(element, "published", shown.time(entry.published))
        language = shown.other_language(entry, self.feed.site)
        if language:
            element.set(_XML_LANG, language)
        for medium in shown.media(entry):
            _link(element, "enclosure", medium.url, medium.type, medium.length)
        if picture := shown.thumbnail(entry):
            etree.SubElement(element, _THUMBNAIL, url=picture)
        _source(element, entry, self.feed.site)
        element[:] = sorted(element, key=lambda child: _ORDER.index(child.tag))


def _source(parent: etree._Element, entry: Entry, site: Site) -> None:
    """Add ``atom:source`` (RFC 4287, 4.2.11): the source shown; of a private source its title alone.

    A stated origin is known by its name alone, and has no links of ours. The validator asks for ``updated``:
    where the source states none, it was last changed when this entry was.
    """
    title = shown.source_name(entry)
    if entry.private and not title:
        return
    element = etree.SubElement(parent, "source")
    _add(element, "id", shown.source_id(entry, site))
    _add(element, "title", title or shown.site_title(site)).set("type", "text")
    if not entry.private and not entry.item.origin:
        if address := urls.absolute(entry.source.feed_url):
            _link(element, "self", address)
        if address := urls.absolute(entry.source.site_url):
            _link(element, "alternate", address, "text/html")
    _add(element, "updated", shown.time(entry.source.updated or entry.updated))


def _link(
    parent: etree._Element, rel: str, href: str, media_type: str = "", length: int | None = None
) -> None:
    element = etree.SubElement(parent, "link", href=href, rel=rel)
    if media_type:
        element.set("type", media_type)
    if length is not None:
        element.set("length", str(length))


def _add(parent: etree._Element, name: str, value: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = value
    return element


def _set(parent: etree._Element, name: str, **attributes: str) -> None:
    for child in parent.iterchildren(name):
        for key, value in attributes.items():
            child.set(key, value)


def _set_text(parent: etree._Element, name: str, value: str) -> None:
    for child in parent.iterchildren(name):
        child.text = value
