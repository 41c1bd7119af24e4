"""Every document of the corpus in ``tests/data/feeds`` says what its expectation says, up to valid output."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.app import App
from aggregator.errors import ParseError
from aggregator.exchange import Answer
from aggregator.model import Document, SourceInfo, Stamp
from aggregator.refresh import Refresh
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.tidy import tidy
from tests.builders import NOW, a_source, an_unread
from tests.corpus.every import FOLDER, files
from tests.corpus.verdict import differences, error_differences
from tests.fakes import FakeClock, FakeWeb
from tests.outputs.atom_rules import violations

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.model import Reading, Source

ENDING = ".expected.json"


def _documents() -> dict[str, Path]:
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.is_file() and not path.name.endswith(ENDING))
    return {path.relative_to(FOLDER).with_suffix("").as_posix(): path for path in paths}


DOCUMENTS = _documents()
LONG = {"limits/a-thousand-entries", "limits/too-many-entries", "limits/too-many-entries-of-json"}
"""Nothing in them is of a kind of its own; read, but not published, to save time."""


def expectation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}{ENDING}").read_bytes())
    return found


@cache
def parsed(name: str) -> Reading | ParseError:
    """What our adapter makes of a document; each is parsed once."""
    expected, body = expectation(name), DOCUMENTS[name].read_bytes()
    url, zone = expected["url"], expected.get("timezone", "UTC")
    options = FeedOptions(url=url)
    source = a_source("corpus", type="feed", location=url, options=options, timezone=zone)
    document = Document(Stamp(url, len(body), 0, ""), body, url=url, content_type=expected["content_type"])
    try:
        return Feed().parse(source, document)
    except ParseError as error:
        return error


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_as_expected(name: str) -> None:
    expected = expectation(name)

    reading = parsed(name)

    if isinstance(reading, ParseError):
        found = list(error_differences(expected, str(reading)))
    else:
        reading = replace(reading, items=tuple(tidy(item, NOW) for item in reading.items))
        found = list(differences(expected, reading))
    assert not found, "\n".join(found)


class Remembering(Feed):
    """The feed adapter, which parses nothing twice; a source is called by its document's name."""

    def parse(self, source: Source, document: Document) -> Reading:
        del document
        reading = parsed(_name_of(source.id))
        if isinstance(reading, ParseError):
            raise reading
        return replace(reading, items=tuple(replace(each, source_id=source.id) for each in reading.items))


def _id_of(name: str) -> str:
    return name.replace("/", "--")


def _name_of(source_id: str) -> str:
    return source_id.replace("--", "/")


def _configured(name: str) -> dict[str, str]:
    url, category = f"https://feeds.example/{name}", name.split("/", maxsplit=1)[0]
    return {"id": _id_of(name), "type": "feed", "url": url, "category": category}


def test_all_documents_go_through_store_and_outputs_at_once_and_every_feed_is_valid(tmp_path: Path) -> None:
    sources = [_configured(name) for name in DOCUMENTS if name not in LONG]
    output = {"entries": 10_000, "max_entries": 10_000, "formats": ["atom"], "pages": False}
    configuration = {"site": {"url": "https://site.example/"}, "output": output, "sources": sources}
    (tmp_path / "aggregator.yaml").write_text(json.dumps(configuration))
    app = replace(App.open(tmp_path / "aggregator.yaml", {}, {}), clock=FakeClock())
    web = FakeWeb()
    for source in sources:
        web.answers[source["url"]] = Answer(status=200, url=source["url"], body=b"?", raw_hash=source["id"])

    with app.writing(wait=0.0) as store:
        store.sync(app.settings.sources, app.clock())
        refresh = Refresh(store=store, clock=app.clock, web=web)

        async def read() -> int:
            results = [
                await refresh.source(source, Remembering(), SourceInfo(), an_unread(source.id))
                for source in app.settings.sources
            ]
            return sum(result.new for result in results)

        new = asyncio.run(read())
    app.generate()

    feeds = sorted((tmp_path / "feeds").rglob("*.xml"))
    broken = {path.name: found for path in feeds if (found := violations(path.read_bytes()))}
    assert broken == {}
    assert len(feeds) > 10
    assert (tmp_path / "feeds" / "all.xml").read_bytes().count(b"<entry") == new > 800


def test_the_documents_are_those_that_the_cases_write() -> None:
    written = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()
    }

    assert written == files(), "run: python -m tests.corpus"


def test_the_corpus_is_large_enough_and_not_too_large() -> None:
    assert len(DOCUMENTS) >= 400
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_000_000
