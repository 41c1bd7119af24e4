"""Documents that are meant to hurt: they cost their own source an error at most."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import ATOM, SITE, atom, case, cdata, entry, in_rss, item, rss, said


def _dtd(declarations: str, text: str = "&x;") -> str:
    """Write a feed whose title is an entity of its own."""
    head = f'<?xml version="1.0"?>\n<!DOCTYPE rss [\n{declarations}\n]>\n'
    return rss(item(f"<title>{text}</title>"), head=head)


def _laughs(name: str, times: int, depth: int) -> str:
    lines = [f'<!ENTITY {name}0 "{name * 10}">']
    for number in range(1, depth):
        inner = f"&{name}{number - 1};" * times
        lines.append(f'<!ENTITY {name}{number} "{inner}">')
    return "\n".join(lines)


_ATTRIBUTES = " ".join(f'a{n}=""' for n in range(20_000))

CASES = [
    case("hostile/entity-bomb.xml", _dtd(_laughs("lol", 10, 10), "&lol9;"), outcome="any", lacks=["lollollol"]),
    case("hostile/entity-bomb-quadratic.xml", _dtd(f'<!ENTITY x "{"a" * 20_000}">', "&x;" * 2000), outcome="any", lacks=["a" * 30_000]),
    case("hostile/entity-of-itself.xml", _dtd('<!ENTITY x "&y;"><!ENTITY y "&x;">'), outcome="any"),
    case("hostile/entity-of-a-parameter.xml", _dtd('<!ENTITY % p "<!ENTITY x \'secret\'>"> %p;'), outcome="any"),
    case("hostile/external-entity-file.xml", _dtd('<!ENTITY x SYSTEM "file:///etc/passwd">'), outcome="any", lacks=["root:"]),
    case("hostile/external-entity-http.xml", _dtd('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'), outcome="any"),
    case("hostile/external-entity-in-the-body.xml", _dtd('<!ENTITY x SYSTEM "file:///etc/hostname">', "Fog").replace("</item>", "<description>&x;</description></item>"), outcome="any"),
    case("hostile/external-dtd.xml", rss(item(), head='<?xml version="1.0"?>\n<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">\n'), outcome="any"),
    case("hostile/external-parameter-entity.xml", _dtd('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', "Fog"), outcome="any", lacks=["root:"]),
    case("hostile/xinclude.xml", rss(item('<description><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/></description>')), outcome="any", lacks=["root:"]),
    case("hostile/stylesheet-instruction.xml", rss(item(), head='<?xml version="1.0"?>\n<?xml-stylesheet href="file:///etc/passwd"?>\n'), said(title="Tide table 1"), lacks=["root:"]),
    case("hostile/twenty-thousand-attributes.xml", rss(item(f"<category {_ATTRIBUTES}>Fog</category>")), outcome="any"),
    case("hostile/attributes-of-the-root.xml", atom(entry(), attributes="".join(f' b{n}=""' for n in range(5000))), outcome="any"),
    case("hostile/deep-nesting.xml", rss(item("<a>" * 10_000 + "</a>" * 10_000)), outcome="any"),
    case("hostile/deep-nesting-never-closed.xml", rss(item("<b>" * 20_000)), outcome="any"),
    case("hostile/deep-nesting-of-divs-in-xhtml.xml", atom(entry('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">' + "<div>" * 3000 + "x" + "</div>" * 3000 + "</div></content>")), outcome="any"),
    in_rss("hostile/deep-nesting-of-html", f"<description>{cdata('<div>' * 5000 + 'deep')}</description>", content_contains=["deep"], problems=None),
    case("hostile/items-inside-items.xml", rss("<item><title>x</title>" * 2000 + "</item>" * 1000), outcome="any"),
    case("hostile/bases-inside-bases.xml", atom('<entry xml:base="a/">' + '<x xml:base="b/">' * 1000 + "</x>" * 1000 + "</entry>"), outcome="any"),
    case("hostile/endless-name.xml", rss(item(f"<{'a' * 400_000}/>")), outcome="any"),
    case("hostile/long-attribute.xml", rss(item(f'<category domain="{"a" * 100_000}">Fog</category>')), outcome="any"),
    case("hostile/long-prefix.xml", rss(item(f"<{'p' * 20_000}:x/>")), outcome="any"),
    case("hostile/comments-never-closed.xml", rss(item(f"<description>{cdata('<!--' * 10_000)}</description>")), outcome="any"),
    case("hostile/comment-openings-in-the-document.xml", rss(item("<!--" * 5000)), outcome="any"),
    case("hostile/declarations-never-closed.xml", "<!DOCTYPE rss [" + "<!ENTITY a 'b'" * 3000 + rss(item(), head=""), outcome="any"),
    case("hostile/document-types-within.xml", rss(item("<!DOCTYPE rss [ ]" * 5000)), outcome="any"),
    case("hostile/comments-before-never-closed.xml", "<!--" * 20_000 + rss(item()), outcome="any"),
    case("hostile/entity-bomb-in-one-line.xml", '<?xml version="1.0"?><!DOCTYPE rss [' + _laughs("lol", 10, 10).replace("\n", "") + "]>" + rss(item("<title>&lol9;</title>"), head=""), outcome="any", lacks=["lollollol"]),
    case("hostile/sections-never-closed.xml", rss(item("<![CDATA[" * 5000)), outcome="any"),
    case("hostile/angle-brackets.xml", rss(item("<title>" + "<" * 20_000 + "</title>")), outcome="any"),
    case("hostile/ampersands.xml", rss(item("<title>" + "&" * 20_000 + "</title>")), outcome="any"),
    case("hostile/bare-ampersands-and-semicolons.xml", rss(item("<title>" + "&a" * 10_000 + ";</title>")), outcome="any"),
    case("hostile/many-character-references.xml", rss(item("<title>" + "&#65;" * 10_000 + "</title>")), outcome="any"),
    in_rss("hostile/markup-made-of-entities", f"<description>{cdata('&lt;b' * 5000)}</description>", title_at_most=1001, problems=None),
    in_rss("hostile/combining-marks", f"<title>Z{chr(0x0300) * 5000}algo</title>", title_at_most=1001, problems=None),
    in_rss("hostile/escape-sequences", "<title>Fog \u009b31m at dawn</title>", title_lacks=["\x1b", "\u009b"], problems=None),
    in_rss("hostile/path-in-the-id", '<guid isPermaLink="false">../../../etc/passwd</guid>', public_id="urn:uuid:"),
    in_rss("hostile/sql-in-the-title", "<title>'); drop table items;--</title>", title="'); drop table items;--"),
    in_rss("hostile/template-in-the-title", "<title>{{ 7 * 7 }} ${7*7}</title>", title="{{ 7 * 7 }} ${7*7}"),
    in_rss("hostile/xml-in-the-title", f"<title>{cdata(']]&gt;</title></entry>')}</title>", link=f"{SITE}1", problems=None),
    case("hostile/namespace-of-a-prefix-we-know-is-another.xml", f'<?xml version="1.0"?><rss version="2.0" xmlns:atom="urn:evil:x" xmlns:content="{ATOM}"><channel><title>T</title><link>{SITE}</link>{item("<content:encoded>x</content:encoded>")}</channel></rss>', said(title="Tide table 1"), problems=None),
    case("hostile/patterns-of-dates.xml", rss(item(f"<pubDate>{'Mon, ' * 2000}</pubDate>") + item(f"<pubDate>{'1-' * 3000}</pubDate>", 2)), said(published=None), said(published=None), problems=None),
    case("hostile/xml-1.1-controls.xml", '<?xml version="1.1"?>' + rss(item("<title>Fog&#1; at dawn</title>"), head=""), outcome="any"),
    case("hostile/utf-7.xml", b'<?xml version="1.0" encoding="utf-7"?>' + rss(item("<title>+ADw-script+AD4-</title>"), head="").encode(), outcome="any", lacks=["<script"]),
    case("hostile/encoding-of-python.xml", b'<?xml version="1.0" encoding="unicode_escape"?>' + rss(item(r"<title>\x3cscript\x3e</title>"), head="").encode(), outcome="any", lacks=["<script"]),
    case("hostile/encoding-that-is-none.xml", b'<?xml version="1.0" encoding="rot13"?>' + rss(item(), head="").encode(), said(title="Tide table 1"), problems=None),
]
