"""Write what is outdated: whose entries, settings or templates changed, or whose files are gone.

Nothing here depends on the time of day: the same store gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from aggregator.errors import PublishError, UsageError
from aggregator.history import is_kept_up
from aggregator.rendering import stamps
from aggregator.reports import GenerateReport
from aggregator.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from aggregator.contracts import Folder, PublishStore
    from aggregator.history import History, Page
    from aggregator.records import Output, Published
    from aggregator.rendering import Made, Rendering

    Files = Mapping[str, tuple[int, str, int]]
    """Path → output id, sha256, size: as the store remembers them."""

_T = TypeVar("_T")

_AT_ONCE = 64
"""Outputs written and recorded together: each such group costs one transaction."""
_PAGES_AT_ONCE = 128
"""The same of pages beside them."""
_ENOUGH = 4 * 1024 * 1024
"""Bytes of rendered files that are held in memory before they are written."""


@dataclass(kw_only=True)
class Generate:
    """Writes outputs into the folder and records what it wrote."""

    store: PublishStore
    folder: Folder
    rendering: Rendering
    history: History | None = None
    """None: there are no pages."""
    goes_on: Callable[[], bool] = lambda: True
    """Asked before each group of outputs; where it says no, the rest stays outdated."""
    _files: Files = field(default_factory=dict)
    _recorded: dict[int, set[str]] = field(default_factory=dict)
    """Files of ours, by output."""
    _gone: list[str] = field(default_factory=list)
    _errors: dict[str, list[PublishError]] = field(default_factory=dict)
    """By reason: a full disk fails every output, and is told once."""

    def run(self, only: Collection[str] = (), *, every: bool = False, prune: bool = False) -> GenerateReport:
        """Write what is outdated; of ``only`` these categories, or ``every`` one whether outdated or not."""
        before = outputs = self.store.outputs()
        recorded = known = self.store.files()
        wanted = self._named(before, only)
        kept_up = self._kept_up(before, recorded)
        behind = [each.id for each in kept_up if every or self._is_behind(each)]
        if behind:
            self.store.outdate(behind)
        recorded = self._outdate_missing(recorded)
        if behind or recorded is not known:
            outputs = self.store.outputs()
        # Entries name every category they are in, so new titles come before anything is rendered.
        titles = self.rendering.titles([output for output in outputs if output.generation])
        if any(output.title != titles.get(output.id, output.title) for output in outputs):
            self.store.retitle(titles)
            outputs = self.store.outputs()
        due = [output for output in outputs if output.generation and (not only or output.id in wanted)]
        self._errors.clear()
        self._gone.clear()
        self._files, self._recorded = recorded, _by_output(recorded)
        written = self._write_feeds([output for output in due if output.kind != "directory"])
        after = self.store.outputs() if due else outputs
        directory = self.rendering.directory(after, self._before) if due or prune else None
        if directory is not None and self.goes_on():
            written += self._write([directory])
        unneeded = self._unneeded(after, directory, self.store.files() if due else recorded)
        removed = list(self._gone)
        if prune:
            removed += self._prune(unneeded)
            unneeded = ()
        first = {output.id for output in before if output.updated is not None}
        feeds = [output for output in after if output.kind == "category" and output.updated is not None]
        return GenerateReport(
            written=tuple(sorted(written)),
            removed=tuple(sorted(removed)),
            unneeded=unneeded,
            categories=tuple(output.title for output in feeds if output.id not in first),
            feeds=sum(1 for output in feeds if self.rendering.is_alive(output)),
            errors=tuple(map(_in_one_line, self._errors.values())),
        )

    def check(self) -> tuple[str, ...]:
        """Paths of files that differ from what the store says they should be; writes nothing."""
        differing: list[str] = []
        as_written: list[Output] = []
        outputs = self.store.outputs()
        recorded = self.store.files()
        kept_up = {output.id for output in self._kept_up(outputs, recorded)}
        self._recorded = _by_output(recorded)
        for output in outputs:
            if output.kind == "directory" or output.id not in kept_up:
                as_written.append(output)
                continue
            made = self.rendering.feed(output)
            differing += self.folder.differing(made.files)
            for path, body in self._pages(made, whole=True):
                differing += (
                    self.folder.sizes([path]) if body is None else self.folder.differing({path: body})
                )
            as_written.append(made.as_written())
        directory = self.rendering.directory(as_written)
        if directory is not None:
            differing += self.folder.differing(directory.files)
        return tuple(sorted(differing))

    # ── which ──

    def _named(self, outputs: Iterable[Output], only: Collection[str]) -> set[int]:
        titles = {output.title: output.id for output in outputs if output.kind == "category"}
        wanted: set[int] = set()
        for name in only:
            found = self.rendering.names.get(name, titles.get(name))
            if found is None:
                raise UsageError(f"no category {name!r}; `aggregator list categories` shows them")
            wanted.add(found)
        return wanted

    def _is_behind(self, output: Output) -> bool:
        """Whether settings or templates changed since it was written."""
        return output.rule_hash != self.rendering.hash(output)

    def _kept_up(self, outputs: Iterable[Output], recorded: Files) -> list[Output]:
        """Outputs that have, or shall have, files: an empty category that was pruned stays away."""
        with_files = {output_id for output_id, _, _ in recorded.values()}
        return [each for each in outputs if each.kind != "category" or each.items or each.id in with_files]

    def _outdate_missing(self, recorded: Files) -> Files:
        """Write again what somebody removed or cut, also an empty category's until it is pruned.

        Returns the files that are still ours.
        """
        sizes = self.folder.sizes(recorded)
        amiss = {path: about[0] for path, about in recorded.items() if sizes.get(path) != about[2]}
        if not amiss:
            return recorded
        outputs = self.store.outputs()
        lists = {output.id for output in outputs if output.kind == "directory"}
        upheld = {path for output in outputs for path in self.rendering.paths(output)}
        by_id = {output.id: output for output in outputs}
        lost = [
            path
            for path, output_id in amiss.items()
            if path in upheld or output_id in lists or self._is_page(by_id[output_id], path)
        ]
        self.store.outdate({amiss[path] for path in lost})
        forgotten = {path for path in amiss if path not in lost and path not in sizes}
        self.store.forget_files(forgotten)
        return {path: about for path, about in recorded.items() if path not in forgotten}

    def _unneeded(
        self, outputs: Sequence[Output], directory: Made | None, recorded: Files
    ) -> tuple[str, ...]:
        """Files of ours that no output needs any more.

        The directory's own are told only where it was just rendered; else all it ever had count as needed.
        """
        needed: set[str] = set()
        lists = {output.id for output in outputs if output.kind == "directory"}
        for output in outputs:
            if output.kind != "directory" and output.updated is not None and self.rendering.is_alive(output):
                needed.update(self.rendering.paths(output))
        alive = {each.id: each for each in outputs if each.updated and self.rendering.is_alive(each)}
        needed.update(
            path
            for path, (output_id, _, _) in recorded.items()
            if output_id in alive and self._is_page(alive[output_id], path)
        )
        needed.update(
            directory.files
            if directory is not None
            else [path for path, (output_id, _, _) in recorded.items() if output_id in lists]
        )
        return tuple(sorted(path for path in recorded if path not in needed))

    def _is_page(self, output: Output, path: str) -> bool:
        """Whether this file of ours is a page of the output's that is kept up."""
        item_pages = self.rendering.settings.item_pages
        return self.history is not None and is_kept_up(output, path, item_pages=item_pages)

    def _prune(self, unneeded: Collection[str]) -> Sequence[str]:
        removed = self.folder.remove(unneeded)
        self.store.forget_files(unneeded)
        return removed

    # ── writing ──

    def _write_feeds(self, due: Sequence[Output]) -> list[str]:
        written: list[str] = []
        rendered = (self.rendering.feed(output, self._before) for output in due)
        while self.goes_on() and (some := _some(rendered, _AT_ONCE, _size)):
            written += self._write(some)
        return written

    def _write(self, made: Sequence[Made]) -> list[str]:
        """Write and record these; what can't be written stays outdated, and the others go on."""
        try:
            return self._write_whole(made)
        except PublishError as error:
            if len(made) == 1:
                self._errors.setdefault(error.reason, []).append(error)
                return []
        return [path for each in made for path in self._write([each])]

    def _write_whole(self, made: Sequence[Made]) -> list[str]:
        files = {path: body for each in made for path, body in each.files.items()}
        records = [each.record(self.rendering.hash(each.output)) for each in made]
        self.store.publishing(records)
        written = list(self.folder.write(files))
        pages = (
            (record, *page) for each, record in zip(made, records, strict=True) for page in self._pages(each)
        )
        while some := _some(pages, _PAGES_AT_ONCE, lambda page: len(page[2] or b"")):
            if not self.goes_on():
                return written
            written += self._write_pages(some)
        self.store.published(records)
        return written

    def _before(self, path: str) -> bytes | None:
        """What lies there, if it is what was last written there."""
        body = self.folder.read(path) if path in self._files else None
        return body if body and hashlib.sha256(body).hexdigest() == self._files[path][1] else None

    def _pages(self, made: Made, *, whole: bool = False) -> Iterator[Page]:
        if self.history is None:
            return iter(())
        return self.history.outdated(
            made, self._recorded.get(made.output.id, ()), None if whole else self._before, whole=whole
        )

    def _write_pages(self, pages: Sequence[tuple[Published, str, bytes | None]]) -> list[str]:
        """Write some pages of outputs, and remove those that are gone; their outputs stay outdated."""
        files: dict[str, bytes] = {}
        of_output: dict[int, dict[str, bytes]] = {}
        records = {record.output_id: record for record, _, _ in pages}
        for record, path, body in pages:
            if body is not None:
                files[path] = of_output.setdefault(record.output_id, {})[path] = body
        self.store.publishing(
            [replace(records[each], files=stamps(of_it)) for each, of_it in of_output.items()]
        )
        written = list(self.folder.write(files))
        gone = [path for _, path, body in pages if body is None]
        if gone:
            self._gone += self.folder.remove(gone)
            self.store.forget_files(gone)
        return written


def _some(items: Iterator[_T], at_most: int, size: Callable[[_T], int]) -> list[_T]:
    """The next of these, until they are many or big enough to be written."""
    found: list[_T] = []
    total = 0
    for item in islice(items, at_most):
        found.append(item)
        total += size(item)
        if total >= _ENOUGH:
            break
    return found


def _size(made: Made) -> int:
    return sum(map(len, made.files.values()))


def _by_output(recorded: Files) -> dict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for path, (output_id, _, _) in recorded.items():
        found[output_id].add(path)
    return found


def _in_one_line(errors: Sequence[PublishError]) -> str:
    """The first of those that failed for one reason, and how many more did."""
    more = len(errors) - 1
    return str(errors[0]) + (f" (and {more} more output{'s' * (more > 1)})" if more else "")
