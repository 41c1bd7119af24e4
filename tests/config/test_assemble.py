from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aggregator.config.assemble import ASPECTS
from aggregator.config.schema_rules import ConditionSection
from aggregator.config.shape import names
from aggregator.rules import All, Any, Category, Filter, Matches, Not, OneOf
from tests.config.conftest import cases

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


def test_every_aspect_can_be_asked_both_ways() -> None:
    asked = {f"{aspect}_{way}" for aspect in ASPECTS for way in ("matches", "in")}

    assert asked | {"all", "any", "not"} == set(names(ConditionSection))


def test_filters_arrive_in_order_with_their_lines(site: SiteFolder) -> None:
    settings = site.settings(r"""
filters:
  - drop: {title_matches: '^\[广告\]'}
  - keep:
      any:
        - {tags_in: [macro, 宏观], author_in: me}
        - not: {url_matches: 'example\.org'}
      all: [{text_matches: x}, {origin_in: [y]}]
""")

    assert settings.rules.filters == (
        Filter("drop", Matches("title", r"^\[广告\]"), where=f"{site.file}:3"),
        Filter(
            "keep",
            All(
                (
                    All((Matches("text", "x"), OneOf("origin", ("y",)))),
                    Any(
                        (
                            All((OneOf("author", ("me",)), OneOf("tags", ("macro", "宏观")))),
                            Not(Matches("url", r"example\.org")),
                        )
                    ),
                )
            ),
            where=f"{site.file}:4",
        ),
    )


def test_a_category_arrives_with_everything_it_says(site: SiteFolder) -> None:
    settings = site.settings("""
categories:
  - bare
  - {title: 政策}
  - slug: macro
    title: 宏观
    aliases: [economy]
    was: old
    include: {tags: [x, y], sources: posts, title_matches: '央行'}
    filters: [{keep: {title_in: [a]}}]
    content: summary
    entries: 10
""")

    assert settings.rules.categories == (
        Category(slug="bare", where=f"{site.file}:3"),
        Category(slug="政策", title="政策", where=f"{site.file}:4"),
        Category(
            slug="macro",
            title="宏观",
            aliases=("economy",),
            was=("old",),
            tags=("x", "y"),
            sources=("posts",),
            title_matches="央行",
            filters=(Filter("keep", OneOf("title", ("a",)), where=f"{site.file}:10"),),
            content="summary",
            entries=10,
            where=f"{site.file}:5",
        ),
    )


@pytest.mark.parametrize(("text", "problems"), cases("filters.txt"))
def test_what_is_wrong_with_a_filter_is_told_in_its_place(
    site: SiteFolder, text: str, problems: list[str]
) -> None:
    assert site.wrong(text) == problems
