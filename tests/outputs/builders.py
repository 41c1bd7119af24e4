"""Small builders of what renderers are handed, and strategies for everything they may be handed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from aggregator.model import Enclosure, Item, Person, SourceInfo, Tag, Text
from aggregator.views import CategoryRef, Directory, Entry, Feed, FeedSummary, Site
from tests.builders import NOW

BASE = "https://feeds.example/base/"


def a_site(**only_what_matters: Any) -> Site:
    """Build a site at :data:`BASE`."""
    return Site(**{"base_url": BASE, "title": "Example feeds"} | only_what_matters)


def a_feed(*entries: Entry, **only_what_matters: Any) -> Feed:
    """Build the feed of the category ``macro``."""
    fields: dict[str, Any] = {
        "site": a_site(),
        "slug": "macro",
        "title": "Macro",
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "updated": NOW,
        "entries": entries,
        "total": len(entries),
    }
    return Feed(**fields | only_what_matters)


def a_directory(**only_what_matters: Any) -> Directory:
    """Build the directory of a site with one category."""
    site = only_what_matters.get("site", a_site())
    fields: dict[str, Any] = {
        "site": site,
        "everything": a_feed(site=site, slug="", title=site.title),
        "categories": (FeedSummary(slug="macro", title="Macro", items=2, updated=NOW),),
        "sources": (),
    }
    return Directory(**fields | only_what_matters)


# ── anything ──────────────────────────────────────────────────────────────────────────────────────────────

# Surrogates too: what was cleaned by an older version may hold what today's would not let through.
_TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(codec=None), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "<b>bold</b>",
            "a & b",
            "]]>",
            "甲 乙",
            "\x00\x1b[31m",
            "\ufffe\U0001ffff",
            "\ud800",
            "{{ x }}",
            "\r\n",
        ]
    ),
)
_URLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "https://example.com/甲?x=1&y=2#z",
            "javascript:alert(1)",
            "//example.com/",
            "a/b",
            "http://u:p@h/",
            "http://[::1",
            "",
        ]
    ),
    _TEXTS.map("https://example.com/".__add__),
)
_ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=9, minutes=30)), ZoneInfo("Asia/Shanghai")]
)
# A day away from both ends, so that every one of them exists in every zone.
_MOMENTS = st.timedeltas(
    timedelta(0), datetime(9999, 12, 30, tzinfo=UTC) - datetime(1, 1, 2, tzinfo=UTC)
).flatmap(lambda since: _ZONES.map((datetime(1, 1, 2, tzinfo=UTC) + since).astimezone))
_MODES = st.sampled_from(["full", "summary", "none"])
_LANGUAGES = st.sampled_from([None, "", "en", "zh-CN", "zh-Hans", "fr", "not a language", "\x00"])
_CONSTRUCTS = st.builds(Text, _TEXTS, st.sampled_from(["text", "html"]))

_ITEMS = st.builds(
    Item,
    source_id=_TEXTS,
    native_id=_TEXTS,
    seed=_TEXTS,
    title=_CONSTRUCTS,
    link=_URLS,
    content=_CONSTRUCTS,
    summary=_CONSTRUCTS,
    authors=st.lists(st.builds(Person, _TEXTS, _URLS, _TEXTS), max_size=2).map(tuple),
    tags=st.lists(st.builds(Tag, _TEXTS, _TEXTS, _TEXTS), max_size=3).map(tuple),
    origin=st.one_of(st.none(), _TEXTS),
    enclosures=st.lists(
        st.builds(Enclosure, _URLS.map(lambda url: url or ""), _TEXTS, st.one_of(st.none(), st.integers())),
        max_size=2,
    ).map(tuple),
    language=_LANGUAGES,
)
_INFOS = st.builds(SourceInfo, _TEXTS, _TEXTS, _URLS, _URLS, st.one_of(st.none(), _MOMENTS))
_ENTRIES = st.builds(
    Entry,
    item_id=st.integers(1),
    id=_TEXTS,
    item=_ITEMS,
    published=_MOMENTS,
    updated=_MOMENTS,
    first_seen=_MOMENTS,
    source=_INFOS,
    private=st.booleans(),
    content=_MODES,
    categories=st.lists(
        st.builds(CategoryRef, st.sampled_from(["macro", "宏观", "a b"]), _TEXTS), max_size=2
    ).map(tuple),
)
_SITES = st.builds(
    Site,
    title=_TEXTS,
    base_url=st.just(BASE),
    language=_LANGUAGES.map(str),
    timezone=st.sampled_from(["UTC", "Asia/Shanghai", "+08:00"]),
    author=st.one_of(st.none(), _TEXTS),
    index=st.booleans(),
)


def feeds(slug: str = "a b(c)") -> st.SearchStrategy[Feed]:
    """Any feed of the category ``slug``; the ids of its entries differ, as the store sees to."""
    return st.builds(
        Feed,
        site=_SITES,
        slug=st.just(slug),
        title=_TEXTS,
        id=_TEXTS,
        updated=_MOMENTS,
        entries=st.lists(
            _ENTRIES, max_size=3, unique_by=lambda entry: entry.id.encode("utf-8", "ignore")
        ).map(tuple),
        total=st.integers(0, 5),
        formats=st.sampled_from([("atom",), ("atom", "json")]),
        pages=st.booleans(),
    )


def directories() -> st.SearchStrategy[Directory]:
    """Any directory."""
    summaries = st.builds(
        FeedSummary,
        slug=st.sampled_from(["macro", "宏观", "a b", "…"]),
        title=_TEXTS,
        items=st.integers(0, 5000),
        updated=st.one_of(st.none(), _MOMENTS),
    )
    return st.builds(
        Directory,
        site=_SITES,
        everything=feeds(slug=""),
        categories=st.lists(summaries, max_size=2).map(tuple),
        sources=st.lists(_INFOS, max_size=2).map(tuple),
    )
