"""From the target of a request to a file below the output folder, and back. Pure.

The one rule: what is not plainly the name of a file of ours names nothing. A target is decoded once; no part
of it may be empty, begin with a dot, or hold a separator, a backslash or a control character.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from aggregator.urls import quote_path

INDEX = "index.html"
_LONGEST = 4096
"""Characters of a target that can name a file of ours; slugs have 80 bytes."""
_LONGEST_NAME = 255
_AUTHORITY = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_ESCAPED_SEPARATOR = re.compile(r"%(?:2f|5c|00)", re.IGNORECASE)
_NEVER = re.compile(r"[\x00-\x1f\x7f\\]")


def path_of(target: str) -> str | None:
    """The path that a request's target names, relative, with ``/``; None where it can be none of ours.

    Of a folder it is that of its ``index.html``. ``target`` is as it came, bytes that are not ASCII as
    surrogates (RFC 9112, 3.2: an origin or an absolute form).
    """
    return _path_of(target) if len(target) <= _LONGEST else None


@lru_cache(2048)
def _path_of(target: str) -> str | None:
    if not target.startswith("/"):
        authority = _AUTHORITY.match(target)
        if authority is None:
            return None
        target = target[authority.end() :]
    raw = target.partition("?")[0]
    if not raw:
        return INDEX
    if not raw.startswith("/") or _ESCAPED_SEPARATOR.search(raw):
        return None
    try:
        path = unquote_to_bytes(raw.encode("utf-8", "surrogateescape")).decode()
    except UnicodeError:
        return None
    *folders, name = path[1:].split("/")
    parts = (*folders, name or INDEX)
    return "/".join(parts) if all(map(_is_name, parts)) else None


def _is_name(part: str) -> bool:
    return bool(
        part and not part.startswith(".") and len(part.encode()) <= _LONGEST_NAME and not _NEVER.search(part)
    )


def reference(origin: str, to: str) -> str:
    """The relative reference (RFC 3986, 4.2) from one path to another, both relative to the output folder.

    It holds wherever the folder is published, also below another path behind a proxy, which nobody tells us.
    """
    return quote_path(posixpath.relpath(to, posixpath.dirname(origin) or "."))
