"""Take in what a server sends: within limits, and unpacked only where somebody needs it so."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from aggregator.errors import FetchError
from aggregator.web.bodies import Unpacker, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aggregator.web.hosts import Share

_SMALL = 64 * 1024
"""Bytes that are held as they came, until it is clear whether they have to be unpacked: most feeds."""
_PAGE = 16 * 1024
"""How much of an error's page is looked at, and for how many seconds at most."""
_PAGE_TIME = 2.0


class Received(NamedTuple):
    """A body, unpacked, with the hash (SHA-256, hexadecimal) and the size of what came over the wire."""

    body: bytes
    raw_hash: str
    size: int


async def body(
    response: aiohttp.ClientResponse,
    headers: Mapping[str, str],
    *,
    limit: int,
    share: Share,
    is_known: Callable[[str], bool],
) -> Received:
    """A body of at most ``limit`` bytes; empty where it is small and by its hash ``is_known``.

    Raises FetchError.
    """
    if (response.content_length or 0) > limit:
        raise too_large(limit)
    if headers.get("transfer-encoding", "chunked").lower() not in ("chunked", "identity"):
        raise FetchError("the answer is packed for its way here, which was not asked for")
    unpacker = Unpacker(headers.get("content-encoding", ""), limit)
    raw, size = sha256(), 0
    held, unpacked = BytesIO(), BytesIO()

    async def unpack(data: bytes) -> None:
        for piece in unpacker.pieces(data):
            await share.take(len(piece))
            unpacked.write(piece)

    async for data in response.content.iter_any():
        raw.update(data)
        size += len(data)
        if size > limit:
            raise too_large(limit)
        held.write(data)
        if size > _SMALL:
            await unpack(held.getvalue())
            held = BytesIO()
    raw_hash = raw.hexdigest()
    if size <= _SMALL and is_known(raw_hash):
        return Received(b"", raw_hash, size)
    await unpack(held.getvalue())
    unpacker.finish()
    return Received(unpacked.getvalue(), raw_hash, size)


async def page(response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> bytes:
    """The beginning of an error's page, or of what can be had of it; it tells who speaks."""
    beginning = BytesIO()
    try:
        unpacker = Unpacker(headers.get("content-encoding", ""), _PAGE)
        async with asyncio.timeout(_PAGE_TIME):
            async for data in response.content.iter_any():
                for piece in unpacker.pieces(data):
                    beginning.write(piece)
    except (aiohttp.ClientError, HttpProcessingError, OSError, FetchError):
        pass  # the status is what counts
    return beginning.getvalue()
