from __future__ import annotations

import asyncio

import pytest

from aggregator.app.discovery import COMMON_PATHS, Found, as_address, confirm, find
from aggregator.errors import FetchError, ParseError, UsageError
from aggregator.exchange import Answer
from tests.fakes import FakeWeb

RSS = b'<rss version="2.0"><channel><title>t</title></channel></rss>'
PAGE = b"<!DOCTYPE html><html><head><title>Home</title></head><body></body></html>"
HOME = "https://a.example/"


def page(*links: str) -> bytes:
    return PAGE.replace(b"</head>", "".join(links).encode() + b"</head>")


def link(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def a_web(**answers: bytes) -> FakeWeb:
    return FakeWeb(**{url: Answer(status=200, url=url, body=body) for url, body in answers.items()})


def found(url: str, web: FakeWeb) -> tuple[Found, ...]:
    return asyncio.run(find(url, web))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        (" a.example ", "https://a.example/"),
        ("a.example:8080/feed", "https://a.example:8080/feed"),
        ("feed://a.example/x", "http://a.example/x"),
        ("https://me:pw@a.example/", "https://me:pw@a.example/"),
    ],
)
def test_what_a_person_types_is_an_address(written: str, url: str) -> None:
    assert as_address(written) == url


@pytest.mark.parametrize(
    "written", ["", "feed", "seeds/a.md", "mailto:me@a.example", "ftp://a.example/", "a b.c", "javascript:x"]
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="is no web address"):
        as_address(written)


@pytest.mark.parametrize(
    "body",
    [
        RSS,
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ],
)
def test_a_feed_is_found_where_it_is(body: bytes) -> None:
    assert found(HOME, a_web(**{HOME: body})) == (Found(HOME, sure=True),)


def test_a_list_of_feeds_is_found_as_one() -> None:
    (only,) = found(HOME, a_web(**{HOME: b"<opml><body/></opml>"}))

    assert (only.type, only.sure) == ("opml", True)


def test_a_feed_that_moved_for_good_is_subscribed_to_where_it_is_now() -> None:
    web = FakeWeb(**{HOME: Answer(status=200, url=HOME, body=RSS, moved="https://b.example/feed")})

    assert found(HOME, web)[0].url == "https://b.example/feed"


def test_credentials_are_not_lost_where_it_moved_to() -> None:
    url = "https://me:pw@a.example/"
    web = FakeWeb(**{url: Answer(status=200, url=HOME, body=RSS, moved="https://b.example/feed")})

    assert found(url, web)[0].url == url


def test_a_page_names_its_feeds() -> None:
    body = page(link("/rss", "All"), link("https://b.example/c.atom", "Comments", "application/atom+xml"))

    assert found(HOME, a_web(**{HOME: body})) == (
        Found("https://a.example/rss", "All"),
        Found("https://b.example/c.atom", "Comments"),
    )


def test_a_page_that_names_none_is_looked_at_in_common_places() -> None:
    web = a_web(
        **{"https://a.example/blog/": PAGE, "https://a.example/atom.xml": RSS, "https://a.example/feed": PAGE}
    )

    assert found("https://a.example/blog/", web) == (Found("https://a.example/atom.xml", sure=True),)
    assert [request.url.removeprefix(HOME) for request in web.requests] == [
        "blog/",
        *(f"blog/{path}" for path in COMMON_PATHS),
        "feed",
        "rss",
        "atom.xml",
    ]


def test_a_host_that_stops_answering_is_not_asked_on() -> None:
    web = a_web(**{HOME: PAGE})
    web.answers["https://a.example/feed"] = FetchError("https://a.example/feed: timed out")

    with pytest.raises(ParseError):
        found(HOME, web)

    assert len(web.requests) == 2


def test_what_is_no_feed_is_told() -> None:
    with pytest.raises(
        ParseError,
        match=r"https://a.example/: is .*“Home”.* advertises none; nor is there one at /feed, ",
    ):
        found("https://me:hush@a.example/", a_web(**{"https://me:hush@a.example/": PAGE}))
    with pytest.raises(ParseError, match=r"https://a.example/: is JSON"):
        found(HOME, a_web(**{HOME: b"{}"}))
    with pytest.raises(FetchError, match="not found"):
        found(HOME, FakeWeb())


def test_what_a_page_names_is_read_before_it_is_believed() -> None:
    named = Found("https://a.example/rss", "All")
    good, bad = a_web(**{named.url: RSS}), a_web(**{named.url: PAGE})

    assert asyncio.run(confirm(named, good)) == Found(named.url, "All", sure=True)
    assert asyncio.run(confirm(Found(HOME, sure=True), FakeWeb())).url == HOME
    with pytest.raises(ParseError, match=r"https://a.example/rss: is .*“Home”"):
        asyncio.run(confirm(named, bad))
    gone = FakeWeb()
    gone.answers[named.url] = FetchError("the server answered 404", status=404)
    with pytest.raises(FetchError, match=r"^https://a.example/rss: the server answered 404"):
        asyncio.run(confirm(named, gone))
