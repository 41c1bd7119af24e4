"""Every document of the corpus in ``tests/data/feeds`` says what its expectation says it does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.errors import ParseError
from aggregator.model import Document, Stamp
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.tidy import tidy
from tests.builders import NOW, a_source
from tests.corpus.every import FOLDER, files
from tests.corpus.verdict import differences, error_differences

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.model import Reading

ENDING = ".expected.json"


def _documents() -> dict[str, Path]:
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.is_file() and not path.name.endswith(ENDING))
    return {path.relative_to(FOLDER).with_suffix("").as_posix(): path for path in paths}


DOCUMENTS = _documents()


def expectation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}{ENDING}").read_bytes())
    return found


def read(name: str, expected: dict[str, Any]) -> Reading:
    """Parse a document as the refresh does, and tidy what it says."""
    body, url = DOCUMENTS[name].read_bytes(), expected["url"]
    source = a_source(
        "corpus",
        type="feed",
        location=url,
        options=FeedOptions(url=url),
        timezone=expected.get("timezone", "UTC"),
    )
    document = Document(Stamp(url, len(body), 0, ""), body, url=url, content_type=expected["content_type"])
    reading = Feed().parse(source, document)
    return replace(reading, items=tuple(tidy(item, NOW) for item in reading.items))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_as_expected(name: str) -> None:
    expected = expectation(name)

    try:
        found = list(differences(expected, read(name, expected)))
    except ParseError as error:
        found = list(error_differences(expected, str(error)))

    assert not found, "\n".join(found)


def test_the_documents_are_those_that_the_cases_write() -> None:
    written = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()
    }

    assert written == files(), "run: python -m tests.corpus"


def test_the_corpus_is_large_enough_and_not_too_large() -> None:
    assert len(DOCUMENTS) >= 400
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000
