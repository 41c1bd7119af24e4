"""Plain text: one form of it, and bytes made into it. Pure; knows nothing of entities or tags."""

from __future__ import annotations

import codecs
import re
import unicodedata

ELLIPSIS = "…"
COMBINING_RUN = 30
"""How many combining marks one character may carry: the Stream-Safe Text Format's number (UAX #15, 13)."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Embeddings, overrides and isolates reach beyond themselves and can turn the line around them; the marks
# (U+200E, U+200F, U+061C) cannot, and right-to-left titles need them.
_BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
_NOT_IN_PLAIN_TEXT = re.compile(
    f"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_BIDI_CONTROLS}\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_NOTHING = frozenset("- \u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u3164\ufe0f")
"""Of these alone a text says nothing: a hyphen is what programs write where there is no title."""
_BIDI_CLASSES = frozenset({"AL", "L", "R", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_BLANK_EDGES = " \u200b\u2060"


_PERHAPS_COMBINING = re.compile(
    r"[^\u0000-\u02ff\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u3100-\ua66e"
    r"\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]"
)
"""Whatever is not Latin, Chinese, Japanese or Korean: only there is it worth looking for combining marks."""


def xml_safe(value: str) -> str:
    """Drop what XML 1.0 forbids (section 2.2), lone surrogates and control characters; all else stays.

    XML discourages the control characters U+007F to U+009F and validators warn of them; one, U+0085, is a
    line end.
    """
    if value.isprintable() or _NOT_IN_XML.search(value) is None:
        return value
    return _NOT_IN_XML.sub(lambda found: "\n" if found[0] == "\x85" else "", value)


def plain(value: str, limit: int = 2000) -> str:
    """Bring a text to its one form: visible, NFC, one line, at most ``limit`` characters.

    Text that says nothing at all (blanks, zero-width characters, hyphens) becomes empty. Idempotent.
    """
    if not value:
        return value
    if len(value) <= limit and value.isprintable() and _is_settled(value):
        return " ".join(value.split())
    return _made_plain(value, limit)


def _is_settled(value: str) -> bool:
    """Whether a printable text, for which the database of characters need not be asked, is plain already."""
    if _NOTHING.issuperset(value):
        return False
    return value.isascii() or (
        _PERHAPS_COMBINING.search(value) is None and unicodedata.is_normalized("NFC", value)
    )


def _made_plain(value: str, limit: int) -> str:
    value = value.strip()[: 8 * limit + 1024]
    value = " ".join(_NOT_IN_PLAIN_TEXT.sub("", value).split())
    if not value.isascii():
        value = _short_runs(unicodedata.normalize("NFC", _short_runs(value)))
        value = " ".join(value.split()).strip(_BLANK_EDGES)
    if len(value) > limit:
        value = value[: _boundary(value, limit - 1)].rstrip(_BLANK_EDGES) + ELLIPSIS
    return "" if _NOTHING.issuperset(value) else value


def _short_runs(value: str) -> str:
    """Drop combining marks beyond ``COMBINING_RUN``: normalising long runs takes quadratic time."""
    if _PERHAPS_COMBINING.search(value) is None:
        return value
    kept: list[str] = []
    run = 0
    for character in value:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= COMBINING_RUN:
            kept.append(character)
    return "".join(kept) if len(kept) < len(value) else value


def _boundary(value: str, at: int) -> int:
    """The last place at or before ``at`` that does not part what is seen as one character."""
    start = at
    while 0 < at < len(value) and _continues(value, at):
        at -= 1
    return at or start


def _continues(value: str, at: int) -> bool:
    character = value[at]
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character == "\u200d"
        or value[at - 1] == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\udc00" <= character <= "\udfff"
    )


def excerpt(value: str, length: int) -> str:
    """Cut a text to at most ``length`` characters, ellipsis included, between words where it has any."""
    value = value.strip()
    if len(value) <= length:
        return value
    cut = _boundary(value, max(length - 1, 0))
    word = cut
    while word > cut * 2 // 3 and _inside_word(value, word):
        word -= 1
    if word > cut * 2 // 3:
        cut = word
    return value[:cut].rstrip(" \t\r\n,;:，；：、") + ELLIPSIS


def _inside_word(value: str, at: int) -> bool:
    return _spelled(value[at - 1]) and _spelled(value[at])


def _spelled(character: str) -> bool:
    """Whether words of this character's script are parted by blanks (not Chinese, Japanese, Thai …)."""
    return character.isalnum() and character < "\u0e00"


def terminal_safe(value: str) -> str:
    """Make a text one harmless line for a terminal: what would steer it is shown instead."""
    if value.isprintable():
        return value
    return "".join(map(_shown, value)).strip()


_PICTURES = 0x2400  # the block of control pictures: ␀ to ␟


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    category = unicodedata.category(character)
    if category.startswith("Z") or character in "\t\n\v\f\r\x85":
        return " "
    code = ord(character)
    if category == "Cs":
        return "\ufffd"
    if code < ord(" "):
        return chr(_PICTURES + code)
    turns = category == "Cf" and unicodedata.bidirectional(character) in _BIDI_CLASSES
    steers = turns or category == "Cc"
    return f"<U+{code:04X}>" if steers else character


# ── bytes ─────────────────────────────────────────────────────────────────────────────────────────────────

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a label means on the web (WHATWG Encoding Standard, 4.2): the superset everybody writes in.
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
_OTHER_LABELS = {
    "x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs",
    "x-euc-kr": "cp949", "windows-949": "cp949", "ks_c_5601-1987": "cp949",
    "x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "windows-874": "cp874",
    "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8",
}  # fmt: skip
"""Labels that Python does not know, or takes narrower: the Encoding Standard's (4.2), and a database's."""
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
_NOT_FOR_DOCUMENTS = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})
_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2}")
SEVEN_BITS = ("iso2022", "hz")
"""How the names of encodings begin whose every byte is ASCII."""
NEARLY = 4
"""Nearly valid: at least this many good characters beyond ASCII for each bad byte.

Chinese in GBK, read as UTF-8, has about one for four bad bytes, and even a few words rarely one for one.
"""


def decode(body: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """Decode a document; also return what had to be assumed, in a phrase, or None for plain UTF-8.

    In this order: byte order mark; UTF-8; UTF-8 with a few bad bytes (so that one bad byte never makes the
    rest unreadable); the declared encoding; GB 18030 (Windows-1252 where no two bytes beyond ASCII stand
    together, as they do in Chinese); these where strictly valid, then where nearly valid; last UTF-8 with
    replacement characters.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), f"{encoding.upper()}, by its byte order mark"
    body = body.removeprefix(codecs.BOM_UTF8)
    encoding_declared = codec(declared)
    if encoding_declared is not None and encoding_declared.startswith(SEVEN_BITS):
        text = strictly(body, encoding_declared)
        if text is not None:
            return text, f"{encoding_declared}, as declared"
    text = strictly(body, "utf-8")
    if text is not None:
        return text, None
    return _not_utf8(body, encoding_declared)


def _not_utf8(body: bytes, declared: str | None) -> tuple[str, str]:
    text, bad, good = leniently(body, "utf-8")
    if good >= NEARLY * bad:
        return text, f"UTF-8 with {bad} bad bytes replaced"
    guessed = ("gb18030" if _HIGH_PAIR.search(body) else "cp1252", "because its bytes fit")
    for encoding, why in ((declared, "as declared"), guessed):
        strict = strictly(body, encoding) if encoding else None
        if strict is not None:
            return strict, f"{encoding}, {why}"
    for encoding in (declared, "gb18030"):
        if encoding is not None:
            lenient, bad_here, good = leniently(body, encoding)
            if good >= NEARLY * bad_here:
                return lenient, f"{encoding} with {bad_here} bad bytes replaced"
    return text, f"UTF-8 with {bad} bad bytes replaced"


def codec(label: str | None) -> str | None:
    """The codec for a declared label; None for an unknown one."""
    if label is None or not _LABEL.fullmatch(label.strip()):
        return None
    if (other := _OTHER_LABELS.get(label.strip().lower())) is not None:
        return other
    try:
        name = codecs.lookup(label.strip()).name
        b"\0\0\0\0".decode(name, "replace")
    except (LookupError, UnicodeError):  # unknown; from text into text; one that decodes nothing at all
        return None
    return None if name in _NOT_FOR_DOCUMENTS else _SUPERSETS.get(name, name)


def strictly(body: bytes, encoding: str) -> str | None:
    """The text where every byte fits the encoding, else None."""
    try:
        return body.decode(encoding)
    except UnicodeError:
        return None


def leniently(body: bytes, encoding: str) -> tuple[str, int, int]:
    """The text with replacement characters, how many, and how many good characters beyond ASCII."""
    text = body.decode(encoding, "replace")
    bad = text.count("\ufffd")
    ascii_characters = len(text.encode("ascii", "ignore"))
    return text, bad, len(text) - ascii_characters - bad
