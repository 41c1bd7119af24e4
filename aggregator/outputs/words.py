"""The words of the interface: a file a language, in ``languages/``.

The one rule: a language has all words or is not here; sites in other languages get English ones.
"""

from __future__ import annotations

import tomllib
from datetime import date as Date  # noqa: N812 - a word of the catalogue is called date
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aggregator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.periods import Period

FALLBACK = "en"
"""The language of sites in a language that is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that pages say by themselves. ``{…}`` stands for what is filled in."""

    language: str
    skip: str
    navigation: str
    made_by: str
    # The home page
    about: str
    categories: str
    all_categories: str
    no_categories: str
    uncategorized: str
    newest: str
    no_items: str
    one_item: str
    many_items: str
    last_change: str
    # Categories and months
    shown: str
    older: str
    earlier: str
    month_title: str
    busy_month: str
    back_to: str
    # Items
    original: str
    read_original: str
    by: str
    origin: str
    source: str
    via: str
    published: str
    updated: str
    filed_under: str
    tags: str
    files: str
    text: str
    # Subscribing
    subscribe: str
    copy_address: str
    atom: str
    json: str
    opml: str
    everything: str
    how_to_subscribe: str
    what_is_a_feed_title: str
    what_is_a_feed: str
    steps_title: str
    step_reader: str
    step_address: str
    step_paste: str
    addresses_title: str
    many_addresses: str
    at_once_title: str
    at_once: str
    choose: str
    # Pages that lead elsewhere
    moved: str
    not_found: str
    not_found_why: str
    # Sources
    health: str
    health_about: str
    no_sources: str
    one_source: str
    many_sources: str
    since: str
    waiting: str
    ok: str
    late: str
    failing: str
    blocked: str
    gone: str
    paused: str
    # Feeds that are opened in a browser
    feed_note: str
    page_note: str
    # Dates
    day: str
    month: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    short_day: str
    date: str
    weekdays: tuple[str, ...]

    def items(self, count: int) -> str:
        """Return how many items, in words."""
        return (self.one_item if count == 1 else self.many_items).format(count=f"{count:,}")

    def sources(self, count: int) -> str:
        """Return how many sources, in words."""
        return (self.one_source if count == 1 else self.many_sources).format(count=f"{count:,}")

    def on(self, day: Date) -> str:
        """Return the date in words."""
        month, weekday = self.months[day.month - 1], self.weekdays[day.weekday()]
        return self.day.format(year=day.year, month=month, day=day.day, weekday=weekday)

    def briefly(self, day: Date) -> str:
        """Return the date in few words."""
        month = self.short_months[day.month - 1]
        return self.date.format(year=day.year, month=month, day=day.day)

    def called(self, period: Period) -> str:
        """Return the name of a month, or of a day."""
        if period.day:
            return self.on(Date(period.year, period.month, period.day))
        return self.month.format(year=period.year, month=self.months[period.month - 1])

    def in_its_year(self, period: Period) -> str:
        """Return the name of a month without its year, or of a day."""
        month = self.short_months[period.month - 1]
        return self.short_day.format(month=month, day=period.day) if period.day else month


@cache
def languages() -> Mapping[str, Words]:
    """Every language there is, by its tag in lower case."""
    found = (
        path for path in files(__package__).joinpath("languages").iterdir() if path.name.endswith(".toml")
    )
    read = [_read(path.read_text("utf-8")) for path in sorted(found, key=lambda path: path.name)]
    return {each.language.lower(): each for each in read}


@lru_cache(maxsize=64)
def words(language: str) -> Words:
    """Return the words for a language tag: of that very tag, of its language, else English ones."""
    known = languages()
    wanted = language.lower()
    own = [each for tag, each in known.items() if tag.partition("-")[0] == wanted.partition("-")[0]]
    return known.get(wanted) or (own[0] if own else known[FALLBACK])


def unfiled(language: str) -> str:
    """What the category of what belongs nowhere else is called on a site in this language."""
    return words(language).uncategorized


def _read(text: str) -> Words:
    values: dict[str, Any] = tomllib.loads(text)
    tuples = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Words(**values | tuples)
