"""Entries that stand in files of ours, and that nothing happened to since: they are taken from there.

The one rule: only from a file that is, byte for byte, what was last written. Whatever an entry shows of
itself, its source or its categories, the store notes when it changes (``touched``); other settings and
templates have everything written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.contracts import KeepingRenderer
from aggregator.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from aggregator.contracts import Renderer, ReuseStore
    from aggregator.records import Output
    from aggregator.views import Entry

    Before = Callable[[str], bytes | None]
    """The bytes at a path, if they are those that were last written there."""


@dataclass(frozen=True, slots=True)
class Reuse:
    """Finds such entries of outputs."""

    store: ReuseStore
    renderers: Sequence[Renderer]

    def entries(
        self,
        output: Output,
        changed: Collection[int],
        placed: Callable[[], Sequence[Entry]],
        paths: Mapping[str, str],
        before: Before,
        *,
        known: Mapping[int, Entry],
    ) -> Sequence[Entry] | None:
        """The entries of an output that are ``placed`` in files, with only those read that need be.

        Read are those that ``changed``, by item id, and those that do not stand there yet, unless they are
        ``known`` already. ``paths``: where the files lie, by suffix. None where all are to be rendered.
        """
        places = placed()
        kept = self._kept([each.id for each in places if each.item_id not in changed], paths, before)
        if not kept:
            return None
        missing = {each.item_id for each in places if each.id not in kept}
        read = {each: known[each] for each in missing & known.keys()}
        read |= {each.item_id: each for each in self.store.members(output, missing - known.keys())}
        if len(read) < len(missing):
            return None
        return [
            replace(each, forms=kept[each.id]) if each.id in kept else read[each.item_id] for each in places
        ]

    def _kept(
        self, ids: Sequence[str], paths: Mapping[str, str], before: Before
    ) -> Mapping[str, Mapping[str, str]]:
        """Those of these public ids that stand in every form: as they do there, by suffix."""
        by_form = {each.form: each for each in self.renderers if isinstance(each, KeepingRenderer)}
        kept: dict[str, dict[str, str]] = {each: {} for each in ids}
        for form, path in paths.items():
            body = before(path) if kept and form in by_form else None
            found = {} if body is None else by_form[form].kept(body.decode(), kept)
            kept = {each: forms | {form: found[each]} for each, forms in kept.items() if each in found}
        return kept
