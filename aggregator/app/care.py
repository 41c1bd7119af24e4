"""Asking about a site, and care of its store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aggregator.app.site import SiteAccess
from aggregator.errors import PublishError, StoreError, UsageError
from aggregator.reports import without_addresses

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aggregator.contracts import Library
    from aggregator.explain import Step
    from aggregator.model import Problem
    from aggregator.polls import Poll, SourceState
    from aggregator.records import ItemRecord


class SourceStory(NamedTuple):
    """Everything that is known of one source."""

    state: SourceState
    polls: Sequence[Poll]
    problems: Sequence[Problem]


class Care(SiteAccess):
    """Reading commands, and what an operator does to the store."""

    def explain(self, needle: str) -> Sequence[tuple[str, Sequence[Step]]]:
        """The way of each item that ``needle`` names: its id and its story. Raises UsageError if none."""
        from aggregator.explain import explain

        with self.library() as library:
            records = self.find_items(library, needle)
            rules = self._subscriptions(library).rules(self.settings.rules)
        return [(record.public_id, explain(record, rules)) for record in records]

    def find_items(self, library: Library, needle: str) -> Sequence[ItemRecord]:
        """Items of this id, number, link or file. Raises UsageError if there is none."""
        names = (needle, *self._as_document(needle))
        for each in names:
            if records := library.find(each):
                return records
        for state in library.states():
            for problem in library.problems(state.id):
                if problem.what.startswith("skipped: ") and problem.where.rpartition(":")[0] in names:
                    raise UsageError(f"no item came of {needle!r}: {problem}")
        raise UsageError(f"no item {needle!r}; `aggregator list items --json` shows ids and links")

    def category(self, library: Library, name: str) -> str:
        """The slug of the category of that slug, title or alias. Raises UsageError if there is none."""
        from aggregator.categories import Matcher

        declared = Matcher(self.settings.rules).declared(name)
        names = {name, *((declared.slug, declared.title) if declared else ())}
        outputs = [output for output in library.outputs() if output.kind == "category"]
        for output in outputs:
            if names & {output.name, output.title, *output.former}:
                return output.name
        raise UsageError(unknown("category", name, [output.name for output in outputs]))

    def source(self, library: Library, name: str) -> str:
        """The id of a source that was ever read. Raises UsageError if there is none."""
        known = [state.id for state in library.states()]
        if name in known:
            return name
        raise UsageError(unknown("source", name, known))

    def source_state(self, name: str) -> SourceStory:
        """What the store knows of a source, its last polls, and what is wrong with its documents."""
        with self.library() as library:
            source_id = self.source(library, name)
            state = next(each for each in library.states() if each.id == source_id)
            problems = library.problems(source_id)
            if state.private:
                problems = without_addresses(problems, source_id)
            return SourceStory(state, library.polls(source_id), problems)

    def _as_document(self, needle: str) -> list[str]:
        """A file named from where the user stands, as the store names it."""
        path = Path(needle).absolute()
        try:
            return [path.relative_to(self.settings.root.absolute()).as_posix(), str(path)]
        except ValueError:
            return [str(path)]

    def backup(self, target: Path, *, force: bool = False) -> None:
        """Copy the store, whole and consistent, beside whoever writes; never to where it is served."""
        from aggregator.store import care

        outputs = Path(os.path.realpath(self.settings.output_dir))
        if outputs in Path(os.path.realpath(target)).parents:
            raise StoreError(
                f"{target}: lies in the output folder, whose files are served; name another place"
            )
        self.refuse_own(target)
        care.backup(self.settings.store, target, force=force)

    def restore(self, file: Path, *, wait: float = 0.0) -> Path | None:
        """Make ``file`` the store; returns where the store that was replaced is kept."""
        from aggregator.outputs.files import read_manifest
        from aggregator.store import care

        with self.lock(wait):
            try:
                outputs = read_manifest(self.settings.output_dir)
            except PublishError:
                outputs = None  # a damaged manifest says nothing of any site
            return care.restore(file, self.settings.store, outputs)

    def check_store(self) -> Sequence[str]:
        """What is wrong with the store; empty when it is sound."""
        from aggregator.store import care

        return care.check(self.settings.store)

    def vacuum(self, *, wait: float = 0.0) -> tuple[int, int]:
        """Rewrite the store as small as it can be; its size in bytes before and after."""
        from aggregator.store import care

        with self.lock(wait):
            return care.vacuum(self.settings.store)


def unknown(what: str, name: str, known: Collection[str], where: str = "") -> str:
    """That there is no such thing of this name, and what may be meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"no {what} {name!r}{where}{hint}"
