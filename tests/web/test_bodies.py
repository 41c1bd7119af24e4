"""Bodies, unpacked while they arrive."""

from __future__ import annotations

import gzip
import random
import sys
import tracemalloc
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from isal import isal_zlib

from aggregator.errors import FetchError
from aggregator.web import bodies
from aggregator.web.bodies import MAX_MEMBERS, Unpacker, too_large

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 1 << 20
DOCUMENT = random.Random(1).randbytes(20_000) + b"<item/>" * 20_000  # noqa: S311 - no secret


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate with its frame": ("deflate", zlib.compress),
    "deflate without": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
    "none": ("", bytes),
    "identity": ("identity", bytes),
    "an encoding of characters": ("UTF-8", bytes),
    "two": ("gzip, br", lambda data: brotli.compress(gzip.compress(data, mtime=0))),
    "identity between": ("gzip, identity, zstd", lambda data: zstd.compress(gzip.compress(data, mtime=0))),
}
PACKED = {name: packer for name, packer in PACKERS.items() if packer[1] is not bytes}


def unpacked(coding: str, data: bytes, step: int = 65536, limit: int = LIMIT) -> bytes:
    unpacker = Unpacker(coding, limit)
    pieces = [piece for at in range(0, len(data), step) for piece in unpacker.pieces(data[at : at + step])]
    unpacker.finish()
    return b"".join(pieces)


@pytest.mark.parametrize("step", [7, 1000, 65536, 1 << 30])
@pytest.mark.parametrize("name", PACKERS)
def test_a_document_comes_back_however_it_is_packed_and_cut(name: str, step: int) -> None:
    coding, pack = PACKERS[name]

    assert unpacked(coding, pack(DOCUMENT), step) == DOCUMENT


@given(data=st.data(), name=st.sampled_from(sorted(PACKERS)), document=st.binary(max_size=2000))
def test_any_document_comes_back(data: st.DataObject, name: str, document: bytes) -> None:
    coding, pack = PACKERS[name]
    step = data.draw(st.integers(1, 300))

    assert unpacked(coding, pack(document), step) == document


@pytest.mark.parametrize("name", PACKED)
def test_a_document_that_is_cut_off_anywhere_is_an_error(name: str) -> None:
    coding, pack = PACKED[name]
    whole = pack(b"<rss>" + bytes(range(256)) + b"</rss>")

    for end in range(1, len(whole)):
        with pytest.raises(
            FetchError, match=r"^the body (breaks off in the middle of its \w+ data|is announced)"
        ):
            unpacked(coding, whole[:end])


@pytest.mark.parametrize("name", PACKED)
def test_nothing_at_all_is_an_empty_document(name: str) -> None:
    assert unpacked(PACKED[name][0], b"") == b""


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_packed_as_it_says_is_an_error(coding: str) -> None:
    with pytest.raises(FetchError) as failed:
        unpacked(coding, b"<?xml version='1.0'?><rss/>" * 20)

    assert str(failed.value) == f"the body is announced as {coding}, and is something else or damaged"


@given(coding=st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]), data=st.binary(max_size=500))
def test_garbage_gives_an_error_or_something_in_bounds(coding: str, data: bytes) -> None:
    with suppress(FetchError):
        assert len(unpacked(coding, data, limit=10_000)) <= 10_000


@given(
    name=st.sampled_from(sorted(PACKED)),
    at=st.integers(0, 10_000),
    byte=st.integers(0, 255),
    step=st.integers(1, 200),
)
def test_a_damaged_byte_gives_an_error_or_something_in_bounds(
    name: str, at: int, byte: int, step: int
) -> None:
    coding, pack = PACKED[name]
    packed = bytearray(pack(b"<item>text</item>" * 100))
    packed[at % len(packed)] = byte

    with suppress(FetchError):
        assert len(unpacked(coding, bytes(packed), step, limit=10_000)) <= 10_000


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("step", [1, 3, 65536])
def test_parts_one_after_another_are_one_document(coding: str, step: int) -> None:
    pack = PACKERS[coding][1]

    assert unpacked(coding, pack(b"one ") + pack(b"") + pack(b"two"), step) == b"one two"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_padding_behind_the_end_is_ignored(coding: str) -> None:
    pack = PACKERS.get(coding, PACKERS["deflate without"])[1]

    for padding in (b"\0", b"\0" * 1000, b"\r\n", b"\0" * 100 + pack(b"more")):
        assert unpacked(coding, pack(b"text") + padding, 10) == b"text"


def test_skippable_frames_are_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc"

    assert unpacked("zstd", skipped + zstd.compress(b"text") + skipped, 1) == b"text"


def test_endless_parts_are_refused() -> None:
    with pytest.raises(FetchError, match=f"more than {MAX_MEMBERS} parts"):
        unpacked("gzip", gzip.compress(b"", mtime=0) * (MAX_MEMBERS + 1))


@pytest.mark.parametrize("coding", ["gzip, gzip, gzip", "br,br,br,br"])
def test_codings_upon_codings_are_refused(coding: str) -> None:
    with pytest.raises(FetchError, match=r"packed \d times over; 2 are unpacked at most"):
        Unpacker(coding, LIMIT)


def test_an_unknown_coding_is_named() -> None:
    with pytest.raises(FetchError) as failed:
        Unpacker("compr\x1bess", LIMIT)

    assert str(failed.value) == "the body is packed as 'compress', which was not asked for"


@pytest.mark.parametrize("name", PACKERS)
def test_the_largest_document_is_read_and_a_larger_one_is_not(name: str) -> None:
    coding, pack = PACKERS[name]

    assert len(unpacked(coding, pack(b"a" * 10_000), limit=10_000)) == 10_000
    with pytest.raises(FetchError, match=r"^the document is larger than 9\.77 KiB, the most that is read"):
        unpacked(coding, pack(b"a" * 10_001), limit=10_000)


def bomb(coding: str) -> bytes:
    size = 1 << 26
    if coding == "br":
        return bytes(brotli.compress(b"\0" * size, quality=1))
    if coding == "gzip, gzip":
        return gzip.compress(gzip.compress(b"\0" * size, mtime=0), mtime=0)
    return PACKERS[coding][1](b"\0" * size)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, gzip"])
def test_a_bomb_stops_at_the_limit_in_little_memory(coding: str) -> None:
    packed = bomb(coding)
    came: list[int] = []

    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than 1 MiB"):
        came.extend(map(len, Unpacker(coding, LIMIT).pieces(packed)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sum(came) <= LIMIT
    assert peak < LIMIT


def test_what_is_unpacked_in_between_is_limited_too() -> None:
    header, block, last, sums = b"\x1f\x8b\x08" + b"\0" * 7, b"\0\0\0\xff\xff", b"\1\0\0\xff\xff", b"\0" * 8

    def empty(blocks: int) -> bytes:
        """Nothing at all, in so many blocks of five bytes."""
        return gzip.compress(header + block * blocks + last + sums, mtime=0)

    assert unpacked("gzip, gzip", empty(100)) == b""
    with pytest.raises(FetchError, match="larger than 1 MiB"):
        unpacked("gzip, gzip", empty(LIMIT // 5))


def test_a_window_larger_than_the_standard_allows_is_refused() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    stream = zstd.ZstdCompressor(options=options)
    packed = stream.compress(b"a" * 1000) + stream.flush()

    with pytest.raises(FetchError, match="is announced as zstd"):
        unpacked("zstd", packed)


@pytest.mark.parametrize(
    ("limit", "said"), [(500, "500 bytes"), (1 << 10, "1 KiB"), (8 << 20, "8 MiB"), (1 << 30, "1 GiB")]
)
def test_the_limit_is_named(limit: int, said: str) -> None:
    assert f"larger than {said}," in str(too_large(limit))


@given(st.binary(max_size=2000), st.sampled_from([15, -15, 31]), st.integers(1, 600))
def test_whichever_library_inflates_gives_the_same(body: bytes, bits: int, step: int) -> None:
    packer = zlib.compressobj(wbits=bits)
    packed = packer.compress(body * 100) + packer.flush() + b"rest"

    def inflated(opened: Callable[[int], Any]) -> tuple[bytes, bytes]:
        stream, out = bodies._Zlib(bits, opened), b""
        for at in range(0, len(packed), step):
            out += stream.unpack(packed[at : at + step])
            while not stream.done and not stream.hungry:
                out += stream.unpack(b"")
            if stream.done:
                return out, stream.rest
        raise AssertionError("not done")

    assert inflated(isal_zlib.decompressobj) == inflated(zlib.decompressobj)
