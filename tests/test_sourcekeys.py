from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.sourcekeys import (
    Place,
    address,
    derived_id,
    distinct_ids,
    has_credentials,
    id_aside,
    is_another,
    same_feed,
    without_credentials,
)


@pytest.mark.parametrize(
    ("location", "hidden", "id_"),
    [
        ("seeds", False, "seeds"),
        ("archive/posts/", False, "posts"),
        ("a, b", False, "a-b"),
        ("..", False, "kind"),
        ("https://www.Example.org/news/feed.xml", False, "example.org-news-feed.xml"),
        ("https://example.org:8080/", False, "example.org-8080"),
        ("https://example.org/feed?token=abc", False, "example.org-feed-"),
        ("https://me:secret@example.org/feed", True, "example.org-"),
        ("https://example.org/hooks/secret", True, "example.org-"),
        ("https://新闻.cn/要闻", False, "新闻.cn-要闻"),
    ],
)
def test_an_id_is_made_from_the_location(location: str, *, hidden: bool, id_: str) -> None:
    found = derived_id("kind", location, hidden=hidden)

    assert found == id_ or (id_.endswith("-") and found.startswith(id_) and len(found) == len(id_) + 6)
    assert "secret" not in found
    assert "token" not in found


@given(st.text(max_size=80), st.booleans())
def test_an_id_made_from_any_location_is_safe(location: str, hidden: bool) -> None:
    found = derived_id("kind", location, hidden=hidden)

    assert found
    assert found.replace("-", "").replace(".", "").replace("_", "a").isalnum()
    assert len(found) <= 60
    assert found[0] not in "-."


PLACES = st.lists(
    st.builds(Place, st.just("feed"), st.text(alphabet="aAbB/.:-中", min_size=1, max_size=8), st.booleans()),
    max_size=8,
    unique_by=lambda place: place.location,
)


@given(PLACES, st.lists(st.sampled_from(["a", "B", "feed", "a-b"]), unique=True))
def test_ids_are_distinct_whatever_the_places_and_whatever_is_given(
    places: list[Place], given_ids: list[str]
) -> None:
    found = distinct_ids(places, given_ids)

    everything = [each.casefold() for each in (*found, *given_ids)]
    assert len(set(everything)) == len({each.casefold() for each in given_ids}) + len(found)


@given(PLACES)
def test_ids_do_not_depend_on_the_order(places: list[Place]) -> None:
    forward = dict(zip(places, distinct_ids(places), strict=True))
    backward = dict(zip(reversed(places), distinct_ids(places[::-1]), strict=True))

    assert forward == backward


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" https://Example.org/Feed ", "https://example.org/Feed"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org:80/a#part", "http://example.org/a"),
        ("feed://example.org/rss", "http://example.org/rss"),
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("https://me:pw@Example.org/feed?x=1", "https://me:pw@example.org/feed?x=1"),
        ("https://me@example.org/", "https://me@example.org/"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://新闻.cn/要闻", "https://xn--efvy88h.cn/%E8%A6%81%E9%97%BB"),
        ("https://me:pw@/x", None),
        ("https://m e:pw@example.org/x", None),
        ("https://é:pw@example.org/x", None),
        ("ftp://example.org/feed", None),
        ("javascript:alert(1)", None),
        ("//example.org/feed", None),
        ("feed.xml", None),
        ("http://", None),
        ("http://example.org:99999/", None),
        ("", None),
    ],
)
def test_an_address_is_an_absolute_http_url(written: str, normal: str | None) -> None:
    assert address(written) == normal


@given(st.text(max_size=60).map("http://".__add__) | st.text(max_size=60))
def test_an_address_is_read_as_itself(written: str) -> None:
    found = address(written)

    assert found is None or address(found) == found


@given(st.from_regex(r"https?://[a-z.:@0-9]{1,9}[a-z/?#%.;&=]{0,9}", fullmatch=True))
def test_an_address_has_a_path_and_neither_a_fragment_nor_an_empty_query(written: str) -> None:
    found = address(written)

    if found is not None:
        parts = urlsplit(found)
        assert urlunsplit(parts._replace(path=parts.path or "/", fragment="")) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://me:pw@example.org/feed", "https://EXAMPLE.org/feed"),
        ("feed://example.org", "http://example.org/"),
        ("http://example.org:80/x#y", "http://example.org/x"),
    ],
)
def test_two_spellings_of_one_feed_are_told_to_be_the_same(one: str, other: str) -> None:
    assert same_feed(one) == same_feed(other)


def test_other_addresses_are_other_feeds() -> None:
    assert len({same_feed(f"http://example.org/{path}") for path in ("", "a", "a/", "?a", "A")}) == 5
    assert same_feed("http://example.org/") != same_feed("https://example.org/")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_credentials_are_left(user: str, rest: str) -> None:
    assert not has_credentials(without_credentials(f"https://{user}:pw@{rest}")) or "@" not in rest


@pytest.mark.parametrize(
    ("name", "one", "other", "another"),
    [
        ("a.example-b-c", "https://a.example/b/c", "https://a.example/b-c", True),
        ("a.example-b-c", "https://a.example/b/c", "http://www.a.example/b/c/", False),
        ("a.example-b-c", "https://a.example/b/c", "https://me:pw@a.example/b/c", False),
        ("given", "https://a.example/b/c", "https://a.example/b-c", False),
        ("a.example-b-c", "https://a.example/b/c", "https://a.example/d", False),
        ("seeds", "a/seeds", "b/seeds", False),
        ("a" * 60, f"https://{'a' * 60}.example/", f"https://{'a' * 60}.other.example/", True),
    ],
)
def test_an_id_that_is_made_from_two_addresses_is_that_of_two_feeds(
    name: str, one: str, other: str, *, another: bool
) -> None:
    assert is_another(name, Place("feed", one), Place("feed", other)) is another
    assert is_another(name, Place("feed", other), Place("feed", one)) is another


def test_who_leaves_an_id_to_another_is_called_as_beside_it() -> None:
    one, other = Place("feed", "https://a.example/b/c"), Place("feed", "https://a.example/b-c")

    assert id_aside("a.example-b-c", one, ["x"]) == distinct_ids([one, other])[0]
    assert id_aside("a.example-b-c", one, distinct_ids([one, other])) == f"{distinct_ids([one, other])[0]}-2"
