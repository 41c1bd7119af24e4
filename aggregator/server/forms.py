"""The forms in which a file is sent, each with an ETag of its own, and their header fields. Pure."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from aggregator.server.media import XML
from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aggregator.server.media import Media
    from aggregator.server.negotiation import Coding

_TAG_LENGTH = 32
"""Hexadecimal digits of a SHA-256: 128 bits."""
_WORTH_COMPRESSING = 256
"""Bytes; below, the header fields are longer than what is saved."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a file. ``etag`` is strong, and no other form of any version of the file has it."""

    etag: str
    fields: bytes
    """Header fields of the whole or a part of it; its length is not among them."""
    brief: bytes
    """Header fields that go with 304 (RFC 9110, 15.4.5)."""


def compressible(media: Media, length: int) -> bool:
    """Whether a body is compressed for whoever accepts it; always or never, so that its ETag stays true."""
    return media.compressible and length >= _WORTH_COMPRESSING


def form(
    media: Media, digest: str, length: int, modified: datetime | None, *, readable: bool, coding: Coding
) -> Form:
    """The form for a browser (``readable``) or a reader, compressed or not.

    A feed is one resource with two media types; their ETags differ too, as RFC 9110, 8.8.3 has it.
    """
    etag = f'"{digest[:_TAG_LENGTH]}{"-readable" if readable else ""}{"-" + coding if coding else ""}"'
    vary = ["Accept"] if media.readable else []
    if compressible(media, length):
        vary.append("Accept-Encoding")
    brief = [("ETag", etag)]
    if modified is not None:
        brief.append(("Last-Modified", http_date(modified)))
    if vary:
        brief.append(("Vary", ", ".join(vary)))
    fields = [("Content-Type", XML if readable else media.type), *brief, ("Accept-Ranges", "bytes")]
    if coding:
        fields.append(("Content-Encoding", coding))
    return Form(etag, lines([*fields, *protection(media.policy)]), lines(brief))


def protection(policy: str) -> Sequence[tuple[str, str]]:
    """What keeps browsers from doing more with an answer than showing it."""
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]


def lines(fields: Sequence[tuple[str, str]]) -> bytes:
    """Header fields as they are sent. Raises ValueError for one that would end its line."""
    for name, value in fields:
        if not value.isprintable() or not value.isascii():
            raise ValueError(f"not a header field: {name}: {value!r}")
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("ascii")


def http_date(moment: datetime) -> str:
    """A moment in UTC as HTTP writes it."""
    return format_datetime(moment, usegmt=True)
