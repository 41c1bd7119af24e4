"""More than anybody sends in good faith, and the bounds that hold then; reaching one is reported."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

import json

from tests.corpus.case import SITE, atom, case, cdata, entry, in_atom, in_rss, item, rss, said

_SMALL = "<item><title>{0}</title><guid>https://n.example/{0}</guid></item>"

CASES = [
    case("limits/a-thousand-entries.xml", rss("".join(_SMALL.format(n) for n in range(1000))), count={"min": 1000, "max": 1000}),
    case("limits/too-many-entries.xml", rss("".join(_SMALL.format(n) for n in range(2001))), count={"min": 1000, "max": 2000}, problems=["entries"]),
    case("limits/too-many-entries-of-json.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": str(n)} for n in range(2001)]}, separators=(",", ":")), count={"min": 1000, "max": 2000}, problems=["entries"]),
    in_rss("limits/huge-title", f"<title>{'fog ' * 10_000}</title>", title_at_most=1001, link=f"{SITE}1"),
    in_rss("limits/huge-id", f"<guid isPermaLink='false'>{'x' * 20_001}</guid>", title="Tide table 1", problems=["more than 20,000 characters"]),
    in_rss("limits/huge-title-chinese", f"<title>{'雾' * 10_000}</title>", title_at_most=1001, problems=None),
    in_rss("limits/huge-body", f"<content:encoded>{cdata('<p>High water at noon.</p>' * 1000)}</content:encoded>", content_contains=["High water at noon."], problems=None),
    in_rss("limits/many-categories", "".join(f"<category>c{n}</category>" for n in range(1000)), tags_at_most=200, problems=None),
    in_rss("limits/many-enclosures", "".join(f'<enclosure url="https://n.example/{n}" type="a/b" length="1"/>' for n in range(500)), enclosures_at_most=100, problems=None),
    in_rss("limits/many-authors", "".join(f"<dc:creator>Author {n}</dc:creator>" for n in range(300)), authors_at_most=50, problems=None),
    in_atom("limits/many-links", "".join(f'<link rel="related" href="https://n.example/{n}"/>' for n in range(60)) + f'<link href="{SITE}1"/>', link=f"{SITE}1", problems=None),
    in_rss("limits/long-category", f"<category>{'x' * 5000}</category>", title="Tide table 1", problems=None),
    in_rss("limits/long-author", f"<author>{'x' * 5000}</author>", title="Tide table 1", problems=None),
    in_rss("limits/long-link", f"<link>{SITE}{'x' * 20_000}</link>", link=None, problems=None),
    in_rss("limits/long-date", f"<pubDate>{'9' * 20_000}</pubDate>", published=None, problems=None),
    in_rss("limits/long-language", f"<dc:language>{'x' * 5000}</dc:language>", language=None, problems=None),
    in_rss("limits/long-embedded-picture", f'<description>{cdata("<p>Fog</p><img src=data:image/png;base64," + "A" * 60_000 + ">")}</description>', content_contains=["<p>Fog</p>"], content_lacks=["AAAA"], problems=None),
    case("limits/many-unknown-elements.xml", rss(item("<odd/>" * 3000)), said(title="Tide table 1"), problems=None),
    case("limits/many-namespaces.xml", atom(entry(), attributes="".join(f' xmlns:n{n}="urn:x:{n}"' for n in range(300))), said(title="Tide table 1"), problems=None),
    case("limits/huge-channel-title.xml", rss(item(), f"<title>{'harbour ' * 5000}</title>"), said(title="Tide table 1"), problems=None),
    case("limits/long-lines-of-blanks.xml", rss(item()) + " " * 50_000, said(title="Tide table 1"), problems=None),
]
