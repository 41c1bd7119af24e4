"""Bytes of a feed made into text. Pure.

In this order: byte order mark; UTF-16 by its look; seven-bit encodings as declared; UTF-8, also with a few
bad bytes; what the server declares, then what the document does; the language it says it is in; the detector.
One bad byte never makes the rest unreadable, and whatever was assumed against a declaration is told.
"""

from __future__ import annotations

import codecs
import re

from aggregator import text
from aggregator.sources.detector import detect
from aggregator.values import dataclass

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = (  # how `<?` or `<r` looks in them
    (re.compile(rb"\s?[<{]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{]"), "utf-32-be"),
    (re.compile(rb"(?:\s\0)*+[<{]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0\s)*+\0[<{]\0[^\0]"), "utf-16-be"),
)
_HEAD = 4096
_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*+=\s*+[\"']([\w.:-]{1,40})[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?\bcharset\s*+=\s*+[\"']?+\s*+([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?+\s*+([\w.:-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(
    rb"(?:<(?:dc:)?language>\s*|\bxml:lang\s*=\s*[\"'])([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,8})*)", re.IGNORECASE
)
_BY_LANGUAGE = {
    "zh-tw": ("big5hkscs",), "zh-hk": ("big5hkscs",), "zh-hant": ("big5hkscs",), "zh": ("gb18030",),
    "ja": ("euc_jp", "cp932"), "ko": ("cp949",),
    "ru": ("cp1251",), "uk": ("cp1251",), "bg": ("cp1251",), "sr": ("cp1251", "cp1250"),
    "cs": ("cp1250",), "sk": ("cp1250",), "pl": ("cp1250",), "hu": ("cp1250",), "hr": ("cp1250",),
    "sl": ("cp1250",), "ro": ("cp1250",), "el": ("cp1253",), "tr": ("cp1254",), "he": ("cp1255",),
    "ar": ("cp1256",), "fa": ("cp1256",), "lt": ("cp1257",), "lv": ("cp1257",), "et": ("cp1257",),
    "th": ("cp874",),
}  # fmt: skip
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
"""A surrogate pair, each half in UTF-8: what some databases and languages write for an emoji (UTR 26)."""
_HIGH = re.compile(rb"[\x80-\xff]+")
_NOTHING_SAID = frozenset({"cp1252", "utf-8"})
"""Servers say these of everything."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as text, and what had to be assumed, a phrase for a report; empty: nothing."""

    text: str
    assumed: str = ""


def decode(body: bytes, content_type: str | None = None, utf8: str | None = None) -> Decoded:
    """Decode a feed, given the header ``Content-Type`` as it was sent.

    ``utf8``: the same read as UTF-8 by who knows already that every byte fits.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _replaced(body, encoding)
    while body.startswith(codecs.BOM_UTF8):
        body = body.removeprefix(codecs.BOM_UTF8)
    for look, encoding in _WIDE:
        if look.match(body):
            return _replaced(body, encoding)
    return _Narrow(body, content_type, utf8).decoded()


def charset(content_type: str | None) -> str | None:
    """The encoding that the header ``Content-Type`` names, as it is written there."""
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None


def _replaced(body: bytes, encoding: str) -> Decoded:
    decoded, bad, _ = text.leniently(body, encoding)
    return Decoded(decoded.lstrip("\ufeff"), f"{_name(encoding)} with {_bytes(bad)} replaced" if bad else "")


class _Narrow:
    """A document whose ASCII characters are single bytes."""

    def __init__(self, body: bytes, content_type: str | None, utf8: str | None) -> None:
        self.body, self._utf8 = body, utf8
        inside = _DECLARATION.search(body[:_HEAD]) or _META.search(body[:_HEAD])
        own = inside[1].decode("ascii") if inside else None
        server = charset(content_type)
        self.labels = [label for label in (server, own) if label]
        if own and text.codec(server) in _NOTHING_SAID:
            self.labels.reverse()
        self.codecs = [codec for codec in map(text.codec, self.labels) if codec and _holds_ascii(codec)]

    def decoded(self) -> Decoded:
        """In the order of this module's head."""
        for codec in self.codecs:
            found = text.strictly(self.body, codec) if codec.startswith(text.SEVEN_BITS) else None
            if found is not None:
                return Decoded(found)
        known = self._utf8
        utf8 = text.strictly(self.body, "utf-8") if known is None else known.lstrip("\ufeff")
        if utf8 is not None:
            return Decoded(utf8, self._against("utf-8") if not self.body.isascii() else "")
        halves = _HALVES.search(self.body)
        paired = text.strictly(_HALVES.sub(_paired, self.body), "utf-8") if halves else None
        if paired is not None:
            return Decoded(paired, "UTF-8 with characters written as two halves (CESU-8)")
        lenient, bad, good = text.leniently(self.body, "utf-8")
        if good >= text.NEARLY * bad:
            return Decoded(lenient, f"UTF-8 with {_bytes(bad)} replaced")
        return self._declared() or self._found() or Decoded(lenient, f"UTF-8 with {_bytes(bad)} replaced")

    def _against(self, codec: str) -> str:
        """What to tell if it is not in the encoding that was declared."""
        if not self.codecs or codec in self.codecs:
            return ""
        return f"{_name(codec)}, although declared as {self.labels[0]}"

    def _declared(self) -> Decoded | None:
        """As declared, where the bytes fit, or nearly so."""
        for codec in self.codecs:
            found = text.strictly(self.body, codec)
            if found is not None and not self._unlikely(codec):
                return Decoded(found, "" if codec == self.codecs[0] else self._instead(codec))
        for codec in self.codecs:
            found, bad, good = text.leniently(self.body, codec)
            if good >= text.NEARLY * bad and not self._unlikely(codec):
                return Decoded(found, f"{_name(codec)} with {_bytes(bad)} replaced" if bad else "")
        return None

    def _unlikely(self, codec: str) -> bool:
        """Whether it only fits because it fits everything."""
        return codec == "cp1252" and not self._is_western()

    def _is_western(self) -> bool:
        """Whether most characters beyond ASCII stand alone, as accented letters do."""
        runs = [len(run) for run in _HIGH.findall(self.body)]
        return sum(length for length in runs if length > 1) <= sum(runs) // 2

    def _found(self) -> Decoded | None:
        western = "cp1252" if self._is_western() else None
        codec = self._by_language() or western or detect(self.body) or "gb18030"
        found, bad, good = text.leniently(self.body, codec)
        if good < text.NEARLY * bad:
            return None
        return Decoded(found, self._instead(codec) + (f", with {_bytes(bad)} replaced" if bad else ""))

    def _instead(self, codec: str) -> str:
        if self.labels:
            return f"{_name(codec)}, because its bytes fit and those of {self.labels[0]} do not"
        return f"{_name(codec)}, because its bytes fit; it declares none"

    def _by_language(self) -> str | None:
        stated = _LANGUAGE.search(self.body[:_HEAD])
        if stated is None:
            return None
        language = stated[1].decode("ascii").lower().replace("_", "-")
        key = next((key for key in _BY_LANGUAGE if f"{language}-".startswith(f"{key}-")), "")
        fitting = (each for each in _BY_LANGUAGE.get(key, ()) if text.strictly(self.body, each) is not None)
        return next(fitting, None)


def _paired(halves: re.Match[bytes]) -> bytes:
    return (
        halves[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()
    )


def _holds_ascii(codec: str) -> bool:
    return text.strictly(b"<?xml>", codec) == "<?xml>"


def _name(codec: str) -> str:
    return {"cp1252": "windows-1252", "cp932": "Shift_JIS", "cp949": "EUC-KR", "big5hkscs": "Big5"}.get(
        codec, codec.upper()
    )


def _bytes(number: int) -> str:
    return "one bad byte" if number == 1 else f"{number:,} bad bytes"
