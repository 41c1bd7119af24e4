from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import unquote

import pytest
from hypothesis import given, settings

from aggregator.model import ContentMode, Enclosure, Item, Person, SourceInfo, Tag, Text
from aggregator.outputs.atom import Atom
from aggregator.outputs.jsonfeed import JsonFeed
from aggregator.outputs.opml import Opml
from aggregator.outputs.pages import Pages
from aggregator.outputs.pages import renderer as pages_renderer
from aggregator.outputs.pages.health import MARKS
from aggregator.outputs.words import words
from aggregator.periods import Period
from aggregator.polls import Standing
from aggregator.tidy import tidy
from aggregator.views import CategoryRef, FeedSummary, ItemPage, Past, Site, SourceHealth
from tests.builders import NOW, an_entry, an_item
from tests.outputs.builders import BASE, a_directory, a_feed, a_site, directories, feeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.views import Directory, Feed

PAGES = Pages()
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """A page as read back: its elements, its text; every element is closed in order, every fact is one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(f"{tag}.facts" if ("class", "facts") in attrs else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().removesuffix(".facts") == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] == "p.facts":
            assert not data.strip(), "a fact in no element: the style cuts its beginning off, for the dot"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self) -> list[str]:
        return [attributes["href"] for tag in ("a", "link") for attributes in self.all(tag)]


def page(feed: Feed) -> Page:
    (body,) = PAGES.feed(feed).values()
    return Page(body.decode("utf-8"))


def home(directory: Directory) -> Page:
    return Page(PAGES.directory(directory)["index.html"].decode("utf-8"))


def alternates(page: Page) -> list[tuple[str, str]]:
    return [(link["type"], link["href"]) for link in page.all("link") if link["rel"] == "alternate"]


# ── where things are ──────────────────────────────────────────────────────────────────────────────────────


def test_the_home_page_is_of_the_directory_and_category_pages_of_their_feeds() -> None:
    assert list(PAGES.feed(a_feed(slug="a b"))) == ["category/a b.html"]
    assert PAGES.feed(a_feed(slug="")) == {}
    assert sorted(PAGES.directory(a_directory())) == [
        "404.html",
        "health.html",
        "icon.svg",
        "index.html",
        "style.css",
        "subscribe.html",
    ]


def test_at_a_former_slug_lies_a_page_that_leads_on_to_the_category() -> None:
    files = PAGES.feed(a_feed(slug="new (1)", title="New <b>", former=("old", "a b")))

    moved = Page(files["category/old.html"].decode())

    assert sorted(files) == ["category/a b.html", "category/new (1).html", "category/old.html"]
    assert files["category/a b.html"] == files["category/old.html"]
    assert {"http-equiv": "refresh", "content": "0; url=../category/new%20(1).html"} in moved.all("meta")
    assert {"rel": "canonical", "href": f"{BASE}category/new%20(1).html"} in moved.all("link")
    assert alternates(moved)[0] == ("application/atom+xml", "../category/new%20(1).xml")
    assert "This page has moved to New <b>" in moved.text


def test_without_pages_there_is_no_html() -> None:
    assert PAGES.feed(a_feed(pages=False)) == {}
    assert PAGES.directory(a_directory(everything=a_feed(slug="", pages=False))) == {}


def test_every_relative_link_leads_to_a_file_that_is_written() -> None:
    site = a_site()
    feed = a_feed(
        an_entry(), an_entry(an_item("2", link="https://news.example/2")), slug="21 a(b)甲", site=site
    )
    directory = a_directory(
        site=site,
        everything=a_feed(*feed.entries, slug="", site=site),
        categories=(FeedSummary(slug=feed.slug, title="T", items=2, updated=NOW),),
    )
    files: dict[str, bytes] = {}
    for renderer in (Atom(), JsonFeed(), Opml(), PAGES):
        files |= {
            **renderer.feed(feed),
            **renderer.feed(directory.everything),
            **renderer.directory(directory),
        }

    for path in ("index.html", "subscribe.html", "category/21 a(b)甲.html"):
        read = Page(files[path].decode())
        ids = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
        local = [link for link in read.links() if not link.startswith("https://news.example/")]
        local += [image["src"] for image in read.all("img")]
        targets = {
            posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(link)))
            for link in local
            if link[0] != "#"
        }
        assert targets <= set(files)
        assert {link[1:] for link in local if link[0] == "#"} <= ids


def test_every_page_says_where_its_feeds_are() -> None:
    assert alternates(page(a_feed(slug="a b"))) == [
        ("application/atom+xml", "../category/a%20b.xml"),
        ("application/feed+json", "../category/a%20b.json"),
    ]
    assert alternates(home(a_directory())) == [
        ("application/atom+xml", "all.xml"),
        ("application/feed+json", "all.json"),
    ]
    assert alternates(page(a_feed(formats=("atom",)))) == [("application/atom+xml", "../category/macro.xml")]


def test_addresses_to_copy_are_absolute() -> None:
    assert f"{BASE}category/a%20b.xml" in page(a_feed(slug="a b")).text
    assert f"{BASE}all.xml" in home(a_directory()).text


def test_entries_without_link_are_found_where_atom_says_they_are() -> None:
    feed = a_feed(an_entry())
    (atom,) = Atom().feed(feed).values()

    (anchor,) = [item["id"] for item in page(feed).all("li") if "id" in item]

    assert f"{BASE}category/macro.html#{anchor}".encode() in atom


# ── what they say ─────────────────────────────────────────────────────────────────────────────────────────


def test_search_engines_are_let_in_only_where_asked_for() -> None:
    def robots(read: Page) -> list[str]:
        return [meta["content"] for meta in read.all("meta") if meta.get("name") == "robots"]

    assert robots(page(a_feed())) == robots(home(a_directory())) == ["noindex"]
    assert robots(page(a_feed(site=a_site(index=True)))) == []


def test_pages_tell_nobody_where_their_links_were_followed() -> None:
    for read in (page(a_feed()), home(a_directory())):
        assert {"name": "referrer", "content": "no-referrer"} in read.all("meta")


@pytest.mark.parametrize(
    ("language", "written", "word"),
    [
        ("zh-Hans", "zh-Hans", "订阅"),
        ("en-GB", "en-GB", "Subscribe"),
        ("fr", "en", "Subscribe"),
        ("?", "en", "Subscribe"),
    ],
)
def test_pages_speak_the_sites_language_or_english(language: str, written: str, word: str) -> None:
    read = page(a_feed(site=a_site(language=language)))

    assert read.all("html") == [{"lang": written}]
    assert word in read.text


def test_an_item_shows_title_source_time_and_excerpt() -> None:
    item = an_item(
        title="Rates",
        link="https://news.example/1?a=1&b=2",
        content="<p>The text</p>",
        published=datetime(2022, 6, 12, 23, 0, tzinfo=UTC),
        origin="Daily",
    )

    read = page(a_feed(an_entry(item, source=SourceInfo("", "News")), site=a_site(timezone="Asia/Shanghai")))

    assert "https://news.example/1?a=1&b=2" in read.links()
    assert {"datetime": "2022-06-12T23:00:00Z"} in read.all("time")
    for shown in ("Rates", "Daily", "via News", "Monday, 13 June 2022", "07:00", "The text"):
        assert shown in read.text


def test_an_item_of_which_nothing_may_be_shown_has_no_excerpt() -> None:
    read = page(a_feed(an_entry(an_item(content="<p>The text</p>", summary="Short"), content="none")))

    assert "The text" not in read.text
    assert "Short" not in read.text


def test_an_item_in_another_language_says_so() -> None:
    read = page(a_feed(an_entry(an_item("1", language="zh-CN")), an_entry(an_item("2", language="en"))))

    assert [attributes.get("lang") for attributes in read.all("h4")] == ["zh-CN", None]


def test_the_home_page_lists_items_by_day_in_the_sites_time_zone() -> None:
    moments = [
        datetime(2022, 6, 13, 17, tzinfo=UTC),
        datetime(2022, 6, 13, 15, tzinfo=UTC),
        datetime(2022, 6, 13, 1, tzinfo=UTC),
    ]
    entries = [an_entry(an_item(str(number)), published=moment) for number, moment in enumerate(moments)]
    site = a_site(timezone="Asia/Shanghai")

    read = home(a_directory(site=site, everything=a_feed(*entries, slug="", site=site)))

    assert [read.text.count(day) for day in ("Tuesday, 14 June 2022", "Monday, 13 June 2022")] == [1, 1]
    assert (
        read.text.index("Tuesday")
        < read.text.index("01:00")
        < read.text.index("Monday")
        < read.text.index("23:00")
    )


def test_the_home_page_lists_categories_that_were_written() -> None:
    categories = (
        FeedSummary(slug="a b", title="Macro", items=1, updated=NOW),
        FeedSummary(slug="untitled", title="", items=2000, updated=NOW),
        FeedSummary(slug="declared", title="Declared", items=0, updated=None),
    )

    read = home(a_directory(categories=categories))

    assert "category/a%20b.html" in read.links()
    for word in ("Macro", "untitled", "1 item", "2,000 items", "22 Nov 2026"):
        assert word in read.text
    assert "Declared" not in read.text


def test_what_is_not_shown_is_counted() -> None:
    assert "600 items\nthe newest 1 are on this page" in page(a_feed(an_entry(), total=600)).text
    assert "on this page" not in page(a_feed(an_entry(), total=1)).text


def test_empty_pages_say_so() -> None:
    assert "No items yet." in page(a_feed()).text
    empty = home(a_directory(categories=()))
    assert "No items yet." in empty.text
    assert "No category has items yet." in empty.text


def test_moments_at_the_ends_of_time_are_shown() -> None:
    moments = (
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=12))),
    )
    entries = [an_entry(an_item(str(number)), published=moment) for number, moment in enumerate(moments)]

    assert "31 December 9999" in page(a_feed(*entries)).text


def test_of_many_categories_those_that_changed_last_come_first_and_all_behind_a_click() -> None:
    categories = tuple(
        FeedSummary(slug=f"c{number:03}", title="", items=1, updated=NOW + timedelta(days=number))
        for number in range(pages_renderer.LISTED + 1)
    )

    few, many = home(a_directory(categories=categories[1:])), home(a_directory(categories=categories))

    assert (few.all("details"), len(many.all("details"))) == ([], 1)
    assert next(link for link in many.links() if "/c" in link) == "category/c024.html"
    assert many.links().count("category/c000.html") == 1
    assert many.links().count("category/c001.html") == 2
    assert f"All {len(categories)} categories" in many.text


def test_the_page_on_subscribing_holds_every_address_up_to_a_limit() -> None:
    def addresses(count: int) -> Page:
        categories = tuple(
            FeedSummary(slug=f"c{number}", title="", items=1, updated=NOW) for number in range(count)
        )
        return Page(PAGES.directory(a_directory(categories=categories))["subscribe.html"].decode())

    few, many = addresses(pages_renderer.ADDRESSES), addresses(pages_renderer.ADDRESSES + 1)

    assert f"{BASE}category/c{pages_renderer.ADDRESSES - 1}.xml" in few.text
    assert f"{BASE}feeds.opml" in few.text
    assert f"There are {pages_renderer.ADDRESSES + 1} categories" in many.text
    assert " categories. Each" not in few.text


def test_the_page_for_what_is_not_there_works_at_any_address() -> None:
    read = Page(PAGES.directory(a_directory())["404.html"].decode())

    assert [link for link in read.links() if link[0] != "#"] == [BASE]
    assert len(read.all("style")) == 1


def test_sources_are_shown_by_state_with_word_shape_and_since_when() -> None:
    health = (
        SourceHealth(
            id="a", title="A <b>", state="failing", since=NOW, url="https://a.example/f", status=404
        ),
        SourceHealth(id="b", title="", state="failing"),
        SourceHealth(id="c", title="C", state="ok", url="javascript:alert(1)"),
    )

    read = Page(PAGES.directory(replace(a_directory(), health=health))["health.html"].decode())

    assert [attributes["id"] for attributes in read.all("h2")] == ["state-failing", "state-ok"]
    assert (
        re.sub(r"\s+", " ", read.text).count(
            "▲cannot be read 2 sources A <b> since 22 Nov 2026 12:00 HTTP 404 b"
        )
        == 1
    )
    assert "https://a.example/f" in read.links()
    assert not any(link.startswith("javascript") for link in read.links())


@pytest.mark.parametrize("state", get_args(Standing))
def test_every_state_of_a_source_has_a_word_and_a_shape(state: Standing) -> None:
    health = (SourceHealth(id="a", title="A", state=state),)

    for language in ("en", "zh-CN"):
        directory = a_directory(everything=a_feed(slug="", site=a_site(language=language)))
        read = Page(PAGES.directory(replace(directory, health=health))["health.html"].decode())
        assert getattr(words(language), state) in read.text
        assert MARKS[state] in read.text
    assert len(set(MARKS.values())) == len(MARKS)


# ── months ────────────────────────────────────────────────────────────────────────────────────────────────


def past(**only_what_matters: Any) -> Page:
    fields: dict[str, Any] = {"feed": a_feed(title="Macro"), "period": Period(2022, 6)}
    (body,) = PAGES.past(Past(**fields | only_what_matters)).values()
    return Page(body.decode())


def test_a_category_names_its_months_by_year() -> None:
    read = page(a_feed(months=(Period(2021, 12), Period(2022, 5), Period(2022, 6))))

    links = [link for link in read.links() if link.startswith("../category/macro/")]
    assert links == [f"../category/macro/{month}.html" for month in ("2022-06", "2022-05", "2021-12")]
    assert read.text.index("2022") < read.text.index("Jun") < read.text.index("2021") < read.text.index("Dec")


def test_a_month_shows_its_items_by_day_and_leads_to_the_one_before() -> None:
    entries = tuple(
        an_entry(an_item(str(day)), published=datetime(2022, 6, day, 12, tzinfo=UTC)) for day in (13, 12)
    )

    read = past(entries=entries, older=Period(2022, 4))

    assert "June 2022" in read.text
    assert "2 items" in read.text
    assert read.text.index("Monday, 13 June 2022") < read.text.index("Sunday, 12 June 2022")
    assert {"rel": "prev", "href": "../../category/macro/2022-04.html"} in read.all("a")
    assert "../../category/macro.html" in read.links()
    assert alternates(read)[0] == ("application/atom+xml", "../../category/macro.xml")


def test_a_month_names_nothing_later() -> None:
    feed = a_feed(an_entry(), title="Macro", months=(Period(2022, 6), Period(2022, 7)), total=99)

    assert PAGES.past(Past(feed=feed, period=Period(2022, 6))) == PAGES.past(
        Past(feed=replace(feed, months=(), total=0, updated=NOW, entries=()), period=Period(2022, 6))
    )


def test_a_busy_month_names_its_days_and_a_day_its_month() -> None:
    month = past(days=(Period(2022, 6, 1), Period(2022, 6, 13)))
    day = past(period=Period(2022, 6, 13))

    assert [link for link in month.links() if "2022-06-" in link] == [
        "../../category/macro/2022-06-13.html",
        "../../category/macro/2022-06-01.html",
    ]
    assert "13 Jun" in month.text
    assert "Monday, 13 June 2022" in day.text
    assert "../../category/macro/2022-06.html" in day.links()


def test_at_the_former_place_of_a_month_lies_a_page_that_leads_on() -> None:
    files = PAGES.past(Past(feed=a_feed(former=("old", "a.html")), period=Period(2022, 6)))

    moved = Page(files["category/old/2022-06.html"].decode())

    assert sorted(files) == ["category/macro/2022-06.html", "category/old/2022-06.html"]
    assert "../../category/macro/2022-06.html" in moved.links()


# ── items ─────────────────────────────────────────────────────────────────────────────────────────────────


def item_page(item: Item | None = None, site: Site | None = None, **about: Any) -> Page:
    feed = a_feed(slug="", item_pages=True, **({"site": site} if site else {}))
    (body,) = PAGES.item(ItemPage(feed=feed, entry=an_entry(item, **about))).values()
    return Page(body.decode())


def test_an_item_has_a_page_with_all_that_is_known_of_it() -> None:
    item = an_item(
        title="Rates <b>",
        link="https://www.news.example/1",
        content="<h1>First</h1><p>The <em>text</em></p>",
        authors=(Person("Li Lei"), Person("Ann")),
        tags=(Tag("rates", "Rates & more"),),
        origin="Daily",
        enclosures=(Enclosure("https://news.example/a/b.mp3", "audio/mpeg", 3_000_000),),
        language="en-GB",
    )

    read = item_page(
        item,
        a_site(timezone="Asia/Shanghai"),
        published=datetime(2022, 6, 12, 23, tzinfo=UTC),
        updated=datetime(2022, 6, 13, 1, 30, tzinfo=UTC),
        source=SourceInfo(title="News"),
        categories=(CategoryRef("a b", "Macro"),),
    )

    assert [tag for tag, _ in read.elements if tag in ("h1", "h2", "em")] == ["h1", "h2", "em"]
    for said in (
        "Rates <b>",
        "The text",
        "Li Lei, Ann",
        "Daily",
        "News",
        "Rates & more",
        "b.mp3",
        "audio/mpeg · 2.9 MiB",
        "Monday, 13 June 2022 07:00 UTC+8",
        "Monday, 13 June 2022 09:30 UTC+8",
        "Read the original at news.example",
    ):
        assert said in read.text
    assert {"rel": "canonical", "href": "https://www.news.example/1"} in read.all("link")
    assert "../category/a%20b.html" in read.links()
    assert read.all("h1") == [{"lang": "en-GB"}]


def test_an_item_without_original_is_its_own() -> None:
    item = an_item(content="<p>x</p>")
    read = item_page(item)

    assert {"rel": "canonical", "href": f"{BASE}{an_entry(item).path}"} in read.all("link")
    assert "Read the original" not in read.text


@pytest.mark.parametrize(("mode", "shown"), [("full", ["Body"]), ("summary", ["Short"]), ("none", [])])
def test_an_items_page_shows_what_may_be_shown(mode: ContentMode, shown: list[str]) -> None:
    read = item_page(an_item(content="<p>Body</p>", summary="Short"), content=mode)

    assert [said for said in ("Body", "Short") if said in read.text] == shown


def test_the_page_of_a_private_sources_item_does_not_tell_where_it_was_read() -> None:
    source = SourceInfo(id="urn:x", site_url="https://secret.example/", feed_url="https://secret.example/f")
    read = item_page(an_item(link=None, content="<p>x</p>"), source=source, private=True)

    assert "secret" not in str(read.elements) + read.text


def test_lists_lead_to_the_pages_of_items_where_there_are_any() -> None:
    entry = an_entry(an_item(link="https://news.example/1"))

    read = page(a_feed(entry, item_pages=True))

    links = [link for link in read.links() if "item/" in link or "news.example" in link]
    assert links == [f"../{entry.path}", "https://news.example/1"]


def test_an_entry_without_link_is_at_its_own_page_where_there_are_any() -> None:
    entry = an_entry(an_item(content=""))
    (body,) = Atom().feed(a_feed(entry, item_pages=True)).values()

    assert f'href="{BASE}{entry.path}"'.encode() in body


# ── anything ──────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_a_stranger_writes_becomes_markup() -> None:
    bad = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>{{ 7*7 }}"
    item = an_item(
        bad, title=bad, link="javascript:alert(1)", content=Text(bad, "text"), origin=bad, language=bad
    )
    everything = a_feed(an_entry(item), slug="", title=bad, site=a_site(title=bad))
    directory = a_directory(
        site=everything.site,
        everything=everything,
        categories=(FeedSummary(slug="x", title=bad, items=1, updated=NOW),),
    )

    for read in (page(a_feed(an_entry(item), title=bad, site=a_site(title=bad))), home(directory)):
        assert read.all("script") == []
        assert {image["src"].rpartition("/")[2] for image in read.all("img")} == {"icon.svg"}
        assert not any(link.startswith("javascript") for link in read.links())
        assert bad in read.text


def sound(files: Mapping[str, bytes]) -> bool:
    """Whether every page is well formed, with unique ids and safe links."""
    for path, body in files.items():
        if path.endswith(".html"):
            read = Page(body.decode("utf-8", "strict"))
            ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
            assert len(ids) == len(set(ids))
            assert all(":" not in link or link.startswith(("http://", "https://")) for link in read.links())
            assert read.all("title")
    return True


@given(feeds())
@settings(max_examples=30, deadline=None)
def test_any_category_page_is_well_formed_and_gives_the_same_bytes_again(feed: Feed) -> None:
    files = PAGES.feed(feed)

    assert bool(files) is feed.pages
    assert sound(files)
    assert files == Pages().feed(feed)


@given(feeds())
@settings(max_examples=30, deadline=None)
def test_any_month_and_any_item_is_well_formed(feed: Feed) -> None:
    assert sound(PAGES.past(Past(feed=feed, period=Period(2022, 6), entries=feed.entries)))
    for entry in feed.entries:
        clean = replace(entry, item=tidy(entry.item, NOW))
        assert sound(PAGES.item(ItemPage(feed=feed, entry=clean)))


@given(directories())
@settings(max_examples=30, deadline=None)
def test_any_home_page_is_well_formed_and_gives_the_same_bytes_again(directory: Directory) -> None:
    files = PAGES.directory(directory)

    assert bool(files) is directory.everything.pages
    assert sound(files)
    assert files == Pages().directory(directory)


@settings(max_examples=40)
@given(feeds())
def test_an_entry_is_listed_the_same_whatever_it_was_listed_in_before(feed: Feed) -> None:
    sites = (feed.site, replace(feed.site, language="zh-CN", timezone="Asia/Shanghai", title="Others"))
    for site in sites:
        for content in get_args(ContentMode):
            for item_pages in (False, True):
                entries = tuple(replace(each, content=content) for each in feed.entries)
                again = replace(feed, site=site, item_pages=item_pages, entries=entries)
                unlisted = tuple(replace(each, memo={}) for each in entries)

                assert PAGES.feed(again) == PAGES.feed(replace(again, entries=unlisted))
