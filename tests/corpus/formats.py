"""Every format and version, recognised from the document whatever header and name say."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

import json

from tests.corpus.case import (
    ATOM,
    ATOM_03,
    DECLARATION,
    SITE,
    TITLE,
    atom,
    case,
    entry,
    html,
    item,
    rss,
    said,
)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS_10 = "http://purl.org/rss/1.0/"
_INFO = {"title": TITLE, "site_url": SITE}
_TWO = (
    said(title="Tide table 1", link=f"{SITE}1", content_contains=["High water at noon."]),
    said(title="潮汐表", link=f"{SITE}2", content_contains=["正午涨潮。"]),
)
_ITEMS = item("<description>High water at noon.</description>") + item(
    "<title>潮汐表</title><description>正午涨潮。</description>", 2
)
_BARE = (
    f"<item><title>Tide table 1</title><link>{SITE}1</link><description>High water at noon.</description></item>"
    f"<item><title>潮汐表</title><link>{SITE}2</link><description>正午涨潮。</description></item>"
)
_CHANNEL = f"<title>{TITLE}</title><link>{SITE}</link><description>News from the harbour</description>"
_NETSCAPE = (
    '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
    ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">\n'
)


def rdf(channel: str, items: str, namespace: str = RSS_10, more: str = "") -> str:
    """Write an RSS 0.90 or 1.0 document."""
    return (
        f'{DECLARATION}<rdf:RDF xmlns:rdf="{RDF}" xmlns="{namespace}"{more}>\n'
        f"<channel{channel}</channel>\n{items}\n</rdf:RDF>\n"
    )


def rdf_item(number: int, inner: str, about: str | None = None) -> str:
    """Write an item of RSS 1.0."""
    return f'<item rdf:about="{about or SITE + str(number)}">{inner}</item>'


_ABOUT = f' rdf:about="{SITE}rdf">{_CHANNEL}'
_RDF_ITEMS = rdf_item(
    1, f"<title>Tide table 1</title><link>{SITE}1</link><description>High water at noon.</description>"
) + rdf_item(2, f"<title>潮汐表</title><link>{SITE}2</link><description>正午涨潮。</description>")
_SEQ = f'<items><rdf:Seq><rdf:li rdf:resource="{SITE}1"/><rdf:li rdf:resource="{SITE}2"/></rdf:Seq></items>'

_ATOM_ENTRIES = entry("<content>High water at noon.</content>") + entry(
    "<title>潮汐表</title><content>正午涨潮。</content>", 2
)
_ATOM = atom(_ATOM_ENTRIES)
_ATOM_03 = (
    f'{DECLARATION}<feed version="0.3" xmlns="{ATOM_03}" xml:lang="en"><title>{TITLE}</title>'
    f'<link rel="alternate" type="text/html" href="{SITE}"/><modified>2026-03-01T09:00:00Z</modified>'
    f'<tagline>News</tagline><entry><title>Tide table 1</title><id>tag:news.example,2026:1</id>'
    f'<link rel="alternate" type="text/html" href="{SITE}1"/><issued>2026-03-01T08:00:00+08:00</issued>'
    "<modified>2026-03-01T08:30:00+08:00</modified><author><name>Ada Quay</name></author>"
    "{content}</entry></feed>"
)
_JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": TITLE,
    "home_page_url": SITE,
    "items": [
        {"id": "1", "url": f"{SITE}1", "title": "Tide table 1", "content_html": "<p>High water at noon.</p>"},
        {"id": "2", "url": f"{SITE}2", "title": "潮汐表", "content_text": "正午涨潮。"},
    ],
}
_JSON_TEXT = json.dumps(_JSON, ensure_ascii=False, indent=1)
_PREFIXED = (
    f'{DECLARATION}<a:feed xmlns:a="{ATOM}"><a:title>{TITLE}</a:title><a:id>tag:news.example,2026:feed</a:id>'
    f'<a:link href="{SITE}"/><a:updated>2026-03-01T09:00:00Z</a:updated><a:entry><a:title>Tide table 1</a:title>'
    f'<a:id>tag:news.example,2026:1</a:id><a:link href="{SITE}1"/><a:updated>2026-03-01T08:00:00Z</a:updated>'
    "<a:content>High water at noon.</a:content></a:entry></a:feed>"
)
_AS_ATOM_03 = said(
    title="Tide table 1",
    link=f"{SITE}1",
    published="2026-03-01T08:00:00+08:00",
    updated="2026-03-01T08:30:00+08:00",
    authors=["Ada Quay"],
    content_contains=["<b>noon</b>"],
)

CASES = [
    # ── each version ──
    case(
        "formats/rss-0.90.xml",
        rdf(f">{_CHANNEL}", _BARE, "http://my.netscape.com/rdf/simple/0.9/"),
        *_TWO,
        info=_INFO,
    ),
    case(
        "formats/rss-0.90-titles-and-links-only.xml",
        rdf(
            f">{_CHANNEL}",
            f"<item><title>One</title><link>{SITE}1</link></item>",
            "http://channel.netscape.com/rdf/simple/0.9/",
        ),
        said(title="One", link=f"{SITE}1", published=None),
    ),
    case("formats/rss-0.91-netscape.xml", rss(_BARE, version="0.91", head=DECLARATION + _NETSCAPE), *_TWO, info=_INFO),
    case("formats/rss-0.91-userland.xml", rss(_BARE, version="0.91"), *_TWO, info=_INFO),
    case(
        "formats/rss-0.91-netscape-with-entities.xml",
        rss(item("<title>Caf&eacute; du port</title>"), version="0.91", head=DECLARATION + _NETSCAPE),
        said(title="Café du port"),
        problems=None,
    ),
    case("formats/rss-0.92.xml", rss(_BARE, version="0.92"), *_TWO, info=_INFO),
    case(
        "formats/rss-0.92-description-only.xml",
        rss("<item><description>A note without a title.</description></item>", version="0.92"),
        said(title="A note without a title.", link=None, content_contains=["A note without a title."]),
        problems=None,
    ),
    case("formats/rss-0.93.xml", rss(_BARE, version="0.93"), *_TWO),
    case("formats/rss-0.94.xml", rss(_BARE, version="0.94"), *_TWO),
    case("formats/rss-2.0.xml", rss(_ITEMS), *_TWO, info=_INFO),
    case("formats/rss-2.0.1.xml", rss(_ITEMS, version="2.0.1"), *_TWO),
    case("formats/rss-without-version.xml", rss(_ITEMS).replace(' version="2.0"', ""), *_TWO),
    case("formats/rss-of-an-unknown-version.xml", rss(_ITEMS, version="3.7"), *_TWO),
    case("formats/rss-1.0.xml", rdf(_ABOUT + _SEQ, _RDF_ITEMS), *_TWO, info=_INFO),
    case("formats/rss-1.0-without-sequence.xml", rdf(_ABOUT, _RDF_ITEMS), *_TWO, info=_INFO),
    case("formats/rss-1.0-items-in-the-channel.xml", rdf(_ABOUT + _RDF_ITEMS, ""), *_TWO),
    case(
        "formats/rss-1.0-with-dublin-core.xml",
        rdf(
            _ABOUT,
            rdf_item(
                1,
                f"<title>One</title><link>{SITE}1</link><dc:date>2026-02-03T04:05:06+08:00</dc:date>"
                "<dc:creator>Ada Quay</dc:creator><dc:subject>tides</dc:subject>",
            ),
            more=' xmlns:dc="http://purl.org/dc/elements/1.1/"',
        ),
        said(title="One", published="2026-02-03T04:05:06+08:00", authors=["Ada Quay"], tags=["tides"]),
    ),
    case(
        "formats/rss-1.0-with-content.xml",
        rdf(
            _ABOUT,
            rdf_item(
                1,
                f"<title>One</title><link>{SITE}1</link><description>Short.</description>"
                "<content:encoded><![CDATA[<p>The <em>whole</em> story.</p>]]></content:encoded>",
            ),
            more=' xmlns:content="http://purl.org/rss/1.0/modules/content/"',
        ),
        said(title="One", content_contains=["<em>whole</em>"], summary="Short."),
    ),
    case("formats/atom-1.0.xml", _ATOM, *_TWO, info=_INFO | {"id": "tag:news.example,2026:feed"}),
    case("formats/atom-1.0-prefixed.xml", _PREFIXED, _TWO[0], info=_INFO),
    case(
        "formats/atom-0.3-escaped.xml",
        _ATOM_03.replace(
            "{content}", f'<content type="text/html" mode="escaped">{html("High water at <b>noon</b>.")}</content>'
        ),
        _AS_ATOM_03,
        info=_INFO,
    ),
    case(
        "formats/atom-0.3-xml.xml",
        _ATOM_03.replace(
            "{content}",
            '<content type="application/xhtml+xml" mode="xml"><div xmlns="http://www.w3.org/1999/xhtml">'
            "High water at <b>noon</b>.</div></content>",
        ),
        _AS_ATOM_03,
    ),
    case(
        "formats/atom-0.3-base64.xml",
        _ATOM_03.replace(
            "{content}",
            '<content type="text/html" mode="base64">SGlnaCB3YXRlciBhdCA8Yj5ub29uPC9iPi4=</content>',
        ),
        _AS_ATOM_03,
    ),
    case(
        "formats/atom-0.3-created-only.xml",
        _ATOM_03.replace("issued>", "created>").replace("{content}", "<summary>Noon.</summary>"),
        said(title="Tide table 1", content_contains=["Noon."], updated="2026-03-01T08:30:00+08:00"),
    ),
    case("formats/json-1.1.json", _JSON_TEXT, *_TWO, info=_INFO),
    case("formats/json-1.0.json", _JSON_TEXT.replace("version/1.1", "version/1"), *_TWO, info=_INFO),
    # ── recognised from the document alone ──
    case("formats/rss-as-html.xml", rss(_ITEMS), *_TWO, content_type="text/html; charset=utf-8"),
    case("formats/rss-as-plain-text.xml", rss(_ITEMS), *_TWO, content_type="text/plain"),
    case("formats/rss-as-octets.xml", rss(_ITEMS), *_TWO, content_type="application/octet-stream"),
    case("formats/rss-as-json.xml", rss(_ITEMS), *_TWO, content_type="application/json"),
    case("formats/rss-as-atom.xml", rss(_ITEMS), *_TWO, content_type="application/atom+xml"),
    case("formats/rss-without-a-type.xml", rss(_ITEMS), *_TWO, content_type=None),
    case("formats/rss-with-a-broken-type.xml", rss(_ITEMS), *_TWO, content_type=";;charset"),
    case("formats/atom-as-rss.xml", _ATOM, *_TWO, content_type="application/rss+xml"),
    case("formats/atom-as-html-page.xml", _ATOM, *_TWO, url="https://feeds.example/index.html"),
    case("formats/atom-as-image.xml", _ATOM, *_TWO, content_type="image/png"),
    case("formats/json-as-html.json", _JSON_TEXT, *_TWO, content_type="text/html"),
    case("formats/json-as-xml.json", _JSON_TEXT, *_TWO, content_type="application/rss+xml"),
    case("formats/json-as-json.json", _JSON_TEXT, *_TWO, content_type="application/json"),
    case("formats/json-without-a-type.json", _JSON_TEXT, *_TWO, content_type=None),
    case("formats/json-minified.json", json.dumps(_JSON), *_TWO),
    # ── what may stand before the root ──
    case("formats/rss-without-declaration.xml", rss(_ITEMS, head=""), *_TWO, content_type="text/xml"),
    case("formats/rss-after-a-comment.xml", rss(_ITEMS, head=DECLARATION + "<!-- made by hand <html> -->\n"), *_TWO),
    case(
        "formats/rss-after-a-stylesheet.xml",
        rss(_ITEMS, head=DECLARATION + '<?xml-stylesheet type="text/xsl" href="/feed.xsl"?>\n'),
        *_TWO,
    ),
    case(
        "formats/atom-after-a-long-comment.xml",
        _ATOM.replace("<feed", "<!-- " + "harbour " * 700 + "-->\n<feed", 1),
        *_TWO,
    ),
    case("formats/rss-xml-1.1.xml", rss(_ITEMS, head='<?xml version="1.1" encoding="UTF-8"?>'), *_TWO, problems=None),
    case("formats/rss-standalone.xml", rss(_ITEMS, head='<?xml version="1.0" standalone="yes"?>'), *_TWO),
    # ── shapes that occur ──
    case("formats/rss-items-after-the-channel.xml", rss("").replace("</channel>", f"</channel>{_ITEMS}"), *_TWO),
    case("formats/rss-empty.xml", rss(""), info=_INFO),
    case("formats/atom-empty.xml", atom(""), info=_INFO),
    case("formats/json-empty.json", json.dumps(_JSON | {"items": []}), info=_INFO),
    case("formats/rss-indented-by-tabs.xml", rss(_ITEMS.replace("><", ">\n\t\t\t<")), *_TWO),
    case("formats/rss-windows-line-ends.xml", rss(_ITEMS).replace("\n", "\r\n"), *_TWO),
    case("formats/rss-one-line.xml", rss(_ITEMS).replace("\n", ""), *_TWO),
    case("formats/rss-in-a-default-namespace.xml", rss(_ITEMS).replace("<rss", '<rss xmlns="http://backend.userland.com/rss2"'), *_TWO),
    case(
        "formats/atom-entry-alone.xml",
        DECLARATION + entry("<content>High water at noon.</content>", attributes=f' xmlns="{ATOM}"'),
        _TWO[0],
        problems=None,
    ),
]
