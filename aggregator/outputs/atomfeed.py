"""The making of Atom feeds (RFC 4287).

What a feed says of itself is written by feedgen, its entries as feedgen would write them. What feedgen drops
is put right by an extension, the one public place at which its elements exist before they are serialised.
"""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.outputs import atomentry, shown
from aggregator.outputs.atom import ICON, MEDIA_TYPE, STYLESHEET, Atom
from aggregator.outputs.words import FALLBACK, languages, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from aggregator.views import Entry, Feed

_MEDIA = "http://search.yahoo.com/mrss/"
_END = b"</feed>\n"


def written(feed: Feed) -> bytes:
    """One Atom feed: its entries as handed over, newest first."""
    frame: bytes = generator(feed).atom_str(pretty=True)
    entries = [each.forms.get(Atom.form) or atomentry.written(feed, each) for each in feed.entries]
    return frame.removesuffix(_END) + "".join(entries).encode() + _END


def kept(body: str, ids: Collection[str]) -> Mapping[str, str]:
    """How entries stand in a feed that was written here."""
    wanted = {atomentry.text(shown.iri(each)): each for each in ids}
    found = {}
    for entry in body.removesuffix(_END.decode()).split(atomentry.START)[1:]:
        start = entry.index("<id>") + len("<id>")
        name = wanted.get(entry[start : entry.index("</id>", start)])
        if name is not None:
            found[name] = atomentry.START + entry
    return found


def shared() -> Mapping[str, bytes]:
    """What all feeds share: their stylesheet, which speaks every language, and their icon."""
    folder = files(__package__)
    style = folder.joinpath(STYLESHEET).read_text("utf-8") + "".join(_notes())
    return {STYLESHEET: style.encode(), ICON: folder.joinpath(ICON).read_bytes()}


def _notes() -> Iterator[str]:
    """What a feed says of itself when it is opened, for each language; for others in that of the first."""
    for number, said in enumerate((words(FALLBACK), *languages().values())):
        where = f":lang({said.language.partition('-')[0]})" if number else ""
        yield f'\nfeed{where} > link[rel="self"]::before {{ content: {_quoted(said.feed_note)}; }}'
        yield f'\nfeed{where} > link[rel="alternate"]::before {{ content: {_quoted(said.page_note)}; }}'
    yield "\n"


def _quoted(note: str) -> str:
    """A string of CSS, which ends its line."""
    escaped = "".join(f"\\{ord(each):x} " if each in '\\"\n<' else each for each in note)
    return f'"{escaped}\\a "'


def generator(feed: Feed) -> FeedGenerator:
    """Return all of a feed but its entries."""
    made = FeedGenerator()
    made.id(shown.iri(feed.id))
    made.title(shown.feed_title(feed))
    made.updated(feed.updated)
    made.author(name=shown.site_author(feed.site))
    made.link(href=shown.file_url(feed.site, feed.path("xml")), rel="self", type=MEDIA_TYPE)
    made.link(href=shown.page_url(feed), rel="alternate", type="text/html")
    made.icon(shown.file_url(feed.site, ICON))
    made.generator("aggregator")
    made.language(shown.language(feed.site.language) or "und")
    made.register_extension("corrections", partial(_FeedCorrections, feed), rss=False)
    return made


class _FeedCorrections:
    """What feedgen cannot say of a feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def extend_ns(self) -> dict[str, str]:
        """Name the vocabulary of thumbnails (Media RSS) where there are any."""
        has_thumbnails = any(map(_has_thumbnail, self.feed.entries))
        return {"media": _MEDIA} if has_thumbnails else {}

    def extend_atom(self, element: etree._Element) -> None:
        """Write the time as the validator reads it, name the text type, point browsers to the stylesheet."""
        _set(element, "title", type="text")
        _set_text(element, "updated", shown.time(self.feed.updated))
        up = "../" * self.feed.path("xml").count("/")
        element.addprevious(etree.PI("xml-stylesheet", f'type="text/css" href="{up}{STYLESHEET}"'))


def _has_thumbnail(entry: Entry) -> bool:
    written = entry.forms.get(Atom.form)
    return atomentry.THUMBNAIL in written if written else bool(shown.thumbnail(entry))


def _set(parent: etree._Element, name: str, **attributes: str) -> None:
    for child in parent.iterchildren(name):
        for key, value in attributes.items():
            child.set(key, value)


def _set_text(parent: etree._Element, name: str, value: str) -> None:
    for child in parent.iterchildren(name):
        child.text = value
