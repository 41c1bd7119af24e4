"""What ``subscriptions`` may count on, whichever store it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.model import ListedSource
from aggregator.records import RememberedList
from aggregator.store import open_store
from aggregator.store.codec import decode_listed, encode_listed

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.contracts import ListStore
    from tests.store.conftest import Store

FIRST = RememberedList(
    sources=(
        ListedSource("http://a.example/feed?x=1&y=2", "甲 \udce4\0", ("One", "二")),
        ListedSource("http://b.example/"),
    ),
    size=3,
)


def test_no_list_is_remembered_at_first(store: Store) -> None:
    assert store.lists() == {}


def test_a_list_is_remembered_as_it_was_told(store: Store) -> None:
    lists: ListStore = store
    lists.remember_list("my.opml", RememberedList())
    lists.remember_list("\udcff\0.opml", RememberedList(size=1))

    lists.remember_list("my.opml", FIRST)

    assert lists.lists() == {"my.opml": FIRST, "\udcff\0.opml": RememberedList(size=1)}


def test_a_list_is_remembered_across_processes(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.db") as store:
        store.remember_list("my.opml", FIRST)

    with open_store(tmp_path / "a.db", read_only=True) as store:
        assert store.lists() == {"my.opml": FIRST}


@pytest.mark.parametrize("text", ["[", "1", "[1]", "[[1]]", "{}x"])
def test_damaged_columns_are_told(tmp_path: Path, text: str) -> None:
    with open_store(tmp_path / "a.db") as store:
        store.remember_list("my.opml", FIRST)
        with store._connection.writing() as raw:
            raw.execute("update lists set sources = ?", (text,))

        with pytest.raises(StoreError, match="is damaged"):
            store.lists()


def test_what_is_encoded_is_decoded() -> None:
    assert decode_listed(encode_listed(FIRST.sources)) == FIRST.sources
