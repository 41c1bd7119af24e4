from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from aggregator.dates import from_micros
from aggregator.matching import Matching
from aggregator.model import Bookmark, KnownDocument, Listing, Stamp
from aggregator.postclaims import PostClaims
from aggregator.remembered import Remembered, Row, claims_of, looks_of
from tests.builders import NOW, a_source, an_item
from tests.fakes import FakeStore
from tests.sources.posts import a_folder_source, fetch, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROWS = st.dictionaries(
    st.text(),
    st.tuples(
        st.integers(0),
        st.integers(0),
        st.text(),
        st.none() | st.integers(1),
        st.none() | st.text(),
        st.none() | st.integers(-(10**15), 10**15),
        st.integers(-50_000, 50_000),
    ),
)


class Asked(Remembered):
    """Notes which documents were asked for."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        super().__init__(lambda: rows)
        self.names: list[str] = []

    def __getitem__(self, name: str) -> KnownDocument:
        self.names.append(name)
        return super().__getitem__(name)


def remembered(documents: Mapping[str, KnownDocument]) -> Asked:
    rows: dict[str, Row] = {
        name: (*looks, each.stamp.hash, each.item_id, each.native_id, None, 0)
        for name, each in documents.items()
        for looks in [(each.stamp.size, each.stamp.mtime_ns)]
    }
    return Asked(rows)


@given(ROWS)
def test_what_is_remembered_is_what_its_rows_say(rows: dict[str, Row]) -> None:
    known = {
        name: KnownDocument(
            Stamp(name, size, at, hash_),
            item_id,
            native_id,
            None if published is None else from_micros(published, zone),
        )
        for name, (size, at, hash_, item_id, native_id, published, zone) in rows.items()
    }

    documents = Remembered(lambda: rows)

    assert documents == known
    assert list(documents) == list(known)
    assert list(claims_of(documents)) == list(claims_of(known))
    looks, expected = looks_of(documents), looks_of(known)
    assert all(looks(name) == expected(name) for name in [*rows, "another", ""])


def test_a_look_asks_for_no_document_but_those_that_changed(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    source = a_folder_source(tmp_path)
    for name in "abc":
        write(tmp_path / "seeds" / f"{name}.md", "one")
    documents = remembered(fetch(source).bookmark().documents)
    write(tmp_path / "seeds/b.md", "another")
    write(tmp_path / "seeds/d.md", "new")

    fetched = fetch(source, Bookmark(documents))

    assert [*fetched.documents] == ["seeds/b.md", "seeds/d.md"]
    assert not {"seeds/a.md", "seeds/c.md"}.intersection(documents.names)


def test_where_nothing_vanished_no_document_is_asked_for() -> None:
    documents = remembered({"a": KnownDocument(Stamp("a", 1, 1, ""), 1, "infocode:1")})
    listing = Listing(present=frozenset({"a"}))

    claims = PostClaims(a_source(), FakeStore(), Bookmark(documents), listing, NOW)

    assert claims.settle().records == []
    assert claims.leaving(accept=False).items == frozenset()
    assert documents.names == []


def test_a_new_post_is_matched_without_asking_for_others() -> None:
    documents = remembered({"a": KnownDocument(Stamp("a", 1, 1, ""), 1, "infocode:1")})
    matching = Matching(documents, frozenset({"a", "b"}))

    match = matching.resolve("b", an_item("infocode:2"), {}, None)

    assert match.known is None
    assert matching.rivals("c", "infocode:1") == {"a"}
    assert "a" not in documents.names
