"""Bytes of the corpus, changed at random: nothing worse than a ParseError, and what is read can be written.

``AGGREGATOR_FUZZ`` says how many documents are tried; a run by hand may well ask for a hundred thousand.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from aggregator.errors import ParseError
from aggregator.model import Document, Item, Stamp
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.tidy import tidy
from tests.builders import NOW, a_source

DOCUMENTS = sorted(
    path
    for path in (Path(__file__).parent / "data" / "feeds").rglob("*")
    if path.is_file() and ".expected" not in path.name and path.stat().st_size < 20_000
)
TRIES = int(os.environ.get("AGGREGATOR_FUZZ", "400"))
SHARES = 8
URL = "https://news.example/feed.xml"


def changed(rng: random.Random) -> bytes:
    """One document with some bytes flipped, cut out, doubled, or taken from another."""
    body = bytearray(rng.choice(DOCUMENTS).read_bytes())
    for _ in range(rng.choice([1, 2, 8, 32])):
        at = rng.randrange(len(body) + 1)
        length = rng.choice([1, 1, 2, 16, 200])
        change = rng.randrange(4)
        if change == 0:
            body[at : at + length] = rng.randbytes(min(length, 16))
        elif change == 1:
            del body[at : at + length]
        elif change == 2:
            body[at:at] = body[at : at + length] * 2
        else:
            other = rng.choice(DOCUMENTS).read_bytes()
            start = rng.randrange(len(other) + 1)
            body[at:at] = other[start : start + length]
    return bytes(body)


def write(item: Item) -> None:
    """Put every text of an item into XML and read it back."""
    texts = [item.title.value, item.content.value, item.summary.value, item.link or "", item.origin or ""]
    texts += [text for tag in item.tags for text in (tag.term, tag.label, tag.scheme)]
    texts += [person.name for person in item.authors]
    element = ET.Element("item")
    element.text = "\n".join(texts)
    ET.fromstring(ET.tostring(element, "utf-8"))  # noqa: S314 - what was just written


@pytest.mark.parametrize("share", range(SHARES))
def test_changed_bytes_never_do_more_than_fail_their_own_document(share: int) -> None:
    rng = random.Random(f"{share} of {SHARES}")  # noqa: S311 - test data, not secrets
    source = a_source("news", type="feed", location=URL, options=FeedOptions(url=URL))

    for _ in range(TRIES // SHARES):
        body = changed(rng)
        document = Document(Stamp(URL, len(body), 0, "h"), body, url=URL, content_type=None)
        try:
            reading = Feed().parse(source, document)
        except ParseError:
            continue
        for item in reading.items:
            write(tidy(item, NOW))
