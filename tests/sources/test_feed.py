"""The adapter for remote feeds: what is asked, what is remembered, what any document comes to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from aggregator import sourcekeys
from aggregator.errors import FetchError, ParseError
from aggregator.exchange import Answer, Exchange, Validators
from aggregator.model import Batch, Bookmark, Item, Listing
from aggregator.outputs.atom import Atom
from aggregator.passing import Errand, pack_errand, pack_read, unpack_errand, unpack_read
from aggregator.reading import Read
from aggregator.sources.feed import Feed, FeedOptions
from aggregator.sources.feedreading import MAX_AT_ONCE, MAX_ENTRIES_AT_ONCE
from aggregator.tidy import tidy
from tests.builders import NOW, a_source, an_entry
from tests.fakes import FakeWeb
from tests.outputs.builders import a_feed
from tests.sources.feeds import URL, a_document, a_feed_source, atom, json_feed, reading, rss, told

_KNOWN = Validators('W/"1"', "Mon, 13 Jun 2022 11:03:16 GMT")
_NEW = Bookmark()
_PAGE_IN_GBK = (
    "is an HTML page (without a title), no feed, and advertises none"
    " (read as GB18030, because its bytes fit; it declares none)"
)
_BODY = rss("<item><title>t</title></item>").encode()


def fetched(
    answer: Answer | FetchError,
    bookmark: Bookmark = _NEW,
    url: str = URL,
    **source: Any,
) -> tuple[list[Listing | Batch | Exchange], FakeWeb]:
    web = FakeWeb(**{url: answer})

    async def parts() -> list[Listing | Batch | Exchange]:
        return [part async for part in Feed().fetch(a_feed_source(url, **source), bookmark, web)]

    return asyncio.run(parts()), web


def an_answer(status: int = 200, **said: Any) -> Answer:
    fields: dict[str, Any] = {"status": status, "url": URL, "body": _BODY, "raw_hash": "h"}
    return Answer(**fields | said)


# ── fetching ──


def test_a_new_document_is_handed_over_and_then_what_to_remember() -> None:
    answer = an_answer(
        url="https://other.example/feed",
        content_type="text/xml",
        validators=_KNOWN,
        moved="https://moved.example/",
    )

    (exchange, batch), _ = fetched(answer)

    assert isinstance(batch, Batch)
    (document,) = batch.documents
    assert (document.name, document.url) == (URL, "https://other.example/feed")
    assert (document.body, document.content_type) == (_BODY, "text/xml")
    assert (document.stamp.size, document.stamp.hash) == (len(_BODY), "h")
    assert isinstance(exchange, Exchange)
    assert exchange == Exchange(
        200,
        validators=_KNOWN,
        body_hash=exchange.body_hash,
        stable_hash=exchange.stable_hash,
        url=document.url or "",
        moved="https://moved.example/",
    )


def test_everything_configured_goes_with_the_request() -> None:
    source: dict[str, Any] = {"headers": (("X-Key", "k"),), "user_agent": "me", "proxy": "http://p.example/"}

    _, web = fetched(an_answer(), Bookmark(validators=_KNOWN), **source)

    (request,) = web.requests
    assert (request.url, request.validators) == (URL, _KNOWN)
    assert (request.headers, request.user_agent, request.proxy) == (
        (("X-Key", "k"),),
        "me",
        "http://p.example/",
    )
    assert request.accept.startswith("application/atom+xml")


def test_not_modified_is_nothing_to_parse_and_updates_validators() -> None:
    bookmark = Bookmark(validators=_KNOWN, body_hash="old")
    answer = an_answer(304, body=b"", raw_hash="", validators=Validators('"2"'))

    parts, _ = fetched(answer, bookmark)

    kept = Validators('"2"', _KNOWN.last_modified)
    assert parts == [Exchange(304, validators=kept, body_hash="old", url=URL, skip="not modified")]


def test_the_same_bytes_are_nothing_to_parse() -> None:
    until = datetime(2026, 1, 1, tzinfo=UTC)

    ((first, _), _) = fetched(an_answer())
    assert isinstance(first, Exchange)

    parts, _ = fetched(an_answer(retry_after=until), Bookmark(validators=_KNOWN, body_hash=first.body_hash))

    assert parts == [Exchange(200, body_hash=first.body_hash, url=URL, skip="same bytes", retry_after=until)]


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ({}, {}, True),
        ({}, {"raw_hash": "h2"}, False),
        ({"content_type": "text/xml"}, {"content_type": "application/rss+xml"}, True),
        ({"content_type": "text/xml;charset=UTF-8"}, {"content_type": 'text/xml; charset="utf-8"'}, True),
        ({"content_type": "text/xml; charset=utf-8"}, {"content_type": "text/xml; charset=gbk"}, False),
        ({"content_type": "text/xml"}, {"content_type": "text/xml; charset=gbk"}, False),
        ({}, {"url": "https://other.example/feed"}, False),
        ({"url": "https://cdn.example/a?signed=1"}, {"url": "https://cdn.example/a?signed=2"}, True),
        ({"url": "https://cdn.example/a"}, {"url": "https://cdn.example/b"}, False),
    ],
)
def test_the_same_bytes_under_another_encoding_or_base_are_read(
    before: dict[str, Any], now: dict[str, Any], *, same: bool
) -> None:
    """Else a feed whose server corrects its charset, or that moved, would be read as it was for ever."""
    nothing_stable = {"body": b"<p>no feed"}
    ((first, _), _) = fetched(an_answer(**nothing_stable | before))
    assert isinstance(first, Exchange)

    (again, *read), _ = fetched(an_answer(**nothing_stable | now), Bookmark(body_hash=first.body_hash))

    assert isinstance(again, Exchange)
    assert (again.skip, not read) == ("same bytes" if same else "", same)


def test_a_document_that_was_only_stamped_anew_is_nothing_to_parse() -> None:
    stamped = _BODY.replace(b"</channel>", b"<!-- made in 0.2 s --></channel>")
    ((first, _), _) = fetched(an_answer(content_type="text/xml"))
    assert isinstance(first, Exchange)
    bookmark = Bookmark(body_hash=first.body_hash, stable_hash=first.stable_hash)

    def asked(**said: Any) -> list[Listing | Batch | Exchange]:
        return fetched(an_answer(body=stamped, raw_hash="h2", **said), bookmark)[0]

    (again,) = asked(content_type="text/xml", validators=_KNOWN)
    assert isinstance(again, Exchange)
    assert again.body_hash != first.body_hash
    assert [again] == [
        Exchange(
            200,
            validators=_KNOWN,
            body_hash=again.body_hash,
            stable_hash=first.stable_hash,
            url=URL,
            skip="same entries",
        )
    ]
    assert len(asked(content_type="text/xml; charset=gbk")) == 2, "how it is read is another matter"
    assert len(asked(content_type="text/xml", url="https://other.example/")) == 2


def test_what_cannot_be_told_apart_from_itself_is_read() -> None:
    page = an_answer(body=b"<p>no feed", raw_hash="h2")

    parts, _ = fetched(page, Bookmark(body_hash="h", stable_hash=""))

    assert len(parts) == 2


def test_the_hash_of_a_delta_is_not_kept() -> None:
    parts, _ = fetched(an_answer(226, validators=_KNOWN))

    assert parts[0] == Exchange(226, validators=_KNOWN, url=URL)


def test_a_failed_request_is_left_to_whoever_asked() -> None:
    with pytest.raises(FetchError, match="no answer"):
        fetched(FetchError("no answer"))


def test_a_source_without_options_cannot_be_fetched() -> None:
    async def parts() -> None:
        async for _ in Feed().fetch(a_source("x"), Bookmark(), FakeWeb()):
            raise AssertionError

    with pytest.raises(FetchError, match="has no feed to read"):
        asyncio.run(parts())


# ── options ──


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://News.Example/Feed#top", "https://news.example/Feed"),
        ("feed:https://news.example/x", "https://news.example/x"),
        (" http://user:pass@news.example/x ", "http://user:pass@news.example/x"),
    ],
)
def test_a_web_address_is_read_in_any_usual_spelling(url: str, expected: str) -> None:
    assert FeedOptions(url=url).url == expected
    assert FeedOptions(url=url).location == expected


@pytest.mark.parametrize("url", ["", "feed.xml", "ftp://x.example/", "https://", "https://me:secret@/x"])
def test_what_is_no_web_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an http:// or https:// address") as error:
        FeedOptions(url=url)

    assert "secret" not in str(error.value)


def test_it_can_be_parsed_in_another_process() -> None:
    errand = Errand(Feed(), a_feed_source(), a_document(_BODY), NOW)

    feed, source, document, _ = unpack_errand(pack_errand(errand))

    assert [item.title.value for item in feed.parse(source, document).items] == ["t"]
    assert feed.isolated
    assert feed.remote


# ── parsing ──


def test_every_format_is_read_whatever_header_and_name_say() -> None:
    for body in (
        rss("<item><title>t</title></item>"),
        atom("<entry><title>t</title></entry>"),
        json_feed({"title": "t"}),
    ):
        assert [item.title.value for item in reading(body, "image/png").items] == ["t"]


def test_nothing_of_a_feed_waits_for_its_date() -> None:
    assert reading(_BODY).waits is False


def test_what_was_assumed_is_told() -> None:
    assert told("PHP Warning: x\n" + _BODY.decode()) == ["what stands before the feed is left out"]
    gbk = b'<?xml version="1.0" encoding="utf-8"?>' + rss(
        "<title>中国人民银行决定于今日下调存款准备金率</title>"
    ).encode("gbk")
    assert told(gbk) == ["read as GB18030, because its bytes fit and those of utf-8 do not"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty: nothing was sent"),
        (b"%PDF-1", "is a PDF, no feed"),
        (b'{"message": "no"}', "is JSON, no feed; it says “no”"),
        (
            b"<rss><channel>",
            "is truncated: cut off at line 1, column 52: no element found; no entry can be made out in it",
        ),
        (
            "<html>页面不存在，请返回首页。</html>".encode("gbk"),
            _PAGE_IN_GBK,
        ),
    ],
)
def test_what_is_no_feed_is_told_in_one_line(body: bytes, said: str) -> None:
    with pytest.raises(ParseError) as error:
        reading(body)

    assert str(error.value) == said


def test_credentials_are_never_told() -> None:
    url = "https://me:secret@news.example/feed"
    document = a_document("<html><link rel=alternate type='application/rss+xml' href=/rss>", url)
    source = a_feed_source(url)
    (_, batch), _ = fetched(
        an_answer(body=rss("<item><pubDate>x</pubDate><link>1</link></item>").encode()), url=url
    )

    with pytest.raises(ParseError, match=r"https://news\.example/rss") as error:
        Feed().parse(source, document)
    assert isinstance(batch, Batch)
    found = Feed().parse(source, batch.documents[0])

    assert "secret" not in str(error.value)
    assert found.problems
    assert not any("secret" in str(problem) or "me:" in str(problem) for problem in found.problems)
    assert batch.documents[0].name == sourcekeys.without_credentials(url)


# ── anything ──


def assert_one_line(words: str) -> None:
    assert words
    assert "\n" not in words


def survives(body: bytes, content_type: str | None = None) -> None:
    """Whatever it is: no exception but ours, and every item can be written as XML."""
    try:
        found = Feed().parse(
            a_feed_source(categories_from="entries"), a_document(body, content_type=content_type)
        )
    except ParseError as error:
        assert_one_line(str(error))
        return
    entries = [an_entry(tidy(item, NOW), item_id=n, id=f"urn:x:{n}") for n, item in enumerate(found.items)]
    for written in Atom().feed(a_feed(*entries)).values():
        etree.fromstring(written)
    assert len({item.native_id for item in found.items}) == len(found.items)
    for problem in found.problems:
        assert_one_line(problem.what)
    read = Read(a_document(body), found, tuple((item, tidy(item, NOW)) for item in found.items))
    assert unpack_read(pack_read(read), a_feed_source(), read.document) == read


_PIECES = st.sampled_from(
    [
        *(
            "<item>",
            "</item>",
            "<entry>",
            "</entry>",
            "<title>",
            "</title>",
            "<title type='html'>",
            "<link>",
            "</link>",
        ),
        *(
            "<link href='x' rel='alternate'/>",
            "<guid>",
            "</guid>",
            "<id>",
            "</id>",
            "<description>",
            "</description>",
        ),
        *(
            "<content type='xhtml'>",
            "<content type='html'>",
            "</content>",
            "<content:encoded>",
            "</content:encoded>",
        ),
        *(
            "<source>",
            "</source>",
            "<author>",
            "</author>",
            "<name>",
            "</name>",
            "<pubDate>",
            "</pubDate>",
            "<updated>",
        ),
        *(
            "<media:group>",
            "</media:group>",
            "<media:content url='x'/>",
            "<media:thumbnail url='y'/>",
            "<image>",
            "</image>",
        ),
        *(
            "<enclosure url='e' length='1'/>",
            "<category term='a'>",
            "</category>",
            "<itunes:image href='z'/>",
        ),
        *(
            "<dc:creator>",
            "</dc:creator>",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "&",
            "&amp;",
            "&nbsp;",
            "&#0;",
            "&#xD800;",
        ),
        *(
            "<div xmlns='http://www.w3.org/1999/xhtml'>",
            "</div>",
            "<br/>",
            "<br>",
            "<p xml:base='/q/'>",
            "<svg>",
            "</svg>",
        ),
        *(
            "</channel>",
            "</rss>",
            "</feed>",
            "\x00",
            "\ufffe",
            "中文",
            "http://x.example/",
            "2022-06-13",
            "<",
            ">",
            "'",
            '"',
        ),
        *(
            "<channel>",
            "<rss>",
            "<feed>",
            "<textinput>",
            "<title",
            "<item xml:base='javascript:x'>",
            "<x:y xmlns:x='z'>",
        ),
    ]
)
_MARKUP = st.lists(_PIECES, max_size=25).map("".join)


@settings(deadline=None)
@given(_MARKUP, st.booleans())
def test_any_soup_of_elements_is_survived(soup: str, is_atom: bool) -> None:
    survives((atom(soup) if is_atom else rss(soup)).encode("utf-8", "surrogatepass"))


_GOOD = [
    rss(
        "<item><title>甲 &amp;amp; 乙</title><link>/1</link><guid>1</guid>"
        "<description><![CDATA[<p>x</p>]]></description><pubDate>Mon, 13 Jun 2022 11:03:16 GMT</pubDate>"
        "<enclosure url='/a.mp3' length='1' type='audio/mpeg'/></item>"
    ).encode(),
    atom(
        "<entry xml:base='/b/'><id>tag:x,2022:1</id><title type='xhtml'>"
        "<div xmlns='http://www.w3.org/1999/xhtml'><b>t</b></div></title>"
        "<updated>2022-06-13T11:03:16Z</updated><content type='html'>&lt;p&gt;x</content></entry>"
    ).encode("utf-16"),
    json_feed(
        {"id": "1", "title": "甲", "content_html": "<p>x", "date_published": "2022-06-13T11:03:16Z"}
    ).encode(),
    b'<?xml version="1.0" encoding="gb2312"?>' + rss("<item><title>中文标题</title></item>").encode("gbk"),
]


@settings(deadline=None)
@given(
    st.sampled_from(_GOOD),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 8), st.binary(max_size=6)), max_size=4),
)
def test_any_damage_to_a_feed_is_survived(body: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    for at, length, put in damage:
        body = body[: at % len(body)] + put + body[at % len(body) + length :] or b"<"

    survives(body)


@settings(deadline=None)
@given(st.sampled_from(_GOOD), st.integers(0, 1500))
def test_a_feed_cut_anywhere_is_survived(body: bytes, end: int) -> None:
    survives(body[:end])


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([None, "text/html; charset=gbk", "application/json", "\0"]))
def test_any_bytes_are_survived(body: bytes, content_type: str | None) -> None:
    survives(body, content_type)
    survives(b"<rss><channel><item>" + body, content_type)


def test_an_item_s_raw_form_is_what_the_feed_said() -> None:
    (item,) = reading(
        rss("<item><title>a &amp;amp; b</title><description>&lt;script&gt;</description></item>")
    ).items

    assert isinstance(item, Item)
    assert (item.title.value, item.title.type) == ("a &amp; b", "html")
    assert item.content.value == "<script>"
    assert item.cleaner == 0


# ── at once, without a process of its own ──


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><guid>1</guid><title>a</title><description>&lt;p&gt;b&lt;/p&gt;</description></item>"),
        atom("<entry><id>1</id><title>a</title><link href='/b'/><updated>never</updated></entry>"),
    ],
)
def test_an_ordinary_feed_is_read_at_once_and_the_same(body: str) -> None:
    source, document = a_feed_source(), a_document(body)

    at_once = Feed().parse_at_once(source, document)

    assert at_once is not None
    assert at_once == Feed().parse(source, document)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>x</body></html>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b"%PDF-1.7",
        b"\xff\xfe<\0r\0",
        rss("<item><guid>1</guid><title>\xe9</title></item>").encode("cp1252"),
        b"words before " + rss("<item><guid>1</guid></item>").encode(),
        rss("<item><guid>1</guid><title>a & b</title></item>").encode(),
        rss(f"<item><guid>1</guid><description>{'&lt;b&gt;' * 501}</description></item>").encode(),
        rss("".join(f"<item><guid>{n}</guid></item>" for n in range(MAX_ENTRIES_AT_ONCE + 1))).encode(),
        rss(f"<item><guid>1</guid><description>{'x' * MAX_AT_ONCE}</description></item>").encode(),
    ],
)
def test_what_might_take_long_or_fail_is_not_read_at_once(body: bytes) -> None:
    assert Feed().parse_at_once(a_feed_source(), a_document(body)) is None


def test_why_feeds_could_not_be_read_at_once_is_counted() -> None:
    feed = Feed()

    for title in ("a & b", "a &amp; b", "<b>c</b>", "<b>d</b>"):
        feed.parse_at_once(
            a_feed_source(), a_document(rss(f"<item><guid>1</guid><title>{title}</title></item>"))
        )

    assert feed.declined == {"not well-formed": 1, "markup where text belongs": 2}


@given(st.binary(), st.sampled_from([b"", rss("<item><guid>1</guid></item>").encode()]))
def test_nothing_is_raised_at_once(body: bytes, around: bytes) -> None:
    Feed().parse_at_once(a_feed_source(), a_document(around[:20] + body + around[20:]))
