"""Which elements the strict reader expects where. Pure.

Its rule: what stands in no table here is for the tolerant reader. Names are as
:meth:`aggregator.sources.strictnames.Names.key` gives them.
"""

from __future__ import annotations

from aggregator.sources import strictcalendar as calendar
from aggregator.sources import strictelements as does
from aggregator.sources import strictpeople as people
from aggregator.sources.strictplaces import Element, Place


def _each(element: Element, names: str) -> dict[str, Element]:
    return dict.fromkeys(names.split(), element)


# ── what is left out ──

_IGNORE = Element(does.ignored, attributes=False)
_SKIPPED = Place()
_SKIP = Element(does.holds, inside=_SKIPPED, attributes=False)
_SKIPPED.foreign = _SKIP
_SKIPPED.update(_each(_SKIP, "rdf:bag rdf:seq rdf:li"))
_SILENT = Place(silent=True)
_SKIP_SILENT = Element(does.holds, inside=_SILENT, attributes=False)
_SILENT.foreign = _SKIP_SILENT
_SEQUENCE = Place()
_ITEMS = Element(does.holds, inside=_SEQUENCE, attributes=False)
_SEQUENCE.update(_each(_ITEMS, "rdf:seq rdf:li rdf:bag"))
_SKIPS = Element(
    does.holds,
    inside=Place({"hour": Element(calendar.skip, "hours"), "day": Element(calendar.skip, "days")}),
    attributes=False,
)
_IMAGE = Element(
    does.holds, inside=Place(_each(_IGNORE, "title link url width height description")), attributes=False
)
_TEXT_INPUT = Element(
    does.holds, inside=Place(_each(_IGNORE, "title link name description")), attributes=False
)
_IN_ITUNES_CATEGORY = Place()
_ITUNES_CATEGORY = Element(does.holds, inside=_IN_ITUNES_CATEGORY, attributes=False)
_IN_ITUNES_CATEGORY["itunes:category"] = _ITUNES_CATEGORY
_LEAVES = _each(
    _IGNORE,
    "dc:publisher dc:rights dc:format dc:identifier dc:type dc:source dc:relation dc:coverage dc:contributor"
    " itunes:duration itunes:explicit itunes:block itunes:subtitle itunes:order itunes:episode itunes:season"
    " itunes:episodetype itunes:type itunes:new-feed-url itunes:complete"
    " itunes:isclosedcaptioned georss:point georss:line georss:polygon georss:box georss:featurename"
    " georss:radius georss:elev creativecommons:license feedburner:feedflare feedburner:info"
    " feedburner:emailserviceid feedburner:feedburnerhostname feedburner:browserfriendly",
)
_IN_MEDIA_OTHER = Place()
_MEDIA_OTHER = Element(does.holds, inside=_IN_MEDIA_OTHER, attributes=False)
_MEDIA_OTHERS = _each(
    _MEDIA_OTHER,
    "media:credit media:rating media:copyright media:license media:restriction media:player media:text"
    " media:hash media:community media:comments media:comment media:embed media:param media:responses"
    " media:status media:price media:starrating media:statistics media:adult media:tags media:rights"
    " media:location media:scenes media:subtitle media:peerlink media:backlinks media:backlink",
)
_IN_MEDIA_OTHER.update(_MEDIA_OTHERS)

# ── people, dates, media ──

_OF_PERSON = {
    "a:name": Element(people.of_person, "name"),
    "a:uri": Element(people.of_person, "href"),
    "a:email": Element(people.of_person, "email"),
}
_PEOPLE = {
    **_each(Element(people.author), "dc:creator dc:author itunes:author"),
    "a:author": Element(people.person, inside=Place(_OF_PERSON, foreign=_SKIP_SILENT, silent=True)),
    "a:contributor": Element(
        does.holds,
        inside=Place(dict.fromkeys(_OF_PERSON, _IGNORE), foreign=_SKIP_SILENT, silent=True),
        attributes=False,
    ),
}
_OWNER = Place(
    {"itunes:name": Element(people.of_person, "name"), "itunes:email": Element(people.of_person, "email")}
)
"""The tolerant reader takes the owner of a podcast for its last author."""
_DATES = {
    "dc:date": Element(does.value, "dc_date"),
    "dcterms:created": Element(does.value, "created"),
    "dcterms:issued": Element(does.value, "published"),
    "dcterms:modified": Element(does.value, "updated"),
    "a:updated": Element(does.value, "updated"),
}
_IN_MEDIA = Place(
    {
        "media:thumbnail": Element(does.thumbnail),
        "media:title": Element(does.construct, "media_title"),
        "media:description": Element(does.construct, "media_description"),
        "media:category": Element(people.media_category),
        "media:keywords": Element(people.keywords, "media"),
    },
    _MEDIA_OTHERS,
    foreign=_SKIP,
)
_IN_MEDIA["media:content"] = Element(does.media_content, inside=_IN_MEDIA)
_IN_MEDIA["media:group"] = Element(does.holds, inside=_IN_MEDIA)

# ── entries ──

_COMMON = {
    **_DATES,
    **_LEAVES,
    **_PEOPLE,
    **_IN_MEDIA,
    "content:encoded": Element(does.html, "content"),
    "dc:title": Element(does.construct, "dc_title"),
    "dc:description": Element(does.html, "dc_description"),
    "dc:language": Element(does.value, "language"),
    "dc:subject": Element(people.category),
    "itunes:summary": Element(does.html, "itunes_summary"),
    "itunes:image": Element(does.itunes_image),
    "itunes:title": Element(does.value, "itunes_title"),
    "itunes:keywords": Element(people.keywords, "itunes"),
    "feedburner:origlink": Element(does.bare_value, "origlink"),
    "a:link": Element(does.link),
    "a:published": Element(does.value, "published"),
}
_ITEM = Place(
    _COMMON,
    {
        "title": Element(does.construct, "title"),
        "link": Element(does.link),
        "description": Element(does.html, "summary"),
        "guid": Element(does.identifier, "id"),
        "pubdate": Element(does.value, "published"),
        "author": Element(people.author),
        "category": Element(people.category),
        "enclosure": Element(does.enclosure),
        "source": Element(does.rss_source, "title"),
        "comments": _IGNORE,
    },
    foreign=_SKIP,
)
_SOURCE = Place(
    _each(_IGNORE, "a:id a:updated a:category a:subtitle a:rights a:generator"),
    _each(Element(does.ignored_or_empty), "a:link a:icon a:logo"),
    {
        "a:title": Element(does.source_title, "title"),
        "a:author": _PEOPLE["a:author"],
        "a:contributor": _PEOPLE["a:contributor"],
    },
    silent=True,
)
_ENTRY = Place(
    _COMMON,
    {
        "a:id": Element(does.identifier, "id"),
        "a:title": Element(does.construct, "title"),
        "a:issued": Element(does.value, "published"),
        "a:modified": Element(does.value, "updated"),
        "a:created": Element(does.value, "created"),
        "a:summary": Element(does.construct, "summary"),
        "a:content": Element(does.construct, "content"),
        "a:category": Element(people.category),
        "a:rights": _IGNORE,
        "a:source": Element(does.source, inside=_SOURCE),
    },
    foreign=_SKIP,
)

# ── feeds ──

_ABOUT = {
    **_DATES,
    **_LEAVES,
    **_PEOPLE,
    **_MEDIA_OTHERS,
    "dc:title": Element(does.construct, "dc_title"),
    "dc:language": Element(does.value, "language"),
    "itunes:owner": Element(does.holds, inside=_OWNER, attributes=False),
    "itunes:category": _ITUNES_CATEGORY,
    "a:link": Element(does.link),
    "sy:updateperiod": Element(does.bare_value, "period"),
    "sy:updatefrequency": Element(does.bare_value, "frequency"),
    "sy:updatebase": Element(does.bare_value, "update_base"),
    **_each(
        _IGNORE,
        "dc:description dc:subject media:thumbnail media:title media:description media:category"
        " media:keywords itunes:summary itunes:image itunes:keywords itunes:title"
        " a:subtitle a:tagline a:rights a:copyright a:generator a:icon a:logo a:info",
    ),
}
_CHANNEL = Place(
    _ABOUT,
    {
        "title": Element(does.construct, "title"),
        "link": Element(does.link),
        "language": Element(does.value, "language"),
        "lastbuilddate": Element(does.value, "updated"),
        "pubdate": Element(does.value, "published"),
        "managingeditor": Element(people.author),
        "author": Element(people.author),
        "skiphours": _SKIPS,
        "skipdays": _SKIPS,
        "ttl": Element(does.bare_value, "ttl"),
        "image": _IMAGE,
        "textinput": _TEXT_INPUT,
        "items": _ITEMS,
        "item": Element(does.entry, inside=_ITEM),
    },
    _each(_IGNORE, "description docs generator cloud copyright webmaster rating category"),
    foreign=_SKIP,
)
_FEED = Place(
    _ABOUT,
    {
        "a:id": Element(does.identifier, "id"),
        "a:title": Element(does.construct, "title"),
        "a:modified": Element(does.value, "updated"),
        "a:category": _IGNORE,
        "a:entry": Element(does.entry, inside=_ENTRY),
    },
    foreign=_SKIP,
)
_RSS = Place({"channel": Element(does.channel, inside=_CHANNEL)})
_RDF = Place(
    {
        "channel": Element(does.channel, inside=_CHANNEL),
        "item": Element(does.entry, inside=_ITEM),
        "image": _IMAGE,
        "textinput": _TEXT_INPUT,
    },
    foreign=_SKIP,
)
ROOTS = {
    "rss": Element(does.rss, inside=_RSS),
    "rdf": Element(does.rdf, inside=_RDF),
    "feed": Element(does.feed, inside=_FEED),
}
"""The outermost elements, by their names in small letters."""
