"""Documents that are meant to hurt, at their worst: each costs its own source an error at most, and in time.

The corpus holds them small (``tests/corpus/hostile.py``); here they have the size that does harm.
"""

# ruff: noqa: E501 - one excess a line, however long: so they are looked through
from __future__ import annotations

import asyncio
import json
import resource
from typing import TYPE_CHECKING

import pytest

from aggregator.isolation import Isolation
from aggregator.model import Batch
from aggregator.sources.entries import MAX_ENTRIES
from aggregator.sources.feed import Feed
from aggregator.sources.feedreading import MAX_AT_ONCE
from aggregator.tidy import tidy
from tests.builders import NOW
from tests.sources.feeds import a_document, a_feed_source, atom, rss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aggregator.reading import Read

GOOD = rss("<item><title>good</title><guid>g</guid></item>")


def _bomb(levels: int, times: int) -> str:
    entities = ['<!ENTITY e0 "lol">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * times}">' for n in range(1, levels)]
    return f"<!DOCTYPE rss [{''.join(entities)}]>" + rss(f"<item><title>&e{levels - 1};</title></item>")


def _item(inner: str) -> str:
    return rss(f"<item><guid>1</guid><title>x</title>{inner}</item>")


def _attributes(count: int, name: str = "a") -> str:
    return " ".join(f"{name}{n}='{n}'" for n in range(count))


def _json(**more: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []} | more)


def worst(many: int) -> dict[str, str]:
    """Each kind of excess, so many times over."""
    return {
        "billion laughs": _bomb(12, 10),
        "quadratic": f'<!DOCTYPE rss [<!ENTITY x "{"a" * many}">]>' + _item(f"<description>{'&x;' * (many // 2)}</description>"),
        "deep entities": _bomb(many // 5, 1),
        "parameter entities": '<!DOCTYPE rss [<!ENTITY % a "<!ENTITY b \'x\'>">' + "%a;" * 2 * many + "]>" + GOOD,
        "attributes": _item(f"<category {_attributes(many)}>x</category>"),
        "attributes of the root": atom("<entry><title>x</title></entry>").replace("<feed ", f"<feed {_attributes(many)} ", 1),
        "one attribute again and again": _item("<category " + "a='' " * many + ">x</category>"),
        "namespaces": _item(f"<x {_attributes(many, 'xmlns:n')}/>"),
        "depth": _item("<a>" * many + "</a>" * many),
        "depth never closed": _item("<a>" * many),
        "depth of html": _item("<description>" + "&lt;div&gt;" * many + "deep</description>"),
        "depth of formatting": _item("<description>" + "&lt;b&gt;&lt;p&gt;" * (many // 2) + "deep</description>"),
        "depth of xhtml": atom("<entry><title>x</title><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>" + "<p>" * many + "x" + "</p>" * many + "</div></content></entry>"),
        "depth of items": rss("<item>" * many),
        "depth of bases": atom('<entry xml:base="a/">' * (many // 2)),
        "a name": _item(f"<{'n' * 4 * 10 * many}/>"),
        "a name of an attribute": _item(f"<x {'n' * 4 * 10 * many}='1'/>"),
        "a prefix": _item(f"<{'p' * 2 * 10 * many}:x/>"),
        "a value": _item(f"<category domain='{'v' * 4 * 10 * many}'>x</category>"),
        "an instruction": f"<?x {'y' * 4 * 10 * many}?>" + GOOD,
        "a comment": f"<!--{'- ' * 2 * 10 * many}" + GOOD,
        "comments": "<!-- -->" * 5 * many + GOOD,
        "comments never closed": _item("<!--" * 5 * many),
        "sections never closed": _item("<![CDATA[" * 5 * many),
        "angle brackets": _item("<" * 2 * 10 * many),
        "ampersands": _item("&" * 2 * 10 * many),
        "references": _item(f"<description>{'&#65;' * 5 * many}</description>"),
        "references of references": _item(f"<description>{'&amp;' * 5 * many}lt;</description>"),
        "entries": rss("<item><title>x</title></item>" * many),
        "entries of one id": rss("<item><guid>same</guid><title>x</title></item>" * (many // 2)),
        "an id": rss(f"<item><guid>{'i' * 4 * 10 * many}</guid><title>x</title></item>"),
        "a title": rss(f"<item><title>{'t ' * 2 * 10 * many}</title></item>"),
        "a title of marks": rss(f"<item><title>x{chr(0x301) * 10 * many}</title></item>"),
        "categories": _item("<category>c</category>" * 2 * many),
        "links": _item("<link>https://a.example/</link>" * 2 * many),
        "a date": _item(f"<pubDate>{'1 ' * 10 * many}</pubDate>"),
        "dates": _item("<pubDate>Mon, </pubDate>" * 2 * many),
        "tables": _item("<description>" + "&lt;table&gt;&lt;tr&gt;&lt;td&gt;" * many + "</description>"),
        "selects": _item("<description>" + "&lt;select&gt;&lt;a&gt;" * many + "</description>"),
        "attributes of html": _item("<description>&lt;p " + "a=1 " * 5 * many + "&gt;x</description>"),
        "pictures": _item("<description>" + "&lt;img src=a.png&gt;" * many + "</description>"),
        "srcset": _item("<description>&lt;img srcset='" + "a 1x, " * 3 * many + "'&gt;</description>"),
        "srcset of commas": _item("<description>&lt;img srcset='" + "," * 10 * many + "'&gt;</description>"),
        "json depth": _json(items="@").replace('"@"', "[" * many),
        "json depth closed": _json(a="@").replace('"@"', "[" * many + "]" * many),
        "json number": _json(items=[{"id": "@"}]).replace('"@"', "9" * 10 * many),
        "json exponent": _json(items=[{"id": "@", "attachments": [{"url": "https://a.example/", "size_in_bytes": "@"}]}]).replace('"@"', "1e999999999"),
        "json keys": _json(items=[{"id": "1"}], **{f"k{n}": n for n in range(2 * many)}),
        "json items": _json(items=[{}] * 3 * many),
        "a name of blanks": _item(f"<author>a@{' ' * many}x</author>"),
        "a name of blanks for all": atom(f"<author><name>a@{' ' * (many // 6)}x</name></author>" + "".join(f"<entry><id>urn:x:{n}</id><title>x</title></entry>" for n in range(50))),
        "an origin below blank lines": _item("<description>" + "\n" * 2 * many + "文章来源x</description>"),
        "text before too few entities": _item("<description>" + "x" * 2 * many + ("&amp;amp;" * 499 + "&lt;br&gt;") * 3 + "</description>"),
        "tags that do not end behind entities": _item("<description>" + "&amp;amp;" * 1100 + "&lt;" * (many // 2) + "</description>"),
        "declarations in text": "x " + "<?xml" * many,
        "blanks before text": " " * 2 * many + "x" + GOOD,
        "blanks before": " " * 4 * 10 * many + GOOD,
        "blanks within": _item(" \n" * 2 * 10 * many),
        "a page of links": "<html><head>" + "<link rel=alternate type=application/rss+xml href=x>" * many + "</head></html>",
        "nothing but zeros": "\0" * 4 * 10 * many,
    }  # fmt: skip


WORST = worst(100_000)
SCALES = [100_000 // 2**halved for halved in range(12)]
SMALL = {
    name: body
    for scale in reversed(SCALES)
    for name, body in worst(scale).items()
    if len(body) <= MAX_AT_ONCE
}
"""Each as large as may be read at once."""


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(deadline=3) as isolation:
        yield isolation


def read(isolation: Isolation, *bodies: bytes) -> list[Read]:
    documents = tuple(a_document(body) for body in bodies)
    return asyncio.run(isolation.read(Feed(), a_feed_source(), Batch(documents), NOW))


@pytest.mark.parametrize("name", WORST)
def test_the_worst_of_documents_costs_itself_alone_and_is_over_in_time(
    isolation: Isolation, name: str
) -> None:
    before = used()

    hostile, after = read(isolation, WORST[name].encode(), GOOD.encode())

    assert used() - before < 0.5, "the reading process does the work, not this one"
    assert [clean.title.value for _, clean in after.items] == ["good"]
    assert len(hostile.items) <= MAX_ENTRIES
    for _, clean in hostile.items:
        assert len(clean.title.value) <= 1000
        assert len(clean.content.value) <= 4_000_000
    assert all(
        len(problem.what) < 1000 and problem.what.isprintable() for problem in hostile.reading.problems
    )


@pytest.mark.parametrize("name", SMALL)
def test_nothing_that_takes_long_is_read_at_once(name: str) -> None:
    """What is read without a process of its own holds up all others."""
    document = a_document(SMALL[name])
    before = used()

    reading = Feed().parse_at_once(a_feed_source(), document)

    for item in reading.items if reading is not None else ():
        tidy(item, NOW)
    assert used() - before < 0.5


def used() -> float:
    """Seconds of processor time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
