"""What is skipped as read already: nothing but comments and dates outside of entries may differ."""

from __future__ import annotations

from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sources.volatile import stable_hash
from tests.sources import oddfeeds
from tests.sources.feeds import atom, rss

RSS = rss(
    "<item><title>a</title><pubDate>1</pubDate><description><![CDATA[<!-- kept --> b]]></description></item>"
    "<item><guid>2</guid><!-- inside --><dc:date>2</dc:date></item>",
    channel="<lastBuildDate>Mon</lastBuildDate><pubDate>Tue</pubDate><!-- made in 0.1 s -->",
)
ATOM = atom(
    "<entry><id>1</id><updated>1</updated></entry>",
    head="<!-- top --><updated>2022-06-13T00:00:00Z</updated>",
)


def h(document: str) -> str | None:
    return stable_hash(document.encode())


@pytest.mark.parametrize(
    ("document", "was", "becomes"),
    [
        (RSS, "<lastBuildDate>Mon<", "<lastBuildDate>Wed, 15 Jun 2022<"),
        (RSS, "<lastBuildDate>Mon</lastBuildDate>", ""),
        (RSS, "<pubDate>Tue<", "<pubDate>Wed<"),
        (RSS, "<!-- made in 0.1 s -->", "<!-- made in\n 0.2 s --><!-- again -->"),
        (RSS, "</channel></rss>", "</channel></rss>\n<!-- cached at 12:01 -->"),
        (RSS, "</channel></rss>", "<lastBuildDate>Thu</lastBuildDate></channel></rss>"),
        (RSS, "<rss", '<?xml version="1.0"?><!-- top --><rss'),
        (ATOM, "<updated>2022-06-13T00:00:00Z<", "<updated>2022-06-13T00:01:00Z<"),
        (ATOM, "<!-- top -->", "<!-- <title>other</title> -->"),
    ],
)
def test_what_is_stamped_anew_stays_the_same(document: str, was: str, becomes: str) -> None:
    changed = document.replace(was, becomes, 1).removeprefix('<?xml version="1.0"?>')

    assert changed != document
    assert h(changed) == h(document) is not None


@pytest.mark.parametrize(
    ("document", "was", "becomes"),
    [
        (RSS, "<pubDate>1<", "<pubDate>2<"),
        (RSS, "<!-- kept -->", "<!-- changed -->"),
        (RSS, "<!-- inside -->", ""),
        (RSS, "<dc:date>2<", "<dc:date>3<"),
        ("<feed><é:entry><updated>1</updated></é:entry><entry/></feed>", "d>1<", "d>2<"),
        (RSS, "<title>News<", "<title>Olds<"),
        (RSS, "<title>News</title>", "<title><![CDATA[News <!-- a --> ]]></title>"),
        (RSS, "</channel></rss>", "<item><guid>3</guid><pubDate>3</pubDate></item></channel></rss>"),
        (RSS, "</channel></rss>", "<title>late</title></channel></rss>"),
        (RSS, "</item></channel></rss>", ""),
        (ATOM, "<updated>1<", "<updated>2<"),
    ],
)
def test_what_is_said_anew_is_not(document: str, was: str, becomes: str) -> None:
    changed = document.replace(was, becomes, 1)

    assert changed != document
    assert h(changed) != h(document)


def test_a_comment_in_a_text_of_the_feed_is_part_of_it() -> None:
    one, other = (
        rss("<item/>", channel=f"<description><![CDATA[a <!-- {n} --> b]]></description>") for n in (1, 2)
    )

    assert h(one) != h(other)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"content_html": "<item>"}]}',
        b"<rss><channel/></rss>",
        b"<!DOCTYPE rss [<!ENTITY a '<!-- b -->'>]><rss><item/></rss>",
        b"<rss><item>\xff</item></rss>",
        b"<rss><item>\x1b$B<item></rss>",
        "<rss><item/></rss>".encode("utf-16"),
        b"<rss><channel><?php <!-- ?><title>One</title><!-- 1 --><item/></channel></rss>",
        b"<rss><channel><?php a > ? <!-- ?><title>One</title><!-- 1 --><item/></channel></rss>",
        b"<?a <entry>?><feed><updated>1</updated><entry/></feed>",
        b"<feed><?a ? <entry> ?><updated>1</updated><entry/></feed>",
    ],
)
def test_where_it_cannot_be_told_there_is_no_answer(document: bytes) -> None:
    assert stable_hash(document) is None


def test_the_end_of_an_entry_in_its_text_is_not_taken_for_its_end() -> None:
    one, other = (
        f"<rss><channel><item><title><![CDATA[</item>]]></title><pubDate>{date}</pubDate></channel></rss>"
        for date in (1, 2)
    )

    assert h(one) != h(other)


@given(st.randoms(use_true_random=False), st.binary(min_size=1, max_size=12), st.data())
def test_any_change_inside_an_entry_is_noticed(rng: Random, inserted: bytes, data: st.DataObject) -> None:
    document, _ = oddfeeds.document(rng)
    body = document.encode()
    ends = [f"</{prefix}{name}>".encode() for prefix in ("", "a:") for name in ("item", "entry")]
    starts = [f"<{prefix}{name}".encode() for prefix in ("", "a:") for name in ("item", "entry")]
    first = min((at for start in starts if (at := body.find(start)) >= 0), default=-1)
    last = max(body.rfind(end) for end in ends)
    before = stable_hash(body)
    if before is None or not 0 <= first < last:
        return
    at = data.draw(st.integers(first + 1, last))
    cut = data.draw(st.integers(0, min(20, last - at)))

    changed = body[:at] + inserted + body[at + cut :]

    assert changed == body or stable_hash(changed) != before


@given(st.binary())
def test_any_bytes_can_be_asked_about(body: bytes) -> None:
    stable_hash(b"<rss>" + body + b"<item>" + body + b"</item>" + body)


@pytest.mark.parametrize("mark", ["<!--", "<![CDATA["])
@pytest.mark.parametrize("place", ["{}<item><guid>1</guid></item>", "<item><guid>1</guid></item>{}"])
def test_what_would_take_long_is_not_looked_through(mark: str, place: str) -> None:
    assert h(f"<rss><channel>{place.format(mark * 65)}</channel></rss>") is None
    assert h(f"<rss><channel>{place.format('x' * 300_000)}</channel></rss>") is None


@pytest.mark.parametrize(
    "before", [" " * 250_000 + "x", "<!---->" * 60 + " " * 250_000 + "x", "<?" * 125_000]
)
def test_whatever_stands_before_the_first_entry_takes_no_long_time(before: str) -> None:
    start = process_time()

    h(before + RSS)

    assert process_time() - start < 1
