"""The documents say what is so."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from aggregator import (
    dates,
    due,
    history,
    identity,
    isolated,
    markdown,
    mistrust,
    patterns,
    records,
    slugs,
    smallestfirst,
    taming,
    tidy,
    urls,
)
from aggregator.config import document as config_document
from aggregator.exchange import Answer, Exchange
from aggregator.model import Batch, Bookmark, KnownDocument, Listing
from aggregator.outputs.pages import renderer
from aggregator.server import Limits, connections, files
from aggregator.sources import (
    dialects,
    doctype,
    entries,
    folders,
    identities,
    keeping,
    mapping,
    opml,
    outlines,
    scalars,
)
from aggregator.web import bodies, sockets
from tests.builders import a_source
from tests.fakes import FakeWeb

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|//)([^)#]+)", document.read_text("utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_adapter_in_the_docs_works_as_it_is_written(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    written: dict[str, Any] = {}
    exec(compile(code, "adapters.md", "exec"), written)  # noqa: S102 - our own document
    adapter = written["Notes"]()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.note").write_text("A title\nand a text")
    source = a_source("notes", root=tmp_path, options=written["NotesOptions"](folder="notes"))

    async def fetch(bookmark: Bookmark) -> list[Listing | Batch | Exchange]:
        return [part async for part in adapter.fetch(source, bookmark, FakeWeb())]

    listing, batch = asyncio.run(fetch(Bookmark()))
    assert isinstance(listing, Listing)
    assert isinstance(batch, Batch)
    (document,) = batch.documents
    (item,) = adapter.parse(source, document).items
    again = asyncio.run(fetch(Bookmark({"one.note": KnownDocument(document.stamp)})))

    assert listing.present == {"one.note"}
    assert (item.title.value, item.content.value) == ("A title", "and a text")
    assert again == [listing]


def test_the_adapter_in_the_docs_that_reads_the_web_works_as_it_is_written() -> None:
    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[1]
    written: dict[str, Any] = {}
    exec(compile(code, "adapters.md", "exec"), written)  # noqa: S102 - our own document
    adapter, url = written["Lines"](), "https://lines.example/"
    source = a_source("lines", options=written["LinesOptions"](url=url))
    answer = Answer(
        status=200, url=url, body=b"https://a.example/1 One\nhttps://a.example/2 Two", raw_hash="ab"
    )

    async def fetch(bookmark: Bookmark) -> list[Listing | Batch | Exchange]:
        return [part async for part in adapter.fetch(source, bookmark, FakeWeb(**{url: answer}))]

    exchange, batch = asyncio.run(fetch(Bookmark()))
    assert isinstance(exchange, Exchange)
    assert isinstance(batch, Batch)
    (document,) = batch.documents
    items = adapter.parse(source, document).items
    (again,) = asyncio.run(fetch(Bookmark(body_hash=exchange.body_hash)))

    assert [(item.link, item.title.value) for item in items] == [
        ("https://a.example/1", "One"),
        ("https://a.example/2", "Two"),
    ]
    assert isinstance(again, Exchange)
    assert again.unchanged


def test_the_limits_in_the_docs_are_those_of_the_code() -> None:
    told = (ROOT / "docs" / "limits.md").read_text("utf-8")

    for what, limit in {
        "entries of a document": entries.MAX_ENTRIES,
        "tags of an entry": min(entries.MAX_TERMS, tidy.MAX_TAGS),
        "addresses of a `srcset`": urls.MAX_CANDIDATES,
        "categories that the entries": mapping.MAX_CATEGORIES,
        "enclosures of an entry": min(entries.MAX_FILES, tidy.MAX_ENCLOSURES),
        "authors of an entry": min(entries.MAX_PEOPLE, tidy.MAX_AUTHORS),
        "links of an entry": entries.MAX_LINKS,
        "documents of strangers that wait": smallestfirst.ROOM // 2**20,
        "what it says": isolated.LARGEST // 2**20,
        "items in it; characters of an id": mistrust.MAX_ITEMS,
        "contents of an entry": entries.MAX_TEXTS,
        "an address": urls.MAX_LENGTH,
        "an id that is published": min(identity.LONGEST_ID, identities.LONGEST),
        "a date": dates.MAX_LENGTH,
        "an e-mail address": tidy.MAX_SHORT,
        "a text of an entry": entries.MAX_TEXT,
        "HTML of a text": taming.MAX_HTML,
        "elements within each other": taming.MAX_DEPTH,
        "attributes of an element in it": taming.MAX_ATTRIBUTES,
        "attributes of an element of a feed": keeping.MAX_ATTRIBUTES,
        "entities a document declares": doctype.MAX_ENTITIES,
        "hours or days to be left alone": entries.MAX_SKIPS,
        "Markdown": markdown.MAX_MARKDOWN,
        "link definitions": dialects.MAX_DEFINITIONS,
        "categories of a post": tidy.MAX_CATEGORIES,
        "a value of a post's head": scalars._MAX_YAML // 2**10,
        "folders one feed": outlines.MAX_CATEGORIES,
        "the configuration": config_document.MAX_BYTES // 2**20,
        "codings upon each other": bodies.MAX_LAYERS,
        "a header field of an answer": sockets._MAX_FIELD,
        "addresses of a host": sockets.MAX_ADDRESSES,
        "any other field of an entry": entries.MAX_FIELD,
        "a title": tidy.MAX_TITLE,
        "a name, a tag, a category": tidy.MAX_NAME,
        "problems told of a document": mapping.MAX_PROBLEMS,
        "revisions of an entry": records.MOST_REVISIONS,
        "feeds of a list": outlines.MAX_FEEDS,
        "folders of a list": outlines.MAX_DEPTH,
        "items on the page of a month": history.MONTH_LIMIT,
        "items on the page of a day": history.DAY_LIMIT,
        "categories listed at once": renderer.LISTED,
        "addresses on `subscribe.html`": renderer.ADDRESSES,
        "a category's slug": slugs.LONGEST,
        "a filter's regular expression": patterns.MAX_LENGTH,
        "what it repeats": patterns.MAX_STEPS,
        "Retry-After": due.FARTHEST.days,
        "a local post": folders.MAX_BYTES // 2**20,
        "an OPML document": opml.MAX_BYTES // 2**20,
        "connections of the HTTP server": Limits().connections,
        "time for a request to come whole": int(Limits().idle),
        "time for a client to take 128 KiB": int(Limits().patience),
        "the target of a request": connections.TARGET,
        "a header field; all of them": connections.FIELD,
        "a file that is kept in memory": files.LARGEST // 2**20,
    }.items():
        (line,) = [line for line in told.splitlines() if line.startswith(f"| {what}")]
        assert re.search(rf"\| {limit:,}[ ;]", line), line


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    """A promise whose test was renamed or removed is a promise no more."""
    told = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", told)
    lines = [line for line in told.splitlines() if re.match(r"\| (?!threat|---)", line)]

    assert len(named) >= len(lines) > 40
    assert [line for line in lines if "`tests/" not in line] == []
    for path, test in named:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), test
