"""Who the entries of one document are."""

from __future__ import annotations

from typing import Any

from aggregator.sources.entries import EntryText, FeedEntry
from aggregator.sources.identities import Identity, identities, repeated

_LINK = "https://news.example/1?utm_source=rss"


def who(link: str | None = None, **said: Any) -> Identity:
    (found,) = identities([an_entry(**said)], [link])
    return found


def an_entry(title: str = "t", **said: Any) -> FeedEntry:
    return FeedEntry(title=EntryText(title), **said)


def test_an_id_comes_first_as_it_is() -> None:
    assert who(_LINK, id="12") == Identity("12", "id:12", "12")


def test_a_link_comes_next_without_what_only_tracks() -> None:
    assert who(_LINK) == Identity("https://news.example/1", "url:https://news.example/1")


def test_then_what_it_says_counts() -> None:
    first, again = who(title="a", published="x"), who(title="a", published="x")
    others = [
        who(title="b", published="x"),
        who(title="a", published="y"),
        who(title="a", summary=EntryText("s")),
    ]

    assert first == again
    assert first.native == first.seed
    assert first.native.startswith("hash:")
    assert len({first, *others}) == 4


def test_an_entry_that_says_nothing_has_an_identity() -> None:
    assert who(title="").native.startswith("hash:")


def test_an_id_that_looks_like_a_file_s_name_is_not_taken_for_one() -> None:
    assert who(id="name:a") == Identity("id:name:a", "id:name:a", "name:a")


def test_a_huge_id_is_known_by_its_hash() -> None:
    found = who(id="x" * 5000)

    assert len(found.native) < 100
    assert found.stated is None
    assert found != who(id="x" * 5001)


def test_one_id_for_all_names_none_of_them() -> None:
    entries = [an_entry(title=f"N {n}", id="https://news.example/") for n in range(3)]

    found = identities(entries, [f"https://news.example/{n}" for n in range(3)])

    assert [each.native for each in found] == [f"https://news.example/{n}" for n in range(3)]
    assert {each.stated for each in found} == {None}


def test_a_correction_under_the_same_id_is_the_same_entry() -> None:
    moved = identities([an_entry(id="1"), an_entry(id="1")], ["https://a.example/", "https://b.example/"])
    renamed = identities([an_entry("a", id="1"), an_entry("b", id="1")], ["https://a.example/"] * 2)
    linkless = identities([an_entry("a", id="1"), an_entry("b", id="1")], [None, "https://a.example/"])

    for found in (moved, renamed, linkless):
        assert repeated(found) == {"1": 2}


def test_what_comes_once_is_not_repeated() -> None:
    assert repeated([who(id="1"), who(id="2")]) == {}
