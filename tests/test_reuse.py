"""Entries that nothing happened to are taken from files of ours, and nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.generate import Generate
from aggregator.history import History
from aggregator.model import UNREAD, Enclosure, Tag, Text
from aggregator.outputs.atom import Atom
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.outputs.pages import Pages
from aggregator.rendering import Rendering
from aggregator.rules import OutputSettings
from aggregator.views import Site as SiteView
from tests.builders import NOW
from tests.generating import Site
from tests.outputs.builders import feeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.contracts import KeepingRenderer
    from aggregator.views import Feed

_FORMS: Sequence[KeepingRenderer] = (Atom(), JsonFeed(), Pages())
_WINDOW = {"entries": 4, "window": 3600, "max_entries": 5}


class Told:
    """A renderer that remembers which entries it rendered; the rest is Atom's."""

    version, form = 1, "xml"

    def __init__(self) -> None:
        self.rendered: list[str] = []

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        self.rendered += [entry.item.native_id for entry in feed.entries if not entry.forms]
        return Atom().feed(feed)

    def kept(self, body: str, ids: Sequence[str]) -> Mapping[str, str]:
        return Atom().kept(body, ids)

    def directory(self, directory: object) -> Mapping[str, bytes]:
        return {}


class RealSite(Site):
    """The same with the real renderers."""

    def __init__(self, **settings: object) -> None:
        super().__init__()
        self.settings = OutputSettings(**{"formats": ("atom", "json"), "pages": True} | _WINDOW | settings)  # type: ignore[arg-type]
        self.view = SiteView(language="zh-CN", timezone="Asia/Shanghai")
        self.renderers: list[object] = list(_FORMS)

    def generator(self) -> Generate:
        made = super().generator()
        rendering = Rendering(
            store=self.store,
            renderers=self.renderers,  # type: ignore[arg-type]
            rules=self.rules,
            settings=self.settings,
            site=self.view,
            names=self.store.registry().names,
        )
        history = History(store=self.store, pages=Pages(), rendering=rendering)
        return Generate(store=made.store, folder=self.folder, rendering=rendering, history=history)


@pytest.fixture
def told() -> tuple[RealSite, Told]:
    site, renderer = RealSite(formats=("atom",), pages=False), Told()
    site.renderers = [renderer]
    for number in range(3):
        site.add(f"old{number}", "a", published=NOW - timedelta(days=number))
    site.generate()
    renderer.rendered.clear()
    return site, renderer


def test_only_what_is_new_is_rendered(told: tuple[RealSite, Told]) -> None:
    site, renderer = told

    site.add("new", "a", published=NOW + timedelta(days=1))
    site.generate()

    assert renderer.rendered == ["new", "new"]  # in everything, and in a
    assert site.generator().check() == ()


def test_what_changed_is_rendered(told: tuple[RealSite, Told]) -> None:
    site, renderer = told

    site.add("old1", "a", published=NOW - timedelta(days=1), title="Changed")
    site.generate()

    assert renderer.rendered == ["old1", "old1"]
    assert site.folder.files["all.xml"].count(b"Changed") == 1


@pytest.mark.parametrize("body", [b"", b"somebody else's", None])
def test_nothing_is_taken_from_a_file_that_is_not_as_it_was_written(
    told: tuple[RealSite, Told], body: bytes | None
) -> None:
    site, renderer = told
    if body is None:
        del site.folder.files["category/a.xml"]
    else:
        size = len(site.folder.files["category/a.xml"])
        site.folder.files["category/a.xml"] = body.ljust(size)

    site.add("new", "a", published=NOW + timedelta(days=1))
    site.generate()

    assert sorted(renderer.rendered) == sorted(["new", "new", "old0", "old1", "old2"])
    assert site.generator().check() == ()


def test_other_settings_have_everything_rendered(told: tuple[RealSite, Told]) -> None:
    site, renderer = told

    site.settings = OutputSettings(formats=("atom",), pages=False, content="none")
    site.generate()

    assert len(renderer.rendered) == 6


def test_a_title_that_changes_while_some_are_rendered_changes_wherever_it_stands() -> None:
    site = RealSite(formats=("atom",), pages=False)
    for native_id, *categories in (("both", "m", "s"), ("one", "m"), ("other", "m")):
        site.add(native_id, *categories, tags=(Tag("Old", "Old"),))
    site.generate()
    site.add("new", "m", "s", tags=(Tag("Old", "Old"),))
    site.clock.advance(minutes=1)
    site.route()
    generator = site.generator()

    def goes_on() -> bool:
        for native_id in ("one", "other", "new"):
            site.add(native_id, "m", tags=(Tag("New", "New"),))
        return True

    generator.goes_on = goes_on
    generator.run()
    site.generate()

    assert site.generator().check() == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_after_any_life_the_files_are_what_rendering_everything_gives(seed: int, item_pages: bool) -> None:
    random = Random(seed)  # noqa: S311 - test data, not secrets
    site = RealSite(item_pages=item_pages)
    for _ in range(random.randrange(4, 14)):
        for _ in range(random.randrange(4)):
            _happens(site, random)
        if random.random() < 0.1:
            site.folder.files.pop(random.choice([*site.folder.files, ""]), None)
        site.folder.broken = {"category/a.json"} if random.random() < 0.1 else set()
        site.generate()
    site.folder.broken = set()
    site.generate()

    assert site.generator().check() == ()


def _happens(site: RealSite, random: Random) -> None:
    native_id = str(random.randrange(9))
    known = site.store.known("posts", [native_id]).get(native_id)
    choice = random.random()
    if known is not None and choice < 0.15:
        site.remove(native_id)
    elif known is not None and choice < 0.3:
        site.store.set_hidden(known.item_id, random.random() < 0.6)
    else:
        about = {
            "published": NOW - timedelta(hours=random.randrange(2000)),
            "title": random.choice(["<b>", "甲", "a & b", ""]) + str(random.randrange(3)),
            "content": Text(random.choice(["<p>One &amp; two</p>", "", "<li>x</li>"]), "html"),
            "link": random.choice([None, "https://example.org/a"]),
        }
        if random.random() < 0.3:
            about["enclosures"] = (Enclosure("https://example.org/a.png", "image/png"),)
        site.add(native_id, *random.sample(["a", "b", "c"], random.randrange(1, 3)), **about)


@settings(max_examples=100)
@given(feeds())
def test_every_entry_is_found_where_it_was_written_and_written_there_again(feed: Feed) -> None:
    files = {path: body for each in _FORMS for path, body in each.feed(feed).items()}
    ids = [entry.id for entry in feed.entries]

    forms: dict[str, dict[str, str]] = {each: {} for each in ids}
    for renderer in _FORMS:
        if (path := feed.path(renderer.form)) in files:
            found = renderer.kept(files[path].decode(), [*ids, "urn:example:another"])
            assert set(found) == set(ids)
            for each, written in found.items():
                forms[each][renderer.form] = written

    unread = [replace(each, item=UNREAD, forms=forms[each.id], memo={}) for each in feed.entries]
    again = replace(feed, entries=tuple(unread))
    assert {path: body for each in _FORMS for path, body in each.feed(again).items()} == files
