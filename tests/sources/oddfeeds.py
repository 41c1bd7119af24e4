"""Feeds written at random: mostly ordinary, with every element, namespace, attribute and text somewhere odd.

Given a random generator, so that both hypothesis and a run by hand can ask for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

ATOM, RDF = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = {
    "atom": ATOM,
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "foo": "http://foo.example/ns",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "georss": "http://www.georss.org/georss",
    "gml": "http://www.opengis.net/gml",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "psc": "http://podlove.org/simple-chapters",
    "rdf": RDF,
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "taxo": "http://purl.org/rss/1.0/modules/taxonomy/",
    "thr": "http://purl.org/rss/1.0/modules/threading/",
    "wfw": "http://wellformedweb.org/commentAPI/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_OTHER_NAMESPACES = [
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/atom/ns#",
    "http://backend.userland.com/rss2",
    "http://purl.org/pie/",
    "HTTP://PURL.ORG/DC/ELEMENTS/1.1/",
    "http://search.yahoo.com/mrss",
    "http://bar.example/",
    "",
    *NAMESPACES.values(),
]


def _words(text: str) -> list[str]:
    return text.split()


_ITEM = _words(
    "title link description guid pubDate author category enclosure source comments"
    " content:encoded dc:creator dc:date dc:subject media:content media:thumbnail media:group"
    " itunes:image itunes:author itunes:summary itunes:keywords atom:link slash:comments"
    " wfw:commentRss feedburner:origLink title link guid description"
)
_ENTRY = _words(
    "id title link updated published author category summary content source rights contributor"
    " issued modified created dc:creator dc:subject media:group media:thumbnail thr:total id title"
    " link updated content summary"
)
_CHANNEL = _words(
    "title link description language lastBuildDate pubDate managingEditor webMaster category ttl"
    " image generator docs cloud copyright skipHours skipDays textInput atom:link itunes:owner"
    " itunes:author itunes:image itunes:category sy:updatePeriod sy:updateFrequency sy:updateBase"
    " dc:date dc:language dc:creator"
    " dc:title atom:updated rating"
)
_FEED = _words(
    "id title link link updated author subtitle category generator icon logo rights contributor"
    " info tagline modified dc:date dc:title"
)
_PERSON = _words("name uri email name url homepage foo:image")
_ANY = sorted(
    {
        *_ITEM,
        *_ENTRY,
        *_CHANNEL,
        *_FEED,
        *_PERSON,
        *_words(
            "entry item feed channel rss rdf:RDF rdf:li rdf:Seq items keywords tags abstract fullitem"
            " body xhtml:body xhtml:div xhtml:p xhtml:br div p b svg math foo:bar foo:title foo:item where"
            " georss:point georss:where gml:Point gml:pos psc:chapters psc:chapter media:title"
            " media:description media:category media:keywords media:credit media:rating media:player"
            " media:restriction media:license media:copyright media:text dc:title dc:description"
            " dc:language dc:publisher dc:rights dc:contributor dc:author dc:source dc:type"
            " dcterms:created dcterms:issued dcterms:modified dcterms:valid itunes:title itunes:subtitle"
            " itunes:duration itunes:explicit itunes:block itunes:link itunes:name itunes:email"
            " itunes:owner creativeCommons:license feedburner:info feedburner:browserFriendly taxo:topics"
            " geo:lat updated lastbuilddate PubDate TITLE newLocation expirationDate width height url href"
            " hour day language content:items content:format thr:in-reply-to atom:id atom:title"
            " atom:summary atom:content atom:category atom:published atom:author atom:contributor"
        ),
    }
)
_DATES = [
    "Mon, 13 Jun 2022 11:03:16 GMT",
    "2022-06-13T11:03:16+08:00",
    "2022-06-13T03:03:16Z",
    "2022-06-13",
    "yesterday",
    "2022年6月13日",
    "Mon, 13 Jun 2022 11:03 CST",
    "",
]
_URLS = [
    "https://x.example/1",
    "https://x.example/a?b=1&amp;c=2",
    "/relative",
    "x",
    "//y.example/z",
    "urn:uuid:1",
    "tag:x.example,2022:1",
    "javascript:alert(1)",
    "https://x.example/?a=1&amp;amp;b;=2",
    " https://x.example/ b ",
    "https://中文.example/页",
    "mailto:a@b.example",
    "?q",
    "#f",
    "http:///x",
    "feed:https://x.example/",
]
_TEXTS = [
    "",
    " ",
    "words",
    " blanks at both ends \n",
    "a &amp; b",
    "a &amp;amp; b",
    "AT&amp;T; x",
    "&lt;b&gt;bold&lt;/b&gt;",
    "&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;",
    "<![CDATA[<p>in <b>CDATA</b> &amp; more</p>]]>",
    "<![CDATA[]]>",
    "<![CDATA[a]]>b<![CDATA[c]]>",
    "中文标题：测试",
    "&#8217;",
    "&#x4e2d;",
    "&#160;",
    "<!-- c -->",
    "a<!-- c -->b",
    "a<?pi d?>b",
    "😀 astral",
    "e\u0301",
    "&quot;q&quot; &apos;a&apos;",
    "x &lt; y &gt; z",
    "List&lt;String&gt;",
    "tab\there",
    "line\nbreak\r\nother",
    "<![CDATA[ ]]>",
    "&#9;&#10;",
    "\u3000全角\u3000",
    "\u00a0",
    "a, b ,, c",
    "someone@example.com (Some One)",
    "Some One &lt;s@example.com&gt;",
    "0",
    "true",
    "yes",
    "\u200b",
    "&amp;#8217;s",
    "<![CDATA[&#39;x&#39; &copy; <br>]]>",
    "&#127;",
    "aGVsbG8=",
    "\u2028",
    "&lt;/b&gt; &amp;copy; &amp;nosuch;",
    "&lt;!-- c --&gt;",
]
_XHTML = [
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>one</p><br/>two &amp; &lt;three&gt;</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml">a</div><div xmlns="http://www.w3.org/1999/xhtml">b</div>',
    '\n<xhtml:div><xhtml:p class="c&quot;d">one</xhtml:p><xhtml:img src="/i.png" alt="&lt;"/></xhtml:div>\n',
    '<div xmlns="http://www.w3.org/1999/xhtml" xml:base="/d/"><a href="x" REL="NoFollow">l</a></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml" lang="de"><pre>\n x </pre><hr/><script>a</script></div>',
    '<p xmlns="http://www.w3.org/1999/xhtml"><svg xmlns="http://www.w3.org/2000/svg"><title>t</title></svg></p>',
    "text before <xhtml:div>x</xhtml:div>",
    "<b>no namespace</b>",
    "<div>plain</div>",
    "words alone",
    "",
    '<xhtml:div><xhtml:div a="1">in</xhtml:div><!-- c --></xhtml:div>',
    "<xhtml:body>b</xhtml:body>",
    "<xhtml:title>t</xhtml:title>",
    '<xhtml:div><xhtml:img src="a.png"></xhtml:img><xhtml:br>x</xhtml:br></xhtml:div>',
    "<xhtml:Div>x</xhtml:Div>",
]
_ATTRIBUTES: dict[str, list[str]] = {
    "type": [
        "text",
        "html",
        "xhtml",
        "text/html",
        "text/plain",
        "application/xhtml+xml",
        "image/png",
        "TEXT",
        "HTML",
        "",
        " html",
        "audio/mpeg",
        "plain",
        "text/xml",
    ],
    "mode": ["escaped", "xml", "base64"],
    "src": ["https://x.example/s"],
    "rel": [
        "alternate",
        "self",
        "enclosure",
        "related",
        "Self",
        "",
        "http://www.iana.org/assignments/relation/self",
    ],
    "href": _URLS,
    "url": _URLS,
    "uri": _URLS,
    "isPermaLink": ["true", "false", "False", ""],
    "domain": ["d", ""],
    "scheme": ["s", ""],
    "term": ["t", "", " "],
    "label": ["l", "", "l ", " "],
    "length": ["12", "x", "", " 5 "],
    "fileSize": ["7"],
    "xml:base": [
        "https://b.example/d/",
        "/d/",
        "e/",
        "",
        "javascript:x",
        "http:///x",
        "ftp://f.example/",
        "https://b.example/?",
        " /d/ ",
        "https://b.example/a/../b/",
    ],
    "xml:lang": ["de", "zh_CN", "", "zh-TW", " en ", "x" * 30],
    "xml:space": ["preserve"],
    "base": ["/q/"],
    "lang": ["fr"],
    "rdf:about": _URLS,
    "rdf:resource": _URLS,
    "foo:href": ["https://f.example/"],
    "foo:base": ["/z/"],
    "foo:lang": ["es"],
    "version": ["2.0", "0.91", "1.0", "0.3"],
    "xlink:href": ["x"],
    "xsi:type": ["y"],
    "Href": _URLS,
    "TYPE": ["html"],
    "lastmod": ["2022-06-13"],
    "text": ["Technology"],
    "value": ["v"],
    "xmlns:dc": [NAMESPACES["media"], NAMESPACES["dc"], "urn:other"],
    "xmlns": ["", ATOM, NAMESPACES["xhtml"], "urn:other"],
    "xmlns:foreign": [NAMESPACES["media"]],
    "xmlns:xlink": [NAMESPACES["xlink"]],
    "xmlns:new": [NAMESPACES["media"]],
    "title": ["t"],
    "hreflang": ["en"],
    "start": ["00:00:01"],
}
_USUAL: dict[str, list[str]] = {
    "link": ["href", "rel", "type", "hreflang"],
    "atom:link": ["href", "rel", "type"],
    "enclosure": ["url", "type", "length"],
    "guid": ["isPermaLink"],
    "category": ["domain"],
    "media:content": ["url", "type", "fileSize"],
    "media:thumbnail": ["url"],
    "itunes:image": ["href"],
    "source": ["url"],
    "item": ["rdf:about"],
    "channel": ["rdf:about"],
    "itunes:category": ["text"],
    "generator": ["uri", "version"],
    "cloud": ["domain"],
    "sy:updatePeriod": [],
    "media:description": ["type"],
}
_ATOM_USUAL = {
    "category": ["term", "scheme", "label"],
    "title": ["type"],
    "summary": ["type"],
    "content": ["type"],
    "rights": ["type"],
    "subtitle": ["type"],
}
_INSIDE = {
    "a:author": "name uri email name url homepage foo:image",
    "a:contributor": "name uri email",
    "a:source": " ".join(_FEED),
    "image": "url title link width height description",
    "itunes:owner": "itunes:name itunes:email",
    "media:content": "media:thumbnail media:title media:description media:keywords",
    "media:group": "media:content media:thumbnail media:title media:description media:credit",
    "skipDays": "day hour",
    "skipHours": "day hour",
    "textInput": "title description name link",
}
_EMPTY = frozenset({"cloud", "enclosure", "itunes:image", "media:content", "media:thumbnail"})


@dataclass(frozen=True)
class Odd:
    """A document, and how often it does what no ordinary one would, from 0 to 1."""

    rng: Random
    atom: bool
    oddity: float
    prefix: str = ""
    """Of the feed's own elements."""

    def some(self, chance: float) -> bool:
        return self.rng.random() < chance

    def odd(self) -> bool:
        return self.rng.random() < self.oddity

    # ── attributes and texts ──

    def attributes(self, name: str) -> str:
        usual = (_ATOM_USUAL.get(name) if self.atom else None) or _USUAL.get(name, [])
        names = [each for each in usual if self.some(0.7)]
        if self.some(0.03) or self.odd():
            names.append(self.rng.choice(["xml:base", "xml:lang", "xml:space"]))
        if self.odd():
            names += self.rng.choices(sorted(_ATTRIBUTES), k=self.rng.randint(1, 3))
        return "".join(f' {each}="{self._attribute(each)}"' for each in dict.fromkeys(names))

    def _attribute(self, name: str) -> str:
        values = _ATTRIBUTES[name]
        value = values[0] if self.some(0.4) else self.rng.choice(values)
        return value if "&" in value else value.replace("<", "&lt;")

    def text(self, name: str) -> str:
        local = name.rpartition(":")[2].lower()
        if self.odd():
            return self.rng.choice([*_TEXTS, *_URLS, *_XHTML, "&#150;", "&#x93;"])
        if "date" in local or local in ("published", "updated", "issued", "modified", "created"):
            return self.rng.choice(_DATES)
        if local in (
            "link",
            "guid",
            "id",
            "uri",
            "url",
            "href",
            "comments",
            "docs",
            "icon",
            "logo",
            "origlink",
        ):
            return self.rng.choice(_URLS)
        return self.rng.choice(_TEXTS)

    # ── elements ──

    def element(self, name: str, depth: int = 0) -> str:
        written = name if ":" in name or not self.prefix else f"{self.prefix}:{name}"
        attributes = self.attributes(name)
        inside = self.inside(name, attributes, depth)
        if not inside and self.some(0.5):
            return f"<{written}{attributes}/>"
        return f"<{written}{attributes}>{inside}</{written}>"

    def inside(self, name: str, attributes: str, depth: int) -> str:
        if depth < 5 and self.odd():
            return self.several(_ANY, depth, 3)
        if self.atom and ("xhtml" in attributes or self.odd()) and 'type="' in attributes:
            return self.rng.choice(_XHTML)
        names = _INSIDE.get(f"a:{name}" if self.atom else name) or _INSIDE.get(name)
        if names is not None and (name != "media:content" or self.some(0.3)):
            return self.several(_words(names), depth, 4)
        is_empty = name in _EMPTY or ("href" in attributes and "link" in name)
        return "" if is_empty and not self.odd() else self.text(name)

    def several(self, names: list[str], depth: int, most: int) -> str:
        parts = []
        for name in self.rng.choices(names, k=self.rng.randint(0, most)):
            parts.append(self.element(self.rng.choice(_ANY) if self.odd() else name, depth + 1))
            parts.append(
                self.rng.choice(
                    ["", "\n", "  ", "<!-- c -->", "<?p i?>", "stray"] if self.odd() else ["", "\n"]
                )
            )
        return "".join(parts)

    def distinct(self, names: list[str], most: int) -> str:
        found = list(dict.fromkeys(self.rng.choices(names, k=self.rng.randint(1, most))))
        if self.odd():
            found.append(self.rng.choice(found))
        parts = [self.element(self.rng.choice(_ANY) if self.odd() else name, 1) for name in found]
        return self.rng.choice(["", "\n"]).join(parts)

    def entries(self, name: str, names: list[str]) -> list[str]:
        prefix = f"{self.prefix}:" if self.prefix else ""
        identity = "id" if self.atom else "guid"
        found = []
        for number in range(self.rng.randint(0, 3)):
            known = self.element(identity, 1) if self.some(0.5) else ""
            also = f"<{prefix}{identity}>n{number}</{prefix}{identity}>" if self.some(0.7) else ""
            inside = f"{known}{self.distinct(names, 12)}{also}"
            found.append(f"<{prefix}{name}{self.attributes(name)}>{inside}</{prefix}{name}>")
        return found


def document(rng: Random) -> tuple[str, str]:
    """One document, and the name of its outermost element."""
    oddity = rng.choice([0.0, 0.0, 0.005, 0.02, 0.1])
    kind = rng.choice(["rss", "rss", "atom", "atom", "rdf", "atom03", "prefixed"])
    declared = dict(NAMESPACES)
    if rng.random() < oddity * 3:
        declared[rng.choice(sorted(declared))] = rng.choice(_OTHER_NAMESPACES[:-1]) or "urn:x"
    if rng.random() < oddity * 3:
        declared[rng.choice(["rss", "foreign", "a", "image", "l", "XHTML"])] = rng.choice(
            _OTHER_NAMESPACES[:8]
        )
    pairs = list(declared.items())
    rng.shuffle(pairs)
    writer = {"rss": _rss, "rdf": _rdf}.get(kind, _atom)
    root, body = writer(rng, kind, oddity, "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in pairs))
    return _head(rng, oddity) + body + rng.choice(["", "\n", "<!-- end -->" if oddity else ""]), root


def _head(rng: Random, oddity: float) -> str:
    heads = [
        "",
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="utf-8"?>\n',
        "<?xml version='1.0' standalone='yes'?>",
    ]
    more = [
        "<!-- made by hand -->",
        '<?xml-stylesheet href="s.css"?>',
        "<!-- <rss> -->",
        "<!DOCTYPE rss>",
        "<?x <feed> ?>",
        " \n",
    ]
    return rng.choice(heads) + (rng.choice(more) if rng.random() < 0.1 + oddity else "")


def _rss(rng: Random, _kind: str, oddity: float, declared: str) -> tuple[str, str]:
    odd = Odd(rng, atom=False, oddity=oddity)
    parts = [odd.distinct(_CHANNEL, 12), *odd.entries("item", _ITEM)]
    if rng.random() < 0.1:
        parts.append(odd.distinct(_CHANNEL, 3))
    version = rng.choice(["2.0", "2.0", "0.91", "0.92", "0.94", ""])
    stated = odd.attributes("rss").replace(f' version="{version}"', "") if odd.odd() else ""
    versioned = "" if "version=" in stated else f' version="{version}"'
    root = f"<rss{versioned}{declared if 'xmlns' not in stated else ''}{stated}>"
    return "rss", f"{root}<channel{odd.attributes('x')}>{''.join(parts)}</channel></rss>"


def _rdf(rng: Random, _kind: str, oddity: float, declared: str) -> tuple[str, str]:
    odd = Odd(rng, atom=False, oddity=oddity)
    own = rng.choice(
        ["http://purl.org/rss/1.0/", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"]
    )
    items = '<items><rdf:Seq><rdf:li rdf:resource="https://x.example/1"/></rdf:Seq></items>'
    inside = odd.distinct(_CHANNEL, 8) + (items if odd.some(0.5) else "")
    channel = f"<channel{odd.attributes('channel')}>{inside}</channel>"
    parts = [channel, *odd.entries("item", _ITEM)]
    if odd.odd():
        rng.shuffle(parts)
    if odd.some(0.1):
        parts.append(odd.element("image"))
    return "rdf:RDF", f'<rdf:RDF xmlns="{own}"{declared}>{"".join(parts)}</rdf:RDF>'


def _atom(rng: Random, kind: str, oddity: float, declared: str) -> tuple[str, str]:
    prefix = "a" if kind == "prefixed" else ""
    odd = Odd(rng, atom=True, oddity=oddity, prefix=prefix)
    own = "http://purl.org/atom/ns#" if kind == "atom03" else ATOM
    parts = [odd.distinct(_FEED, 10), *odd.entries("entry", _ENTRY)]
    root = f"{prefix}:feed" if prefix else "feed"
    stated = odd.attributes("feed") if odd.some(0.3) else ""
    if "xmlns" in stated:
        stated = ""
    version = ' version="0.3"' if kind == "atom03" and "version" not in stated else ""
    xmlns = f' xmlns{":a" if prefix else ""}="{own}"'
    declared = declared.replace(' xmlns:a="', ' xmlns:other="') if prefix else declared
    return root, f"<{root}{xmlns}{version}{declared}{stated}>{''.join(parts)}</{root}>"
