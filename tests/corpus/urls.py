"""Relative links and xml:base at every level (XML Base; RFC 3986, 5; RFC 4287, 2)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, URL, atom, case, entry, html, in_atom, in_rss, item, rss, said

_A = '<a href="x.html">x</a>'
_CONTENT = f'<content type="html">{html(_A)}</content>'
_XHTML = f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{_A}</div></content>'


def _base(value: str) -> str:
    return f' xml:base="{value}"'


CASES = [
    in_atom("urls/base-of-the-feed", f'<link href="1.html"/>{_CONTENT}', attributes=_base(f"{SITE}a/"), link=f"{SITE}a/1.html", content_contains=[f'href="{SITE}a/x.html"']),
    in_atom("urls/base-of-the-entry", f'<link href="1.html"/>{_CONTENT}', on=_base(f"{SITE}b/"), link=f"{SITE}b/1.html", content_contains=[f'href="{SITE}b/x.html"']),
    in_atom("urls/base-of-the-content", f'<content type="html" xml:base="{SITE}c/">{html(_A)}</content>', content_contains=[f'href="{SITE}c/x.html"']),
    in_atom("urls/base-of-the-summary", f'<summary type="html" xml:base="{SITE}c/">{html(_A)}</summary>', content_contains=[f'href="{SITE}c/x.html"']),
    in_atom("urls/base-of-the-link", f'<link href="1.html" xml:base="{SITE}d/"/>', link=f"{SITE}d/1.html"),
    in_atom("urls/base-of-the-xhtml-content", _XHTML.replace("<content", f'<content xml:base="{SITE}c/"'), content_contains=[f'href="{SITE}c/x.html"']),
    in_atom("urls/base-inside-xhtml", _XHTML.replace("<div", f'<div xml:base="{SITE}e/"'), content_contains=[f'href="{SITE}e/x.html"'], content_lacks=["xml:base"]),
    in_atom("urls/base-relative-to-base", f'<link href="1.html"/>{_CONTENT}', attributes=_base(f"{SITE}a/"), on=_base("b/"), link=f"{SITE}a/b/1.html", content_contains=[f'href="{SITE}a/b/x.html"']),
    in_atom("urls/base-at-three-levels", f'<content type="html" xml:base="c/">{html(_A)}</content>', attributes=_base(SITE), on=_base("b/"), content_contains=[f'href="{SITE}b/c/x.html"']),
    in_atom("urls/base-relative-to-the-document", f'<link href="1.html"/>{_CONTENT}', attributes=_base("a/"), link="https://feeds.example/news/a/1.html", content_contains=['href="https://feeds.example/news/a/x.html"']),
    in_atom("urls/base-empty", '<link href="1.html"/>', attributes=_base(""), link="https://feeds.example/news/1.html", problems=None),
    in_atom("urls/base-root-relative", '<link href="1.html"/>', attributes=_base("/z/"), link="https://feeds.example/z/1.html"),
    in_atom("urls/base-of-another-host", '<link href="//cdn.example/1"/>', attributes=_base("http://plain.example/"), link="http://cdn.example/1"),
    in_atom("urls/base-nonsense", f'<link href="{SITE}1"/>{_CONTENT}', attributes=_base("::not a url::"), link=f"{SITE}1", content_contains=["x"], problems=None),
    in_atom("urls/base-javascript", '<link href="1.html"/>', attributes=_base("javascript:alert(1)//"), content_lacks=["javascript"], problems=None),
    in_atom("urls/base-without-slash", '<link href="1.html"/>', attributes=_base(f"{SITE}a"), link=f"{SITE}1.html"),
    in_atom("urls/base-with-dots", '<link href="../../1.html"/>', attributes=_base(f"{SITE}a/b/c/"), link=f"{SITE}a/1.html"),
    case("urls/base-does-not-leak.xml", atom(entry('<link href="1.html"/>', 1, _base(f"{SITE}b/")) + entry('<link href="2.html"/>', 2), attributes=_base(f"{SITE}a/")), said(link=f"{SITE}b/1.html"), said(link=f"{SITE}a/2.html")),
    in_atom("urls/none-relative-to-the-document", '<link href="/1.html"/>', link="https://feeds.example/1.html"),
    in_atom("urls/content-relative-to-the-document", f'<link href="{SITE}story/1"/>{_CONTENT}', content_contains=['x.html"'], content_lacks=['href="x.html"']),
    in_atom("urls/every-attribute", '<content type="html">' + html('<img src="a.png"><video src="b.mp4" poster="c.png"></video><blockquote cite="d">q</blockquote><img srcset="e.png 1x, f.png 2x" src="g.png">') + "</content>", attributes=_base(f"{SITE}a/"),
            content_contains=[f'src="{SITE}a/a.png"', f'src="{SITE}a/b.mp4"', f'poster="{SITE}a/c.png"', f'cite="{SITE}a/d"', f"{SITE}a/e.png 1x, {SITE}a/f.png 2x"]),
    in_atom("urls/fragment-and-query-only", '<content type="html">' + html('<a href="#top">top</a><a href="?page=2">2</a>') + "</content>", attributes=_base(f"{SITE}a/"), content_contains=[f'href="{SITE}a/?page=2"']),
    in_atom("urls/mailto-is-no-link-of-ours", '<content type="html">' + html('<a href="mailto:ada@news.example">write</a>') + "</content>", content_contains=["write"], content_lacks=["mailto:"]),
    in_atom("urls/author-uri-relative", "<author><name>Ada</name><uri>ada</uri></author>", attributes=_base(f"{SITE}who/"), authors=[{"name": "Ada", "url": f"{SITE}who/ada"}]),
    # ── RSS: no rule says what links are relative to; the site is what publishers mean ──
    in_rss("urls/rss-description", f"<description>{html('<img src=/a.png>')}</description>", content_contains=[f'src="{SITE}a.png"'], problems=None),
    in_rss("urls/rss-encoded", "<content:encoded><![CDATA[<a href='/x.html'>x</a>]]></content:encoded>", content_contains=[f'href="{SITE}x.html"'], problems=None),
    case("urls/rss-base-of-the-document.xml", rss(item("<link>1.html</link>")).replace("<rss ", f'<rss xml:base="{SITE}a/" ', 1), said(link=f"{SITE}a/1.html"), problems=None),
    case("urls/rss-base-of-the-item.xml", rss(item("<link>1.html</link>")).replace("<item>", f'<item xml:base="{SITE}b/">', 1), said(link=f"{SITE}b/1.html"), problems=None),
    in_rss("urls/rss-base-of-the-description", f'<description xml:base="{SITE}c/">{html(_A)}</description>', content_contains=[f'href="{SITE}c/x.html"'], problems=None),
    in_rss("urls/rss-without-scheme-in-body", f"<description>{html('<img src=//cdn.example/a.png>')}</description>", content_contains=["//cdn.example/a.png"], content_lacks=['src="//'], problems=None),
    case("urls/after-a-redirect.xml", atom(entry('<link href="1.html"/>')), said(link="https://moved.example/new/1.html"), url="https://moved.example/new/feed.xml"),
    case("urls/site-relative-to-the-document.xml", atom(entry(), '<link href="/"/>'), said(title="Tide table 1"), info={"site_url": "https://feeds.example/"}),
    case("urls/feed-itself-relative.xml", atom(entry(), f'<link rel="self" href="feed"/><link href="{SITE}"/>'), said(title="Tide table 1"), info={"feed_url": URL, "site_url": SITE}),
]
