"""Any item made fit to keep."""

from __future__ import annotations

import html
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import tidy
from aggregator.mistrust import as_raw_again
from aggregator.model import CLEANER, Enclosure, Item, Person, Tag, Text
from tests.builders import NOW, an_item
from tests.soup import soup

SHANGHAI = ZoneInfo("Asia/Shanghai")


def tidied(**only_what_matters: Any) -> Item:
    return tidy.tidy(an_item(**only_what_matters), NOW)


def test_a_clean_item_comes_back_as_it_is() -> None:
    clean = tidied()

    assert clean.cleaner == CLEANER
    assert tidy.tidy(clean, NOW + timedelta(days=1)) is clean


def test_an_item_of_an_older_cleaner_is_cleaned_again() -> None:
    old = an_item(title=Text("a <b>", "html"), cleaner=CLEANER + 1)

    assert tidy.tidy(old, NOW).title == Text("a")


def test_what_identifies_an_item_stays_untouched() -> None:
    clean = tidied(native_id="a&amp;b <1>", seed=" s ", entry_id="tag:x,2022:1 ")

    assert (clean.native_id, clean.seed, clean.entry_id) == ("a&amp;b <1>", " s ", "tag:x,2022:1 ")


def test_nothing_that_an_item_states_is_left_behind() -> None:
    stated: dict[str, Any] = {
        "source_id": "a",
        "native_id": "b",
        "seed": "c",
        "entry_id": "d",
        "title": Text("e"),
        "link": "https://h/f",
        "content": Text("<p>g</p>", "html"),
        "summary": Text("<p>h</p>", "html"),
        "published": NOW - timedelta(days=2),
        "updated": NOW - timedelta(days=1),
        "authors": (Person("i"),),
        "tags": (Tag("j", "j"),),
        "categories": ("k",),
        "origin": "l",
        "enclosures": (Enclosure("https://h/m"),),
        "language": "zh",
    }

    clean = tidy.tidy(Item(**stated, base="https://h/n"), NOW)

    assert {field.name for field in fields(Item)} == {*stated, "base", "cleaner"}
    assert clean == Item(**stated, cleaner=CLEANER)


@given(soup | st.text(max_size=2 * tidy.MAX_NAME))
def test_a_name_is_the_same_however_often_it_comes(name: str) -> None:
    assert tidy._name(name) == tidy._name(name) == tidy._any_name(name)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (Text("AT&amp;T <b>bold</b>", "html"), "AT&T bold"),
        (Text("&amp;lt;b&amp;gt;", "html"), "&lt;b&gt;"),
        (Text("1 < 2 & 3", "html"), "1 < 2 & 3"),
        (Text("PE<PB的股票", "html"), "PE<PB的股票"),
        (Text("<深度>List<String>, <B>C<br>D", "html"), "<深度>List<String>, C D"),
        (Text("AT&amp;T <b>literal</b>"), "AT&amp;T <b>literal</b>"),
        (Text("  a\n\tb\u3000c\x00\ud800\u202e "), "a b c"),
        (Text("x" * 2000), "x" * (tidy.MAX_TITLE - 1) + "…"),
    ],
)
def test_a_title_becomes_plain_text(title: Text, expected: str) -> None:
    assert tidied(title=title).title == Text(expected)


@pytest.mark.parametrize("title", [Text(), Text(" \u200b "), Text("<p></p>", "html")])
def test_an_item_without_a_title_is_called_by_its_first_words(title: Text) -> None:
    words = "这是正文的第一句话。" * 20

    found = tidied(title=title, content=f"<p hidden>no</p><p>{words}</p>", summary="not this").title.value

    assert found == words[: tidy.MAX_TITLE_FROM_BODY - 1] + "…"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content": "<img src=//h/i>", "summary": "a &amp; b"}, "a & b"),
        ({"link": "https://h/1", "published": NOW}, "https://h/1"),
        ({"published": datetime(2022, 6, 13, 11, 3, 16, tzinfo=SHANGHAI)}, "2022-06-13 11:03"),
        ({"updated": datetime(2022, 6, 13, 11, 3, 16, tzinfo=UTC)}, "2022-06-13 11:03"),
        ({}, "(untitled)"),
    ],
)
def test_an_item_of_few_words_is_called_by_what_there_is(fields: dict[str, object], expected: str) -> None:
    assert tidied(title="", **fields).title.value == expected


def test_bodies_become_safe_html_with_absolute_links() -> None:
    clean = tidied(
        link="//site.example/a/b",
        content="<p onclick=x>a<a href=../c>d</a><script>e</script></p>",
        summary=Text("one & two\n\nthree"),
    )

    link = '<a href="https://site.example/c" rel="noopener noreferrer">d</a>'
    assert clean.link == "https://site.example/a/b"
    assert clean.content == Text(f"<p>a{link}</p>", "html")
    assert clean.summary == Text("<p>one &amp; two</p><p>three</p>", "html")


@pytest.mark.parametrize(
    "body", ["", "<p> </p>", "<p>&nbsp;</p><br>", "<!-- a -->", "<script>a</script>", "<hr>"]
)
def test_a_body_that_shows_nothing_is_empty(body: str) -> None:
    assert tidied(content=body).content == Text("", "html")


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://h/i">',
        "<p>&nbsp;a</p>",
        "<p>&amp;</p>",
        '<audio src="https://h/a" controls=""></audio>',
    ],
)
def test_a_body_that_shows_something_stays(body: str) -> None:
    assert tidied(content=body).content.value == body


@pytest.mark.parametrize("link", ["javascript:alert(1)", "relative", "", None, "http://u:p@h/"])
def test_a_link_is_an_http_one_or_none(link: str | None) -> None:
    assert tidied(link=link).link is None


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (None, None),
        (datetime(2022, 6, 13, 11, 3, tzinfo=SHANGHAI), datetime(2022, 6, 13, 11, 3, tzinfo=SHANGHAI)),
        (NOW, NOW),
        (NOW + timedelta(seconds=1), NOW),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)),
        (datetime(1900, 1, 1, tzinfo=UTC), None),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), None),
    ],
)
def test_a_date_is_neither_in_the_future_nor_absurd(
    claimed: datetime | None, expected: datetime | None
) -> None:
    clean = tidied(published=claimed, updated=claimed)

    assert (clean.published, clean.updated) == (expected, expected)


def test_a_date_keeps_the_zone_it_was_written_in() -> None:
    clean = tidied(published=NOW.astimezone(SHANGHAI) + timedelta(days=1))

    assert clean.published is not None
    assert clean.published.utcoffset() == timedelta(hours=8)


def test_people_have_plain_names_and_real_addresses() -> None:
    clean = tidied(
        authors=(
            Person("J&uuml;rgen <b>M.</b>", "//h/j", "j@h.example"),
            Person(" ", "javascript:x", "only@h.example"),
            Person("", "https://h/only"),
            Person("", "javascript:x", "no address"),
            Person("Jürgen M.", "https://h/j", "j@h.example"),
        )
    )

    assert clean.authors == (
        Person("Jürgen M.", "https://h/j", "j@h.example"),
        Person("only@h.example", None, "only@h.example"),
        Person("https://h/only", "https://h/only"),
    )


def test_tags_are_plain_and_come_once_in_their_order() -> None:
    clean = tidied(
        tags=(
            Tag("b &amp; c"),
            Tag("a", "<i>A</i>", "http://h/s"),
            Tag("b & c"),
            Tag("", "Label"),
            Tag(" ", "<p></p>"),
            Tag("d", scheme="javascript:x"),
        )
    )

    assert clean.tags == (
        Tag("b & c", "b & c"),
        Tag("a", "A", "http://h/s"),
        Tag("Label", "Label"),
        Tag("d", "d"),
    )


def test_categories_and_origin_are_plain() -> None:
    clean = tidied(
        categories=("a b", " a b ", "", "R&amp;D", "anxin(xianggang)"), origin="<a href=x>证券时报网</a> "
    )

    assert clean.categories == ("a b", "R&D", "anxin(xianggang)")
    assert clean.origin == "证券时报网"
    assert tidied(origin=" ").origin is None


def test_enclosures_are_files_that_can_be_fetched() -> None:
    clean = tidied(
        link="https://h/a/",
        enclosures=(
            Enclosure("b.mp3", "Audio/MPEG", 10),
            Enclosure("//h/c", "nonsense", -1),
            Enclosure("https://h/d", "a/b\x00", 2**70),
            Enclosure("data:x"),
            Enclosure("https://h/a/b.mp3", "audio/mpeg", 10),
        ),
    )

    assert clean.enclosures == (
        Enclosure("https://h/a/b.mp3", "audio/mpeg", 10),
        Enclosure("https://h/c"),
        Enclosure("https://h/d", "a/b"),
    )


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("zh_CN", "zh-CN"),
        (" en ", "en"),
        ("", None),
        (None, None),
        ("x" * 400, None),
        ("english please", None),
    ],
)
def test_a_language_is_a_tag_of_its_own_or_none(stated: str | None, expected: str | None) -> None:
    assert tidied(language=stated).language == expected


def test_nothing_is_endless() -> None:
    many = range(1000)

    clean = tidied(
        authors=tuple(Person(f"{number}") for number in many),
        tags=tuple(Tag(f"{number}") for number in many),
        categories=tuple(f"{number}" for number in many),
        enclosures=tuple(Enclosure(f"https://h/{number}") for number in many),
        origin="x" * 1000,
    )

    assert (len(clean.authors), len(clean.tags)) == (tidy.MAX_AUTHORS, tidy.MAX_TAGS)
    assert (len(clean.categories), len(clean.enclosures)) == (tidy.MAX_CATEGORIES, tidy.MAX_ENCLOSURES)
    assert len(clean.origin or "") == tidy.MAX_NAME


ITEMS = st.builds(
    an_item,
    title=st.builds(Text, soup, st.sampled_from(["text", "html"])),
    link=st.sampled_from([None, "https://h/a/b", "//h/a", "javascript:x", "http://h/ \x00<\ud800"]),
    content=st.builds(Text, soup, st.sampled_from(["text", "html"])),
    summary=soup,
    published=st.none() | st.datetimes(timezones=st.sampled_from([UTC, SHANGHAI])),
    authors=st.tuples(st.builds(Person, soup, soup, soup)),
    tags=st.tuples(st.builds(Tag, soup, soup, soup)),
    categories=st.tuples(soup, st.text()),
    origin=soup,
    enclosures=st.tuples(st.builds(Enclosure, soup, soup, st.integers())),
    language=soup,
)


@settings(max_examples=40)
@given(ITEMS)
def test_what_is_clean_stays_as_it_is_when_cleaned_anew(item: Item) -> None:
    once = tidy.tidy(item, NOW)

    assert tidy.tidy(as_raw_again(once), NOW) == once


@settings(max_examples=40)
@given(ITEMS)
def test_every_text_of_a_clean_item_can_be_written_as_xml(item: Item) -> None:
    clean = tidy.tidy(item, NOW)

    shown = [
        clean.title.value,
        clean.link,
        clean.content.value,
        clean.summary.value,
        clean.origin,
        clean.language,
    ]
    shown += [text for person in clean.authors for text in (person.name, person.url, person.email)]
    shown += [text for tag in clean.tags for text in (tag.term, tag.label, tag.scheme)]
    shown += [*clean.categories, *(text for file in clean.enclosures for text in (file.url, file.type))]
    written = "".join(f"<a>{html.escape(text or '')}</a>" for text in shown)
    assert ET.fromstring(f"<a>{written}</a>") is not None  # noqa: S314 - there is no document type in it
    assert clean.title.value


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (Text("<p>High water.</p>" * 56_000, "html"), True),
        (Text("<p>High water.</p>" * 55_000, "html"), False),
        (Text(f'<p>Low water.</p><img src="data:image/png;base64,{"A" * 1_200_000}">', "html"), False),
        (Text("High & low.\n" * 50_000), False),
        (Text("&" * 250_000), True),
        (Text("<" * 1_100_000, "html"), True),
    ],
)
def test_it_is_known_whether_the_end_of_a_body_is_left_out(body: Text, *, cut: bool) -> None:
    for said in (an_item(content=body), an_item(summary=body)):
        assert tidy.is_cut(said) is cut
    whole, clean = body.value.count("water") + body.value.count("&"), tidied(content=body).content.value
    if not cut:
        assert clean.count("water") + clean.count("&amp;") == whole


@pytest.mark.parametrize("field", ["content", "summary"])
def test_it_is_known_whether_a_body_became_too_long_only_as_it_was_put_right(field: str) -> None:
    link = f"https://a.example/{'p' * 5000}/"
    few, many = (Text('<p><a href="b">more</a></p>' * count, "html") for count in (100, 400))

    for body, expected in ((few, False), (many, True)):
        raw = an_item(link=link, content=body) if field == "content" else an_item(link=link, summary=body)
        clean, cut = tidy.tidied(raw, NOW)
        assert (tidy.is_cut(raw), cut) == (False, expected)
        assert (getattr(clean, field).value.count("more") < body.value.count("more")) is expected


def test_a_category_keeps_its_inner_blanks_because_its_url_does() -> None:
    assert tidied(categories=(" inner  double ", "宏观  经济", "a\tb")).categories == (
        "inner  double",
        "宏观 经济",
        "a b",
    )


def test_links_are_relative_to_the_stated_base_before_the_link() -> None:
    body = '<a href="x">y</a>'

    based = tidied(
        content=body, base="https://b.example/d/", link="https://a.example/", enclosures=(Enclosure("f"),)
    )
    unusable = tidied(content=body, base="ftp://b.example/", link="https://a.example/")

    assert 'href="https://b.example/d/x"' in based.content.value
    assert based.enclosures == (Enclosure("https://b.example/d/f"),)
    assert based.base is None
    assert 'href="https://a.example/x"' in unusable.content.value
