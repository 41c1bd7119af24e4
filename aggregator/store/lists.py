"""What each list of sources said when it was last read well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.records import RememberedList
from aggregator.store.codec import bindable, decode_listed, encode_listed, original
from aggregator.store.rows import Connected

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lists(Connected):
    """Lists of sources, by location: so a list that is renamed is remembered."""

    def lists(self) -> Mapping[str, RememberedList]:
        """See :meth:`aggregator.contracts.ListStore.lists`."""
        with self._connection.reading() as raw:
            rows = raw.execute("select location, sources, size from lists")
            return {
                original(location): RememberedList(sources=decode_listed(sources), size=size)
                for location, sources, size in rows
            }

    def remember_list(self, location: str, remembered: RememberedList) -> None:
        """See :meth:`aggregator.contracts.ListStore.remember_list`."""
        with self._connection.writing() as raw:
            raw.execute(
                "insert into lists (location, sources, size) values (?, ?, ?)"
                " on conflict (location) do update set sources = excluded.sources, size = excluded.size",
                (bindable(location), encode_listed(remembered.sources), remembered.size),
            )
