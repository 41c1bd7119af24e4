"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Pure.

The one rule: a key that has nothing to say is left out; none is ever null or empty.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from aggregator import urls
from aggregator.outputs import atom, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aggregator.model import Person
    from aggregator.views import Directory, Entry, Feed

MEDIA_TYPE = "application/feed+json"
_START = '{\n   "id": '
"""How each item begins, after a line end and two blanks."""
_END = "\n ]\n}\n"
_UNKNOWN_TYPE = "application/octet-stream"


class JsonFeed:
    """Renders ``category/<slug>.json`` and ``all.json``."""

    version = 2
    form = "json"

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render one JSON Feed, unless its formats leave that out."""
        if "json" not in feed.formats:
            return {}
        value = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": shown.feed_title(feed),
            "home_page_url": shown.page_url(feed),
            "feed_url": shown.file_url(feed.site, feed.path("json")),
            "icon": shown.file_url(feed.site, atom.ICON),
            "favicon": shown.file_url(feed.site, atom.ICON),
            "language": shown.language(feed.site.language),
            "authors": [{"name": shown.site_author(feed.site)}],
        }
        items = [each.forms.get(self.form) or _written(_item(feed, each), "\n  ") for each in feed.entries]
        listed = "[\n  " + ",\n  ".join(items) + _END if items else "[]\n}\n"
        return {feed.path("json"): f'{_written(_said(value))[:-2]},\n "items": {listed}'.encode()}

    def kept(self, body: str, ids: Collection[str]) -> Mapping[str, str]:
        """Return how entries stand in a feed that was written here."""
        wanted = {encode_basestring(shown.iri(each)): each for each in ids}
        found = {}
        for item in body.removesuffix(_END).split(f"\n  {_START}")[1:]:
            name = wanted.get(item[: item.index(",\n")])
            if name is not None:
                found[name] = _START + item.removesuffix(",")
        return found

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render nothing."""
        return {}


def _item(feed: Feed, entry: Entry) -> dict[str, Any]:
    content, summary = shown.content(entry), shown.summary(entry)
    item = _said(
        {
            "id": shown.entry_id(entry),
            "url": shown.link(entry) or ("" if content else shown.place(feed, entry)),
            "title": shown.title(entry),
            "content_html": content,
            # One of the two contents is required; an item of which none is shown still has its title.
            "content_text": "" if content else summary or shown.title(entry),
            "summary": summary,
            "image": shown.thumbnail(entry),
            "date_published": shown.published(entry),
            "date_modified": shown.updated(entry),
            "authors": [_author(person) for person in shown.authors(entry, feed.site)],
            "tags": list(dict.fromkeys(term.label for term in shown.terms(entry, feed.site))),
            "language": shown.other_language(entry, feed.site),
            "attachments": [_attachment(medium) for medium in shown.media(entry)],
        }
    )
    source = _source(entry)
    return item | ({"_aggregator": {"source": source}} if source else {})


def _author(person: Person) -> dict[str, Any]:
    return _said({"name": person.name, "url": person.url})


def _attachment(medium: shown.Medium) -> dict[str, Any]:
    attachment: dict[str, Any] = {"url": medium.url, "mime_type": medium.type or _UNKNOWN_TYPE}
    return attachment if medium.length is None else attachment | {"size_in_bytes": medium.length}


def _source(entry: Entry) -> dict[str, Any]:
    """Where it was read, as an extension; of a private source its title alone."""
    title = shown.source_title(entry)
    if entry.private:
        return _said({"title": title})
    source = entry.source
    return _said(
        {
            "title": title,
            "home_page_url": urls.absolute(source.site_url),
            "feed_url": urls.absolute(source.feed_url),
        }
    )


def _said(value: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if each}


def _written(value: Any, indent: str = "\n") -> str:
    """As ``json.dumps(value, ensure_ascii=False, indent=1)``, which takes four times as long."""
    inner = f"{indent} "
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        pairs = [f"{encode_basestring(key)}: {_written(each, inner)}" for key, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(pairs)}{indent}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{f',{inner}'.join([_written(each, inner) for each in value])}{indent}]"
    return json.dumps(value)
