"""Titles, summaries and contents of every type (RFC 4287, 3.1 and 4.1.3)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, cdata, html, in_atom

_NOON = "High water at <b>noon</b>."
_XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">High water at <b>noon</b>.</div>'
_BASE64 = "SGlnaCB3YXRlciBhdCA8Yj5ub29uPC9iPi4="



_TITLES = [
    in_atom("atom-text/title-text", "<title>Fog &amp; rain</title>", title="Fog & rain"),
    in_atom("atom-text/title-text-with-markup-shown", "<title>Use &lt;b&gt; for bold</title>", title="Use <b> for bold"),
    in_atom("atom-text/title-type-text-with-entity-shown", '<title type="text">AT&amp;amp;T</title>', title="AT&amp;T"),
    in_atom("atom-text/title-html", '<title type="html">&lt;em&gt;Fog&lt;/em&gt; &amp;amp; rain</title>', title="Fog & rain"),
    in_atom("atom-text/title-html-cdata", f'<title type="html">{cdata("<em>Fog</em> &amp; rain")}</title>', title="Fog & rain"),
    in_atom("atom-text/title-xhtml", '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><em>Fog</em> &amp; rain</div></title>', title="Fog & rain"),
    in_atom("atom-text/title-xhtml-prefixed", '<title type="xhtml"><xhtml:div><xhtml:em>Fog</xhtml:em> &amp; rain</xhtml:div></title>', title="Fog & rain"),
    in_atom("atom-text/title-old-media-type", '<title type="text/html">&lt;em&gt;Fog&lt;/em&gt;</title>', title="Fog", problems=None),
    in_atom("atom-text/title-html-less-than", '<title type="html">1 &amp;lt; 2</title>', title="1 < 2"),
    in_atom("atom-text/title-script", '<title type="html">&lt;script&gt;alert(1)&lt;/script&gt;Fog</title>', title="Fog"),
    in_atom("atom-text/title-empty", "<title/><content>Thick fog at dawn.</content>", title="Thick fog at dawn.", problems=None),
    in_atom("atom-text/title-several-lines", "<title>\n Fog\n   at dawn</title>", title="Fog at dawn"),
    in_atom("atom-text/title-twice", "<title>Fog</title><title>Rain</title>", updated="2026-03-01T08:00:00Z", problems=None),
]

_CONTENTS = [
    in_atom("atom-text/content-text", "<content>High water at &lt;noon&gt; &amp; later.</content>", content_contains=["High water at &lt;noon&gt; &amp; later."]),
    in_atom("atom-text/content-type-text", '<content type="text">a &lt;b&gt; c</content>', content_contains=["a &lt;b&gt; c"]),
    in_atom("atom-text/content-html", f'<content type="html">{html(_NOON)}</content>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/content-html-cdata", f'<content type="html">{cdata(_NOON)}</content>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/content-html-upper-case", f'<content type="HTML">{html(_NOON)}</content>', content_contains=["<b>noon</b>"], problems=None),
    in_atom("atom-text/content-xhtml", f'<content type="xhtml">{_XHTML}</content>', content_contains=["High water at <b>noon</b>."], content_lacks=["<div xmlns", "xmlns"]),
    in_atom("atom-text/content-xhtml-prefixed", '<content type="xhtml"><xhtml:div>High water at <xhtml:b>noon</xhtml:b>.</xhtml:div></content>', content_contains=["<b>noon</b>"], content_lacks=["xhtml:"]),
    in_atom("atom-text/content-xhtml-entities", f'<content type="xhtml">{_XHTML.replace("noon", "&#x6b63;&#x5348; &amp; 12")}</content>', content_contains=["正午 &amp; 12"]),
    in_atom("atom-text/content-xhtml-void-elements", '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<br/>b<hr/></div></content>', content_contains=["a<br>b"]),
    in_atom("atom-text/content-xhtml-nested", '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><ul><li>one</li><li>two <i>and</i></li></ul></div></content>', content_contains=["<li>one</li>", "<li>two <i>and</i></li>"]),
    in_atom("atom-text/content-xhtml-less-than", '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>1 &lt; 2</p></div></content>', content_contains=["1 &lt; 2"]),
    in_atom("atom-text/content-xhtml-without-div", '<content type="xhtml"><p xmlns="http://www.w3.org/1999/xhtml">High <b>water</b></p></content>', content_contains=["<b>water</b>"], problems=None),
    in_atom("atom-text/content-media-type-html", f'<content type="text/html">{html(_NOON)}</content>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/content-media-type-plain", '<content type="text/plain">a &lt;b&gt; c</content>', content_contains=["a &lt;b&gt; c"]),
    in_atom("atom-text/content-media-type-markdown", '<content type="text/markdown">*High* &lt;water&gt;</content>', content_contains=["*High* &lt;water&gt;"]),
    in_atom("atom-text/content-media-type-html-with-charset", f'<content type="text/html; charset=utf-8">{html(_NOON)}</content>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/content-media-type-xhtml", f'<content type="application/xhtml+xml">{_XHTML}</content>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/content-of-other-xml", '<content type="application/xml"><tide xmlns="https://odd.example/"><level>4</level></tide></content>', title="Tide table 1", problems=None),
    in_atom("atom-text/content-svg", '<content type="image/svg+xml"><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg></content>', content_lacks=["script", "alert"], problems=None),
    in_atom("atom-text/content-picture-inline", '<content type="image/png">iVBORw0KGgo=</content>', title="Tide table 1", content_lacks=["iVBOR"], problems=None),
    in_atom("atom-text/content-base64-html", f'<content type="application/octet-stream">{_BASE64}</content>', title="Tide table 1", content_lacks=["SGlna"], problems=None),
    in_atom("atom-text/content-elsewhere", f'<content src="{SITE}1.html" type="text/html"/><summary>Noon.</summary>', title="Tide table 1", summary_or_content="Noon."),
    in_atom("atom-text/content-film-elsewhere", f'<content src="{SITE}1.mp4" type="video/mp4"/><summary>A film.</summary>', title="Tide table 1", summary_or_content="A film."),
    in_atom("atom-text/content-empty", "<content/><summary>Noon.</summary>", content_contains=["Noon."]),
    in_atom("atom-text/content-twice", "<content>One.</content><content>Two.</content>", title="Tide table 1", problems=None),
    in_atom("atom-text/content-html-without-type", f"<content>{html(_NOON)}</content>", content_contains=["noon"]),
    in_atom("atom-text/content-chinese", '<content type="html">&lt;p&gt;央行&lt;b&gt;今日&lt;/b&gt;公告。&lt;/p&gt;</content>', content_contains=["<p>央行<b>今日</b>公告。</p>"]),
    in_atom("atom-text/content-missing", "", title="Tide table 1", summary=None),
    in_atom("atom-text/content-escaped-twice", '<content type="html">&amp;lt;b&amp;gt; is a tag</content>', content_contains=["&lt;b&gt; is a tag"]),
]

_SUMMARIES = [
    in_atom("atom-text/summary-text", "<summary>a &lt;b&gt; c</summary>", content_contains=["a &lt;b&gt; c"]),
    in_atom("atom-text/summary-html", f'<summary type="html">{html(_NOON)}</summary>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/summary-xhtml", f'<summary type="xhtml">{_XHTML}</summary>', content_contains=["<b>noon</b>"]),
    in_atom("atom-text/summary-same-as-content", "<summary>Noon.</summary><content>Noon.</content>", content_contains=["Noon."]),
    in_atom("atom-text/summary-longer-than-content", "<summary>High water comes at noon, and again at midnight.</summary><content>Noon.</content>", title="Tide table 1", summary_or_content="at noon"),
]

CASES = _TITLES + _CONTENTS + _SUMMARIES
