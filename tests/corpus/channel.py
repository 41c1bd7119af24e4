"""What a feed says of itself, in every format: titles, addresses, languages, and what is not for readers."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, TITLE, URL, atom, case, cdata, entry, in_atom, in_rss, item, rss, said

_ONE = item()
_ENTRY = entry("<content>Noon.</content>")
_SAID = said(title="Tide table 1")

CASES = [
    case("channel/title-html.xml", rss(_ONE, "<title>&lt;b&gt;Harbour&lt;/b&gt; News</title>"), _SAID, info={"title": TITLE}),
    case("channel/title-cdata.xml", rss(_ONE, f"<title>{cdata('Fish & Chips')}</title>"), _SAID, info={"title": "Fish & Chips"}),
    case("channel/title-chinese.xml", rss(_ONE, "<title>港口新闻</title>"), _SAID, info={"title": "港口新闻"}),
    case("channel/title-empty.xml", rss(_ONE, "<title/>"), _SAID, info={"title": ""}, problems=None),
    case("channel/title-lines.xml", rss(_ONE, "<title>\n Harbour\n News </title>"), _SAID, info={"title": TITLE}),
    case(
        "channel/title-is-not-the-images.xml",
        rss(
            _ONE,
            "<image><title>Not this</title><url>https://news.example/logo.png</url>"
            f"<link>https://other.example/</link></image><title>{TITLE}</title><link>{SITE}</link>",
        ),
        _SAID,
        info={"title": TITLE, "site_url": SITE},
    ),
    case(
        "channel/title-is-not-the-text-inputs.xml",
        rss(
            _ONE,
            f"<title>{TITLE}</title><link>{SITE}</link><textInput><title>Search</title><description>Search it"
            "</description><name>q</name><link>https://news.example/search</link></textInput>",
        ),
        _SAID,
        info={"title": TITLE, "site_url": SITE},
    ),
    case("channel/link-missing.xml", rss(_ONE).replace(f"<link>{SITE}</link>", ""), _SAID, info={"site_url": None}, problems=None),
    case("channel/link-relative.xml", rss(_ONE, "<link>/</link>"), _SAID, info={"site_url": "https://feeds.example/"}, problems=None),
    case(
        "channel/atom-self-in-rss.xml",
        rss(_ONE, f'<atom:link rel="self" type="application/rss+xml" href="{URL}"/>'),
        _SAID,
        info={"title": TITLE, "site_url": SITE},
    ),
    case(
        "channel/atom-self-before-the-link.xml",
        rss(_ONE, f'<atom:link rel="self" href="{URL}"/><title>{TITLE}</title><link>{SITE}</link>'),
        _SAID,
        info={"site_url": SITE},
    ),
    case("channel/atom-hub-in-rss.xml", rss(_ONE, '<atom:link rel="hub" href="https://hub.example/"/>'), _SAID, info={"site_url": SITE}),
    case("channel/language.xml", rss(_ONE, "<language>zh-cn</language>"), said(language="zh-cn")),
    case("channel/language-underscore.xml", rss(_ONE, "<language>zh_CN</language>"), said(language="zh-CN")),
    case("channel/language-nonsense.xml", rss(_ONE, "<language>Plattdüütsch, mostly</language>"), said(language=None), problems=None),
    case("channel/language-dublin-core.xml", rss(_ONE, "<dc:language>fr</dc:language>"), said(language="fr")),
    in_rss("channel/language-item-wins", "<dc:language>fr</dc:language>", "<language>en</language>", language="fr"),
    case(
        "channel/everything-rss-has.xml",
        rss(
            _ONE,
            "<language>en</language><copyright>2026 Harbour</copyright><managingEditor>ed@news.example (Ed)"
            "</managingEditor><webMaster>web@news.example</webMaster><pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate>"
            "<lastBuildDate>Sun, 01 Mar 2026 09:30:00 GMT</lastBuildDate><category>News</category>"
            "<generator>by hand</generator><docs>https://www.rssboard.org/rss-specification</docs>"
            '<cloud domain="rpc.example" port="80" path="/RPC2" registerProcedure="ping" protocol="soap"/>'
            "<ttl>60</ttl><rating>(PICS-1.1)</rating><skipHours><hour>2</hour></skipHours>"
            "<skipDays><day>Sunday</day></skipDays><sy:updatePeriod>hourly</sy:updatePeriod>"
            "<sy:updateFrequency>2</sy:updateFrequency>",
        ),
        said(title="Tide table 1", language="en", tags=[], published=None),
        info={"title": TITLE, "site_url": SITE},
    ),
    case("channel/category-is-not-the-items.xml", rss(_ONE, "<category>News</category>"), said(tags=[])),
    case("channel/enclosure-is-not-the-items.xml", rss(_ONE, '<itunes:image href="https://news.example/c.png"/>'), said(enclosures=[])),
    case("channel/metadata-after-the-items.xml", rss(_ONE).replace(f"<title>{TITLE}</title>", "").replace("</channel>", f"<title>{TITLE}</title></channel>"), _SAID, info={"title": TITLE}),
    # ── Atom ──
    case("channel/atom-title-html.xml", atom(_ENTRY, '<title type="html">&lt;b&gt;Harbour&lt;/b&gt; News</title>'), _SAID, info={"title": TITLE}),
    case(
        "channel/atom-title-xhtml.xml",
        atom(_ENTRY, '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>Harbour</b> News</div></title>'),
        _SAID,
        info={"title": TITLE},
    ),
    case("channel/atom-updated.xml", atom(_ENTRY), _SAID, info={"updated": "2026-03-01T09:00:00Z"}),
    case("channel/atom-id.xml", atom(_ENTRY), _SAID, info={"id": "tag:news.example,2026:feed"}),
    case(
        "channel/atom-self-link.xml",
        atom(_ENTRY, f'<link rel="self" href="{URL}"/><link rel="alternate" href="{SITE}"/>'),
        _SAID,
        info={"site_url": SITE, "feed_url": URL},
    ),
    case(
        "channel/atom-links-of-every-kind.xml",
        atom(
            _ENTRY,
            '<link rel="hub" href="https://hub.example/"/><link rel="next" href="?page=2"/>'
            f'<link rel="license" href="https://licence.example/"/><link rel="alternate" href="{SITE}"/>',
        ),
        _SAID,
        info={"site_url": SITE},
    ),
    in_atom("channel/atom-language", "", attributes=' xml:lang="zh-Hans"', language="zh-Hans"),
    in_atom("channel/atom-language-entry-wins", "", attributes=' xml:lang="en"', on=' xml:lang="fr"', language="fr"),
    in_atom("channel/atom-language-of-the-content", '<content xml:lang="fr">Brume.</content>', attributes=' xml:lang="en"', content_contains=["Brume."]),
    in_atom("channel/atom-everything-a-feed-has", "", "<subtitle>News from the harbour</subtitle><icon>/icon.png</icon><logo>/logo.png</logo>"
            '<rights>2026 Harbour</rights><generator uri="https://made.example/" version="1">by hand</generator>'
            "<category term='news'/><contributor><name>Cy Buoy</name></contributor>", tags=[], title="Tide table 1"),
]
