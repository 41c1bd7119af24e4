"""Document types: a feed needs none, and they can name files, servers and bombs. Pure.

Its rule: whatever stands before the root goes, but for entities that stand for a few plain characters.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_ENTITIES = 300
"""More than HTML 4 has."""
MAX_VALUE = 300
"""Characters one may stand for."""

_ENTITY = re.compile(
    rf"<!ENTITY\s+(?P<name>[A-Za-z_][\w.-]{{0,60}})\s+(?P<quote>[\"'])"
    rf"(?P<value>(?:[^&%<\"']|&#\w{{1,8}};){{0,{MAX_VALUE}}})(?P=quote)\s*>"
)


class Undressed(NamedTuple):
    """A document without its document type, and the entities that stay, by name."""

    document: str
    entities: dict[str, str]


def without_doctype(document: str, root: str) -> Undressed:
    """Leave out what stands before the element ``root``; line numbers stay."""
    head = document[: _root(document, root)]
    if "<!" not in head:
        return Undressed(document, {})
    found = {entity["name"]: entity for entity in reversed(list(_ENTITY.finditer(head)))}
    entities = dict(list(found.items())[:MAX_ENTITIES])
    declared = "".join(entity[0].replace("\n", " ") for entity in entities.values())
    kept = f"<!DOCTYPE {root} [{declared}]>" if declared else ""
    lines = "\n" * head.count("\n")
    return Undressed(
        f"{lines}{kept}{document[len(head) :]}", {name: each["value"] for name, each in entities.items()}
    )


def _root(document: str, root: str) -> int:
    """Where the element begins; one that a comment speaks of only where there is no other."""
    name = rf"<{re.escape(root)}(?=[\s/>])"
    found = re.finditer(rf"<!--.*?(?:-->|\Z)|{name}", document, re.DOTALL)
    outside = next((each.start() for each in found if not each[0].startswith("<!--")), None)
    anywhere = re.search(name, document) if outside is None else None
    return outside or (anywhere.start() if anywhere else 0)
