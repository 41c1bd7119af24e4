"""Read back the feeds that were written here, for when the store they came from is lost.

The one rule: what stands in them is taken as it stands; a file that is not ours, or not whole, is told and
left out.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.parsers import expat

from lxml import etree

from aggregator import slugs, urls
from aggregator.model import Enclosure, Item, Person, Problem, SourceInfo, Tag, Text
from aggregator.outputs import disk, minted, shown
from aggregator.outputs.disk import Tree, publishing
from aggregator.values import dataclass, field
from aggregator.views import item_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_ATOM = "{http://www.w3.org/2005/Atom}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
CATEGORIES = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEntry:
    """An entry as it was published. Times are in the zone they were written in."""

    id: str
    item: Item
    """As far as it was shown; of no source yet, and not to be told from what a source says."""
    published: datetime
    updated: datetime
    source: SourceInfo
    """As ``atom:source`` has it; of a stated origin no more than is in ``item.origin``."""
    categories: tuple[str, ...]
    """Slugs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFeed:
    """A feed as it was published: ``slug`` is empty for the feed of everything."""

    path: str
    slug: str
    id: str
    title: str
    updated: datetime
    entries: tuple[WrittenEntry, ...]
    sha256: str
    size: int
    former: bool = False
    """A copy at a slug that it had before."""


@dataclass(frozen=True, slots=True)
class Readback:
    """Everything that was found, and what could not be read."""

    feeds: tuple[WrittenFeed, ...] = ()
    sources: Mapping[str, SourceInfo] = field(default_factory=dict)
    """Where each entry was read, by its id, as far as JSON Feeds tell; an Atom feed has the stated origin."""
    listed: tuple[SourceInfo, ...] = ()
    """Every feed that was read and that may be told, from ``sources.opml``."""
    problems: tuple[Problem, ...] = ()


def read_back(folder: Path) -> Readback:
    """Every feed below the output folder. Raises PublishError where the folder cannot be read."""
    feeds: list[WrittenFeed] = []
    sources: dict[str, SourceInfo] = {}
    listed: tuple[SourceInfo, ...] = ()
    problems: list[Problem] = []
    for path, body in _files(folder):
        try:
            if path.endswith(".xml"):
                feeds.append(_alone(_feed(path, body), feeds))
            elif path.endswith(".json"):
                sources.update(_sources(body))
            else:
                listed = _listed(body)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            problems.append(Problem(str(folder / path), f"is no whole feed of ours: {error}"))
    return Readback(tuple(feeds), sources, listed, tuple(problems))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Feeds, what tells of their sources, and the list of these; no link is followed."""
    if not folder.is_dir():
        return
    with publishing(folder), Tree(folder) as tree:
        for folders in ((), (CATEGORIES,)):
            try:
                opened = tree.folder(folders)
            except FileNotFoundError:
                continue
            wanted = ("all.xml", "all.json", "sources.opml")
            with os.scandir(opened) as entries:
                names = sorted(entry.name for entry in entries)
            for name in names:
                if name.endswith((".xml", ".json")) if folders else name in wanted:
                    body = disk.read(opened, name)
                    if body is not None:
                        yield "/".join((*folders, name)), body


# ── Atom ──────────────────────────────────────────────────────────────────────────────────────────────────


def _parsed(body: bytes) -> etree._Element:
    """The root. What we write has no document type, so no entity is ever expanded. Raises ValueError."""
    builder = etree.TreeBuilder()
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, values: builder.start(
        _qualified(name), {_qualified(key): value for key, value in values.items()}
    )
    parser.CharacterDataHandler = builder.data
    parser.EndElementHandler = lambda name: builder.end(_qualified(name))
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return builder.close()


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_about: object) -> None:
    raise ValueError("it has a document type")


def _feed(path: str, body: bytes) -> WrittenFeed:
    root = _parsed(body)
    if root.tag != f"{_ATOM}feed" or _said(root, "generator") != "aggregator":
        raise ValueError("another program wrote it")
    at = next((href for rel, href, _, _ in _links(root) if rel == "self"), "")
    if f"{CATEGORIES}/" not in at and not at.endswith(f"/{path}"):
        raise ValueError("it does not say where it is published")
    own = unquote(at).endswith(f"/{path}")
    folder, _, name = path.rpartition("/")
    slug = name.removesuffix(".xml") if folder else ""
    if slug and slugs.mint(slug, ()) != slug:
        raise ValueError("no category has such a name")
    base = at[: -len(urls.quote_path(path))] if own else at[: at.rindex(f"{CATEGORIES}/")]
    return WrittenFeed(
        path=path,
        slug=slug,
        id=_needed(root, "id"),
        title=_needed(root, "title"),
        updated=_moment(root, "updated"),
        entries=tuple(
            _entry(each, f"{base}{CATEGORIES}/", root.get(_LANGUAGE)) for each in root.iter(f"{_ATOM}entry")
        ),
        sha256=sha256(body).hexdigest(),
        size=len(body),
        former=not own,
    )


def _alone(feed: WrittenFeed, others: Sequence[WrittenFeed]) -> WrittenFeed:
    """The feed, if none of the others has its place or, but for copies at former slugs, its id."""
    for other in others:
        if slugs.fold(other.slug) == slugs.fold(feed.slug):
            raise ValueError(f"it would be in the place of {other.path}")
        if other.id == feed.id and not (other.former or feed.former):
            raise ValueError(f"it has the id of {other.path}")
    return feed


def _entry(element: etree._Element, ours: str, language: str | None) -> WrittenEntry:
    terms = [(each.get("term", ""), each.get("scheme", ""), each.get("label", "")) for each in
             element.iterchildren(f"{_ATOM}category")]  # fmt: skip
    source, origin = _source(element.find(f"{_ATOM}source"))
    links = list(_links(element))
    name, published = _needed(element, "id"), _moment(element, "published")
    people = tuple(_person(each) for each in element.iterchildren(f"{_ATOM}author"))
    item = Item(
        source_id="",
        native_id="",
        seed=name,
        entry_id=name,
        title=Text(_needed(element, "title")),
        link=next(
            (href for rel, href, _, _ in links if rel == "alternate" and not _is_ours(href, name)), None
        ),
        content=Text(_said(element, "content"), "html"),
        summary=Text(_said(element, "summary")),
        published=published,
        updated=_moment(element, "updated"),
        # Where there is no byline the source shown stands in for it.
        authors=() if people == (Person(origin or source.title),) else people,
        tags=tuple(Tag(term, label, scheme) for term, scheme, label in terms if scheme != ours),
        origin=origin or None,
        enclosures=tuple(
            Enclosure(href, kind, int(length) if length else None)
            for rel, href, kind, length in links
            if rel == "enclosure"
        ),
        language=element.get(_LANGUAGE) or language,
    )
    return WrittenEntry(
        id=name,
        item=item,
        published=published,
        updated=_moment(element, "updated"),
        source=source,
        categories=tuple(term for term, scheme, _ in terms if scheme == ours),
    )


def _is_ours(link: str, name: str) -> bool:
    """Whether it is the place on our own pages that stands in for a link."""
    return link.endswith((f"#{shown.anchor(name)}", f"/{item_path(name)}"))


def _source(element: etree._Element | None) -> tuple[SourceInfo, str]:
    """The source shown, and the origin where it is one that the entry states."""
    if element is None:
        return SourceInfo(), ""
    title, name = _said(element, "title"), _said(element, "id")
    links = {rel: href for rel, href, _, _ in _links(element)}
    if name == minted.origin(title):
        return SourceInfo(), title
    info = SourceInfo(name, title, links.get("alternate"), links.get("self"), _moment(element, "updated"))
    return info, ""


def _person(element: etree._Element) -> Person:
    return Person(_needed(element, "name"), _said(element, "uri") or None, _said(element, "email") or None)


def _links(element: etree._Element) -> Iterator[tuple[str, str, str, str]]:
    for link in element.iterchildren(f"{_ATOM}link"):
        yield link.get("rel", ""), link.get("href", ""), link.get("type", ""), link.get("length", "")


def _said(element: etree._Element, name: str) -> str:
    return element.findtext(f"{_ATOM}{name}") or ""


def _needed(element: etree._Element, name: str) -> str:
    said = _said(element, name)
    if not said:
        raise ValueError(f"it has no {name} where one belongs")
    return said


def _moment(element: etree._Element, name: str) -> datetime:
    moment = datetime.fromisoformat(_needed(element, name))
    if moment.tzinfo is None:
        raise ValueError(f"its {name} has no time zone")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"its {name} is no time that can be kept") from error
    return moment


# ── what tells of sources ─────────────────────────────────────────────────────────────────────────────────


def _sources(body: bytes) -> Mapping[str, SourceInfo]:
    """Where each entry of a JSON Feed was read, by its id."""
    said = ((each["id"], each.get("_aggregator", {}).get("source")) for each in json.loads(body)["items"])
    return {
        name: SourceInfo(
            title=source.get("title", ""),
            site_url=source.get("home_page_url"),
            feed_url=source.get("feed_url"),
        )
        for name, source in said
        if source
    }


def _listed(body: bytes) -> tuple[SourceInfo, ...]:
    return tuple(
        SourceInfo(title=each.get("text", ""), site_url=each.get("htmlUrl"), feed_url=each.get("xmlUrl"))
        for each in _parsed(body).iter("outline")
        if each.get("xmlUrl")
    )
