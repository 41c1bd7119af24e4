"""What the HTTP server needs to know of a site: what moved, how the store is, how long answers stay good."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import __version__, metrics
from aggregator.dates import to_the_second
from aggregator.errors import AggregatorError
from aggregator.health import TROUBLED
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aggregator.app.site import SiteAccess
    from aggregator.config.settings import ScheduleSettings
    from aggregator.polls import SourceState
    from aggregator.records import Output

log = logging.getLogger(__name__)

_SHARE = 10
_SHORTEST, _LONGEST = 60.0, 900.0


def max_age(schedule: ScheduleSettings) -> float:
    """For how many seconds readers need not ask again: a tenth of the interval; 1 to 15 minutes.

    Longer would make what is new late by much more than it is late already; shorter would be asked in vain.
    """
    return min(max(schedule.interval / _SHARE, _SHORTEST), _LONGEST)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store said when it was last looked at."""

    states: tuple[SourceState, ...] = ()
    public: frozenset[str] = frozenset()
    """Ids of sources that may be named before anybody."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Former slugs → the present one."""
    trouble: str | None = None
    """Why it could not be read; None: it could."""
    missing: bool = False
    """There is no store at all."""


class Serving:
    """A site as its server knows it. ``look`` may take a while, and is called now and then; all else not."""

    def __init__(self, site: SiteAccess) -> None:
        self._site = site
        self._seen: tuple[SiteAccess, tuple[tuple[int, int], ...]] | None = None
        """Whose store was looked at, and how it looked."""
        self.snapshot = Snapshot(missing=True)

    def use(self, site: SiteAccess) -> None:
        """The configuration of the site is another one from the next look on."""
        self._site = site

    def look(self) -> None:
        """See what is in the store now, if it changed; it is opened read-only and let go of."""
        site, traces = self._site, self._traces()
        if self._seen is not None and self._seen[0] is site and self._seen[1] == traces:
            return
        self._seen = None
        if not traces:
            self.snapshot = Snapshot(missing=True)
        else:
            try:
                with site.library() as store:
                    states, moved = tuple(store.states()), former_slugs(store.outputs())
                    private = site.private_sources(store)  # which the store may have yet to hear of
                    public = frozenset(each.id for each in states if not each.private) - private
                    self.snapshot = Snapshot(states, public, moved)
            except AggregatorError as error:
                if str(error) != self.snapshot.trouble:
                    log.warning("%s", error)
                self.snapshot = Snapshot(moved=self.snapshot.moved, trouble=str(error))
                return  # it is looked at again, whether or not it changes
        self._seen = site, traces

    def _traces(self) -> tuple[tuple[int, int], ...]:
        """Size and time of the store's files; empty where there is none."""
        store, found = Path(os.path.realpath(self._site.settings.store)), []  # the log is where a link leads
        for path in (store, store.with_name(f"{store.name}-wal")):
            try:
                state = path.stat()
            except OSError:
                continue
            if state.st_size:  # whoever reads leaves an empty log
                found.append((state.st_size, state.st_mtime_ns))
        return tuple(found)

    def moved(self, path: str) -> str | None:
        """Where what was at this path of a category is now; None where its slug is no former one."""
        moved = self.snapshot.moved
        if not moved or not path.startswith("category/"):
            return None
        rest = path.removeprefix("category/")
        slug, _, below = rest.partition("/")
        if below:
            return f"category/{moved[slug]}/{below}" if slug in moved else None
        slug, _, suffix = rest.rpartition(".")
        return f"category/{moved[slug]}.{suffix}" if slug in moved else None

    def max_age(self) -> float:
        """For how many seconds an answer stays good."""
        return max_age(self._site.settings.schedule)

    def healthy(self) -> tuple[bool, str]:
        """Whether files are served and the store, if there is one, can be read. Sources may well fail."""
        if not self._site.settings.output_dir.is_dir():
            return False, "failing: the output folder is not there"
        if self.snapshot.trouble is not None:
            return False, "failing: the store cannot be read; the log says why"
        if self.snapshot.missing:
            return True, "ok: files are served; there is no store that tells how the sources are"
        counts, last = self._counts(), self._last_success()
        when = f"; last read {to_the_second(last)}" if last else ""
        failing = sum(counts[state] for state in TROUBLED)
        sources = sum(counts.values())
        return True, f"ok: {sources} source{'' if sources == 1 else 's'}, {failing} failing{when}"

    def metrics(self) -> str:
        """How the sources are, in Prometheus' text form; private ones are counted, and not named."""
        named = [state for state in self._active() if state.id in self.snapshot.public]
        return metrics.render(self._active(), named, version=__version__, is_up=self.healthy()[0])

    def _active(self) -> Sequence[SourceState]:
        return [state for state in self.snapshot.states if state.active]

    def _counts(self) -> Counter[str]:
        return Counter(state.state for state in self._active())

    def _last_success(self) -> datetime | None:
        return max((state.last_success for state in self._active() if state.last_success), default=None)


def former_slugs(outputs: Sequence[Output]) -> dict[str, str]:
    """Each slug that a category had before → the one it has."""
    return {
        former: output.name for output in outputs if output.kind == "category" for former in output.former
    }
