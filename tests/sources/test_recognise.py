"""What a document is, told from the document alone."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.recognise import Advertised, Format, advertised, recognise, recognise_bytes, refusal

_URL = "https://news.example/feed"


def why_not(document: str) -> str:
    return str(refusal(recognise(document).format, document, _URL))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('<rss version="2.0">', Format.RSS),
        ("<?xml version='1.0'?>\n<!-- by hand -->\n<!DOCTYPE rss [<!ENTITY a 'b'>]>\n<rss>", Format.RSS),
        ("<rdf:RDF xmlns:rdf='x'>", Format.RSS),
        ("<RDF>", Format.RSS),
        ("<channel>", Format.RSS),
        ("<atom:feed xmlns:atom='x'>", Format.ATOM),
        ("\ufeff  <feed>", Format.ATOM),
        ("<entry>", Format.ATOM),
        ("<br />\n<b>Warning</b>: x<?xml version='1.0'?><rss>", Format.RSS),
        ("Notice: something\n<rss version='2.0'><channel>", Format.RSS),
        ('{"version": "https://jsonfeed.org/version/1"}', Format.JSON_FEED),
        ('{"title": "x", "home_page_url": "y", "items": []}', Format.JSON_FEED),
        ('{"items": []}', Format.JSON),
        ("[1]", Format.JSON),
        ("[draft] notes", Format.TEXT),
        ("{% if %}", Format.TEXT),
        ("<opml version='2.0'>", Format.OPML),
        ("<!DOCTYPE html><p>", Format.HTML),
        ("<!doctype HTML>", Format.HTML),
        ("<div>", Format.HTML),
        ("<html><script>'<rss><channel>'</script>", Format.HTML),
        ("<urlset>", Format.XML),
        ("Not found", Format.TEXT),
        ("", Format.EMPTY),
        (" \n\ufeff\t", Format.EMPTY),
        ("a\0b" * 50, Format.BINARY),
        ("\ufffd\x02x" * 50, Format.BINARY),
    ],
)
def test_a_document_says_what_it_is(document: str, expected: Format) -> None:
    assert recognise(document).format is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"%PDF-1.4", "a PDF"),
        (b"\x1f\x8b\x08", "compressed data (gzip)"),
        (b"\0\0\0\x1cftypisom", "a film (MP4)"),
        (b"<rss/>", None),
        (b"", None),
    ],
)
def test_bytes_that_are_no_text_are_named(body: bytes, expected: str | None) -> None:
    assert recognise_bytes(body) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("", "is empty: nothing was sent"),
        ("<opml>", "is a list of feeds (OPML), no feed: make it a source of type opml"),
        ("Not\nfound", "is plain text, no feed: “Not found”"),
        ("\0\0x" * 90, "is binary data, no feed"),
        ("<urlset/>", "is a sitemap, no feed"),
        ("<x:thing/>", "is XML (<x:thing>), no feed"),
        ("<Error><Message>No such key</Message></Error>", "is XML (<Error>), no feed: “No such key”"),
        ('{"error": {"message": "rate\\u001b limit"}}', "is JSON, no feed; it says “rate limit”"),
        ('{"errors": [{"detail": "gone"}]}', "is JSON, no feed; it says “gone”"),
        ("[1]", "is JSON, no feed"),
        ('{"a": ', "is broken or cut off JSON, no feed"),
        (
            "<!doctype html><title>Home &amp; co</title>",
            "is an HTML page (“Home & co”), no feed, and advertises none",
        ),
        (
            "<html><input type='password'>",
            "is a log-in page (without a title), no feed: it wants a user name and a password",
        ),
        (
            "<html><title>Just a moment</title><script src=/cdn-cgi/challenge-platform/x>",
            "is an HTML page (“Just a moment”), no feed: probably a bot wall (Cloudflare)",
        ),
        (
            '<html><link rel=alternate type="application/rss+xml" href=/rss.xml>',
            "is an HTML page (without a title), no feed; the page advertises https://news.example/rss.xml",
        ),
    ],
)
def test_what_is_no_feed_is_told_apart_in_one_line(document: str, expected: str) -> None:
    assert why_not(document) == expected


def test_many_advertised_feeds_are_counted() -> None:
    links = "".join(f'<link rel="alternate" type="application/atom+xml" href="/{n}">' for n in range(8))

    assert why_not(f"<html>{links}").endswith("https://news.example/4 and 3 more")


@pytest.mark.parametrize(
    "begun",
    [
        "<title",
        "<input type ",
        "<link ",
        "<!--",
        "<?xml ",
        "<rss",
        "<!DOCTYPE [",
        "<a href='",
        "&amp",
        "<title>",
    ],
)
def test_a_page_of_nothing_but_beginnings_takes_no_long_time(begun: str) -> None:
    page = "<!DOCTYPE html><html>" + begun * (1_000_000 // len(begun))
    start = time.perf_counter()

    line = why_not(page)

    assert time.perf_counter() - start < 5
    assert line.startswith("is an HTML page")


def test_json_nested_too_deeply_is_no_feed() -> None:
    assert why_not('{"a":' * 100_000) == "is broken or cut off JSON, no feed"
    assert why_not(json.dumps({"error": [[[[[[["deep"]]]]]]]})) == "is JSON, no feed"


def test_a_page_s_feeds_are_found_with_their_titles() -> None:
    page = """<base href="https://other.example/blog/">
    <link rel="alternate" type="application/rss+xml; charset=utf-8" title="All &amp; sundry" href="rss">
    <LINK HREF='/atom' TYPE='application/atom+xml' REL='Alternate Home'>
    <link rel="alternate" type="application/rss+xml" href="rss">
    <link rel="alternate" type="application/json" href="feed.json">
    <link rel="alternate" type="application/json" href="/wp">
    <link rel="feed" href="third"><link rel="alternate" hreflang="de" href="/de">
    <link rel="alternate" type="application/rss+xml" href="javascript:x">
    <!-- <link rel="alternate" type="application/rss+xml" href="old"> --><a rel="feed" href="no">"""

    assert advertised(page, _URL) == (
        Advertised("https://other.example/blog/rss", "All & sundry", "application/rss+xml"),
        Advertised("https://other.example/atom", "", "application/atom+xml"),
        Advertised("https://other.example/blog/feed.json", "", "application/json"),
        Advertised("https://other.example/blog/third", "", ""),
    )


@given(st.text(st.sampled_from("<>!?-[]{}\"'=&;:/ \0\n\ufeffrssfedhtmlDOCTYPExl1"), max_size=80))
def test_anything_is_recognised_and_can_be_refused_in_one_line(document: str) -> None:
    line = why_not(document)

    assert line
    assert "\n" not in line
