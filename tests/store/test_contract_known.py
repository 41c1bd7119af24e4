"""What a refresh is told of what was read before, whichever store tells it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from aggregator.errors import StoreError
from aggregator.model import KnownDocument, Stamp
from aggregator.records import Save
from tests.builders import NOW, a_source, an_item
from tests.store.changes import a_change, a_document, id_of, save

if TYPE_CHECKING:
    from tests.store.conftest import Store

LATER = NOW + timedelta(hours=1)
PEKING = timezone(timedelta(hours=8))


def test_a_bookmark_holds_every_document_with_the_item_it_gave(store: Store) -> None:
    published = datetime(2026, 1, 2, 3, 4, tzinfo=PEKING)
    save(
        store,
        a_change("1"),
        documents=(a_document("a.md", "1", published=published), a_document("index.md")),
    )

    documents = store.bookmark("posts").documents

    assert documents == {
        "a.md": KnownDocument(Stamp("a.md", 10, 1_000, "abc"), id_of(store, "1"), "1", published),
        "index.md": KnownDocument(Stamp("index.md", 10, 1_000, "abc"), None, None, None),
    }
    assert documents["a.md"].published is not None
    assert documents["a.md"].published.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("odd", ["\ud800.md", "\ufdd061.md", "\U0001f600.md", "a\0.md"])
@pytest.mark.parametrize("other", ["a.md", "\uffee.md"])
def test_documents_and_items_of_any_name_are_remembered_under_it(store: Store, odd: str, other: str) -> None:
    save(store, a_change(other), a_change(odd), documents=(a_document(other, odd), a_document(odd, other)))

    documents = store.bookmark("posts").documents

    assert {name: each.native_id for name, each in documents.items()} == {other: odd, odd: other}
    assert documents[other].item_id == id_of(store, odd)
    assert documents[odd].item_id == id_of(store, other)


def test_a_document_of_an_alias_gives_the_alias_s_item(store: Store) -> None:
    save(store, a_change("1"))

    save(store, aliases=(("former", id_of(store, "1")),), documents=(a_document("b.md", "former"),))

    assert store.bookmark("posts").documents["b.md"].item_id == id_of(store, "1")
    assert store.bookmark("posts").documents["b.md"].native_id == "former"


def test_a_document_read_before_its_item_was_stored_belongs_to_it_from_then_on(store: Store) -> None:
    save(store, documents=(a_document("b.md", "1"),))
    before = store.bookmark("posts").documents["b.md"].item_id

    save(store, a_change("1"), documents=(a_document("a.md", "1"),))

    assert before is None
    assert store.bookmark("posts").documents["b.md"].item_id == id_of(store, "1")


def test_touched_documents_get_their_new_stamp_and_nothing_else(store: Store) -> None:
    save(store, a_change("1"), documents=(a_document("a.md", "1", published=NOW),))

    save(store, touched=(Stamp("a.md", 10, 2_000, "abc"), Stamp("unknown.md", 1, 1, "x")))

    assert store.bookmark("posts").documents == {
        "a.md": KnownDocument(Stamp("a.md", 10, 2_000, "abc"), id_of(store, "1"), "1", NOW)
    }


def test_forgotten_documents_are_gone_and_their_items_stay(store: Store) -> None:
    save(store, a_change("1"), documents=(a_document("a.md", "1"),))

    save(store, forgotten=("a.md", "unknown.md"))

    assert store.bookmark("posts").documents == {}
    assert store.count_live("posts") == 1


def test_known_items_are_found_by_native_id_and_by_number(store: Store) -> None:
    published = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=PEKING)
    save(store, a_change("1", published=published, updated=LATER, content_key="body"))

    known = store.known("posts", ["1", "unknown"])

    (item_id,) = {each.item_id for each in known.values()}
    assert known.keys() == {"1"}
    assert known == {"1": store.known_items([item_id, 99])[item_id]}
    assert known["1"].published == published
    assert known["1"].published.utcoffset() == timedelta(hours=8)
    assert (known["1"].updated, known["1"].first_seen, known["1"].live) == (LATER, NOW, True)
    assert (known["1"].fingerprint, known["1"].content_key) == ("fingerprint of 1", "body")


def test_an_alias_leads_to_its_item_under_the_id_asked_for(store: Store) -> None:
    save(store, a_change("1"))
    save(store, aliases=(("former", id_of(store, "1")),))

    assert store.known("posts", ["former"])["former"].native_id == "1"


def test_an_item_s_own_id_comes_before_an_alias(store: Store) -> None:
    save(store, a_change("1"), a_change("2"))
    save(store, aliases=(("2", id_of(store, "1")),))

    assert store.known("posts", ["2"])["2"].native_id == "2"


def test_an_alias_that_is_given_again_leads_to_its_new_item(store: Store) -> None:
    save(store, a_change("1"), a_change("2"))
    save(store, aliases=(("other", id_of(store, "1")),))
    save(store, aliases=(("other", id_of(store, "2")),))

    assert store.known("posts", ["other"])["other"].native_id == "2"


def test_equal_native_ids_of_two_sources_are_two_items(empty_store: Store) -> None:
    empty_store.sync([a_source("a"), a_source("b", rank=1)], NOW)
    for source_id in ("a", "b"):
        save(empty_store, a_change(an_item("1", source_id=source_id)), source_id=source_id)

    assert id_of(empty_store, "1", "a") != id_of(empty_store, "1", "b")
    assert (empty_store.count_live("a"), empty_store.count_live("b")) == (1, 1)


def test_a_source_nobody_knows_has_nothing(store: Store) -> None:
    assert store.bookmark("unknown").documents == {}
    assert store.known("unknown", ["1"]) == {}
    assert store.count_live("unknown") == 0


def test_saving_items_of_a_source_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no source 'unknown'"):
        store.save(Save(source_id="unknown", now=NOW))
