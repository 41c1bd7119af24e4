"""The strict reader says what the tolerant one says, or nothing.

``AGGREGATOR_STRICT`` says how many random feeds of each kind are tried; a run by hand may well ask for a
hundred thousand.
"""

from __future__ import annotations

import gc
import json
import os
import re
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from feedparser.mixin import _FeedParserMixin
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.sources import decoding, recognise, strict, strictnames, tolerant
from aggregator.sources.entries import MAX_ENTRIES, MAX_FIELD, FeedDocument
from aggregator.sources.recognise import Format
from aggregator.sources.strictnames import Why
from aggregator.sources.within import within
from tests.sources import oddfeeds
from tests.sources.changedfeeds import Changer
from tests.sources.feeds import URL, atom, rss

if TYPE_CHECKING:
    from aggregator.sources.entries import Family

FOLDER = Path(__file__).parent.parent / "data" / "feeds"
DOCUMENTS = sorted(path for path in FOLDER.rglob("*") if path.is_file() and ".expected" not in path.name)
EXAMPLES = int(os.environ.get("AGGREGATOR_STRICT", "300"))


def family_of(root: str) -> Family:
    return "atom" if root.rpartition(":")[2] in ("feed", "entry") else "rss"


def read(document: str, root: str = "rss", url: str | None = URL) -> FeedDocument | Why:
    """What the strict reader says, or why it says nothing."""
    told: list[Why] = []
    found = strict.read(document, family_of(root), root, url, told.append)
    return found if found is not None else told[0]


def agree(document: str, root: str, url: str | None = URL) -> bool:
    """Whether the strict reader has an answer; if it has, it is the tolerant reader's."""
    found = read(document, root, url)
    if isinstance(found, Why):
        return False
    assert found == tolerant.read(document, family_of(root), root, url)
    return True


def corpus() -> list[tuple[str, str, str]]:
    """Every feed of the corpus in XML as text, its root and its address."""
    found = []
    for path in DOCUMENTS:
        expected: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_bytes())
        body = path.read_bytes()
        if recognise.recognise_bytes(body) is None:
            document = decoding.decode(body, expected["content_type"]).text
            told = recognise.recognise(document)
            if told.format in (Format.RSS, Format.ATOM):
                found.append((document[told.start :], told.root, expected["url"]))
    return found


# ── the same, or nothing ──


def test_both_readers_agree_on_the_corpus() -> None:
    read_by_both = sum(agree(*document) for document in corpus())

    assert read_by_both > 650


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_both_readers_agree_on_feeds_written_at_random(rng: Random) -> None:
    document, root = oddfeeds.document(rng)

    agree(document, root, rng.choice([URL] * 20 + [f"{URL}?", "http://n.example", "", None]))


@pytest.mark.parametrize("share", range(4))
def test_both_readers_agree_on_feeds_changed_at_random(share: int) -> None:
    rng = Random(f"{share}")  # noqa: S311 - test data, not secrets
    ordinary = [each for each in corpus() if len(each[0]) < 6000 and not isinstance(read(*each), Why)]
    changer = Changer([_without_declaration(document).encode() for document, _, _ in ordinary[share::4]])
    answered = 0

    for _ in range(EXAMPLES):
        document = changer.changed(rng)
        told = recognise.recognise(document)
        if told.format in (Format.RSS, Format.ATOM):
            answered += agree(document[told.start :], told.root)

    assert answered > EXAMPLES // 5


def _without_declaration(document: str) -> str:
    return document.partition("?>")[2] if document.startswith("<?xml") else document


def test_most_ordinary_feeds_written_at_random_are_answered() -> None:
    rng = Random(1)  # noqa: S311 - test data, not secrets
    told = [read(*oddfeeds.document(rng)) for _ in range(500)]

    assert sum(isinstance(each, FeedDocument) for each in told) > 100


def test_vocabularies_are_told_apart_as_feedparser_does() -> None:
    theirs = {uri.lower(): prefix.lower() for uri, prefix in _FeedParserMixin.namespaces.items() if uri}

    assert theirs == {**strictnames._LISTED, "http://backend.userland.com/rss": ""}


def test_what_it_answers_needs_no_cut() -> None:
    rng = Random(2)  # noqa: S311 - test data, not secrets
    ordinary = [each for each in corpus() if len(each[0]) < 6000 and not isinstance(read(*each), Why)]
    answered = 0

    for _ in range(EXAMPLES):
        document, root, url = rng.choice(ordinary)
        at = rng.choice([found.end() for found in re.finditer(r'(?<=[\w/])>|="(?=[^"]*")', document)])
        longer = read(document[:at] + "x" * (MAX_FIELD + 1) + document[at:], root, url)
        if isinstance(longer, FeedDocument):
            answered += 1
            assert longer.bounded
            assert all(within(each) == (each, ()) for each in longer.entries)

    assert answered > EXAMPLES // 10


# ── what is declined ──


def item(inner: str) -> str:
    return rss(f"<item><guid>1</guid>{inner}</item>")


def entry(inner: str) -> str:
    return atom(f"<entry><id>1</id>{inner}</entry>")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (item("<title>a</title"), Why.NOT_WELL_FORMED),
        (item("<title>&nbsp;</title>"), Why.NOT_WELL_FORMED),
        (item("<title>a & b</title>"), Why.NOT_WELL_FORMED),
        (item("<x:title>a</x:title>"), Why.NOT_WELL_FORMED),
        ("<!DOCTYPE rss>" + item(""), Why.PROLOGUE),
        ('<!DOCTYPE rss [<!ENTITY a "b">]>' + item("<title>&a;</title>"), Why.PROLOGUE),
        ("<!-- <rss> -->" + item(""), Why.PROLOGUE),
        ('<?xml version="1.\x10"?>' + item(""), Why.PROLOGUE),
        ("<!-- \x85 -->" + item(""), Why.PROLOGUE),
        ('<?a="b"?>' + item(""), Why.PROLOGUE),
        ("<?xml?>" + item(""), Why.PROLOGUE),
        ("<?a?>\u3000" + item(""), Why.PROLOGUE),
        ("<rss xmlns='urn:x'><channel/></rss>", Why.ROOT),
        ("<rss><channel><item xmlns='http://purl.org/rss/1.0/'/></channel></rss>", Why.NAMESPACE),
        ("<rss><a xmlns='urn:x'/></rss>", Why.NAMESPACE),
        ("<rss xmlns:dc='http://search.yahoo.com/mrss/'><channel/></rss>", Why.NAMESPACE),
        ("<rss xmlns:foreign='http://purl.org/dc/elements/1.1/'><channel/></rss>", Why.NAMESPACE),
        (item("<title>a <b>c</b></title>"), Why.MARKUP),
        (item("<description><p>c</p></description>"), Why.MARKUP),
        (item("<media:description>&lt;b&gt;c&lt;/b&gt;</media:description>"), Why.MARKUP),
        (item("<surprise>c</surprise>"), Why.ELEMENT),
        (item("<item/>"), Why.ELEMENT),
        (item("<atom:summary>c</atom:summary>"), Why.ELEMENT),
        (item("<title>a</title><title>b</title>"), Why.TWICE),
        (item("<description>a</description><description>b</description>"), Why.TWICE),
        (item('<title type="html">a</title>'), Why.TYPE),
        (item('<description base="/x">a</description>'), Why.ATTRIBUTE),
        (item('<link Href="a" href="b"/>'), Why.ATTRIBUTE),
        (item('<atom:link media:href="b"/>'), Why.ATTRIBUTE),
        (item('<enclosure url="a">text</enclosure>'), Why.TEXT),
        (item('<link xml:base="javascript:x">a</link>'), Why.BASE),
        (item(f'<link xml:base="/{"x" * MAX_FIELD}">a</link>'), Why.BASE),
        (item("<title>&#150;</title>"), Why.ENCODING),
        (item("<title>a\x7f</title>"), Why.ENCODING),
        (item("<title>a\x85</title>"), Why.ENCODING),
        (item("<title>a\ud800</title>"), Why.ENCODING),
        (rss("<item><title>only</title></item>"), Why.UNKNOWN_ENTRY),
        (item("<title " + " ".join(f'a{n}="b"' for n in range(41)) + "/>"), Why.SHAPE),
        (item("<foo:x xmlns:foo='urn:x'>" * 30 + "</foo:x>" * 30), Why.SHAPE),
        (item("<category>a</category>" * 60_000), Why.SHAPE),
        (item(f"<guid>{'x' * (MAX_FIELD + 1)}</guid>"), Why.SHAPE),
        (rss("<item><guid>1</guid></item>" * (MAX_ENTRIES + 1)), Why.SHAPE),
        (item("<title>" + "x" * 4_000_000 + "</title>"), Why.SHAPE),
    ],
)
def test_whatever_is_not_ordinary_is_declined(document: str, why: Why) -> None:
    assert read(document) is why


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (entry('<content type="image/png">aGk=</content>'), Why.TYPE),
        (entry('<content src="/a" type="text/html"/>'), Why.TYPE),
        (entry('<content type="xhtml"><div>x</div></content>'), Why.MARKUP),
        (
            entry('<content type="html"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>'),
            Why.MARKUP,
        ),
        (entry("<author>words<name>a</name></author>"), Why.TEXT),
        (entry("<source><title>a</title><title>b</title></source>"), Why.TWICE),
        (atom("", attributes=' xmlns:r="http://purl.org/rss/1.0/"'), Why.NAMESPACE),
    ],
)
def test_whatever_is_not_ordinary_in_atom_is_declined(document: str, why: Why) -> None:
    assert read(document, "feed") is why


@pytest.mark.parametrize(
    "url", ["", None, "https://n.example/a?", "ftp://n.example/", "https://n.example/ ä"]
)
def test_an_odd_address_is_declined(url: str | None) -> None:
    assert read(item(""), url=url) is Why.BASE


# ── what is answered ──


@pytest.mark.parametrize(
    "inner",
    [
        "<title>plain</title><link>https://x.example/?a=1&amp;b=2</link>",
        "<title><![CDATA[A &amp; B]]></title><description><![CDATA[<p>x</p>]]></description>",
        "<description>a</description><content:encoded><![CDATA[<p>b</p>]]></content:encoded>",
        '<enclosure url="a.mp3" type="AUDIO/mpeg" length="1"/><category domain="d">c</category>',
        "<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:date>2022-06-13</dc:date>",
        '<media:group><media:content url="v.mp4"><media:title>t</media:title></media:content></media:group>',
        '<itunes:image href="/i.png"/><itunes:keywords>a, b</itunes:keywords>',
        '<thing xmlns="urn:x" a="b"><inside>words</inside></thing>',
        '<source url="https://s.example/">Somewhere</source><pubDate>never</pubDate>',
        '<title xml:lang="de">a</title><link xml:base="/d/">e</link>',
    ],
)
def test_ordinary_items_are_answered(inner: str) -> None:
    assert agree(item(inner), "rss")


@pytest.mark.parametrize(
    "inner",
    [
        '<title type="html">&lt;b&gt;a&lt;/b&gt;</title><link href="/a"/><updated>2022-06-13</updated>',
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a<br/>&amp;</p></div></content>',
        "<author><name>A</name><uri>/a</uri></author><contributor><name>B</name></contributor>",
        '<source><id>s</id><title>S</title><author><name>A</name></author><link href="/s"/></source>',
        '<category term="t" label="l" scheme="s"/><summary>a &lt; b</summary>',
    ],
)
def test_ordinary_entries_are_answered(inner: str) -> None:
    assert agree(entry(inner), "feed")


def test_what_is_declined_raises_nothing_in_either_reader() -> None:
    with pytest.raises(ParseError):
        tolerant.read("<rss", "rss", "rss", URL)

    assert read("<rss") is Why.NOT_WELL_FORMED


@pytest.mark.parametrize(
    "said", ["<guid>a</guid>", "<title>a</title>", "<title>", "<author><name>a</author>"]
)
def test_nothing_of_a_document_waits_for_a_look_at_garbage(said: str) -> None:
    document = f"<rss version='2.0'><channel><item>{said}</item></channel></rss>"
    strict.read(document, "rss", "rss", URL)  # what is made once is made now
    gc.collect()
    gc.disable()
    try:
        strict.read(document, "rss", "rss", URL)
        left = gc.collect()
    finally:
        gc.enable()

    assert left == 0
