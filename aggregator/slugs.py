"""Turn category names into slugs: file names and URLs that work everywhere. Pure.

One rule: what is already safe stays exactly as it is, for its URL may have subscribers.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

LONGEST = 80
"""Bytes in the longest slug, so that suffixes fit into the 143 bytes that encrypted file systems allow."""

_READ_AT_MOST = 4 * LONGEST
"""Characters of a name that are looked at; only its hash depends on the rest."""

_CHARACTERS = r"[ !$&'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]"
_SAFE = re.compile(rf"(?![ .\-]){_CHARACTERS}+(?<![ .])")
_SAFE_CHARACTER = re.compile(_CHARACTERS)
_BREAKS = re.compile(r"-*\x00[-\x00]*")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9]) *(?:\.|\Z)", re.IGNORECASE
)
"""What Windows takes for a device whatever its extension."""

_LATIN = str.maketrans(
    {
        "Æ": "AE", "Ð": "D", "Ø": "O", "Þ": "Th", "Đ": "D", "Ħ": "H", "Ł": "L", "Ŋ": "Ng", "Œ": "OE",
        "æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ł": "l", "ŋ": "ng", "œ": "oe",
        "ẞ": "SS", "ß": "ss", "ı": "i",
    }
)  # fmt: skip
"""Latin letters that Unicode doesn't decompose."""


def fold(name: str) -> str:
    """Return the form in which names are compared: case-folded, NFC.

    Two names of one fold would be one file where file names ignore case or normalise.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def mint(name: str, taken: Container[str]) -> str:
    """Return the slug of a new category; ``taken`` are the folds of slugs that others hold.

    Safe names stay; Chinese becomes pinyin. What lost a letter, was too long or is taken carries digits of
    the name's own hash, so that the slug doesn't depend on which other names came before it.
    """
    slug, whole = (name, True) if _SAFE.fullmatch(name) and not _DEVICE.match(name) else _spell(name)
    if whole and len(slug) <= LONGEST and fold(slug) not in taken:
        return slug
    candidates = (f"{slug[: LONGEST - 1 - len(hash_)].rstrip(' .-')}-{hash_}" for hash_ in _hashes(name))
    return next(candidate for candidate in candidates if fold(candidate) not in taken)


def _spell(name: str) -> tuple[str, bool]:
    """Spell a name in safe ASCII; False: a letter or digit of it was lost, or nothing of it is left."""
    text = unicodedata.normalize("NFKC", name[:_READ_AT_MOST])
    text = "".join(_visible(character) for character in text).translate(_LATIN)
    if any(character >= "\u2e80" for character in text):
        text = _pinyin(text)
    text = unicodedata.normalize("NFKD", text)
    lost = len(name) > _READ_AT_MOST or any(not letter.isascii() and letter.isalnum() for letter in text)
    text = "".join("" if unicodedata.combining(character) else _ascii(character) for character in text)
    text = _BREAKS.sub("-", " ".join(text.split())).strip(" .-")
    if not text:
        return "category", False
    if _DEVICE.match(text):
        text = f"category-{text}"
    return text, not lost


def _visible(character: str) -> str:
    """Drop what only controls how its neighbours look, so that it separates no syllables."""
    kind = unicodedata.category(character)
    if kind == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    return " " if character.isspace() else character


def _ascii(character: str) -> str:
    """Return the character where a slug may hold it, else the mark of a break."""
    return character if _SAFE_CHARACTER.match(character) else "\x00"


def _pinyin(text: str) -> str:
    """Spell Chinese phrase by phrase, without tones; everything else is left as it is."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - loading its dictionaries takes 0.2 s that few commands need

    return "".join(lazy_pinyin(text))


def _hashes(name: str) -> Iterator[str]:
    """Yield six hexadecimal digits of the name's hash, then more and more, then those of other hashes."""
    data = name.encode("utf-8", "surrogatepass")
    digits = sha256(data).hexdigest()
    for length in range(6, len(digits) + 1):
        yield digits[:length]
    for attempt in count(1):
        yield sha256(data + b"\x00%d" % attempt).hexdigest()
