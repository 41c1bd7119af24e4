"""HTML: made safe and made plain; the only door of the libraries that do it. Pure.

Its rule: nothing reaches a parser before :mod:`aggregator.taming` has seen to it that it ends in good time.
"""

from __future__ import annotations

import html as entities
import re
import threading
from typing import TYPE_CHECKING, NamedTuple

from aggregator import allowed, orderly, taming, text, unseen, urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# ── safe HTML ─────────────────────────────────────────────────────────────────────────────────────────────

TAGS = allowed.TAGS
# The first line end is syntax, and would be lost with each reading.
_AFTER_PRE = re.compile(r"(<pre[^>]*>)\n+")
_NEEDS_REPAIR = re.compile(r"<(?:img|noscript)|hidden|display", re.IGNORECASE)
_ROUNDS = 8


def clean(html: str, base: str | None = None) -> str:
    """Make HTML safe to show anywhere: no script, style, form or frame, and absolute http(s) links only.

    Relative links are resolved against ``base``. Hidden elements go unless nothing would be left; so do
    tracking pixels, comments and images without an address. A lazily loaded image gets its real one.
    Idempotent.
    """
    return cleaned(html, base).html


class Cleaned(NamedTuple):
    """HTML that is safe."""

    html: str
    cut: bool
    """Whether its end is left out: it was too long as it was read, or became so when it was repaired."""


def cleaned(html: str, base: str | None = None) -> Cleaned:
    """What :func:`clean` returns, and whether that is all of it."""
    html = _without_sections(html)
    cut, html = taming.is_cut(html), taming.bounded(html)
    found = orderly.cleaned(html, base)
    if found is not None:
        return Cleaned(found, cut)
    for _ in range(_ROUNDS):
        # Taking elements out can leave what parses differently, so it is done until nothing changes.
        once = _cleaned_once(html, base)
        cut = cut or taming.is_cut(once)
        before, html = html, taming.bounded(once)
        if html == before:
            return Cleaned(html, cut)
    plain, most = to_text(html), taming.MAX_HTML // 10
    return Cleaned(paragraphs(plain[:most]), cut or len(plain) > most)


def _read(html: str) -> str:
    """The fragment within bounds."""
    return taming.bounded(_without_sections(html))


def _without_sections(html: str) -> str:
    """Character data sections are text, not the comments HTML makes of them."""
    return html.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in html else html


def _cleaned_once(html: str, base: str | None) -> str:
    if _NEEDS_REPAIR.search(html) or taming.costly(html):
        html = _repaired(html, base)
    safe = _sanitised(taming.parted(text.xml_safe(html)), base)
    return _AFTER_PRE.sub(r"\1", text.xml_safe(safe).strip())


def _sanitised(html: str, base: str | None) -> str:
    _sanitiser.base = base
    return _sanitiser.cleaner.clean(html)


class _Sanitiser(threading.local):
    """One for each thread, since making one takes as long as using it; ``base`` is that of its next use."""

    base: str | None = None

    def __init__(self) -> None:
        import nh3  # noqa: PLC0415 - orderly HTML needs none

        self.cleaner = nh3.Cleaner(
            tags=set(TAGS),
            clean_content_tags=set(allowed.GONE_WITH_CONTENT),
            attributes=allowed.ATTRIBUTES,
            set_tag_attribute_values=allowed.ALWAYS,
            url_schemes={"http", "https"},
            attribute_filter=self._allowed,
            link_rel=allowed.REL,
        )

    def _allowed(self, _tag: str, attribute: str, value: str) -> str | None:
        return allowed.value(attribute, value, self.base)


_sanitiser = _Sanitiser()


def paragraphs(plain: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, other line ends stay."""
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").strip()
    parts = re.split(r"\n[^\S\n]*\n\s*", lines) if lines else []
    escaped = (entities.escape(part, quote=False).replace("\n", "<br>") for part in parts)
    return "".join(f"<p>{part}</p>" for part in escaped)


# ── what must be looked at as a tree ──────────────────────────────────────────────────────────────────────

# With it the parser neither opens a head nor takes the fragment for a frameset, and is not in quirks mode.
_PROLOGUE = "<!doctype html><body>"
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-original-src", "data-actualsrc", "data-lazy")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")


def _tree(html: str) -> LexborHTMLParser:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - orderly HTML needs none

    return LexborHTMLParser(_PROLOGUE + (taming.tamed(html) if taming.costly(html) else html))


def _repaired(html: str, base: str | None) -> str:
    tree = _Repair(html, base).tree
    if not _shows_text(tree) and _shows_text(_tree(html)):
        # Some publishers hide the whole article until a script has run.
        tree = _Repair(html, base, drops_hidden=False).tree
    return (tree.body.inner_html or "") if tree.body is not None else ""


def _shows_text(tree: LexborHTMLParser) -> bool:
    return tree.body is not None and any(part.strip(_BREAK + " \n") for part in _parts(tree.body))


class _Repair:
    """One walk through a tree: hidden elements, images and ``noscript`` put right."""

    def __init__(self, html: str, base: str | None, *, drops_hidden: bool = True) -> None:
        self.tree = _tree(html)
        self._base = base
        self._drops_hidden = drops_hidden
        self._was_lazy = False
        node = self.tree.body.child if self.tree.body is not None else None
        while node is not None:
            node = self._step(node)

    def _step(self, node: LexborNode) -> LexborNode | None:
        """Put one node right, and return the next."""
        if self._goes(node):
            following = _after(node)
            node.decompose()
            return following
        if node.tag == "noscript" and node.child is not None:
            following = node.child
            node.unwrap()
            return following
        return node.child or _after(node)

    def _goes(self, node: LexborNode) -> bool:
        if self._drops_hidden and unseen.is_hidden(node.attributes):
            return True
        if node.tag == "noscript":
            # It repeats, for browsers without scripts, the image that a script would have loaded.
            return self._was_lazy and node.css_first("img") is not None
        return node.tag == "img" and not self._is_picture(node)

    def _is_picture(self, image: LexborNode) -> bool:
        stated = image.attributes
        source = self._load_now(image, "src", [urls.absolute(stated.get(name), self._base) for name in _LAZY])
        sets = [urls.absolute_set(stated.get(name) or "", self._base) for name in _LAZY_SETS]
        candidates = self._load_now(image, "srcset", sets)
        source = source or urls.absolute(stated.get("src"), self._base)
        if unseen.is_pixel(stated) or (source is not None and unseen.is_beacon(source)):
            return False
        return bool(source or candidates or urls.absolute_set(stated.get("srcset") or "", self._base))

    def _load_now(self, image: LexborNode, attribute: str, lazy: list[str | None]) -> str | None:
        """Put the first address that a script would have put there; return it."""
        found = next(filter(None, lazy), None)
        if found is not None:
            self._was_lazy = True
            image.attrs[attribute] = found
        return found


def _after(node: LexborNode) -> LexborNode | None:
    """What follows the node and all that is in it."""
    current: LexborNode | None = node
    while current is not None and current.tag != "body":
        if current.next is not None:
            return current.next
        current = current.parent
    return None


# ── plain text ────────────────────────────────────────────────────────────────────────────────────────────

_BLOCKS = _names(
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul"
)
_CELLS = frozenset({"td", "th"})
_SILENT = allowed.GONE_WITH_CONTENT | {"audio", "noscript", "video"}
_SHORT = 1000  # characters, of which no embedded image has fewer
_BREAK = "\ufdd0"
"""A noncharacter: between blocks, until white space has been collapsed."""


def to_text(html: str) -> str:
    """Take the text out of HTML: entities decoded once, each block on its own line, no blank lines."""
    has_marks = "<" in html or "&" in html
    if not has_marks and len(html) <= _SHORT and html.isprintable():
        return " ".join(html.split())
    html = _read(html)
    if has_marks:
        body = _tree(html).body
        html = "".join(_parts(body)) if body is not None else ""
    lines = (" ".join(line.split()) for line in text.xml_safe(html).split(_BREAK))
    return "\n".join(line for line in lines if line)


# What else HTML has had, and feeds still hold, in the way of elements.
_OTHERS = _names(
    "address applet area base basefont bgsound blink body embed fieldset font form frame frameset html"
    " image input keygen label legend link map marquee menu menuitem meta meter nobr object optgroup option"
    " output param progress slot span track"
)
_ELEMENT = "|".join(sorted(TAGS | allowed.GONE_WITH_CONTENT | _OTHERS))
_NO_TAG = re.compile(rf"<(?!!--|/?(?:{_ELEMENT})(?:[\s/][^<>]*)?>)", re.IGNORECASE)


def line_to_text(html: str) -> str:
    """Take the text out of a title or name that may be HTML: as :func:`to_text`, but less is taken for a tag.

    Only a whole tag of an element that HTML knows is one: ``PE<PB`` and ``List<String>`` are text.
    """
    return to_text(_NO_TAG.sub("&lt;", html) if "<" in html else html)


def _parts(body: LexborNode) -> Iterator[str]:
    """The text in a tree, with a break around each block."""
    node = body.child
    while node is not None:
        if node.tag == "-text":
            yield node.text_content or ""
        yield _BREAK if node.tag in _BLOCKS else ""
        following = None if node.tag in _SILENT else node.child
        while following is None:
            yield _BREAK if node.tag in _BLOCKS else " " if node.tag in _CELLS else ""
            following = node.next
            parent = node.parent
            if following is None and (parent is None or parent.tag == "body"):
                return
            node = parent if following is None and parent is not None else node
        node = following
