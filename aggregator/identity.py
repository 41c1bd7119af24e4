"""Permanent ids and fingerprints. Pure.

One rule: what is minted here stays the same for ever, on every machine and Python, because subscribers'
readers and stored items know it. Whoever changes any of it makes every item new or updated.
"""

from __future__ import annotations

import json
import re
from hashlib import sha1, sha256
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.model import Item

LONGEST_ID = 2048
"""Characters in an id that is published as its entry states it."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""What ``json.dumps`` would make anew for each value."""

_ITEMS = UUID("5f0c7a0e-7d0b-4a58-9a0f-3c1f6f1f8a11")
_SPARES = UUID("b1b6f3a4-2f7e-4a0e-8f55-0a6a4d0f5b27")
_FEEDS = UUID("0d9d4c1c-6a55-4b3b-9f1a-9e8d7a3c2e43")

# RFC 3987, 2.2: a scheme (one letter would be a drive), then characters of an IRI. Brackets belong only
# around an IPv6 address, which is no place to keep an id at; beyond ASCII we refuse blanks, controls,
# bidi and invisible marks (4.1), surrogates, private use and noncharacters.
_UNFIT = (
    r"\x80-\x9f\s\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\uffff"
    r"\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
) + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 15))
_CHARACTER = rf"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{{2}}|[^\x00-\x7f{_UNFIT}])"
_IRI = re.compile(rf"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]+):{_CHARACTER}+(?:#{_CHARACTER}*)?")

_HTTP = re.compile(r"(?ai)https?://[^/?#@]+(?:[/?#].*)?")
_SHAPES = {
    "http": _HTTP,
    "https": _HTTP,
    # RFC 8141, 2; RFC 9562, 4
    "urn": re.compile(
        r"(?ai)urn:(?:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?!uuid:)[0-9a-z][0-9a-z\-]{1,31}:.+)"
    ),
    # RFC 4151, 2.1
    "tag": re.compile(r"(?ai)tag:[^,:/]+,\d{4}(?:-\d\d){0,2}:.*"),
}
"""What W3C's validator demands of these schemes beyond being an IRI."""

_REFUSED_SCHEMES = frozenset({"about", "blob", "data", "javascript", "vbscript", "view-source"})
"""They name nothing that lasts, or are programs."""


def public_id(item: Item) -> str:
    """Return the id to publish an item by: the entry's own where it is an absolute IRI, else a minted one."""
    own = (item.entry_id or "").strip(" \t\r\n")
    return own if _is_absolute_iri(own) else _urn(_ITEMS, item.seed)


def spare_id(item: Item) -> str:
    """Return the id for when another source's item has the same :func:`public_id`."""
    return _urn(_SPARES, _written([item.source_id, item.native_id]))


def feed_id(base_url: str | None, site: str, path: str) -> str:
    """Return the id of our own feed at ``path``: of its first URL, or of the site's uuid."""
    return _urn(_FEEDS, f"urn:uuid:{site}/{path}" if base_url is None else f"{base_url}{path}")


def fingerprint(item: Item) -> str:
    """Return a hash of what the source says, given the item as its adapter handed it over.

    Identity and cleaning have no part in it. A field added to the model may enter only where it has a
    value, or every stored item would count as changed.
    """
    said = {
        "title": [item.title.type, item.title.value],
        "link": item.link,
        "content": [item.content.type, item.content.value],
        "summary": [item.summary.type, item.summary.value],
        "published": _moment(item.published),
        "updated": _moment(item.updated),
        "authors": [[person.name, person.url, person.email] for person in item.authors],
        "tags": [[tag.scheme, tag.term, tag.label] for tag in item.tags],
        "categories": list(item.categories),
        "origin": item.origin,
        "enclosures": [[file.url, file.type, file.length] for file in item.enclosures],
        "language": item.language,
    }
    return sha256(_bytes(_written(said))).hexdigest()


def content_key(item: Item) -> str:
    """Return a hash of the body by which it is recognised elsewhere; ``""`` where there is none.

    Line ends and indentation don't count: moving a file may change them.
    """
    body = _one_line(item.content.value)
    return sha256(_bytes(body)).hexdigest() if body else ""


def _one_line(body: str) -> str:
    """Each run of white space as one blank, none at the ends."""
    # Most bodies are like that: nothing printable is white space but the blank, and no word need be parted.
    if body.isprintable() and "  " not in body and body == body.strip(" "):
        return body
    return " ".join(body.split())


def _is_absolute_iri(value: str) -> bool:
    match = _IRI.fullmatch(value) if len(value) <= LONGEST_ID else None
    if match is None:
        return False
    scheme = match["scheme"].lower()
    shape = _SHAPES.get(scheme)
    return scheme not in _REFUSED_SCHEMES and (shape is None or shape.fullmatch(value) is not None)


def _urn(namespace: UUID, name: str) -> str:
    """Mint a version 5 UUID (RFC 9562, 5.5) of any string, lone surrogates included."""
    digest = sha1(namespace.bytes + _bytes(name), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _written(value: object) -> str:
    """Write a value so that different values never look the same."""
    return _ENCODER.encode(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
