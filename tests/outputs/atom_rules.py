"""RFC 4287, and what the W3C validator and readers ask besides, as a list of what a feed breaks. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")
_WEB = re.compile(r"https?://[!-~]+")
_CONTROL = re.compile("[\x7f-\x9f]")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MEDIA_TYPE = re.compile(r"[!#$&^_.+\-\w]+/[!#$&^_.+\-\w]+(\s*;.*)?", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ONCE = {
    "id",
    "title",
    "updated",
    "published",
    "summary",
    "content",
    "source",
    "generator",
    "icon",
    "rights",
    "subtitle",
    f"{MEDIA}thumbnail",
}
_REQUIRED = {
    "feed": {"id", "title", "updated"},
    "entry": {"id", "title", "updated"},
    "source": {"title", "id", "updated"},
}
_ALLOWED = {
    "feed": {"id", "title", "updated", "author", "link", "icon", "generator", "entry", "category"},
    "entry": {
        "id", "title", "updated", "published", "author", "link", "category", "source", "summary", "content",
        f"{MEDIA}thumbnail",
    },
    "source": {"id", "title", "updated", "link"},
}  # fmt: skip


def violations(body: bytes) -> list[str]:
    """Say everything that is wrong with a feed."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, huge_tree=True))
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    return list(_feed(root))


def _feed(feed: etree._Element) -> Iterator[str]:
    yield from _container(feed, "feed")
    names = _names(feed)
    if "entry" in names and set(names[names.index("entry") :]) != {"entry"}:
        yield "feed: metadata after the first entry"
    rels = Counter(link.get("rel") for link in _all(feed, "link"))
    if rels != {"self": 1, "alternate": 1}:
        yield f"feed: links are {dict(rels)}"
    for link in _all(feed, "link"):
        expected = {"self": "application/atom+xml", "alternate": "text/html"}[str(link.get("rel"))]
        if link.get("type") != expected:
            yield f"feed: {link.get('rel')} has the type {link.get('type')}"
    if not feed.get(XML_LANG):
        yield "feed: no xml:lang"
    if not _all(feed, "author"):
        yield "feed: no author"
    ids = Counter(_value(entry, "id") for entry in _all(feed, "entry"))
    yield from (f"feed: the id {value} comes {count} times" for value, count in ids.items() if count > 1)
    for entry in _all(feed, "entry"):
        yield from (f"{_value(entry, 'id')}: {each}" for each in _entry(entry))
    for element in feed.iter():
        if _CONTROL.search("".join([element.text or "", *map(str, element.attrib.values())])):
            yield f"{element.tag}: holds a control character"


def _entry(entry: etree._Element) -> Iterator[str]:
    yield from _container(entry, "entry")
    names = _names(entry)
    if not _all(entry, "author"):
        yield "no author"
    if "summary" in names and "content" in names and names.index("summary") > names.index("content"):
        yield "the summary follows the content"
    alternates = [link for link in _all(entry, "link") if link.get("rel") == "alternate"]
    if "content" not in names and not alternates:
        yield "neither content nor alternate link (4.1.2)"
    if len(alternates) > 1:
        yield "several alternate links"
    if "published" not in names:
        yield "no published"
    for content in _all(entry, "content"):
        if content.get("type") != "html":
            yield f"content has the type {content.get('type')}"
    for source in _all(entry, "source"):
        yield from (f"source: {each}" for each in _container(source, "source"))


def _container(element: etree._Element, kind: str) -> Iterator[str]:
    """What holds for feed, entry and source alike."""
    counts = Counter(_names(element))
    yield from (f"no {name}" for name in sorted(_REQUIRED[kind] - set(counts)))
    yield from (
        f"{name} comes {counts[name]} times" for name in sorted(_ONCE & set(counts)) if counts[name] > 1
    )
    yield from (f"{name} does not belong here" for name in sorted(set(counts) - _ALLOWED[kind]))
    language = element.get(XML_LANG)
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield f"xml:lang={language!r}"
    for child in element:
        name = str(child.tag).removeprefix(ATOM)
        check = _CHECKS.get(name)
        if check is not None:
            yield from (f"{name}: {each}" for each in check(child))
    terms = Counter((each.get("scheme"), each.get("term")) for each in _all(element, "category"))
    yield from (f"category {term} twice" for term, count in terms.items() if count > 1)


def _id(element: etree._Element) -> Iterator[str]:
    if not _IRI.fullmatch(element.text or ""):
        yield f"{element.text!r} is no absolute IRI"


def _date(element: etree._Element) -> Iterator[str]:
    if not _DATE.fullmatch(element.text or ""):
        yield f"{element.text!r} is no RFC 3339 date"


def _text(element: etree._Element) -> Iterator[str]:
    if not (element.text or "").strip():
        yield "is empty"
    if element.get("type") not in ("text", "html"):
        yield f"has the type {element.get('type')}"


def _title(element: etree._Element) -> Iterator[str]:
    yield from _text(element)
    if element.get("type") != "text":
        yield "is not plain text"
    if element.text != " ".join((element.text or "").split()):
        yield "is not one line"


def _person(element: etree._Element) -> Iterator[str]:
    names = _names(element)
    if names.count("name") != 1 or not (_value(element, "name") or "").strip():
        yield "has no name"
    if "uri" in names and not _WEB.fullmatch(_value(element, "uri") or ""):
        yield f"uri {_value(element, 'uri')!r}"
    if "email" in names and not re.fullmatch(r"[^@\s]+@[^@\s]+", _value(element, "email") or ""):
        yield f"email {_value(element, 'email')!r}"


def _link(element: etree._Element) -> Iterator[str]:
    if not _WEB.fullmatch(element.get("href") or ""):
        yield f"{element.get('href')!r} is no absolute http(s) URL"
    if element.get("rel") not in ("self", "alternate", "enclosure"):
        yield f"rel={element.get('rel')!r}"
    if element.get("type") is not None and not _MEDIA_TYPE.fullmatch(element.get("type") or ""):
        yield f"type={element.get('type')!r}"
    if element.get("length") is not None and not re.fullmatch(r"\d+", element.get("length") or ""):
        yield f"length={element.get('length')!r}"
    if (element.text or "").strip() or len(element):
        yield "is not empty"


def _category(element: etree._Element) -> Iterator[str]:
    if not (element.get("term") or "").strip() or not (element.get("label") or "").strip():
        yield f"term={element.get('term')!r} label={element.get('label')!r}"
    if element.get("scheme") is not None and not _IRI.fullmatch(element.get("scheme") or ""):
        yield f"scheme={element.get('scheme')!r}"


def _generator(element: etree._Element) -> Iterator[str]:
    if not (element.text or "").strip():
        yield "is empty"


_CHECKS: dict[str, Callable[[etree._Element], Iterator[str]]] = {
    "id": _id,
    "updated": _date,
    "published": _date,
    "title": _title,
    "summary": _text,
    "content": _text,
    "author": _person,
    "link": _link,
    "category": _category,
    "generator": _generator,
}


def _names(element: etree._Element) -> list[str]:
    return [str(child.tag).removeprefix(ATOM) for child in element]


def _all(element: etree._Element, name: str) -> list[etree._Element]:
    return element.findall(ATOM + name)


def _value(element: etree._Element, name: str) -> str | None:
    return element.findtext(ATOM + name)
