"""Feeds and lists of feeds in a configuration, with the options of the real adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aggregator.errors import ConfigError
from aggregator.sources import installed
from aggregator.sources.feed import FeedOptions
from aggregator.sources.opml import OpmlOptions

if TYPE_CHECKING:
    from aggregator.config import Settings
    from tests.config.conftest import SiteFolder

KINDS = installed().kinds


def load(site: SiteFolder, text: str, **environ: str) -> Settings:
    return site.load(text, environ, adapters=KINDS)


def test_feeds_and_lists_are_sources(site: SiteFolder) -> None:
    feed, file, url = load(
        site,
        """
sources:
  - {id: pboc, type: feed, url: "https://Example.org/feed"}
  - {type: opml, path: subscriptions.opml, category: macro, interval: 30m, headers: {X-Key: k}}
  - {type: opml, url: "https://lists.example/my.opml"}
""",
    ).sources

    assert (feed.location, feed.options) == (
        "https://example.org/feed",
        FeedOptions(url="https://example.org/feed"),
    )
    assert (file.id, file.options) == ("subscriptions.opml", OpmlOptions(path="subscriptions.opml"))
    assert (file.categories, file.interval, file.headers) == (("macro",), 1800.0, (("X-Key", "k"),))
    assert (url.id, url.location) == ("lists.example-my.opml", "https://lists.example/my.opml")


@pytest.mark.parametrize("kind", ["feed", "opml"])
@pytest.mark.parametrize("url", ["https://me:hush@example.org/x", "https://example.org/${TOKEN}"])
def test_secrets_in_a_url_are_kept_and_make_it_private(site: SiteFolder, kind: str, url: str) -> None:
    settings = load(site, f'sources: [{{type: {kind}, url: "{url}"}}]', TOKEN="hush")  # noqa: S106 (none)

    (source,) = settings.sources
    assert source.private
    assert "hush" in source.location
    assert "hush" not in source.id + str(settings.warnings).replace(str(site.root), "")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("type: feed", "1:11: sources[0].url: is required"),
        ('type: feed, url: ""', "1:29: sources[0].url: must be an http:// or https:// address"),
        ("type: feed, url: feed.xml", "1:29: sources[0].url: must be an http:// or https:// address"),
        ("type: feed, url: 'https://me:hush@'", "1:29: sources[0].url: must be an http"),
        ("type: feed, path: x", "1:24: sources[0].path: unknown key"),
        ("type: opml", "1:11: sources[0]: must have either `path` or `url`"),
        (
            "type: opml, path: a, url: 'http://a.example/'",
            "1:11: sources[0]: must have either `path` or `url`",
        ),
        ("type: opml, url: my.opml", "1:29: sources[0].url: must be an absolute URL such as"),
        ("type: opml, url: 'https://me:hush@'", "1:29: sources[0].url: must be an absolute URL"),
        ("type: opml, path: []", "sources[0].path: must be text"),
    ],
)
def test_what_is_wrong_is_told_in_its_place(site: SiteFolder, source: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(site, f"sources: [{{{source}}}]")

    problems = [each.removeprefix(f"{site.file}:") for each in caught.value.problems]
    assert any(problem in each for each in problems), problems
    assert "hush" not in str(problems)


def test_a_category_may_include_what_only_a_list_names(site: SiteFolder) -> None:
    settings = load(
        site,
        """
categories: [{slug: tech, include: {sources: [mine, a.example-feed, mien]}}]
sources: [{id: mine, type: opml, url: "https://lists.example/my.opml"}]
""",
    )

    told = [each.partition("categories")[2] for each in settings.warnings if "categories" in each]
    assert told == [
        "[0].include.sources: no source 'a.example-feed' is configured; it may be one that a list names",
        (
            "[0].include.sources: no source 'mien' is configured (did you mean mine?);"
            " it may be one that a list names"
        ),
    ]


def test_a_list_that_is_not_there_yet_is_warned_of(site: SiteFolder) -> None:
    settings = load(site, "sources: [{type: opml, path: my.opml}]")

    assert any("sources[0].path: there is no 'my.opml'" in each for each in settings.warnings)
