"""What safe HTML may hold: elements, attributes, and what their values become. Pure.

Its rule: whoever writes HTML that is to be shown asks here; nothing is allowed anywhere else.
"""

from __future__ import annotations

import re

from aggregator import unseen, urls


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


TAGS = _names(
    "a abbr acronym article aside audio b bdi bdo big blockquote br caption center cite code col colgroup"
    " data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img"
    " ins kbd li main mark ol p picture pre q rp rt ruby s samp section small source strike strong sub"
    " summary sup table tbody td tfoot th thead time tr tt u ul var video wbr"
)
GONE_WITH_CONTENT = _names(
    "button datalist dialog head iframe math noembed noframes script select style svg template textarea title"
    " xmp"
)
_SIZES = frozenset(unseen.SIDES)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "sizes", "src", "srcset", *_SIZES},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"poster", "src", *_SIZES},
}
"""Of each element; of every one under ``*``."""
ALWAYS = {"audio": {"controls": ""}, "video": {"controls": ""}}
"""Attributes that are put in."""
REL = "noopener noreferrer"
"""What every link states in ``rel``, after its other attributes."""
URL_ATTRIBUTES = frozenset({"cite", "href", "poster", "src"})
_SIZE = re.compile(r"\d{1,5}%?", re.ASCII)


def value(attribute: str, stated: str, base: str | None) -> str | None:
    """What an allowed attribute is to say, its references decoded; None: it goes."""
    if attribute in URL_ATTRIBUTES:
        return urls.absolute(stated, base)
    if attribute == "srcset":
        return urls.absolute_set(stated, base)
    if attribute in _SIZES:
        return stated if _SIZE.fullmatch(stated) else None
    return stated
