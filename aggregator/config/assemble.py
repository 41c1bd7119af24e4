"""From sections that are sound to the values the program works with. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from aggregator import rules, sourcekeys
from aggregator.config.settings import (
    FetchSettings,
    ScheduleSettings,
    ServerSettings,
)
from aggregator.lanes import HostRule
from aggregator.model import Source
from aggregator.views import Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aggregator.config.positions import Node
    from aggregator.config.schema import Configuration
    from aggregator.config.schema_rules import CategorySection, ConditionSection, FilterSection
    from aggregator.config.sources import SourceEntry
    from aggregator.contracts import Adapter, SourceList

ASPECTS: tuple[rules.Aspect, ...] = get_args(rules.Aspect)
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (recognised, not bound)
"""Addresses that mean every one of this machine: nobody can follow a link there."""


def site(configuration: Configuration) -> Site:
    """The site as outputs show it."""
    section, listening = configuration.site, server(configuration)
    host = _ANYWHERE.get(listening.host, listening.host)
    makeshift = f"http://{ServerSettings(host=host, port=listening.port).listen}/"
    return Site(
        title=section.title,
        base_url=section.url or makeshift,
        language=section.language,
        timezone=section.timezone,
        author=section.author,
        index=configuration.output.index,
    )


def server(configuration: Configuration) -> ServerSettings:
    """Where the HTTP server listens."""
    host, _, port = configuration.server.listen.rpartition(":")
    return ServerSettings(host=host.removeprefix("[").removesuffix("]"), port=int(port))


def output(configuration: Configuration) -> rules.OutputSettings:
    """How outputs are made."""
    section = configuration.output
    return rules.OutputSettings(
        entries=section.entries,
        window=int(section.window),
        max_entries=section.max_entries,
        content=section.content,
        formats=tuple(dict.fromkeys(["atom", *section.formats])),
        pages=section.pages,
        item_pages=section.pages and section.item_pages,
    )


def fetch(configuration: Configuration) -> FetchSettings:
    """How sources are read over the network."""
    section = configuration.fetch
    hosts = {
        name: HostRule(
            section.per_host if host.per_host is None else host.per_host,
            section.host_delay if host.host_delay is None else host.host_delay,
            host.group and f"group {host.group}",
        )
        for name, host in section.hosts.items()
    }
    return FetchSettings(
        user_agent=section.user_agent,
        concurrency=section.concurrency,
        per_host=section.per_host,
        host_delay=section.host_delay,
        timeout=section.timeout,
        max_bytes=section.max_bytes,
        allow_private=tuple(dict.fromkeys(section.allow_private)),
        proxy=section.proxy,
        hosts=MappingProxyType(hosts),
    )


def schedule(configuration: Configuration) -> ScheduleSettings:
    """How often sources are read."""
    return ScheduleSettings(**dict(configuration.schedule))


def source(entry: SourceEntry, adapter: Adapter | SourceList, root: Path, timezone: str) -> Source:
    """One source; ``timezone`` is the site's."""
    section = entry.section
    zone = section.timezone or timezone
    return Source(
        id=entry.id,
        type=entry.type,
        location=entry.location,
        root=root,
        options=entry.options,
        categories=tuple(dict.fromkeys(section.category)),
        title=section.title,
        timezone=zone,
        language=section.language,
        enabled=section.enabled,
        private=entry.hidden or bool(section.private),
        content=section.content,
        on_delete=section.on_delete,
        rank=entry.rank,
        where=entry.node.mark.short(),
        interval=section.interval,
        headers=tuple(section.headers.items()),
        user_agent=section.user_agent,
        proxy=section.proxy,
        categories_from=section.categories_from,
        parse_hash=sourcekeys.parse_hash(
            entry.type,
            entry.options,
            timezone=zone,
            language=section.language,
            categories_from=section.categories_from,
            version=getattr(adapter, "version", None),
        ),
    )


def item_rules(root: Node, configuration: Configuration, entries: Sequence[SourceEntry]) -> rules.Rules:
    """Categories and filters, each with the line it stands on."""
    nodes = _elements(root, "categories")
    return rules.Rules(
        categories=tuple(
            _category(section, node) for section, node in zip(configuration.categories, nodes, strict=True)
        ),
        filters=_filters(configuration.filters, root),
        source_filters=MappingProxyType(
            {
                entry.id: _filters(entry.section.filters, entry.node)
                for entry in entries
                if entry.section.filters
            }
        ),
        source_categories=MappingProxyType(
            {
                entry.id: tuple(dict.fromkeys(entry.section.category))
                for entry in entries
                if entry.section.category
            }
        ),
    )


def _category(section: CategorySection, node: Node) -> rules.Category:
    return rules.Category(
        slug=section.name,
        title=section.title,
        aliases=tuple(section.aliases),
        was=tuple(section.was),
        tags=tuple(section.include.tags),
        sources=tuple(section.include.sources),
        title_matches=section.include.title_matches,
        filters=_filters(section.filters, node),
        content=section.content,
        entries=section.entries,
        where=node.mark.short(),
    )


def _elements(node: Node, name: str) -> list[Node]:
    pair = node.pairs().get(name)
    return pair.node.elements() if pair else []


def _filters(sections: Sequence[FilterSection], owner: Node) -> tuple[rules.Filter, ...]:
    """The rules under ``filters`` of this mapping."""
    nodes = _elements(owner, "filters")
    return tuple(_filter(section, node.mark.short()) for section, node in zip(sections, nodes, strict=True))


def _filter(section: FilterSection, where: str) -> rules.Filter:
    if section.drop is not None:
        return rules.Filter("drop", _condition(section.drop), where)
    assert section.keep is not None  # noqa: S101 (the model lets nothing else through)
    return rules.Filter("keep", _condition(section.keep), where)


def _condition(section: ConditionSection) -> rules.Condition:
    """Several keys in one mapping are all of them."""
    parts: list[rules.Condition] = []
    for aspect in ASPECTS:
        if pattern := getattr(section, f"{aspect}_matches"):
            parts.append(rules.Matches(aspect, pattern))
        if values := getattr(section, f"{aspect}_in"):
            parts.append(rules.OneOf(aspect, tuple(values)))
    if section.all:
        parts.append(rules.All(tuple(map(_condition, section.all))))
    if section.any:
        parts.append(rules.Any(tuple(map(_condition, section.any))))
    if section.not_:
        parts.append(rules.Not(_condition(section.not_)))
    return parts[0] if len(parts) == 1 else rules.All(tuple(parts))
