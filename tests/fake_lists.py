"""The store in memory as ``subscriptions`` sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aggregator.records import RememberedList


class FakeLists:
    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, RememberedList] = {}

    def lists(self) -> Mapping[str, RememberedList]:
        return dict(self._lists)

    def remember_list(self, location: str, remembered: RememberedList) -> None:
        self._lists[location] = remembered
