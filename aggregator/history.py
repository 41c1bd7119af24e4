"""Pages of what feeds no longer show: a category's older items by month, and a page for each item.

The one rule: a page is rendered again only if something happened on it. The page of a month that is over
names nothing later than itself, so that nothing later changes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.dates import zone
from aggregator.periods import Period, day_of
from aggregator.values import dataclass, replace
from aggregator.views import ITEMS, ItemPage, Past, item_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from aggregator.contracts import HistoryStore, PageRenderer
    from aggregator.records import Output, Touched
    from aggregator.rendering import Made, Rendering
    from aggregator.reuse import Before
    from aggregator.views import Entry, Feed

MONTH_LIMIT = 500
"""Items that a page of a month shows; of a month with more, every day gets a page."""
DAY_LIMIT = 5000
"""Items that a page of a day shows: the newest."""
_AT_ONCE = 100
"""Items read together."""

_DEPTH = 2
"""How many folders a page of a month lies deep."""

Page = tuple[str, bytes | None]
"""A path, and what is to lie there: nothing, where the page is gone."""


@dataclass(frozen=True, kw_only=True)
class History:
    """Renders the pages of an output that its feed does not render."""

    store: HistoryStore
    pages: PageRenderer
    rendering: Rendering

    def outdated(
        self, made: Made, recorded: Collection[str], before: Before | None = None, *, whole: bool = False
    ) -> Iterator[Page]:
        """Pages of this output that something happened on, or all if it is to be written ``whole``.

        ``recorded``: every file that was written of it; ``before``: what files of ours hold now.
        """
        if made.feed is None or not made.feed.pages:
            return
        happened = self.store.touched(made.output)
        touched = None if whole or happened.whole else happened
        if made.output.kind == "category":
            yield from _Shelf(self, made.output, made.feed, touched, recorded, before=before).pages()
        elif made.output.kind == "all" and made.feed.item_pages:
            feed = replace(made.feed, entries=())
            yield from self._items(made.output, feed, touched, recorded)

    def _items(
        self, output: Output, feed: Feed, touched: Touched | None, recorded: Collection[str]
    ) -> Iterator[Page]:
        if touched is None:
            ids, concerned = self.store.member_ids(output), set(recorded)
        else:
            ids = [each.item_id for each in touched.items]
            concerned = {item_path(each.public_id) for each in touched.items}.intersection(recorded)
        written: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            for entry in self.store.members(output, ids[start : start + _AT_ONCE]):
                shown = replace(entry, content=self.rendering.content(output, entry))
                written.add(shown.path)
                yield from self.pages.item(ItemPage(feed=feed, entry=shown)).items()
        gone = (path for path in concerned - written if path.startswith(ITEMS))
        yield from ((path, None) for path in sorted(gone))


def is_kept_up(output: Output, path: str, *, item_pages: bool) -> bool:
    """Whether a file that was written there is one of the output's pages, and wanted.

    One that is not is removed as soon as its output is written, so what was written last is wanted.
    """
    if output.kind == "all":
        return item_pages and path.startswith(ITEMS)
    folders = (f"category/{slug}/" for slug in (output.name, *output.former))
    return output.kind == "category" and path.startswith(tuple(folders))


class _Shelf:
    """The older items of one category."""

    def __init__(
        self,
        history: History,
        output: Output,
        feed: Feed,
        touched: Touched | None,
        recorded: Collection[str],
        *,
        before: Before | None,
    ) -> None:
        self._before = None if touched is None else before
        self._changed = touched.item_ids if touched else frozenset[int]()
        self._history, self._output, self._feed = history, output, replace(feed, entries=())
        self._known = {entry.item_id: entry for entry in feed.entries if not entry.forms}
        self._place = zone(feed.site.timezone)
        self._whole = touched is None
        items = touched.items if touched else ()
        self._touched = {day_of(each.published, self._place) for each in items}
        self._recorded: dict[Period, list[str]] = {}
        for path in recorded:
            if path.count("/") == _DEPTH and (
                found := Period.named(path.rpartition("/")[2][: -len(".html")])
            ):
                self._recorded.setdefault(found, []).append(path)

    def pages(self) -> Iterator[Page]:
        """Every page that something happened on, and every one that is gone.

        Who names a page comes before that page, and who names it no more before it goes: should writing end
        in between, what was written until then says what is left to do.
        """
        months = self._feed.months
        recorded = [each for each in self._recorded if not each.day]
        for month, older in self._outdated(months, recorded, {each.whole_month for each in self._touched}):
            yield from self._month(month, older)
        yield from self._gone(each for each in self._recorded if each.whole_month not in months)

    def _month(self, month: Period, older: Period | None) -> Iterator[Page]:
        is_busy = (
            self._history.store.count(self._output, *month.bounds(self._place), MONTH_LIMIT + 1) > MONTH_LIMIT
        )
        days = self._days(month) if is_busy else ()
        recorded = [each for each in self._recorded if each.day and each.whole_month == month]
        yield from self._page(month, older, () if days else self._entries(month, MONTH_LIMIT), days)
        for day, before in self._outdated(days, recorded, self._touched):
            yield from self._page(day, before, self._entries(day, DAY_LIMIT))
        yield from self._gone(set(recorded).difference(days))

    def _outdated(
        self, periods: Sequence[Period], recorded: Sequence[Period], touched: Collection[Period]
    ) -> Iterator[tuple[Period, Period | None]]:
        """Those to be rendered, latest first, each with its older neighbour, which its page names."""
        neighbours, before = _older(periods), _older(recorded)
        for period, older in reversed(neighbours.items()):
            known = period in before and before[period] == older
            if self._whole or not known or period in touched:
                yield period, older

    def _days(self, month: Period) -> tuple[Period, ...]:
        firsts = self._history.rendering.store.periods(
            self._output,
            lambda moment: day_of(moment, self._place).bounds(self._place)[1],
            month.bounds(self._place),
        )
        return tuple(day_of(first, self._place) for first in firsts)

    def _entries(self, period: Period, at_most: int) -> tuple[Entry, ...]:
        store, rendering, span = self._history.store, self._history.rendering, period.bounds(self._place)
        found = self._before and rendering.reuse.entries(
            self._output,
            self._changed,
            lambda: store.span_places(self._output, *span, at_most),
            {"html": self._feed.past_path(period)},
            self._before,
            known=self._known,
        )
        if found is None:
            found = store.span(self._output, *span, at_most, self._known)
        return rendering.as_shown(self._output, found)

    def _page(
        self, period: Period, older: Period | None, entries: tuple[Entry, ...], days: tuple[Period, ...] = ()
    ) -> Iterator[Page]:
        past = Past(feed=self._feed, period=period, entries=entries, days=days, older=older)
        yield from self._history.pages.past(past).items()

    def _gone(self, periods: Iterable[Period]) -> Iterator[Page]:
        for period in sorted(periods):
            yield from ((path, None) for path in self._recorded[period])


def _older(periods: Iterable[Period]) -> dict[Period, Period | None]:
    """Each of these periods, earliest first, with the one before it."""
    ordered = sorted(periods)
    return dict(zip(ordered, [None, *ordered], strict=False))
