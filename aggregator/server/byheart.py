"""Requests known by heart: one that comes again byte for byte is not read again.

Programs that poll send the same bytes each time; to read them costs more than to answer. The one rule: only
what aiohttp has read before as one whole plain GET, and only while a connection has nothing else under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import HttpVersion11

from aggregator.server import site, targets
from aggregator.server.wishes import wishes

if TYPE_CHECKING:
    from aiohttp.http_parser import RawRequestMessage

    from aggregator.server.wishes import Wishes

_KNOWN = 1024
_LONGEST = 2048
"""Bytes of a request that is worth remembering."""


class ByHeart:
    """What each of these requests asks for."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, Wishes]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, data: bytes) -> tuple[str, Wishes] | None:
        """Path and wishes of the request that these bytes are; None where they are not known."""
        return self._known.get(data)

    def learn(self, data: bytes, message: RawRequestMessage) -> None:
        """Remember how these bytes were read, if there is nothing special about them."""
        plain = message.method == "GET" and message.version == HttpVersion11
        if not plain or message.should_close or message.upgrade or message.chunked or len(data) > _LONGEST:
            return
        path, wanted = targets.path_of(message.path), wishes(message.raw_headers)
        if path is None or path in (site.HEALTHY, site.METRICS) or wanted.hosts != 1:
            return
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[data] = path, wanted
