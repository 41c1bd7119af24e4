"""What only a store needs that is made anew from what was written."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from aggregator.dates import from_micros, to_micros
from aggregator.store.adopting import KIND, NAME, forget_nobody
from aggregator.store.codec import array, bindable, original
from aggregator.store.connection import open_read_only
from aggregator.store.migrating import refuse_foreign
from aggregator.store.rows import Connected
from aggregator.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SITE = "select value from meta where key = 'site'"
_HIDDEN = (
    "select i.public_id, s.key, i.published, i.updated, i.zone"
    " from items i join sources s on s.id = i.source_id where i.hidden = 1"
)
_PAUSED = "select key from sources where paused = 1"
_FORMER = "select slug from slugs where current = 0"


class Rebuilding(Connected):
    """The beginning of a store that is rebuilt."""

    def begin_rebuilt(self, now: datetime) -> None:
        """Note that items wait for their sources, and add the source of those that no source is known of.

        It is never read, and no configuration takes it away.
        """
        with self._connection.writing() as raw:
            raw.execute("insert into meta (key, value) values ('rebuilt', ?)", (str(to_micros(now)),))
            raw.execute(
                "insert into sources (key, kind, configured_url, rank, active, enabled, private, config_hash,"
                " title, added, reason) values (?, ?, '', 1000000, 1, 0, 0, '', '', ?, ?)",
                (NAME, KIND, to_micros(now), "its items come from feeds that were written before a rebuild"),
            )

    def end_rebuilt(self) -> None:
        """Leave nothing behind that is not needed."""
        with self._connection.writing() as raw:
            forget_nobody(raw)

    def published_ids(self, public_ids: Iterable[str]) -> Mapping[str, int]:
        """Which items have these permanent ids."""
        with self._connection.reading() as raw:
            rows = raw.execute(
                "select public_id, id from items where public_id in (select value from json_each(?))",
                (array(map(bindable, public_ids)),),
            )
            return {original(name): item_id for name, item_id in rows}


class Hidden(NamedTuple):
    """An item that was hidden. Times are in the zone its source wrote."""

    public_id: str
    source: str
    published: datetime
    updated: datetime


@dataclass(slots=True)
class Salvage:
    """What of a damaged store is in no output, as far as it can be read."""

    site: str | None = None
    hidden: list[Hidden] = field(default_factory=list)
    paused: set[str] = field(default_factory=set)
    former: set[str] = field(default_factory=set)
    """Slugs that categories had before."""
    whole: bool = False
    """Everything could be read."""


def salvage(path: Path) -> Salvage:
    """What can still be read of it. Raises StoreError where it is another program's, or a newer version's."""
    found = Salvage()
    with suppress(sqlite3.Error, OSError), closing(open_read_only(path)) as raw:
        refuse_foreign(path, raw)
        with suppress(sqlite3.Error, ValueError):
            found.site = next((str(site) for (site,) in raw.execute(_SITE)), None)
        with suppress(sqlite3.Error, ValueError):
            found.paused.update(original(key) for (key,) in raw.execute(_PAUSED))
        with suppress(sqlite3.Error, ValueError, AttributeError):
            found.former.update(original(slug) for (slug,) in raw.execute(_FORMER))
        with suppress(sqlite3.Error, ValueError, OverflowError, TypeError):
            for name, key, published, updated, zone in raw.execute(_HIDDEN):
                times = (from_micros(moment, zone) for moment in (published, updated))
                found.hidden.append(Hidden(original(name), original(key), *times))
            found.whole = True
    return found
