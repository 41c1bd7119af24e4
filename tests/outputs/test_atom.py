from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree

from aggregator.model import Enclosure, Person, SourceInfo, Tag, Text
from aggregator.outputs.atom import Atom
from aggregator.views import CategoryRef, Entry, Feed
from tests.builders import NOW, an_entry, an_item
from tests.outputs.atom_rules import ATOM, MEDIA, XML_LANG, violations
from tests.outputs.builders import BASE, a_directory, a_feed, a_site, feeds
from tests.outputs.feedgen_reference import by_feedgen

DATA = Path(__file__).parent / "data"
CHINA = timezone(timedelta(hours=8))


def render(feed: Feed) -> bytes:
    (body,) = Atom().feed(feed).values()
    return body


def tree(feed: Feed) -> etree._Element:
    body = render(feed)
    assert violations(body) == []
    return etree.fromstring(body)


def entry_of(entry: Entry, **about_the_feed: object) -> etree._Element:
    found = tree(a_feed(entry, **about_the_feed)).find(f"{ATOM}entry")
    assert found is not None
    return found


def texts(element: etree._Element, *names: str) -> list[str | None]:
    return [found.text for found in element.iterfind("/".join(ATOM + name for name in names))]


def links(element: etree._Element, rel: str) -> list[dict[str, str]]:
    return [
        {str(key): str(value) for key, value in link.attrib.items() if key != "rel"}
        for link in element.iterfind(f"{ATOM}link[@rel='{rel}']")
    ]


def full_feed() -> Feed:
    """Every element that a feed may have."""
    rich = an_item(
        "rich",
        title="Rates <b>rise</b> & fall",
        link="https://news.example/1?a=1&b=2",
        content='<p>Text &amp; <a href="https://news.example/2">link</a></p>',
        summary="<p>In short</p>",
        authors=(Person("Li Lei", "https://news.example/li"), Person("Han Meimei", email="han@news.example")),
        tags=(Tag("rates", "Rates", "https://news.example/tags/"), Tag("bank")),
        origin="Example Daily",
        enclosures=(Enclosure("https://news.example/1.mp3", "audio/mpeg", 1234),),
        language="zh-CN",
    )
    return a_feed(
        an_entry(
            rich,
            published=datetime(2022, 6, 13, 11, 3, 16, tzinfo=CHINA),
            updated=datetime(2022, 6, 14, 1, 2, 3, 400, tzinfo=UTC),
            categories=(CategoryRef("hong guan", "宏观"),),
            source=SourceInfo(
                "https://news.example/id", "News", "https://news.example/", "https://news.example/feed", NOW
            ),
        ),
        an_entry(an_item("bare", link="https://news.example/bare"), content="none", private=True),
        slug="hong guan",
        title="宏观",
    )


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_feed_with_everything_is_written_like_this() -> None:
    ((path, body),) = Atom().feed(full_feed()).items()

    assert path == "category/hong guan.xml"
    assert violations(body) == []
    assert body.decode() == (DATA / "full.xml").read_text(encoding="utf-8")


def test_a_feed_without_entries_is_valid() -> None:
    assert violations(render(a_feed())) == []


def test_entries_stay_in_the_order_they_are_handed_over_in() -> None:
    feed = tree(a_feed(*(an_entry(an_item(str(number))) for number in (3, 1, 2))))

    assert texts(feed, "entry", "title") == ["Item 3", "Item 1", "Item 2"]


def test_the_feed_of_everything_points_to_the_home_page() -> None:
    feed = a_feed(slug="")

    assert list(Atom().feed(feed)) == ["all.xml"]
    assert links(tree(feed), "self") == [{"href": f"{BASE}all.xml", "type": "application/atom+xml"}]
    assert links(tree(feed), "alternate") == [{"href": f"{BASE}index.html", "type": "text/html"}]
    assert b'<?xml-stylesheet type="text/css" href="feed.css"?>' in render(feed)


def test_slugs_are_percent_encoded_in_links() -> None:
    feed = a_feed(slug="21 caijing(APP) 甲")

    (address,) = links(tree(feed), "self")

    assert address["href"] == f"{BASE}category/21%20caijing(APP)%20%E7%94%B2.xml"
    assert list(Atom().feed(feed)) == ["category/21 caijing(APP) 甲.xml"]


def test_without_pages_the_alternate_is_the_site() -> None:
    assert links(tree(a_feed(pages=False)), "alternate") == [{"href": BASE, "type": "text/html"}]


def test_the_feeds_author_is_the_sites_else_its_title() -> None:
    assert texts(tree(a_feed(site=a_site(author="Ann"))), "author", "name") == ["Ann"]
    assert texts(tree(a_feed(site=a_site(title="Mine"))), "author", "name") == ["Mine"]
    assert texts(tree(a_feed(site=a_site(title=" "), title="")), "author", "name") == ["Feeds"]


@pytest.mark.parametrize(("language", "written"), [("zh-CN", "zh-CN"), ("", "und"), ("not one", "und")])
def test_the_feed_states_its_language(language: str, written: str) -> None:
    assert tree(a_feed(site=a_site(language=language))).get(XML_LANG) == written


def test_the_updated_of_the_feed_is_the_one_handed_over() -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, 600000, tzinfo=CHINA)

    assert texts(tree(a_feed(updated=moment)), "updated") == ["2020-01-02T03:04:05.600000+08:00"]


def test_offsets_that_have_seconds_are_written_without() -> None:
    before_standard_time = datetime(1850, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))

    entry = entry_of(an_entry(published=before_standard_time))

    assert texts(entry, "published") == ["1849-12-31T23:59:17+08:05"]


def test_what_all_feeds_share_is_written_once() -> None:
    files = Atom().directory(a_directory())

    assert list(files) == ["feed.css", "icon.png"]
    assert b'@namespace "http://www.w3.org/2005/Atom";' in files["feed.css"]
    assert files["icon.png"].startswith(b"\x89PNG\r\n")


def test_a_feed_that_is_opened_speaks_its_language_else_english() -> None:
    style = Atom().directory(a_directory())["feed.css"].decode()

    (english, *others) = [line for line in style.splitlines() if '"self"]::before' in line]
    assert english.startswith('feed > link[rel="self"]::before { content: "This is a feed.')
    assert any(line.startswith("feed:lang(zh) > ") and "订阅地址" in line for line in others)
    assert all(line.endswith('\\a "; }') for line in (english, *others))


def test_a_feed_names_the_icon_of_the_site() -> None:
    assert tree(a_feed(slug="a b")).findtext(f"{ATOM}icon") == f"{BASE}icon.png"


# ── content ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "content", "summary", "written"),
    [
        ("full", "<p>Body</p>", "", {"content": "<p>Body</p>"}),
        ("full", "<p>Body</p>", "<p>Short</p>", {"content": "<p>Body</p>", "summary": "Short"}),
        ("full", "<p>Same</p>", "Same", {"content": "<p>Same</p>"}),
        ("full", "", "<p>All there is</p>", {"content": "<p>All there is</p>"}),
        ("full", "", "", {}),
        ("summary", "<p>Body</p>", "<p>Short &amp; good</p>", {"summary": "Short & good"}),
        ("summary", "<p>One</p><p>two</p>", "", {"summary": "One two"}),
        ("summary", "", "", {}),
        ("none", "<p>Body</p>", "<p>Short</p>", {}),
    ],
)
def test_each_content_mode_shows_what_it_allows(
    mode: str, content: str, summary: str, written: dict[str, str]
) -> None:
    entry = entry_of(an_entry(an_item(content=content, summary=summary), content=mode))

    found = {name: texts(entry, name)[0] for name in ("summary", "content") if texts(entry, name)}

    assert found == written


def test_a_long_text_becomes_an_excerpt_in_summaries() -> None:
    entry = entry_of(an_entry(an_item(content="<p>" + "word " * 500 + "</p>"), content="summary"))

    (summary,) = texts(entry, "summary")

    assert summary is not None
    assert 200 < len(summary) <= 280
    assert summary.endswith("word…")


def test_plain_text_content_is_written_as_html() -> None:
    item = an_item(content=Text("1 < 2\nnext\n\n\nend", "text"))

    assert texts(entry_of(an_entry(item)), "content") == ["<p>1 &lt; 2<br>next</p><p>end</p>"]


def test_an_item_without_title_is_called_by_its_first_words_else_its_link_else_its_id() -> None:
    link = "https://news.example/1"

    titles = [
        texts(entry_of(an_entry(an_item(title="", **about), content=mode)), "title")
        for about, mode in [
            ({"content": "<p>First words</p>", "link": link}, "full"),
            ({"content": "<p>First words</p>", "link": link}, "none"),
            ({}, "full"),
        ]
    ]

    assert titles == [["First words"], [link], ["urn:example:posts:1"]]


def test_a_title_in_html_becomes_plain_text() -> None:
    item = an_item(title=Text("A &amp; <i>b</i>", "html"))

    assert texts(entry_of(an_entry(item)), "title") == ["A & b"]


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_with_content_and_no_link_has_no_alternate() -> None:
    assert links(entry_of(an_entry(an_item(content="<p>x</p>"))), "alternate") == []


def test_an_entry_with_neither_points_to_its_place_on_the_page() -> None:
    entry = an_entry(an_item(link="javascript:alert(1)"))

    (here,) = links(entry_of(entry), "alternate")
    (without_pages,) = links(entry_of(entry, pages=False), "alternate")

    assert re.fullmatch(rf"{BASE}category/macro\.html#item-[0-9a-f]{{16}}", here["href"])
    assert without_pages["href"] == here["href"].replace("category/macro.html", "")


def test_enclosures_keep_address_type_and_length() -> None:
    item = an_item(
        enclosures=(
            Enclosure("https://news.example/a", "audio/mpeg", 0),
            Enclosure("https://news.example/b.PDF?x"),
            Enclosure("https://news.example/c", "nonsense", -1),
            Enclosure("https://news.example/a", "audio/ogg", 7),
            Enclosure("file:///etc/passwd", "text/plain", 7),
        )
    )

    assert links(entry_of(an_entry(item)), "enclosure") == [
        {"href": "https://news.example/a", "type": "audio/mpeg", "length": "0"},
        {"href": "https://news.example/b.PDF?x", "type": "application/pdf"},
        {"href": "https://news.example/c"},
    ]


def test_the_first_picture_that_comes_with_an_item_stands_for_it() -> None:
    pictures = (
        Enclosure("https://news.example/a.mp3", "audio/mpeg", 7),
        Enclosure("https://news.example/b.jpg"),
        Enclosure("https://news.example/c.png", "image/png"),
    )

    entry = entry_of(an_entry(an_item(enclosures=pictures)))

    assert [dict(each.attrib) for each in entry.iter(f"{MEDIA}thumbnail")] == [
        {"url": "https://news.example/b.jpg"}
    ]
    assert len(links(entry, "enclosure")) == 3


def test_feeds_without_pictures_do_not_speak_of_them() -> None:
    (body,) = (
        Atom().feed(a_feed(an_entry(an_item(enclosures=(Enclosure("https://news.example/a.mp3"),))))).values()
    )

    assert b"mrss" not in body


# ── authors, sources, categories ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("about", "source", "private", "name"),
    [
        ({"authors": (Person("Li Lei"), Person("Li Lei"))}, SourceInfo("", "News"), False, "Li Lei"),
        ({"authors": (Person(" "),), "origin": "Daily"}, SourceInfo("", "News"), False, "Daily"),
        ({}, SourceInfo("", "News", "https://news.example/"), False, "News"),
        ({}, SourceInfo("", "", "https://news.example/"), False, "news.example"),
        ({}, SourceInfo("", "", None, "https://feeds.example:8443/x"), False, "feeds.example"),
        ({}, SourceInfo("", "", "https://secret.example/"), True, "Example feeds"),
        ({}, SourceInfo(), False, "Example feeds"),
    ],
)
def test_the_author_is_the_byline_else_the_source_shown(
    about: dict[str, Any], source: SourceInfo, private: bool, name: str
) -> None:
    entry = entry_of(an_entry(an_item(**about), source=source, private=private))

    assert texts(entry, "author", "name") == [name]


def test_the_source_is_written_as_it_was_when_the_entry_was_updated() -> None:
    info = SourceInfo("tag:x,2020:1", "News", "https://news.example/", "https://news.example/feed", NOW)

    source = entry_of(an_entry(source=info)).find(f"{ATOM}source")

    assert source is not None
    assert texts(source, "id") + texts(source, "title") == ["tag:x,2020:1", "News"]
    assert texts(source, "updated") == ["2026-11-22T12:00:00Z"]
    assert links(source, "self") == [{"href": "https://news.example/feed"}]
    assert links(source, "alternate") == [{"href": "https://news.example/", "type": "text/html"}]


def test_a_source_without_id_gets_one_that_follows_from_what_is_known() -> None:
    def id_of(info: SourceInfo, source_id: str = "posts") -> str | None:
        (found,) = texts(entry_of(an_entry(an_item(source_id=source_id), source=info)), "source", "id")
        return found

    assert id_of(SourceInfo("", "News", None, "https://news.example/feed")) == "https://news.example/feed"
    minted = id_of(SourceInfo("local", "News"))
    assert minted == id_of(SourceInfo("local", "Renamed"))
    assert minted != id_of(SourceInfo("", "News"))
    assert id_of(SourceInfo("", "News"), "one") != id_of(SourceInfo("", "News"), "two")


def test_sources_of_the_same_name_have_different_ids_on_different_sites() -> None:
    one, other = (entry_of(an_entry(source=SourceInfo()), site=a_site(id=site)) for site in ("1", "2"))

    assert texts(one, "source", "id") != texts(other, "source", "id")


def test_of_a_private_source_only_the_title_is_told() -> None:
    address = "https://user.example/feed?token=secret"
    info = SourceInfo(address, "Letters", address, address)
    item = an_item(content="<p>x</p>", tags=(Tag("t", "T", address),))

    body = render(a_feed(an_entry(item, source=info, private=True)))

    assert violations(body) == []
    assert b"Letters" in body
    assert b"secret" not in body
    assert b"user.example" not in body


def test_a_private_source_without_title_is_not_mentioned() -> None:
    entry = an_entry(source=SourceInfo("", "", "https://secret.example/"), private=True)

    assert entry_of(entry).find(f"{ATOM}source") is None


def test_categories_come_before_tags_and_each_once() -> None:
    item = an_item(
        tags=(Tag("a", "A"), Tag("a", "again"), Tag("", "only a label"), Tag("b", "", "no scheme"), Tag(" "))
    )
    entry = entry_of(an_entry(item, categories=(CategoryRef("a", "Title"), CategoryRef("c", ""))))

    found = [dict(category.attrib) for category in entry.iterfind(f"{ATOM}category")]

    assert found == [
        {"term": "a", "scheme": f"{BASE}category/", "label": "Title"},
        {"term": "c", "scheme": f"{BASE}category/", "label": "c"},
        {"term": "a", "label": "A"},
        {"term": "only a label", "label": "only a label"},
        {"term": "b", "label": "b"},
    ]


@pytest.mark.parametrize(
    ("language", "written"), [("zh-CN", "zh-CN"), ("EN", None), (None, None), ("?", None)]
)
def test_an_entry_states_its_language_where_it_differs(language: str | None, written: str | None) -> None:
    assert entry_of(an_entry(an_item(language=language))).get(XML_LANG) == written


# ── anything ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_xml_forbids_never_reaches_it() -> None:
    bad = "a\x00\x1b\ud800\ufffe\uffffb"
    item = an_item(
        bad, title=bad, content=f"<p>{bad}</p>", summary=bad, tags=(Tag(bad, bad, bad),), origin=bad
    )

    feed = tree(a_feed(an_entry(item, id=bad), title=bad, id=bad, site=a_site(title=bad, author=bad)))

    assert texts(feed, "entry", "title") == ["ab"]
    assert texts(feed, "entry", "content") == ["<p>ab</p>"]


@given(feeds())
@settings(max_examples=80, deadline=None)
def test_any_feed_is_valid_and_gives_the_same_bytes_again(feed: Feed) -> None:
    body = render(feed)

    assert violations(body) == []
    assert body == render(feed)


def test_feedparser_reads_back_what_was_written() -> None:
    feed = full_feed()

    read = feedparser.parse(render(feed))

    assert not read.bozo
    assert (read.feed.title, read.feed.id, read.feed.language) == ("宏观", feed.id, "en")
    assert read.feed.link == f"{BASE}category/hong%20guan.html"
    rich, bare = read.entries
    assert rich.id == feed.entries[0].id
    assert rich.title == "Rates <b>rise</b> & fall"
    assert rich.link == "https://news.example/1?a=1&b=2"
    assert rich.published == "2022-06-13T11:03:16+08:00"
    assert rich.updated == "2022-06-14T01:02:03.000400Z"
    assert [author.name for author in rich.authors] == ["Li Lei", "Han Meimei"]
    assert [(tag.term, tag.label) for tag in rich.tags] == [
        ("hong guan", "宏观"),
        ("rates", "Rates"),
        ("bank", "bank"),
    ]
    assert rich.content[0].value == '<p>Text &amp; <a href="https://news.example/2">link</a></p>'
    assert rich.summary == "In short"
    (enclosure,) = rich.enclosures
    assert (enclosure.href, enclosure.type, enclosure.length) == (
        "https://news.example/1.mp3",
        "audio/mpeg",
        "1234",
    )
    assert rich.source.title == "Example Daily"
    assert rich.source.id.startswith("urn:uuid:")
    assert bare.link == "https://news.example/bare"


@settings(max_examples=300)
@given(feeds())
def test_entries_are_written_as_feedgen_writes_them(feed: Feed) -> None:
    assert Atom().feed(feed)[feed.path("xml")] == by_feedgen(feed)


def test_so_is_an_entry_with_everything() -> None:
    assert render(full_feed()) == by_feedgen(full_feed())
