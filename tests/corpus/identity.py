"""Who an entry is: with and without id, link, title and date; ids twice; guids that are links or not."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, atom, case, entry, in_atom, in_rss, item, rss, said


def _guid(value: str, permalink: str | None = None) -> str:
    attribute = "" if permalink is None else f' isPermaLink="{permalink}"'
    return f"<guid{attribute}>{value}</guid>"


_TITLED = "<title>Fog</title>"
_UUID = "urn:uuid:6c1a5d5e-9d7c-4f1a-8c58-2f2e1b6a7c11"

_GUIDS = [
    in_rss("identity/guid-permalink-true", _TITLED + _guid(f"{SITE}7", "true"), bare=True, link=f"{SITE}7", entry_id=f"{SITE}7", public_id=f"{SITE}7"),
    in_rss("identity/guid-permalink-unsaid", _TITLED + _guid(f"{SITE}7"), bare=True, link=f"{SITE}7", public_id=f"{SITE}7"),
    in_rss("identity/guid-permalink-false", _TITLED + _guid(f"{SITE}7", "false"), bare=True, link=None, public_id=f"{SITE}7", problems=None),
    in_rss("identity/guid-permalink-upper-case", _TITLED + _guid(f"{SITE}7", "FALSE"), bare=True, title="Fog", problems=None),
    in_rss("identity/guid-permalink-yes-in-capitals", _TITLED + _guid(f"{SITE}7", "TRUE"), bare=True, link=f"{SITE}7"),
    in_rss("identity/guid-permalink-no", _TITLED + _guid(f"{SITE}7", " No "), bare=True, link=None, native_id=f"{SITE}7"),
    in_rss("identity/guid-permalink-nonsense", _TITLED + _guid(f"{SITE}7", "maybe"), bare=True, title="Fog", problems=None),
    in_rss("identity/guid-and-link-differ", f"{_TITLED}<link>{SITE}7</link>{_guid(f'{SITE}?p=7', 'true')}", bare=True, link=f"{SITE}7", public_id=f"{SITE}?p=7"),
    in_rss("identity/guid-first-then-link", f"{_guid(f'{SITE}?p=7')}{_TITLED}<link>{SITE}7</link>", bare=True, link=f"{SITE}7"),
    in_rss("identity/guid-of-words", f"{_TITLED}<link>{SITE}7</link>{_guid('post-7', 'false')}", bare=True, native_id="post-7", public_id="urn:uuid:"),
    in_rss("identity/guid-of-words-called-permalink", f"{_TITLED}<link>{SITE}7</link>{_guid('post-7', 'true')}", bare=True, link=f"{SITE}7", public_id="urn:uuid:", problems=None),
    in_rss("identity/guid-of-words-without-link", _TITLED + _guid("post-7"), bare=True, title="Fog", public_id="urn:uuid:", problems=None),
    in_rss("identity/guid-number", f"{_TITLED}<link>{SITE}7</link>{_guid('42', 'false')}", bare=True, native_id="42", public_id="urn:uuid:"),
    in_rss("identity/guid-tag", _guid("tag:news.example,2026:7", "false"), public_id="tag:news.example,2026:7"),
    in_rss("identity/guid-uuid", _guid(_UUID, "false"), public_id=_UUID),
    in_rss("identity/guid-uuid-bare", _guid("6c1a5d5e-9d7c-4f1a-8c58-2f2e1b6a7c11", "false"), public_id="urn:uuid:"),
    in_rss("identity/guid-chinese", _guid("文章七", "false"), native_id="文章七", public_id="urn:uuid:"),
    in_rss("identity/guid-iri-chinese", _guid(f"{SITE}文章/七", "true"), title="Tide table 1", public_id=f"{SITE}文章/七"),
    in_rss("identity/guid-with-blanks", _guid(f"\n  {SITE}7 \n"), public_id=f"{SITE}7"),
    in_rss("identity/guid-with-blank-inside", _guid("post 7 of 9", "false"), public_id="urn:uuid:"),
    in_rss("identity/guid-cdata", "<guid isPermaLink='false'><![CDATA[a&b]]></guid>", native_id="a&b", public_id="urn:uuid:"),
    in_rss("identity/guid-ampersand", _guid(f"{SITE}?p=7&amp;q=8"), public_id=f"{SITE}?p=7&q=8"),
    in_rss("identity/guid-javascript", _guid("javascript:alert(1)", "false"), public_id="urn:uuid:"),
    in_rss("identity/guid-javascript-permalink", _TITLED + _guid("javascript:alert(1)", "true"), bare=True, link=None, public_id="urn:uuid:", problems=None),
    in_rss("identity/guid-empty", "<guid/>", title="Tide table 1", link=f"{SITE}1", problems=None),
    in_rss("identity/guid-blank", "<guid>   </guid>", title="Tide table 1", link=f"{SITE}1", problems=None),
    in_rss("identity/guid-very-long", _guid("x" * 5000, "false"), public_id="urn:uuid:", problems=None),
    in_rss("identity/guid-twice", _guid("a", "false") + _guid("b", "false"), title="Tide table 1", problems=None),
    in_rss("identity/guid-upper-case-host", _guid("HTTP://News.Example/7"), public_id="HTTP://News.Example/7"),
]

_MISSING = [
    in_rss("identity/title-only", _TITLED, bare=True, title="Fog", link=None, published=None, public_id="urn:uuid:", problems=None),
    in_rss("identity/link-only", f"<link>{SITE}7</link>", bare=True, link=f"{SITE}7", problems=None),
    in_rss("identity/description-only", "<description>Thick fog at dawn.</description>", bare=True, title="Thick fog at dawn.", problems=None),
    in_rss("identity/date-only", "<pubDate>Mon, 13 Jun 2022 11:03:16 GMT</pubDate>", bare=True, published="2022-06-13T11:03:16Z", problems=None),
    in_rss("identity/no-title", f"<link>{SITE}7</link><description>&lt;p&gt;Thick fog at dawn.&lt;/p&gt;</description>", bare=True, title="Thick fog at dawn.", link=f"{SITE}7", problems=None),
    in_rss("identity/no-title-no-text", f"<link>{SITE}7</link>", bare=True, title=f"{SITE}7", problems=None),
    in_rss("identity/no-date", f"{_TITLED}<link>{SITE}7</link>", bare=True, title="Fog", published=None, updated=None),
    case("identity/no-dates-at-all-keep-the-order.xml", rss("".join(item(f"<title>Number {n}</title>", n) for n in range(1, 6))), *(said(title=f"Number {n}", published=None) for n in range(1, 6))),
    case("identity/no-ids-different-links.xml", rss(f"<item>{_TITLED}<link>{SITE}1</link></item><item>{_TITLED}<link>{SITE}2</link></item>"), said(link=f"{SITE}1"), said(link=f"{SITE}2"), distinct=True),
    case("identity/no-ids-no-links.xml", rss("<item><title>Fog</title></item><item><title>Rain</title></item>"), said(title="Fog"), said(title="Rain"), distinct=True, problems=None),
    case("identity/no-ids-same-link.xml", rss(f"<item><title>Fog</title><link>{SITE}</link></item><item><title>Rain</title><link>{SITE}</link></item>"), count={"min": 1, "max": 2}, problems=None),
    case("identity/empty-item-among-others.xml", rss("<item/>" + item("<title>Fog</title>")), count={"min": 1, "max": 2}, problems=None),
    case("identity/atom-without-id.xml", atom(f'<entry><title>Fog</title><link href="{SITE}7"/><updated>2026-03-01T08:00:00Z</updated></entry>'), said(title="Fog", link=f"{SITE}7"), problems=None),
    case("identity/atom-without-title.xml", atom(f'<entry><id>tag:news.example,2026:7</id><link href="{SITE}7"/><updated>2026-03-01T08:00:00Z</updated><content>Thick fog.</content></entry>'), said(title="Thick fog.", link=f"{SITE}7"), problems=None),
    case("identity/atom-with-nothing.xml", atom("<entry/>" + entry("<title>Fog</title>")), count={"min": 1, "max": 2}, problems=None),
]

_ATOM_IDS = [
    in_atom("identity/atom-id-url", f"<id>{SITE}7</id>", public_id=f"{SITE}7"),
    in_atom("identity/atom-id-tag", "<id>tag:news.example,2026-02:7</id>", public_id="tag:news.example,2026-02:7"),
    in_atom("identity/atom-id-urn", f"<id>{_UUID}</id>", public_id=_UUID),
    in_atom("identity/atom-id-of-words", "<id>seven</id>", native_id="seven", public_id="urn:uuid:", problems=None),
    in_atom("identity/atom-id-is-no-link", f'<id>{SITE}id/7</id><link href="{SITE}7"/>', link=f"{SITE}7", public_id=f"{SITE}id/7"),
    in_atom("identity/atom-id-is-not-resolved", "<id>/7</id>", native_id="/7", attributes=f' xml:base="{SITE}"', public_id="urn:uuid:", problems=None),
    in_atom("identity/atom-id-iri", f"<id>{SITE}七</id>", public_id=f"{SITE}七"),
    in_atom("identity/atom-id-empty", "<id></id>", title="Tide table 1", link=f"{SITE}1", problems=None),
]


def _two(first: str, second: str) -> str:
    guid = _guid("same", "false")
    return rss(item(f"<title>{first}</title>{guid}", 1) + item(f"<title>{second}</title>{guid}", 2))


_TWICE = [
    case("identity/same-guid-twice.xml", _two("Fog", "Fog, corrected"), count={"min": 1, "max": 2}, problems=None),
    case("identity/same-atom-id-newer-wins.xml", atom(
        entry("<id>tag:news.example,2026:7</id><title>New</title><updated>2026-03-02T00:00:00Z</updated>")
        + entry("<id>tag:news.example,2026:7</id><title>Old</title><updated>2026-03-01T00:00:00Z</updated>")),
        count={"min": 1, "max": 2}, problems=None),
    case("identity/same-entry-word-for-word.xml", rss(item() * 2), count={"min": 1, "max": 2}, problems=None),
    case("identity/one-guid-for-all.xml", rss("".join(item(f"<title>N {n}</title>{_guid('https://news.example/')}", n) for n in range(1, 6))), count={"min": 1, "max": 5}, problems=None),
    case("identity/guids-that-differ-by-case.xml", rss(item(_guid("Abc", "false"), 1) + item(_guid("abc", "false"), 2)), said(native_id="Abc"), said(native_id="abc"), distinct=True),
    case("identity/guids-that-differ-by-fragment.xml", rss(item(_guid(f"{SITE}7#a", "false"), 1) + item(_guid(f"{SITE}7#b", "false"), 2)), said(native_id=f"{SITE}7#a"), said(native_id=f"{SITE}7#b"), distinct=True),
]

CASES = _GUIDS + _MISSING + _ATOM_IDS + _TWICE
