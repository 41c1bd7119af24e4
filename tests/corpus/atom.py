"""Elements of an Atom entry, each in every form (RFC 4287)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, TITLE, atom, case, entry, html, in_atom, said

_OWN = (
    "<title>Fog</title><id>tag:news.example,2026:9</id>"
    f'<link href="{SITE}9"/><updated>2026-03-01T08:00:00Z</updated>'
)

_LINKS = [
    in_atom("atom/link-without-rel", f'<link href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-alternate", f'<link rel="alternate" type="text/html" href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-alternate-by-iana-name", f'<link rel="http://www.iana.org/assignments/relation/alternate" href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-self-first", f'<link rel="self" href="https://feeds.example/7.atom"/><link rel="alternate" href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-enclosure-first", f'<link rel="enclosure" href="{SITE}7.mp3"/><link href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-related-is-not-it", f'<link rel="related" href="https://other.example/"/><link href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom("atom/link-via-is-not-it", f'<link href="{SITE}7"/><link rel="via" href="https://other.example/"/>', link=f"{SITE}7"),
    in_atom("atom/link-replies-and-edit", f'<link rel="replies" href="{SITE}7/r"/><link rel="edit" href="{SITE}7/e"/><link rel="alternate" href="{SITE}7"/>', link=f"{SITE}7"),
    in_atom(
        "atom/link-several-alternates",
        f'<link rel="alternate" type="text/html" href="{SITE}7"/><link rel="alternate" type="application/pdf" href="{SITE}7.pdf"/>',
        link=f"{SITE}7",
    ),
    in_atom(
        "atom/link-alternate-of-html-is-preferred",
        f'<link rel="alternate" type="application/json" href="{SITE}7.json"/><link rel="alternate" type="text/html" href="{SITE}7"/>',
        link=f"{SITE}7",
    ),
    in_atom("atom/link-alternate-by-language", f'<link rel="alternate" hreflang="en" href="{SITE}7"/><link rel="alternate" hreflang="fr" href="{SITE}7.fr"/>', link=f"{SITE}7"),
    in_atom("atom/link-only-self", '<link rel="self" href="https://feeds.example/7.atom"/><content>Noon.</content>', title="Tide table 1", content_contains=["Noon."], problems=None),
    in_atom("atom/link-ampersand", f'<link href="{SITE}7?a=1&amp;b=2"/>', link=f"{SITE}7?a=1&b=2"),
    in_atom("atom/link-javascript", '<link href="javascript:alert(1)"/>', link=None, problems=None),
    in_atom("atom/link-blank-around", f'<link href=" {SITE}7 "/>', link=f"{SITE}7"),
    in_atom("atom/link-as-text", f"<link>{SITE}7</link>", title="Tide table 1", problems=None),
    case("atom/link-missing.xml", atom("<entry><title>Fog</title><id>tag:news.example,2026:9</id><updated>2026-03-01T08:00:00Z</updated><content>Thick.</content></entry>"), said(title="Fog", link=None, content_contains=["Thick."]), problems=None),
]

_TIMES = [
    in_atom("atom/times-both", "<published>2026-02-01T08:00:00+08:00</published><updated>2026-02-02T08:00:00+08:00</updated>", published="2026-02-01T08:00:00+08:00", updated="2026-02-02T08:00:00+08:00"),
    in_atom("atom/times-updated-only", "<updated>2026-02-02T08:00:00Z</updated>", updated="2026-02-02T08:00:00Z"),
    case("atom/times-published-only.xml", atom(f'<entry><title>Fog</title><id>tag:news.example,2026:9</id><link href="{SITE}9"/><published>2026-02-01T08:00:00Z</published></entry>'), said(published="2026-02-01T08:00:00Z"), problems=None),
    case("atom/times-none.xml", atom(f'<entry><title>Fog</title><id>tag:news.example,2026:9</id><link href="{SITE}9"/></entry>'), said(published=None, updated=None), problems=None),
    in_atom("atom/times-fractions", "<published>2026-02-01T08:00:00.123456789Z</published>", published="2026-02-01T08:00:00.123456Z"),
    in_atom("atom/times-feed-updated-is-not-the-entrys", "<updated>2026-02-02T08:00:00Z</updated>", "<updated>2026-03-03T00:00:00Z</updated>", updated="2026-02-02T08:00:00Z"),
    in_atom("atom/times-lower-case", "<updated>2026-02-02t08:00:00z</updated>", updated="2026-02-02T08:00:00Z"),
    in_atom("atom/times-with-blanks", "<updated>\n 2026-02-02T08:00:00Z\n</updated>", updated="2026-02-02T08:00:00Z"),
]

_ADA = "<author><name>Ada Quay</name></author>"
_AUTHORS = [
    in_atom("atom/author", _ADA, authors=["Ada Quay"]),
    in_atom("atom/author-whole", "<author><name>Ada Quay</name><uri>https://ada.example/</uri><email>ada@news.example</email></author>", authors=[{"name": "Ada Quay", "url": "https://ada.example/", "email": "ada@news.example"}]),
    in_atom("atom/authors-two", f"{_ADA}<author><name>Ben Pier</name></author>", authors=["Ada Quay", "Ben Pier"]),
    in_atom("atom/author-twice", _ADA * 2, authors=["Ada Quay"]),
    in_atom("atom/author-of-the-feed", "", _ADA, authors=["Ada Quay"]),
    in_atom("atom/author-entry-wins-over-feed", "<author><name>Ben Pier</name></author>", _ADA, authors=["Ben Pier"]),
    in_atom("atom/author-of-the-source-wins-over-feed", _OWN + "<source><id>tag:wire.example,2026:f</id><title>Wire</title><author><name>Cy Buoy</name></author></source>", _ADA, authors=["Cy Buoy"], origin="Wire"),
    in_atom("atom/author-without-name", "<author><email>ada@news.example</email></author>", authors=[{"name": "ada@news.example"}], problems=None),
    in_atom("atom/author-only-uri", "<author><uri>https://ada.example/</uri></author>", authors=[{"url": "https://ada.example/"}], problems=None),
    in_atom("atom/author-empty", "<author/><author><name/></author>", authors=[], problems=None),
    in_atom("atom/author-as-text", "<author>Ada Quay</author>", title="Tide table 1", problems=None),
    in_atom("atom/author-javascript-uri", "<author><name>Ada Quay</name><uri>javascript:alert(1)</uri></author>", authors=[{"name": "Ada Quay", "url": None}], problems=None),
    in_atom("atom/author-chinese", "<author><name>证券时报 张三</name></author>", authors=["证券时报 张三"]),
    in_atom("atom/contributor", f"{_ADA}<contributor><name>Cy Buoy</name></contributor>", authors=["Ada Quay"]),
    in_atom("atom/contributor-first", f"<contributor><name>Cy Buoy</name></contributor>{_ADA}", authors=["Ada Quay"]),
    in_atom("atom/author-by-dublin-core", "<dc:creator>Ada Quay</dc:creator>", authors=["Ada Quay"]),
]

_TAGS = [
    in_atom("atom/category", '<category term="tides"/>', tags=[{"term": "tides", "label": "tides", "scheme": ""}]),
    in_atom("atom/category-whole", '<category term="tides" label="Tides &amp; currents" scheme="https://news.example/topics"/>', tags=[{"term": "tides", "label": "Tides & currents", "scheme": "https://news.example/topics"}]),
    in_atom("atom/categories", '<category term="tides"/><category term="雾" label="雾"/>', tags=["tides", "雾"]),
    in_atom("atom/categories-same-term-other-scheme", '<category term="tides" scheme="urn:a:x"/><category term="tides" scheme="urn:b:x"/>', tags=["tides", "tides"]),
    in_atom("atom/category-label-only", '<category label="Tides"/>', tags=["Tides"], problems=None),
    in_atom("atom/category-empty", '<category term=""/><category/><category term="fog"/>', tags=["fog"], problems=None),
    in_atom("atom/category-as-text", "<category>tides</category>", tags=["tides"], problems=None),
    in_atom("atom/category-with-content", '<category term="tides">in words</category>', tags=["tides"], problems=None),
    in_atom("atom/category-of-the-feed", "", '<category term="news"/>', tags=[]),
]

_WIRE = (
    "<source><id>tag:wire.example,2026:f</id><title>Harbour Wire</title>"
    '<link rel="self" href="https://wire.example/atom"/><link href="https://wire.example/"/>'
    "<updated>2026-02-28T00:00:00Z</updated></source>"
)
_OTHERS = [
    in_atom("atom/source", _OWN + _WIRE, origin="Harbour Wire", title="Fog", link=f"{SITE}9", entry_id="tag:news.example,2026:9", updated="2026-03-01T08:00:00Z"),
    in_atom("atom/source-before-everything", _WIRE + _OWN, origin="Harbour Wire", title="Fog", link=f"{SITE}9", entry_id="tag:news.example,2026:9"),
    in_atom("atom/source-title-html", f'{_OWN}<source><id>tag:wire.example,2026:f</id><title type="html">&lt;b&gt;Harbour&lt;/b&gt; Wire</title></source>', origin="Harbour Wire"),
    in_atom("atom/source-empty", "<source/>", origin=None, title="Tide table 1"),
    in_atom("atom/rights", "<rights>2026 Harbour</rights>", title="Tide table 1", content_lacks=["2026 Harbour"]),
    in_atom("atom/thread", '<thr:in-reply-to ref="tag:news.example,2026:0"/><thr:total>3</thr:total>', entry_id="tag:news.example,2026:1"),
    in_atom("atom/unknown-elements", f'{_OWN}<x xmlns="https://odd.example/ns"><title>Not this</title><id>nor:this</id></x>', title="Fog", entry_id="tag:news.example,2026:9"),
    in_atom("atom/elements-of-rss-inside", "<description>In words of RSS.</description><pubDate>Tue, 03 Feb 2026 04:05:06 GMT</pubDate>", title="Tide table 1", problems=None),
    case("atom/order-is-kept.xml", atom("".join(entry(f"<title>Number {n}</title>", n) for n in range(1, 8))), *(said(title=f"Number {n}") for n in range(1, 8))),
    case(
        "atom/metadata-after-the-entries.xml",
        atom(entry()).replace(f"<title>{TITLE}</title>", "").replace("</feed>", f"<title>{TITLE}</title></feed>"),
        said(title="Tide table 1"),
        info={"title": TITLE},
    ),
    case(
        "atom/elements-of-one-entry-do-not-leak.xml",
        atom(entry(f'{_ADA}<category term="fog"/><summary>First.</summary>') + entry("<content>Second.</content>", 2)),
        said(authors=["Ada Quay"], tags=["fog"]),
        said(authors=[], tags=[], content_contains=["Second."], content_lacks=["First."]),
    ),
    in_atom("atom/id-with-blanks-around", "<id>\n tag:news.example,2026:5\n</id>", public_id="tag:news.example,2026:5"),
    in_atom("atom/summary-and-content", f'<summary>Short.</summary><content type="html">{html("<p>The <em>whole</em>.</p>")}</content>', summary="Short.", content_contains=["<em>whole</em>"]),
    in_atom("atom/content-before-summary", f'<content type="html">{html("<p>The <em>whole</em>.</p>")}</content><summary>Short.</summary>', summary="Short.", content_contains=["<em>whole</em>"]),
]

CASES = _LINKS + _TIMES + _AUTHORS + _TAGS + _OTHERS
