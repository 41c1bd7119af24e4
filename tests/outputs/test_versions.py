"""Whoever changes what is written raises the version of its renderer, or sites would keep the old files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aggregator import __version__
from aggregator.model import Enclosure, Person, SourceInfo, Tag, Text
from aggregator.outputs.atom import Atom
from aggregator.outputs.health import Health
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.outputs.opml import Opml
from aggregator.outputs.pages import Pages
from aggregator.periods import Period
from aggregator.views import CategoryRef, FeedSummary, ItemPage, Past, SourceHealth
from tests.builders import NOW, an_entry, an_item
from tests.outputs.builders import a_directory, a_feed, a_site

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN = {
    "Atom": (2, "4c9b343272f12578"),
    "Health": (1, "daf4991bf1ce87de"),
    "JsonFeed": (2, "4c309eed738e9f32"),
    "Opml": (1, "99e68ac4d5694b92"),
    "Pages": (3, "a8b4eeb1a26d9e18"),
}
"""By renderer: its version, and the beginning of the hash of all that it writes for the site below."""


def everything(renderer: Any) -> Iterator[tuple[str, bytes]]:
    """Every kind of file, of entries that have all that an entry can have, in both languages."""
    item = an_item(
        title=Text("A title"),
        link="https://example.org/a?b=1&c",
        content=Text('<p>One <b>two</b></p><img src="https://example.org/a.png" alt="A">', "html"),
        summary=Text("In short"),
        authors=(Person("Ann", "https://example.org/ann"),),
        tags=(Tag("macro", "", "Macro"),),
        origin="Example Times",
        enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg", 123_456),),
    )
    entries = (
        an_entry(item, categories=(CategoryRef("macro", "Macro"),)),
        an_entry(an_item(native_id="b"), item_id=2, content="summary", private=True),
    )
    for language in ("en", "zh-CN"):
        site = a_site(language=language, timezone="Asia/Shanghai", author="Ed", id="urn:example:site")
        feed = a_feed(
            *entries, site=site, months=(Period(2021, 12), Period(2022, 6)), former=("old",), total=1234
        )
        whole = a_feed(*entries, site=site, slug="", title=site.title)
        directory = a_directory(
            site=site,
            everything=whole,
            categories=(FeedSummary(slug="macro", title="Macro", items=1234, updated=NOW),),
            sources=(SourceInfo("urn:example:a", "A", "https://example.org/", "https://example.org/feed"),),
            health=(SourceHealth(id="a", title="A", state="failing", since=NOW, status=404),),
        )
        yield from renderer.feed(feed).items()
        yield from renderer.directory(directory).items()
        if isinstance(renderer, Pages):
            bare = replace(feed, entries=())
            yield from renderer.past(Past(feed=bare, period=Period(2022, 6), entries=entries)).items()
            days = (Period(2022, 6, 1), Period(2022, 6, 13))
            yield from renderer.past(Past(feed=bare, period=Period(2022, 6), days=days)).items()
            yield from renderer.item(ItemPage(feed=replace(whole, entries=()), entry=entries[0])).items()


@pytest.mark.parametrize(
    "renderer", [Atom(), Health(), JsonFeed(), Opml(), Pages()], ids=lambda each: type(each).__name__
)
def test_what_is_written_otherwise_has_another_version(renderer: Any) -> None:
    told = hashlib.sha256()
    for path, body in everything(renderer):
        told.update(path.encode() + b"\0" + body.replace(__version__.encode(), b"VERSION") + b"\0")

    name, now = type(renderer).__name__, (renderer.version, told.hexdigest()[:16])
    assert now == WRITTEN.get(name), f"{name} writes other bytes: raise its version, and say {now} in WRITTEN"
