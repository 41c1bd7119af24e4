"""Who the entries of one document are. Pure.

Its rule: an entry is known by its id, else by its link, else by what it says; and what names several
different entries names none of them.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from aggregator import urls
from aggregator.model import is_weak
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.sources.entries import FeedEntry

LONGEST = 2048
"""Characters of an id; a longer one is known by its hash."""


@dataclass(frozen=True, slots=True)
class Identity:
    """``native`` within the source; ``seed`` of the permanent id; ``stated``: the id as published."""

    native: str
    seed: str
    stated: str | None = None


def identities(entries: Sequence[FeedEntry], links: Sequence[str | None]) -> list[Identity]:
    """Who each entry is; ``links``: theirs, absolute."""
    useless = _naming_several(entries, links)
    return [_identity(entry, link, useless) for entry, link in zip(entries, links, strict=True)]


def _naming_several(entries: Sequence[FeedEntry], links: Sequence[str | None]) -> frozenset[str]:
    """Ids of several entries that differ in both title and link: some feeds give all the same one."""
    seen: dict[str, list[tuple[str, str | None]]] = {}
    for entry, link in zip(entries, links, strict=True):
        if entry.id:
            seen.setdefault(entry.id, []).append((entry.title.value, link))
    return frozenset(entry_id for entry_id, told in seen.items() if len(told) > 1 and _all_differ(told))


def _all_differ(told: Sequence[tuple[str, str | None]]) -> bool:
    titles, links = {title for title, _ in told}, {link and urls.canonical(link) for _, link in told}
    return len(titles) == len(told) and len(links) == len(told) and None not in links


def _identity(entry: FeedEntry, link: str | None, useless: frozenset[str]) -> Identity:
    if entry.id and entry.id not in useless:
        if len(entry.id) > LONGEST:
            name = f"id:{_hash([entry.id])}"
            return Identity(name, name)
        return Identity(f"id:{entry.id}" if is_weak(entry.id) else entry.id, f"id:{entry.id}", entry.id)
    if link is not None:
        canonical = urls.canonical(link)
        return Identity(canonical, f"url:{canonical}")
    seed = f"hash:{_hash(_said(entry))}"
    return Identity(seed, seed)


def _said(entry: FeedEntry) -> list[str]:
    """What an entry without id and link is known by: its title, its text, its files, its date."""
    bodies = [text.value for text in (*entry.contents, entry.summary, entry.abstract) if text]
    files = [link.href for link in entry.links]
    date = entry.published or entry.updated or entry.created
    return [entry.title.value, *bodies[:1], *files, date]


def _hash(values: Sequence[str]) -> str:
    written = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return sha256(written).hexdigest()


def repeated(found: Sequence[Identity]) -> Mapping[str, int]:
    """How often each native id comes that comes more than once."""
    counts: dict[str, int] = {}
    for identity in found:
        counts[identity.native] = counts.get(identity.native, 0) + 1
    return {native: count for native, count in counts.items() if count > 1}
