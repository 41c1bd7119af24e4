"""Which encoding bytes are in that are neither UTF-8 nor declared: the only door of charset-normalizer. Pure.

Its rule: East Asian texts are told by their scripts, of which a few words are enough; the library, which
needs many, is asked about the rest.
"""

from __future__ import annotations

import re

from aggregator import text

SAMPLE = 100_000
"""Bytes that are looked at."""
_CANDIDATES = [
    "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp874",
]  # fmt: skip
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_ENOUGH_KANA, _ENOUGH_HANGUL, _ENOUGH_COMMON = 0.15, 0.9, 0.7
_KOREAN_WORDS = 6
"""Hangul from which on a text is Korean; fewer may be the bytes of Chinese."""
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")
# The first half of each character set holds the characters that texts are made of; symbols are neither.
_COMMON = {
    "gb18030": (re.compile(rb"[\xb0-\xd7][\xa1-\xfe]"), re.compile(rb"[\xa1-\xa9][\xa1-\xfe]")),
    "big5hkscs": (re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"), re.compile(rb"[\xa1-\xa3][\x40-\xfe]")),
}


def detect(body: bytes) -> str | None:
    """The codec of a text that is not UTF-8, or None where none is likely."""
    sample = body[:SAMPLE].rpartition(b"\n")[0] if len(body) > SAMPLE else body
    return _by_script(sample) or _by_library(sample)


def _by_script(body: bytes) -> str | None:
    japanese = max(("euc_jp", "cp932"), key=lambda codec: _share(_KANA, body, codec))
    if _share(_KANA, body, japanese) >= _ENOUGH_KANA:
        return japanese
    if _share(_HANGUL, body, "cp949", _KOREAN_WORDS) >= _ENOUGH_HANGUL:
        return "cp949"
    chinese = max(_COMMON, key=lambda codec: _common(body, codec))
    return chinese if _common(body, chinese) >= _ENOUGH_COMMON else None


def _share(script: re.Pattern[str], body: bytes, codec: str, at_least: int = 1) -> float:
    """The share of a script in the words beyond ASCII; 0 where the bytes don't fit."""
    decoded = text.strictly(body, codec) or ""
    letters = sum(1 for character in decoded if character > "\x7f" and character.isalpha())
    found = len(script.findall(decoded))
    return found / letters if letters and found >= at_least else 0


def _common(body: bytes, codec: str) -> float:
    """The share of common characters among the Chinese ones; 0 where the bytes don't fit."""
    if text.strictly(body, codec) is None:
        return 0
    common, symbol = _COMMON[codec]
    pairs = [pair for pair in _PAIR.findall(body) if not symbol.fullmatch(pair)]
    return sum(1 for pair in pairs if common.fullmatch(pair)) / len(pairs) if pairs else 0


def _by_library(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - its tables are needed for few documents

    best = from_bytes(body, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None and best.encoding in _CANDIDATES else None
