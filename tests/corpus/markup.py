"""What becomes of HTML: shown safely, nothing that acts or follows readers stays."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from typing import Any

from tests.corpus.case import SITE, Case, cdata, html, in_atom, in_rss


def _body(name: str, fragment: str, *contains: str, lacks: tuple[str, ...] = (), **keys: Any) -> Case:
    inner = f"<content:encoded>{cdata(fragment)}</content:encoded>"
    return in_rss(f"markup/{name}", inner, content_contains=list(contains), content_lacks=list(lacks), **keys)


def _gone(name: str, fragment: str, *lacks: str) -> Case:
    """Whatever stands between the two words goes; the words stay."""
    return _body(name, f"<p>before</p>{fragment}<p>after</p>", "<p>before</p>", "<p>after</p>", lacks=lacks)


_X = "https://evil.example/"
_GONE = [
    _gone("script", "<script>alert(1)</script>", "script", "alert"),
    _gone("script-with-source", f'<script src="{_X}x.js"></script>', "script", "evil"),
    _gone("script-odd-case", "<ScRiPt >alert(1)</sCrIpT >", "cript", "alert"),
    _gone("script-split", "<scr<script>ipt>alert(1)</script>", "<script"),
    _gone("style", "<style>p{background:url(https://evil.example/x)}</style>", "style", "evil"),
    _gone("iframe", f'<iframe src="{_X}"></iframe>', "iframe", "evil"),
    _gone("frameset", f'<frameset><frame src="{_X}"></frameset>', "frame"),
    _gone("object", f'<object data="{_X}x.swf"><param name="a" value="b"></object>', "object", "param", "evil"),
    _gone("embed", f'<embed src="{_X}x.swf">', "embed", "evil"),
    _gone("applet", f'<applet code="{_X}x.class"></applet>', "applet", "evil"),
    _gone("form", f'<form action="{_X}"><input name="a"><button>go</button></form>', "form", "input", "button", "evil"),
    _gone("meta-refresh", f'<meta http-equiv="refresh" content="0;url={_X}">', "meta", "evil"),
    _gone("base", f'<base href="{_X}">', "base", "evil"),
    _gone("link-stylesheet", f'<link rel="stylesheet" href="{_X}x.css">', "<link", "evil"),
    _gone("svg", '<svg onload="alert(1)"><circle r="4"/></svg>', "svg", "alert"),
    _gone("math", '<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>', "math", "alert"),
    _gone("template", "<template><script>alert(1)</script></template>", "template", "alert"),
    _gone("comment", "<!-- <b>secret</b> -->", "secret", "<!--"),
    _gone("conditional-comment", "<!--[if IE]><script>alert(1)</script><![endif]-->", "alert", "if IE"),
    _gone("tracking-pixel", f'<img src="{_X}p.gif" width="1" height="1">', "evil", "<img"),
    _gone("tracking-pixel-by-style", f'<img src="{_X}p.gif" style="width:1px;height:1px">', "evil", "<img"),
    _gone("tracking-pixel-of-nothing", f'<img src="{_X}p.gif" width="0" height="0" alt="">', "evil", "<img"),
    _gone("tracking-known-counter", '<img src="https://feeds.feedburner.com/~r/harbour/~4/abc">', "feedburner", "<img"),
    _gone("tracking-baidu", '<img src="https://hm.baidu.com/hm.gif?si=1">', "baidu", "<img"),
    _gone("image-without-address", '<img alt="nothing">', "<img"),
    _gone("hidden", '<p style="display:none">secret</p>', "secret"),
    _gone("hidden-attribute", "<div hidden>secret</div>", "secret"),
    _gone("handler", "<b onmouseover=\"alert(1)\">bold</b>", "onmouseover", "alert"),
    _gone("handler-without-quotes", "<b onclick=alert(1)>bold</b>", "onclick", "alert"),
    _gone("handler-after-slash", "<b/onclick=alert(1)>bold</b>", "onclick", "alert"),
    _gone("style-attribute", '<b style="position:fixed;top:0">bold</b>', "style", "position"),
    _gone("class-and-id", '<b class="c" id="i">bold</b>', "class", 'id="i"'),
    _gone("link-javascript", '<a href="javascript:alert(1)">click</a>', "javascript", "alert"),
    _gone("link-javascript-hidden-by-entity", '<a href="javascript&colon;alert(1)">click</a>', "alert"),
    _gone("link-javascript-hidden-by-control", '<a href="&#1;javascript:alert(1)">click</a>', "alert"),
    _gone("link-javascript-broken-by-tab", '<a href="java&#9;script:alert(1)">click</a>', "alert"),
    _gone("link-data", '<a href="data:text/html,x">click</a>', "data:"),
    _gone("link-vbscript", '<a href="vbscript:x">click</a>', "vbscript"),
    _gone("image-data-svg", '<img src="data:image/svg+xml,x">', "data:"),
    _gone("marquee", "<marquee>wheee</marquee>", "marquee"),
]

_STAYS = [
    _body("paragraphs", "<p>one</p><p>two</p>", "<p>one</p><p>two</p>"),
    _body("headings", "<h2>Head</h2><p>text</p>", "<h2>Head</h2>"),
    _body("lists", "<ul><li>one</li><li>two</li></ul>", "<ul><li>one</li><li>two</li></ul>"),
    _body("table", "<table><tr><td colspan=2>cell</td></tr></table>", '<td colspan="2">cell</td>'),
    _body("quote", '<blockquote cite="https://q.example/">said</blockquote>', '<blockquote cite="https://q.example/">said</blockquote>'),
    _body("code", "<pre><code>if a &lt; b:\n    pass</code></pre>", "if a &lt; b:\n    pass"),
    _body("picture", f'<figure><img src="{SITE}a.png" alt="The pier" width="640" height="360"><figcaption>Pier</figcaption></figure>', f'src="{SITE}a.png"', 'alt="The pier"', "<figcaption>Pier</figcaption>"),
    _body("picture-lazy", f'<img src="{SITE}blank.gif" data-src="{SITE}a.png">', f'src="{SITE}a.png"'),
    _body("film", f'<video src="{SITE}a.mp4" controls></video>', f'src="{SITE}a.mp4"', "controls"),
    _body("sound", f'<audio src="{SITE}a.mp3" autoplay></audio>', f'src="{SITE}a.mp3"', lacks=("autoplay",)),
    _body("link", '<a href="https://other.example/?a=1&amp;b=2" target="_blank">x</a>', 'href="https://other.example/?a=1&amp;b=2"', lacks=("target",)),
    _body("ruby", "<ruby>汉<rt>hàn</rt></ruby>", "<ruby>汉<rt>hàn</rt></ruby>"),
    _body("entities", "<p>caf&eacute; &mdash; &nbsp;&copy; &hellip;</p>", "café — ", "© …"),
    _body("entities-escaped", "<p>&amp;lt; is written &lt;</p>", "&amp;lt; is written &lt;"),
    _body("chinese-quotes", "<p>“引号”与《书名》——破折号……</p>", "<p>“引号”与《书名》——破折号……</p>"),
    _body("noscript-picture", f'<noscript><img src="{SITE}a.png"></noscript>', f'src="{SITE}a.png"', lacks=("noscript",)),
    _body("unclosed", "<p>one<b>two<p>three", "three", "two"),
    _body("stray-end-tags", "</div></p>text</b>", "text"),
    _body("wrong-nesting", "<b><i>x</b></i>", "<b><i>x</i></b>"),
    _body("whole-page", "<html><head><title>no</title><style>x</style></head><body><p>yes</p></body></html>", "<p>yes</p>", lacks=("<html", "<body", "style", "no<")),
    _body("doctype", "<!DOCTYPE html><p>yes</p>", "<p>yes</p>", lacks=("DOCTYPE",)),
    _body("microsoft-word", '<p class="MsoNormal"><o:p>text</o:p></p>', "text", lacks=("o:p", "Mso")),
    _body("font", '<font color="red">red</font>', "red", lacks=("font", "color")),
    _body("only-a-picture", f'<img src="{SITE}a.png">', f'src="{SITE}a.png"'),
]

_TITLES = [
    in_rss("markup/title-script", f"<title>{html('<script>alert(1)</script>Fog')}</title>", title="Fog"),
    in_rss("markup/title-picture", f"<title>{html('<img src=x onerror=alert(1)>Fog')}</title>", title="Fog"),
    in_rss("markup/title-link", f"<title>{html('<a href=x>Fog</a> at dawn')}</title>", title="Fog at dawn"),
    in_rss("markup/title-only-markup", f"<title>{html('<br>')}</title><description>Thick fog.</description>", title="Thick fog.", problems=None),
    in_rss("markup/title-blocks", f"<title>{html('<p>Fog</p><p>at dawn</p>')}</title>", title="Fog at dawn"),
    in_rss("markup/title-entities", "<title>Fog &amp;mdash; &amp;quot;thick&amp;quot;</title>", title="Fog — \"thick\""),
    in_rss("markup/title-bidi", "<title>Fog \u202eyad\u202c</title>", title_lacks=["\u202e"]),
    in_rss("markup/summary-script", f"<description>{html('<script>alert(1)</script>Short.')}</description><content:encoded>{cdata('<p>Long.</p>')}</content:encoded>", summary="Short.", content_contains=["Long."]),
    in_rss("markup/author-script", f"<author>{html('<script>alert(1)</script>Ada')}</author>", authors=["Ada"]),
    in_rss("markup/category-script", f"<category>{html('<script>alert(1)</script>Fog')}</category>", tags=["Fog"]),
    in_atom("markup/xhtml-script", '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script><p onclick="x()">ok</p></div></content>', content_contains=["<p>ok</p>"], content_lacks=["script", "onclick", "alert"]),
    in_atom("markup/xhtml-iframe", f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><iframe src="{_X}"/><p>ok</p></div></content>', content_contains=["ok"], content_lacks=["iframe", "evil"]),
    in_atom("markup/text-is-not-run", "<content>&lt;script&gt;alert(1)&lt;/script&gt;</content>", content_contains=["&lt;script&gt;"], content_lacks=["<script"]),
]

CASES = _GONE + _STAYS + _TITLES
