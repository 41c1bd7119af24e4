"""Render: from a stored output to the bytes of its files. Reads the store, writes nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC
from functools import cached_property, partial
from typing import TYPE_CHECKING

from aggregator.categories import UNCATEGORIZED
from aggregator.dates import zone
from aggregator.periods import Period, month_of
from aggregator.records import Published, Window
from aggregator.reuse import Reuse
from aggregator.values import dataclass, field, replace
from aggregator.views import Directory, Feed, FeedSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.contracts import PublishStore, Renderer
    from aggregator.model import ContentMode, SourceInfo
    from aggregator.records import Output
    from aggregator.reuse import Before
    from aggregator.rules import Category, OutputSettings, Rules
    from aggregator.views import Entry, Site, SourceHealth


@dataclass(frozen=True, slots=True)
class Made:
    """An output as rendered, and what to remember of it once it is on disk."""

    output: Output
    feed: Feed | None
    files: Mapping[str, bytes]
    shown: tuple[int, ...] = ()

    def as_written(self) -> Output:
        """The output as the store will know it."""
        if self.feed is None:
            return self.output
        return replace(self.output, title=self.feed.title, updated=self.feed.updated)

    def record(self, rule_hash: str) -> Published:
        """What to remember."""
        written = self.as_written()
        return Published(
            output_id=written.id,
            generation=written.generation,
            title=written.title,
            updated=written.updated,
            rule_hash=rule_hash,
            shown=self.shown,
            files=stamps(self.files),
        )


def stamps(files: Mapping[str, bytes]) -> Mapping[str, tuple[str, int]]:
    """What to remember of files: path → (sha256, size in bytes)."""
    return {path: (hashlib.sha256(body).hexdigest(), len(body)) for path, body in files.items()}


@dataclass(kw_only=True)
class Rendering:
    """Renders outputs. ``names``: every name a category was asked for by → its output's id."""

    store: PublishStore
    renderers: Sequence[Renderer]
    rules: Rules
    settings: OutputSettings
    site: Site
    names: Mapping[str, int]
    sources: tuple[SourceInfo, ...] = ()
    """What is read, private sources left out."""
    health: tuple[SourceHealth, ...] = ()
    """How each of those is, those that want attention first."""
    source_content: Mapping[str, ContentMode] = field(default_factory=dict)
    """Per source id, where its configuration says how much of its items may be shown."""
    unfiled: Callable[[], str] = lambda: UNCATEGORIZED
    """What the category of what belongs nowhere else is called, where no configuration says."""

    def __post_init__(self) -> None:
        self.reuse = Reuse(self.store, self.renderers)
        self._declared = {
            self.names[category.slug]: category
            for category in self.rules.categories
            if category.slug in self.names
        }
        self._known: Mapping[int, Entry] = {}
        self._titles: Mapping[int, str] = {}
        self._asked: dict[int, list[str]] = {}
        for name, output_id in sorted(self.names.items()):
            self._asked.setdefault(output_id, []).append(name)

    def is_alive(self, output: Output) -> bool:
        """Whether anybody still needs it: it has items, or is declared."""
        return output.kind != "category" or output.items > 0 or output.id in self._declared

    def hash(self, output: Output) -> str:
        """Changes when settings or templates do that this output depends on."""
        declared = self._declared.get(output.id)
        about = (
            *self._about_all[:2],
            repr(declared and (declared.title, declared.content, declared.entries)),
            *self._about_all[2:],
            # "kept": not before this was written once by who notes what happens on the home page.
            repr(("kept", self.sources, self.health) if output.kind == "directory" else None),
            repr(output.former),
        )
        return hashlib.sha256(f"({', '.join(about)})".encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def _about_all(self) -> tuple[str, str, str, str]:
        """What every output depends on, written once."""
        renderers = [(type(renderer).__name__, renderer.version) for renderer in self.renderers]
        content = sorted(self.source_content.items())
        return repr(self.site), repr(self.settings), repr(content), repr(renderers)

    def paths(self, output: Output) -> list[str]:
        """Where the files of a feed lie; at a former slug, copies of the feed and a page that leads on."""
        wanted = {"xml": True, "json": "json" in self.settings.formats, "html": self.settings.pages}
        forms = [form for form, is_wanted in wanted.items() if is_wanted]
        if output.kind == "all":
            return [f"all.{form}" for form in forms if form != "html"]
        return [f"category/{slug}.{form}" for slug in (output.name, *output.former) for form in forms]

    def titles(self, outputs: Iterable[Output]) -> Mapping[int, str]:
        """Those of the categories among these, by id: what they are called until this is asked again.

        Entries name every category they are in, so none may change its name while some are rendered.
        """
        self._titles = {}
        self._titles = {each.id: self.title(each) for each in outputs if each.kind == "category"}
        return self._titles

    def title(self, output: Output) -> str:
        """As configured, else the commonest tag of its posts, else the name it was asked for by."""
        if (said := self._titles.get(output.id)) is not None:
            return said
        declared: Category | None = self._declared.get(output.id)
        if declared is not None and declared.title:
            return declared.title
        if tags := self.store.common_tags(output):
            return tags[0]
        if self.names.get(UNCATEGORIZED) == output.id:
            return self.unfiled()
        names = [name for name in self._asked.get(output.id, ()) if name not in (output.name, *output.former)]
        return names[0] if names else output.name

    # ── one feed ──

    def feed(self, output: Output, before: Before | None = None) -> Made:
        """Render a category, or the feed of everything; no files before its first entry.

        ``before``: what its files hold now; entries that nothing happened to are taken from there.
        """
        entries = self._entries(output, before)
        feed = self._feed(output, entries)
        if feed is None:
            return Made(output, None, {})
        if feed.pages and feed.has_past and output.items > len(entries):
            feed = replace(feed, months=self._months(output))
        files: dict[str, bytes] = {}
        for renderer in self.renderers:
            files.update(renderer.feed(feed))
        for slug in output.former:
            former = replace(feed, slug=slug)
            for form in ("xml", "json"):
                if (path := feed.path(form)) in files:
                    files[former.path(form)] = files[path]
        return Made(output, feed, files, tuple(entry.item_id for entry in entries))

    def _feed(self, output: Output, entries: Sequence[Entry]) -> Feed | None:
        updated = _feed_updated(output, entries)
        if updated is None:
            return None
        return Feed(
            site=self.site,
            slug=output.name if output.kind == "category" else "",
            title=self.title(output) if output.kind == "category" else self.site.title,
            id=output.atom_id,
            updated=updated,
            entries=self.as_shown(output, entries),
            total=output.items,
            formats=self.settings.formats,
            pages=self.settings.pages,
            former=output.former,
            item_pages=self.settings.item_pages,
        )

    def _entries(self, output: Output, before: Before | None = None) -> Sequence[Entry]:
        """What the output shows. Of everything the newest are kept in mind: others show them as well."""
        paths = {path.rpartition(".")[2]: path for path in reversed(self.paths(output))}
        entries = self._kept(output, output, paths, before)
        if entries is None:
            entries = self.store.entries(output, self._window(output), self._known)
        if output.kind == "all":
            self._known = {entry.item_id: entry for entry in entries if not entry.forms}
        return entries

    def _kept(
        self, shown: Output, written: Output, paths: Mapping[str, str], before: Before | None
    ) -> Sequence[Entry] | None:
        """The entries that ``shown`` shows, as far as can be as they stand in files of ``written``."""
        touched = before and self.store.touched(written)
        if before is None or not touched or touched.whole:
            return None
        places = partial(self.store.places, shown, self._window(shown))
        return self.reuse.entries(shown, touched.item_ids, places, paths, before, known=self._known)

    def _window(self, output: Output) -> Window:
        declared = self._declared.get(output.id)
        entries = declared.entries if declared and declared.entries else self.settings.entries
        return Window(entries, self.settings.window, max(entries, self.settings.max_entries))

    def _months(self, output: Output) -> tuple[Period, ...]:
        place = zone(self.site.timezone)
        firsts = self.store.periods(output, lambda moment: month_of(moment, place).bounds(place)[1])
        return tuple(month_of(first, place) for first in firsts)

    def as_shown(self, output: Output, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """These entries with as much of each as the output shows."""
        modes = ((entry, self.content(output, entry)) for entry in entries)
        return tuple(
            entry if entry.content == mode else replace(entry, content=mode) for entry, mode in modes
        )

    def content(self, output: Output, entry: Entry) -> ContentMode:
        """What the source allows decides, then the category, then the site."""
        declared = self._declared.get(output.id)
        of_source = self.source_content.get(entry.item.source_id)
        return of_source or (declared and declared.content) or self.settings.content

    # ── what lists them ──

    def directory(self, outputs: Sequence[Output], before: Before | None = None) -> Made | None:
        """Render the home page and the lists; None before there is any entry.

        ``before``: as of :meth:`feed`, for the home page.
        """
        by_kind = {output.kind: output for output in outputs if output.kind != "category"}
        if "all" not in by_kind or "directory" not in by_kind:
            return None
        everything = by_kind["all"]
        entries = self._kept(everything, by_kind["directory"], {"html": "index.html"}, before)
        feed = self._feed(everything, self._entries(everything) if entries is None else entries)
        if feed is None:
            return None
        view = Directory(
            site=self.site,
            everything=feed,
            categories=tuple(
                FeedSummary(slug=each.name, title=each.title, items=each.items, updated=each.updated)
                for each in sorted(outputs, key=lambda each: each.name)
                if each.kind == "category" and each.updated is not None and self.is_alive(each)
            ),
            sources=self.sources,
            health=self.health,
        )
        files: dict[str, bytes] = {}
        for renderer in self.renderers:
            files.update(renderer.directory(view))
        return Made(by_kind["directory"], None, files)


def _feed_updated(output: Output, entries: Iterable[Entry]) -> datetime | None:
    """The feed's own ``updated``, UTC, which never goes back; on first writing its entries' alone."""
    newest = max((entry.updated for entry in entries), default=None)
    stored = () if output.updated is None else (output.updated, output.left)
    moments = [moment for moment in (newest, *stored) if moment is not None]
    return max(moments).astimezone(UTC) if moments else None
