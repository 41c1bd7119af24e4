from __future__ import annotations

from dataclasses import replace

from aggregator.identity import content_key
from aggregator.matching import Matching, second_name
from aggregator.model import Item, KnownDocument, Stamp
from aggregator.records import Known
from tests.builders import NOW, an_item


def a_known(item: Item, item_id: int = 1) -> Known:
    return Known(
        item_id=item_id,
        native_id=item.native_id,
        fingerprint="",
        published=NOW,
        updated=NOW,
        first_seen=NOW,
        live=True,
        content_key=content_key(item),
    )


def documents(**natives: tuple[int, str]) -> dict[str, KnownDocument]:
    return {
        name: KnownDocument(Stamp(name, 1, 1, ""), item_id, native_id)
        for name, (item_id, native_id) in natives.items()
    }


NAMED = an_item("name:a.md", content="<p>body</p>")
OTHER_BODY = replace(NAMED, content=an_item(content="<p>another</p>").content)
CODED = an_item("infocode:1", content="<p>body</p>")


def test_an_item_that_says_who_it_is_is_that_item_in_whatever_document() -> None:
    matching = Matching(documents(old=(1, CODED.native_id)), frozenset({"new"}))

    match = matching.resolve("new", CODED, {CODED.native_id: a_known(CODED)}, None)

    assert match.known == a_known(CODED)
    assert match.alias is None


def test_an_unknown_item_is_new() -> None:
    assert Matching({}, frozenset()).resolve("a", CODED, {}, None).known is None
    assert Matching({}, frozenset()).resolve("a", NAMED, {}, None).known is None


def test_a_post_known_by_name_stays_itself_when_edited_in_place() -> None:
    matching = Matching(documents(a=(1, NAMED.native_id)), frozenset({"a"}))

    match = matching.resolve("a", OTHER_BODY, {}, a_known(NAMED))

    assert match.known == a_known(NAMED)


def test_a_file_moved_under_its_name_is_the_same_item_though_edited() -> None:
    matching = Matching(documents(old=(1, NAMED.native_id)), frozenset({"new"}))

    match = matching.resolve("new", OTHER_BODY, {NAMED.native_id: a_known(NAMED)}, None)

    assert match.known == a_known(NAMED)
    assert match.problem is None


def test_an_equal_body_stands_in_for_a_vanished_document() -> None:
    gone = an_item("name:old.md", content="<p>body</p>")
    matching = Matching(documents(old=(1, gone.native_id)), frozenset({"a"}), {1: a_known(gone)})

    match = matching.resolve("a", NAMED, {}, None)

    assert match.known == a_known(gone)
    assert match.alias == NAMED.native_id
    assert match.item.native_id == gone.native_id


def test_two_files_cannot_both_stand_in_for_one_that_vanished() -> None:
    gone = an_item("name:old.md", content="<p>body</p>")
    matching = Matching(documents(old=(1, gone.native_id)), frozenset({"a", "b"}), {1: a_known(gone)})

    matching.resolve("a", NAMED, {}, None)
    second = matching.resolve("b", an_item("name:b.md", content="<p>body</p>"), {}, None)

    assert second.known is None


def test_a_second_post_of_the_same_name_is_an_item_of_its_own_and_told() -> None:
    matching = Matching({}, frozenset({"x/a.md", "y/a.md"}))

    matching.resolve("x/a.md", NAMED, {}, None)
    second = matching.resolve("y/a.md", OTHER_BODY, {}, None)

    assert second.item.native_id == second_name(OTHER_BODY)
    assert second.item.seed == second.item.native_id
    assert second.problem == "a second post of this name (see x/a.md): it is an item of its own"


def test_posts_without_a_body_are_not_taken_for_one_another() -> None:
    empty, other = an_item("name:a.md", content=""), an_item("name:b.md", content="")
    matching = Matching(documents(a=(1, empty.native_id)), frozenset({"b"}), {1: a_known(empty)})

    assert matching.resolve("b", other, {}, None).known is None


def test_a_second_post_that_was_edited_and_then_moved_is_the_same_item() -> None:
    edited = replace(OTHER_BODY, native_id="name:a.md#its first body")
    before = documents(old=(2, edited.native_id)) | {"x/a.md": documents(x=(1, NAMED.native_id))["x"]}
    matching = Matching(before, frozenset({"x/a.md", "y/a.md"}), {2: a_known(edited, 2)})

    match = matching.resolve("y/a.md", OTHER_BODY, {NAMED.native_id: a_known(NAMED)}, None)

    assert match.known == a_known(edited, 2)
    assert match.item.native_id == edited.native_id


def test_a_second_post_is_found_again_by_its_first_body() -> None:
    first = {NAMED.native_id: a_known(NAMED)}
    stored = replace(OTHER_BODY, native_id=second_name(OTHER_BODY))
    matching = Matching(documents(a=(1, NAMED.native_id)), frozenset({"a", "b"}))

    match = matching.resolve("b", OTHER_BODY, first | {stored.native_id: a_known(stored, 2)}, None)

    assert match.known is not None
    assert match.known.item_id == 2


def test_a_copy_of_a_file_is_the_same_item() -> None:
    known = {NAMED.native_id: a_known(NAMED)}
    matching = Matching(documents(a=(1, NAMED.native_id)), frozenset({"a", "b"}))

    match = matching.resolve("b", NAMED, known, None)

    assert match.known == a_known(NAMED)
    assert matching.rivals("b", NAMED.native_id) == {"a"}


def test_a_post_that_gains_an_original_link_stays_itself() -> None:
    matching = Matching(documents(a=(1, NAMED.native_id)), frozenset({"a"}))

    match = matching.resolve("a", an_item("url:https://example.org/1"), {}, a_known(NAMED))

    assert match.known == a_known(NAMED)
    assert match.alias == "url:https://example.org/1"


def test_a_post_that_loses_its_link_stays_itself() -> None:
    matching = Matching(documents(a=(1, CODED.native_id)), frozenset({"a"}))

    match = matching.resolve("a", OTHER_BODY, {}, a_known(CODED))

    assert match.known == a_known(CODED)


def test_a_corrected_link_over_an_equal_body_keeps_the_item() -> None:
    old = an_item("url:https://example.org/tpyo", content="<p>body</p>")
    new = an_item("url:https://example.org/typo", content="<p>body</p>")
    matching = Matching(documents(a=(1, old.native_id)), frozenset({"a"}))

    match = matching.resolve("a", new, {}, a_known(old))

    assert match.known == a_known(old)
    assert match.alias == new.native_id


def test_another_article_in_the_same_file_is_another_item() -> None:
    other = an_item("infocode:2", content="<p>another story</p>")
    matching = Matching(documents(a=(1, CODED.native_id)), frozenset({"a"}))

    match = matching.resolve("a", other, {}, a_known(CODED))

    assert match.known is None
    assert match.item.native_id == "infocode:2"
    assert matching.rivals("", CODED.native_id) == frozenset()


def test_a_document_that_is_no_post_any_more_holds_nothing() -> None:
    matching = Matching(documents(a=(1, CODED.native_id)), frozenset({"a"}))

    matching.let_go("a")
    matching.let_go("unknown")

    assert matching.rivals("", CODED.native_id) == frozenset()
