from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1, sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.identity import _ITEMS, content_key, feed_id, fingerprint, public_id, spare_id
from aggregator.model import Enclosure, Item, Person, Tag, Text
from tests.builders import an_item

ANY_TEXT = st.text(st.characters())
SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2022, 6, 13, 11, 3, 16, tzinfo=SHANGHAI)

OWN_WORDS: dict[str, Any] = {
    "title": Text("a"),
    "link": "https://example.org/1",
    "content": Text("<p>a</p>", "html"),
    "summary": Text("a"),
    "published": MORNING,
    "updated": MORNING,
    "authors": (Person("a"),),
    "tags": (Tag("a"),),
    "categories": ("a",),
    "origin": "a",
    "enclosures": (Enclosure("https://example.org/1.mp3"),),
    "language": "zh",
}
OURS: dict[str, Any] = {
    "source_id": "x",
    "native_id": "x",
    "seed": "x",
    "entry_id": "x",
    "base": "https://moved.example/",
    "cleaner": 7,
}


def is_minted(value: str) -> bool:
    return value.startswith("urn:uuid:") and UUID(value).version == 5


@pytest.mark.parametrize(
    "own",
    [
        "https://example.org/",
        "http://example.org",
        "HTTP://EXAMPLE.org/a?b=c#d",
        "https://例子.中国/新闻/1",
        "https://example.org/%E4%B8%AD",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "urn:isbn:0451450523",
        "tag:example.org,2026:a",
        "tag:example.org,2026-01-02:新闻",
        "tag:someone@example.org,2005:/a/b",
        "acct:someone@example.org",
        "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3k",
        "https://example.org/" + "a" * 2028,
    ],
)
def test_an_entrys_own_absolute_iri_is_its_public_id(own: str) -> None:
    assert public_id(an_item(entry_id=own)) == own


def test_white_space_around_an_own_id_is_none_of_it() -> None:
    assert public_id(an_item(entry_id="\n urn:isbn:1 \n")) == "urn:isbn:1"


@pytest.mark.parametrize(
    "own",
    [
        None,
        "",
        "1234",
        "/a/b",
        "//example.org/a",
        "example.org/a",
        "?p=1",
        "urn:",
        "http:",
        "http://",
        "http:/a",
        "https:///a",
        "https://?a",
        "http:example.org",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        "https://example.org/\u3000",
        "https://example.org/\na",
        "https://example.org/\x00",
        "https://example.org/\x85",
        "https://example.org/<a>",
        "https://example.org/{a}",
        "https://example.org/a[1]",
        "https://example.org/a%zz",
        "https://example.org/a%4",
        "https://example.org/a#b#c",
        "https://example.org/\ud800",
        "https://example.org/\ue000",
        "https://example.org/\ufffe",
        "https://example.org/\U0001ffff",
        "https://example.org/\u202e",
        "https://example.org/a\\b",
        'https://example.org/"',
        "https://example.org/" + "a" * 2029,
        r"C:\posts\1.md",
        "C:/posts/1.md",
        "1a:b",
        "a_b:c",
        ":a",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:,a",
        "vbscript:a",
        "about:blank",
        "blob:https://example.org/1",
        "urn:uuid:1234",
        "urn:x:a",
        "urn:example",
        "tag:example.org:a",
        "tag:example.org,26:a",
        "tag:example.org,２０２６:a",
        "urn:\N{KELVIN SIGN}elvin:a",
    ],
)
def test_anything_else_is_no_public_id(own: str | None) -> None:
    minted = public_id(an_item(entry_id=own, seed="NW1"))

    assert is_minted(minted)
    assert minted == public_id(an_item(seed="NW1"))


@given(ANY_TEXT)
def test_a_minted_id_is_a_uuid_of_version_5(seed: str) -> None:
    digest = sha1(_ITEMS.bytes + seed.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()

    assert public_id(an_item(seed=seed)) == UUID(bytes=digest[:16], version=5).urn


@given(st.one_of(st.text(st.sampled_from(" \n\u3000\u00a0\x1c中a")), ANY_TEXT))
def test_the_key_of_a_body_knows_no_more_of_white_space_than_that_there_is_some(body: str) -> None:
    words = " ".join(body.split())

    key = content_key(an_item(content=body))

    assert key == (sha256(words.encode("utf-8", "surrogatepass")).hexdigest() if words else "")


def test_minted_ids_never_change() -> None:
    item = an_item("1.md", seed="NW202206132410063351")

    assert public_id(item) == "urn:uuid:d39be86f-767f-5bfa-b543-fdd983290227"
    assert spare_id(item) == "urn:uuid:354bacf9-6d0d-5010-9ad4-4fc723043b00"
    assert (
        feed_id("https://example.org/", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "all.xml")
        == "urn:uuid:9d41fbff-d2c8-52d5-9ab0-2d0f30d19cb2"
    )
    assert (
        feed_id(None, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "all.xml")
        == "urn:uuid:c0980810-8387-5041-a9cd-05bd77abcc2a"
    )


def test_fingerprints_and_content_keys_never_change() -> None:
    item = an_item(**OWN_WORDS)

    assert fingerprint(item) == "8264101d0dcbb6d57599c11fd7a2a3d4c3c8b8211a6e518a8a968323255fac72"
    assert (
        fingerprint(an_item(title="")) == "f8df8f1b625e61bd00b2162db5cbb87904cab47c37bccd92ace68749fbd9a9d4"
    )
    assert content_key(item) == "df5ddd75e1e0e3fee2eb4c4d7a160f2673560df8afb145ba651b43f100c0dc57"


def test_a_minted_id_depends_on_the_seed_alone() -> None:
    item = an_item("1", seed="NW1")
    other = an_item(
        "2", seed="NW1", source_id="other", title="other", link="https://example.org/2", published=MORNING
    )

    assert public_id(item) == public_id(other)


def test_a_spare_id_depends_on_source_and_native_id_and_not_on_where_one_ends() -> None:
    ids = {
        spare_id(an_item(native, source_id=source))
        for source, native in [("a", "bc"), ("ab", "c"), ("a", "b")]
    }

    assert len(ids) == 3
    assert all(is_minted(each) for each in ids)


def test_a_feed_id_depends_on_where_the_feed_is_first_published() -> None:
    ids = {
        feed_id(base, site, path)
        for base in (None, "https://example.org/", "https://example.com/")
        for site in ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf7")
        for path in ("all.xml", "category/a.xml")
    }

    assert len(ids) == 2 * 2 + 2 * 2
    assert all(is_minted(each) for each in ids)


@given(ANY_TEXT, ANY_TEXT)
def test_every_public_id_is_an_absolute_iri_that_any_file_can_hold(entry_id: str, seed: str) -> None:
    published = public_id(an_item(entry_id=entry_id, seed=seed))

    assert ":" in published
    assert published.encode().decode() == published
    assert not any(character.isspace() for character in published)


@given(ANY_TEXT, ANY_TEXT)
def test_different_seeds_give_different_ids(one: str, other: str) -> None:
    assert (public_id(an_item(seed=one)) == public_id(an_item(seed=other))) == (one == other)


@pytest.mark.parametrize("name", OWN_WORDS)
def test_a_fingerprint_changes_with_everything_the_source_says(name: str) -> None:
    assert fingerprint(replace(an_item(), **{name: OWN_WORDS[name]})) != fingerprint(an_item())


@pytest.mark.parametrize("name", OURS)
def test_a_fingerprint_ignores_identity_and_cleaning(name: str) -> None:
    assert fingerprint(replace(an_item(), **{name: OURS[name]})) == fingerprint(an_item())


def test_every_field_of_an_item_is_either_in_the_fingerprint_or_ours() -> None:
    assert {field.name for field in fields(Item)} == OWN_WORDS.keys() | OURS.keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"categories": ("a", "b")}, {"categories": ("ab",)}),
        ({"categories": ('a","b',)}, {"categories": ("a", "b")}),
        ({"tags": (Tag("a", "b"),)}, {"tags": (Tag("a"), Tag("b"))}),
        ({"tags": (Tag("a", "b"),)}, {"tags": (Tag("a", "", "b"),)}),
        ({"authors": (Person("a", "b"),)}, {"authors": (Person("a", None, "b"),)}),
        ({"link": None}, {"link": ""}),
        ({"content": Text("a")}, {"content": Text("a", "html")}),
        ({"content": Text("a")}, {"summary": Text("a")}),
        ({"enclosures": (Enclosure("a", "", 0),)}, {"enclosures": (Enclosure("a"),)}),
        ({"published": MORNING}, {"published": MORNING.astimezone(UTC)}),
        ({"published": MORNING}, {"published": MORNING + timedelta(microseconds=1)}),
        ({"origin": "\ud83d\ude00"}, {"origin": "😀"}),
    ],
)
def test_what_differs_in_what_the_source_says_differs_in_the_fingerprint(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert fingerprint(an_item(**one)) != fingerprint(an_item(**other))


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_two_texts_never_run_into_each_other(a: str, b: str, c: str, d: str) -> None:
    one, other = an_item(link=a, origin=b, categories=(a, b)), an_item(link=c, origin=d, categories=(c, d))

    assert (fingerprint(one) == fingerprint(other)) == ((a, b) == (c, d))


def test_lone_surrogates_have_a_fingerprint_and_a_content_key() -> None:
    item = an_item(title="\ud800", content="\udfff", link="\ud800", categories=("\ud800",))

    assert len(fingerprint(item)) == len(content_key(item)) == 64


def test_a_content_key_is_of_the_body_alone() -> None:
    item = an_item("1", content="<p>a b</p>", title="one")

    assert content_key(item) == content_key(an_item("2", content=" <p>a\r\n b</p>\n", source_id="other"))
    assert content_key(item) != content_key(an_item("1", content="<p>ab</p>", title="one"))


@pytest.mark.parametrize("body", ["", " \r\n\t"])
def test_nothing_is_recognised_by_an_empty_body(body: str) -> None:
    assert content_key(an_item(content=body, summary="a")) == ""
