"""Documents that no XML parser may read, as publishers send them: what can be saved is saved."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from typing import Any

from tests.corpus.case import ATOM, DECLARATION, SITE, TITLE, Case, atom, case, cdata, entry, item, rss, said

_ONE = item("<description>High water at noon.</description>")
_TWO = _ONE + item("<title>Fog</title><description>Thick.</description>", 2)
_FIRST = said(title="Tide table 1", link=f"{SITE}1", content_contains=["High water at noon."])
_SECOND = said(title="Fog", content_contains=["Thick."])
_GOOD = rss(_TWO)


def _is(name: str, body: str | bytes, *items: dict[str, Any], **keys: Any) -> Case:
    keys.setdefault("problems", None)
    wanted = items or (() if "count" in keys else (_FIRST, _SECOND))
    return case(f"malformed/{name}.xml", body, *wanted, **keys)


_BEFORE = [
    _is("blank-before-the-declaration", " " + _GOOD),
    _is("lines-before-the-declaration", "\n\n\n" + _GOOD),
    _is("text-before-the-declaration", "Warning: something in /var/www on line 3\n" + _GOOD),
    _is("php-notice-before-the-declaration", "<br />\n<b>Notice</b>: undefined variable in <b>feed.php</b><br />\n" + _GOOD),
    _is("comment-before-the-declaration", "<!-- cached 12:00 -->\n" + _GOOD),
    _is("mark-after-a-line", b"\n\xef\xbb\xbf" + _GOOD.encode()),
    _is("two-declarations", DECLARATION + _GOOD),
    _is("declaration-not-closed", _GOOD.replace("?>", ">", 1)),
    _is("declaration-without-version", _GOOD.replace(' version="1.0" encoding', " encoding", 1)),
    _is("doctype-html", _GOOD.replace("<rss", "<!DOCTYPE html>\n<rss", 1)),
]
_AFTER = [
    _is("text-after-the-root", _GOOD + "\nserved in 0.1 s"),
    _is("comment-after-the-root", _GOOD + "<!-- 0.1 s -->", problems=[]),
    _is("script-after-the-root", _GOOD + '<script src="https://evil.example/x.js"></script>'),
    _is("second-document-after-the-root", _GOOD + rss(item("<title>Other</title>", 9)), count={"min": 2, "max": 3}),
    _is("nuls-after-the-root", _GOOD + "\x00" * 20),
]
_CHARACTERS = [
    _is("ampersand-in-a-title", rss(item("<title>Fish & chips</title>")), said(title="Fish & chips")),
    _is("ampersand-in-a-link", rss(item(f"<link>{SITE}?a=1&b=2</link>")), said(link=f"{SITE}?a=1&b=2")),
    _is("ampersand-in-an-attribute", atom(entry(f'<link href="{SITE}?a=1&b=2"/>')), said(link=f"{SITE}?a=1&b=2")),
    _is("entity-of-html", rss(item("<title>Caf&eacute; &mdash; fog</title>")), said(title="Café — fog")),
    _is("entity-nbsp", rss(item("<description>High&nbsp;water at noon.</description>")), said(content_contains=["water at noon."])),
    _is("entity-unknown", rss(item("<title>Fog &harbour; rain</title>")), said(link=f"{SITE}1")),
    _is("entity-not-closed", rss(item("<title>Fog &amp rain</title>")), said(link=f"{SITE}1")),
    _is("reference-of-a-control", rss(item("<title>Fog&#7; at dawn</title>")), said(title="Fog at dawn")),
    _is("reference-of-nothing", rss(item("<title>Fog&#; at dawn</title>")), said(link=f"{SITE}1")),
    _is("reference-out-of-range", rss(item("<title>Fog&#x110000; at dawn</title>")), said(link=f"{SITE}1")),
    _is("reference-of-a-surrogate", rss(item("<title>Fog&#xD83D; at dawn</title>")), said(link=f"{SITE}1")),
    _is("control-characters", rss(item("<title>Fog\x08 at\x0b dawn\x1b</title>")), said(title="Fog at dawn")),
    _is("nul", rss(item("<title>Fog\x00 at dawn</title>")), said(link=f"{SITE}1")),
    _is("control-character-of-c1", rss(item("<title>Fog\x85 at dawn</title>")), said(link=f"{SITE}1")),
    _is("noncharacter", rss(item("<title>Fog\ufffe at dawn</title>")), said(title="Fog at dawn")),
    _is("less-than-in-a-title", rss(item("<title>1 < 2</title>")), said(link=f"{SITE}1")),
    _is("section-end-in-text", rss(item("<title>a ]]> b</title>")), said(link=f"{SITE}1")),
]
_TAGS = [
    _is("break-not-closed", rss(item("<description>High<br>water at noon.</description>")), said(content_contains=["water at noon."])),
    _is("paragraph-not-closed", rss(item("<description><p>High water at noon.</description>")), said(content_contains=["High water at noon."])),
    _is("title-not-closed", rss(f"<item><title>Fog<link>{SITE}1</link></item>"), count={"min": 1, "max": 1}),
    _is("item-not-closed", rss(_ONE.replace("</item>", "") + item("<title>Fog</title>", 2)), count={"min": 1, "max": 2}),
    _is("end-tags-crossed", rss(item("<title><b>Fog</title></b>")), said(link=f"{SITE}1")),
    _is("end-tag-too-many", rss(_ONE + "</item>" + item("<title>Fog</title><description>Thick.</description>", 2))),
    _is("attribute-without-quotes", rss(item("<guid isPermaLink=false>x7</guid>")), said(title="Tide table 1", native_id="x7")),
    _is("attribute-twice", rss(item('<guid isPermaLink="false" isPermaLink="true">x7</guid>')), said(title="Tide table 1")),
    _is("attribute-quote-not-closed", rss(item('<category domain="x>Fog</category>')), count={"min": 0, "max": 1}),
    _is("section-not-closed", rss(_ONE + item("<title>Fog</title><description><![CDATA[Thick.</description>", 2)), count={"min": 1, "max": 2}),
    _is("comment-not-closed", rss(_ONE + "<!-- here it stops"), count={"min": 1, "max": 1}),
    _is("comment-with-hyphens", rss(_ONE + "<!-- a -- b --->" + item("<title>Fog</title><description>Thick.</description>", 2))),
    _is("prefix-not-declared", rss(item("<thing:title>No</thing:title>")), said(title="Tide table 1")),
    _is("case-of-tags-differs", rss("<item><Title>Fog</title></item>"), count={"min": 0, "max": 1}),
    _is("everything-on-wrong-namespace", atom(entry("<content>Noon.</content>")).replace(ATOM, "https://www.w3.org/2005/atom"), said(title="Tide table 1", content_contains=["Noon."])),
    _is("nested-items", rss(f"<item><title>Fog</title><item><title>Rain</title><link>{SITE}2</link></item></item>"), count={"min": 1, "max": 2}),
    _is("section-in-section", rss(item(f"<description>{cdata('a <![CDATA[ b')}</description>")), said(title="Tide table 1")),
    _is("naked-html-entry", atom(entry('<content type="html"><p>High water</p></content>')), said(content_contains=["High water"])),
    _is("xhtml-with-entity", atom(entry('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">High&nbsp;water</div></content>')), said(content_contains=["water"])),
]
_MIXED = [
    _is("rss-without-channel", f'{DECLARATION}<rss version="2.0">{_TWO}</rss>'),
    case("malformed/rss-in-html.xml", f"<html><body>{_GOOD.removeprefix(DECLARATION)}</body></html>", content_type="text/html", outcome="any"),
    _is("items-of-rss-in-atom", atom(entry("<content>Noon.</content>") + f"<item><title>Fog</title><link>{SITE}2</link></item>"), count={"min": 1, "max": 2}),
    _is("entries-of-atom-in-rss", rss(_ONE + f'<entry xmlns="{ATOM}"><title>Fog</title><id>tag:x.example,2026:1</id></entry>'), count={"min": 1, "max": 2}),
    _is("two-channels", rss(_ONE).replace("</rss>", f"<channel><title>Second</title>{item('<title>Fog</title>', 2)}</channel></rss>"), count={"min": 1, "max": 2}),
    _is("channel-as-root", f"{DECLARATION}<channel><title>{TITLE}</title><link>{SITE}</link>{_TWO}</channel>"),
    _is("rdf-root-with-rss-items", f'{DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title>{TITLE}</title></channel>{_TWO}</rdf:RDF>'),
    _is("rss-1.0-without-namespaces", f"{DECLARATION}<RDF><channel><title>{TITLE}</title></channel>{_TWO}</RDF>", count={"min": 0, "max": 2}),
]


def _cut(text: str, where: str) -> str:
    return text[: text.index(where)]


_TRUNCATED = [
    _is("truncated-in-the-second-item", _cut(_GOOD, "Thick."), count={"min": 1, "max": 2}, problems=["truncated"]),
    _is("truncated-between-items", _cut(_GOOD, "<item><link>"), _FIRST, problems=["truncated"]),
    _is("truncated-in-a-tag", _cut(_GOOD, "on>Thick."), count={"min": 1, "max": 2}, problems=["truncated"]),
    _is("truncated-before-the-end-tags", _GOOD.removesuffix("</channel>\n</rss>\n"), problems=["truncated"]),
    _is("truncated-in-the-end-tag", _GOOD.removesuffix("ss>\n"), problems=["truncated"]),
    _is("truncated-atom", _cut(atom(entry("<content>Noon.</content>") + entry("<title>Fog</title>", 2)), "Fog"), count={"min": 1, "max": 2}, problems=["truncated"]),
    _is("truncated-in-a-section", _cut(rss(_ONE + item(f"<description>{cdata('a long story')}</description>", 2)), "story"), count={"min": 1, "max": 2}, problems=["truncated"]),
]

CASES = _BEFORE + _AFTER + _CHARACTERS + _TAGS + _MIXED + _TRUNCATED
