from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aggregator.model import Document, Stamp
from aggregator.passing import Errand, pack_errand, unpack_errand
from aggregator.rules import Filter, Matches
from tests.builders import NOW
from tests.config.adapters import ADAPTERS, NewerFolder, WebOptions
from tests.config.conftest import cases

if TYPE_CHECKING:
    from tests.config.conftest import SiteFolder


def test_everything_a_source_says_arrives(site: SiteFolder) -> None:
    settings = site.load("""
site: {timezone: Asia/Shanghai}
sources:
  - id: first
    type: folder
    path: [seeds, seeds]
  - {id: second, type: web, url: "https://example.org/feed", strict: true, category: [macro, 宏观, macro],
     title: 央行, interval: 30m, enabled: false, timezone: UTC, language: zh-CN, headers: {X-Key: abc},
     user_agent: "me/1", proxy: "http://p.lan:3128", content: none, categories_from: entries, private: true,
     on_delete: keep, filters: [{drop: {title_matches: x}}]}
""")

    first, second = settings.sources
    assert (first.id, first.type, first.location, first.root) == (
        "first",
        "folder",
        "seeds, seeds",
        site.root,
    )
    assert (first.timezone, first.language, first.enabled, first.private) == (
        "Asia/Shanghai",
        None,
        True,
        False,
    )
    assert (first.content, first.on_delete, first.rank, first.categories) == (None, "remove", 0, ())
    assert first.where == f"{site.file}:4"
    assert second.options == WebOptions(url="https://example.org/feed", strict=True)
    assert (second.location, second.title, second.rank) == ("https://example.org/feed", "央行", 1)
    assert (second.timezone, second.language, second.enabled, second.private) == ("UTC", "zh-CN", False, True)
    assert (second.content, second.on_delete, second.categories) == ("none", "keep", ("macro", "宏观"))
    assert (second.interval, second.user_agent, second.proxy) == (1800, "me/1", "http://p.lan:3128")
    assert (second.headers, second.categories_from) == ((("X-Key", "abc"),), "entries")
    assert (first.interval, first.headers, first.categories_from) == (None, (), "source")
    assert settings.rules.source_categories == {"second": ("macro", "宏观")}
    assert settings.rules.source_filters == {
        "second": (Filter("drop", Matches("title", "x"), where=f"{site.file}:10"),)
    }


def test_a_source_can_be_told_to_another_process(site: SiteFolder) -> None:
    (source,) = site.settings("").sources

    assert (
        unpack_errand(
            pack_errand(Errand(ADAPTERS["folder"], source, Document(Stamp("a", 0, 0, ""), b""), NOW))
        ).source
        == source
    )


# ── ids ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_ids_that_would_be_the_same_are_told_apart_whatever_their_order(site: SiteFolder) -> None:
    lines = [
        "- {type: folder, path: a/posts}",
        "- {type: folder, path: b/posts}",
        "- {type: folder, path: c}",
    ]

    forward = site.load("sources:\n" + "\n".join(lines))
    backward = site.load("sources:\n" + "\n".join(reversed(lines)))

    ids = {source.location: source.id for source in forward.sources}
    assert ids == {source.location: source.id for source in backward.sources}
    assert ids["c"] == "c"
    assert len(set(ids.values())) == 3
    assert all(ids[f"{folder}/posts"].startswith("posts-") for folder in "ab")


def test_a_given_id_is_kept_and_the_very_same_source_twice_gets_a_number(site: SiteFolder) -> None:
    settings = site.load(
        "sources: [{id: seeds, type: web, url: x}, {type: folder, path: seeds}, {type: folder, path: seeds}]"
    )

    first, second, third = (source.id for source in settings.sources)
    assert first == "seeds"
    assert second.startswith("seeds-")
    assert third == f"{second}-2"
    assert any(f"reads the same as {second}" in warning for warning in settings.warnings)


def test_ids_are_the_same_in_other_letters(site: SiteFolder) -> None:
    problems = site.problems("sources:\n- {id: A, type: folder, path: x}\n- {id: a, type: folder, path: y}")

    assert problems == ["3:8: sources[1].id: 'a' is the id of sources[0] too (line 2)"]


# ── what is wrong ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "problems"), cases("sources.txt"))
def test_what_is_wrong_is_told_in_its_place(site: SiteFolder, text: str, problems: list[str]) -> None:
    assert site.problems(text) == problems


def test_a_secret_is_not_quoted_in_a_problem(site: SiteFolder) -> None:
    problems = site.problems(
        'sources: [{type: web, url: x, proxy: "ftp://me:hush@p", user_agent: "{hush}", key: "${K}",'
        ' headers: {a: "hush\\nhush"}}]',
        K="hush",
    )

    assert len(problems) == 4
    assert "hush" not in str(problems)


@pytest.mark.parametrize("short", ["e", "a", "be", "mus"])
def test_a_secret_so_short_that_it_is_in_every_word_leaves_the_words_whole(
    site: SiteFolder, short: str
) -> None:
    problems = site.problems('sources: [{type: web, url: x, key: "${K}", interval: "${K}"}]', K=short)

    assert ["must be a valid UUID" in each for each in problems] == [True, False]
    assert problems[1].endswith("must be a duration such as 90s, 30m, 1h, 1h30m or 7d")


# ── private ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "private"),
    [
        ('{type: web, url: "https://example.org/feed"}', False),
        ('{type: web, url: "https://example.org/a@b"}', False),
        ('{type: web, url: "https://example.org/feed", headers: {Authorization: "${TOKEN}"}}', False),
        ('{type: folder, path: "${TOKEN}"}', False),
        ('{type: web, url: "https://me:pw@example.org/feed"}', True),
        ('{type: web, url: "https://example.org/${TOKEN}"}', True),
        ('{type: web, url: "https://example.org/${TOKEN}", private: false}', True),
        ("{type: folder, path: x, private: true}", True),
    ],
)
def test_a_url_that_holds_a_secret_makes_its_source_private(
    site: SiteFolder, source: str, *, private: bool
) -> None:
    settings = site.load(f"sources: [{source}]", {"TOKEN": "hush"})

    assert settings.sources[0].private is private
    told = any("it is private" in warning for warning in settings.warnings)
    assert told == (private and "private: true" not in source)
    assert "hush" not in str(settings.warnings).replace(str(site.root), "")
    assert "hush" not in settings.sources[0].id or not private


# ── what parsing depends on ───────────────────────────────────────────────────────────────────────────────


def test_everything_is_read_again_when_what_parsing_depends_on_changes(site: SiteFolder) -> None:
    def hash_of(source: str, adapters: object = None) -> str:
        chosen = {**ADAPTERS, "folder": NewerFolder()} if adapters else ADAPTERS
        return site.load(f"sources: [{{type: folder, {source}}}]", adapters=chosen).sources[0].parse_hash

    same = {hash_of("path: x"), hash_of("path: x, id: y, title: T, category: c, interval: 1h, timezone: UTC")}
    others = {
        hash_of("path: y"),
        hash_of("path: x, depth: 2"),
        hash_of("path: x, timezone: Asia/Shanghai"),
        hash_of("path: x, language: zh"),
        hash_of("path: x, categories_from: entries"),
        hash_of("path: x", adapters="newer"),
    }

    assert len(same) == 1
    assert len(others - same) == 6
