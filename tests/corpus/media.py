"""Enclosures, Media RSS and iTunes (RSS 2.0; Media RSS 1.5.1; RFC 4287, 4.2.7)."""

# ruff: noqa: E501 - one case a line, however long: so they are looked through
# fmt: off

from __future__ import annotations

from tests.corpus.case import SITE, in_atom, in_rss

_MP3 = f"{SITE}a.mp3"
_JPG = f"{SITE}a.jpg"
_MP4 = f"{SITE}a.mp4"

CASES = [
    in_rss("media/enclosure", f'<enclosure url="{_MP3}" length="1234" type="audio/mpeg"/>', enclosures=[{"url": _MP3, "type": "audio/mpeg", "length": 1234}]),
    in_rss(
        "media/enclosures-two",
        f'<enclosure url="{_MP3}" length="1" type="audio/mpeg"/><enclosure url="{_MP4}" length="2" type="video/mp4"/>',
        enclosures=[{"url": _MP3, "length": 1}, {"url": _MP4, "length": 2}],
    ),
    in_rss("media/enclosure-twice", f'<enclosure url="{_MP3}" type="audio/mpeg" length="1"/>' * 2, enclosures=[_MP3]),
    in_rss("media/enclosure-without-length", f'<enclosure url="{_MP3}" type="audio/mpeg"/>', enclosures=[{"url": _MP3, "length": None}]),
    in_rss("media/enclosure-length-zero", f'<enclosure url="{_MP3}" type="audio/mpeg" length="0"/>', enclosures=[{"url": _MP3}]),
    in_rss("media/enclosure-length-empty", f'<enclosure url="{_MP3}" type="audio/mpeg" length=""/>', enclosures=[{"url": _MP3, "length": None}], problems=None),
    in_rss("media/enclosure-length-words", f'<enclosure url="{_MP3}" type="audio/mpeg" length="big"/>', enclosures=[{"url": _MP3, "length": None}], problems=None),
    in_rss("media/enclosure-length-negative", f'<enclosure url="{_MP3}" type="audio/mpeg" length="-1"/>', enclosures=[{"url": _MP3, "length": None}], problems=None),
    in_rss("media/enclosure-length-with-commas", f'<enclosure url="{_MP3}" type="audio/mpeg" length="1,234"/>', enclosures=[{"url": _MP3}], problems=None),
    in_rss("media/enclosure-length-beyond-counting", f'<enclosure url="{_MP3}" type="audio/mpeg" length="{"9" * 30}"/>', enclosures=[{"url": _MP3, "length": None}], problems=None),
    in_rss("media/enclosure-without-type", f'<enclosure url="{_MP3}" length="1"/>', enclosures=[{"url": _MP3}], problems=None),
    in_rss("media/enclosure-type-nonsense", f'<enclosure url="{_MP3}" length="1" type="sound"/>', enclosures=[{"url": _MP3, "type": ""}], problems=None),
    in_rss("media/enclosure-without-url", '<enclosure length="1" type="audio/mpeg"/>', enclosures=[], problems=None),
    in_rss("media/enclosure-url-empty", '<enclosure url="" length="1" type="audio/mpeg"/>', enclosures=[], problems=None),
    in_rss("media/enclosure-relative", '<enclosure url="/a.mp3" length="1" type="audio/mpeg"/>', enclosures=[_MP3], problems=None),
    in_rss("media/enclosure-blank-in-url", f'<enclosure url="{SITE}low tide.mp3" length="1" type="audio/mpeg"/>', enclosures=[f"{SITE}low%20tide.mp3"]),
    in_rss("media/enclosure-ampersand", f'<enclosure url="{_MP3}?a=1&amp;b=2" length="1" type="audio/mpeg"/>', enclosures=[f"{_MP3}?a=1&b=2"]),
    in_rss("media/enclosure-ftp", '<enclosure url="ftp://news.example/a.mp3" length="1" type="audio/mpeg"/>', enclosures=[], problems=None),
    in_rss("media/enclosure-javascript", '<enclosure url="javascript:alert(1)" length="1" type="audio/mpeg"/>', enclosures=[], problems=None),
    in_rss("media/enclosure-as-text", f"<enclosure>{_MP3}</enclosure>", title="Tide table 1", problems=None),
    in_rss("media/content", f'<media:content url="{_JPG}" type="image/jpeg" fileSize="99" medium="image"/>', enclosures=[{"url": _JPG, "type": "image/jpeg", "length": 99}]),
    in_rss("media/content-medium-only", f'<media:content url="{_JPG}" medium="image"/>', enclosures=[_JPG]),
    in_rss("media/content-several", f'<media:content url="{_JPG}" type="image/jpeg"/><media:content url="{_MP4}" type="video/mp4"/>', enclosures=[_JPG, _MP4]),
    in_rss("media/content-and-enclosure-the-same", f'<enclosure url="{_JPG}" type="image/jpeg" length="99"/><media:content url="{_JPG}" type="image/jpeg"/>', enclosures=[_JPG]),
    in_rss(
        "media/group",
        f'<media:group><media:content url="{_MP4}" type="video/mp4"/><media:content url="{_JPG}" type="image/jpeg"/></media:group>',
        enclosures=[_MP4, _JPG],
    ),
    in_rss(
        "media/group-with-title-and-description",
        f'<media:group><media:title>Not this</media:title><media:content url="{_MP4}" type="video/mp4"/>'
        "<media:description>The tide comes in.</media:description></media:group>",
        title="Tide table 1",
        content_contains=["The tide comes in."],
        enclosures=[_MP4],
    ),
    in_rss("media/description-html", f'<media:description type="html">{"&lt;b&gt;Tide&lt;/b&gt;"}</media:description>', content_contains=["Tide"]),
    in_rss("media/description-beside-description", "<description>Ours.</description><media:description>Theirs.</media:description>", content_contains=["Ours."]),
    in_rss("media/thumbnail", f'<media:thumbnail url="{_JPG}" width="75" height="50"/>', title="Tide table 1", content_lacks=["media:"]),
    in_rss("media/thumbnail-in-content", f'<media:content url="{_MP4}" type="video/mp4"><media:thumbnail url="{_JPG}"/></media:content>', title="Tide table 1"),
    in_rss("media/credit-is-no-author", f'<media:content url="{_JPG}" type="image/jpeg"><media:credit>Pat Lens</media:credit></media:content><dc:creator>Ada Quay</dc:creator>', authors=["Ada Quay"]),
    in_rss("media/keywords", "<media:keywords>tide, sea</media:keywords>", title="Tide table 1"),
    in_rss("media/content-without-url", '<media:content medium="video"><media:player url="https://news.example/player"/></media:content>', enclosures=[], problems=None),
    in_rss("media/player-only", '<media:player url="https://news.example/player"/>', title="Tide table 1"),
    in_rss("media/itunes-title-alone", "<guid>1</guid><itunes:title>High water</itunes:title><itunes:summary>At noon.</itunes:summary>", bare=True, title="High water"),
    in_rss(
        "media/itunes-episode",
        f'<itunes:author>Ada Quay</itunes:author><itunes:duration>12:34</itunes:duration><itunes:explicit>no</itunes:explicit>'
        f'<itunes:image href="{_JPG}"/><itunes:episode>4</itunes:episode><itunes:keywords>tide,sea</itunes:keywords>'
        f'<enclosure url="{_MP3}" length="5" type="audio/mpeg"/>',
        title="Tide table 1",
        authors=["Ada Quay"],
        enclosures_hold=[_MP3],
    ),
    in_rss("media/podcast-transcript", f'<podcast:transcript url="{SITE}a.vtt" type="text/vtt"/><enclosure url="{_MP3}" length="5" type="audio/mpeg"/>', enclosures_hold=[_MP3]),
    in_rss("media/googleplay", "<googleplay:description>Sea.</googleplay:description><googleplay:author>Ada</googleplay:author>", title="Tide table 1"),
    in_rss("media/atom-enclosure-in-rss", f'<atom:link rel="enclosure" href="{_MP3}" type="audio/mpeg" length="7"/>', link=f"{SITE}1", enclosures=[{"url": _MP3, "length": 7}]),
    in_atom("media/atom-enclosure", f'<link href="{SITE}1"/><link rel="enclosure" href="{_MP3}" type="audio/mpeg" length="7"/>', link=f"{SITE}1", enclosures=[{"url": _MP3, "type": "audio/mpeg", "length": 7}]),
    in_atom("media/atom-enclosures", f'<link href="{SITE}1"/><link rel="enclosure" href="{_MP3}"/><link rel="enclosure" href="{_MP4}"/>', enclosures=[_MP3, _MP4]),
    in_atom("media/atom-enclosure-relative", '<link rel="enclosure" href="a.mp3"/><link href="/1"/>', attributes=f' xml:base="{SITE}"', link=f"{SITE}1", enclosures=[_MP3]),
    in_atom("media/atom-media-group", f'<media:group><media:content url="{_MP4}" type="video/mp4"/><media:thumbnail url="{_JPG}"/><media:description>Seen from the pier.</media:description></media:group>', content_contains=["Seen from the pier."], enclosures_hold=[_MP4]),
    in_atom("media/atom-enclosure-without-address", '<link href="https://news.example/1"/><link rel="enclosure" type="audio/mpeg"/>', enclosures=[], problems=None),
]
