"""What a source is told from others by: its derived id, its address, what its parsing depends on. Pure.

One rule: the same source gets the same keys, whatever stands around it, in the configuration or in a list.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha256
from itertools import chain, count
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from aggregator import urls
from aggregator.slugs import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNFIT = re.compile(r"[^\w.]+")
_LONGEST_DERIVED = 60
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.IGNORECASE)
_COMPLETE = re.compile(r"https?://[^/?#@]+/[^#]*[^#?]|https?://[^/?#@]+/", re.ASCII)
"""A normal URL to which nothing is to be added, and of which nothing goes."""
_FEED = re.compile(r"feed:(?=//)", re.IGNORECASE)


class Place(NamedTuple):
    """A source that has no id yet. ``hidden``: no more than the host of its URL may be shown."""

    kind: str
    location: str
    hidden: bool = False


def distinct_ids(places: Sequence[Place], given: Iterable[str] = ()) -> list[str]:
    """An id for each of these sources, beside those ``given``, blind to case.

    Where two derived ids meet, or one meets a given one, the derived ones carry a hash of their location.
    """
    wanted = [derived_id(place.kind, place.location, hidden=place.hidden) for place in places]
    taken = Counter(fold(name) for name in chain(given, wanted))
    return [_free(name, place, taken) for name, place in zip(wanted, places, strict=True)]


def _free(name: str, place: Place, taken: Counter[str]) -> str:
    if taken[fold(name)] <= 1:
        return name
    name = _hashed(name, place)
    numbered = (f"{name}-{number}" for number in count(2))  # the very same source once more
    name = next(free for free in chain([name], numbered) if fold(free) not in taken)
    taken[fold(name)] = 1
    return name


def derived_id(kind: str, location: str, *, hidden: bool) -> str:
    """An id that tells the source from others by eye: host and path, or the folder's name.

    Nothing of a URL but its host where the rest may hold a secret.
    """
    if "://" in location:
        authority, *rest = re.split(r"(?=[/?#])", location.partition("://")[2], maxsplit=1)
        host, path = authority.rpartition("@")[2].lower().removeprefix("www."), "".join(rest)
        open_path = "" if hidden else re.split(r"[?#]", path)[0]
        text = "-".join(
            part
            for part in (host, open_path.strip("/"), _hash(location) if path != open_path else "")
            if part
        )
    else:
        text = re.split(r"[/\\]", location.rstrip("/\\"))[-1]
    text = _UNFIT.sub("-", text).strip("-._")[:_LONGEST_DERIVED].strip("-._")
    return text or kind


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def is_another(name: str, before: Place, now: Place) -> bool:
    """Whether an id that was made from either address is that of two feeds, which tell nothing of each other.

    One that somebody gave is of one feed, wherever that is; so is an address with another scheme or slash.
    """
    if before.location == now.location or not ("://" in before.location and "://" in now.location):
        return False
    return _place(before) != _place(now) and all(name in _made(each) for each in (before, now))


def id_aside(name: str, place: Place, others: Iterable[str]) -> str:
    """What a source is called from now on that leaves its id to another one."""
    return _free(name, place, Counter(fold(each) for each in (name, name, *others)))


def _made(place: Place) -> Iterable[str]:
    """The ids that are made from an address."""
    for hidden in (False, True):
        name = derived_id(place.kind, place.location, hidden=hidden)
        yield from (name, _hashed(name, place))


def _place(place: Place) -> str:
    """What is left of an address without what servers change: its scheme, ``www.``, a slash at the end."""
    bare = without_credentials(place.location).partition("://")[2].removeprefix("www.")
    return bare.rstrip("/")


def _hashed(name: str, place: Place) -> str:
    return f"{name}-{_hash(place.kind + place.location)}"


def parse_hash(
    kind: str, options: Any, *, timezone: str, language: str | None, categories_from: str, version: object
) -> str:
    """Changes with everything that parsing depends on. ``options`` is a pydantic model, or None."""
    depends_on = {
        "type": kind,
        "options": options.model_dump(mode="json") if options else None,
        "timezone": timezone,
        "language": language,
        "categories_from": categories_from,
        "version": version,
    }
    return sha256(json.dumps(depends_on, sort_keys=True, default=str).encode()).hexdigest()


def has_credentials(url: str) -> bool:
    """Whether a URL carries a user name or a password."""
    return "@" in url and "@" in re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]


def address(url: str) -> str | None:
    """The absolute http(s) URL of a feed, normalised, credentials kept; None where it is none.

    ``feed:`` in front, which some programs write, is dropped. A fragment is no part of a request.
    """
    url = _FEED.sub("http:", _FEED_SCHEME.sub("", url.strip(), count=1), count=1)
    if not re.match(r"https?:[/\\]", url, re.IGNORECASE):
        return None
    userinfo, bare = _split(url)
    if not userinfo.isascii() or not userinfo.isprintable() or " " in userinfo:
        return None
    normal = urls.absolute(bare) if bare else None
    if normal is None:
        return None
    if normal == url and _COMPLETE.fullmatch(normal):
        return normal
    parts = urlsplit(normal)
    host = f"{userinfo}@{parts.netloc}" if userinfo else parts.netloc
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


def _split(url: str) -> tuple[str, str]:
    """User name and password, and the URL without them: "" where no host is left."""
    if not has_credentials(url):
        return "", url
    scheme, _, rest = url.partition("://")
    end = re.search(r"[/?#\\]", rest)
    authority = rest[: end.start()] if end else rest
    userinfo, _, host = authority.rpartition("@")
    return userinfo, f"{scheme}://{host}{rest[len(authority) :]}" if host else ""


def without_credentials(url: str) -> str:
    """The same URL as others may see it."""
    return _split(url)[1]


def same_feed(url: str) -> str:
    """What two spellings of one feed's address have in common, whoever logs in."""
    return without_credentials(address(url) or url.strip())
