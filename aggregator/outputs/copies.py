"""Copies of feeds of ours: we write one at each former slug of a category, and others make theirs.

In doubt it is ours: a slug that was published and is forgotten is lost to its subscribers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.outputs import disk
from aggregator.outputs.disk import Tree, publishing
from aggregator.outputs.readback import CATEGORIES
from aggregator.slugs import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from aggregator.outputs.readback import WrittenFeed


def strays(
    folder: Path, feeds: Sequence[WrittenFeed], former: Collection[str]
) -> Iterator[tuple[WrittenFeed, WrittenFeed]]:
    """Each copy that is somebody else's, with the feed that it is a copy of.

    ``former``: names and slugs that are known to be former ones. Elsewhere what lies beside tells: where we
    write a copy, we write one of its JSON Feed too, and a page that leads on.
    """
    known = {fold(each) for each in former}
    present = {each.id: each for each in feeds if each.slug and not each.former}
    doubtful = [each for each in feeds if each.former and each.id in present and fold(each.slug) not in known]
    if doubtful:
        with publishing(folder), Tree(folder) as tree:
            opened = tree.folder((CATEGORIES,))
            for each in doubtful:
                if not _is_ours(opened, each, present[each.id]):
                    yield each, present[each.id]


def _is_ours(opened: int, copy: WrittenFeed, original: WrittenFeed) -> bool:
    """Whether all that is written for the feed lies at the copy's slug too, but for its page."""
    for form in ("json", "html"):
        theirs, body = (disk.read(opened, f"{each.slug}.{form}") for each in (copy, original))
        if body is not None and (theirs is None or (form == "html" and theirs == body)):
            return False
    return True
