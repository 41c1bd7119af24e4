"""Names of elements in feeds: which vocabulary each is of, as the tolerant reader tells them apart. Pure.

Its rule: a name that could mean anything else to the tolerant reader is refused, never interpreted.
"""

from __future__ import annotations

from enum import StrEnum

ATOM, ATOM_03 = "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
XHTML = "http://www.w3.org/1999/xhtml"
_XLINK = "http://www.w3.org/1999/xlink"
_RSS_10, _RSS_09 = "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"
_USERLAND = "backend.userland.com/rss"

FOREIGN = "*"
"""The key of every element whose vocabulary feeds have no use for."""
_FOREIGN_PREFIX = "foreign"  # under which the tolerant reader files them

# Vocabularies that feedparser knows, by the prefix it knows them under; "" are feeds' own.
_VOCABULARIES = f"""
- http://blogs.law.harvard.edu/tech/rss http://example.com/newformat# http://example.com/necho
- http://purl.org/echo/ uri/of/echo/namespace# http://purl.org/pie/
- http://purl.org/rss/1.0/modules/rss091# {_RSS_10} {_RSS_09} {ATOM} {ATOM_03}
admin http://webns.net/mvcb/
ag http://purl.org/rss/1.0/modules/aggregation/
annotate http://purl.org/rss/1.0/modules/annotate/
audio http://media.tangent.org/rss/1.0/
blogchannel http://backend.userland.com/blogChannelModule
cc http://creativecommons.org/ns#license http://web.resource.org/cc/
creativecommons http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html
creativecommons http://backend.userland.com/creativeCommonsRssModule
co http://purl.org/rss/1.0/modules/company
content http://purl.org/rss/1.0/modules/content/
cp http://my.theinfo.org/changed/1.0/rss/
dc http://purl.org/dc/elements/1.1/
dcterms http://purl.org/dc/terms/
email http://purl.org/rss/1.0/modules/email/
ev http://purl.org/rss/1.0/modules/event/
feedburner http://rssnamespace.org/feedburner/ext/1.0
fm http://freshmeat.net/rss/fm/
foaf http://xmlns.com/foaf/0.1/
geo http://www.w3.org/2003/01/geo/wgs84_pos#
georss http://www.georss.org/georss
gml http://www.opengis.net/gml
icbm http://postneo.com/icbm/
image http://purl.org/rss/1.0/modules/image/
itunes http://www.itunes.com/DTDs/PodCast-1.0.dtd http://example.com/DTDs/PodCast-1.0.dtd
l http://purl.org/rss/1.0/modules/link/
media http://search.yahoo.com/mrss http://search.yahoo.com/mrss/
pingback http://madskills.com/public/xml/rss/module/pingback/
prism http://prismstandard.org/namespaces/1.2/basic/
rdfs http://www.w3.org/2000/01/rdf-schema#
ref http://purl.org/rss/1.0/modules/reference/
reqv http://purl.org/rss/1.0/modules/richequiv/
search http://purl.org/rss/1.0/modules/search/
slash http://purl.org/rss/1.0/modules/slash/
soap http://schemas.xmlsoap.org/soap/envelope/
ss http://purl.org/rss/1.0/modules/servicestatus/
str http://hacks.benhammersley.com/rss/streaming/
sub http://purl.org/rss/1.0/modules/subscription/
sy http://purl.org/rss/1.0/modules/syndication/
szf http://schemas.pocketsoap.com/rss/myDescModule/
taxo http://purl.org/rss/1.0/modules/taxonomy/
thr http://purl.org/rss/1.0/modules/threading/
ti http://purl.org/rss/1.0/modules/textinput/
trackback http://madskills.com/public/xml/rss/module/trackback/
wfw http://wellformedweb.org/commentAPI/
wiki http://purl.org/rss/1.0/modules/wiki/
psc http://podlove.org/simple-chapters
rdf {RDF}
xhtml {XHTML}
xlink {_XLINK}
xml {XML}
"""
_LISTED = {
    uri.lower(): "" if prefix == "-" else prefix
    for prefix, *uris in map(str.split, _VOCABULARIES.split("\n")[1:-1])
    for uri in uris
}
_PREFIXES = frozenset(_LISTED.values()) | {_FOREIGN_PREFIX}
_OWN = {"rss": ("",), "rdf": (_RSS_10, _RSS_09), "feed": (ATOM, ATOM_03)}


class Why(StrEnum):
    """Why a document is left to the tolerant reader."""

    SHAPE = "its shape: too large, too deep, or too many of something"
    ENCODING = "its encoding or its characters"
    BASE = "what its links are relative to"
    PROLOGUE = "what stands before its root"
    NOT_WELL_FORMED = "not well-formed"
    ROOT = "its root"
    NAMESPACE = "a namespace"
    ELEMENT = "an element that is unknown or not where it belongs"
    ATTRIBUTE = "an attribute"
    TWICE = "an element that comes twice"
    MARKUP = "markup where text belongs"
    TEXT = "text where none belongs"
    TYPE = "the type of a text"
    UNKNOWN_ENTRY = "an entry with neither id nor link"


class DeclinedError(Exception):
    """Raised inside the strict reader alone: this document is for the tolerant one."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Names:
    """The names of one document; told what it declares."""

    def __init__(self, root: str) -> None:
        """``root``: the outermost element's name, as written."""
        self.kind = root.rpartition(":")[2].lower()
        self.own = ""
        self.begun = False
        if self.kind not in _OWN:
            raise DeclinedError(Why.ROOT)

    def declare(self, prefix: str | None, uri: str | None) -> None:
        """See a declaration; one whose prefix the tolerant reader takes for another's is refused."""
        known = _known(uri or "")
        if prefix in _PREFIXES and known is not None and prefix.lower() != known:
            raise DeclinedError(Why.NAMESPACE)
        # It goes by the first of these it sees, and it writes XLink's into whatever follows.
        mixed = self.kind == "feed" and uri is not None and uri.lower() in (_RSS_10, _RSS_09)
        if mixed or (uri == _XLINK and self.begun):
            raise DeclinedError(Why.NAMESPACE)

    def begin(self, name: str) -> None:
        """See the outermost element."""
        self.begun = True
        uri, _, local = name.rpartition(" ")
        if self.kind == "rdf":
            # Which of its own two vocabularies it is written in, the next element tells.
            if uri != RDF or local != "RDF":
                raise DeclinedError(Why.ROOT)
            self.own = RDF
        elif uri in _OWN[self.kind] and local == self.kind:
            self.own = uri
        else:
            raise DeclinedError(Why.ROOT)

    def second(self, name: str) -> None:
        """See the second element: the tolerant reader takes its vocabulary for the feed's own."""
        uri = name.rpartition(" ")[0]
        if self.kind == "rdf":
            if uri not in _OWN["rdf"]:
                raise DeclinedError(Why.NAMESPACE)
            self.own = uri
        elif uri != self.own and _known(uri) is None:
            raise DeclinedError(Why.NAMESPACE)

    def key(self, name: str) -> str:
        """``title`` of the feed's own vocabulary, ``dc:title`` of another; Atom's are ``a:title``."""
        uri, _, local = name.rpartition(" ")
        local = local.lower()
        if uri in (ATOM, ATOM_03):
            return f"a:{local}"
        if uri == self.own:
            return local
        prefix = _known(uri)
        if prefix is None:
            return FOREIGN
        if prefix == "":
            raise DeclinedError(Why.NAMESPACE)
        return f"{prefix}:{local}"


def _known(uri: str) -> str | None:
    lower = uri.lower()
    return "" if not uri or _USERLAND in lower else _LISTED.get(lower)
