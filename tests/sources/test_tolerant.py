"""RSS, RDF and Atom as neutral entries: what is said where, and what is saved of broken documents."""

from __future__ import annotations

import warnings

import pytest

from aggregator.errors import ParseError
from aggregator.sources import tolerant
from aggregator.sources.entries import MAX_ENTRIES, EntryLink, EntryPerson, EntryTerm, FeedDocument, FeedEntry
from tests.sources.feeds import URL, atom, rss

XHTML = "http://www.w3.org/1999/xhtml"


def read(document: str, root: str = "rss") -> FeedDocument:
    return tolerant.read(document, "atom" if root == "feed" else "rss", root, URL)


def entry(inner: str, channel: str = "") -> FeedEntry:
    return read(rss(f"<item>{inner}</item>", channel)).entries[0]


def atom_entry(inner: str, attributes: str = "") -> FeedEntry:
    return read(atom(f"<entry>{inner}</entry>", attributes=attributes), "feed").entries[0]


# ── ids and links: byte for byte ──


@pytest.mark.parametrize(
    ("guid", "expected", "is_link"),
    [
        ("<guid>12</guid>", "12", True),
        ('<guid isPermaLink="false">http://x.example/a/../b</guid>', "http://x.example/a/../b", False),
        ("<guid> a\n </guid>", "a", True),
        ("<guid/><title>x</title>", "", False),
        ("<guid>a</guid><guid>b</guid>", "a", True),
        ("<guid>x?a=1&amp;b=2</guid>", "x?a=1&b=2", True),
    ],
)
def test_a_guid_is_kept_as_it_is(guid: str, expected: str, is_link: bool) -> None:
    found = entry(guid)

    assert (found.id, found.id_is_link) == (expected, is_link)


def test_an_atom_id_is_never_resolved() -> None:
    assert atom_entry("<id>7</id>", ' xml:base="http://b.example/"').id == "7"


def test_what_an_rdf_item_is_about_is_its_id() -> None:
    document = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="x"><title>N</title></channel><item rdf:about="http://x.example/1"><title>a</title></item></rdf:RDF>'
    )

    assert [each.id for each in read(document, "rdf:RDF").entries] == ["http://x.example/1"]


def test_links_are_kept_with_their_kind_and_base() -> None:
    found = entry(
        '<link>/a</link><atom:link rel="http://www.iana.org/assignments/relation/self" href="/self"/>'
        '<atom:link rel="related" href="/r"/>'
        '<enclosure url="e.mp3" type="audio/mpeg" length="3" xml:base="/d/"/>'
        "<feedburner:origLink>http://o.example/</feedburner:origLink>"
        '<media:group><media:content url="v.mp4" fileSize="9" type="video/mp4"/></media:group>'
    )

    assert [(link.href, link.rel, link.length) for link in found.links] == [
        ("http://o.example/", "alternate", ""),
        ("/a", "alternate", ""),
        ("/self", "self", ""),
        ("e.mp3", "enclosure", "3"),
        ("v.mp4", "enclosure", "9"),
    ]
    assert found.links[3].base == "https://news.example/d/"


def test_pictures_are_kept() -> None:
    found = entry(
        '<media:thumbnail url="t.jpg"/><media:thumbnail>u.jpg</media:thumbnail><itunes:image href="i.png"/>'
    )

    assert [image.href for image in found.images] == ["t.jpg", "u.jpg", "i.png"]


def test_the_picture_of_an_rss_image_is_none_of_an_entry_s_links() -> None:
    assert entry("<image><url>p.png</url><link>http://x.example/</link></image><link>/a</link>").links == (
        EntryLink("/a", type="text/html"),
    )


# ── texts ──


@pytest.mark.parametrize(
    ("inner", "content", "summary"),
    [
        ("<description>d</description>", [], "d"),
        ("<description>d</description><content:encoded>c</content:encoded>", ["c"], "d"),
        ("<content:encoded>c</content:encoded><description>d</description>", ["c"], "d"),
        ("<content:encoded>c</content:encoded>", ["c"], ""),
        ("<description/><content:encoded>c</content:encoded>", ["c"], ""),
        ('<body xmlns="http://www.w3.org/1999/xhtml"><p>c</p></body>', ["<p>c</p>"], ""),
    ],
)
def test_content_and_description_are_kept_apart(inner: str, content: list[str], summary: str) -> None:
    found = entry(inner)

    assert [each.value for each in found.contents] == content
    assert found.summary.value == summary


@pytest.mark.parametrize(
    ("inner", "abstract"),
    [
        ("<itunes:summary>s</itunes:summary>", "s"),
        ("<media:description>m</media:description>", "m"),
        ("<dc:description>c</dc:description>", "c"),
    ],
)
def test_another_vocabulary_s_text_stays_apart(inner: str, abstract: str) -> None:
    found = entry(f"<description>d</description>{inner}")

    assert (found.summary.value, found.contents, found.abstract.value) == ("d", (), abstract)


@pytest.mark.parametrize(
    ("title", "kind", "value"),
    [
        ("AT&amp;amp;T", "html", "AT&amp;T"),
        ("AT&amp;T", "text", "AT&T"),
        ("&lt;b&gt;x", "html", "<b>x"),
        ("List&lt;String&gt;", "text", "List<String>"),
        ("1 &lt; 2", "text", "1 < 2"),
    ],
)
def test_rss_titles_are_html_where_they_look_it(title: str, kind: str, value: str) -> None:
    found = entry(f"<title>{title}</title>").title

    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("content", "kind", "value"),
    [
        ("<content>a &lt;b&gt; c</content>", "text", "a <b> c"),
        ('<content type="html">a &lt;b&gt;c&lt;/b&gt;</content>', "html", "a <b>c</b>"),
        (
            f'<content type="xhtml"><div xmlns="{XHTML}">a<br/>b &lt; <i>c</i></div></content>',
            "html",
            "a<br />b &lt; <i>c</i>",
        ),
        ('<content type="text/html">&lt;p&gt;x</content>', "html", "<p>x"),
        ('<content type="application/xml">x</content>', "other", "x"),
        ('<content type="text/html" mode="base64">PGI+eDwvYj4=</content>', "html", "<b>x</b>"),
    ],
)
def test_atom_says_how_its_texts_are_written(content: str, kind: str, value: str) -> None:
    (found,) = atom_entry(content).contents

    assert (found.kind, found.value) == (kind, value)


def test_titles_in_other_vocabularies_replace_none() -> None:
    found = entry(
        "<media:title>m</media:title><itunes:title>i</itunes:title><title>t</title><dc:title>d</dc:title>"
    )

    assert found.title.value == "t"
    assert entry("<title/><dc:title>d</dc:title>").title.value == "d"


def test_an_element_of_an_unknown_vocabulary_is_not_the_feed_s() -> None:
    found = entry('<title>t</title><x xmlns="urn:odd"><title>no</title><guid>no</guid><link>no</link></x>')

    assert (found.title.value, found.id, found.links) == ("t", "", ())


def test_a_feed_in_a_namespace_nobody_knows_is_read_all_the_same() -> None:
    found = read(
        '<feed xmlns="urn:misspelt"><title>N</title><entry><title>t</title><id>1</id></entry></feed>', "feed"
    )

    assert [(each.title.value, each.id) for each in found.entries] == [("t", "1")]


# ── bases and languages ──


def test_bases_of_feed_entry_and_content_are_kept() -> None:
    found = atom_entry(
        '<link href="x"/><content type="xhtml" xml:base="c/"><div xmlns="http://www.w3.org/1999/xhtml">'
        '<p xml:base="/p/"><a href="y" title="z">w</a></p></div></content>',
        ' xml:base="http://b.example/" xml:lang="de"',
    )

    assert found.base == "http://b.example/"
    assert found.links[0].base == "http://b.example/"
    assert found.contents[0].base == "http://b.example/c/"
    assert 'href="http://b.example/p/y" title="z"' in found.contents[0].value
    assert found.language == "de"


def test_an_entry_may_undo_the_feed_s_language() -> None:
    document = atom('<entry xml:lang=""><title>x</title></entry>', attributes=' xml:lang="de"')

    assert read(document, "feed").entries[0].language == ""


# ── people, terms, dates ──


def test_authors_are_kept_as_written() -> None:
    assert entry(
        "<author>me@news.museum (Me)</author><dc:creator>A</dc:creator><dc:creator>B</dc:creator>"
    ).authors == (
        EntryPerson("me@news.museum (Me)"),
        EntryPerson("A"),
        EntryPerson("B"),
    )
    inner = "<author><name>A</name><uri>/a</uri><email>a@x.example</email></author>"
    inner += "<author><name>B</name></author>"
    assert atom_entry(inner).authors == (EntryPerson("A", "/a", "a@x.example"), EntryPerson("B"))


def test_categories_are_kept_with_scheme_and_label() -> None:
    assert atom_entry('<category term="a" label="A" scheme="urn:s">in words</category><category/>').terms == (
        EntryTerm("a", "A", "urn:s"),
    )
    found = entry(
        '<category domain="d">x</category><dc:subject>y</dc:subject><itunes:keywords>p, q</itunes:keywords>'
    )
    assert [(term.term, term.scheme) for term in found.terms][:2] == [("x", "d"), ("y", "")]
    assert {"p", "q"} < {term.term for term in found.terms}


def test_dates_are_kept_as_written_each_under_its_name() -> None:
    found = entry("<pubDate>2022年6月13日</pubDate><dc:date>x</dc:date><atom:updated>later</atom:updated>")

    assert (found.published, found.updated) == ("2022年6月13日", "later")
    assert entry("<dc:date>x</dc:date>").published == "x"


def test_the_source_of_an_entry_is_kept_apart() -> None:
    found = atom_entry(
        "<title>t</title><source><id>s</id><title>Wire</title><updated>u</updated><author><name>W</name></author>"
        "</source><id>i</id>"
    )

    assert (found.id, found.title.value, found.source_title) == ("i", "t", "Wire")
    assert found.source_authors == (EntryPerson("W"),)


def test_the_feed_says_who_it_is() -> None:
    found = read(atom("", '<link rel="self" href="/feed"/><link href="/"/><updated>u</updated>'), "feed")

    assert (found.id, found.title.value, found.updated) == ("tag:news.example,2026:feed", "News", "u")
    assert [(link.rel, link.href) for link in found.links] == [("self", "/feed"), ("alternate", "/")]


# ── what is broken ──


@pytest.mark.parametrize(
    ("inner", "title", "note"),
    [
        ("<title>AT&T &nbsp; &copy; &bogus; &amp;</title>", "AT&T   © &bogus; &", "repaired"),
        ("<title>a&#0;b&#x1F;c&#xD800;d&#99999999;e&#65;</title>", "abcdeA", "repaired"),
        ("<title>a</title><description>x<br></description>", "a", "what could be made out is kept"),
        ("<title>a</title><x:y/>", "a", "what could be made out is kept"),
    ],
)
def test_usual_mistakes_lose_nothing(inner: str, title: str, note: str) -> None:
    found = read(rss(f"<item>{inner}</item>"))

    assert [" ".join(each.title.value.split(" ")) for each in found.entries] == [
        title.replace("   ", " \xa0 ")
    ]
    assert len(found.notes) == 1
    assert found.notes[0].startswith("is not well-formed: line 1, column ")
    assert found.notes[0].endswith(note)


def test_entities_in_sections_and_of_the_document_s_own_stay() -> None:
    document = '<!DOCTYPE rss [<!ENTITY own "mine">]>' + rss(
        "<item><title>&own; &nbsp;</title><description><![CDATA[a &nbsp; b & c]]></description></item>"
    )

    (found,) = read(document).entries

    assert found.title.value == "mine"
    assert found.summary.value == "a &nbsp; b & c"


def test_forbidden_characters_are_left_out_and_told() -> None:
    found = read(rss("<item><title>a\x00b\x1b</title></item>"))

    assert [each.title.value for each in found.entries] == ["ab"]
    assert found.notes == ("characters that XML forbids are left out",)


@pytest.mark.parametrize(
    ("rest", "titles", "notes"),
    [
        ("<item><title>b</title><guid>2</guid><description>half", ["a", "b"], 1),
        ("<item><title>b</title><description>half", ["a"], 2),
        ("<item><title>b</tit", ["a"], 2),
        ("", ["a"], 1),
    ],
)
def test_of_a_truncated_document_every_entry_that_can_be_told_again_is_kept(
    rest: str, titles: list[str], notes: int
) -> None:
    found = read(rss("<item><title>a</title><guid>1</guid></item>").partition("</channel>")[0] + rest)

    assert [each.title.value for each in found.entries] == titles
    assert found.notes[0].startswith("is truncated: cut off at line 1, column ")
    assert len(found.notes) == notes


def test_a_last_entry_known_by_its_link_is_kept_where_links_are_all_there_is() -> None:
    found = read(
        rss("<item><link>/1</link></item>").partition("</channel>")[0] + "<item><link>/2</link><title>b"
    )

    assert len(found.entries) == 2


@pytest.mark.parametrize(
    "document", ["<rss>", "<rss><channel><title>x", "<rss><channel><item><title>x", "<rss &></rss>"]
)
def test_where_no_entry_can_be_made_out_it_is_an_error_in_one_line(document: str) -> None:
    with pytest.raises(ParseError, match=r"no entry can be made out in it$") as error:
        read(document)

    assert "\n" not in str(error.value)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss("")).entries == ()


def test_too_many_entries_are_told() -> None:
    found = read(rss("<item><guid>1</guid></item>" * (MAX_ENTRIES + 1)))

    assert len(found.entries) == MAX_ENTRIES
    assert found.notes == ("holds 2,001 entries, of which the first 2,000 are read",)


def test_what_is_declared_outside_is_never_fetched() -> None:
    document = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + rss(
        "<item><title>a&x;b</title></item>"
    )

    assert [each.title.value for each in read(document).entries] == ["a&x;b"]


def test_a_comment_before_the_feed_may_speak_of_feeds() -> None:
    document = "<!-- <rss > is -->\n" + rss("<item><title>t</title></item>")

    assert ([each.title.value for each in read(document).entries], read(document).notes) == (["t"], ())


def test_an_entity_that_looks_like_a_comment_hides_no_bomb() -> None:
    document = '<!DOCTYPE rss [<!ENTITY c "<!--"><!ENTITY b "&d;&d;"><!ENTITY d "x">]>' + rss(
        "<item><title>&b;</title><!-- --></item>"
    )

    assert [each.title.value for each in read(document).entries] == ["&b;"]


def test_elements_of_hostile_shapes_are_survived() -> None:
    odd = "".join(
        f'<{name} a="1"><b/></{name}>'
        for name in ("links", "tags", "authors", "image", "content", "source", "media_content")
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = entry(odd + "<title>t</title>")

    assert found.title.value == "t"


def test_thousands_of_attributes_take_no_time() -> None:
    attributes = "".join(f' a{n}="x"' for n in range(20_000))

    assert entry(f"<title{attributes}>t</title>").title.value == "t"


@pytest.mark.parametrize("broken", ["", "<b>"])
def test_letters_that_look_like_an_encoding_mistake_may_be_meant(broken: str) -> None:
    found = read(rss(f"<item><title>Â¡</title><guid>1</guid></item>{broken}")).entries[0]

    assert found.title.value == "Â¡"
