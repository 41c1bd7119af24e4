"""Which sources there are: those that are configured, and the feeds that lists name.

A list is read anew at every refresh; until it is read well again, it names what it named. A feed that is
configured itself is left to its own configuration, whichever list names it too.
"""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from aggregator import sourcekeys
from aggregator.asking import Asked, conclude
from aggregator.contracts import ListStore, RefreshStore
from aggregator.due import USUAL_PACE, Pace
from aggregator.errors import FetchError, SourceError
from aggregator.model import Batch, Bookmark, Listing, ListReading
from aggregator.polls import Outcome
from aggregator.records import RememberedList, Save
from aggregator.reports import SourceResult, without_addresses
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aggregator.contracts import Adapter, Clock, SourceList, Web
    from aggregator.exchange import Exchange
    from aggregator.model import Document, ListedSource, Source
    from aggregator.polls import SourceState
    from aggregator.rules import Category, Rules

FEED = "feed"
"""The type of every source that a list names."""


# ── which there are (pure) ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All sources of a site. ``feeds``: what each list names, by the list's id."""

    configured: tuple[Source, ...]
    feeds: Mapping[str, tuple[Source, ...]]

    @property
    def everything(self) -> tuple[Source, ...]:
        """Lists too, each followed by its feeds: what the store is to know of."""
        return tuple(each for one in self.configured for each in (one, *self.feeds.get(one.id, ())))

    @property
    def lists(self) -> tuple[Source, ...]:
        """Those that name other sources."""
        return tuple(source for source in self.configured if source.id in self.feeds)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those that have items."""
        return tuple(source for source in self.everything if source.id not in self.feeds)

    def rules(self, rules: Rules) -> Rules:
        """The rules, with what is said of a list said of each of its feeds."""
        filters, categories = dict(rules.source_filters), dict(rules.source_categories)
        for list_id, feeds in self.feeds.items():
            for feed in feeds:
                if list_id in rules.source_filters:
                    filters[feed.id] = rules.source_filters[list_id]
                if feed.categories:
                    categories[feed.id] = feed.categories
        return replace(
            rules,
            categories=tuple(self._including(category) for category in rules.categories),
            source_filters=MappingProxyType(filters),
            source_categories=MappingProxyType(categories),
        )

    def _including(self, category: Category) -> Category:
        named = (
            name
            for source_id in category.sources
            for name in (source_id, *(feed.id for feed in self.feeds.get(source_id, ())))
        )
        return replace(category, sources=tuple(dict.fromkeys(named)))


def gather(
    configured: Sequence[Source],
    kinds: Mapping[str, SourceList],
    feed: Adapter,
    remembered: Mapping[str, RememberedList],
) -> Subscriptions:
    """Every source there is, as lists were last read; ``kinds``: the types that are lists."""
    owners = [each for each in configured if each.type in kinds]
    urls = [each.location for each in configured if "://" in each.location] if owners else []
    taken = set(map(sourcekeys.same_feed, urls))
    named: list[tuple[Source, ListedSource]] = []
    for owner in owners:
        for listed in remembered.get(owner.location, RememberedList()).sources:
            if (key := sourcekeys.same_feed(listed.url)) not in taken:
                taken.add(key)
                named.append((owner, listed))
    places = [
        sourcekeys.Place(FEED, listed.url, owner.private or sourcekeys.has_credentials(listed.url))
        for owner, listed in named
    ]
    ids = sourcekeys.distinct_ids(places, [source.id for source in configured])
    feeds: dict[str, list[Source]] = {owner.id: [] for owner in owners}
    for (owner, listed), source_id in zip(named, ids, strict=True):
        feeds[owner.id].append(_source(source_id, owner, listed, feed))
    return Subscriptions(
        tuple(configured), MappingProxyType({name: tuple(of_list) for name, of_list in feeds.items()})
    )


def _source(source_id: str, owner: Source, listed: ListedSource, feed: Adapter) -> Source:
    """A feed as its list's configuration has it."""
    options = feed.options(url=listed.url)
    return replace(
        owner,
        id=source_id,
        type=FEED,
        location=options.location,
        options=options,
        categories=tuple(dict.fromkeys((*owner.categories, *listed.categories))),
        title=listed.title or None,
        private=owner.private or sourcekeys.has_credentials(listed.url),
        headers=owner.headers if _may_see(owner.location, listed.url) else (),
        parse_hash=sourcekeys.parse_hash(
            FEED,
            options,
            timezone=owner.timezone,
            language=owner.language,
            categories_from=owner.categories_from,
            version=getattr(feed, "version", None),
        ),
    )


def _may_see(list_location: str, url: str) -> bool:
    """Whether a list's headers are for this feed too: a list on the web can't send them to another host."""
    return "://" not in list_location or _origin(list_location) == _origin(url)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


# ── what a list says now ──────────────────────────────────────────────────────────────────────────────────


class Decision(NamedTuple):
    """What to remember of a list from now on, and what to tell of it."""

    remembered: RememberedList
    told: str
    notice: str | None = None


def decide(before: RememberedList, named: Sequence[ListedSource], *, accept: bool) -> Decision:
    """What a list names from now on. Where more than half of its feeds vanish at once, all stay. Pure."""
    keys = {sourcekeys.same_feed(each.url) for each in named}
    known = {sourcekeys.same_feed(each.url) for each in before.sources}
    vanished = [each for each in before.sources if sourcekeys.same_feed(each.url) not in keys]
    counts = [(len(keys - known), "new"), (len(vanished), "gone")]
    if len(vanished) * 2 > before.size and not accept:
        notice = (
            f"{len(vanished)} of {len(before.sources)} feeds vanished from the list at once; none was removed"
            " (--accept-removals lets them go)"
        )
        held = RememberedList(sources=(*named, *vanished), size=before.size)
        return Decision(held, _told(len(held.sources), counts[:1]), notice)
    return Decision(RememberedList(sources=tuple(named), size=len(named)), _told(len(named), counts))


def _told(feeds: int, counts: Iterable[tuple[int, str]]) -> str:
    changes = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{feeds} feed{'' if feeds == 1 else 's'}" + (f", {changes}" if changes else "")


class Store(RefreshStore, ListStore, Protocol):
    """What reading lists needs of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLists:
    """Reading lists: what all have in common. The store must have been told of them (``sync``)."""

    store: Store
    kinds: Mapping[str, SourceList]
    clock: Clock
    web: Web
    pace: Pace = USUAL_PACE
    accept_removals: bool = False

    async def read(self, lists: Sequence[Source]) -> tuple[SourceResult, ...]:
        """Read these, side by side. What fails, fails for its own list, which then names what it named."""
        remembered = self.store.lists()
        states = {state.id: state for state in self.store.states([each.id for each in lists])}
        runs = [_Run(self, each, remembered.get(each.location), states[each.id]) for each in lists]
        return tuple(await asyncio.gather(*(run.read() for run in runs)))


class _Run:
    """The reading of one list."""

    def __init__(
        self, common: ReadLists, source: Source, before: RememberedList | None, state: SourceState
    ) -> None:
        self.common, self.source, self.before, self.state = common, source, before, state
        self.kind = common.kinds[source.type]
        self.now = common.clock()
        self.bookmark = Bookmark()
        self.exchange: Exchange | None = None
        self.told: str | None = None
        self.result = SourceResult(source_id=source.id, state="unchanged")

    async def read(self) -> SourceResult:
        error: SourceError | None = None
        try:
            await self._read()
        except SourceError as failed:
            error = failed
        self._save(error)
        return replace(self.result, notice=self.result.notice or self.told)

    async def _read(self) -> None:
        document: Document | None = None
        if self.before:
            self.bookmark = self.common.store.bookmarks([self.source.id])[self.source.id]
        async for part in self.kind.fetch(self.source, self.bookmark, self.common.web):
            if isinstance(part, Listing):
                self._missing(part.missing)
            elif isinstance(part, Batch):
                document = part.documents[-1] if part.documents else document
            else:
                self.exchange = part
                self.result = replace(self.result, status=part.status)
        if document is not None:
            self._take(await asyncio.to_thread(self.kind.sources, self.source, document))

    def _missing(self, names: Sequence[str]) -> None:
        shown = ", ".join(names)
        if self.before is None:
            raise FetchError(f"{shown}: there is no such file")
        if self.common.accept_removals:
            self._take(ListReading())
        notice = f"{shown}: not there; nothing was removed (--accept-removals lets its feeds go)"
        gone = f"{shown}: not there; its feeds were let go"
        self.result = replace(self.result, notice=gone if self.common.accept_removals else notice)

    def _take(self, reading: ListReading) -> None:
        decided = decide(self.before or RememberedList(), reading.sources, accept=self.common.accept_removals)
        if decided.notice is not None and self.exchange is not None:
            # As before: the document is to be looked at again, once the operator has decided.
            known = self.bookmark
            self.exchange = replace(
                self.exchange,
                validators=known.validators,
                body_hash=known.body_hash,
                stable_hash=known.stable_hash,
                url=known.validated or "",
            )
        if decided.remembered != self.before:
            self.common.store.remember_list(self.source.location, decided.remembered)
            self.result = replace(self.result, state="changed" if self.before else "first-read")
            self.told = decided.told
        problems = reading.problems
        if self.source.private:
            problems = without_addresses(problems, self.source.id)
        self.result = replace(self.result, notice=decided.notice, problems=problems)

    def _save(self, error: SourceError | None) -> None:
        outcome = Outcome(at=self.now, error=str(error) if error else None, why="local: always due")
        if "://" in self.source.location:
            asked = Asked(
                source=self.source,
                state=self.state,
                at=self.common.clock(),
                error=error,
                exchange=self.exchange,
            )
            outcome = conclude(asked, self.common.pace)
        seconds = (self.common.clock() - self.now).total_seconds()
        outcome = replace(outcome, notice=self.result.notice, seconds=seconds)
        if outcome.error is not None:
            self.result = replace(self.result, state="gone" if outcome.is_gone else "failed")
        elif outcome.held:
            self.result = replace(self.result, state="not-due", held=True)
        self.result = replace(
            self.result,
            seconds=seconds,
            status=outcome.status,
            error=outcome.error,
            next_check=outcome.next_check,
            why=outcome.why,
        )
        self.common.store.save(Save(source_id=self.source.id, now=self.now, outcome=outcome))
