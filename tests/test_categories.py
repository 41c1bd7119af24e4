from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.categories import Matcher
from aggregator.model import Item, Tag
from aggregator.rules import Category, Rules
from tests.builders import an_item

MACRO = Category(
    slug="macro", title="宏观", aliases=("经济", "Economy"), was=("economics",), where="site.yaml:7"
)
MARKETS = Category(slug="markets", title="Markets")


def matcher(*categories: Category, of_posts: tuple[str, ...] = ()) -> Matcher:
    return Matcher(Rules(categories=categories, source_categories={"posts": of_posts} if of_posts else {}))


def names(of: Matcher, item: Item, source_id: str = "posts") -> list[str]:
    return [name for name, _ in of.memberships(item, source_id)]


def whys(of: Matcher, item: Item, source_id: str = "posts") -> dict[str, str]:
    return dict(of.memberships(item, source_id))


# ── where an item belongs ──


def test_what_belongs_nowhere_is_uncategorized() -> None:
    assert matcher(MACRO).memberships(an_item(), "posts") == (("uncategorized", "nothing else matched"),)


def test_uncategorized_can_be_declared() -> None:
    declared = matcher(Category(slug="misc", title="未分类", aliases=("uncategorized",)))

    assert names(declared, an_item()) == ["misc"]


def test_an_item_belongs_to_its_sources_categories() -> None:
    found = matcher(MACRO, of_posts=("宏观", "local"))

    assert found.memberships(an_item(), "posts") == (
        ("macro", "its source's category (site.yaml:7)"),
        ("local", "its source's category"),
    )
    assert names(found, an_item(), "other") == ["uncategorized"]


def test_the_source_is_the_one_asked_for_and_not_the_one_read_from() -> None:
    found = matcher(of_posts=("local",))

    assert names(found, an_item(source_id="former")) == ["local"]


def test_a_post_belongs_to_the_categories_it_states_as_whole_strings() -> None:
    item = an_item(categories=("21shijijingjibaodao 21caijingAPP", "TechWeb"))

    assert matcher().memberships(item, "posts") == (
        ("21shijijingjibaodao 21caijingAPP", "its own categories"),
        ("TechWeb", "its own categories"),
    )


def test_tags_are_no_categories() -> None:
    assert names(matcher(MACRO), an_item(tags=(Tag("macro", "宏观"),))) == ["uncategorized"]


def test_blank_category_names_are_none() -> None:
    assert names(matcher(), an_item(categories=("", " ", "\u3000"))) == ["uncategorized"]


@pytest.mark.parametrize("tag", [Tag("宏观"), Tag("x", "宏观"), Tag(" 宏观 ")])
def test_an_included_tag_is_a_term_or_a_label(tag: Tag) -> None:
    found = matcher(Category(slug="macro", tags=("GDP", "宏观"), where="site.yaml:9"))

    assert found.memberships(an_item(tags=(Tag("other"), tag)), "posts") == (
        ("macro", "include tag 宏观 (site.yaml:9)"),
    )


def test_an_included_tag_ignores_case_and_composition() -> None:
    found = matcher(Category(slug="macro", tags=("CAFE\u0301",)))

    assert names(found, an_item(tags=(Tag("café"),))) == ["macro"]
    assert names(found, an_item(tags=(Tag("cafés"),))) == ["uncategorized"]


def test_several_categories_may_include_one_tag() -> None:
    found = matcher(Category(slug="a", tags=("x",)), Category(slug="b", tags=("X",)), Category(slug="c"))

    assert names(found, an_item(tags=(Tag("x"),))) == ["a", "b"]


def test_an_included_source_brings_all_its_items() -> None:
    found = matcher(Category(slug="macro", sources=("pboc",)))

    assert found.memberships(an_item(), "pboc") == (("macro", "include source pboc"),)
    assert names(found, an_item(), "posts") == ["uncategorized"]


def test_an_included_title_is_found_by_a_regular_expression() -> None:
    found = matcher(Category(slug="macro", title_matches="央行|PBoC"))

    assert found.memberships(an_item(title="今日央行"), "posts") == (
        ("macro", "include title_matches 央行|PBoC"),
    )
    assert names(found, an_item(title="pboc")) == ["uncategorized"]


def test_a_category_reached_in_several_ways_is_one_and_tells_them_all_once() -> None:
    include = Category(slug="macro", title="宏观", tags=("a", "b"), sources=("posts",), title_matches="^Item")
    item = an_item(categories=("宏观", "macro", "other"), tags=(Tag("b"), Tag("B", "a")))

    found = whys(matcher(include, of_posts=("macro",)), item)

    assert list(found) == ["macro", "other"]
    assert found["macro"] == (
        "its source's category; its own categories; include tag b; include tag a; "
        "include source posts; include title_matches ^Item"
    )


# ── names ──


@pytest.mark.parametrize("name", ["macro", "宏观", "经济", "Economy", "economics", " macro ", "宏观\u3000"])
def test_a_name_is_looked_up_among_slugs_titles_aliases_and_former_slugs(name: str) -> None:
    found = matcher(MARKETS, MACRO)

    assert found.declared(name) is MACRO
    assert found.resolve(name) == "macro"
    assert names(found, an_item(categories=(name,))) == ["macro"]


@pytest.mark.parametrize("name", ["macros", "mac ro", "ｍａｃｒｏ", "TechWeb", "Macro", "ECONOMY"])
def test_any_other_name_is_a_category_of_its_own(name: str) -> None:
    assert matcher(MACRO).declared(name) is None
    assert matcher(MACRO).resolve(name) == name


def test_an_unknown_name_loses_nothing_but_outer_blanks() -> None:
    assert matcher().resolve(" A  b ") == "A  b"


def test_a_blank_name_is_uncategorized() -> None:
    assert matcher().resolve(" ") == "uncategorized"
    assert matcher(Category(slug="misc", aliases=("uncategorized",))).resolve("") == "misc"
    assert matcher(Category(slug="macro", title="")).declared("") is None


def test_names_that_differ_by_case_are_two_categories() -> None:
    upper, lower = Category(slug="TechWeb"), Category(slug="techweb")

    found = matcher(upper, lower)

    assert found.declared("techweb") is lower
    assert found.declared("TechWeb") is upper
    assert found.declared("TECHWEB") is None


@pytest.mark.parametrize(
    "winner", [{"slug": "x"}, {"slug": "w", "title": "x"}, {"slug": "w", "aliases": ("x",)}]
)
@pytest.mark.parametrize("first", [True, False])
def test_of_equal_names_a_slug_counts_most_then_a_title_then_an_alias(
    winner: dict[str, str], first: bool
) -> None:
    winning, losing = Category(**winner), Category(slug="l", was=("x",))  # type: ignore[arg-type]

    found = matcher(winning, losing) if first else matcher(losing, winning)

    assert found.declared("x") is winning


def test_of_equal_titles_the_first_declared_counts() -> None:
    first, second = Category(slug="a", title="News"), Category(slug="b", title="News")

    assert matcher(first, second).declared("News") is first


# ── near misses ──


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Macro", "macro"),
        ("ｍａｃｒｏ", "macro"),
        ("mac ro", "macro"),
        ("macros", "macro"),
        ("macr", "macro"),
        ("marco", "macro"),
        ("macr0", "macro"),
        ("m acros", "macro"),
        ("宏 观", "宏观"),
        ("Econony", "Economy"),
        ("证券时报往", "证券时报网"),
    ],
)
def test_a_name_that_differs_a_little_from_a_declared_one_is_a_near_miss(name: str, meant: str) -> None:
    found = matcher(MACRO, MARKETS, Category(slug="zhengquanshibaowang", title="证券时报网"))

    assert found.near_misses([name]) == [(name, meant)]


@pytest.mark.parametrize(
    "name",
    [
        "macro",
        "宏观",
        "经济",
        "economics",
        "宏大",
        "m",
        "",
        " ",
        "marcos",
        "orcam",
        "amcor",
        "TechWeb",
        "microns",
    ],
)
def test_other_names_are_no_near_misses(name: str) -> None:
    assert matcher(MACRO, MARKETS).near_misses([name]) == []


@pytest.mark.parametrize("name", ["news2", "news12", "news"])
def test_another_number_is_another_category(name: str) -> None:
    assert matcher(Category(slug="news1")).near_misses([name]) == []


def test_names_that_nobody_declared_are_compared_among_each_other_but_for_edits() -> None:
    given_names = ["TechWeb", "Techweb", "Tech Web", "TechWebs", "TechWeb"]

    assert matcher().near_misses(given_names) == [("Techweb", "TechWeb"), ("Tech Web", "TechWeb")]


@given(st.lists(st.text("abAB 1宏观", max_size=6), max_size=6), st.text("abAB 1宏观", min_size=1, max_size=6))
def test_a_near_miss_is_never_declared_and_never_itself(some: list[str], slug: str) -> None:
    found = matcher(Category(slug=slug))

    for name, meant in found.near_misses(some):
        assert name in some
        assert name != slug.strip()
        assert name != meant


@given(st.text(max_size=8), st.text(max_size=8))
def test_every_item_belongs_somewhere_and_every_name_stays_when_resolved_again(name: str, slug: str) -> None:
    found = matcher(Category(slug=slug.strip() or "a"))

    (only,) = names(found, an_item(categories=(name,)))

    assert only == found.resolve(name) == found.resolve(only)
    assert only
