"""Make any item fit to keep: the one cleaning point, after every adapter. Pure.

Its rule: whatever comes in, what goes out can be shown anywhere and written as XML 1.0; and cleaning what is
clean changes nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from aggregator import dates, markup, taming, text, urls
from aggregator.model import CLEANER, Enclosure, Item, Person, Tag, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

MAX_TITLE = 1000
MAX_TITLE_FROM_BODY = 80
"""Characters that stand in for a title where there is none."""
MAX_NAME = 300
"""Of a person, tag, category or origin."""
MAX_SHORT = 300
"""Of an e-mail address, a media type, the scheme of a tag."""
MAX_AUTHORS = 50
MAX_TAGS = 200
MAX_CATEGORIES = 50
MAX_ENCLOSURES = 100
UNTITLED = "(untitled)"

_SURELY_WHOLE = taming.MAX_HTML // 10
"""Characters that are few enough however plain text grows as it becomes HTML."""
_LARGEST = 2**63 - 1
"""Bytes of an enclosure that a store can count."""
_EMAIL = re.compile(r"[^\s@<>()\"]+@[^\s@<>()\"]+")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_SCHEME = re.compile(r"(?:https?|urn|tag):\S+", re.IGNORECASE)
# Something to see: a character that is no blank, outside tags; or a picture, a sound, a film.
_SOMETHING = re.compile(r"(?:^|>)(?:\s++|&nbsp;)*+[^\s<]|<(?:img|video|audio|source)\b")

_NOTHING = Text("", "html")

_Stated = TypeVar("_Stated")
_Value = TypeVar("_Value")


def tidy(item: Item, now: datetime) -> Item:
    """Return the item as it may be kept and shown; one that this cleaner has cleaned comes back as it is.

    Titles and names become plain text, bodies safe HTML, every link an absolute http(s) one or nothing. A
    date later than ``now`` (aware) becomes ``now`` in the zone it was written in, one before
    ``dates.EARLIEST`` none. What identifies the item stays untouched.
    """
    return tidied(item, now)[0]


def tidied(item: Item, now: datetime) -> tuple[Item, bool]:
    """The same, and whether the end of a body was left out."""
    if item.cleaner == CLEANER:
        return item, False
    link = urls.absolute(item.link)
    base = urls.absolute(item.base) or link
    (content, cut), (summary, cut_too) = _body(item.content, base), _body(item.summary, base)
    published, updated = _moment(item.published, now), _moment(item.updated, now)
    clean = Item(
        source_id=item.source_id,
        native_id=item.native_id,
        seed=item.seed,
        entry_id=item.entry_id,
        title=Text(_title(item.title) or _stand_in(content, summary, link, published or updated)),
        link=link,
        content=content,
        summary=summary,
        published=published,
        updated=updated,
        authors=_each(_person, item.authors, MAX_AUTHORS),
        tags=_each(_tag, item.tags, MAX_TAGS),
        categories=_each(_category, item.categories, MAX_CATEGORIES),
        origin=_name(item.origin or "") or None,
        enclosures=_each(lambda file: _enclosure(file, base), item.enclosures, MAX_ENCLOSURES),
        language=_language(item.language),
        base=None,
        cleaner=CLEANER,
    )
    return clean, cut or cut_too


def is_cut(item: Item) -> bool:
    """Whether a body is longer than what :func:`tidy` reads of one."""
    return any(map(_is_cut, (item.content, item.summary)))


def _is_cut(body: Text) -> bool:
    if len(body.value) <= _SURELY_WHOLE:
        return False
    return taming.is_cut(body.value if body.type == "html" else markup.paragraphs(text.xml_safe(body.value)))


def _each(
    cleaned: Callable[[_Stated], _Value | None], stated: Sequence[_Stated], limit: int
) -> tuple[_Value, ...]:
    """What there is of them once cleaned, each once, in their order."""
    found = [value for value in map(cleaned, stated) if value]
    # One alone comes once; to compare several, all of their values are hashed.
    return tuple(dict.fromkeys(found))[:limit] if len(found) > 1 else tuple(found)


def _title(title: Text) -> str:
    return text.plain(markup.line_to_text(title.value) if title.type == "html" else title.value, MAX_TITLE)


def _stand_in(content: Text, summary: Text, link: str | None, moment: datetime | None) -> str:
    """What to call an item that has no title: its first words, else its link, else its date."""
    for body in (content, summary):
        words = text.plain(markup.to_text(body.value)) if body else ""
        if words:
            return text.excerpt(words, MAX_TITLE_FROM_BODY)
    if link is not None:
        return text.plain(link, MAX_TITLE)
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else UNTITLED


def _body(body: Text, base: str | None) -> tuple[Text, bool]:
    if not body.value:
        return _NOTHING, False
    html = body.value if body.type == "html" else markup.paragraphs(text.xml_safe(body.value))
    clean, cut = markup.cleaned(html, base) if html else ("", False)
    return Text(clean if _SOMETHING.search(clean) else "", "html"), cut


def _moment(moment: datetime | None, now: datetime) -> datetime | None:
    if moment is None or moment < dates.EARLIEST:
        return None
    return moment if moment <= now else now.astimezone(moment.tzinfo)


def _name(name: str) -> str:
    return _usual_name(name) if len(name) <= MAX_NAME else _any_name(name)


def _any_name(name: str) -> str:
    return text.plain(markup.line_to_text(name), MAX_NAME)


_usual_name = lru_cache(maxsize=1024)(_any_name)
"""The same few people, tags and categories come again and again; none is so long that many fill memory."""


def _category(name: str) -> str:
    """A name like others; but where it is ASCII its inner blanks stay, for its slug is in URLs as it is."""
    clean = _name(name)
    only_blanks_differ = name.isascii() and name.isprintable() and " ".join(name.split()) == clean
    return name.strip() if only_blanks_differ else clean


def _person(person: Person) -> Person | None:
    email = _matching(_EMAIL, person.email)
    url = urls.absolute(person.url)
    name = _name(person.name) or email or url
    return Person(name, url, email) if name else None


def _tag(tag: Tag) -> Tag | None:
    term, label = _name(tag.term), _name(tag.label)
    if not term and not label:
        return None
    return Tag(term or label, label or term, _matching(_SCHEME, tag.scheme) or "")


def _enclosure(file: Enclosure, base: str | None) -> Enclosure | None:
    url = urls.absolute(file.url, base)
    if url is None:
        return None
    length = file.length if file.length is not None and 0 <= file.length <= _LARGEST else None
    return Enclosure(url, (_matching(_MEDIA_TYPE, file.type) or "").lower(), length)


def _language(language: str | None) -> str | None:
    """As a tag of BCP 47; the underscore of locale names is put right."""
    return _matching(_LANGUAGE, (language or "").strip().replace("_", "-"))


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    """The value as plain text if it has the right form, whole, and is not too long."""
    if not value:
        return None
    found = text.plain(value, MAX_SHORT + 1)
    return found if len(found) <= MAX_SHORT and pattern.fullmatch(found) else None
