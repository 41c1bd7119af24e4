"""Unpack a body while it arrives (RFC 9110, 8.4). Pure.

Nothing is unpacked further than the largest size that is read, in small pieces and at every layer: a bomb
costs no more than a document. What ends too early is an error, never half a document.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import brotli

from aggregator import zstandard as zstd
from aggregator.errors import FetchError
from aggregator.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ACCEPTED = "gzip, deflate, br, zstd"
MAX_LAYERS = 2
MAX_MEMBERS = 1000
"""Parts one after another (RFC 1952, 2.2) that are unpacked."""

_PIECE = 64 * 1024
_WINDOW_LOG = 23  # 8 MiB, RFC 9659
# Said by servers that mean a character encoding, or nothing at all.
_NO_CODINGS = frozenset(
    {
        "",
        "identity",
        "none",
        "binary",
        "7bit",
        "8bit",
        "utf-8",
        "utf8",
        "gbk",
        "gb2312",
        "gb18030",
        "iso-8859-1",
    }
)


class _Member(Protocol):
    """One run of a compressor's output."""

    def unpack(self, data: bytes) -> bytes:
        """Give a piece of ``_PIECE`` bytes or so; to be called with nothing while it is not ``hungry``."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether it gives nothing more without more input."""
        ...

    @property
    def done(self) -> bool:
        """Whether its end was reached."""
        ...

    @property
    def rest(self) -> bytes:
        """The input behind its end."""
        ...


class _Stream(Protocol):
    """What zlib calls a decompression object."""

    unconsumed_tail: bytes
    unused_data: bytes
    eof: bool

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _inflating() -> Any:
    """ISA-L, in a third of the time, where that is installed (the extra ``fast``), else zlib."""
    try:
        from isal import isal_zlib  # noqa: PLC0415 - it may not be there
    except ImportError:
        return zlib
    return isal_zlib


_opened: Callable[[int], _Stream] = _inflating().decompressobj
_Inflating: type[Exception] = _inflating().error


class _Zlib:
    def __init__(self, bits: int, opened: Callable[[int], _Stream] = _opened) -> None:
        self._stream = opened(bits)
        self._full = False

    def unpack(self, data: bytes) -> bytes:
        piece = self._stream.decompress(self._stream.unconsumed_tail or data, _PIECE)
        self._full = len(piece) == _PIECE
        return piece

    @property
    def hungry(self) -> bool:
        return not self._full and not self._stream.unconsumed_tail

    @property
    def done(self) -> bool:
        return self._stream.eof

    @property
    def rest(self) -> bytes:
        return self._stream.unused_data


class _Brotli:
    rest = b""  # what follows its end is an error to the library

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._full = False

    def unpack(self, data: bytes) -> bytes:
        piece: bytes = self._stream.process(data, output_buffer_limit=_PIECE)
        self._full = len(piece) >= _PIECE
        return piece

    @property
    def hungry(self) -> bool:
        return not self._full and bool(self._stream.can_accept_more_data())

    @property
    def done(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor(
            options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
        )

    def unpack(self, data: bytes) -> bytes:
        return self._stream.decompress(data, _PIECE)

    @property
    def hungry(self) -> bool:
        return self._stream.needs_input

    @property
    def done(self) -> bool:
        return self._stream.eof

    @property
    def rest(self) -> bytes:
        return self._stream.unused_data


_BROKEN = (zlib.error, _Inflating, brotli.error, zstd.ZstdError)


def _deflate(start: bytes) -> _Member:
    """Both of what is sent as ``deflate``: with the frame the standard asks for, and without."""
    framed = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2]) % 31 == 0  # RFC 1950, 2.2
    return _Zlib(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)


class _Coding(NamedTuple):
    name: str
    member: Callable[[bytes], _Member]
    """From the bytes it begins with."""
    least: int
    """How many of them it takes to tell."""
    again: tuple[bytes, ...] = ()
    """What a further member begins with; anything else behind the first is padding."""


_SKIPPABLE = tuple(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))  # RFC 8878, 3.1.2
_GZIP = _Coding("gzip", lambda _: _Zlib(zlib.MAX_WBITS | 16), 2, (b"\x1f\x8b",))
_CODINGS = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "deflate": _Coding("deflate", _deflate, 2),
    "br": _Coding("br", lambda _: _Brotli(), 1),
    "zstd": _Coding("zstd", lambda _: _Zstd(), 4, (b"\x28\xb5\x2f\xfd", *_SKIPPABLE)),
}


class _Layer:
    """One coding: its members one after another, up to ``limit`` bytes altogether."""

    def __init__(self, coding: _Coding, limit: int) -> None:
        self._coding = coding
        self._limit = limit
        self._given = 0
        self._member: _Member | None = None
        self._members = 0
        self._waiting = b""
        self._rest = b""
        self._padding = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data = self._waiting + data
        self._waiting = b""
        while data and not self._padding:
            if self._member is None:
                self._member = self._next(data)
            if self._member is None:
                return
            yield from self._unpacked(self._member, data)
            data = self._rest

    def _next(self, start: bytes) -> _Member | None:
        """The member that begins here, or None: its beginning is not all there, or it is padding."""
        if len(start) < self._coding.least:
            self._waiting = start
            return None
        if self._members and not start.startswith(self._coding.again):
            self._padding = True
            return None
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise FetchError(f"the body is packed in more than {MAX_MEMBERS} parts")
        return self._coding.member(start)

    def _unpacked(self, member: _Member, data: bytes) -> Iterator[bytes]:
        self._rest = b""
        try:
            while True:
                piece = member.unpack(data)
                idle, data = not (piece or data), b""
                self._given += len(piece)
                if self._given > self._limit:
                    raise too_large(self._limit)
                if piece:
                    yield piece
                if member.done or member.hungry or idle:
                    break
        except _BROKEN as error:
            name = self._coding.name
            raise FetchError(f"the body is announced as {name}, and is something else or damaged") from error
        if member.done:
            self._rest, self._member = member.rest, None

    def finish(self) -> None:
        """Raise FetchError where more should have come."""
        if self._member is not None or (self._waiting and not self._members):
            raise FetchError(f"the body breaks off in the middle of its {self._coding.name} data")


class Unpacker:
    """Undo the codings that a header names, up to ``limit`` bytes. Raises FetchError."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        named = (coding.strip().lower() for coding in content_encoding.split(","))
        codings = [coding for coding in named if coding not in _NO_CODINGS]
        if len(codings) > MAX_LAYERS:
            raise FetchError(
                f"the body is packed {len(codings)} times over; {MAX_LAYERS} are unpacked at most"
            )
        unknown = next((coding for coding in codings if coding not in _CODINGS), None)
        if unknown is not None:
            raise FetchError(f"the body is packed as {plain(unknown, 40)!r}, which was not asked for")
        self._limit = limit
        self._given = 0
        self._layers = [_Layer(_CODINGS[coding], limit) for coding in reversed(codings)]

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What some more of the body unpacks to, piece by piece; to be read to its end."""
        flow: Iterator[bytes] = iter((data,))
        for layer in self._layers:
            flow = _through(layer, flow)
        for piece in flow:
            self._given += len(piece)
            if self._given > self._limit:
                raise too_large(self._limit)
            yield piece

    def finish(self) -> None:
        """Raise FetchError where the body ended too early."""
        for layer in self._layers:
            layer.finish()


def _through(layer: _Layer, flow: Iterable[bytes]) -> Iterator[bytes]:
    for data in flow:
        yield from layer.pieces(data)


def too_large(limit: int) -> FetchError:
    """The error for a document that is larger than what is read."""
    return FetchError(f"the document is larger than {_size(limit)}, the most that is read (fetch.max_bytes)")


def _size(count: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count} bytes"
