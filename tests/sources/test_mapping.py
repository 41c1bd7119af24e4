"""Entries as items: links resolved, dates read, texts in their place, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from aggregator.model import Enclosure, Person, Tag, Text
from aggregator.sources import mapping
from tests.sources.feeds import SITE, atom, clean, json_feed, of_atom, of_rss, reading, rss, told

_CHINA = timezone(timedelta(hours=8))


# ── texts ──


def test_a_text_that_stands_alone_is_the_content() -> None:
    assert of_rss("<description>&lt;p&gt;d</description>").content == Text("<p>d</p>", "html")
    assert of_atom("<summary>s</summary>").content == Text("<p>s</p>", "html")
    assert of_rss("<itunes:summary>i</itunes:summary>").content == Text("i", "html")


@pytest.mark.parametrize(
    ("inner", "content", "summary"),
    [
        ("<description>d</description><content:encoded>c</content:encoded>", "c", "d"),
        ("<description>d</description><itunes:summary>i</itunes:summary>", "d", "i"),
        ("<description>d</description><content:encoded>d</content:encoded>", "d", ""),
        ("<description>d</description><content:encoded/>", "d", ""),
    ],
)
def test_a_description_beside_a_content_is_the_summary(inner: str, content: str, summary: str) -> None:
    found = of_rss(inner)

    assert (found.content.value, found.summary.value) == (content, summary)


def test_of_several_contents_the_best_is_taken() -> None:
    found = of_atom(
        '<content>plain, and quite long</content><content type="html">&lt;b&gt;html&lt;/b&gt;</content>'
        '<content type="application/xml">x</content>'
    )

    assert found.content.value == "<b>html</b>"


def test_an_origin_stated_in_the_text_comes_before_the_source() -> None:
    stated = "<description><![CDATA[<p>x</p><p>（文章来源：央行<b>网站</b>）</p>]]></description>"

    assert of_rss(f'{stated}<source url="http://w.example/">Wire</source>').origin == "央行网站"
    assert of_rss('<source url="http://w.example/">Wire &amp;amp; co</source>').origin == "Wire & co"
    assert of_atom("<summary>文章来源：</summary><source><title>Wire</title></source>").origin == "Wire"
    assert of_atom("<content>x\n（文章来源：央行）</content>").origin == "央行"


# ── links ──


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<link>http://x.example/1</link>", "http://x.example/1"),
        ("<link>/1</link>", "https://news.example/1"),
        ('<link>1</link><guid isPermaLink="false">http://x.example/</guid>', "https://news.example/1"),
        ("<guid>http://x.example/1</guid>", "http://x.example/1"),
        ('<guid isPermaLink="false">http://x.example/1</guid>', None),
        ("<guid>12</guid>", None),
        ("<comments>http://x.example/1#comments</comments>", None),
        ('<link/><atom:link href="http://x.example/1"/>', "http://x.example/1"),
        ('<atom:link rel="self" href="http://x.example/1"/>', None),
        (
            "<feedburner:origLink>http://o.example/</feedburner:origLink><link>http://p.example/</link>",
            "http://o.example/",
        ),
    ],
)
def test_the_link_of_an_rss_item(inner: str, expected: str | None) -> None:
    assert of_rss(inner).link == expected


def test_an_atom_link_prefers_pages_and_is_never_the_id() -> None:
    files = '<link href="/a.pdf" type="application/pdf"/><link href="/a" type="text/html"/>'

    assert of_atom(files).link == "https://news.example/a"
    assert of_atom("<id>http://x.example/1</id>").link is None


def test_json_links_to_the_page_else_to_what_it_is_about() -> None:
    assert (
        clean(json_feed({"url": "/1", "external_url": "http://o.example/"}))[0].link
        == "https://news.example/1"
    )
    assert clean(json_feed({"external_url": "http://o.example/"}))[0].link == "http://o.example/"


def test_a_link_that_is_none_is_told_without_its_secrets() -> None:
    (line,) = told(rss("<item><title>t</title><link>ftp://me:secret@x.example/</link></item>"))

    assert line == "entry “t”: its link is no web address: ftp://…@x.example/"


def test_bases_hold_at_every_level() -> None:
    inner = '<link href="x"/><content type="html" xml:base="c/">&lt;a href="y"&gt;z&lt;/a&gt;</content>'
    found = of_atom(inner, attributes=' xml:base="http://b.example/d/"')

    assert found.link == "http://b.example/d/x"
    assert 'href="http://b.example/d/c/y"' in found.content.value


def test_texts_are_relative_to_the_feed_in_atom_and_to_the_page_in_rss() -> None:
    image = "&lt;img src=&quot;i.png&quot;&gt;"

    assert (
        'src="https://news.example/i.png"'
        in of_atom(f'<link href="/a/b"/><summary type="html">{image}</summary>').content.value
    )
    assert (
        'src="https://news.example/a/i.png"'
        in of_rss(f"<link>/a/b</link><description>{image}</description>").content.value
    )


def test_behind_a_feed_service_links_are_relative_to_the_site() -> None:
    document = rss("<item><link>/1</link></item>")

    (found,) = reading(document, url="https://feeds.service.example/x").items

    assert found.link == f"{SITE}1"


# ── files ──


def test_files_come_once_each_and_pictures_last() -> None:
    found = of_rss(
        '<media:thumbnail url="/t.JPG?x=1"/><itunes:image href="/c"/>'
        '<enclosure url="/a.mp3" type="Audio/MPEG" length="x"/>'
        '<media:content url="/a.mp3" fileSize="12"/><media:content url="/v" type="video/mp4" fileSize="-1"/>'
    )

    assert found.enclosures == (
        Enclosure("https://news.example/a.mp3", "audio/mpeg", 12),
        Enclosure("https://news.example/v", "video/mp4"),
        Enclosure("https://news.example/t.JPG?x=1", "image/jpeg"),
        Enclosure("https://news.example/c"),
    )


def test_content_that_lies_elsewhere_is_a_file() -> None:
    found = of_atom('<content src="film.mp4" type="video/mp4"/><content src="page" type="text/html"/>')

    assert found.enclosures == (Enclosure("https://news.example/film.mp4", "video/mp4"),)


def test_a_file_at_no_web_address_is_told() -> None:
    assert told(rss('<item><enclosure url="file:///x"/></item>')) == [
        "entry “without title”: an enclosure is at no web address: file:///x"
    ]


# ── people and terms ──


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<author>me@news.museum (Me)</author>", Person("Me", None, "me@news.museum")),
        ("<author>Me &lt;me@news.museum&gt;</author>", Person("Me", None, "me@news.museum")),
        ("<author>me@news.museum</author>", Person("me@news.museum")),
        ("<dc:creator>A &amp;amp; B</dc:creator>", Person("A & B")),
        ("<itunes:author>A</itunes:author>", Person("A")),
        (
            "<atom:author><atom:name>A</atom:name><atom:uri>/a</atom:uri></atom:author>",
            Person("A", f"{SITE}a"),
        ),
    ],
)
def test_an_author_in_any_form(inner: str, expected: Person) -> None:
    assert of_rss(inner).authors == (expected,)


def test_the_feed_s_authors_stand_for_those_of_entries_but_not_in_rss() -> None:
    author = "<author><name>F</name></author>"

    assert of_atom("", head=author).authors == (Person("F"),)
    assert of_atom(f"<source>{author}</source>", head="<author><name>G</name></author>").authors == (
        Person("F"),
    )
    assert clean(json_feed({"id": "1"}, authors=[{"name": "F"}]))[0].authors == (Person("F"),)
    assert clean(rss("<item/>", "<managingEditor>F</managingEditor>"))[0].authors == ()


def test_terms_are_tags_and_only_on_demand_categories() -> None:
    document = atom('<entry><category term="a" label="A" scheme="urn:x:s"/><category term="b"/></entry>')

    (tagged,) = clean(document)
    (sorted_in,) = clean(document, categories_from="entries")

    assert tagged.tags == (Tag("a", "A", "urn:x:s"), Tag("b", "b"))
    assert tagged.categories == ()
    assert (sorted_in.tags, sorted_in.categories) == (tagged.tags, ("A", "b"))


def test_a_document_names_so_many_categories_and_no_more() -> None:
    most = mapping.MAX_CATEGORIES
    entry = '<entry><id>urn:x:{0}</id><category term="{0}"/><category term="first"/></entry>'
    document = atom("".join(entry.format(number) for number in range(most)))

    found = reading(document, categories_from="entries")

    assert len({name for item in found.items for name in item.categories}) == most
    assert [item.categories for item in found.items[-2:]] == [(str(most - 2), "first"), ("first",)]
    assert found.items[-1].tags[0].term == str(most - 1)
    assert [problem.what for problem in found.problems] == [
        "its entries name more than 500 categories; those after them are tags alone"
    ]


# ── dates and languages ──


def test_dates_without_a_zone_are_in_the_source_s() -> None:
    found = of_rss("<pubDate>2022年6月13日 11:03</pubDate><atom:updated>2022-06-14T00:00:00Z</atom:updated>")

    assert found.published == datetime(2022, 6, 13, 11, 3, tzinfo=_CHINA)
    assert found.updated == datetime(2022, 6, 14, tzinfo=UTC)


def test_an_unreadable_date_is_told_and_not_guessed() -> None:
    document = rss("<item><title>t</title><pubDate>06/13/22 or so</pubDate></item>")

    assert clean(document)[0].published is None
    assert told(document) == ["entry “t”: unreadable date: 06/13/22 or so"]


def test_an_entry_without_dates_has_none() -> None:
    found = of_rss("<title>t</title>")

    assert (found.published, found.updated) == (None, None)


def test_an_entry_that_was_only_created_was_published_then() -> None:
    assert of_atom("<created>2022-06-13</created>").published == datetime(2022, 6, 13, tzinfo=_CHINA)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (rss("<item/>", "<language>de</language>"), "de"),
        (rss("<item><dc:language>fr</dc:language></item>", "<language>de</language>"), "fr"),
        (rss("<item/>"), "zh"),
        (atom("<entry/>", attributes=' xml:lang="de"'), "de"),
        (atom('<entry xml:lang=""/>', attributes=' xml:lang="de"'), None),
        (atom('<entry><content xml:lang="fr">x</content></entry>'), "fr"),
        (atom("<entry/>"), "zh"),
        (json_feed({"id": "1"}, language="de"), "de"),
    ],
)
def test_the_language_is_the_nearest_stated(document: str, expected: str | None) -> None:
    assert clean(document, language="zh")[0].language == expected


# ── who is who ──


def test_of_several_entries_with_one_id_the_last_is_taken() -> None:
    document = rss(
        "<item><guid>1</guid><title>old</title></item><item><guid>1</guid><title>new</title></item>"
    )

    assert [item.title.value for item in clean(document)] == ["new"]
    assert told(document) == ["2 entries have the id “1”: the last one is taken"]


def test_entries_that_lack_everything_survive() -> None:
    items = clean(rss("<item><title>t</title></item><item><link>/1</link></item><item/>"))

    assert [(item.native_id[:5], item.entry_id) for item in items] == [
        ("hash:", None),
        ("https", None),
        ("hash:", None),
    ]


def test_the_feed_s_own_words_about_itself() -> None:
    head = '<link href="/"/><link rel="self" href="/feed.xml"/><updated>2022-06-13T00:00:00Z</updated>'

    info = reading(
        atom("", head).replace(">News<", " type='html'>News &amp;amp; &lt;b&gt;more&lt;/b&gt;<")
    ).info

    assert info is not None
    assert (info.id, info.title) == ("tag:news.example,2026:feed", "News & more")
    assert (info.site_url, info.feed_url) == (SITE, f"{SITE}feed.xml")
    assert info.updated == datetime(2022, 6, 13, tzinfo=UTC)


# ── bounds ──


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        (
            "".join(f"<category>{n}</category>" for n in range(250)),
            "has more than 200 categories; the first 200 are kept",
        ),
        (
            "".join(f"<dc:creator>{n}</dc:creator>" for n in range(60)),
            "has more than 50 authors; the first 50 are kept",
        ),
        (
            "".join(f'<enclosure url="/{n}"/>' for n in range(120)),
            "has more than 100 enclosures; the first 100 are kept",
        ),
    ],
)
def test_reaching_a_bound_is_told(inner: str, said: str) -> None:
    assert told(rss(f"<item><title>t</title>{inner}</item>")) == [f"entry “t”: {said}"]


def test_problems_without_number_are_counted() -> None:
    lines = told(rss("".join(f"<item><guid>{n}</guid><pubDate>?</pubDate></item>" for n in range(100))))

    assert len(lines) == mapping.MAX_PROBLEMS + 1
    assert lines[-1] == "and 70 more problems of this kind"
