"""Subscriptions: into the configuration, and out of it."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING

from aggregator.app.care import Care
from aggregator.errors import ConfigError, StoreError, UsageError
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from aggregator.app.discovery import Found
    from aggregator.config import Settings
    from aggregator.contracts import Web
    from aggregator.model import ListedSource, Problem, Source
    from aggregator.subscriptions import Subscriptions

    _Fields = Mapping[str, str | Sequence[str]]
    """A source as it is written: keys, and text or lists of text."""
    Pick = Callable[[Sequence[Found]], int]
    """Which of several feeds is meant: its place. Raises UsageError if none can be told."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What was, or would be, added to the configuration."""

    lines: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    """What was there already, in words."""
    problems: tuple[Problem, ...] = ()


class Subscribing(Care):
    """What an operator does to the list of sources."""

    def network(self) -> AbstractAsyncContextManager[Web]:
        """The web, with the settings of this site; who asked it for a pause is not asked."""
        from aggregator.app.network import polite_web

        return polite_web(self.settings, self.clock, holds=self._holds())

    def _holds(self) -> Mapping[str, datetime]:
        """Which hosts want a pause, and until when; without a store none that we know of."""
        try:
            with self.library() as library:
                return library.holds(self.clock())
        except StoreError:
            return {}

    def known_subscriptions(self) -> Subscriptions:
        """Every source, beside whoever writes; without a store no list was ever read."""
        from aggregator.subscriptions import FEED, gather

        try:
            with self.library() as library:
                return self._subscriptions(library)
        except StoreError:
            return gather(self.settings.sources, self.lists, self.adapters[FEED], {})

    def source_address(self, source_id: str) -> str | None:
        """Where it is read from, without credentials; None: it is not configured any more, or is private."""
        known = {each.id: each for each in self.known_subscriptions().everything}
        source = known.get(source_id)
        if source is None or (source.private and "://" in source.location):
            return None
        return _shown(source.location) if "://" in source.location else source.location

    # ── add ──

    def add(
        self,
        written: str,
        pick: Pick,
        *,
        source_id: str | None = None,
        title: str | None = None,
        categories: Sequence[str] = (),
        dry_run: bool = False,
    ) -> Addition:
        """Subscribe to the feed at an address, or to one that its page names.

        Raises UsageError where it is there already, FetchError and ParseError where there is no feed.
        """
        from aggregator.app.discovery import as_address

        url = as_address(written)
        self._refuse_present(url)
        several = asyncio.run(self._find(url))
        # Between two runs: inside of one, Ctrl-C at the question would not be heard.
        found = asyncio.run(self._confirm(several[0] if len(several) == 1 else several[pick(several)]))
        self._refuse_present(found.url)
        fields: dict[str, str | Sequence[str]] = {"id": source_id} if source_id else {}
        fields |= {"type": found.type, "url": found.url} | _told(title or "", categories)
        addition = self._insert([fields], dry_run=dry_run)
        if addition.present:  # somebody else was faster
            raise UsageError(f"{addition.present[0]}: is read already")
        return addition

    async def _find(self, url: str) -> Sequence[Found]:
        from aggregator.app import discovery

        async with self.network() as web:
            return await discovery.find(url, web)

    async def _confirm(self, found: Found) -> Found:
        from aggregator.app import discovery

        async with self.network() as web:
            return await discovery.confirm(found, web)

    def _refuse_present(self, url: str) -> None:
        present = _present(self.settings).get(_key(url))
        if present is not None:
            raise UsageError(f"{_shown(url)}: is read already: source {present.id} ({present.where})")

    # ── OPML ──

    def import_opml(self, body: bytes, name: str, *, dry_run: bool = False) -> Addition:
        """Configure every feed of a list as a source of its own, but for those that are already."""
        from aggregator.sources import outlines
        from aggregator.sources.decoding import decode

        reading = outlines.read(decode(body).text, name)
        addition = self._insert([_fields(listed) for listed in reading.sources], dry_run=dry_run)
        return replace(addition, problems=reading.problems)

    def export_opml(self) -> tuple[bytes, int]:
        """Feeds as OPML, in folders by category; and how many private ones are left out."""
        from aggregator.outputs.outlines import subscription_list

        titles = self._titles()
        folders: dict[str, list[tuple[str, str]]] = {}
        private = 0
        for source in self.known_subscriptions().sources:
            if "://" not in source.location:
                continue
            if source.private:
                private += 1
                continue
            outline = (source.title or titles.get(source.id) or source.id, source.location)
            for name in source.categories or ("",):
                folders.setdefault(name, []).append(outline)
        return subscription_list(self.settings.site, folders), private

    def _titles(self) -> Mapping[str, str]:
        """What sources call themselves."""
        try:
            with self.library() as library:
                return {state.id: state.title for state in library.states()}
        except StoreError:
            return {}

    # ── the file ──

    def _insert(self, sources: Sequence[_Fields], *, dry_run: bool) -> Addition:
        """Put sources into the configuration, or show how; what came of it is loaded before it is kept.

        What is there already, as the file is now, is left out and told.
        """
        from aggregator.config import editing

        path = self.settings.path
        label = str(path)
        with nullcontext() if dry_run else editing.alone(path, label):
            before = editing.read_whole(path, label)
            now = self._load(before.text)
            new, there = _parted(sources, _present(now))
            if not new:
                return Addition(present=there)
            inserted = editing.insert(before.text, _with_ids(new, now.sources), label)
            editing.refuse_large(inserted.text, label)
            after = self._load(inserted.text)
            known = len(now.sources)
            if [each.id for each in after.sources[:known]] != [each.id for each in now.sources]:
                raise ConfigError(
                    [f"{label}: sources: the new ones would change ids; give them ids of their own"]
                )
            if not dry_run:
                editing.replace(path, before, inserted.text)
        return Addition(inserted.lines, tuple(each.id for each in after.sources[known:]), there)

    def _load(self, text: str) -> Settings:
        from aggregator.config import load

        return load(
            self.settings.path,
            {**self.adapters, **self.lists},
            self.environ,
            text=text,
            may_be_none=True,
        )


def _present(settings: Settings) -> dict[str, Source]:
    """Sources that are configured themselves, by what tells feeds apart."""
    return {_key(each.location): each for each in settings.sources if "://" in each.location}


def _parted(
    sources: Sequence[_Fields], present: Mapping[str, Source]
) -> tuple[Sequence[_Fields], tuple[str, ...]]:
    """Those that are new, and in words those that are there."""
    new, there = [], []
    for each in sources:
        url = str(each["url"])
        if (known := present.get(_key(url))) is None:
            new.append(each)
        else:
            there.append(f"{_shown(url)} (source {known.id})")
    return new, tuple(there)


def _with_ids(sources: Sequence[_Fields], known: Sequence[Source]) -> list[_Fields]:
    """The same, with ids where those made from their addresses would change those of others."""
    from aggregator import sourcekeys

    places = [
        sourcekeys.Place(str(each["type"]), str(each["url"]), sourcekeys.has_credentials(str(each["url"])))
        for each in sources
    ]
    ids = sourcekeys.distinct_ids(places, [source.id for source in known])
    return [
        each
        if "id" in each or made == sourcekeys.derived_id(place.kind, place.location, hidden=place.hidden)
        else {"id": made, **each}
        for each, place, made in zip(sources, places, ids, strict=True)
    ]


def _fields(listed: ListedSource) -> dict[str, str | Sequence[str]]:
    return {"type": "feed", "url": listed.url} | _told(listed.title, listed.categories)


def _told(title: str, categories: Sequence[str]) -> dict[str, str | Sequence[str]]:
    told: dict[str, str | Sequence[str]] = {}
    if categories:
        told["category"] = categories[0] if len(categories) == 1 else list(categories)
    return told | ({"title": title} if title else {})


def _key(url: str) -> str:
    from aggregator.sourcekeys import same_feed

    return same_feed(url)


def _shown(url: str) -> str:
    from aggregator.sourcekeys import without_credentials

    return without_credentials(url)
