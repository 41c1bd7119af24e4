from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.filters import verdict
from aggregator.model import Item, Person, Tag, Text
from aggregator.rules import All, Any, Aspect, Condition, Filter, Matches, Not, OneOf
from tests.builders import an_item

AN_ITEM = an_item(
    title="[广告] Buy Gold",
    content="<p>Fish &amp; chips</p><script>hidden</script><!-- hidden --><p>央行</p>",
    summary=Text("1 < 2 in brief"),
    link="https://example.org/ads/1",
    authors=(Person("Ada Lovelace", email="hidden@example.org"), Person("记者")),
    tags=(Tag("macro", "宏观", "https://example.org/hidden"), Tag("News")),
    categories=("hidden",),
    origin="证券时报",
)
YES = Matches("title", "Gold")
NO = Matches("title", "Silver")


def drop(condition: Condition) -> Filter:
    return Filter("drop", condition)


def keep(condition: Condition) -> Filter:
    return Filter("keep", condition)


def holds(condition: Condition, item: Item = AN_ITEM) -> bool:
    return verdict(item, [drop(condition)]) is not None


# ── lists ──


def test_without_filters_everything_passes() -> None:
    assert verdict(AN_ITEM, []) is None


def test_a_drop_that_matches_keeps_it_out() -> None:
    rule = drop(YES)

    assert verdict(AN_ITEM, [drop(NO), rule]) is rule


def test_a_drop_that_does_not_match_lets_it_pass() -> None:
    assert verdict(AN_ITEM, [drop(NO)]) is None


def test_one_of_several_keeps_is_enough() -> None:
    assert verdict(AN_ITEM, [keep(NO), keep(YES)]) is None


def test_if_no_keep_matches_the_first_one_is_the_reason() -> None:
    first = keep(NO)

    assert verdict(AN_ITEM, [first, keep(NO), drop(NO)]) is first


@pytest.mark.parametrize("rules", [[drop(YES), keep(YES)], [keep(YES), drop(YES)], [keep(NO), drop(YES)]])
def test_a_drop_wins_over_keeps_wherever_it_stands(rules: list[Filter]) -> None:
    found = verdict(AN_ITEM, rules)

    assert found is not None
    assert found.action == "drop"


def test_the_rule_tells_where_it_stands() -> None:
    rule = Filter("drop", YES, where="config/aggregator.yaml:12")

    found = verdict(AN_ITEM, [rule])

    assert found is not None
    assert found.where == "config/aggregator.yaml:12"


# ── aspects ──


@pytest.mark.parametrize(
    ("aspect", "pattern"),
    [
        ("title", r"^\[广告\]"),
        ("text", "Fish & chips"),
        ("text", "央行"),
        ("text", "1 < 2"),
        ("url", "/ads/"),
        ("author", "Lovelace$"),
        ("author", "^记者$"),
        ("tags", "^macro$"),
        ("tags", "宏观"),
        ("tags", "News"),
        ("origin", "时报"),
    ],
)
def test_a_pattern_is_found_in_any_value_of_its_aspect(aspect: Aspect, pattern: str) -> None:
    assert holds(Matches(aspect, pattern))


@pytest.mark.parametrize("aspect", ["title", "text", "url", "author", "tags", "origin"])
def test_a_pattern_is_not_found_in_other_aspects(aspect: Aspect) -> None:
    assert not holds(Matches(aspect, "hidden"))


@pytest.mark.parametrize("aspect", ["url", "author", "tags", "origin"])
def test_what_is_not_there_matches_nothing(aspect: Aspect) -> None:
    assert not holds(Matches(aspect, ""), an_item(tags=(), authors=(Person(""),)))


@pytest.mark.parametrize("aspect", ["title", "text"])
def test_an_empty_title_or_text_can_be_asked_for(aspect: Aspect) -> None:
    assert holds(Matches(aspect, "^$"), an_item(title=""))


def test_patterns_tell_cases_apart_unless_they_say_otherwise() -> None:
    assert not holds(Matches("title", "gold"))
    assert holds(Matches("title", "(?i)gold"))


def test_a_pattern_that_takes_too_long_is_not_found() -> None:
    item = an_item(title="a" * 5000 + "!")

    assert not holds(Matches("title", r"^(a|a)*$"), item)


@pytest.mark.parametrize(
    ("aspect", "value"),
    [
        ("title", "[广告] buy GOLD"),
        ("url", "HTTPS://example.org/ads/1"),
        ("author", " ada lovelace "),
        ("author", "记者"),
        ("tags", "MACRO"),
        ("tags", "宏观"),
        ("tags", "news"),
        ("origin", "证券时报"),
        ("text", "1 < 2 IN BRIEF"),
    ],
)
def test_one_of_compares_whole_values_without_case_and_outer_blanks(aspect: Aspect, value: str) -> None:
    assert holds(OneOf(aspect, ("other", value)))


@pytest.mark.parametrize(
    ("aspect", "value"), [("title", "Gold"), ("tags", "macr"), ("origin", "时报"), ("url", "")]
)
def test_one_of_does_not_find_parts(aspect: Aspect, value: str) -> None:
    assert not holds(OneOf(aspect, (value,)))


def test_one_of_ignores_how_a_character_is_composed() -> None:
    assert holds(OneOf("tags", ("CAFE\u0301",)), an_item(tags=(Tag("café"),)))


# ── conditions of conditions ──


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (All((YES, YES)), True),
        (All((YES, NO)), False),
        (Any((NO, YES)), True),
        (Any((NO, NO)), False),
        (Not(NO), True),
        (Not(YES), False),
        (All((YES, Not(Any((NO, All((YES, NO))))))), True),
        (Not(Not(YES)), True),
    ],
)
def test_all_any_and_not_nest(condition: Condition, expected: bool) -> None:
    assert holds(condition) == expected


conditions = st.recursive(
    st.sampled_from([YES, NO]),
    lambda parts: st.one_of(
        st.builds(lambda some: All(tuple(some)), st.lists(parts, max_size=3)),
        st.builds(lambda some: Any(tuple(some)), st.lists(parts, max_size=3)),
        st.builds(Not, parts),
    ),
    max_leaves=8,
)


@given(st.lists(conditions, max_size=3))
def test_not_all_is_the_same_as_any_not(parts: list[Condition]) -> None:
    assert holds(Not(All(tuple(parts)))) == holds(Any(tuple(Not(part) for part in parts)))


@given(conditions)
def test_what_a_rule_drops_it_would_keep(condition: Condition) -> None:
    assert (verdict(AN_ITEM, [drop(condition)]) is None) == (verdict(AN_ITEM, [keep(condition)]) is not None)
