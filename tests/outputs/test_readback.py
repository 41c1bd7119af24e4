"""What was written can be read back: nothing that subscribers know of an entry is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from aggregator.outputs import shown
from aggregator.outputs.atom import Atom
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.outputs.readback import Readback, read_back
from aggregator.views import Feed
from tests.builders import an_entry, an_item
from tests.outputs.builders import a_feed, feeds


def written(feed: Feed, more: dict[str, bytes] | None = None) -> Readback:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "category").mkdir()
        for path, body in {**Atom().feed(feed), **JsonFeed().feed(feed), **(more or {})}.items():
            (folder / path).write_bytes(body)
        return read_back(folder)


@given(feeds())
@settings(deadline=None)
def test_any_feed_comes_back_as_it_was_published(feed: Feed) -> None:
    back = written(feed)

    assert back.problems == ()
    (found,) = back.feeds
    assert (found.slug, found.id, found.former) == (feed.slug, shown.iri(feed.id), False)
    assert [each.id for each in found.entries] == [shown.entry_id(each) for each in feed.entries]
    for each, entry in zip(found.entries, feed.entries, strict=True):
        assert shown.time(each.published) == shown.published(entry)
        assert shown.time(each.updated) == shown.updated(entry)
        assert each.item.title.value == shown.title(entry).replace("\r", "\n")
        assert (each.item.link or "") == shown.link(entry)
        assert len(each.item.enclosures) == len(shown.media(entry))


def test_a_copy_at_a_former_slug_is_told_apart() -> None:
    feed = a_feed(an_entry(an_item()), slug="world", former=("abroad",))
    body = Atom().feed(feed)["category/world.xml"]

    back = written(feed, {"category/abroad.xml": body})

    assert {each.slug: each.former for each in back.feeds} == {"abroad": True, "world": False}


def test_nothing_but_whole_feeds_of_ours_is_read() -> None:
    body = Atom().feed(a_feed(an_entry(an_item())))
    ((_, whole),) = body.items()
    others = {
        "category/cut.xml": whole[:-30],
        "category/empty.xml": b"",
        "category/other.xml": whole.replace(b">aggregator<", b">another<"),
        "category/undated.xml": whole.replace(b"<published>", b"<!-- ").replace(b"</published>", b"-->"),
        "category/entities.xml": b'<!DOCTYPE f [<!ENTITY e SYSTEM "/etc/passwd">]>'
        + whole.replace(b">1<", b">&e;<"),
        "category/list.json": b"[]",
        "all.json": b"{",
    }

    back = written(a_feed(an_entry(an_item()), slug="good"), others)

    assert {each.slug for each in back.feeds} - {"entities"} == {"good"}
    assert len(back.problems) >= 6
    assert b"root:" not in repr(back).encode()


ZONELESS, BEYOND = b"2022-01-12T08:00:00", b"9999-12-31T23:59:59-14:00"
SPOILED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "no address of its own": ("bad", lambda body: body.replace(b'rel="self"', b'rel="other"')),
    "a document type": ("bad", lambda body: body.replace(b"<feed ", b"<!DOCTYPE feed><feed ", 1)),
    "a feed without a zone": ("bad", lambda body: _dated(body, ZONELESS, 1)),
    "entries without a zone": ("bad", lambda body: _dated(body, ZONELESS, 0)),
    "a time beyond all times": ("bad", lambda body: _dated(body, BEYOND, 1)),
    "entries beyond all times": ("bad", lambda body: _dated(body, BEYOND, 0)),
    "the id of another": ("other", lambda body: body.replace(b"urn:example:bad", b"urn:example:good", 1)),
    "a name but for its case": ("GOOD", lambda body: body),
    "a name that steers": ("\x1b[31m", lambda body: body),
    "a name that is hidden": (".bad", lambda body: body),
    "a name no file system has": ("bad\\..\\bad", lambda body: body),
}  # fmt: skip


def _dated(body: bytes, date: bytes, count: int) -> bytes:
    return re.sub(rb"(?<=<updated>)[^<]*", date, body, count=count)


@pytest.mark.parametrize("how", SPOILED)
def test_what_could_spoil_a_new_store_is_told_and_left_out(how: str) -> None:
    slug, spoil = SPOILED[how]
    good = a_feed(an_entry(an_item()), slug="good", id="urn:example:good")
    ((path, body),) = Atom().feed(a_feed(an_entry(an_item()), slug=slug, id="urn:example:bad")).items()

    back = written(good, {path: spoil(body)})

    assert len(back.feeds) == len(back.problems) == 1
    assert back.feeds[0].slug.lower() == "good"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"items": ' + b"[" * 100_000])
def test_a_list_without_bottom_is_told_and_left_out(body: bytes) -> None:
    back = written(a_feed(an_entry(an_item()), slug="good"), {"all.json": body})

    assert [each.slug for each in back.feeds] == ["good"]
    assert len(back.problems) == 1


def test_no_folder_holds_nothing() -> None:
    assert read_back(Path("/nonexistent")) == Readback()
