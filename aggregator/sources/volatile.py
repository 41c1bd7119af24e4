"""A feed told apart from itself, however often it was stamped anew: only to skip what was read already. Pure.

Its rule: no change inside an entry goes unnoticed. What is left out is what publishers' programs change with
each request outside of entries: comments, and when the feed was built. Where the entries begin and end cannot
be told for sure, there is no answer.
"""

from __future__ import annotations

import re
from hashlib import sha256

from aggregator import text

_PREFIX = rb"(?:[\w.\x80-\xff-]+:)?"
_HEAD = re.compile(rb"<" + _PREFIX + rb"(?:item|entry)[\s/>]", re.IGNORECASE)
_END = re.compile(rb"</" + _PREFIX + rb"(?:item|entry)\s*>", re.IGNORECASE)
_PARTS = re.compile(
    rb"(?P<kept><!\[CDATA\[.*?\]\]>)|<!--.*?-->"
    rb"|<(?P<name>lastBuildDate|pubDate|updated|modified|(?:atom|a):updated|dc:date)>[^<>]*</(?P=name)>",
    re.DOTALL,
)
_ONLY_ENDS = re.compile(rb"(?:\s|</[\w.:-]+\s*>)*")
# Also where a processing instruction holds what would be the beginning of a comment, or of an entry.
_UNSURE = re.compile(
    rb"<!DOCTYPE|<!ENTITY|\A(?!\s*+(?:\xef\xbb\xbf\s*+)?+<)|<\?[^<?]*+(?:\?(?!>)[^<?]*+)*+(?:<|\Z)",
    re.IGNORECASE,
)
_MAX_ENDS = 8
"""Elements that end after the last entry."""
_MAX_MARKS = 64
"""Comments and character data sections outside of entries: one that does not end costs a look at the rest."""
_MAX_HEAD = 256 * 1024
"""Bytes before the first entry, and behind the last."""


def stable_hash(body: bytes) -> str | None:
    """A hash that stays while nothing but comments and dates outside of entries changes; None: unknown.

    For documents in UTF-8. Where the document came from, and the options it is read with, are not in it.
    """
    first = _HEAD.search(body)
    if first is None or b"\0" in body or b"\x1b" in body or b"~{" in body:
        return None
    head = body[: first.start()]
    if _is_costly(head) or _UNSURE.search(head) or text.strictly(body, "utf-8") is None:
        return None
    end = _last_end(body)
    entries, rest = body[first.start() : end], body[end:]
    if _is_costly(rest):
        return None
    hashed = sha256(_without_volatile(head))
    for part in (b"\0", entries, b"\0", _rest(rest)):
        hashed.update(part)
    return hashed.hexdigest()


def _is_costly(part: bytes) -> bool:
    return len(part) > _MAX_HEAD or part.count(b"<!") > _MAX_MARKS


def _last_end(body: bytes) -> int:
    """Where the last entry ends, else the document."""
    at = len(body)
    for _ in range(_MAX_ENDS):
        at = body.rfind(b"</", 0, at)
        if at < 0:
            break
        end = _END.match(body, at)
        if end is not None:
            return end.end()
    return len(body)


def _rest(rest: bytes) -> bytes:
    """What follows the last entry; as it is unless there is nothing but ends of elements besides."""
    without = _without_volatile(rest)
    return b"".join(without.split()) if _ONLY_ENDS.fullmatch(without) else rest


def _without_volatile(part: bytes) -> bytes:
    return _PARTS.sub(lambda found: found["kept"] or b"", part)
