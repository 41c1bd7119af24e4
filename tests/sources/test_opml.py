from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from aggregator.errors import FetchError
from aggregator.exchange import Answer, Exchange, Validators
from aggregator.model import Batch, Bookmark, Document, Listing
from aggregator.sources.opml import MAX_BYTES, Opml, OpmlOptions
from tests.builders import a_source
from tests.fakes import FakeWeb

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.contracts import SourceList
    from aggregator.model import Source

LIST = b'<opml><body><outline text="A" xmlUrl="http://a.example/feed"/></body></opml>'
URL = "https://me:hush@lists.example/my.opml"
READ = Validators('W/"1"', "yesterday")


def from_file(root: Path) -> Source:
    options = OpmlOptions(path="./my.opml")
    return a_source("mine", type="opml", root=root, options=options, location=options.location)


def from_web(**more: object) -> Source:
    options = OpmlOptions(url=URL)
    return a_source("mine", type="opml", options=options, location=options.location, **more)


def fetch(source: Source, web: FakeWeb | None = None, bookmark: Bookmark | None = None) -> list[object]:
    opml: SourceList = Opml()

    async def everything() -> list[object]:
        return [part async for part in opml.fetch(source, bookmark or Bookmark(), web or FakeWeb())]

    return asyncio.run(everything())


def an_answer(**more: object) -> FakeWeb:
    fields = {"status": 200, "url": "https://lists.example/new.opml", "body": LIST, "raw_hash": "h1"} | more
    return FakeWeb(**{URL: Answer(**fields)})  # type: ignore[arg-type]


# ── options ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_a_file_or_a_url() -> None:
    assert OpmlOptions(path="./lists//my.opml").location == "lists/my.opml"
    assert OpmlOptions(url=" HTTPS://Lists.example/x ").location == "https://lists.example/x"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"path": "a", "url": "http://a.example/"}, {"url": "my.opml"}, {"url": "ftp://a/b"}, {"path": " "}],
)
def test_anything_else_is_wrong(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        OpmlOptions.model_validate(wrong)


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_read_each_time(tmp_path: Path) -> None:
    (tmp_path / "my.opml").write_bytes(LIST)
    source = from_file(tmp_path)

    for _ in range(2):
        (batch,) = fetch(source)
        assert isinstance(batch, Batch)
        (document,) = batch.documents
        (listed,) = Opml().sources(source, document).sources
        assert (document.name, listed.url, listed.title) == ("my.opml", "http://a.example/feed", "A")


def test_a_missing_file_is_told_as_missing(tmp_path: Path) -> None:
    assert fetch(from_file(tmp_path)) == [Listing(present=frozenset(), missing=("my.opml",))]
    assert fetch(from_file(tmp_path / "gone")) == [Listing(present=frozenset(), missing=("my.opml",))]


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "folder" / "my.opml").mkdir(parents=True)
    (tmp_path / "large").mkdir()
    with (tmp_path / "large" / "my.opml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    os.mkfifo(tmp_path / "my.opml")

    with pytest.raises(FetchError, match=r"my.opml: is not a file"):
        fetch(from_file(tmp_path))
    with pytest.raises(FetchError, match=r"my.opml: cannot be read: Is a directory"):
        fetch(from_file(tmp_path / "folder"))
    with pytest.raises(FetchError, match=r"my.opml: is larger than 8 MiB: not read"):
        fetch(from_file(tmp_path / "large"))


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "my.opml").symlink_to("my.opml")

    with pytest.raises(FetchError, match=r"my.opml: cannot be read: Too many levels"):
        fetch(from_file(tmp_path))


def test_a_source_of_another_kind_is_refused() -> None:
    with pytest.raises(FetchError, match="mine: names no list"):
        fetch(a_source("mine", type="opml"))


# ── the web ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_on_the_web_is_asked_for_as_its_source_says() -> None:
    web = an_answer(validators=READ, content_type="text/x-opml")
    source = from_web(headers=(("X-Key", "k"),), user_agent="me/1", proxy="http://p.lan:3128")

    batch, exchange = fetch(source, web, Bookmark(validators=READ))

    (request,) = web.requests
    assert (request.url, request.validators, request.headers) == (URL, READ, (("X-Key", "k"),))
    assert (request.user_agent, request.proxy) == ("me/1", "http://p.lan:3128")
    assert isinstance(batch, Batch)
    (document,) = batch.documents
    assert (document.url, document.content_type) == ("https://lists.example/new.opml", "text/x-opml")
    assert isinstance(exchange, Exchange)
    assert exchange == Exchange(
        status=200, validators=READ, body_hash=exchange.body_hash, url="https://lists.example/new.opml"
    )


@pytest.mark.parametrize("answer", [{"status": 304, "body": b""}, {"status": 200}])
def test_an_unchanged_list_is_not_read_again(answer: dict[str, object]) -> None:
    (_, first) = fetch(from_web(), an_answer())
    assert isinstance(first, Exchange)

    (exchange,) = fetch(from_web(), an_answer(**answer), Bookmark(body_hash=first.body_hash))

    assert isinstance(exchange, Exchange)
    assert (exchange.unchanged, exchange.body_hash) == (True, first.body_hash)


def test_what_is_wrong_in_a_list_is_told_without_its_credentials() -> None:
    (batch, _) = fetch(from_web(), an_answer(body=LIST.replace(b"http:", b"ftp:"), url=URL))
    assert isinstance(batch, Batch)

    problem = Opml().sources(from_web(), batch.documents[0]).problems[0]

    assert problem.where == "https://lists.example/my.opml"


def test_a_list_in_any_encoding_is_read(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="gb2312"?><opml><body><outline text="央行" xmlUrl="http://a.example/"/></body></opml>'
    (tmp_path / "my.opml").write_bytes(text.encode("gb18030"))
    (batch,) = fetch(from_file(tmp_path))
    assert isinstance(batch, Batch)
    document: Document = batch.documents[0]

    (listed,) = Opml().sources(from_file(tmp_path), document).sources

    assert listed.title == "央行"
