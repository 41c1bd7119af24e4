"""JSON Feed 1.0 and 1.1, each field in every form (jsonfeed.org/version/1.1)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

import json
from typing import Any

from tests.corpus.case import SITE, TITLE, Case, case, said

V11 = "https://jsonfeed.org/version/1.1"


def feed(*items: Any, **head: Any) -> str:
    """Write a JSON Feed."""
    whole: dict[str, Any] = {"version": V11, "title": TITLE, "home_page_url": SITE} | head
    return json.dumps(whole | {"items": list(items)}, ensure_ascii=False, indent=1)


def _one(name: str, item: dict[str, Any], head: dict[str, Any] | None = None, **keys: Any) -> Case:
    whole = {key: keys.pop(key) for key in ("problems", "info", "url", "timezone") if key in keys}
    base: dict[str, Any] = {"id": f"{SITE}1", "url": f"{SITE}1", "title": "Tide table 1", "content_text": "Noon."}
    said_ = {key: value for key, value in (base | item).items() if value is not ...}
    return case(f"jsonfeed/{name}.json", feed(said_, **(head or {})), keys, **whole)


_WHOLE = {
    "id": f"{SITE}9", "url": f"{SITE}9", "external_url": "https://other.example/", "title": "潮汐",
    "content_html": "<p>The <em>whole</em> story.</p>", "content_text": "The whole story.", "summary": "Short.",
    "image": f"{SITE}i.png", "banner_image": f"{SITE}b.png", "date_published": "2026-02-03T04:05:06+08:00",
    "date_modified": "2026-02-04T04:05:06+08:00", "tags": ["tides", "雾"], "language": "en",
    "authors": [{"name": "Ada Quay", "url": "https://ada.example/", "avatar": f"{SITE}ada.png"}],
    "attachments": [{"url": f"{SITE}a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7, "duration_in_seconds": 60}],
    "_odd": {"about": "https://odd.example/"},
}  # fmt: skip

CASES = [
    _one(
        "everything", _WHOLE, title="潮汐", link=f"{SITE}9", entry_id=f"{SITE}9", content_contains=["<em>whole</em>"],
        summary="Short.", published="2026-02-03T04:05:06+08:00", updated="2026-02-04T04:05:06+08:00",
        tags=["tides", "雾"], language="en", authors=[{"name": "Ada Quay", "url": "https://ada.example/"}],
        enclosures_hold=[{"url": f"{SITE}a.mp3", "type": "audio/mpeg", "length": 7}],
    ),
    _one("content-html", {"content_text": ..., "content_html": "<p>The <em>whole</em>.</p>"}, content_contains=["<em>whole</em>"]),
    _one("content-text", {"content_text": "a < b & c"}, content_contains=["a &lt; b &amp; c"]),
    _one("content-text-with-tags-shown", {"content_text": "use <b> for bold"}, content_contains=["use &lt;b&gt; for bold"]),
    _one("content-text-lines", {"content_text": "one\n\ntwo"}, content_contains=["<p>one</p><p>two</p>"]),
    _one("content-both", {"content_html": "<b>rich</b>", "content_text": "plain"}, content_contains=["<b>rich</b>"], content_lacks=["plain"]),
    _one("content-none", {"content_text": ...}, title="Tide table 1", problems=None),
    _one("content-empty", {"content_text": "", "content_html": ""}, title="Tide table 1", problems=None),
    _one("content-html-script", {"content_html": "<script>alert(1)</script><p onclick='x()'>ok</p>"}, content_contains=["<p>ok</p>"], content_lacks=["script", "onclick"]),
    _one("content-html-relative", {"content_html": "<img src='/a.png'>"}, content_contains=[f'src="{SITE}a.png"'], problems=None),
    _one("content-is-a-number", {"content_text": ..., "content_html": 42}, title="Tide table 1", problems=None),
    _one("content-is-a-list", {"content_text": ["a"]}, title="Tide table 1", problems=None),
    _one("title-missing", {"title": ...}, title="Noon.", problems=None),
    _one("title-null", {"title": None}, title="Noon.", problems=None),
    _one("title-is-plain-text", {"title": "Use <b> & co"}, title="Use <b> & co"),
    _one("title-number", {"title": 7}, link=f"{SITE}1", problems=None),
    _one("summary-only", {"content_text": ..., "summary": "Short."}, content_contains=["Short."], problems=None),
    _one("id-number", {"id": 42}, title="Tide table 1", problems=None),
    _one("id-missing", {"id": ...}, title="Tide table 1", link=f"{SITE}1", problems=None),
    _one("id-empty", {"id": ""}, title="Tide table 1", problems=None),
    _one("id-null", {"id": None}, title="Tide table 1", problems=None),
    _one("id-is-an-object", {"id": {"a": 1}}, title="Tide table 1", problems=None),
    _one("id-of-words", {"id": "tide-1"}, native_id="tide-1"),
    _one("url-missing", {"url": ...}, title="Tide table 1"),
    _one("url-relative", {"url": "/1.html"}, link=f"{SITE}1.html", problems=None),
    _one("url-javascript", {"url": "javascript:alert(1)"}, link=None, problems=None),
    _one("url-external-beside", {"external_url": "https://other.example/"}, link=f"{SITE}1"),
    _one("url-external-only", {"url": ..., "external_url": "https://other.example/1"}, title="Tide table 1"),
    _one("url-is-a-list", {"url": [f"{SITE}1"]}, title="Tide table 1", problems=None),
    _one("author-1.0", {"author": {"name": "Ada Quay", "url": "https://ada.example/"}}, authors=[{"name": "Ada Quay", "url": "https://ada.example/"}]),
    _one("authors-two", {"authors": [{"name": "Ada Quay"}, {"name": "Ben Pier"}]}, authors=["Ada Quay", "Ben Pier"]),
    _one("authors-and-author", {"author": {"name": "Ada Quay"}, "authors": [{"name": "Ada Quay"}, {"name": "Ben Pier"}]}, authors=["Ada Quay", "Ben Pier"]),
    _one("authors-an-object", {"authors": {"name": "Ada Quay"}}, authors=["Ada Quay"], problems=None),
    _one("authors-strings", {"authors": ["Ada Quay"]}, authors=["Ada Quay"], problems=None),
    _one("authors-nonsense", {"authors": [None, {}, {"name": None}, {"name": ""}]}, authors=[], problems=None),
    _one("authors-url-only", {"authors": [{"url": "https://ada.example/"}]}, authors=[{"url": "https://ada.example/"}]),
    _one("authors-of-the-feed", {}, {"authors": [{"name": "Ada Quay"}]}, authors=["Ada Quay"]),
    _one("authors-item-wins", {"authors": [{"name": "Ben Pier"}]}, {"authors": [{"name": "Ada Quay"}]}, authors=["Ben Pier"]),
    _one("author-of-the-feed-1.0", {}, {"version": "https://jsonfeed.org/version/1", "author": {"name": "Ada Quay"}}, authors=["Ada Quay"]),
    _one("tags", {"tags": ["tides", "tides", "", "雾"]}, tags=["tides", "雾"], problems=None),
    _one("tags-a-string", {"tags": "tides"}, tags=["tides"], problems=None),
    _one("tags-nonsense", {"tags": [1, None, {"a": 1}, "fog"]}, title="Tide table 1", problems=None),
    _one("tags-null", {"tags": None}, tags=[]),
    _one("attachments-two", {"attachments": [{"url": f"{SITE}a.mp3", "mime_type": "audio/mpeg"}, {"url": f"{SITE}a.ogg", "mime_type": "audio/ogg"}]}, enclosures=[f"{SITE}a.mp3", f"{SITE}a.ogg"]),
    _one("attachments-without-url", {"attachments": [{"mime_type": "audio/mpeg"}]}, enclosures=[], problems=None),
    _one("attachments-relative", {"attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}]}, enclosures=[f"{SITE}a.mp3"], problems=None),
    _one("attachments-size-as-text", {"attachments": [{"url": f"{SITE}a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": "7"}]}, enclosures=[f"{SITE}a.mp3"], problems=None),
    _one("attachments-size-fraction", {"attachments": [{"url": f"{SITE}a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7.5}]}, enclosures=[f"{SITE}a.mp3"], problems=None),
    _one("attachments-an-object", {"attachments": {"url": f"{SITE}a.mp3"}}, title="Tide table 1", problems=None),
    _one("date-unreadable", {"date_published": "last Blursday"}, published=None, problems=["Blursday"]),
    _one("date-number", {"date_published": 1769980000}, title="Tide table 1", problems=None),
    _one("date-null", {"date_published": None}, published=None),
    _one("date-without-zone", {"date_published": "2026-02-03T04:05:06"}, timezone="Asia/Shanghai", published="2026-02-03T04:05:06+08:00", problems=None),
    _one("date-mail-style", {"date_published": "Tue, 03 Feb 2026 04:05:06 GMT"}, published="2026-02-03T04:05:06Z", problems=None),
    _one("language-of-the-feed", {}, {"language": "zh-CN"}, language="zh-CN"),
    _one("language-item-wins", {"language": "fr"}, {"language": "en"}, language="fr"),
    _one("head-whole", {}, {"feed_url": f"{SITE}feed.json", "description": "News", "icon": f"{SITE}i.png", "expired": False, "hubs": [{"type": "WebSub", "url": "https://hub.example/"}]}, info={"title": TITLE, "site_url": SITE, "feed_url": f"{SITE}feed.json"}, title="Tide table 1"),
    _one("head-without-title", {}, {"title": None}, title="Tide table 1", problems=None),
    _one("head-expired", {}, {"expired": True}, title="Tide table 1", problems=None),
    _one("next-page-is-not-followed", {}, {"next_url": f"{SITE}feed2.json"}, title="Tide table 1"),
    _one("surrogate", {"title": "half \ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace")}, link=f"{SITE}1", problems=None),
    case("jsonfeed/items-with-nonsense.json", feed(None, 3, "text", [], {"id": "5", "title": "Fog", "url": f"{SITE}5"}), said(title="Fog"), problems=None),
    case("jsonfeed/items-missing.json", json.dumps({"version": V11, "title": TITLE}), problems=None),
    case("jsonfeed/items-an-object.json", json.dumps({"version": V11, "title": TITLE, "items": {"a": 1}}), problems=None, count={"max": 0}),
    case("jsonfeed/escapes.json", r'{"version":"https:\/\/jsonfeed.org\/version\/1.1","title":"T","items":[{"id":"1","title":"\u6f6e\u6c50 \ud83c\udf0a","content_text":"\u0000a\u000bb"}]}', said(title="潮汐 🌊"), problems=None),
    case("jsonfeed/surrogate-alone.json", r'{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","title":"half \ud83c","content_text":"x"}]}', said(content_contains=["x"]), problems=None),
    case("jsonfeed/byte-order-mark.json", b"\xef\xbb\xbf" + feed({"id": "1", "title": "潮汐", "content_text": "x"}).encode(), said(title="潮汐")),
    case("jsonfeed/utf-16.json", feed({"id": "1", "title": "潮汐", "content_text": "x"}).encode("utf-16"), said(title="潮汐"), problems=None),
    case("jsonfeed/gbk.json", feed({"id": "1", "title": "央行今日公告", "content_text": "稳健的货币政策"}).encode("gbk"), said(title="央行今日公告"), problems=None),
    case("jsonfeed/duplicate-keys.json", '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","title":"a","title":"b","content_text":"x"}]}', said(content_contains=["x"]), problems=None),
    case("jsonfeed/version-unknown.json", feed({"id": "1", "title": "Fog", "content_text": "x"}, version="https://jsonfeed.org/version/2"), said(title="Fog"), problems=None),
    case("jsonfeed/version-by-http.json", feed({"id": "1", "title": "Fog", "content_text": "x"}, version="http://jsonfeed.org/version/1"), said(title="Fog"), problems=None),
    case("jsonfeed/blank-before.json", "\n\n  " + feed({"id": "1", "title": "Fog", "content_text": "x"}), said(title="Fog")),
    case("jsonfeed/not-a-number.json", feed({"id": "1", "title": "Fog", "content_text": "x"}).replace('"id": "1"', '"id": NaN'), problems=None, count={"max": 1}),
    case("jsonfeed/truncated.json", feed({"id": "1", "title": "Fog", "content_text": "x"})[:-20], error="truncated"),
    case("jsonfeed/trailing-comma.json", feed({"id": "1", "title": "Fog", "content_text": "x"}).rstrip()[:-1] + ",}", said(title="Fog"), problems=["JSON"]),
]
