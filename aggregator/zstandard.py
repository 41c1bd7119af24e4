"""Zstandard (RFC 8878), from where this Python has it."""

import sys
from functools import cache

if sys.version_info >= (3, 14):
    from compression.zstd import (
        DecompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdError,
        decompress,
    )
else:
    from backports.zstd import (
        DecompressionParameter,
        ZstdCompressor,
        ZstdDecompressor,
        ZstdError,
        decompress,
    )

__all__ = ["DecompressionParameter", "ZstdDecompressor", "ZstdError", "decompress", "packed"]

_LEVEL = 1
"""Of some thousand characters the third level takes two more of a hundred bytes off, in a sixth more time."""


def packed(data: bytes) -> bytes:
    """A frame of it. What makes it is kept: making that takes longer than a short text."""
    compressor = _compressor()
    try:
        return compressor.compress(data, ZstdCompressor.FLUSH_FRAME)
    except BaseException:
        _compressor.cache_clear()  # half a frame may be left in it
        raise


@cache
def _compressor() -> ZstdCompressor:
    return ZstdCompressor(_LEVEL)
