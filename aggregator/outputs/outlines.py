"""OPML 2.0 documents (http://opml.org/spec2.opml): feeds and sources as outlines. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from aggregator import text, urls
from aggregator.outputs import shown
from aggregator.views import feed_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.model import SourceInfo
    from aggregator.views import Directory, Feed, Site


def feeds(directory: Directory) -> bytes:
    """Every feed of the site; a category that was never written is none."""
    everything = directory.everything
    written = [summary for summary in directory.categories if summary.updated is not None]
    listed = [_subscription(everything, "", everything.title)]
    listed += [_subscription(everything, summary.slug, summary.title) for summary in written]
    return _document(directory.site, listed)


def sources(directory: Directory) -> bytes:
    """Every source the site reads."""
    return _document(directory.site, [outline for each in directory.sources if (outline := _source(each))])


def subscription_list(site: Site, folders: Mapping[str, Sequence[tuple[str, str]]]) -> bytes:
    """Feeds as (title, URL) in folders by name, for a reader or another site; those of ``""`` in none."""
    root, body = _begin(site)
    for name in sorted(folders):
        parent = etree.SubElement(body, "outline", text=_word(name), title=_word(name)) if name else body
        for title, url in folders[name]:
            shown_title = _word(title) or url
            etree.SubElement(
                parent, "outline", type="rss", text=shown_title, title=shown_title, xmlUrl=text.xml_safe(url)
            )
    return _serialised(root)


def _word(value: str) -> str:
    return text.plain(value)


def _subscription(everything: Feed, slug: str, title: str) -> dict[str, str]:
    site = everything.site
    name = text.plain(title or slug) or shown.site_title(site)
    url = shown.file_url(site, feed_path(slug, "xml"))
    page = shown.file_url(site, feed_path(slug, "html")) if everything.pages else site.base_url
    return {"type": "rss", "text": name, "title": name, "xmlUrl": url, "htmlUrl": page}


def _source(source: SourceInfo) -> dict[str, str]:
    """One source: a subscription if it has a feed, else no more than its name and site."""
    site, feed = urls.absolute(source.site_url), urls.absolute(source.feed_url)
    name = text.plain(source.title) or shown.host(source)
    if not name:
        return {}
    outline = {"type": "rss", "text": name, "title": name, "xmlUrl": feed} if feed else {"text": name}
    return outline | ({"htmlUrl": site} if site else {})


def _document(site: Site, outlines: Iterable[dict[str, str]]) -> bytes:
    root, body = _begin(site)
    for outline in outlines:
        etree.SubElement(body, "outline", outline)
    return _serialised(root)


def _begin(site: Site) -> tuple[etree._Element, etree._Element]:
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = shown.site_title(site)
    if site.author:
        etree.SubElement(head, "ownerName").text = shown.site_author(site)
    return root, etree.SubElement(root, "body")


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
