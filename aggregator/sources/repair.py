"""XML made readable again where it is broken in a usual way, before a parser sees it. Pure.

Its rule: only what no XML parser accepts changes, and it changes to what was meant.
"""

from __future__ import annotations

import html.entities
import re

from aggregator import text

_DECLARATION = re.compile(r"\s*<\?xml\s.*?\?>", re.DOTALL | re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));?")
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};)(?:([A-Za-z][A-Za-z0-9]{0,40});)?",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]+)\s", re.IGNORECASE)
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LAST = 0x10FFFF


def without_declaration(document: str) -> str:
    """Drop the XML declaration: a text has no encoding any more."""
    declaration = _DECLARATION.match(document)
    return document[declaration.end() :] if declaration else document


def without_impossible_references(document: str) -> str:
    """Drop references to characters that XML forbids."""
    return _REFERENCE.sub(_character, document) if "&#" in document else document


def _character(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2]).lstrip("0")[:8] or "0"
    code = int(digits, 16 if reference[1] else 10)
    if code > _LAST or (code < ord(" ") and code not in (9, 10, 13)):
        return ""
    return reference[0] if text.xml_safe(chr(code)) else ""


def with_known_entities(document: str) -> str:
    """Write HTML's entities as characters and escape ampersands that begin none."""
    declared = _OWN.union(_ENTITY.findall(document[:100_000]))

    def repaired(found: re.Match[str]) -> str:
        if not found[0].startswith("&"):
            return found[0]
        name = found[1]
        if name in declared:
            return found[0]
        characters = html.entities.html5.get(f"{name};") if name else None
        if characters is None:
            return "&amp;" + found[0][1:]
        return "".join(f"&#{ord(character)};" for character in characters)

    return _AMPERSAND.sub(repaired, document)
