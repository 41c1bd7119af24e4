"""The settings as they are written: every key, its kind, its default, and what it is for.

The reference, the JSON Schema and the annotated file are made from here. Text arrives as text and is read
by the kind of its setting. Nothing here knows of files or environment; rules between settings are in
:mod:`aggregator.config.cross`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from aggregator.config.fields import (
    Content,
    Headers,
    HostPattern,
    Language,
    Line,
    Lines,
    Listen,
    Location,
    Network,
    Proxy,
    Section,
    SiteUrl,
    SourceId,
    TimeZone,
    UserAgent,
    distinct,
    listed,
)
from aggregator.config.schema_rules import Categories, FilterSection
from aggregator.config.units import Duration, Percent, Size


class SiteSection(Section):
    """What the site is called and where readers find it."""

    title: Line = Field(default="Feeds", description="The site's name, in feeds and on pages.")
    url: SiteUrl | None = Field(
        default=None,
        description="The address under which `output.dir` is published. Unset: the listen address,"
        " and a warning, since readers elsewhere can't follow such links.",
    )
    language: Language = Field(
        default="en", description="The language of titles and pages: a tag such as `en` or `zh-CN`."
    )
    timezone: TimeZone = Field(
        default="UTC", description="For dates without one: a name such as `Asia/Shanghai`, or `+08:00`."
    )
    author: Line | None = Field(default=None, description="Who publishes the site, in its feeds.")


class OutputSection(Section):
    """What is written, and how much of it."""

    dir: Location = Field(
        default="feeds", description="The folder that feeds and pages are written to; it can be rebuilt."
    )
    entries: int = Field(
        default=50, ge=1, le=10_000, description="Entries of a feed: at least so many, if there are."
    )
    window: Annotated[float, Duration("0s", "366d")] = Field(
        default=48 * 3600.0,
        description="Besides, everything of this long before the newest entry, so that a busy feed loses"
        " nothing between two polls of a reader.",
    )
    max_entries: int = Field(
        default=500, ge=1, le=10_000, description="Never more entries in a feed than this."
    )
    content: Content = Field(default="full", description="What entries carry: `full`, `summary`, or `none`.")
    formats: Annotated[
        list[Literal["atom", "json"]],
        BeforeValidator(listed, json_schema_input_type=list[Literal["atom", "json"]]),
    ] = Field(default=["atom", "json"], description="Kinds of feeds. Atom is always written.")
    pages: bool = Field(default=True, description="Whether to write pages: home, categories, health.")
    item_pages: bool = Field(default=False, description="Whether to write one page an item.")
    index: bool = Field(default=False, description="Whether pages allow search engines.")


class HostSection(Section):
    """What is different for one host; unset: as for all."""

    per_host: int | None = Field(default=None, ge=1, le=100, description="Connections to this host at once.")
    host_delay: Annotated[float, Duration("0s", "1h")] | None = Field(
        default=None, description="Pause between two requests to this host."
    )
    group: Line | None = Field(
        default=None,
        description="A name: hosts of one group share their limits, and the pauses their servers ask for.",
    )


class FetchSection(Section):
    """How sources are read over the network."""

    user_agent: UserAgent = Field(
        default="aggregator/{version} (+{site_url})",
        description="What we call ourselves; `{version}` and `{site_url}` are filled in.",
    )
    concurrency: int = Field(default=64, ge=1, le=1000, description="Connections at once, over all hosts.")
    per_host: int = Field(default=1, ge=1, le=100, description="Connections to one host at once.")
    host_delay: Annotated[float, Duration("0s", "1h")] = Field(
        default=1.0, description="Pause between two requests to one host."
    )
    timeout: Annotated[float, Duration("100ms", "1h")] = Field(
        default=20.0, description="How long one request may take."
    )
    max_bytes: Annotated[int, Size("1kB", "1GiB")] = Field(
        default=8 * 1024**2, description="The largest document that is read, after decompression."
    )
    allow_private: Annotated[
        list[Network], BeforeValidator(listed, json_schema_input_type=Network | list[Network])
    ] = Field(
        default=[],
        description="Hosts, addresses or networks that may be read though they are not public:"
        " `[127.0.0.1, rsshub.lan, 10.0.0.0/8]`.",
    )
    proxy: Proxy | None = Field(default=None, description="The HTTP proxy that everything is read through.")
    hosts: Annotated[dict[HostPattern, HostSection], BeforeValidator(distinct)] = Field(
        default={},
        description="Per host: `rsshub.lan: {per_host: 8, host_delay: 0s}`. `*.example.com` is every host"
        " below that name; they share their limits.",
    )


class ScheduleSection(Section):
    """How often sources are read."""

    interval: Annotated[float, Duration("1s", "7d")] = Field(
        default=3600.0, description="How long after a reading a source is due again."
    )
    min: Annotated[float, Duration("1s", "7d")] = Field(
        default=900.0, description="No source is read more often than this."
    )
    max: Annotated[float, Duration("1s", "7d")] = Field(
        default=86_400.0, description="No source adapts beyond this."
    )
    adaptive: bool = Field(
        default=True,
        description="Whether sources that rarely change are read less often, down to once in `max`.",
    )
    jitter: Annotated[float, Percent("0%", "50%")] = Field(
        default=0.1, description="By how much due times are spread, as a part of the interval."
    )
    watch: Literal["auto", "events", "poll"] = Field(
        default="auto",
        description="How the daemon notices changed posts: `events` of the system; `poll`, a look every"
        " second, for disks of other machines; `auto` polls where it knows that no events come.",
    )


class SourceSection(Section):
    """One source: local posts or a feed. Besides these keys each type has its own."""

    type: Line = Field(description="What kind of source it is.")
    id: SourceId | None = Field(
        default=None, description="Its name in commands and logs. Unset: made from its location."
    )
    category: Lines = Field(
        default=[], description="The category of its items, or a list: slugs, titles or aliases."
    )
    title: Line | None = Field(default=None, description="Its name for readers. Unset: what it calls itself.")
    interval: Annotated[float, Duration("1s", "7d")] | None = Field(
        default=None, description="How often it is read, fixed. Unset: `schedule.interval`, adapting."
    )
    enabled: bool = Field(default=True, description="`false`: it is not read; its items stay.")
    timezone: TimeZone | None = Field(
        default=None, description="For its dates without a zone. Unset: `site.timezone`."
    )
    language: Language | None = Field(
        default=None, description="The language of its items, where they don't say."
    )
    headers: Headers = Field(
        default={},
        description="HTTP headers of its requests, such as `Authorization: Bearer ${TOKEN}`; never shown.",
    )
    user_agent: UserAgent | None = Field(default=None, description="Unset: `fetch.user_agent`.")
    proxy: Proxy | None = Field(default=None, description="Unset: `fetch.proxy`.")
    content: Content | None = Field(
        default=None, description="What its entries carry. Unset: as `output.content`."
    )
    filters: list[FilterSection] = Field(
        default=[], description="Rules for this source alone, like `filters`."
    )
    categories_from: Literal["source", "entries"] = Field(
        default="source",
        description="`entries`: the terms of its entries are categories too. A publisher you trust with"
        " this can write into any category.",
    )
    private: bool | None = Field(
        default=None,
        description="`true`: its URL appears in no output. Always so where the URL holds"
        " credentials or `${…}`.",
    )
    on_delete: Literal["remove", "keep"] = Field(
        default="remove", description="Whether an item leaves the outputs when its post is deleted."
    )


class ServerSection(Section):
    """The built-in HTTP server."""

    listen: Listen = Field(
        default="127.0.0.1:8080", description="Address and port; an IPv6 address in brackets."
    )


class Configuration(Section):
    """Everything but `sources` may be left out. An empty value means the default."""

    site: SiteSection = Field(default_factory=SiteSection)
    store: Location = Field(default="var/aggregator.db", description="The database file: back it up.")
    output: OutputSection = Field(default_factory=OutputSection)
    fetch: FetchSection = Field(default_factory=FetchSection)
    schedule: ScheduleSection = Field(default_factory=ScheduleSection)
    categories: Categories = Field(
        default=[], description="Declared categories; a bare word in the list is a slug."
    )
    filters: list[FilterSection] = Field(default=[], description="Rules for all items, in order.")
    sources: list[dict[str, Any]] = Field(
        default=[], description="What is read. The one key that is required."
    )
    server: ServerSection = Field(default_factory=ServerSection)
