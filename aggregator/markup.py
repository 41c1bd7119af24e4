"""HTML: made safe, made plain, made from Markdown. The only door of the sanitiser and of the HTML parser."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from aggregator import text, urls

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_BLOCKS = "address,article,aside,blockquote,br,dd,div,dl,dt,figcaption,figure,footer,h1,h2,h3,h4,h5,h6,header,hr,li,ol,p,pre,section,table,tr,ul"
_URL_ATTRIBUTES = frozenset({"href", "src", "cite", "poster"})


def to_text(html: str) -> str:
    """The text of an HTML fragment, blocks on lines of their own."""
    tree = LexborHTMLParser(text.xml_safe(html))
    body = tree.body
    if body is None:
        return ""
    tree.strip_tags(["script", "style", "template", "noscript", "textarea", "title", "svg", "math"])
    for node in body.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    lines = (" ".join(line.split()) for line in body.text().split("\n"))
    return "\n".join(line for line in lines if line)


def clean(html: str, base: str | None = None) -> str:
    """Safe HTML with absolute http(s) links only."""

    def allowed(_tag: str, attribute: str, value: str) -> str | None:
        return urls.absolute(value, base) if attribute in _URL_ATTRIBUTES else value

    return nh3.clean(text.xml_safe(html), attribute_filter=allowed).strip()


def from_markdown(source: str) -> str:
    """Markdown (HTML allowed inside) as HTML, not yet clean."""
    return str(_MARKDOWN.render(source))
