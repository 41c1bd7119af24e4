"""Decide which entries under unknown ids are known ones all the same. Pure: no clock, no store.

Some feeds make up their ids at every reading, some change all of them once, when their site moves. The rule:
an id is believed unless more speaks against it than a coincidence, for whoever takes two entries for one
loses one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from aggregator.urls import canonical
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.model import Item
    from aggregator.records import Known

    _Key = Callable[["_Face"], Hashable]

_Name = TypeVar("_Name", int, str)

_TAG = re.compile(r"<[^>]*>")
_SHOWN = re.compile(r"\bsrc=\"([^\"]*)\"")

ENOUGH = 3
"""Entries from which on one can speak of all of them; fewer may well be new together."""
DAILY = 10_000
"""Entries that one feed may bring in a day beyond its first reading."""
DAILY_STRANGERS = 500
"""The same of those that come when nothing in a document is known, and no date says that they are news."""


@dataclass(frozen=True, slots=True)
class Familiar:
    """The stored item that an entry is; ``same``: it says what that said, so that nothing changed."""

    known: Known
    same: bool


@dataclass(frozen=True, slots=True)
class _Face:
    """What an entry can be recognised by but for its id; two that say the same are the same to any reader."""

    title: str
    said: tuple[str, ...]
    """Its texts without tags and blanks, its pictures, its files; none where it says its title alone."""
    link: tuple[str, str] | None
    """With its fragment: entries of a forum differ by nothing else."""
    published: datetime | None


@dataclass(frozen=True, slots=True)
class _Sign:
    key: _Key
    same: bool = False
    """Whether both say the same, so that any of several equal ones will do."""
    firm: bool = False
    """Whether one entry alone may be recognised by it, where it is dated."""


_SIGNS = (
    _Sign(lambda it: (it.title, it.said, it.link, it.published), same=True, firm=True),
    _Sign(lambda it: (it.title, it.said, it.published) if it.published else None, same=True, firm=True),
    _Sign(lambda it: (it.title, it.link, it.published) if it.link else None, firm=True),
    _Sign(lambda it: (it.title, it.said, it.link) if it.said and it.link else None, same=True),
    _Sign(lambda it: (it.title, it.said) if it.said else None, same=True),
    _Sign(lambda it: (it.title, it.published) if it.published else None),
)
"""What tells that two are the same, the surest first."""


def recognise(
    fresh: Sequence[Item],
    stored: Sequence[tuple[Known, Item]],
    linked: Mapping[str, Known],
    *,
    none_known: bool,
) -> Mapping[str, Familiar]:
    """Which of the ``fresh`` entries, clean and of unknown ids, are stored items; by native id.

    ``stored``: items of their feed, clean, and ``linked`` by canonical link; none of them is in the document
    under its own id. ``none_known``: no entry of the document is. What is dated and the same but for id and
    either link or text is recognised by itself; less will do once it is true of most of at least
    :data:`ENOUGH` entries.
    """
    faces = {item.native_id: _face(item) for item in fresh}
    pairs = _pairs(faces, stored)
    found = {native: Familiar(known, sign.same) for native, (known, sign) in pairs.items()}
    by_link = _by_link(faces, found, linked)
    if len(by_link) <= len(found) or _dated_alike(faces, by_link):
        found |= {native: Familiar(known, same=False) for native, known in by_link.items()}
    if len(found) >= ENOUGH and len(found) * 2 > len(fresh):
        return found
    return {
        native: found[native]
        for native, (_, sign) in pairs.items()
        if sign.firm and (faces[native].published or (none_known and sign.same))
    }


def admitted(
    strangers: Sequence[Item], newest: datetime | None, came: int, *, none_known: bool
) -> frozenset[str]:
    """Which entries that nobody knows may come, by native id; the first ones where not all may.

    ``newest``: the latest date of a stored item; what is dated no earlier is news. ``came``: how many came
    within a day already.
    """
    news = {it.native_id for it in strangers if it.published and (newest is None or it.published >= newest)}
    others = [it.native_id for it in strangers if it.native_id not in news]
    kept = [it.native_id for it in strangers if it.native_id in news][: max(DAILY - came, 0)]
    limit = DAILY_STRANGERS if none_known else DAILY
    return frozenset([*kept, *others[: max(limit - came - len(kept), 0)]])


def _face(item: Item) -> _Face:
    bodies = (item.content.value, item.summary.value)
    texts = ("".join(_TAG.sub("", body).split()) for body in bodies)
    shown = (_without_query(url) for body in bodies for url in _SHOWN.findall(body))
    files = (_without_query(file.url) for file in item.enclosures)
    link = (canonical(item.link), urlsplit(item.link).fragment) if item.link else None
    return _Face(item.title.value, tuple(filter(None, (*texts, *shown, *files))), link, item.published)


def _without_query(url: str) -> str:
    """Where the number of a session stands, and the name of a file does not."""
    return url.partition("?")[0]


def _pairs(
    faces: Mapping[str, _Face], stored: Sequence[tuple[Known, Item]]
) -> dict[str, tuple[Known, _Sign]]:
    """Pair entries and items, each at most once, by the surest sign that they share."""
    known = {each.item_id: each for each, _ in stored}
    left = {each.item_id: _face(item) for each, item in stored}
    pairs: dict[str, tuple[Known, _Sign]] = {}
    for sign in _SIGNS:
        candidates = _by_key(left.items(), sign)
        alone = [(native, face) for native, face in faces.items() if native not in pairs]
        for key, natives in _by_key(alone, sign).items():
            for native, item_id in zip(natives, candidates.get(key, ()), strict=False):
                pairs[native] = (known[item_id], sign)
                del left[item_id]
    return pairs


def _by_key(faces: Iterable[tuple[_Name, _Face]], sign: _Sign) -> dict[Hashable, list[_Name]]:
    """Those of each key; what several have in common tells nothing of any, unless it is all they say."""
    found: dict[Hashable, list[_Name]] = defaultdict(list)
    for name, face in faces:
        if (key := sign.key(face)) is not None:
            found[key].append(name)
    return {key: names for key, names in found.items() if sign.same or len(names) == 1}


def _by_link(
    faces: Mapping[str, _Face], found: Mapping[str, Familiar], linked: Mapping[str, Known]
) -> dict[str, Known]:
    """Entries that nothing but a link of their own tells, with the item of that link."""
    taken = {each.known.item_id for each in found.values()}
    by_link: dict[str, list[str]] = defaultdict(list)
    for native, face in faces.items():
        if face.link is not None and face.link[0] in linked:
            by_link[face.link[0]].append(native)
    return {
        natives[0]: linked[link]
        for link, natives in by_link.items()
        if len(natives) == 1 and natives[0] not in found and linked[link].item_id not in taken
    }


def _dated_alike(faces: Mapping[str, _Face], by_link: Mapping[str, Known]) -> bool:
    alike = sum(faces[native].published == known.published for native, known in by_link.items())
    return alike * 2 > len(by_link)
