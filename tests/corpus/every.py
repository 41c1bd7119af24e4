"""All cases of the corpus, and the files they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus import (
    atom,
    atom_text,
    channel,
    encodings,
    formats,
    hostile,
    identity,
    jsonfeed,
    limits,
    malformed,
    markup,
    media,
    moments,
    nonfeeds,
    rss,
    urls,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.corpus.case import Case

FOLDER = Path(__file__).parent.parent / "data" / "feeds"
_TOPICS = (
    formats, rss, channel, media, atom, atom_text, urls, jsonfeed, encodings, moments, markup, identity,
    malformed, nonfeeds, limits, hostile,
)  # fmt: skip


def cases() -> list[Case]:
    """Every case, in a fixed order."""
    return [case for topic in _TOPICS for case in topic.CASES]


def files() -> Mapping[str, bytes]:
    """Path below :data:`FOLDER` → bytes: each document with its expectation beside it."""
    found: dict[str, bytes] = {}
    for case in cases():
        stem = case.name.rpartition(".")[0]
        for name, body in ((case.name, case.body), (f"{stem}.expected.json", _written(case.expected))):
            if name in found:
                raise ValueError(f"two cases are called {name}")
            found[name] = body
    return found


def _written(expected: Mapping[str, object]) -> bytes:
    return (json.dumps(expected, ensure_ascii=False, indent=1) + "\n").encode()
