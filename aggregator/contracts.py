"""The seams of the house: what the application needs of its parts, and nothing about who provides it.

``refresh`` knows :class:`Adapter` and :class:`RefreshStore`; ``generate`` knows :class:`PublishStore`,
:class:`Renderer` and :class:`Folder`; ``history`` knows :class:`HistoryStore` and :class:`PageRenderer`;
``explain`` and the listing commands know :class:`Library`.
``app`` puts the real ones in; tests put in ``tests/fakes.py``. Longer than other modules, so that the whole
seam is in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from aggregator.commands import Command
    from aggregator.exchange import Answer, Exchange, Request
    from aggregator.model import (
        Batch,
        Bookmark,
        Document,
        Item,
        Listing,
        ListReading,
        Problem,
        Reading,
        Source,
    )
    from aggregator.polls import Poll, SourceState, Times
    from aggregator.records import (
        ItemRecord,
        Known,
        NewCategory,
        Output,
        Published,
        Registry,
        RememberedList,
        Routable,
        Route,
        Save,
        Touched,
        Window,
    )
    from aggregator.views import Directory, Entry, Feed, ItemPage, Past

    Clock = Callable[[], datetime]
    """Now, aware, UTC."""


class Adapter(Protocol):
    """One kind of source, in two halves.

    ``fetch`` touches the outside world and yields what must be parsed: a :class:`Listing` first where the
    source can be listed whole, then batches. ``parse`` is pure. Both raise
    :class:`~aggregator.errors.SourceError` and nothing else.
    """

    name: str
    """As in the configuration's ``type``."""
    options: type[Any]
    """The pydantic model of its own options, with a property ``location`` (see :class:`Source`)."""

    remote: bool
    """Whether it asks somebody else's server: then it is read only when it is due."""
    isolated: bool
    """Whether ``parse`` may be slow or hostile and runs in a process of its own, under a deadline."""

    def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        """Yield what changed since ``bookmark``; whatever is requested is requested through ``web``."""
        ...

    def parse(self, source: Source, document: Document) -> Reading:
        """Read one document. Raises ParseError where nothing of it can be saved."""
        ...


@runtime_checkable
class ReadsAtOnce(Protocol):
    """An isolated :class:`Adapter` that can also read what is harmless without a process of its own."""

    def parse_at_once(self, source: Source, document: Document) -> Reading | None:
        """Read one document exactly as ``parse`` does; None where that might fail or take more than a moment.

        Never raises. The event loop waits for it.
        """
        ...


class SourceList(Protocol):
    """One kind of list of sources: it yields sources, not items. Two halves, as an adapter has.

    Both raise :class:`~aggregator.errors.SourceError` and nothing else.
    """

    name: str
    """As in the configuration's ``type``."""
    options: type[Any]
    """The pydantic model of its own options, with a property ``location`` (see :class:`Source`)."""
    remote: bool
    """Whether it may ask somebody else's server."""

    def fetch(
        self, source: Source, bookmark: Bookmark, web: Web
    ) -> AsyncIterator[Listing | Batch | Exchange]:
        """Yield its one document, or that it is unchanged; a Listing only to say what is ``missing``."""
        ...

    def sources(self, source: Source, document: Document) -> ListReading:
        """Read the document. Pure. Raises ParseError where it is none, or not whole."""
        ...


@runtime_checkable
class Watchable(Protocol):
    """What an adapter or a kind of list may offer besides: then a change on disk is read at once."""

    def watched(self, source: Source) -> Sequence[Path]:
        """Folders, with all that is below them, and files whose changes are changes of the source."""
        ...


class Web(Protocol):
    """The network: one polite client for everything that is requested.

    It keeps to connections and pauses per host, deadlines, sizes, and the address guard; sends no cookies and
    no referrer. Raises FetchError with one line for a person, and nothing else.
    """

    async def get(self, request: Request) -> Answer:
        """Answer 200, 226 or 304, after redirects."""
        ...


class RefreshStore(Protocol):
    """The store as ``refresh`` sees it. Each method is one transaction; all raise StoreError only."""

    def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make the stored sources those of the configuration.

        New ones are added; ones no longer configured become inactive, and their items leave the outputs
        until they return. An unknown id with the location of a source that is not configured any more is
        that source renamed: history and items stay. A known id that is made from the addresses of two feeds
        is that of the new one; the other goes by another id. A source whose ``parse_hash`` changed forgets
        its stamps; one whose ``parse_hash``, location, or way of being asked for changed forgets validators
        and body hash. What changed or returned is due, but a Retry-After of the same host goes on.
        """
        ...

    def states(
        self, source_ids: Collection[str] | None = None, *, whole: bool = True
    ) -> Sequence[SourceState]:
        """Every source ever configured, or those of them; active ones in configuration order first.

        Not ``whole``: without what costs the most: counts of items and of documents with problems, when its
        newest items were published, and what its publisher wishes.
        """
        ...

    def bookmarks(self, source_ids: Iterable[str]) -> Mapping[str, Bookmark]:
        """How far each of these sources was read; one that is not known: not at all.

        Documents may be read only when the first of them is asked for, as long as the store is open.
        """
        ...

    def known(self, source_id: str, native_ids: Iterable[str]) -> Mapping[str, Known]:
        """The stored items of these native ids; an alias leads to its item."""
        ...

    def known_items(self, item_ids: Iterable[int]) -> Mapping[int, Known]:
        """The same by item id."""
        ...

    def by_link(self, source_id: str, links: Iterable[str]) -> Mapping[str, Known]:
        """The source's stored item of each of these links, by the link's canonical form.

        For feeds whose ids change every time. Of several the newest; whether it has left or not.
        """
        ...

    def newest(self, source_id: str, limit: int) -> Sequence[tuple[Known, Item]]:
        """The source's newest items by publication, clean, at most ``limit``; whether they left or not."""
        ...

    def count_live(self, source_id: str) -> int:
        """How many of the source's items have not left."""
        ...

    def recent(self, source_id: str, limit: int, without: Iterable[int] = ()) -> Sequence[datetime]:
        """When the newest items of a source were published, newest first; UTC. ``without`` these items."""
        ...

    def count_since(self, source_id: str, since: datetime) -> int:
        """How many of the source's items were first seen after ``since`` and after its first item was."""
        ...

    def lease(self, source_ids: Iterable[str], until: datetime, why: str) -> None:
        """Before they are fetched, have these sources be due again at ``until`` if nothing is saved.

        One that is read before its time, and is due later than that, stays due when it was.
        """
        ...

    def save(self, *saves: Save) -> None:
        """Keep all of them or nothing, in this order.

        Every item that is new, changed, left or back awaits routing.

        With a successful outcome the validators and the hashes of its exchange are kept: a 304 refreshes
        what it names (RFC 9111, 4.3.4), any other answer replaces both, and a 226 (RFC 3229) has no hash of
        the whole. A failure keeps what was; an outcome that was held changes when it may be asked, and no
        more.
        """
        ...


class CleaningStore(Protocol):
    """The store as ``recleaning`` sees it. Each method is one transaction; all raise StoreError only."""

    def stale(self, cleaner: int, limit: int) -> Sequence[tuple[int, Item, datetime]]:
        """Items cleaned by another version: ``(item id, raw item, first seen)``, at most ``limit``."""
        ...

    def recleaned(self, items: Sequence[tuple[int, Item]], now: datetime) -> None:
        """Keep newly cleaned forms: outputs follow, nothing counts as updated."""
        ...


class HoldStore(Protocol):
    """Pauses that hosts asked for, by :meth:`aggregator.lanes.Lanes.hold_key`. All raise StoreError only."""

    def holds(self, now: datetime) -> Mapping[str, datetime]:
        """Those that are still running, and until when."""
        ...

    def hold(self, key: str, until: datetime, now: datetime) -> None:
        """Remember one; what is over at ``now`` is forgotten."""
        ...


class ListStore(Protocol):
    """The store as ``subscriptions`` sees it. Each method is one transaction; all raise StoreError only."""

    def lists(self) -> Mapping[str, RememberedList]:
        """Every list that was ever read well, by the location of its source."""
        ...

    def remember_list(self, location: str, remembered: RememberedList) -> None:
        """Keep what a list said, in place of what it said before."""
        ...


class CommandStore(Protocol):
    """The store as commands see it that another process may have to do. All raise StoreError only.

    Each method is one transaction. Whoever does a command removes it afterwards: a crash between has it done
    twice, so that doing it again must be harmless.
    """

    def leave(self, action: str, argument: str, at: datetime) -> int:
        """Leave a command for whoever writes; returns its number. The one thing written without the lock."""
        ...

    def commands(self) -> Sequence[Command]:
        """What was left and is not done, oldest first."""
        ...

    def done(self, command_ids: Iterable[int]) -> None:
        """Forget these."""
        ...

    def set_paused(self, source_id: str, paused: bool, now: datetime) -> bool:
        """Have a source not be read, or be read again; False: nobody knows it."""
        ...

    def reset(self, source_id: str) -> bool:
        """Forget how far a source was read, its failures, and where it moved to or that it is gone.

        Items stay, and so does a running Retry-After. False: nobody knows it.
        """
        ...

    def set_hidden(self, item_id: int, hidden: bool) -> None:
        """Take an item out of every output, or let it back in; it awaits routing."""
        ...


class ScheduleStore(Protocol):
    """The store as whoever decides what is read now sees it. Each method raises StoreError only."""

    def times(self) -> Sequence[Times]:
        """When each source may be read; cheap enough to be asked whenever one is due."""
        ...

    def shift(self, by: timedelta) -> None:
        """The clock was set by so much: what is due, or held back, some time from now stays so far away."""
        ...


class RoutingStore(Protocol):
    """The store as ``routing`` sees it. Each method is one transaction; all raise StoreError only."""

    def use_rules(self, rules_hash: str) -> None:
        """Have every item await routing if the rules are not those of the last time."""
        ...

    def pending_names(self) -> Sequence[str]:
        """Category names that items awaiting routing state for themselves, distinct, by code point."""
        ...

    def registry(self) -> Registry:
        """Every name that was given a category, and every slug that is taken."""
        ...

    def ensure_output(self, kind: str, name: str, atom_id: str, now: datetime) -> Output:
        """The output of this kind and name; created, with this permanent id, where there is none."""
        ...

    def rename_category(self, output_id: int, name: str, slug: str) -> None:
        """Give a category a new name and slug; id, members and former slugs stay, its feeds are due."""
        ...

    def add_categories(self, categories: Sequence[NewCategory], now: datetime) -> None:
        """Create categories and register their slugs and names, for ever."""
        ...

    def unrouted(self, limit: int) -> Sequence[Routable]:
        """Some items that await routing, lowest id first."""
        ...

    def route(self, routes: Sequence[Route], now: datetime) -> None:
        """Set the members; every output that gains, loses or shows a changed one becomes outdated.

        An entry names the categories of its item, so all outputs of an item that came or went are told.
        """
        ...


class ReuseStore(Protocol):
    """The store as whoever looks for what need not be rendered sees it. Raises StoreError only."""

    def members(self, output: Output, item_ids: Iterable[int]) -> Sequence[Entry]:
        """Those of these items that are in it, by number."""
        ...


class PublishStore(ReuseStore, Protocol):
    """The store as ``generate`` sees it. Each method is one transaction; all raise StoreError only."""

    def outputs(self) -> Sequence[Output]:
        """All outputs, by kind and name."""
        ...

    def outdate(self, output_ids: Iterable[int]) -> None:
        """Have these written again, with every page they have; with the feed of everything the home page."""
        ...

    def retitle(self, titles: Mapping[int, str]) -> None:
        """Give outputs these titles; whoever shows entries of one whose title is new is outdated with it."""
        ...

    def entries(
        self, output: Output, window: Window, known: Mapping[int, Entry] | None = None
    ) -> Sequence[Entry]:
        """What the output shows, newest first, ties by id; those that are ``known`` are not read again."""
        ...

    def places(self, output: Output, window: Window) -> Sequence[Entry]:
        """The same; no item is read."""
        ...

    def touched(self, output: Output) -> Touched:
        """What happened to the output since it was last written."""
        ...

    def periods(
        self,
        output: Output,
        end_of: Callable[[datetime], datetime],
        within: tuple[datetime, datetime] | None = None,
    ) -> Sequence[datetime]:
        """The first publication of each period that has any, earliest first; costs what it returns.

        ``end_of`` tells when the period of a moment ends; ``within``: from then until before then.
        """
        ...

    def common_tags(self, output: Output) -> Sequence[str]:
        """Labels of the tags of posts that state this category themselves, commonest first.

        Equally common ones by code point.
        """
        ...

    def publishing(self, written: Sequence[Published]) -> None:
        """Remember what is about to be written: no file of ours may lie there that nobody knows of."""
        ...

    def published(self, written: Sequence[Published]) -> None:
        """It was written and is no longer outdated, unless it became so meanwhile."""
        ...

    def files(self) -> Mapping[str, tuple[int, str, int]]:
        """Every file we wrote: path → (output id, sha256, size in bytes)."""
        ...

    def forget_files(self, paths: Iterable[str]) -> None:
        """These files are no longer ours."""
        ...


class HistoryStore(Protocol):
    """The store as ``history`` sees it. Each method is one transaction; all raise StoreError only."""

    def touched(self, output: Output) -> Touched:
        """What happened to the output since it was last written."""
        ...

    def count(self, output: Output, start: datetime, end: datetime, at_most: int) -> int:
        """How many of its items were published from ``start`` until before ``end``; stops at ``at_most``."""
        ...

    def span(
        self,
        output: Output,
        start: datetime,
        end: datetime,
        at_most: int,
        known: Mapping[int, Entry] | None = None,
    ) -> Sequence[Entry]:
        """The newest of its entries published from ``start`` until before ``end``, newest first.

        Those that are ``known``, by item id, are not read again.
        """
        ...

    def span_places(self, output: Output, start: datetime, end: datetime, at_most: int) -> Sequence[Entry]:
        """The same; no item is read."""
        ...

    def member_ids(self, output: Output) -> Sequence[int]:
        """Every item in it, by number."""
        ...

    def members(self, output: Output, item_ids: Iterable[int]) -> Sequence[Entry]:
        """Those of these items that are in it, by number."""
        ...


class Renderer(Protocol):
    """One form of output. Pure: the same value gives the same bytes, on any machine.

    Both methods return path (below the output folder) → bytes; a renderer that has nothing to say of a
    feed or of the directory returns an empty mapping.
    """

    version: int
    """Raised when its templates change, so that everything is written again."""

    def feed(self, feed: Feed) -> Mapping[str, bytes]:
        """Render one feed."""
        ...

    def directory(self, directory: Directory) -> Mapping[str, bytes]:
        """Render what lists feeds and sources."""
        ...


@runtime_checkable
class KeepingRenderer(Renderer, Protocol):
    """One that writes an entry the same wherever in a feed it stands, and finds it there again."""

    form: str
    """The suffix of the files in which it does."""

    def kept(self, body: str, ids: Collection[str]) -> Mapping[str, str]:
        """How entries stand in a file that it wrote: those of these public ids that do."""
        ...


class PageRenderer(Protocol):
    """Pages beside those of feeds and of the directory. Pure, as a :class:`Renderer` is."""

    def past(self, past: Past) -> Mapping[str, bytes]:
        """Render a category's items of one month, or of one day."""
        ...

    def item(self, page: ItemPage) -> Mapping[str, bytes]:
        """Render one item."""
        ...


class Folder(Protocol):
    """The output folder: only whole files, and only ours. Raises PublishError only."""

    def write(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write those whose bytes differ from what is there; return their paths, in order."""
        ...

    def differing(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Paths that ``write`` would write."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none that can be read."""
        ...

    def sizes(self, paths: Iterable[str]) -> Mapping[str, int]:
        """Size in bytes of each of these files that is there."""
        ...

    def remove(self, paths: Iterable[str]) -> Sequence[str]:
        """Remove these files, and folders that become empty; return the paths that were there."""
        ...


class Library(Protocol):
    """The store as reading commands see it; it is opened read-only. All raise StoreError only."""

    def states(self) -> Sequence[SourceState]:
        """Every source ever configured, active ones in configuration order first."""
        ...

    def polls(self, source_id: str) -> Sequence[Poll]:
        """The last polls of a remote source, newest first."""
        ...

    def outputs(self) -> Sequence[Output]:
        """All outputs, by kind and name."""
        ...

    def items(
        self, *, category: str | None = None, source_id: str | None = None, limit: int = 50
    ) -> Sequence[ItemRecord]:
        """Items newest first; of one category (slug) or source."""
        ...

    def find(self, needle: str) -> Sequence[ItemRecord]:
        """Items whose public id, native id, document name or number is exactly ``needle``, or whose link is.

        Links are compared in their canonical form; a native id may be an alias.
        """
        ...

    def problems(self, source_id: str) -> Sequence[Problem]:
        """What is wrong with the source's documents, by name."""
        ...
