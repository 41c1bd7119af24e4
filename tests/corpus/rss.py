"""Elements of an RSS item, each in every form it comes in (RSS 2.0; Dublin Core; content; iTunes)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, case, cdata, html, in_rss, item, rss, said

_ENCODED = "<content:encoded><![CDATA[<p>The <em>whole</em> story.</p>]]></content:encoded>"
_NOON = "High water at <b>noon</b>."

_TITLES = [
    in_rss("rss/title-plain", "<title>Fog at dawn</title>", title="Fog at dawn"),
    in_rss("rss/title-chinese", "<title>央行：稳健的货币政策</title>", title="央行：稳健的货币政策"),
    in_rss("rss/title-cdata", f"<title>{cdata('Fog & rain')}</title>", title="Fog & rain"),
    in_rss("rss/title-escaped-ampersand", "<title>Fog &amp; rain</title>", title="Fog & rain"),
    in_rss("rss/title-escaped-twice", "<title>Fog &amp;amp; rain</title>", title="Fog & rain"),
    in_rss("rss/title-cdata-entity", f"<title>{cdata('Fog &amp; rain')}</title>", title="Fog & rain"),
    in_rss("rss/title-html", "<title>&lt;b&gt;Fog&lt;/b&gt; at dawn</title>", title="Fog at dawn"),
    in_rss("rss/title-cdata-html", f"<title>{cdata('<i>Fog</i> at dawn')}</title>", title="Fog at dawn"),
    in_rss("rss/title-nested-markup", "<title>Fog <b>at</b> dawn</title>", title="Fog at dawn", problems=None),
    in_rss("rss/title-less-than", f"<title>{cdata('1 < 2 and 3 > 2')}</title>", title="1 < 2 and 3 > 2"),
    in_rss("rss/title-numeric-reference", "<title>Caf&#233; &#x6e2f;</title>", title="Café 港"),
    in_rss("rss/title-several-lines", "<title>\n  Fog\n  at   dawn\n</title>", title="Fog at dawn"),
    in_rss("rss/title-two-sections", "<title><![CDATA[Fog ]]><![CDATA[at dawn]]></title>", title="Fog at dawn"),
    in_rss("rss/title-text-and-section", "<title>Fog <![CDATA[at dawn]]></title>", title="Fog at dawn"),
    in_rss("rss/title-emoji", "<title>Fog 🌫️ at dawn</title>", title="Fog 🌫️ at dawn"),
    in_rss("rss/title-comment-inside", "<title>Fog<!-- thick --> at dawn</title>", title="Fog at dawn"),
    in_rss(
        "rss/title-media-does-not-replace",
        "<title>Fog at dawn</title><media:title>picture.jpg</media:title>",
        title="Fog at dawn",
    ),
    in_rss(
        "rss/title-itunes-does-not-replace",
        "<itunes:title>Fog</itunes:title><title>Episode 4: Fog</title>",
        title="Episode 4: Fog",
    ),
    in_rss(
        "rss/title-after-everything",
        f"<description>{html(_NOON)}</description><title>Last of all</title>",
        title="Last of all",
    ),
    in_rss("rss/title-dublin-core", "<title/><dc:title>Fog at dawn</dc:title>", title="Fog at dawn"),
]

_LINKS = [
    in_rss("rss/link-blank-lines", f"<link>\n\n   {SITE}7\n  </link>", link=f"{SITE}7"),
    in_rss("rss/link-cdata", f"<link>{cdata(SITE + '7?a=1&b=2')}</link>", link=f"{SITE}7?a=1&b=2"),
    in_rss("rss/link-ampersand", f"<link>{SITE}7?a=1&amp;b=2</link>", link=f"{SITE}7?a=1&b=2"),
    in_rss("rss/link-relative", "<link>/7.html</link>", link=f"{SITE}7.html", problems=None),
    in_rss("rss/link-without-scheme", "<link>//news.example/7</link>", link=f"{SITE}7", problems=None),
    in_rss("rss/link-with-blank", f"<link>{SITE}low tide</link>", link=f"{SITE}low%20tide"),
    in_rss("rss/link-chinese", f"<link>{SITE}潮汐</link>", link=f"{SITE}%E6%BD%AE%E6%B1%90"),
    in_rss("rss/link-idn", "<link>https://港口.example/7</link>", link="https://xn--6orv52d.example/7"),
    in_rss("rss/link-upper-case-scheme", "<link>HTTPS://News.Example/Seven</link>", link=f"{SITE}Seven"),
    in_rss("rss/link-javascript", "<link>javascript:alert(1)</link>", link=None, problems=None),
    in_rss("rss/link-with-password", "<link>https://me:secret@news.example/7</link>", link=None, problems=None),
    in_rss("rss/link-fragment", f"<link>{SITE}7#comments</link>", link=f"{SITE}7#comments"),
    in_rss(
        "rss/link-atom-alternate-instead",
        f'<title>Fog</title><guid isPermaLink="false">x7</guid><atom:link rel="alternate" href="{SITE}8"/>',
        bare=True,
        link=f"{SITE}8",
        problems=None,
    ),
    in_rss(
        "rss/link-atom-self-is-no-link",
        f'<link>{SITE}7</link><atom:link rel="self" href="https://feeds.example/7.atom"/>',
        link=f"{SITE}7",
    ),
    in_rss(
        "rss/link-before-atom-link",
        f'<atom:link rel="replies" href="{SITE}7/replies"/><link>{SITE}7</link>',
        link=f"{SITE}7",
    ),
    in_rss(
        "rss/link-as-attribute",
        f'<title>Fog</title><link href="{SITE}9"/><guid isPermaLink="false">x7</guid>',
        bare=True,
        title="Fog",
        problems=None,
    ),
    in_rss(
        "rss/link-feedburner-original",
        f"<link>https://proxy.example/~r/1</link><feedburner:origLink>{SITE}1</feedburner:origLink>",
        title="Tide table 1",
    ),
    in_rss("rss/link-comments-is-not-the-link", f"<link>{SITE}7</link><comments>{SITE}7#talk</comments>", link=f"{SITE}7"),
    in_rss(
        "rss/link-of-the-enclosure-is-not-the-link",
        f'<link>{SITE}7</link><enclosure url="{SITE}7.mp3" type="audio/mpeg" length="9"/>',
        link=f"{SITE}7",
    ),
    in_rss("rss/link-too-long", f"<link>{SITE}{'a' * 9000}</link>", link=None, problems=None),
]

_BODIES = [
    in_rss("rss/description-plain", "<description>High water at noon.</description>", content_contains=["High water at noon."]),
    in_rss("rss/description-escaped-html", f"<description>{html(_NOON)}</description>", content_contains=["<b>noon</b>"]),
    in_rss("rss/description-cdata-html", f"<description>{cdata(_NOON)}</description>", content_contains=["<b>noon</b>"]),
    in_rss("rss/description-chinese", f"<description>{cdata('<p>央行<b>今日</b>公告。</p>')}</description>", content_contains=["<p>央行<b>今日</b>公告。</p>"]),
    in_rss(
        "rss/description-naked-html",
        "<description>High water at <b>noon</b>.</description>",
        content_contains=["noon"],
        problems=None,
    ),
    in_rss("rss/description-escaped-twice", "<description>&amp;lt;b&amp;gt; is a tag</description>", content_contains=["&lt;b&gt; is a tag"]),
    in_rss("rss/description-ampersand", f"<description>{cdata('fish & chips')}</description>", content_contains=["fish &amp; chips"]),
    in_rss("rss/description-line-ends", "<description><![CDATA[<pre>one\ntwo</pre>]]></description>", content_contains=["one\ntwo"]),
    in_rss("rss/description-empty", "<description/>", title="Tide table 1", summary=None),
    in_rss("rss/description-blank", "<description>  \n </description>", title="Tide table 1", summary=None),
    in_rss("rss/description-missing", "", title="Tide table 1", summary=None),
    in_rss("rss/description-starts-with-lt", f"<description>{cdata('<3 the sea')}</description>", content_contains=["the sea"]),
    in_rss("rss/encoded-only", _ENCODED, content_contains=["<em>whole</em>"]),
    in_rss("rss/encoded-after-description", f"<description>Short.</description>{_ENCODED}", content_contains=["<em>whole</em>"], summary="Short."),
    in_rss("rss/encoded-before-description", f"{_ENCODED}<description>Short.</description>", content_contains=["<em>whole</em>"], summary="Short."),
    in_rss(
        "rss/encoded-escaped",
        "<content:encoded>&lt;p&gt;The &lt;em&gt;whole&lt;/em&gt; story.&lt;/p&gt;</content:encoded>",
        content_contains=["<em>whole</em>"],
    ),
    in_rss("rss/encoded-empty", "<description>Short.</description><content:encoded/>", content_contains=["Short."]),
    in_rss("rss/encoded-nested-section", "<content:encoded><![CDATA[<p>a ]]]]><![CDATA[> b</p>]]></content:encoded>", content_contains=["<p>a ]]&gt; b</p>"]),
    case(
        "rss/encoded-under-another-prefix.xml",
        rss(item(_ENCODED.replace("content:", "c:"))).replace(
            "<rss ", '<rss xmlns:c="http://purl.org/rss/1.0/modules/content/" ', 1
        ),
        said(content_contains=["<em>whole</em>"]),
    ),
    case(
        "rss/encoded-without-declaring-the-prefix.xml",
        rss(item(_ENCODED)).replace(' xmlns:content="http://purl.org/rss/1.0/modules/content/"', ""),
        said(title="Tide table 1", content_contains=["<em>whole</em>"]),
        problems=None,
    ),
    in_rss(
        "rss/xhtml-body",
        '<xhtml:body><xhtml:p>The <xhtml:em>whole</xhtml:em> story.</xhtml:p></xhtml:body>',
        content_contains=["whole"],
    ),
    in_rss("rss/atom-content-in-rss", f'<atom:content type="html">{html("<p>The <em>whole</em>.</p>")}</atom:content>', content_contains=["<em>whole</em>"]),
    in_rss("rss/atom-summary-in-rss", "<atom:summary>Short.</atom:summary>", content_contains=["Short."]),
    in_rss("rss/dublin-core-description", "<dc:description>Short.</dc:description>", content_contains=["Short."]),
    in_rss("rss/itunes-summary", "<itunes:summary>Short.</itunes:summary>", content_contains=["Short."]),
    in_rss("rss/itunes-summary-beside-description", "<description>Long one.</description><itunes:summary>Short.</itunes:summary>", content_contains=["Long one."]),
    in_rss("rss/itunes-subtitle-only", "<itunes:subtitle>Sub.</itunes:subtitle>", title="Tide table 1"),
]

_AUTHORS = [
    in_rss("rss/author-email-and-name", "<author>ada@news.example (Ada Quay)</author>", authors=[{"name": "Ada Quay", "email": "ada@news.example"}]),
    in_rss("rss/author-name-and-email", "<author>Ada Quay &lt;ada@news.example&gt;</author>", authors=[{"name": "Ada Quay", "email": "ada@news.example"}]),
    in_rss("rss/author-email-only", "<author>ada@news.example</author>", authors=[{"name": "ada@news.example"}]),
    in_rss("rss/author-name-only", "<author>Ada Quay</author>", authors=["Ada Quay"]),
    in_rss("rss/author-chinese", "<author>证券时报 张三</author>", authors=["证券时报 张三"]),
    in_rss("rss/author-cdata-ampersand", f"<author>{cdata('Ada & Ben')}</author>", authors=["Ada & Ben"]),
    in_rss("rss/author-html", f"<author>{html('<b>Ada</b> Quay')}</author>", authors=["Ada Quay"]),
    in_rss("rss/author-empty", "<author/>", authors=[]),
    in_rss("rss/author-blank", "<author>  </author>", authors=[]),
    in_rss("rss/creator", "<dc:creator>Ada Quay</dc:creator>", authors=["Ada Quay"]),
    in_rss("rss/creators-two", "<dc:creator>Ada Quay</dc:creator><dc:creator>Ben Pier</dc:creator>", authors=["Ada Quay", "Ben Pier"]),
    in_rss("rss/creator-cdata", f"<dc:creator>{cdata('Ada Quay')}</dc:creator>", authors=["Ada Quay"]),
    in_rss("rss/creator-and-author-the-same", "<dc:creator>Ada Quay</dc:creator><author>Ada Quay</author>", authors=["Ada Quay"]),
    in_rss("rss/itunes-author", "<itunes:author>Ada Quay</itunes:author>", authors=["Ada Quay"]),
    in_rss("rss/atom-author-in-rss", "<atom:author><atom:name>Ada Quay</atom:name><atom:uri>https://ada.example/</atom:uri></atom:author>", authors=[{"name": "Ada Quay", "url": "https://ada.example/"}]),
    in_rss("rss/contributor-is-no-author", "<author>Ada Quay</author><dc:contributor>Cy Buoy</dc:contributor>", authors=["Ada Quay"]),
]

_TAGS = [
    in_rss("rss/category", "<category>Tides</category>", tags=["Tides"]),
    in_rss("rss/category-domain", '<category domain="https://news.example/topics">Tides</category>', tags=[{"term": "Tides", "scheme": "https://news.example/topics"}]),
    in_rss("rss/category-domain-no-uri", '<category domain="topics">Tides</category>', tags=[{"term": "Tides", "scheme": ""}]),
    in_rss("rss/categories", "<category>Tides</category><category>潮汐</category><category>Fog</category>", tags=["Tides", "潮汐", "Fog"]),
    in_rss("rss/category-twice", "<category>Tides</category><category>Tides</category>", tags=["Tides"]),
    in_rss("rss/category-empty", "<category/><category> </category><category>Fog</category>", tags=["Fog"]),
    in_rss("rss/category-cdata", f"<category>{cdata('Fish & Chips')}</category>", tags=["Fish & Chips"]),
    in_rss("rss/category-with-slashes", "<category>News/Sea/Tides</category>", tags=["News/Sea/Tides"]),
    in_rss("rss/category-with-comma", "<category>Tides, neap</category>", tags=["Tides, neap"]),
    in_rss("rss/category-html", f"<category>{html('<b>Tides</b>')}</category>", tags=["Tides"]),
    in_rss("rss/subject", "<dc:subject>Tides</dc:subject>", tags=["Tides"]),
    in_rss("rss/subject-and-category", "<category>Fog</category><dc:subject>Tides</dc:subject>", tags=["Fog", "Tides"]),
    in_rss("rss/atom-category-in-rss", '<atom:category term="tides" label="Tides" scheme="https://news.example/t"/>', tags=[{"term": "tides", "label": "Tides", "scheme": "https://news.example/t"}]),
    in_rss("rss/categories-are-tags-not-categories", "<category>macro</category>", tags=["macro"], categories=[]),
]

_OTHERS = [
    in_rss("rss/source", '<source url="https://wire.example/rss">Harbour Wire</source>', origin="Harbour Wire"),
    in_rss("rss/source-chinese", '<source url="https://wire.example/rss">证券时报</source>', origin="证券时报"),
    in_rss("rss/source-without-url", "<source>Harbour Wire</source>", origin="Harbour Wire"),
    in_rss("rss/source-empty", '<source url="https://wire.example/rss"/>', title="Tide table 1"),
    in_rss("rss/source-missing", "", origin=None),
    in_rss("rss/date-of-dublin-core", "<dc:date>2026-02-03T04:05:06+08:00</dc:date>", published="2026-02-03T04:05:06+08:00"),
    in_rss("rss/date-both", "<dc:date>2026-02-04T00:00:00Z</dc:date><pubDate>Tue, 03 Feb 2026 04:05:06 +0800</pubDate>", title="Tide table 1"),
    in_rss("rss/date-created-and-modified", "<pubDate>Tue, 03 Feb 2026 04:05:06 +0800</pubDate><dcterms:modified>2026-02-05T00:00:00Z</dcterms:modified>", published="2026-02-03T04:05:06+08:00", updated="2026-02-05T00:00:00Z"),
    in_rss("rss/date-atom-updated", "<pubDate>Tue, 03 Feb 2026 04:05:06 +0800</pubDate><atom:updated>2026-02-05T00:00:00Z</atom:updated>", published="2026-02-03T04:05:06+08:00", updated="2026-02-05T00:00:00Z"),
    in_rss("rss/language-of-the-item", "<dc:language>zh-CN</dc:language>", language="zh-CN"),
    in_rss("rss/language-by-xml-lang", '<title xml:lang="fr">Brume</title>', title="Brume"),
    in_rss("rss/comments", f"<comments>{SITE}1#comments</comments><slash:comments>7</slash:comments><wfw:commentRss>{SITE}1/feed</wfw:commentRss>", title="Tide table 1", link=f"{SITE}1"),
    in_rss("rss/modules-nobody-reads", "<georss:point>54.1 13.4</georss:point><thr:total>3</thr:total><creativeCommons:license>https://licence.example/by</creativeCommons:license>", title="Tide table 1", authors=[], tags=[]),
    in_rss("rss/unknown-elements", f"<title>Fog</title><link>{SITE}1</link><weather><title>Not this</title><link>https://other.example/</link></weather>", title="Fog", link=f"{SITE}1", problems=None),
    case(
        "rss/elements-in-upper-case.xml",
        rss(f"<ITEM><TITLE>Fog</TITLE><LINK>{SITE}1</LINK><DESCRIPTION>Thick.</DESCRIPTION></ITEM>"),
        said(title="Fog", link=f"{SITE}1", content_contains=["Thick."]),
        problems=None,
    ),
    case(
        "rss/many-items-keep-their-order.xml",
        rss("".join(item(f"<title>Number {number}</title>", number) for number in range(1, 13))),
        *(said(title=f"Number {number}", link=f"{SITE}{number}") for number in range(1, 13)),
    ),
    case(
        "rss/elements-of-one-item-do-not-leak.xml",
        rss(item("<author>Ada Quay</author><category>Fog</category><description>First.</description>") + item("", 2)),
        said(authors=["Ada Quay"], tags=["Fog"]),
        said(title="Tide table 2", authors=[], tags=[], content_lacks=["First."]),
    ),
]

CASES = _TITLES + _LINKS + _BODIES + _AUTHORS + _TAGS + _OTHERS
