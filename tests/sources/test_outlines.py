from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.model import ListedSource, ListReading
from aggregator.sources import outlines


def read(body: str, head: str = "") -> ListReading:
    return outlines.read(f'<opml version="2.0"><head>{head}</head><body>{body}</body></opml>', "list")


def told(body: str) -> list[str]:
    return [problem.what for problem in read(body).problems]


def refused(document: str) -> str:
    with pytest.raises(ParseError) as caught:
        outlines.read(document, "list")
    return str(caught.value)


FEED = '<outline type="rss" text="A" xmlUrl="http://a.example/feed"/>'


# ── what is read ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_feed_is_in_the_innermost_of_its_folders() -> None:
    reading = read(f"""
        <outline text="Technology"><outline text="Python">{FEED}</outline></outline>
        <outline title="News"><outline text="B &amp;amp; &lt;b&gt;C" xmlUrl="https://b.example/"/></outline>
        <outline xmlurl="https://c.example/x" title=" C  c "/>
    """)

    assert reading.sources == (
        ListedSource("http://a.example/feed", "A", ("Python",)),
        ListedSource("https://b.example/", "B &amp; <b>C", ("News",)),
        ListedSource("https://c.example/x", "C c", ()),
    )
    assert reading.problems == ()


def test_the_attribute_category_names_folders_too() -> None:
    (source,) = read('<outline text="x" xmlUrl="http://a.example/" category="/Tech/Python, News,"/>').sources

    assert source.categories == ("Python", "News")


def test_a_folder_without_a_name_is_none() -> None:
    (source,) = read(f'<outline text="Real"><outline>{FEED}</outline></outline>').sources

    assert source.categories == ("Real",)


def test_a_feed_listed_twice_is_one_in_both_folders() -> None:
    reading = read("""
        <outline text="One"><outline xmlUrl="http://a.example:80/feed#top"/></outline>
        <outline text="Two"><outline text="Later" xmlUrl="feed://a.example/feed"/></outline>
    """)

    assert reading.sources == (ListedSource("http://a.example/feed", "Later", ("One", "Two")),)


def test_what_no_feed_can_be_read_from_is_told() -> None:
    problems = told("""
        <outline text="x" xmlUrl="ftp://a.example/feed"/>
        <outline text="x" xmlUrl="https://me:hush@ex ample/"/>
        <outline text="more" type="include" url="http://a.example/more.opml"/>
        <outline text="Site" xmlUrl="" htmlUrl="http://a.example/"/>
    """)

    assert problems == [
        "lists another list, http://a.example/more.opml: configure that one as a source of its own",
        "lists Site without its feed's address (xmlUrl)",
        "lists ftp://a.example/feed, which is no http(s) address",
        "lists https://ex ample/, which is no http(s) address",
    ]


def test_an_empty_list_is_told() -> None:
    assert told("") == ["lists no feeds"]


@pytest.mark.parametrize(
    "body",
    [
        '<outline text="Q&A" xmlUrl="http://a.example/?a=1&b=2"/>',
        '<outline text="Q&amp;A" xmlUrl="http://a.example/?a=1&amp;b=2"/>',
        '<outline text="Q&#38;A" xmlUrl="http://a.example/?a=1&#x26;b=2"/>',
        '<outline text="Q\x00&#0;&amp;A" xmlUrl="http://a.example/?a=1&b=2"/>',
    ],
)
def test_ampersands_are_read_however_they_are_written(body: str) -> None:
    (source,) = read(body).sources

    assert (source.url, source.title) == ("http://a.example/?a=1&b=2", "Q&A")


def test_what_was_repaired_is_told() -> None:
    assert told('<outline text="a" xmlUrl="http://a.example/?a=1&b=2&c"/>') == [
        "& stands 2 times where &amp; belongs"
    ]
    assert told('<outline text="a & b" xmlUrl="http://a.example/"/>') == ["& stands once where &amp; belongs"]


def test_the_entities_of_html_are_read_as_such() -> None:
    (source,) = read('<outline text="caf&eacute;&nbsp;&copy;" xmlUrl="http://a.example/"/>').sources

    assert source.title == "café ©"


def test_capitals_prefixes_and_declarations_do_not_matter() -> None:
    document = (
        '\ufeff<?xml version="1.0"\n encoding="gb2312"?>\n<!-- mine --><!DOCTYPE opml>\n'
        '<OPML><BODY><Outline TEXT="a" XMLURL="http://a.example/"/></BODY></OPML>'
    )

    assert outlines.read(document, "list").sources == (ListedSource("http://a.example/", "a"),)


# ── what is not ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "is empty: not a list of feeds"),
        (" \n\ufeff", "is empty: not a list of feeds"),
        ("<rss><channel/></rss>", "is a feed (RSS), not a list of feeds; make it a source of type feed"),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"/>',
            "is a feed (Atom), not a list of feeds; make it a source of type feed",
        ),
        ("<!DOCTYPE html><html></html>", "is a web page, not a list of feeds (OPML)"),
        ("<html><opml></opml></html>", "is a web page, not a list of feeds (OPML)"),
        ('{"error": 1}', "is JSON, not a list of feeds (OPML)"),
        ("<urlset/>", "is XML, but not a list of feeds: it begins with <urlset>, not with <opml>"),
        ("http://a.example/", "is plain text, not a list of feeds (OPML)"),
    ],
)
def test_other_documents_are_told_from_lists(document: str, why: str) -> None:
    assert refused(document) == f"list: {why}"


def test_a_list_that_was_cut_off_says_nothing() -> None:
    whole = f'<opml version="2.0">\n<body>\n{FEED}\n{FEED}\n</body></opml>'

    for end in range(7, len(whole) - 1):
        assert refused(whole[:end]).startswith("list: was cut off, nothing of it is used (line ")


def test_a_list_that_is_broken_is_told_with_its_place() -> None:
    assert (
        refused('<opml>\n<body>\n<outline text="a">\n</body>\n</opml>')
        == "list: is broken, nothing of it is used: line 4, column 3: mismatched tag"
    )


def test_declared_entities_are_refused() -> None:
    bomb = (
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        '<opml><body><outline text="&b;" xmlUrl="http://a.example/"/></body></opml>'
    )

    assert refused(bomb) == "list: declares the entity &a;, which no list of feeds needs: not read"


def test_what_an_external_document_declares_is_not_looked_up() -> None:
    document = '<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml><body>' + FEED + "</body></opml>"

    assert len(outlines.read(document, "list").sources) == 1


# ── what one list can cost ────────────────────────────────────────────────────────────────────────────────


def test_nesting_has_an_end() -> None:
    assert (
        refused("<opml>" + '<outline text="a">' * 60 + "</outline>" * 60 + "</opml>")
        == "list: is nested more than 50 deep: not read"
    )


def test_a_list_has_an_end() -> None:
    feed = '<outline xmlUrl="http://a.example/%d"/>'
    reading = read("".join(feed % number for number in range(outlines.MAX_FEEDS + 5)))

    assert len(reading.sources) == outlines.MAX_FEEDS
    assert [p.what for p in reading.problems] == ["lists more than 20000 feeds; 5 are left out"]
    assert (
        refused("<opml>" + " " * outlines.MAX_CHARACTERS)
        == "list: is larger than 8 million characters: not read"
    )


def test_one_feed_in_thousands_of_folders_costs_little() -> None:
    folders = (f'<outline text="f{n}"><outline xmlUrl="http://a.example/"/></outline>' for n in range(50_000))

    (source,) = read("".join(folders)).sources

    assert len(source.categories) == outlines.MAX_CATEGORIES


def test_thousands_of_problems_are_told_as_some() -> None:
    problems = told("".join(f'<outline xmlUrl="ftp://a.example/{number}"/>' for number in range(500)))

    assert len(problems) == 101
    assert problems[-1] == "… and 400 more like these"


@pytest.mark.parametrize(
    "pattern",
    [
        "<!-- -->",
        "<?x?>",
        "</opml><!-- -->",
        "&",
        "&amp",
        "<!",
        "<outline",
        "<!DOCTYPE ",
        "</opml>",
        "\ufeff",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    for start in ("", "<opml>"):
        with pytest.raises(ParseError):
            outlines.read(start + pattern * 50_000 + "<", "list")


_PIECES = [
    "<opml>",
    "</opml>",
    "<body>",
    "</body>",
    "<outline ",
    "/>",
    ">",
    "</outline>",
    'text="',
    '"',
    "&",
    ";",
    "<!--",
]
_PIECES += [
    'xmlUrl="http://a.example/',
    "'",
    "#x0;",
    "-->",
    "<![CDATA[",
    "]]>",
    "\x00",
    "\ud800",
    "é",
    " ",
    "<?xml?>",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=30).map("".join))
def test_any_document_is_read_or_refused(document: str) -> None:
    for text in (document, f"<opml>{document}</opml>"):
        try:
            reading = outlines.read(text, "list")
        except ParseError as error:
            assert "\n" not in str(error)  # noqa: PT017 (either way is right)
        else:
            assert all(source.url.startswith(("http://", "https://")) for source in reading.sources)
