from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Batch
from aggregator.reading import read_at_once, read_batch
from aggregator.sources.entries import (
    MAX_FIELD,
    MAX_TEXT,
    EntryLink,
    EntryPerson,
    EntryTerm,
    EntryText,
    FeedEntry,
)
from aggregator.sources.feed import Feed
from aggregator.sources.within import within
from tests.builders import NOW
from tests.sources.feeds import a_document, a_feed_source, atom, json_feed, reading, rss, told

LONG = "x" * (MAX_FIELD + 1)


def test_what_is_within_the_limits_comes_back_as_it_is() -> None:
    entry = FeedEntry(id="1", title=EntryText("x" * MAX_TEXT), links=(EntryLink("x" * MAX_FIELD),))

    assert within(entry) == (entry, ())


@pytest.mark.parametrize(
    "entry",
    [
        FeedEntry(id=LONG),
        FeedEntry(published=LONG),
        FeedEntry(title=EntryText(language=LONG)),
        FeedEntry(links=(EntryLink("https://news.example/"), EntryLink(LONG))),
        FeedEntry(authors=(EntryPerson(LONG),)),
        FeedEntry(terms=(EntryTerm("a", LONG),)),
        FeedEntry(contents=(EntryText("a", base=LONG),)),
    ],
)
def test_every_field_is_cut_wherever_it_stands(entry: FeedEntry) -> None:
    cut, reached = within(entry)

    assert reached == (MAX_FIELD,)
    assert json.dumps(asdict(cut)) == json.dumps(asdict(entry)).replace(LONG, LONG[:-1])


@pytest.mark.parametrize("length", [MAX_FIELD + 1, 1_000_000])
@pytest.mark.parametrize("kind", ["rss", "rdf", "atom", "json"])
def test_ids_that_differ_only_beyond_their_limit_are_two(kind: str, length: int) -> None:
    """Cut alike they would be one, and all but one of their entries lost."""
    ids = [f"{'x' * length}{n}" for n in range(3)]
    document = {
        "rss": rss("".join(f"<item><title>t</title><guid>{each}</guid></item>" for each in ids)),
        "rdf": rss("".join(f"<item rdf:about='{each}'><title>t</title></item>" for each in ids)),
        "atom": atom("".join(f"<entry><title>t</title><id>{each}</id></entry>" for each in ids)),
        "json": json_feed(*({"id": each, "title": "t"} for each in ids)),
    }[kind]

    found = reading(document)

    assert len({item.native_id for item in found.items}) == 3
    assert any("more than 20,000 characters" in problem.what for problem in found.problems)


@given(st.integers(0, 3), st.integers(0, 3))
def test_what_comes_out_is_within_the_limits(more: int, again: int) -> None:
    entry = FeedEntry(id="x" * (MAX_FIELD - 1 + more), summary=EntryText("y" * (MAX_TEXT - 1 + again)))

    cut, reached = within(entry)

    assert within(cut) == (cut, ())
    assert reached == tuple(limit for limit, over in ((MAX_FIELD, more), (MAX_TEXT, again)) if over > 1)


def test_a_cut_is_told_once_an_entry_and_limit_whatever_the_format() -> None:
    body = "<p>High water.</p>" * 112_000
    said = (
        f"<item><title>Fog</title><guid>1</guid><description>{body.replace('<', '&lt;')}</description></item>"
    )

    assert told(rss(said)) == [
        "entry “Fog”: has a text or field of more than 2,000,000 characters; the rest is cut off"
    ]
    entry = {"id": "1", "title": "Fog", "content_html": body, "authors": [{"name": LONG}, {"name": LONG}]}
    assert len(told(json_feed(entry))) == 2
    assert len(reading(rss(said)).items[0].content.value) == MAX_TEXT


def test_html_that_the_cleaner_cuts_is_told_like_any_other_cut() -> None:
    dated = "<id>urn:x</id><title>Fog</title><updated>2026-01-01T00:00:00Z</updated>"
    bodies = (
        rss(f"<item><title>Fog</title><description>{'&lt;p&gt;High water.' * 90_000}</description></item>"),
        atom(f"<entry>{dated}<content><![CDATA[{'&' * 250_000}]]></content></entry>"),
    )
    for body in bodies:
        batch = Batch((a_document(body),))
        reads = read_at_once(Feed(), a_feed_source(), batch, NOW, tidied=False)
        (read,) = reads or read_batch(Feed(), a_feed_source(), batch, NOW)
        read = read.whole(NOW)

        assert [each.what for each in read.reading.problems] == [
            "“Fog”: has HTML of more than 1,000,000 characters; the rest is cut off"
        ]
