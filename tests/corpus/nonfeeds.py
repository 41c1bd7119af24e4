"""What is at a feed's address and is no feed: each told apart in words for a person."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

import gzip
import json

from tests.corpus.case import ATOM, DECLARATION, case, rss


def page(head: str = "", body: str = "<p>Welcome to the harbour.</p>", start: str = "<!DOCTYPE html>\n") -> str:
    """Write an HTML page."""
    return f"{start}<html><head><meta charset='utf-8'><title>Harbour</title>{head}</head><body>{body}</body></html>\n"


def alternate(kind: str, href: str, title: str = "") -> str:
    """Write the element by which a page advertises a feed."""
    return f'<link rel="alternate" type="application/{kind}" title="{title}" href="{href}">'


_LOGIN = '<h1>Log in</h1><form action="/session" method="post"><input name="user"><input type="password" name="password"></form>'
_WALL = "<h1>Checking your browser</h1><p>Please enable JavaScript and cookies to continue.</p>"
_PLAIN = "text/plain; charset=utf-8"

CASES = [
    # ── pages ──
    case("nonfeeds/page.html", page(), error="HTML page"),
    case("nonfeeds/page-advertising-a-feed.html", page(alternate("rss+xml", "https://feeds.example/rss.xml")), error="https://feeds.example/rss.xml"),
    case("nonfeeds/page-advertising-a-relative-feed.html", page(alternate("atom+xml", "/atom.xml")), error="https://feeds.example/atom.xml"),
    case("nonfeeds/page-advertising-two-feeds.html", page(alternate("rss+xml", "/a.xml") + alternate("atom+xml", "/b.xml")), error=["https://feeds.example/a.xml", "https://feeds.example/b.xml"]),
    case("nonfeeds/page-advertising-a-json-feed.html", page(alternate("feed+json", "/feed.json")), error="https://feeds.example/feed.json"),
    case("nonfeeds/page-advertising-by-a-base.html", page('<base href="https://news.example/">' + alternate("rss+xml", "rss.xml")), error="https://news.example/rss.xml"),
    case("nonfeeds/page-advertising-in-capitals.html", page('<LINK REL="Alternate" TYPE="application/RSS+xml" HREF="/rss.xml">'), error="https://feeds.example/rss.xml"),
    case("nonfeeds/page-advertising-late.html", page("<meta name='a' content='b'>" * 200 + alternate("rss+xml", "/rss.xml")), error="https://feeds.example/rss.xml"),
    case("nonfeeds/page-advertising-something-hostile.html", page(alternate("rss+xml", "javascript:alert(1)")), error="HTML page"),
    case("nonfeeds/page-advertising-a-stylesheet.html", page('<link rel="stylesheet" type="text/css" href="/s.css">'), error="HTML page"),
    case("nonfeeds/page-called-a-feed.html", page(alternate("rss+xml", "/rss.xml")), content_type="application/rss+xml", error=["HTML page", "https://feeds.example/rss.xml"]),
    case("nonfeeds/page-without-doctype.html", page(start=""), error="HTML page"),
    case("nonfeeds/page-in-capitals.html", "<HTML><HEAD><TITLE>Harbour</TITLE></HEAD><BODY>x</BODY></HTML>", error="HTML page"),
    case("nonfeeds/page-of-xhtml.html", f'{DECLARATION}<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body/></html>', content_type="application/xhtml+xml", error="HTML page"),
    case("nonfeeds/page-chinese.html", page(body="<p>页面不存在，请返回首页。</p>"), error="HTML page"),
    case("nonfeeds/page-in-gbk.html", page(alternate("rss+xml", "/rss.xml", "新闻"), "<p>港口新闻，今日潮汐</p>").encode("gbk"), content_type="text/html; charset=gbk", error="https://feeds.example/rss.xml"),
    case("nonfeeds/page-cut-short.html", page()[:90], error="HTML page"),
    case("nonfeeds/page-about-rss.html", page(body="<pre>&lt;rss version=\"2.0\"&gt;&lt;channel&gt;</pre><p>How to write &lt;rss&gt;</p>"), error="HTML page"),
    case("nonfeeds/fragment.html", "<div><p>Something went wrong.</p></div>", error="HTML"),
    case("nonfeeds/login-page.html", page(body=_LOGIN), error="log-in page"),
    case("nonfeeds/login-page-chinese.html", page(body="<h1>登录</h1><form><input type='password'></form>"), error="log-in page"),
    case("nonfeeds/login-page-called-a-feed.html", page(body=_LOGIN), content_type="application/rss+xml", error="log-in page"),
    case("nonfeeds/bot-wall.html", page("<script>window._cf_chl_opt={};</script>", _WALL), error="HTML page"),
    # ── nothing ──
    case("nonfeeds/empty.txt", b"", error="empty"),
    case("nonfeeds/blanks.txt", b"  \r\n\t\n ", error="empty"),
    case("nonfeeds/byte-order-mark-only.txt", b"\xef\xbb\xbf", error="empty"),
    case("nonfeeds/nuls.bin", b"\0" * 100, error=""),
    # ── JSON ──
    case("nonfeeds/json-error.json", json.dumps({"error": "not found", "code": 404}), content_type="application/json", error=["JSON", "not found"]),
    case("nonfeeds/json-message.json", json.dumps({"message": "rate limit exceeded"}), content_type="application/json", error=["JSON", "rate limit exceeded"]),
    case("nonfeeds/json-message-chinese.json", json.dumps({"code": -412, "message": "请求被拦截"}, ensure_ascii=False), content_type="application/json", error=["JSON", "请求被拦截"]),
    case("nonfeeds/json-list.json", "[1, 2, 3]", content_type="application/json", error="JSON"),
    case("nonfeeds/json-of-something-else.json", json.dumps({"name": "harbour", "version": "1.0"}), content_type="application/json", error="JSON"),
    case("nonfeeds/json-string.json", '"not found"', content_type="application/json", error=""),
    case("nonfeeds/json-null.json", "null", content_type="application/json", error=""),
    case("nonfeeds/json-deep.json", '{"a":' * 5000 + "1" + "}" * 5000, content_type="application/json", error=""),
    case("nonfeeds/json-list-deep.json", "[" * 20_000 + "]" * 20_000, content_type="application/json", error=""),
    case("nonfeeds/json-huge-number.json", '{"version":"https://jsonfeed.org/version/1.1","items":' + "9" * 6000 + "}", error=""),
    # ── text and XML ──
    case("nonfeeds/plain-text.txt", "Not found.\n", error="no feed"),
    case("nonfeeds/plain-text-chinese.txt", "系统维护中，请稍后再试。\n", error="no feed"),
    case("nonfeeds/plain-text-mentions-rss.txt", "The RSS feed moved; see https://news.example/rss\n", error="no feed"),
    case("nonfeeds/markdown.txt", "# Harbour\n\n- [feed](rss.xml)\n", content_type=_PLAIN, error="no feed"),
    case("nonfeeds/opml.xml", f'{DECLARATION}<opml version="2.0"><head><title>Mine</title></head><body><outline text="a" type="rss" xmlUrl="https://a.example/rss"/></body></opml>', error="OPML"),
    case("nonfeeds/sitemap.xml", f'{DECLARATION}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://news.example/</loc></url></urlset>', error="no feed"),
    case("nonfeeds/svg.xml", f'{DECLARATION}<svg xmlns="http://www.w3.org/2000/svg"><title>Fog</title></svg>', error="no feed"),
    case("nonfeeds/soap-fault.xml", f'{DECLARATION}<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Fault><faultstring>no</faultstring></Fault></Body></Envelope>', error="no feed"),
    case("nonfeeds/error-of-a-storage.xml", f"{DECLARATION}<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>", error="no feed"),
    case("nonfeeds/atom-service-document.xml", f'{DECLARATION}<service xmlns="http://www.w3.org/2007/app" xmlns:atom="{ATOM}"><workspace><atom:title>Main</atom:title></workspace></service>', error="no feed"),
    case("nonfeeds/xml-declaration-only.xml", DECLARATION, error=""),
    case("nonfeeds/root-only-opened.xml", f'{DECLARATION}<rss version="2.0">', error="truncated"),
    case("nonfeeds/half-a-channel.xml", rss("").split("<link>")[0], error="truncated"),
    # ── bytes ──
    case("nonfeeds/picture.bin", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89", content_type="image/png", error=""),
    case("nonfeeds/pdf.bin", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", content_type="application/pdf", error=""),
    case("nonfeeds/compressed-and-not-said.bin", gzip.compress(b"<rss/>", mtime=0), content_type="application/rss+xml", error=""),
    case("nonfeeds/noise.bin", bytes((each * 73 + 41) % 256 for each in range(2000)), error=""),
]
